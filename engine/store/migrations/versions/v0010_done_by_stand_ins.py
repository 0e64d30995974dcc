"""Who did a step for somebody else: a stand-in finds it among what he has done."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("work_item", sa.Column("closed_through", sa.Text()))
    op.create_index(
        "ix_work_item_through",
        "work_item",
        ["closed_through", "closed_at", "case_id", "item", "matter", "element", "state"],
        sqlite_where=sa.text("closed_through IS NOT NULL"),
        postgresql_where=sa.text("closed_through IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_work_item_through", table_name="work_item")
    op.drop_column("work_item", "closed_through")
