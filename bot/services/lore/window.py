"""What the keys of an index found in everything an answer may draw on: the messages, other texts, and woken entries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from bot.services.lore.book import Entry, Source
from bot.services.lore.deck import Deck
from bot.services.lore.folding import folded
from bot.services.lore.index import NOTHING, Found
from bot.services.lore.reasons import Place
from bot.services.lore.scene import Said, Scene, Speaker

Wakes = Callable[[int], bool]

_SPOKEN = {Speaker.USER: Source.USER, Speaker.CHARACTER: Source.CHARACTER}


class Window:
    """One reading of the messages, from which every scan depth, speaker and source is answered."""

    def __init__(self, deck: Deck, scene: Scene) -> None:
        self._deck = deck
        self._index = index = deck.index
        self._messages: Sequence[Said] = scene.window[: deck.furthest]
        self._said: list[Found] = [index.find(one.text) if one.text else NOTHING for one in self._messages]
        self._named: list[Found] = [index.find(one.name) if one.name else NOTHING for one in self._messages]
        self._texts = {source: index.find(text) for source, text in scene.texts.items() if text}
        self._woken: list[tuple[int, Found]] = []
        self._at: dict[int, list[int]] = {}
        for number, (said, named) in enumerate(zip(self._said, self._named, strict=True)):
            for key in said if not named else {**said, **named}:
                self._at.setdefault(key, []).append(number)

    def entries(self) -> dict[int, int]:
        """Entry → the newest message that holds a primary key of it, whatever else the entry asks."""
        found: dict[int, int] = {}
        owners = self._index.owners
        for key, numbers in self._at.items():
            newest = numbers[0]
            for entry in owners[key]:
                if found.get(entry, newest) >= newest:
                    found[entry] = newest
        return found

    def entries_in_texts(self) -> set[int]:
        """Entries of which a primary key stands in one of the other texts."""
        owners = self._index.owners
        return {entry for found in self._texts.values() for key in found for entry in owners[key]}

    def woken_by(self, parents: Iterable[int]) -> dict[int, list[int]]:
        """Read what these entries say. Entry → the parents in whose words a primary key of it stands."""
        children: dict[int, list[int]] = {}
        for parent in parents:
            found = self._index.find(self._deck.entries[parent].content)
            self._woken.append((parent, found))
            for entry in dict.fromkeys(entry for key in found for entry in self._index.owners[key]):
                if entry != parent:
                    children.setdefault(entry, []).append(parent)
        return children

    def place(self, key: int, entry: Entry, depth: int, wakes: Wakes | None = None) -> Place | None:
        """Where a key stands for an entry: newest message first, then other texts, then woken entries; None: nowhere.

        `depth` counts messages; 0 looks at nothing that was said. `wakes` tells of an entry that came in whether its
        words count, None: no such words do.
        """
        for number in self._at.get(key, ()):
            if number < depth and (place := self._said_in(key, entry, number)):
                return place
        for source, found in self._texts.items():
            if source & entry.sources and key in found:
                return Place(source=source, offset=found[key])
        for parent, found in self._woken:
            if wakes is not None and key in found and wakes(parent):
                return Place(parent=self._deck.entries[parent], offset=found[key])
        return None

    def _said_in(self, key: int, entry: Entry, number: int) -> Place | None:
        one = self._messages[number]
        if not _SPOKEN[one.speaker] & entry.sources:
            return None
        if entry.speakers and folded(one.name) not in entry.speakers:
            return None
        if key in self._said[number]:
            return Place(message=number, offset=self._said[number][key])
        if Source.NAMES & entry.sources and key in self._named[number]:
            return Place(message=number, offset=self._named[number][key], in_name=True)
        return None
