"""Tokens of the API: a person's own, and who comes with one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    LargeBinary,
    Text,
    Uuid,
    bindparam,
    column,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from db.direct import Direct, Prepared
from db.models import ApiToken


@dataclass(frozen=True, slots=True)
class BearerRow:
    """Who comes with a token that holds."""

    token_id: UUID
    user_id: UUID
    discord_id: int | None
    username: str
    display_name: str
    locale: str | None
    scopes: Sequence[str]
    role: str
    is_blocked: bool


async def add(session: AsyncSession, row: ApiToken) -> None:
    """Keep a new token."""
    session.add(row)
    await session.flush()
    await session.refresh(row)


async def all_of(session: AsyncSession, user_id: UUID) -> Sequence[ApiToken]:
    """A person's tokens, those that ended too, the newest first."""
    statement = select(ApiToken).where(ApiToken.user_id == user_id).order_by(ApiToken.id.desc())
    return (await session.scalars(statement)).all()


async def count_holding(session: AsyncSession, user_id: UUID, now: datetime) -> int:
    """How many tokens of a person can still be used."""
    holds = ApiToken.revoked_at.is_(None), or_(ApiToken.expires_at.is_(None), ApiToken.expires_at > now)
    statement = select(func.count()).select_from(ApiToken).where(ApiToken.user_id == user_id, *holds)
    return await session.scalar(statement) or 0


async def revoke(session: AsyncSession, user_id: UUID, token_id: UUID, now: datetime) -> ApiToken | None:
    """End a token; None where the person has none of that id. One that ended already stays as it ended."""
    mine = ApiToken.id == token_id, ApiToken.user_id == user_id
    await session.execute(update(ApiToken).where(*mine, ApiToken.revoked_at.is_(None)).values(revoked_at=now))
    found = await session.scalar(select(ApiToken).where(*mine))
    if found is not None:
        await session.refresh(found)
    return found


_FOUND = (
    func.use_api_token(bindparam("hash", type_=LargeBinary()))
    .table_valued(
        column("token_id", Uuid()),
        column("user_id", Uuid()),
        column("discord_id", BigInteger()),
        column("username", Text()),
        column("display_name", Text()),
        column("locale", Text()),
        column("scopes", ARRAY(Text)),
        column("role", Text()),
        column("is_blocked", Boolean()),
        name="found",
    )
    .render_derived()
)
_BEARER = Prepared(select(*_FOUND.c))
"""Asked with every call, so it goes the short way (`db.direct`)."""


async def bearer(direct: Direct, token_hash: bytes) -> BearerRow | None:
    """Who comes with the token of this hash, and that it was used now. For jobs only."""
    row = await direct.row(_BEARER, hash=token_hash)
    return None if row is None else BearerRow(*row)


async def purge(session: AsyncSession, before: datetime) -> int:
    """Forget the tokens that ended before that moment; how many went. For jobs only."""
    return int(await session.scalar(text("SELECT purge_api_tokens(:before)"), {"before": before}) or 0)
