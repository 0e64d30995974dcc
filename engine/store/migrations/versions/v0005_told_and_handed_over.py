"""Who told a notice, orders of supervision with their answers, when an absence was entered, hand-overs under way."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

CODE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _only(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade() -> None:
    op.add_column("notice", sa.Column("by", sa.Text(), nullable=False, server_default=""))
    op.create_index("ix_notice_copies", "notice", ["addressee", "at", "notice"], **_only("warning = 'copy'"))
    op.add_column("absence", sa.Column("entered_at", CODE, nullable=False, server_default=""))
    op.add_column("absence", sa.Column("ended_by", sa.Text(), nullable=True))
    op.create_table(
        "supervision",
        sa.Column("case_id", CODE, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", CODE, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("addressees", sa.Text(), nullable=False),
        sa.Column("until", CODE, nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("answered_at", CODE, nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("closed_at", CODE, nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.case_id"], name=op.f("fk_supervision_case_id")),
        sa.PrimaryKeyConstraint("case_id", "seq", name=op.f("pk_supervision")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_supervision_open", "supervision", ["at", "case_id", "seq"], **_only("closed_at IS NULL")
    )
    op.create_table(
        "hand_over",
        sa.Column("hand_over", CODE, nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("targets", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", CODE, nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Text(), nullable=False),
        sa.Column("run_at", CODE, nullable=True),
        sa.Column("ended_at", CODE, nullable=True),
        sa.ForeignKeyConstraint(["person"], ["user.user"], name=op.f("fk_hand_over_person")),
        sa.PrimaryKeyConstraint("hand_over", name=op.f("pk_hand_over")),
    )
    op.create_index("ix_hand_over_at", "hand_over", ["at", "hand_over"])
    op.create_index("ix_hand_over_run_at", "hand_over", ["run_at"], **_only("run_at IS NOT NULL"))


def downgrade() -> None:
    op.drop_table("hand_over")
    op.drop_table("supervision")
    op.drop_column("absence", "ended_by")
    op.drop_column("absence", "entered_at")
    op.drop_index("ix_notice_copies", table_name="notice")
    op.drop_column("notice", "by")
