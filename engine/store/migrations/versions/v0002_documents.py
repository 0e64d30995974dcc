"""Documents: their forms by hash, their voiding, their service; contents stored once each."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

CODE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.drop_table("document")  # nothing ever wrote to it
    op.create_table(
        "document",
        sa.Column("case_id", CODE, nullable=False),
        sa.Column("document", CODE, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("files", sa.Text(), nullable=False),
        sa.Column("given", sa.Text(), nullable=False),
        sa.Column("issued_at", CODE, nullable=False),
        sa.Column("issued_by", sa.Text(), nullable=False),
        sa.Column("voided_at", CODE, nullable=True),
        sa.Column("voided_by", sa.Text(), nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.case_id"], name=op.f("fk_document_case_id")),
        sa.PrimaryKeyConstraint("case_id", "document", name=op.f("pk_document")),
    )
    op.create_index(
        "ix_document_number", "document", ["number"], unique=True,
        sqlite_where=sa.text("series <> ''"), postgresql_where=sa.text("series <> ''"),
    )  # fmt: skip
    op.create_table(
        "document_content",
        sa.Column("hash", CODE, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_document_content")),
    )
    op.create_table(
        "document_service",
        sa.Column("case_id", CODE, nullable=False),
        sa.Column("document", CODE, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("served_on", CODE, nullable=False),
        sa.Column("receiver", sa.Text(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recorded_at", CODE, nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id", "document"],
            ["document.case_id", "document.document"],
            name=op.f("fk_document_service_case_id_document"),
        ),
        sa.PrimaryKeyConstraint("case_id", "document", "seq", name=op.f("pk_document_service")),
    )


def downgrade() -> None:
    op.drop_table("document_service")
    op.drop_table("document_content")
    op.drop_index("ix_document_number", table_name="document")
    op.drop_table("document")
    op.create_table(
        "document",
        sa.Column("case_id", CODE, nullable=False),
        sa.Column("document", CODE, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("hash", CODE, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("issued_at", CODE, nullable=False),
        sa.Column("issued_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.case_id"], name=op.f("fk_document_case_id")),
        sa.PrimaryKeyConstraint("case_id", "document", name=op.f("pk_document")),
    )
