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
from bot.services.lore.engine.anchors import anchor, needed, shared
from bot.services.lore.engine.book import Entry, Key, Mode
from bot.services.lore.engine.folding import folded, joining, joins, may_carry, plain, stands_alone
from bot.services.lore.engine.keys import pattern_of

Found = Mapping[int, int]
"""Key → where it first stands in the folded text."""

Reading = tuple[Found, tuple[int, ...], tuple[int, ...]]
"""What stands in a text: keys, entries by their primary keys, and those of them that have a scan depth of their own."""

UNREAD: Reading = MappingProxyType({}), (), ()

_BY_KEYS = frozenset({Mode.KEYWORD, Mode.HYBRID})
_SLICE = 60_000
"""Characters of one slice of the automaton: some 10 ms in which nothing else runs."""

_BORDER = " "
"""What a word is set apart by, in a text of which only its words count."""

_START, _END, _CASE = 1, 2, 4
"""What a key asks of the place where it stands: that a word begins there, that one ends there, its very letters."""


class Index:
    """The keys of some entries, ready to be looked for.

    Entries are numbered as given, keys as they are met. `keys_of[e]` and `secondary_of[e]` name an entry's keys.
    `expand` fills in macros, in keys that hold any. `broken` are
    keys that cannot be looked for: patterns that do not compile (an import may bring some), and those of which nothing
    is left.
    """

    def __init__(self, entries: Sequence[Entry], expand: Callable[[str], str] = str) -> None:
        self.keys: list[Key] = []
        numbers: dict[Key, int] = {}
        self.keys_of = [self._numbered(one.keys, numbers) if one.mode in _BY_KEYS else () for one in entries]
        self.secondary_of = [self._numbered(one.secondary, numbers) for one in entries]
        self._is_deep = bytes(one.scan_depth is not None for one in entries)
        self._owned, self._owned_from = _turned_round(self.keys_of, len(self.keys))
        self.broken: set[int] = set()
        self._folded: list[str] = [""] * len(self.keys)
        self._asks = bytearray(len(self.keys))
        self._exact: dict[int, str] = {}
        self._before = array("I", bytes(4 * len(self.keys)))
        self._patterns: dict[int, re2.Pattern] = {}
        self._anywhere: list[int] = []
        self._sure = bytearray(len(self.keys))
        words, others = self._parted(self._anchored(expand))
        self._words = [
            (_automaton(bordered), [one.startswith(_BORDER) - 1 for one in bordered], at)
            for bordered, at in _sliced(words)
        ]
        self._others = [(_automaton(some), bytes(map(self._bounds, some, at)), at) for some, at in _sliced(others)]
        self._remembered: OrderedDict[str, Reading] = OrderedDict()
        self._room = int(limits.LORE_REMEMBERED_BYTES)

    def owners(self, key: int) -> Sequence[int]:
        """The entries of which this is a primary key."""
        return self._owned[self._owned_from[key] : self._owned_from[key + 1]]

    def find(self, text: str) -> Found:
        """Which keys stand in a text."""
        return self.read(text)[0]

    def read(self, text: str) -> Reading:
        """Which keys stand in a text, and in which entries they are primary keys.

        The longest-unused texts are forgotten when there are too many.
        """
        known = self._remembered.get(text)
        if known is not None:
            self._touch(text)
            return known
        found = self._found(text)
        entries = {entry for key in found for entry in self.owners(key)}
        known = found, tuple(entries), tuple(entry for entry in entries if self._is_deep[entry])
        self._remembered[text] = known
        self._room -= _weight(text, known)
        while self._room < 0 and len(self._remembered) > 1:
            self._room += _weight(*self._remembered.popitem(last=False))
        return known

    def _touch(self, text: str) -> None:
        try:
            self._remembered.move_to_end(text)
        except KeyError:
            return  # forgotten meanwhile: a trace is worked out in another thread

    def forget(self) -> None:
        """Forget every text that was read."""
        self._remembered.clear()
        self._room = int(limits.LORE_REMEMBERED_BYTES)

    def _found(self, text: str) -> Found:
        text = text[: limits.LORE_TEXT_MAX]
        low = folded(text)
        found: dict[int, int] = {}
        tried = set(self._anywhere)
        if low:
            self._read(text, low, found, tried)
        if tried:
            found.update(self._matching(tried, text))
        return found

    def may_stand(self, key: int, low: str) -> bool:
        """Whether it is worth looking for a key in a text, told by the text as it is folded."""
        return key in self._patterns or (bool(self._folded[key]) and self._folded[key] in low)

    def place(self, key: int, text: str) -> int | None:
        """Where one key first stands in a text, without looking for any other."""
        known = self._remembered.get(text)
        if known is not None:
            return known[0].get(key)
        text = text[: limits.LORE_TEXT_MAX]
        if key in self._patterns:
            return self._matching((key,), text).get(key)
        low, words = folded(text), self._folded[key]
        at = low.find(words) if words else -1
        while at >= 0:
            if self._stands_at(key, low, at, joining(low), text):
                return at
            at = low.find(words, at + 1)
        return None

    def _matching(self, keys: Iterable[int], text: str) -> dict[int, int]:
        """Which of these regexes are found, and where."""
        written = text.encode(errors="replace")
        found: dict[int, int] = {}
        for key in keys:
            # Bytes spare re2 counting the letters of a text at every search; its stub knows of texts only.
            if match := self._patterns[key].search(written):  # pyright: ignore[reportArgumentType]
                found[key] = len(written[: match.start()].decode(errors="ignore"))
        return found

    def _read(self, text: str, low: str, found: dict[int, int], tried: set[int]) -> None:
        """Look for every anchor, and for the whole key where one stands. `tried` gets the regexes worth trying."""
        wanted, before, patterns, sure = self._folded, self._before, self._patterns, self._sure
        makes_words = joining(low)
        for keys, place in self._hits(low, makes_words):
            for key in keys:
                if key in found:
                    continue
                if sure[key]:
                    found[key] = place
                    continue
                if key in patterns:
                    tried.add(key)
                    continue
                start = place - before[key]
                if start < 0 or not low.startswith(wanted[key], start):
                    continue
                if self._asks[key] and not self._stands_at(key, low, start, makes_words, text):
                    continue
                found[key] = start

    def _hits(self, low: str, makes_words: frozenset[str]) -> Iterator[tuple[Sequence[int], int]]:
        """Keys whose anchor stands in a text, and where it does."""
        parted = _BORDER + low.translate({ord(one): _BORDER for one in set(low) - makes_words}) + _BORDER
        for automaton, shift, at in self._words:
            for anchored, place, _ in automaton.find_matches_as_indexes(parted, overlapping=True):
                yield at[anchored], place + shift[anchored]
        length = len(low)
        for automaton, bounds, at in self._others:
            for anchored, place, end in automaton.find_matches_as_indexes(low, overlapping=True):
                bound = bounds[anchored]
                if bound & _START and place and low[place - 1] in makes_words:
                    continue
                if bound & _END and end < length and low[end] in makes_words:
                    continue
                yield at[anchored], place

    def _stands_at(self, key: int, low: str, start: int, makes_words: frozenset[str], text: str) -> bool:
        """Whether a key, whose words begin here, stands here as it asks."""
        ask, end = self._asks[key], start + len(self._folded[key])
        if ask & _START and start and low[start - 1] in makes_words:
            return False
        if ask & _END and end < len(low) and low[end] in makes_words:
            return False
        return not ask & _CASE or _stands(plain(text), self._exact[key], ask)

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

    def _parted(self, anchors: Mapping[str, list[int]]) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
        """Anchors that are made of letters, each with a border where all its keys ask for one; and the others.

        In a text whose signs are all made borders the automaton alone tells where the former stand. A key that is such
        a word and no more is found with it.
        """
        words: dict[str, list[int]] = {}
        others: dict[str, list[int]] = {}
        for word, keys in anchors.items():
            if not all(map(joins, word)):
                others[word] = keys
                continue
            asked = self._bounds(word, keys)
            words[_BORDER * bool(asked & _START) + word + _BORDER * bool(asked & _END)] = keys
            if asked == _START | _END:
                for key in keys:
                    self._sure[key] = self._folded[key] == word and not self._asks[key] & _CASE
        return words, others

    def _bounds(self, word: str, keys: Iterable[int]) -> int:
        """What every key of an anchor asks of the place where the anchor stands."""
        asked = _START | _END
        for key in keys:
            begins = self._before[key]
            inside = _START * (begins > 0) | _END * (begins + len(word) < len(self._folded[key]))
            asked &= 0 if key in self._patterns else self._asks[key] | inside
        return asked

    def _is_pattern(self, number: int, key: Key) -> bool:
        """Whether a key is a regex; if so, it is made ready."""
        if not key.is_regex:
            return False
        try:
            self._patterns[number] = pattern_of(key)
        except (re2.error, UnicodeEncodeError):
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


def _weight(text: str, known: Reading) -> int:
    """About how many bytes it takes to remember a text."""
    found, entries, deep = known
    return 200 + len(text) + 50 * len(found) + 8 * (len(entries) + len(deep))


def _turned_round(keys_of: Sequence[Sequence[int]], keys: int) -> tuple[array[int], array[int]]:
    """The entries of each key, one after another, and where those of a key begin.

    Plain numbers: a list for each key would be hundreds of thousands of things for the collector of cycles to look at.
    """
    begins = array("I", bytes(4 * (keys + 1)))
    for some in keys_of:
        for key in some:
            begins[key + 1] += 1
    for key in range(keys):
        begins[key + 1] += begins[key]
    free = begins[:]
    owned = array("I", bytes(4 * begins[keys]))
    for number, some in enumerate(keys_of):
        for key in some:
            owned[free[key]] = number
            free[key] += 1
    return owned, begins


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
