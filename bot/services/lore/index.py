"""Where which key stands in a text: one automaton for all keys of the books in force.

An `Index` is made once per set of books and their versions, off the event loop. Keys that fold
to the same string share a pattern; a pattern's *variants* differ in what they ask of the place where it stands (whole
words, case). What was found in a text is remembered by the text, so a turn reads only what is new.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from bot import limits
from bot.services.lore.book import Entry, Key, Mode
from bot.services.lore.folding import folded, joining, joins, may_carry, plain, stands_alone
from bot.services.lore.keys import pattern_of

Found = Mapping[int, int]
"""Key → where it first stands in the folded text."""

NOTHING: Found = MappingProxyType({})

_BY_KEYS = frozenset({Mode.KEYWORD, Mode.HYBRID})


@dataclass(frozen=True, slots=True)
class _Variant:
    """One way in which a pattern counts. `exact` is the text with its case, for keys that mind it."""

    key: int
    start: bool
    end: bool
    exact: str | None


class Index:
    """The keys of some entries, ready to be looked for.

    Entries are numbered as given, keys as they are met. `keys_of[e]` and `secondary_of[e]` name an entry's keys,
    `owners[k]` the entries of which `k` is a primary key. `expand` fills in macros, in keys that hold any.
    """

    def __init__(self, entries: Sequence[Entry], expand: Callable[[str], str] = str) -> None:
        self.keys: list[Key] = []
        self._numbers: dict[Key, int] = {}
        self.keys_of = [self._numbered(one.keys) if one.mode in _BY_KEYS else () for one in entries]
        self.secondary_of = [self._numbered(one.secondary) for one in entries]
        self.owners: list[list[int]] = [[] for _ in self.keys]
        for number, keys in enumerate(self.keys_of):
            for key in keys:
                self.owners[key].append(number)
        self._patterns = [(number, pattern_of(key)) for number, key in enumerate(self.keys) if key.is_regex]
        variants = _variants(enumerate(self.keys), expand)
        self._variants = list(variants.values())
        self._automaton = (
            AhoCorasick(
                list(variants),
                matchkind=MatchKind.Standard,
                store_patterns=False,
                implementation=Implementation.ContiguousNFA,
            )
            if variants
            else None
        )
        self._remembered: OrderedDict[str, Found] = OrderedDict()
        self._room = limits.LORE_REMEMBERED_CHARACTERS

    def find(self, text: str) -> Found:
        """Which keys stand in a text. The longest-unused texts are forgotten when there are too many."""
        found = self._remembered.get(text)
        if found is not None:
            self._remembered.move_to_end(text)
            return found
        found = self._found(text)
        self._remembered[text] = found
        self._room -= len(text) + 64
        while self._room < 0 and len(self._remembered) > 1:
            gone, _ = self._remembered.popitem(last=False)
            self._room += len(gone) + 64
        return found

    def _found(self, text: str) -> Found:
        text = text[: limits.LORE_TEXT_MAX]
        low = folded(text)
        found: dict[int, int] = {}
        if self._automaton is not None and low:
            self._read(text, low, found)
        for key, pattern in self._patterns:
            if match := pattern.search(text):
                found[key] = match.start()
        return found or NOTHING

    def _read(self, text: str, low: str, found: dict[int, int]) -> None:
        assert self._automaton is not None
        makes_words = joining(low)
        length = len(low)
        exact: str | None = None
        for pattern, start, end in self._automaton.find_matches_as_indexes(low, overlapping=True):
            for variant in self._variants[pattern]:
                if variant.key in found:
                    continue
                if variant.start and start and low[start - 1] in makes_words:
                    continue
                if variant.end and end < length and low[end] in makes_words:
                    continue
                if variant.exact is not None:
                    exact = exact if exact is not None else plain(text)
                    if not _stands(exact, variant):
                        continue
                found[variant.key] = start

    def _numbered(self, keys: Iterable[Key]) -> tuple[int, ...]:
        numbers: list[int] = []
        for key in keys:
            number = self._numbers.get(key)
            if number is None:
                number = self._numbers[key] = len(self.keys)
                self.keys.append(key)
            numbers.append(number)
        return tuple(numbers)


def _variants(keys: Iterable[tuple[int, Key]], expand: Callable[[str], str]) -> dict[str, list[_Variant]]:
    patterns: dict[str, list[_Variant]] = {}
    for number, key in keys:
        if key.is_regex:
            continue
        text = expand(key.text) if "{{" in key.text or "<" in key.text else key.text
        low = folded(text)
        if not low:
            continue  # refused at save; a macro may still turn out empty
        patterns.setdefault(low, []).append(
            _Variant(
                number,
                start=key.whole_words and joins(low[0]),
                end=key.whole_words and joins(low[-1]) and not may_carry(low[-1]),
                exact=plain(text) if key.case_sensitive else None,
            )
        )
    return patterns


def _stands(text: str, variant: _Variant) -> bool:
    """Whether a key that minds case stands in a text whose case was kept."""
    assert variant.exact is not None
    start = text.find(variant.exact)
    while start >= 0:
        end = start + len(variant.exact)
        if stands_alone(text, start, end) or not (variant.start or variant.end):
            return True
        start = text.find(variant.exact, start + 1)
    return False
