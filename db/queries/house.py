"""The house's own account and what belongs to it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Character, LoreAttachment, LoreScope, User


async def account(session: AsyncSession, username: str, display_name: str) -> UUID:
    """The account the house itself keeps (it has no Discord id), made where there is none. For jobs only."""
    statement = select(User).where(User.discord_id.is_(None), User.username == username)
    user = await session.scalar(statement)
    if user is None:
        user = User(username=username, display_name=display_name)
        session.add(user)
        await session.flush()
    return user.id


async def character(session: AsyncSession, owner_id: UUID, slug: str) -> Character:
    """The house's character of this name, made (without words) where there is none."""
    statement = select(Character).where(Character.owner_id == owner_id, Character.slug == slug)
    found = await session.scalar(statement)
    if found is None:
        found = Character(owner_id=owner_id, slug=slug, name=slug)
        session.add(found)
    return found


async def attach_lore(session: AsyncSession, owner_id: UUID, book_id: UUID, guild_id: int) -> None:
    """Put a book of the house in force on a server, unless it is there, be it switched off."""
    there = select(LoreAttachment.id).where(LoreAttachment.book_id == book_id, LoreAttachment.guild_id == guild_id)
    if await session.scalar(there) is None:
        session.add(LoreAttachment(book_id=book_id, scope=LoreScope.SERVER, guild_id=guild_id, attached_by=owner_id))
        await session.flush()
