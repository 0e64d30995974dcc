"""Sections and posts that are kept here, roles, appointments with dates, passwords to be changed, and the ledger."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

CODE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
REFUSED = "the ledger of the organisation is only ever added to"


def upgrade() -> None:
    op.add_column("section", sa.Column("number", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("section", sa.Column("full_name", sa.Text(), nullable=False, server_default=""))
    op.add_column(
        "section", sa.Column("active", sa.Boolean(), nullable=False, server_default=sa.text("true"))
    )
    op.create_table(
        "section_post",
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["section"], ["section.section"], name=op.f("fk_section_post_section")),
        sa.PrimaryKeyConstraint("section", "name", name=op.f("pk_section_post")),
    )
    op.add_column(
        "user", sa.Column("must_change", sa.Boolean(), nullable=False, server_default=sa.text("false"))
    )
    op.add_column("user", sa.Column("password_at", CODE, nullable=False, server_default=""))
    op.add_column("post", sa.Column("starts_on", CODE, nullable=False, server_default=""))
    op.add_column("post", sa.Column("ends_on", CODE, nullable=False, server_default=""))
    op.create_table(
        "user_role",
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user"], ["user.user"], name=op.f("fk_user_role_user")),
        sa.PrimaryKeyConstraint("user", "role", name=op.f("pk_user_role")),
    )
    op.create_table(
        "organisation_entry",
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", CODE, nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in (
                "actor",
                "actor_name",
                "what",
                "subject",
                "subject_name",
                "before",
                "after",
                "reason",
            )
        ),
        sa.Column("key", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("ordinal", name=op.f("pk_organisation_entry")),
        sa.UniqueConstraint("key", name=op.f("uq_organisation_entry_key")),
    )
    op.create_index(
        "ix_organisation_entry_subject", "organisation_entry", ["subject", "ordinal"], unique=False
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_organisation_entry() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{REFUSED}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
        op.execute(
            "CREATE TRIGGER organisation_entry_stays BEFORE UPDATE OR DELETE ON organisation_entry "
            "FOR EACH ROW EXECUTE FUNCTION refuse_organisation_entry()"
        )
    else:
        for deed in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER organisation_entry_no_{deed.lower()} BEFORE {deed} ON organisation_entry "
                f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
            )
    op.create_table(
        "sign_in_failure",
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("last_at", CODE, nullable=False),
        sa.PrimaryKeyConstraint("user", name=op.f("pk_sign_in_failure")),
    )
    op.create_index("ix_sign_in_failure_last_at", "sign_in_failure", ["last_at"], unique=False)
