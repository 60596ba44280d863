"""One at a time: whoever reads a thing to change it lets nobody else do so meanwhile."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession


async def alone_with(session: AsyncSession, what: str) -> None:
    """Wait until nobody else is at `what`, a name of the caller's choosing; then nobody is until this work ends."""
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:what, 0))"), {"what": what})
