"""A clock enters the index of lights when its warnings are first looked at, not at the step that starts it."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _index("state = 'running' AND section <> ''")


def downgrade() -> None:
    _index("state = 'running'")


def _index(where: str) -> None:
    op.drop_index("ix_limit_run_lights", table_name="limit_run")
    op.create_index(
        "ix_limit_run_lights", "limit_run", ["section", "yellow_at", "red_at"], unique=False,
        sqlite_where=sa.text(where), postgresql_where=sa.text(where),
    )  # fmt: skip
