"""The ledger of the clocks stands in the journal's entries, under their hashes; no table of its own.

What an old ledger says cannot be put under hashes that have been made. No release has one: a database that does is
refused rather than changed.
"""

import sqlalchemy as sa
from alembic import op

from engine.errors import ChengbanError

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None
CODE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    if op.get_bind().execute(sa.text("SELECT 1 FROM clock_event LIMIT 1")).first() is not None:
        raise ChengbanError(
            "这个数据库是首次发布以前的试用版建立的，期限台账的存法已经改变，不能升级；请另建新库"
        )
    op.drop_table("clock_event")
    op.add_column("entry", sa.Column("clocks", sa.Text(), nullable=True))
    op.create_index(
        "ix_entry_recomputed", "entry", ["at"], unique=False,
        sqlite_where=sa.text("command = 'RecomputeClocks'"),
        postgresql_where=sa.text("command = 'RecomputeClocks'"),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_entry_recomputed", table_name="entry")
    op.drop_column("entry", "clocks")
    op.create_table(
        "clock_event",
        sa.Column("case_id", CODE, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("limit_id", sa.Text(), nullable=False),
        sa.Column("at", CODE, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("due_before", CODE, nullable=True),
        sa.Column("due_after", CODE, nullable=True),
        sa.Column("data", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.case_id"], name=op.f("fk_clock_event_case_id")),
        sa.PrimaryKeyConstraint("case_id", "seq", "line", name=op.f("pk_clock_event")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_clock_event_recomputed", "clock_event", ["at"], unique=False,
        sqlite_where=sa.text("kind = 'recomputed'"), postgresql_where=sa.text("kind = 'recomputed'"),
    )  # fmt: skip
