"""The tables. Names are the glossary's; keys of everything that belongs to a case begin with `case_id`.

Moments are text of fixed width in UTC (`engine.codec.moment_text`): the same bytes in both databases, in order
when compared as text, and readable by whoever recomputes a hash. JSON is text for the same reason.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _code() -> Text:
    """Identifiers and moments: compared byte by byte in both databases, whatever the database's locale."""
    return Text().with_variant(Text(collation="C"), "postgresql")


def _case_key() -> Column[str]:
    return Column("case_id", _code(), ForeignKey("case.case_id"), primary_key=True)


# Rows of a case lie together, and a row is one page to write instead of two (SQLite; PostgreSQL takes no notice).
_CLUSTERED: dict[str, Any] = {"sqlite_with_rowid": False}

deployment = Table(
    "deployment",
    metadata,
    Column("deployment", _code(), primary_key=True),
    Column("ordinal", Integer, nullable=False, unique=True),
    Column("deployed_at", _code(), nullable=False),
    Column("deployed_by", Text, nullable=False),
)
bundle_file = Table(
    "bundle_file",
    metadata,
    Column("deployment", _code(), ForeignKey("deployment.deployment"), primary_key=True),
    Column("path", Text, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)
# Which deployment a new case of a process begins with: the newest that has it.
process = Table(
    "process",
    metadata,
    Column("process", Text, primary_key=True),
    Column("deployment", _code(), ForeignKey("deployment.deployment"), nullable=False),
)
# Starts by message, signal and timer of the newest deployment of each process.
start_trigger = Table(
    "start_trigger",
    metadata,
    Column("process", Text, primary_key=True),
    Column("element", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("deployment", _code(), ForeignKey("deployment.deployment"), nullable=False),
    Column("round", Integer, nullable=False),
    Column("due", _code()),
    Column("run_at", _code()),
    Index("ix_start_trigger_kind_name", "kind", "name"),
)
case = Table(
    "case",
    metadata,
    Column("case_id", _code(), primary_key=True),
    Column("process", Text, nullable=False),
    Column("deployment", _code(), ForeignKey("deployment.deployment"), nullable=False),
    Column("matter", Text, nullable=False),
    Column("section", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("applicant", Text, nullable=False),
    Column("header", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("started_at", _code(), nullable=False),
    Column("started_by", Text, nullable=False),
    Column("ended_at", _code()),
    Index(
        "ix_case_number",
        "number",
        unique=True,
        sqlite_where=text("number <> ''"),
        postgresql_where=text("number <> ''"),
    ),
    Index("ix_case_started_by_started_at_case_id_matter", "started_by", "started_at", "case_id", "matter"),
    Index("ix_case_matter_started_at", "matter", "started_at"),
)
# The one row that a command reads and writes: `case` stays as it is from step to step. `revision` and `head_hash` are
# the number and the hash of the case's last entry, `steps` the names of its open items, `due` the earliest due moment.
case_state = Table(
    "case_state",
    metadata,
    _case_key(),
    Column("revision", Integer, nullable=False),
    Column("head_hash", _code(), nullable=False),
    Column("steps", Text, nullable=False),
    Column("due", _code(), nullable=False),
    Column("deployment", _code(), nullable=False),
    Column("state", Text, nullable=False),
    Column("clocks", Text, nullable=False),
)
entry = Table(
    "entry",
    metadata,
    _case_key(),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", _code(), nullable=False),
    Column("actor", Text, nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("on_behalf_of", Text),
    Column("key", Text),
    Column("deployment", _code()),
    Column("command", Text, nullable=False),
    Column("data", Text, nullable=False),
    Column("effects", Text, nullable=False),
    Column("status", Text, nullable=False),
    # The ledger of the statutory clocks: the lines that this command wrote, or null.
    Column("clocks", Text),
    Column("prev_hash", _code(), nullable=False),
    Column("hash", _code(), nullable=False),
    Index(
        "ix_entry_recomputed",
        "at",
        sqlite_where=text("command = 'RecomputeClocks'"),
        postgresql_where=text("command = 'RecomputeClocks'"),
    ),
    Index(
        "ix_entry_case_id_key",
        "case_id",
        "key",
        unique=True,
        sqlite_where=text("key IS NOT NULL"),
        postgresql_where=text("key IS NOT NULL"),
    ),
)
# Keys of what has no case yet: starts, deliveries, signals.
idempotency = Table(
    "idempotency",
    metadata,
    Column("key", Text, primary_key=True),
    Column("case_id", _code(), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("at", _code(), nullable=False),
)
# What a list is narrowed by stands in its index, so that only rows of the page are looked up; SQLite wants the state
# there too, which is the same in all of it.
_NARROWED = ("matter", "element", "opened_at", "number", "state")
work_item = Table(
    "work_item",
    metadata,
    _case_key(),
    Column("item", Text, primary_key=True),
    Column("process", Text, nullable=False),
    Column("element", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("post", Text),
    Column("form", Text),
    Column("limit_id", Text),
    Column("state", Text, nullable=False),
    Column("due", _code(), nullable=False),
    Column("opened_at", _code(), nullable=False),
    Column("claimed_by", Text),
    Column("claimed_at", _code()),
    Column("closed_by", Text),
    Column("closed_at", _code()),
    Column("matter", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("applicant", Text, nullable=False),
    # Who did it for `closed_by`, standing in.
    Column("closed_through", Text),
    # Who may claim what is open: whoever holds its post, or a user as `user:<name>`.
    Index(
        "ix_work_item_claimable", "post", "due", "case_id", "item", *_NARROWED,
        sqlite_where=text("state = 'open'"), postgresql_where=text("state = 'open'"),
    ),
    Index(
        "ix_work_item_todo", "claimed_by", "due", "case_id", "item", *_NARROWED,
        sqlite_where=text("state = 'claimed'"), postgresql_where=text("state = 'claimed'"),
    ),
    Index(
        "ix_work_item_done", "closed_by", "closed_at", "case_id", "item", "matter", "element", "state",
        sqlite_where=text("state = 'completed'"), postgresql_where=text("state = 'completed'"),
    ),
    Index(
        "ix_work_item_through", "closed_through", "closed_at", "case_id", "item", "matter", "element", "state",
        sqlite_where=text("closed_through IS NOT NULL"), postgresql_where=text("closed_through IS NOT NULL"),
    ),
    Index(
        "ix_work_item_waiting", "claimed_by", "case_id", "item",
        sqlite_where=text("state = 'waiting'"), postgresql_where=text("state = 'waiting'"),
    ),
    **_CLUSTERED,
)  # fmt: skip
limit_run = Table(
    "limit_run",
    metadata,
    _case_key(),
    Column("limit_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("started_on", _code()),
    Column("due", _code()),
    Column("provisional", Boolean, nullable=False),
    Column("ended_at", _code()),
    # The calendar version that the run has been held against, and the days (Shanghai) that its span touches.
    Column("calendar", Text, nullable=False),
    Column("first_day", _code()),
    Column("last_day", _code()),
    # When its warnings are to be looked at next, which have been given, and from when its light is yellow and red.
    # The look (`engine.warning_chain`) that follows the start of a run at once writes the lights and the section.
    Column("warn_at", _code()),
    Column("warned", Text, nullable=False),
    Column("yellow_at", _code()),
    Column("red_at", _code()),
    Column("section", Text, nullable=False),
    Column("data", Text, nullable=False),
    Index(
        "ix_limit_run_due", "due",
        sqlite_where=text("state = 'running'"), postgresql_where=text("state = 'running'"),
    ),
    Index(
        "ix_limit_run_calendar", "calendar", "case_id",
        sqlite_where=text("state = 'running'"), postgresql_where=text("state = 'running'"),
    ),
    Index(
        "ix_limit_run_warn_at", "warn_at",
        sqlite_where=text("warn_at IS NOT NULL"), postgresql_where=text("warn_at IS NOT NULL"),
    ),
    Index(
        "ix_limit_run_red_at", "red_at", "section",
        sqlite_where=text("red_at IS NOT NULL"), postgresql_where=text("red_at IS NOT NULL"),
    ),
    Index(
        "ix_limit_run_lights", "section", "yellow_at", "red_at",
        sqlite_where=text("state = 'running' AND section <> ''"),
        postgresql_where=text("state = 'running' AND section <> ''"),
    ),
    Index(
        "ix_limit_run_suspended", "section",
        sqlite_where=text("state = 'suspended'"), postgresql_where=text("state = 'suspended'"),
    ),
    **_CLUSTERED,
)  # fmt: skip
# What somebody is to be told: `addressee` is a post, or a user as `user:<name>`. One a warning, due date and addressee.
notice = Table(
    "notice",
    metadata,
    Column("notice", _code(), primary_key=True),
    Column("addressee", Text, nullable=False),
    Column("case_id", _code(), ForeignKey("case.case_id"), nullable=False),
    Column("limit_id", Text, nullable=False),
    Column("warning", Text, nullable=False),
    Column("due", _code(), nullable=False),
    Column("at", _code(), nullable=False),
    Column("text", Text, nullable=False),
    Column("mailed_at", _code()),
    # Who copied, urged or supervised; empty for a warning.
    Column("by", Text, nullable=False, server_default=""),
    UniqueConstraint("case_id", "limit_id", "warning", "due", "addressee"),
    Index("ix_notice_addressee_at", "addressee", "at", "notice"),
    Index(
        "ix_notice_copies", "addressee", "at", "notice",
        sqlite_where=text("warning = 'copy'"), postgresql_where=text("warning = 'copy'"),
    ),
    Index(
        "ix_notice_unmailed", "at",
        sqlite_where=text("mailed_at IS NULL"), postgresql_where=text("mailed_at IS NULL"),
    ),
)  # fmt: skip
Index(
    "ix_notice_urgent", notice.c.addressee, notice.c.case_id,
    sqlite_where=text("warning IN ('urge', 'supervise')"),
    postgresql_where=text("warning IN ('urge', 'supervise')"),
)  # fmt: skip
notice_read = Table(
    "notice_read",
    metadata,
    Column("notice", _code(), ForeignKey("notice.notice"), primary_key=True),
    Column("user", Text, primary_key=True),
    Column("read_at", _code(), nullable=False),
)
# 督办: one row an order; who was told answers, who gave it closes it.
supervision = Table(
    "supervision",
    metadata,
    _case_key(),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", _code(), nullable=False),
    Column("by", Text, nullable=False),
    Column("addressees", Text, nullable=False),
    Column("until", _code()),
    Column("text", Text, nullable=False),
    Column("answered_at", _code()),
    Column("answered_by", Text),
    Column("answer", Text),
    Column("closed_at", _code()),
    Column("closed_by", Text),
    Index(
        "ix_supervision_open", "at", "case_id", "seq",
        sqlite_where=text("closed_at IS NULL"), postgresql_where=text("closed_at IS NULL"),
    ),
    **_CLUSTERED,
)  # fmt: skip
# `due` is when the timer falls due; `run_at` is when a worker may take it next: put off by a lease or a retry.
timer = Table(
    "timer",
    metadata,
    _case_key(),
    Column("timer", Text, primary_key=True),
    Column("element", Text, nullable=False),
    Column("limit_id", Text),
    Column("due", _code()),
    Column("run_at", _code()),
    Column("set_seq", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("error", Text),
    Index("ix_timer_run_at", "run_at"),
    **_CLUSTERED,
)
# Work after the commit: `service` calls a handler; `message`, `signal`, `signal_case`, `signal_start` are the outbox.
job = Table(
    "job",
    metadata,
    Column("case_id", _code(), primary_key=True),
    Column("job", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("process", Text, nullable=False),
    Column("element", Text, nullable=False),
    Column("data", Text, nullable=False),
    Column("set_seq", Integer, nullable=False),
    Column("run_at", _code(), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("error", Text),
    Index("ix_job_run_at", "run_at"),
    **_CLUSTERED,
)
subscription = Table(
    "subscription",
    metadata,
    _case_key(),
    Column("subscription", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("element", Text, nullable=False),
    Column("keys", Text, nullable=False),
    # The declared names, and a digest of their values: see engine.cases.keys.
    Column("key_names", Text, nullable=False),
    Column("key_digest", _code(), nullable=False),
    Index("ix_subscription_keys", "kind", "name", "key_names", "key_digest", "case_id", "subscription"),
    **_CLUSTERED,
)
# Messages that came before anybody listened.
message = Table(
    "message",
    metadata,
    Column("message", _code(), primary_key=True),
    Column("name", Text, nullable=False),
    Column("data", Text, nullable=False),
    Column("kept_at", _code(), nullable=False),
    Column("expires_at", _code(), nullable=False),
    Index("ix_message_name_kept_at", "name", "kept_at"),
    Index("ix_message_expires_at", "expires_at"),
)
# Files of a case; the content lies in the vault under its hash (`engine.store.vault`). Removed ones keep their row.
attachment = Table(
    "attachment",
    metadata,
    _case_key(),
    Column("attachment", _code(), primary_key=True),
    Column("item", Text),
    Column("field", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("hash", _code(), nullable=False),
    Column("added_at", _code(), nullable=False),
    Column("added_by", Text, nullable=False),
    Column("removed_at", _code()),
    Column("removed_by", Text),
    Column("remove_reason", Text),
    Index("ix_attachment_hash", "hash"),
)
# Files that belong to no case yet: uploaded at the counter by `user` for an application to `matter`.
upload = Table(
    "upload",
    metadata,
    Column("upload", _code(), primary_key=True),
    Column("user", Text, ForeignKey("user.user"), nullable=False),
    Column("matter", Text, nullable=False),
    Column("field", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("hash", _code(), nullable=False),
    Column("uploaded_at", _code(), nullable=False),
    Index("ix_upload_user_uploaded_at", "user", "uploaded_at"),
    Index("ix_upload_hash", "hash"),
)
# What somebody has typed at a step, as typed. At the counter `case_id` is empty and `item` names the matter.
draft = Table(
    "draft",
    metadata,
    Column("user", Text, ForeignKey("user.user"), primary_key=True),
    Column("case_id", _code(), primary_key=True),
    Column("item", Text, primary_key=True),
    Column("fields", Text, nullable=False),
    Column("saved_at", _code(), nullable=False),
    Index("ix_draft_saved_at", "saved_at"),
)
# Who is signed in at which browser. The token is hashed.
web_session = Table(
    "web_session",
    metadata,
    Column("token", _code(), primary_key=True),
    Column("user", Text, nullable=False),
    Column("begun_at", _code(), nullable=False),
    Column("seen_at", _code(), nullable=False),
    # From where, with what, by which way in (password | oidc), and what the provider wants to hear at the end.
    Column("address", Text, nullable=False, server_default=""),
    Column("agent", Text, nullable=False, server_default=""),
    Column("way", Text, nullable=False, server_default=""),
    Column("hint", Text, nullable=False, server_default=""),
    Index("ix_web_session_begun_at", "begun_at"),
    Index("ix_web_session_user", "user"),
)
# A submit that came when nobody was signed in any more, until its author has signed in again; no `user` is a stranger.
held_form = Table(
    "held_form",
    metadata,
    Column("token", _code(), primary_key=True),
    Column("user", Text),
    Column("path", Text, nullable=False),
    Column("fields", Text, nullable=False),
    Column("held_at", _code(), nullable=False),
    Index("ix_held_form_held_at", "held_at"),
)
# With the number of the case, opens its public progress page.
query_code = Table(
    "query_code",
    metadata,
    _case_key(),
    Column("code", _code(), nullable=False),
)
# Issued papers. `files` names the hash of each form (pdf, docx); the bytes stand in `document_content`, once each.
document = Table(
    "document",
    metadata,
    _case_key(),
    Column("document", _code(), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("series", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("files", Text, nullable=False),
    Column("given", Text, nullable=False),
    Column("issued_at", _code(), nullable=False),
    Column("issued_by", Text, nullable=False),
    Column("voided_at", _code()),
    Column("voided_by", Text),
    Column("void_reason", Text),
    Index(
        "ix_document_number", "number", unique=True,
        sqlite_where=text("series <> ''"), postgresql_where=text("series <> ''"),
    ),
)  # fmt: skip
document_content = Table(
    "document_content",
    metadata,
    Column("hash", _code(), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)
# 送达: one row each time that a paper was served, or that serving it was tried in another way.
document_service = Table(
    "document_service",
    metadata,
    Column("case_id", _code(), primary_key=True),
    Column("document", _code(), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("mode", Text, nullable=False),
    Column("served_on", _code(), nullable=False),
    Column("receiver", Text, nullable=False),
    Column("receipt", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("recorded_at", _code(), nullable=False),
    Column("recorded_by", Text, nullable=False),
    ForeignKeyConstraint(["case_id", "document"], ["document.case_id", "document.document"]),
)
number_series = Table(
    "number_series",
    metadata,
    Column("series", Text, primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("last", Integer, nullable=False),
)
calendar_version = Table(
    "calendar_version",
    metadata,
    Column("version", Text, primary_key=True),
    Column("ordinal", Integer, nullable=False, unique=True),
    Column("notice", Text, nullable=False),
    Column("published_at", _code(), nullable=False),
    Column("years", Text, nullable=False),
    Column("added_at", _code(), nullable=False),
    Column("added_by", Text, nullable=False),
    # None is a draft: stored, and not in force yet.
    Column("in_force_at", _code()),
)
calendar_day = Table(
    "calendar_day",
    metadata,
    Column("version", Text, ForeignKey("calendar_version.version"), primary_key=True),
    Column("day", _code(), primary_key=True),
    Column("working", Boolean, nullable=False),
    Column("name", Text, nullable=False),
    Column("order_number", Text, nullable=False),
)
# `number` is 0 for a unit beside the sections. What is closed keeps its row, so that old cases keep their words.
section = Table(
    "section",
    metadata,
    Column("section", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("parent", Text, ForeignKey("section.section")),
    Column("number", Integer, nullable=False, server_default="0"),
    Column("full_name", Text, nullable=False, server_default=""),
    Column("active", Boolean, nullable=False, server_default=text("true")),
)
# The posts that a section has, whoever holds them; `post` below says who does.
section_post = Table(
    "section_post",
    metadata,
    Column("section", Text, ForeignKey("section.section"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("ordinal", Integer, nullable=False),
    Column("active", Boolean, nullable=False),
)
# `must_change`: the password was given by somebody else. `password_at` is empty for one that never was set by a person.
user = Table(
    "user",
    metadata,
    Column("user", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("password", Text),
    Column("active", Boolean, nullable=False),
    Column("data", Text, nullable=False),
    Column("must_change", Boolean, nullable=False, server_default=text("false")),
    Column("password_at", _code(), nullable=False, server_default=""),
)
# Days in Asia/Shanghai, both inclusive; empty where there is no bound.
post = Table(
    "post",
    metadata,
    Column("post", Text, primary_key=True),
    Column("user", Text, ForeignKey("user.user"), primary_key=True),
    Column("section", Text, ForeignKey("section.section")),
    Column("starts_on", _code(), nullable=False, server_default=""),
    Column("ends_on", _code(), nullable=False, server_default=""),
    Index("ix_post_user", "user"),
)
user_role = Table(
    "user_role",
    metadata,
    Column("user", Text, ForeignKey("user.user"), primary_key=True),
    Column("role", Text, primary_key=True),
)
# Every change of sections, posts, people and roles; the database itself refuses to change or drop a row.
organisation_entry = Table(
    "organisation_entry",
    metadata,
    Column("ordinal", Integer, primary_key=True, autoincrement=False),
    Column("at", _code(), nullable=False),
    Column("actor", Text, nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("subject_name", Text, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("key", Text, unique=True),
    Index("ix_organisation_entry_subject", "subject", "ordinal"),
)
# Wrong passwords one after the other, of logins whether there are such people or not.
sign_in_failure = Table(
    "sign_in_failure",
    metadata,
    Column("user", Text, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("last_at", _code(), nullable=False),
    Index("ix_sign_in_failure_last_at", "last_at"),
)
absence = Table(
    "absence",
    metadata,
    Column("user", Text, ForeignKey("user.user"), primary_key=True),
    Column("starts_at", _code(), primary_key=True),
    Column("ends_at", _code(), nullable=False),
    Column("deputy", Text, ForeignKey("user.user")),
    Column("reason", Text, nullable=False),
    # Matters parted by blanks; empty: all of them. `by` entered it.
    Column("scope", Text, nullable=False, server_default=""),
    Column("by", Text, nullable=False, server_default=""),
    Column("entered_at", _code(), nullable=False, server_default=""),
    Column("ended_by", Text),
    Index("ix_absence_deputy", "deputy", "ends_at"),
)
# AB角: who stands in for a person whose absence names nobody.
partner = Table(
    "partner",
    metadata,
    Column("user", Text, ForeignKey("user.user"), primary_key=True),
    Column("partner", Text, ForeignKey("user.user"), nullable=False),
)
# 离职交接 of one person's desk, worked through in the background. `targets`: successor by `事项|环节`, "" for the rest.
hand_over = Table(
    "hand_over",
    metadata,
    Column("hand_over", _code(), primary_key=True),
    Column("person", Text, ForeignKey("user.user"), nullable=False),
    Column("targets", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", _code(), nullable=False),
    Column("total", Integer, nullable=False),
    Column("done", Integer, nullable=False),
    Column("failed", Text, nullable=False),
    Column("run_at", _code()),
    Column("ended_at", _code()),
    Index("ix_hand_over_at", "at", "hand_over"),
    Index(
        "ix_hand_over_run_at", "run_at",
        sqlite_where=text("run_at IS NOT NULL"), postgresql_where=text("run_at IS NOT NULL"),
    ),
)  # fmt: skip
# Filters of the inbox under a name; `first` marks the one that opens with the inbox.
saved_view = Table(
    "saved_view",
    metadata,
    Column("user", Text, ForeignKey("user.user"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("ordinal", Integer, nullable=False),
    Column("box", Text, nullable=False),
    Column("filters", Text, nullable=False),
    Column("first", Boolean, nullable=False),
)
# What the search knows of a case: its row in `search_index` and the last entry in it (0: the header, -1: nothing).
search_case = Table(
    "search_case",
    metadata,
    Column("part", Integer, primary_key=True),
    Column("case_id", _code(), nullable=False, unique=True),
    Column("seq", Integer, nullable=False),
)
search_mark = Table(
    "search_mark",
    metadata,
    Column("mark", Text, primary_key=True),
    Column("value", _code(), nullable=False),
)
# Keys of the REST API: the secret itself is nowhere, `hash` is its SHA-256; `scopes` are words parted by blanks.
api_token = Table(
    "api_token",
    metadata,
    Column("token", _code(), primary_key=True),
    Column("hash", _code(), nullable=False, unique=True),
    Column("prefix", _code(), nullable=False),
    Column("user", Text, ForeignKey("user.user"), nullable=False),
    Column("name", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("created_at", _code(), nullable=False),
    Column("expires_at", _code(), nullable=False),
    Column("last_used_at", _code()),
    Column("revoked_at", _code()),
    Index("ix_api_token_user", "user", "created_at"),
)
# Who is told of what happens to cases. `events` are words parted by blanks; an empty `matter` means every one.
webhook = Table(
    "webhook",
    metadata,
    Column("webhook", _code(), primary_key=True),
    Column("url", Text, nullable=False),
    Column("secret", Text, nullable=False),
    Column("events", Text, nullable=False),
    Column("matter", Text, nullable=False),
    Column("created_at", _code(), nullable=False),
    Column("created_by", Text, nullable=False),
)
# One event for one webhook; `state` is pending, delivered or dead.
webhook_delivery = Table(
    "webhook_delivery",
    metadata,
    Column("webhook", _code(), ForeignKey("webhook.webhook", ondelete="CASCADE"), primary_key=True),
    Column("event_id", _code(), primary_key=True),
    Column("event", Text, nullable=False),
    Column("case_id", _code(), nullable=False),
    Column("body", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("created_at", _code(), nullable=False),
    Column("run_at", _code(), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("status", Integer),
    Column("error", Text),
    Column("closed_at", _code()),
    Index(
        "ix_webhook_delivery_run_at", "run_at",
        sqlite_where=text("state = 'pending'"), postgresql_where=text("state = 'pending'"),
    ),
    Index("ix_webhook_delivery_state", "webhook", "state", "created_at", "event_id"),
)  # fmt: skip
# A daily anchor over all chain heads.
seal = Table(
    "seal",
    metadata,
    Column("day", _code(), primary_key=True),
    Column("heads", Integer, nullable=False),
    Column("prev_hash", _code(), nullable=False),
    Column("hash", _code(), nullable=False),
    Column("sealed_at", _code(), nullable=False),
    UniqueConstraint("hash"),
)
