"""Lists that are narrowed within one index, views that clerks keep, and the index of the search.

`search_index` stands outside the program's tables: FTS5 without content on SQLite, a column of type tsvector on
PostgreSQL. On PostgreSQL the newest entries are found by a BRIN index, which costs a command next to nothing; on
SQLite their rowids tell.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

CODE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NARROWED = ["matter", "element", "opened_at", "number", "state"]


def _only(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def _listed(name: str, columns: list[str], state: str) -> None:
    op.create_index(f"ix_work_item_{name}", "work_item", columns, **_only(f"state = '{state}'"))


def upgrade() -> None:
    for name in ("todo", "claimable", "done"):
        op.drop_index(f"ix_work_item_{name}", table_name="work_item")
    _listed("todo", ["claimed_by", "due", "case_id", "item", *NARROWED], "claimed")
    _listed("claimable", ["post", "due", "case_id", "item", *NARROWED], "open")
    _listed("done", ["closed_by", "closed_at", "case_id", "item", "matter", "element", "state"], "completed")
    op.drop_index("ix_case_started_by_started_at_case_id", table_name="case")
    op.create_index(
        "ix_case_started_by_started_at_case_id_matter",
        "case",
        ["started_by", "started_at", "case_id", "matter"],
    )
    op.create_index(
        "ix_notice_urgent", "notice", ["addressee", "case_id"], **_only("warning IN ('urge', 'supervise')")
    )
    op.create_table(
        "saved_view",
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("box", sa.Text(), nullable=False),
        sa.Column("filters", sa.Text(), nullable=False),
        sa.Column("first", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["user"], ["user.user"], name=op.f("fk_saved_view_user")),
        sa.PrimaryKeyConstraint("user", "name", name=op.f("pk_saved_view")),
    )
    op.create_table(
        "search_case",
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("case_id", CODE, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("part", name=op.f("pk_search_case")),
        sa.UniqueConstraint("case_id", name=op.f("uq_search_case_case_id")),
    )
    op.create_table(
        "search_mark",
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("value", CODE, nullable=False),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_search_mark")),
    )
    op.execute("INSERT INTO search_mark (mark, value) VALUES ('form', '1')")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE TABLE search_index (part integer PRIMARY KEY, words tsvector NOT NULL)")
        op.execute("CREATE INDEX search_index_words ON search_index USING gin (words)")
        op.execute("CREATE INDEX search_index_entry_at ON entry USING brin (at) WITH (pages_per_range = 8)")
    else:
        op.execute(
            "CREATE VIRTUAL TABLE search_index USING fts5(head, told, said, content='', tokenize='ascii', prefix='1')"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP INDEX search_index_entry_at")
    op.execute("DROP TABLE search_index")
    op.drop_table("search_mark")
    op.drop_table("search_case")
    op.drop_table("saved_view")
    op.drop_index("ix_notice_urgent", table_name="notice")
    op.drop_index("ix_case_started_by_started_at_case_id_matter", table_name="case")
    op.create_index("ix_case_started_by_started_at_case_id", "case", ["started_by", "started_at", "case_id"])
    for name in ("done", "claimable", "todo"):
        op.drop_index(f"ix_work_item_{name}", table_name="work_item")
    _listed("done", ["closed_by", "closed_at", "case_id", "item"], "completed")
    _listed("claimable", ["post", "due", "case_id", "item"], "open")
    _listed("todo", ["claimed_by", "due", "case_id", "item"], "claimed")
