"""From where and by which way somebody has signed in."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("address", "agent", "way", "hint"):
        op.add_column("web_session", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.create_index("ix_web_session_user", "web_session", ["user"], unique=False)
