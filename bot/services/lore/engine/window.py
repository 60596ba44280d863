"""What the keys of an index found in everything an answer may draw on: the messages, other texts, and woken entries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from bot import limits
from bot.services.lore.engine.book import Source
from bot.services.lore.engine.deck import Deck
from bot.services.lore.engine.folding import folded
from bot.services.lore.engine.index import UNREAD, Found
from bot.services.lore.engine.reasons import LoreWarning, Place, Trouble
from bot.services.lore.engine.scene import Said, Scene, Speaker

Wakes = Callable[[int], bool]

_SPOKEN = {Speaker.USER: int(Source.USER), Speaker.CHARACTER: int(Source.CHARACTER)}
_NAMES = int(Source.NAMES)


class Window:
    """One reading of the messages, from which every scan depth, speaker and source is answered.

    `newest[k]` is the newest message in which (or under whose name) a key stands. `entries[e]` is the newest message
    that holds a primary key of an entry, as far back as that entry may ever look, whatever else it asks.
    """

    def __init__(self, deck: Deck, scene: Scene) -> None:
        self._deck = deck
        self._index = index = deck.index
        self._messages: Sequence[Said] = scene.window[: deck.furthest]
        said = [index.read(one.text) if one.text else UNREAD for one in self._messages]
        named = [index.read(one.name) if one.name else UNREAD for one in self._messages]
        self._said: list[Found] = [one[0] for one in said]
        self._named: list[Found] = [one[0] for one in named]
        self._texts = [(int(source), source, *index.read(text)[:2]) for source, text in scene.texts.items() if text]
        self._read: dict[int, Found] = {}
        self._heard: list[int] = []
        self.newest: dict[int, int] = {}
        self.entries: dict[int, int] = {}
        for number in range(len(self._messages) - 1, -1, -1):
            for found, entries, deep in (named[number], said[number]):
                self.newest.update(dict.fromkeys(found, number))
                self.entries.update(dict.fromkeys(entries if number < deck.usual_depth else deep, number))

    def warnings(self) -> list[LoreWarning]:
        """Texts of which only the beginning was read."""
        long = [len(text) for text in (one.text for one in self._messages) if len(text) > limits.LORE_TEXT_MAX]
        return [LoreWarning(Trouble.TEXT_CUT, number=length - limits.LORE_TEXT_MAX) for length in long]

    def entries_in_texts(self) -> set[int]:
        """Entries of which a primary key stands in one of the other texts that they ask for."""
        sources = self._deck.sources
        return {entry for bit, _, _, entries in self._texts for entry in entries if sources[entry] & bit}

    def hear(self, parents: Iterable[int]) -> None:
        """From now on, what these entries say counts too. They are read where somebody asks for one key."""
        self._heard += parents

    def woken_by(self, parents: Iterable[int]) -> dict[int, list[int]]:
        """Read what these entries say; it counts from now on. Entry → those in whose words a primary key stands."""
        children: dict[int, list[int]] = {}
        for parent in parents:
            found, entries, _ = self._index.read(self._deck.text(parent))
            self._read[parent] = found
            for child in entries:
                if child != parent:
                    children.setdefault(child, []).append(parent)
        return children

    def near(self, keys: Iterable[int], depth: int) -> tuple[int, Place] | None:
        """The first of the keys that stands newest, for an entry that looks at all that is said and nothing else."""
        best, least, newest = -1, depth, self.newest
        for key in keys:
            if newest.get(key, depth) < least:
                best, least = key, newest[key]
        return None if best < 0 else (best, self._place_in(best, least, with_name=True))

    def place(self, key: int, entry: int, depth: int, wakes: Wakes | None = None) -> Place | None:
        """Where a key stands for an entry: newest message first, then other texts, then woken entries; None: nowhere.

        `depth` counts messages; 0 looks at nothing that was said. `wakes` tells of an entry that came in whether its
        words count, None: no such words do.
        """
        first = self.newest.get(key)
        if first is not None:
            for number in range(first, min(depth, len(self._messages))):
                if place := self._said_in(key, entry, number):
                    return place
        if self._texts:
            sources = self._deck.sources[entry]
            for bit, source, found, _ in self._texts:
                if bit & sources and key in found:
                    return Place(source=source, offset=found[key])
        if wakes is not None:
            for parent, found in self._read.items():
                if key in found and wakes(parent):
                    return Place(parent=self._deck.entries[parent], offset=found[key])
            place_in = self._deck.place_in
            for parent in self._heard:
                offset = place_in(key, parent)
                if offset is not None and wakes(parent):
                    return Place(parent=self._deck.entries[parent], offset=offset)
        return None

    def woken_at(self, keys: Iterable[int], parents: Iterable[int]) -> tuple[int, Place] | None:
        """The first of the keys that stands in the words of one of these entries, which were read."""
        for parent in parents:
            found = self._read[parent]
            for key in keys:
                if key in found:
                    return key, Place(parent=self._deck.entries[parent], offset=found[key])
        return None

    def _said_in(self, key: int, entry: int, number: int) -> Place | None:
        with_name = bool(_NAMES & self._deck.sources[entry])
        if key not in self._said[number] and not (with_name and key in self._named[number]):
            return None
        if not self._deck.reads_talk[entry]:
            one = self._messages[number]
            if not _SPOKEN[one.speaker] & self._deck.sources[entry]:
                return None
            speakers = self._deck.entries[entry].speakers
            if speakers and folded(one.name) not in speakers:
                return None
        return self._place_in(key, number, with_name=with_name)

    def _place_in(self, key: int, number: int, *, with_name: bool) -> Place:
        offset = self._said[number].get(key)
        if offset is not None or not with_name:
            return Place(message=number, offset=offset)
        return Place(message=number, offset=self._named[number][key], in_name=True)
