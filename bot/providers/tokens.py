"""How many tokens a text has, without ever asking the network.

The beginning of the o200k vocabulary (it ships with the program, `bot/data`) is all that is loaded: merges are learnt
commonest first, so the rest costs memory and changes little (English some 14 % more tokens than with all of it, Spanish
some 28 %, Russian 60 %: on the safe side). Other providers' vocabularies differ by a fairly constant factor anyway, and
`Factors` learns from the figures they report how theirs compares with this beginning: after the first answers the
counts are about right.
"""

from __future__ import annotations

import asyncio
import base64
import gc
import gzip
import hashlib
import importlib
import importlib.resources
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from typing import Protocol, cast

from bot.footprint import give_back

_VOCABULARY = "o200k_base.tiktoken.gz"
_SHA256 = "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"
_RANKS = 28_600
"""As many as fit into hash tables of 2¹⁵ places: 6 MB in memory. 50,000 would take 11 MB, all 200,000 44 MB (86 MB by
tiktoken's own loader)."""

# What is never merged across: words with the sign before them, numbers in threes, signs, line ends, blanks.
_PIECES = (
    r"[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+"
    r"|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+"
    r"|\s+(?!\S)"
    r"|\s+"
)
# Long unbroken runs make the pattern slow; slices cost at most a token each.
_SLICE = 4000
_CHARACTERS_PER_TOKEN = 4
# Cards and history come again with every turn. Bounded by lines and their length: some 8 MB at the very most.
_SHORT_LINE = 400
_SHORT_LINES_KEPT = 4096
_LONG_LINES_KEPT = 256

_loading = threading.Lock()


class _Encoding(Protocol):
    """tiktoken's core, as far as it is used."""

    def encode_ordinary(self, text: str) -> list[int]: ...


class Tokenizer:
    """Counts tokens by the o200k vocabulary; by four characters a token until it is loaded or where it is missing.

    Lines are counted one by one and remembered: `count` of a text is the sum of `count` of its lines with their ends.
    """

    def __init__(self) -> None:
        self._encoding: _Encoding | None = None
        self._of_short = lru_cache(_SHORT_LINES_KEPT)(self._counted)
        self._of_long = lru_cache(_LONG_LINES_KEPT)(self._counted)

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
        """Tokens of a text, special tokens read as plain words. Some 20 microseconds a new line, none for a known
        one."""
        if self._encoding is None:
            return ceil(len(text) / _CHARACTERS_PER_TOKEN)
        return sum(
            self._of_short(line) if len(line) <= _SHORT_LINE else self._of_long(line)
            for line in text.splitlines(keepends=True)
        )

    def _counted(self, line: str) -> int:
        encoding = self._encoding
        if encoding is None:
            return ceil(len(line) / _CHARACTERS_PER_TOKEN)
        # A lone surrogate cannot be encoded.
        plain = line.encode("utf-8", "replace").decode("utf-8")
        return sum(
            len(encoding.encode_ordinary(plain[start : start + _SLICE])) for start in range(0, len(plain), _SLICE)
        )


def _load() -> _Encoding | None:
    """The vocabulary's beginning, checked by the hash of all of it."""
    with _loading:
        ranks = _ranks()
        if ranks is None:
            return None
        # Built directly: tiktoken's own loader wants a network or a cache folder, and keeps every merge twice.
        core = importlib.import_module("tiktoken._tiktoken")
        encoding = cast(_Encoding, core.CoreBPE(ranks, {}, _PIECES))
        del ranks
        gc.collect()
        give_back()
        return encoding


def _ranks() -> dict[bytes, int] | None:
    packed = importlib.resources.files("bot.data") / _VOCABULARY
    if not packed.is_file():
        return None
    digest, ranks = hashlib.sha256(), dict[bytes, int]()
    try:
        with packed.open("rb") as file, gzip.open(file) as lines:
            for line in lines:
                digest.update(line)
                if len(ranks) < _RANKS:
                    token, rank = line.split()
                    ranks[base64.b64decode(token)] = int(rank)
    except (OSError, EOFError, ValueError):
        return None
    return ranks if digest.hexdigest() == _SHA256 else None


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
# A change smaller than this part is not written down.
_MOVED = 0.02


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
        self._kept: dict[tuple[str, str], float] = {}

    async def load(self) -> None:
        """Take over what the store holds."""
        if self._store is not None:
            self._known.update(await self._store.load())
            self._kept.update({which: learnt.factor for which, learnt in self._known.items()})

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
        if after == before:
            return
        self._known[provider, model] = after
        if self._store is not None and self._is_worth_keeping(provider, model, after):
            self._kept[provider, model] = after.factor
            await self._store.save(provider, model, after)

    def _is_worth_keeping(self, provider: str, model: str, learnt: Learnt) -> bool:
        """Whether a factor has moved since it was kept, or is known from twice as many answers: not every answer is
        worth a write."""
        kept = self._kept.get((provider, model))
        is_power_of_two = learnt.samples & (learnt.samples - 1) == 0
        return kept is None or is_power_of_two or abs(learnt.factor - kept) > kept * _MOVED
