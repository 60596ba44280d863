"""How many tokens a text has, without ever asking the network.

The o200k vocabulary ships with the program (`bot/data`). Other providers' vocabularies differ by a fairly constant
factor, which `Factors` learns from the figures they report.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import importlib.resources
import os
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Protocol

import tiktoken

_VOCABULARY = "o200k_base"
_SHA256 = "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"
# tiktoken looks for a vocabulary under the SHA-1 of the address it would fetch it from.
_CACHE_NAME = "fb374d419588a4632f3f557e76b4b70aebbca790"
_CACHE_VARIABLE = "TIKTOKEN_CACHE_DIR"
# Long unbroken runs make tiktoken's pattern slow or overflow its stack; slices cost at most a token each.
_SLICE = 4000
_CHARACTERS_PER_TOKEN = 4

_loading = threading.Lock()


class Tokenizer:
    """Counts tokens by the o200k vocabulary; by four characters a token until it is loaded or where it is missing."""

    def __init__(self) -> None:
        self._encoding: tiktoken.Encoding | None = None

    @property
    def is_exact(self) -> bool:
        """Whether the vocabulary is there."""
        return self._encoding is not None

    def load_now(self) -> bool:
        """Load the vocabulary (some 0.3 s, blocking). False where it is missing or does not match its hash."""
        if self._encoding is None:
            self._encoding = _load()
        return self.is_exact

    async def load(self) -> bool:
        """Load the vocabulary in a thread."""
        return await asyncio.to_thread(self.load_now)

    def count(self, text: str) -> int:
        """Tokens of a text, special tokens read as plain words. A whole prompt (10 ms and more) belongs in a thread."""
        if self._encoding is None:
            return ceil(len(text) / _CHARACTERS_PER_TOKEN)
        # A lone surrogate cannot be encoded.
        plain = text.encode("utf-8", "replace").decode("utf-8")
        return sum(
            len(self._encoding.encode(plain[start : start + _SLICE], disallowed_special=()))
            for start in range(0, len(plain), _SLICE)
        )


def _load() -> tiktoken.Encoding | None:
    """tiktoken's own loader, pointed at our copy; it only ever sees a file whose hash we checked, so it fetches
    nothing."""
    packed = importlib.resources.files("bot.data") / f"{_VOCABULARY}.tiktoken.gz"
    if not packed.is_file():
        return None
    try:
        vocabulary = gzip.decompress(packed.read_bytes())
    except (OSError, EOFError):
        return None
    if hashlib.sha256(vocabulary).hexdigest() != _SHA256:
        return None
    with _loading, tempfile.TemporaryDirectory(prefix="botcafe-vocabulary-") as folder:
        (Path(folder) / _CACHE_NAME).write_bytes(vocabulary)
        before = os.environ.get(_CACHE_VARIABLE)
        os.environ[_CACHE_VARIABLE] = folder
        try:
            return tiktoken.get_encoding(_VOCABULARY)
        finally:
            if before is None:
                del os.environ[_CACHE_VARIABLE]
            else:
                os.environ[_CACHE_VARIABLE] = before


# ------------------------------------------------------------------------------------------------ learnt factors


@dataclass(frozen=True, slots=True)
class Learnt:
    """How a provider's count compares with ours: theirs / ours, and from how many answers that is known."""

    factor: float = 1.0
    samples: int = 0


# A prompt of fewer tokens tells more about the chat format's wrapping than about the vocabulary.
_TELLING_TOKENS = 100
# A report outside of this is a mistake (or counts something else than the prompt), not a vocabulary.
_BELIEVABLE = (0.4, 4.0)
# Later answers weigh at least this much, so that a provider's change of vocabulary is noticed.
_SMALLEST_WEIGHT = 0.05


def learn(known: Learnt, *, ours: int, theirs: int) -> Learnt:
    """What is known after one more answer: a running mean that turns into a slow moving average. Pure."""
    if ours < _TELLING_TOKENS or not _BELIEVABLE[0] <= theirs / ours <= _BELIEVABLE[1]:
        return known
    samples = known.samples + 1
    weight = max(1 / samples, _SMALLEST_WEIGHT)
    return Learnt(known.factor + weight * (theirs / ours - known.factor), samples)


class FactorStore(Protocol):
    """Where factors outlive the process (table `token_factors`)."""

    async def load(self) -> Mapping[tuple[str, str], Learnt]:
        """All factors, by (provider, model)."""
        ...

    async def save(self, provider: str, model: str, learnt: Learnt) -> None:
        """Keep one factor."""
        ...


class Factors:
    """Learnt factors of all providers and models, in memory; `store` keeps them, where given."""

    def __init__(self, store: FactorStore | None = None) -> None:
        self._store = store
        self._known: dict[tuple[str, str], Learnt] = {}

    async def load(self) -> None:
        """Take over what the store holds."""
        if self._store is not None:
            self._known.update(await self._store.load())

    def of(self, provider: str, model: str) -> Learnt:
        """What is known of a model; factor 1 where nothing is."""
        return self._known.get((provider, model), Learnt())

    def scaled(self, provider: str, model: str, tokens: int) -> int:
        """Our count as the provider would count it, rounded up."""
        return ceil(tokens * self.of(provider, model).factor)

    async def learn(self, provider: str, model: str, *, ours: int, theirs: int) -> None:
        """Learn from one answer's figures."""
        before = self.of(provider, model)
        after = learn(before, ours=ours, theirs=theirs)
        if after != before:
            self._known[provider, model] = after
            if self._store is not None:
                await self._store.save(provider, model, after)
