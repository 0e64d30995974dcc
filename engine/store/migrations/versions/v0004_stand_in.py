"""Stand-ins with a scope, pairs who stand in for each other, and items that wait for others."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("absence", sa.Column("scope", sa.Text(), nullable=False, server_default=""))
    op.add_column("absence", sa.Column("by", sa.Text(), nullable=False, server_default=""))
    op.create_index("ix_absence_deputy", "absence", ["deputy", "ends_at"], unique=False)
    op.create_table(
        "partner",
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("partner", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user"], ["user.user"], name=op.f("fk_partner_user")),
        sa.ForeignKeyConstraint(["partner"], ["user.user"], name=op.f("fk_partner_partner")),
        sa.PrimaryKeyConstraint("user", name=op.f("pk_partner")),
    )
    op.create_index(
        "ix_work_item_waiting", "work_item", ["claimed_by", "case_id", "item"], unique=False,
        sqlite_where=sa.text("state = 'waiting'"), postgresql_where=sa.text("state = 'waiting'"),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_work_item_waiting", table_name="work_item")
    op.drop_table("partner")
    op.drop_index("ix_absence_deputy", table_name="absence")
    op.drop_column("absence", "by")
    op.drop_column("absence", "scope")
