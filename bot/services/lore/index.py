"""Where which key stands in a text: one pass over it for all keys of the books in force.

An `Index` is made once per set of books and their versions, off the event loop. Building an automaton holds Python's
lock for as long as it takes, so the automaton is made in slices, each of so few words that nobody notices. What was
found in a text is remembered by the text, so a turn reads only what is new.
"""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

import re2
from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from bot import limits
from bot.services.lore.anchors import anchor, needed, shared
from bot.services.lore.book import Entry, Key, Mode
from bot.services.lore.folding import folded, joining, joins, may_carry, plain, stands_alone
from bot.services.lore.keys import pattern_of

Found = Mapping[int, int]
"""Key → where it first stands in the folded text."""

NOTHING: Found = MappingProxyType({})

_BY_KEYS = frozenset({Mode.KEYWORD, Mode.HYBRID})
_SLICE = 40_000
"""Characters of one slice of the automaton: some 7 ms in which nothing else runs."""

_START, _END, _CASE = 1, 2, 4
"""What a key asks of the place where it stands: that a word begins there, that one ends there, its very letters."""


class Index:
    """The keys of some entries, ready to be looked for.

    Entries are numbered as given, keys as they are met. `keys_of[e]` and `secondary_of[e]` name an entry's keys,
    `owners[k]` the entries of which `k` is a primary key. `expand` fills in macros, in keys that hold any. `broken` are
    keys that cannot be looked for: patterns that do not compile (an import may bring some), and those of which nothing
    is left.
    """

    def __init__(self, entries: Sequence[Entry], expand: Callable[[str], str] = str) -> None:
        self.keys: list[Key] = []
        numbers: dict[Key, int] = {}
        self.keys_of = [self._numbered(one.keys, numbers) if one.mode in _BY_KEYS else () for one in entries]
        self.secondary_of = [self._numbered(one.secondary, numbers) for one in entries]
        self.owners: list[list[int]] = [[] for _ in self.keys]
        for number, keys in enumerate(self.keys_of):
            for key in keys:
                self.owners[key].append(number)
        self.broken: set[int] = set()
        self._folded: list[str] = [""] * len(self.keys)
        self._asks = bytearray(len(self.keys))
        self._exact: dict[int, str] = {}
        self._before = array("I", bytes(4 * len(self.keys)))
        self._patterns: dict[int, re2.Pattern] = {}
        self._anywhere: list[int] = []
        self._slices = [(_automaton(words), at) for words, at in _sliced(self._anchored(expand))]
        self._remembered: OrderedDict[str, Found] = OrderedDict()
        self._room = int(limits.LORE_REMEMBERED_CHARACTERS)

    def find(self, text: str) -> Found:
        """Which keys stand in a text. The longest-unused texts are forgotten when there are too many."""
        found = self._remembered.get(text)
        if found is not None:
            self._touch(text)
            return found
        found = self._found(text)
        self._remembered[text] = found
        self._room -= len(text) + 64
        while self._room < 0 and len(self._remembered) > 1:
            gone, _ = self._remembered.popitem(last=False)
            self._room += len(gone) + 64
        return found

    def _touch(self, text: str) -> None:
        try:
            self._remembered.move_to_end(text)
        except KeyError:
            return  # forgotten meanwhile: a trace is worked out in another thread

    def forget(self) -> None:
        """Forget every text that was read."""
        self._remembered.clear()
        self._room = int(limits.LORE_REMEMBERED_CHARACTERS)

    def _found(self, text: str) -> Found:
        text = text[: limits.LORE_TEXT_MAX]
        low = folded(text)
        found: dict[int, int] = {}
        tried = set(self._anywhere)
        if low:
            self._read(text, low, found, tried)
        for key in tried:
            if match := self._patterns[key].search(text):
                found[key] = match.start()
        return found or NOTHING

    def _read(self, text: str, low: str, found: dict[int, int], tried: set[int]) -> None:
        """Look for every anchor, and for the whole key where one stands. `tried` gets the regexes worth trying."""
        wanted, before, asks, patterns = self._folded, self._before, self._asks, self._patterns
        makes_words = joining(low)
        length = len(low)
        cased: str | None = None
        for automaton, at in self._slices:
            for pattern, place, _ in automaton.find_matches_as_indexes(low, overlapping=True):
                for key in at[pattern]:
                    if key in found:
                        continue
                    if key in patterns:
                        tried.add(key)
                        continue
                    start = place - before[key]
                    words = wanted[key]
                    if start < 0 or not low.startswith(words, start):
                        continue
                    if ask := asks[key]:
                        end = start + len(words)
                        if ask & _START and start and low[start - 1] in makes_words:
                            continue
                        if ask & _END and end < length and low[end] in makes_words:
                            continue
                        if ask & _CASE:
                            cased = plain(text) if cased is None else cased
                            if not _stands(cased, self._exact[key], ask):
                                continue
                    found[key] = start

    def _numbered(self, keys: Iterable[Key], numbers: dict[Key, int]) -> tuple[int, ...]:
        some: list[int] = []
        for key in keys:
            number = numbers.get(key)
            if number is None:
                number = numbers[key] = len(self.keys)
                self.keys.append(key)
            some.append(number)
        return tuple(some)

    def _anchored(self, expand: Callable[[str], str]) -> dict[str, list[int]]:
        """Anchor → the keys that can only stand where it does."""
        plain_ones = [number for number, key in enumerate(self.keys) if not self._is_pattern(number, key)]
        for number in plain_ones:
            self._look_at(number, self.keys[number], expand)
        counts = shared(self._folded[number] for number in plain_ones)
        anchors: dict[str, list[int]] = {}
        for number in plain_ones:
            if text := self._folded[number]:
                word, self._before[number] = anchor(text, counts)
                anchors.setdefault(word, []).append(number)
        for number in self._patterns:
            if letters := needed(self.keys[number].text):
                anchors.setdefault(letters, []).append(number)
            else:
                self._anywhere.append(number)
        return anchors

    def _is_pattern(self, number: int, key: Key) -> bool:
        """Whether a key is a regex; if so, it is made ready."""
        if not key.is_regex:
            return False
        try:
            self._patterns[number] = pattern_of(key)
        except re2.error:
            self.broken.add(number)
        return True

    def _look_at(self, number: int, key: Key, expand: Callable[[str], str]) -> None:
        text = expand(key.text) if "{{" in key.text or "<" in key.text else key.text
        low = folded(text)
        if not low:
            self.broken.add(number)  # refused at save; a macro may still turn out empty
            return
        self._folded[number] = key.text if low == key.text else low
        whole = key.whole_words
        self._asks[number] = (
            _START * (whole and joins(low[0]))
            | _END * (whole and joins(low[-1]) and not may_carry(low[-1]))
            | _CASE * key.case_sensitive
        )
        if key.case_sensitive:
            self._exact[number] = plain(text)


def _automaton(words: Sequence[str]) -> AhoCorasick:
    return AhoCorasick(
        words, matchkind=MatchKind.Standard, store_patterns=False, implementation=Implementation.ContiguousNFA
    )


def _sliced(anchors: Mapping[str, list[int]]) -> Iterator[tuple[list[str], list[tuple[int, ...]]]]:
    """Anchors and their keys, so many at a time as may be made into an automaton at once."""
    words: list[str] = []
    at: list[tuple[int, ...]] = []
    length = 0
    for word, keys in anchors.items():
        words.append(word)
        at.append(tuple(keys))
        length += len(word)
        if length >= _SLICE:
            yield words, at
            words, at, length = [], [], 0
    if words:
        yield words, at


def _stands(text: str, exact: str, ask: int) -> bool:
    """Whether a key that minds case stands in a text whose case was kept."""
    start = text.find(exact)
    while start >= 0:
        end = start + len(exact)
        if stands_alone(text, start, end) or not ask & (_START | _END):
            return True
        start = text.find(exact, start + 1)
    return False
