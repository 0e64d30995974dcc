"""Who may claim an item is read from its post: no table of candidates beside the items."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None
CODE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.drop_table("work_item_candidate")
    op.create_index(
        "ix_work_item_claimable", "work_item", ["post", "due", "case_id", "item"], unique=False,
        sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_work_item_claimable", table_name="work_item")
    op.create_table(
        "work_item_candidate",
        sa.Column("case_id", CODE, nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("candidate", sa.Text(), nullable=False),
        sa.Column("due", CODE, nullable=False),
        sa.Column("claimable", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id", "item"],
            ["work_item.case_id", "work_item.item"],
            name=op.f("fk_work_item_candidate_case_id_item"),
        ),
        sa.PrimaryKeyConstraint("case_id", "item", "candidate", name=op.f("pk_work_item_candidate")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_work_item_candidate_claimable", "work_item_candidate", ["candidate", "due", "case_id", "item"],
        unique=False, sqlite_where=sa.text("claimable = 1"), postgresql_where=sa.text("claimable"),
    )  # fmt: skip
    op.execute(
        "INSERT INTO work_item_candidate SELECT case_id, item, post, due, state = 'open' FROM work_item"
        " WHERE post IS NOT NULL AND state IN ('open', 'claimed', 'waiting')"
    )
