"""The models of this house: its own choice and, where the operator offers them, others on the same server."""

from __future__ import annotations

import structlog

from bot.clock import Clock
from bot.ports import Models, Offer
from bot.providers.deadlines import Deadlines
from bot.providers.openai_models import OpenAIModels, Server
from bot.providers.tokens import Factors, Tokenizer

_log = structlog.get_logger(__name__)


class HouseModels:
    """Implements `bot.ports.ModelPool` over one client for each offered model, opened when it is first asked for."""

    def __init__(
        self,
        server: Server,
        *,
        tokenizer: Tokenizer,
        factors: Factors | None = None,
        deadlines: Deadlines | None = None,
        clock: Clock | None = None,
    ) -> None:
        """`server` is the house's own choice; `server.others` may be chosen in its place."""
        servers = (server, *server.others)
        self._servers = {(one.provider, one.model): one for one in reversed(servers)}
        self._own = (server.provider, server.model)
        self._offers = tuple(dict.fromkeys((one.provider, one.model) for one in servers))
        self._tokenizer = tokenizer
        self._factors = factors or Factors()
        self._deadlines = deadlines
        self._clock = clock
        self._open: dict[tuple[str, str], OpenAIModels] = {}

    def offers(self) -> tuple[Offer, ...]:
        """What may be chosen; the first is the house's own choice."""
        return tuple(Offer(provider, model, self._servers[provider, model].sees) for provider, model in self._offers)

    def pick(self, provider: str | None = None, model: str | None = None) -> Models:
        """The chosen model; the house's own where none is chosen, or the chosen one is not offered any more.

        A model without a provider is looked for at the house's own first. That the choice could not be followed is
        logged, and shows in the answer's `Finished.model`.
        """
        if model is None:
            return self._opened(self._own)
        wanted = next(
            (key for key in self._offers if key[1] == model and provider in (None, key[0])),
            None,
        )
        if wanted is None:
            _log.info("model_not_offered", wanted=model, provider=provider, taken=self._own[1])
        return self._opened(wanted or self._own)

    async def close(self) -> None:
        """Close the connections."""
        for models in self._open.values():
            await models.close()

    def _opened(self, key: tuple[str, str]) -> OpenAIModels:
        if key not in self._open:
            self._open[key] = OpenAIModels(
                self._servers[key],
                tokenizer=self._tokenizer,
                factors=self._factors,
                deadlines=self._deadlines,
                clock=self._clock,
            )
        return self._open[key]
