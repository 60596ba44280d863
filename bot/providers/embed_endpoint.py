"""Embeddings from any server that speaks OpenAI's `/embeddings`. Never retried here: a job tries again, a reply goes
on without.

What it costs is the house's: each request logs its tokens and, where the price is known, its cost.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping, Sequence
from typing import cast

import httpx2
import openai
import structlog
from openai import AsyncOpenAI

from bot.clock import Clock, SystemClock
from bot.errors import Down, ProviderError, Slow
from bot.ports.embedding import Kind
from bot.providers import failures, prices
from bot.providers.deadlines import Deadlines
from bot.providers.openai_models import is_loopback, public_address
from bot.providers.wire import capped_client

log = structlog.get_logger(__name__)

_TEXTS_AT_ONCE = 32
_MOST_DIMENSIONS = 4000
"""pgvector's own limit for an index over half-precision vectors."""
_BYTES_PER_TOKEN = 4
_WINDOW = 320
_HUGE = 1e30
"""Nothing a model says is as large, and what is cannot be squared."""
# Some families want to be told which is the question (their model cards; the names are those servers use).
_PREFIXES: tuple[tuple[str, str, str], ...] = (
    ("e5-", "query: ", "passage: "),
    ("nomic-embed", "search_query: ", "search_document: "),
)
_USUAL_THRESHOLD = 0.22
"""As both models measured here have it (docs/lore-retrieval.md); the setting EMBEDDINGS_THRESHOLD is the operator's."""


class EndpointEmbedder:
    """Implements `bot.ports.Embedder` over a server. `threshold` None: the usual one."""

    window = _WINDOW

    def __init__(
        self,
        *,
        provider: str,
        base_url: str,
        model: str,
        key: str = "",
        threshold: float | None = None,
        clock: Clock | None = None,
        deadlines: Deadlines | None = None,
    ) -> None:
        self.model = model
        self.threshold = _USUAL_THRESHOLD if threshold is None else threshold
        self.dimensions: int | None = None
        self._provider = provider
        self._base_url = base_url
        self._clock = clock or SystemClock()
        self._deadlines = deadlines or Deadlines()
        self._prefixes = next((both for part, *both in _PREFIXES if part in model.lower()), ("", ""))
        self._client = AsyncOpenAI(
            api_key=key or "none",
            base_url=base_url,
            max_retries=0,
            http_client=capped_client(self._deadlines, trust_environment=not is_loopback(base_url)),
        )

    def __repr__(self) -> str:
        """Provider, model and address; never the key."""
        return f"<EndpointEmbedder {self._provider} {self.model!r} at {public_address(self._base_url)}>"

    def count(self, text: str) -> int:
        """About how many tokens a text has: nobody here knows the server's vocabulary."""
        return math.ceil(len(text.encode("utf-8", "replace")) / _BYTES_PER_TOKEN)

    async def embed(self, texts: Sequence[str], kind: Kind) -> list[list[float]]:
        """One vector for each text. Raises a `bot.errors.ProviderError`."""
        vectors: list[list[float]] = []
        for start in range(0, len(texts), _TEXTS_AT_ONCE):
            vectors += await self._asked([self._as_asked(text, kind) for text in texts[start : start + _TEXTS_AT_ONCE]])
        return vectors

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    def _as_asked(self, text: str, kind: Kind) -> str:
        prefix = self._prefixes[0 if kind is Kind.QUERY else 1]
        plain = text.encode("utf-8", "replace").decode("utf-8")
        return prefix + (plain.strip() or "…")

    async def _asked(self, texts: list[str]) -> list[list[float]]:
        try:
            async with asyncio.timeout(self._deadlines.total):
                answer = await self._client.post(
                    "/embeddings",
                    cast_to=object,
                    body={"model": self.model, "input": texts, "encoding_format": "float"},
                )
        except TimeoutError:
            failed: ProviderError = failures.failure(Slow, self._provider, "the whole answer took too long")
        except openai.APIStatusError as error:
            failed = failures.from_status(error, self._provider, self._clock.now())
        except openai.APITimeoutError:
            failed = failures.failure(Slow, self._provider, "connecting took too long")
        except (openai.APIError, httpx2.HTTPError, ValueError):
            failed = failures.failure(Down, self._provider, "no connection, or it broke")
        else:
            return self._read(answer, len(texts))
        # Outside of the handler: the library's errors hold the request, its headers and the server's words.
        raise failed

    def _read(self, answer: object, wanted: int) -> list[list[float]]:
        body = cast("Mapping[str, object]", answer if isinstance(answer, Mapping) else {})
        if body.get("error"):
            raise failures.from_body(body["error"], self._provider)
        vectors = _vectors(body.get("data"), wanted)
        if vectors is None or len(sizes := {len(vector) for vector in vectors}) != 1:
            raise failures.failure(Down, self._provider, "nonsense instead of vectors")
        size = sizes.pop()
        if not 0 < size <= _MOST_DIMENSIONS or self.dimensions not in (None, size):
            raise failures.failure(Down, self._provider, f"vectors of {size} numbers")
        self.dimensions = size
        self._note(body.get("usage"), wanted)
        return vectors

    def _note(self, usage: object, texts: int) -> None:
        told = cast("Mapping[str, object]", usage if isinstance(usage, Mapping) else {}).get("prompt_tokens")
        tokens = told if isinstance(told, int) and told >= 0 else None
        cost = prices.FREE
        if not is_loopback(self._base_url):
            cost = prices.priced(base_url=self._base_url, model=self.model, tokens_in=tokens, tokens_out=0)
        log.info("embedded", provider=self._provider, model=self.model, texts=texts, tokens=tokens, micros=cost.micros)


def _vectors(data: object, wanted: int) -> list[list[float]] | None:
    """The vectors in the order of the texts, each of length 1; None where they are not what was asked for."""
    if not isinstance(data, list) or len(items := cast("list[object]", data)) != wanted:
        return None
    found: dict[int, list[float]] = {}
    for place, item in enumerate(items):
        values = cast("Mapping[str, object]", item if isinstance(item, Mapping) else {})
        index = values.get("index", place)
        vector = _vector(values.get("embedding"))
        if vector is None or not isinstance(index, int):
            return None
        found[index] = vector
    return [found[place] for place in range(wanted)] if set(found) == set(range(wanted)) else None


def _vector(numbers: object) -> list[float] | None:
    if not isinstance(numbers, list):
        return None
    values = cast("list[object]", numbers)
    if not all(isinstance(one, int | float) and not isinstance(one, bool) and abs(one) < _HUGE for one in values):
        return None
    vector = [float(cast(float, one)) for one in values]
    length = math.hypot(*vector)
    return [one / length for one in vector] if length else None
