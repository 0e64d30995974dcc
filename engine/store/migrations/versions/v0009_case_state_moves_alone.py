"""What every step changes stands in `case_state` alone; the row of `case` is written when the case ends."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None
CODE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    for name, kind in (("head_hash", CODE), ("steps", sa.Text()), ("due", CODE)):
        op.add_column("case_state", sa.Column(name, kind, nullable=False, server_default=""))
    op.execute(
        "UPDATE case_state SET (head_hash, steps, due) ="
        ' (SELECT c.head_hash, c.steps, c.due FROM "case" c WHERE c.case_id = case_state.case_id)'
    )
    for name in ("head_hash", "steps", "due", "head_seq", "updated_at"):
        op.drop_column("case", name)


def downgrade() -> None:
    op.add_column("case", sa.Column("head_seq", sa.Integer(), nullable=False, server_default="0"))
    for name, kind in (("updated_at", CODE), ("head_hash", CODE), ("steps", sa.Text()), ("due", CODE)):
        op.add_column("case", sa.Column(name, kind, nullable=False, server_default=""))
    op.execute(
        'UPDATE "case" SET (head_seq, head_hash, steps, due) ='
        ' (SELECT s.revision, s.head_hash, s.steps, s.due FROM case_state s WHERE s.case_id = "case".case_id)'
    )
    op.execute(
        'UPDATE "case" SET updated_at = (SELECT max(e.at) FROM entry e WHERE e.case_id = "case".case_id)'
    )
    for name in ("head_hash", "steps", "due"):
        op.drop_column("case_state", name)
