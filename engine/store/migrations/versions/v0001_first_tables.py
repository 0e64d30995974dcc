"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# As at this revision; later changes of engine.store.tables have revisions of their own.
CODE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "calendar_version",
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.Column("published_at", CODE, nullable=False),
        sa.Column("years", sa.Text(), nullable=False),
        sa.Column("added_at", CODE, nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("in_force_at", CODE, nullable=True),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_calendar_version")),
        sa.UniqueConstraint("ordinal", name=op.f("uq_calendar_version_ordinal")),
    )
    op.create_table(
        "deployment",
        sa.Column("deployment", CODE, nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("deployed_at", CODE, nullable=False),
        sa.Column("deployed_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("deployment", name=op.f("pk_deployment")),
        sa.UniqueConstraint("ordinal", name=op.f("uq_deployment_ordinal")),
    )
    op.create_table(
        "idempotency",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("case_id", CODE, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", CODE, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_idempotency")),
    )
    op.create_table(
        "job",
        sa.Column("case_id", CODE, nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("element", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("set_seq", sa.Integer(), nullable=False),
        sa.Column("run_at", CODE, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("case_id", "job", name=op.f("pk_job")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_job_run_at", "job", ["run_at"], unique=False)
    op.create_table(
        "message",
        sa.Column("message", CODE, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("kept_at", CODE, nullable=False),
        sa.Column("expires_at", CODE, nullable=False),
        sa.PrimaryKeyConstraint("message", name=op.f("pk_message")),
    )
    op.create_index("ix_message_expires_at", "message", ["expires_at"], unique=False)
    op.create_index("ix_message_name_kept_at", "message", ["name", "kept_at"], unique=False)
    op.create_table(
        "number_series",
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("series", "year", name=op.f("pk_number_series")),
    )
    op.create_table(
        "seal",
        sa.Column("day", CODE, nullable=False),
        sa.Column("heads", sa.Integer(), nullable=False),
        sa.Column("prev_hash", CODE, nullable=False),
        sa.Column("hash", CODE, nullable=False),
        sa.Column("sealed_at", CODE, nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_seal")),
        sa.UniqueConstraint("hash", name=op.f("uq_seal_hash")),
    )
    op.create_table(
        "section",
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("parent", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["parent"], ["section.section"], name=op.f("fk_section_parent")),
        sa.PrimaryKeyConstraint("section", name=op.f("pk_section")),
    )
    op.create_table(
        "user",
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("user", name=op.f("pk_user")),
    )
    op.create_table(
        "absence",
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("starts_at", CODE, nullable=False),
        sa.Column("ends_at", CODE, nullable=False),
        sa.Column("deputy", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["deputy"], ["user.user"], name=op.f("fk_absence_deputy")),
        sa.ForeignKeyConstraint(["user"], ["user.user"], name=op.f("fk_absence_user")),
        sa.PrimaryKeyConstraint("user", "starts_at", name=op.f("pk_absence")),
    )
    op.create_table(
        "bundle_file",
        sa.Column("deployment", CODE, nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["deployment"], ["deployment.deployment"], name=op.f("fk_bundle_file_deployment")
        ),
        sa.PrimaryKeyConstraint("deployment", "path", name=op.f("pk_bundle_file")),
    )
    op.create_table(
        "calendar_day",
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("day", CODE, nullable=False),
        sa.Column("working", sa.Boolean(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("order_number", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version"], ["calendar_version.version"], name=op.f("fk_calendar_day_version")
        ),
        sa.PrimaryKeyConstraint("version", "day", name=op.f("pk_calendar_day")),
    )
    op.create_table(
        "case",
        sa.Column("case_id", CODE, nullable=False),
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("deployment", CODE, nullable=False),
        sa.Column("matter", sa.Text(), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("applicant", sa.Text(), nullable=False),
        sa.Column("header", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("steps", sa.Text(), nullable=False),
        sa.Column("due", CODE, nullable=False),
        sa.Column("started_at", CODE, nullable=False),
        sa.Column("started_by", sa.Text(), nullable=False),
        sa.Column("updated_at", CODE, nullable=False),
        sa.Column("ended_at", CODE, nullable=True),
        sa.Column("head_seq", sa.Integer(), nullable=False),
        sa.Column("head_hash", CODE, nullable=False),
        sa.ForeignKeyConstraint(["deployment"], ["deployment.deployment"], name=op.f("fk_case_deployment")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case")),
    )
    op.create_index("ix_case_matter_started_at", "case", ["matter", "started_at"], unique=False)
    op.create_index(
        "ix_case_number",
        "case",
        ["number"],
        unique=True,
        sqlite_where=sa.text("number <> ''"),
        postgresql_where=sa.text("number <> ''"),
    )
    op.create_index(
        "ix_case_started_by_started_at_case_id", "case", ["started_by", "started_at", "case_id"], unique=False
    )
    op.create_table(
        "post",
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("section", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["section"], ["section.section"], name=op.f("fk_post_section")),
        sa.ForeignKeyConstraint(["user"], ["user.user"], name=op.f("fk_post_user")),
        sa.PrimaryKeyConstraint("post", "user", name=op.f("pk_post")),
    )
    op.create_index("ix_post_user", "post", ["user"], unique=False)
    op.create_table(
        "process",
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("deployment", CODE, nullable=False),
        sa.ForeignKeyConstraint(
            ["deployment"], ["deployment.deployment"], name=op.f("fk_process_deployment")
        ),
        sa.PrimaryKeyConstraint("process", name=op.f("pk_process")),
    )
    op.create_table(
        "start_trigger",
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("element", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("deployment", CODE, nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("due", CODE, nullable=True),
        sa.Column("run_at", CODE, nullable=True),
        sa.ForeignKeyConstraint(
            ["deployment"], ["deployment.deployment"], name=op.f("fk_start_trigger_deployment")
        ),
        sa.PrimaryKeyConstraint("process", "element", "kind", name=op.f("pk_start_trigger")),
    )
    op.create_index("ix_start_trigger_kind_name", "start_trigger", ["kind", "name"], unique=False)
    op.create_table(
        "attachment",
        sa.Column("case_id", CODE, nullable=False),
        sa.Column("attachment", CODE, nullable=False),
        sa.Column("item", sa.Text(), nullable=True),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("hash", CODE, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("added_at", CODE, nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.case_id"], name=op.f("fk_attachment_case_id")),
        sa.PrimaryKeyConstraint("case_id", "attachment", name=op.f("pk_attachment")),
    )
    op.create_table(
        "case_state",
        sa.Column("case_id", CODE, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("deployment", CODE, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("clocks", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.case_id"], name=op.f("fk_case_state_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_state")),
    )
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
        "ix_clock_event_recomputed",
        "clock_event",
        ["at"],
        unique=False,
        sqlite_where=sa.text("kind = 'recomputed'"),
        postgresql_where=sa.text("kind = 'recomputed'"),
    )
    op.create_table(
        "notice",
        sa.Column("notice", CODE, nullable=False),
        sa.Column("addressee", sa.Text(), nullable=False),
        sa.Column("case_id", CODE, nullable=False),
        sa.Column("limit_id", sa.Text(), nullable=False),
        sa.Column("warning", sa.Text(), nullable=False),
        sa.Column("due", CODE, nullable=False),
        sa.Column("at", CODE, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("mailed_at", CODE, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.case_id"], name=op.f("fk_notice_case_id")),
        sa.PrimaryKeyConstraint("notice", name=op.f("pk_notice")),
        sa.UniqueConstraint(
            "case_id",
            "limit_id",
            "warning",
            "due",
            "addressee",
            name=op.f("uq_notice_case_id_limit_id_warning_due_addressee"),
        ),
    )
    op.create_index("ix_notice_addressee_at", "notice", ["addressee", "at", "notice"], unique=False)
    op.create_index(
        "ix_notice_unmailed",
        "notice",
        ["at"],
        unique=False,
        sqlite_where=sa.text("mailed_at IS NULL"),
        postgresql_where=sa.text("mailed_at IS NULL"),
    )
    op.create_table(
        "notice_read",
        sa.Column("notice", CODE, nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("read_at", CODE, nullable=False),
        sa.ForeignKeyConstraint(["notice"], ["notice.notice"], name=op.f("fk_notice_read_notice")),
        sa.PrimaryKeyConstraint("notice", "user", name=op.f("pk_notice_read")),
    )
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
    op.create_table(
        "entry",
        sa.Column("case_id", CODE, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", CODE, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("on_behalf_of", sa.Text(), nullable=True),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("deployment", CODE, nullable=True),
        sa.Column("command", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("effects", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("prev_hash", CODE, nullable=False),
        sa.Column("hash", CODE, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.case_id"], name=op.f("fk_entry_case_id")),
        sa.PrimaryKeyConstraint("case_id", "seq", name=op.f("pk_entry")),
    )
    op.create_index(
        "ix_entry_case_id_key",
        "entry",
        ["case_id", "key"],
        unique=True,
        sqlite_where=sa.text("key IS NOT NULL"),
        postgresql_where=sa.text("key IS NOT NULL"),
    )
    op.create_table(
        "limit_run",
        sa.Column("case_id", CODE, nullable=False),
        sa.Column("limit_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("started_on", CODE, nullable=True),
        sa.Column("due", CODE, nullable=True),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("ended_at", CODE, nullable=True),
        sa.Column("calendar", sa.Text(), nullable=False),
        sa.Column("first_day", CODE, nullable=True),
        sa.Column("last_day", CODE, nullable=True),
        sa.Column("warn_at", CODE, nullable=True),
        sa.Column("warned", sa.Text(), nullable=False),
        sa.Column("yellow_at", CODE, nullable=True),
        sa.Column("red_at", CODE, nullable=True),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.case_id"], name=op.f("fk_limit_run_case_id")),
        sa.PrimaryKeyConstraint("case_id", "limit_id", name=op.f("pk_limit_run")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_limit_run_due",
        "limit_run",
        ["due"],
        unique=False,
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    )
    op.create_index(
        "ix_limit_run_calendar",
        "limit_run",
        ["calendar", "case_id"],
        unique=False,
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    )
    op.create_index(
        "ix_limit_run_warn_at",
        "limit_run",
        ["warn_at"],
        unique=False,
        sqlite_where=sa.text("warn_at IS NOT NULL"),
        postgresql_where=sa.text("warn_at IS NOT NULL"),
    )
    op.create_index(
        "ix_limit_run_red_at",
        "limit_run",
        ["red_at", "section"],
        unique=False,
        sqlite_where=sa.text("red_at IS NOT NULL"),
        postgresql_where=sa.text("red_at IS NOT NULL"),
    )
    op.create_index(
        "ix_limit_run_lights",
        "limit_run",
        ["section", "yellow_at", "red_at"],
        unique=False,
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    )
    op.create_index(
        "ix_limit_run_suspended",
        "limit_run",
        ["section"],
        unique=False,
        sqlite_where=sa.text("state = 'suspended'"),
        postgresql_where=sa.text("state = 'suspended'"),
    )
    op.create_table(
        "subscription",
        sa.Column("case_id", CODE, nullable=False),
        sa.Column("subscription", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("element", sa.Text(), nullable=False),
        sa.Column("keys", sa.Text(), nullable=False),
        sa.Column("key_names", sa.Text(), nullable=False),
        sa.Column("key_digest", CODE, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.case_id"], name=op.f("fk_subscription_case_id")),
        sa.PrimaryKeyConstraint("case_id", "subscription", name=op.f("pk_subscription")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_subscription_keys",
        "subscription",
        ["kind", "name", "key_names", "key_digest", "case_id", "subscription"],
        unique=False,
    )
    op.create_table(
        "timer",
        sa.Column("case_id", CODE, nullable=False),
        sa.Column("timer", sa.Text(), nullable=False),
        sa.Column("element", sa.Text(), nullable=False),
        sa.Column("limit_id", sa.Text(), nullable=True),
        sa.Column("due", CODE, nullable=True),
        sa.Column("run_at", CODE, nullable=True),
        sa.Column("set_seq", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.case_id"], name=op.f("fk_timer_case_id")),
        sa.PrimaryKeyConstraint("case_id", "timer", name=op.f("pk_timer")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_timer_run_at", "timer", ["run_at"], unique=False)
    op.create_table(
        "work_item",
        sa.Column("case_id", CODE, nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("element", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=True),
        sa.Column("form", sa.Text(), nullable=True),
        sa.Column("limit_id", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due", CODE, nullable=False),
        sa.Column("opened_at", CODE, nullable=False),
        sa.Column("claimed_by", sa.Text(), nullable=True),
        sa.Column("claimed_at", CODE, nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.Column("closed_at", CODE, nullable=True),
        sa.Column("matter", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("applicant", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.case_id"], name=op.f("fk_work_item_case_id")),
        sa.PrimaryKeyConstraint("case_id", "item", name=op.f("pk_work_item")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_work_item_done",
        "work_item",
        ["closed_by", "closed_at", "case_id", "item"],
        unique=False,
        sqlite_where=sa.text("state = 'completed'"),
        postgresql_where=sa.text("state = 'completed'"),
    )
    op.create_index(
        "ix_work_item_todo",
        "work_item",
        ["claimed_by", "due", "case_id", "item"],
        unique=False,
        sqlite_where=sa.text("state = 'claimed'"),
        postgresql_where=sa.text("state = 'claimed'"),
    )
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
        "ix_work_item_candidate_claimable",
        "work_item_candidate",
        ["candidate", "due", "case_id", "item"],
        unique=False,
        sqlite_where=sa.text("claimable = 1"),
        postgresql_where=sa.text("claimable"),
    )
    op.create_table(
        "api_token",
        sa.Column("token", CODE, nullable=False),
        sa.Column("hash", CODE, nullable=False),
        sa.Column("prefix", CODE, nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("created_at", CODE, nullable=False),
        sa.Column("expires_at", CODE, nullable=False),
        sa.Column("last_used_at", CODE, nullable=True),
        sa.Column("revoked_at", CODE, nullable=True),
        sa.ForeignKeyConstraint(["user"], ["user.user"], name=op.f("fk_api_token_user")),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_api_token")),
        sa.UniqueConstraint("hash", name=op.f("uq_api_token_hash")),
    )
    op.create_index("ix_api_token_user", "api_token", ["user", "created_at"], unique=False)
    op.create_table(
        "webhook",
        sa.Column("webhook", CODE, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("events", sa.Text(), nullable=False),
        sa.Column("matter", sa.Text(), nullable=False),
        sa.Column("created_at", CODE, nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("webhook", name=op.f("pk_webhook")),
    )
    op.create_table(
        "webhook_delivery",
        sa.Column("webhook", CODE, nullable=False),
        sa.Column("event_id", CODE, nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("case_id", CODE, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", CODE, nullable=False),
        sa.Column("run_at", CODE, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("closed_at", CODE, nullable=True),
        sa.ForeignKeyConstraint(
            ["webhook"], ["webhook.webhook"], name=op.f("fk_webhook_delivery_webhook"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("webhook", "event_id", name=op.f("pk_webhook_delivery")),
    )
    op.create_index(
        "ix_webhook_delivery_run_at",
        "webhook_delivery",
        ["run_at"],
        unique=False,
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index(
        "ix_webhook_delivery_state",
        "webhook_delivery",
        ["webhook", "state", "created_at", "event_id"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_table("webhook_delivery")
    op.drop_table("webhook")
    op.drop_table("api_token")
    op.drop_table("work_item_candidate")
    op.drop_table("work_item")
    op.drop_table("timer")
    op.drop_table("subscription")
    op.drop_table("limit_run")
    op.drop_table("notice_read")
    op.drop_table("notice")
    op.drop_table("entry")
    op.drop_table("document")
    op.drop_table("clock_event")
    op.drop_table("case_state")
    op.drop_table("attachment")
    op.drop_table("start_trigger")
    op.drop_table("process")
    op.drop_table("post")
    op.drop_table("case")
    op.drop_table("calendar_day")
    op.drop_table("bundle_file")
    op.drop_table("absence")
    op.drop_table("user")
    op.drop_table("section")
    op.drop_table("seal")
    op.drop_table("number_series")
    op.drop_table("message")
    op.drop_table("job")
    op.drop_table("idempotency")
    op.drop_table("deployment")
    op.drop_table("calendar_version")
