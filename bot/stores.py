"""What providers must remember, kept in the database behind a Protocol of theirs (`bot.providers.tokens.FactorStore`).

What transport remembers is kept by `bot.services.talk.stores`. This one stands outside the rules: a factor's type
is the providers' own and rules know no provider.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.providers.tokens import Learnt
from db.queries import keys
from db.work import Actor, Database

_JOB = Actor.job("stores")


class TokenFactors:
    """How many tokens each model counts where tiktoken counts one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self) -> Mapping[tuple[str, str], Learnt]:
        """Every factor learnt so far, by provider and model."""
        async with self._database.work(_JOB) as work:
            rows = await keys.token_factors(work.session)
        return {(row.provider, row.model): Learnt(row.factor, row.samples) for row in rows}

    async def save(self, provider: str, model: str, learnt: Learnt) -> None:
        """Keep what was learnt."""
        async with self._database.work(_JOB) as work:
            await keys.put_token_factor(work.session, provider, model, learnt.factor, learnt.samples)
