"""The job queue: PgQueuer's own tables, as PgQueuer itself installs them

Revision ID: 0002
Revises: 0001
Create Date: 2026-11-21 09:31:00.000000
"""

from __future__ import annotations

from alembic import op

from db import pgq

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Apply. A later PgQueuer whose tables differ comes with a revision that runs its own upgrade."""
    for statement in pgq.install_statements():
        op.execute(statement)


def downgrade() -> None:
    """Take back."""
    for statement in pgq.uninstall_statements():
        op.execute(statement)
