"""Texts as points: what is asked of an embedding model."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol


class Kind(StrEnum):
    """What a text is embedded for. Some models read questions and answers differently."""

    QUERY = "query"
    PASSAGE = "passage"


class Embedder(Protocol):
    """An embedding model. Vectors have length 1, so their product is the cosine."""

    @property
    def model(self) -> str:
        """The model's own name. What another model made is never compared with what this one makes."""
        ...

    @property
    def dimensions(self) -> int | None:
        """How many numbers a vector has; None until a server has sent one."""
        ...

    @property
    def threshold(self) -> float:
        """From which cosine on two texts speak of the same, by this model's own measure."""
        ...

    @property
    def window(self) -> int:
        """How many tokens one text should have at most; what is longer is split first."""
        ...

    def count(self, text: str) -> int:
        """Tokens of a text by this model's own vocabulary, or an estimate. Blocking (it may load the model): threads
        only. Raises a `bot.errors.ProviderError` where the model cannot be loaded."""
        ...

    async def embed(self, texts: Sequence[str], kind: Kind) -> list[list[float]]:
        """One vector for each text, in order. Raises a `bot.errors.ProviderError`."""
        ...

    async def close(self) -> None:
        """End connections and threads."""
        ...
