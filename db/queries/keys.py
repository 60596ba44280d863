"""What is known of models: how they count."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import TokenFactor


async def token_factors(session: AsyncSession) -> Sequence[TokenFactor]:
    """Every factor learnt so far."""
    return (await session.scalars(select(TokenFactor))).all()


async def put_token_factor(session: AsyncSession, provider: str, model: str, factor: float, samples: int) -> None:
    """Keep a factor in place of the last one."""
    values = {"factor": factor, "samples": samples}
    statement = insert(TokenFactor).values(provider=provider, model=model, **values)
    await session.execute(
        statement.on_conflict_do_update(index_elements=[TokenFactor.provider, TokenFactor.model], set_=values)
    )
