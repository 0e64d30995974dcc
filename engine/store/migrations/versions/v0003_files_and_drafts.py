"""Files of cases by hash, with their removal; uploads that wait for their case; drafts; codes of the progress page."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

CODE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.drop_table("attachment")  # nothing ever wrote to it
    op.create_table(
        "attachment",
        sa.Column("case_id", CODE, nullable=False),
        sa.Column("attachment", CODE, nullable=False),
        sa.Column("item", sa.Text(), nullable=True),
        *_described(),
        sa.Column("added_at", CODE, nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("removed_at", CODE, nullable=True),
        sa.Column("removed_by", sa.Text(), nullable=True),
        sa.Column("remove_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.case_id"], name=op.f("fk_attachment_case_id")),
        sa.PrimaryKeyConstraint("case_id", "attachment", name=op.f("pk_attachment")),
    )
    op.create_index("ix_attachment_hash", "attachment", ["hash"])
    op.create_table(
        "upload",
        sa.Column("upload", CODE, nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("matter", sa.Text(), nullable=False),
        *_described(),
        sa.Column("uploaded_at", CODE, nullable=False),
        sa.ForeignKeyConstraint(["user"], ["user.user"], name=op.f("fk_upload_user")),
        sa.PrimaryKeyConstraint("upload", name=op.f("pk_upload")),
    )
    op.create_index("ix_upload_user_uploaded_at", "upload", ["user", "uploaded_at"])
    op.create_index("ix_upload_hash", "upload", ["hash"])
    op.create_table(
        "draft",
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("case_id", CODE, nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("saved_at", CODE, nullable=False),
        sa.ForeignKeyConstraint(["user"], ["user.user"], name=op.f("fk_draft_user")),
        sa.PrimaryKeyConstraint("user", "case_id", "item", name=op.f("pk_draft")),
    )
    op.create_index("ix_draft_saved_at", "draft", ["saved_at"])
    op.create_table(
        "query_code",
        sa.Column("case_id", CODE, nullable=False),
        sa.Column("code", CODE, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.case_id"], name=op.f("fk_query_code_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_query_code")),
    )


def _described() -> tuple[sa.Column[Any], ...]:
    """What is known of a file."""
    return (
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("hash", CODE, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("query_code")
    op.drop_table("draft")
    op.drop_table("upload")
    op.drop_table("attachment")
    op.create_table(
        "attachment",
        sa.Column("case_id", CODE, nullable=False),
        sa.Column("attachment", CODE, nullable=False),
        sa.Column("item", sa.Text(), nullable=True),
        *_described(),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("added_at", CODE, nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.case_id"], name=op.f("fk_attachment_case_id")),
        sa.PrimaryKeyConstraint("case_id", "attachment", name=op.f("pk_attachment")),
    )
