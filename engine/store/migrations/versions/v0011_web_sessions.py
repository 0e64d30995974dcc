"""Sessions of browsers and the submits that they lost, for every web process."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

CODE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "web_session",
        sa.Column("token", CODE, nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("begun_at", CODE, nullable=False),
        sa.Column("seen_at", CODE, nullable=False),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_web_session")),
    )
    op.create_index("ix_web_session_begun_at", "web_session", ["begun_at"])
    op.create_table(
        "held_form",
        sa.Column("token", CODE, nullable=False),
        sa.Column("user", sa.Text()),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("held_at", CODE, nullable=False),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_held_form")),
    )
    op.create_index("ix_held_form_held_at", "held_form", ["held_at"])


def downgrade() -> None:
    op.drop_table("held_form")
    op.drop_table("web_session")
