"""What speaks for an entry and what keeps it out, up to but not including the room there is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.services.lore.engine.book import EVERYWHERE, Entry, Logic, Mode, Position
from bot.services.lore.engine.deck import Deck
from bot.services.lore.engine.dice import rolled
from bot.services.lore.engine.filters import kept_out
from bot.services.lore.engine.meaning import Meanings
from bot.services.lore.engine.reasons import Cause, Out, Place, Via, Why
from bot.services.lore.engine.scene import Scene
from bot.services.lore.engine.timing import Clock, Effect
from bot.services.lore.engine.window import Wakes, Window


class Gates:
    """The gates of one scene. `further[b]` is how many messages more than usual book `b` looks back.

    `effects` are what runs on for entries, by number. Entries told of by `take_as_found` are not looked up again.
    """

    def __init__(
        self,
        deck: Deck,
        scene: Scene,
        window: Window,
        clock: Clock,
        effects: Mapping[int, Effect],
        meanings: Meanings,
    ) -> None:
        self._deck = deck
        self._scene = scene
        self._window = window
        self._clock = clock
        self._effects = effects
        self._meanings = meanings
        self._found: set[int] = set()
        self._brought: dict[int, Via] = {}
        self.parents: dict[int, tuple[int, ...]] = {}
        """Who woke an entry: one of its keys stands in the words of each."""
        self._places = scene.places
        self.has_places = scene.places is not None or deck.has_nameless_outlets
        """Not every entry has a place in this prompt."""
        self.further = [0] * len(deck.books)

    def verdict(self, number: int, wave: int) -> Via | Out | None:
        """Whether an entry may come in: what brings it, what keeps it out, or None where nothing speaks for it yet."""
        found = self._verdict(number, wave)
        if isinstance(found, Via):
            self._brought[number] = found
        return found

    def _verdict(self, number: int, wave: int) -> Via | Out | None:
        entry, book = self._deck.entries[number], self._deck.book(number)
        via = self._via(number, entry, wave)
        if via is None or type(via) is Out:
            return via
        if entry.mode is Mode.DISABLED:
            return Out(Why.DISABLED)
        if entry.filters is not EVERYWHERE and (why := kept_out(entry.filters, self._scene)):
            return Out(why)
        if self.has_places and not self.has_place(number):
            return Out(Why.NOWHERE)
        if via is Via.STICKY or via is Via.MANUAL:
            return via  # past the other gates
        if entry.delay and (missing := self._clock.waits(entry, book)):
            return Out(Why.DELAY, missing)
        if number in self._effects:
            return Out(Why.COOLDOWN, self._effects[number].left)
        if entry.secondary and not self.has_secondary(number, wave):
            return Out(Why.SECONDARY)
        if entry.probability < 100:
            points = rolled(self._scene.die, entry.id) * 100
            if points >= entry.probability:
                return Out(Why.DIE, points)
        return via

    def has_place(self, number: int) -> bool:
        """Whether this prompt has the place where an entry stands."""
        entry, places = self._deck.entries[number], self._places
        if entry.position is Position.OUTLET:
            return bool(entry.outlet) and (places is None or entry.outlet in places.outlets)
        return places is None or entry.position in places.positions

    def cause(self, number: int) -> Cause:
        """What brought an entry in that came in, with the key and its place."""
        entry = self._deck.entries[number]
        via = self._brought.get(number)
        if via is None:  # nothing had to be asked of it
            via = Via.MANUAL if self._scene.manual and entry.id in self._scene.manual else Via.KEYWORD
        if via is Via.STICKY:
            return Cause(via, left=self._effects[number].left)
        score = self._meanings.score(entry) if number in self._deck.by_meaning else None
        found = self._first_key(number) if via is Via.KEYWORD else None
        if found is None:
            return Cause(via, score=score)
        return Cause(via, self._deck.index.keys[found[0]].text, found[1], score)

    def _via(self, number: int, entry: Entry, wave: int) -> Via | Out | None:
        if number in self._effects and self._effects[number].is_sticky:
            return Via.STICKY
        if self._scene.manual and entry.id in self._scene.manual:
            return Via.MANUAL
        if entry.waking.level > wave:
            return None
        if entry.mode is Mode.CONSTANT:
            return Via.CONSTANT
        has_key = number in self._found or self._is_said(number) or self._first_key(number) is not None
        if entry.mode is Mode.KEYWORD:
            return Via.KEYWORD if has_key else None
        if self._meanings.speaks(number, entry, has_key):
            return Via.KEYWORD if has_key else Via.VECTOR
        return self._meanings.against(number, entry) if has_key or self._meanings.score(entry) is not None else None

    def has_secondary(self, number: int, wave: int) -> bool:
        """Whether the secondary keys are, or are not, where they should be."""
        keys = self._deck.index.secondary_of[number]
        if not keys:
            return True
        found = [self._place(number, key, wave) is not None for key in keys]
        match self._deck.entries[number].logic:
            case Logic.AND_ANY:
                return any(found)
            case Logic.AND_ALL:
                return all(found)
            case Logic.NOT_ALL:
                return not all(found)
            case Logic.NOT_ANY:
                return not any(found)

    def score(self, number: int, wave: int) -> int:
        """How many of an entry's keys were found; secondary ones count where they must be there."""
        index, entry = self._deck.index, self._deck.entries[number]
        keys = index.keys_of[number] + (() if entry.logic.forbids else index.secondary_of[number])
        return sum(self._place(number, key, wave) is not None for key in keys)

    def may_wake(self, parent: int, child: int, wave: int) -> bool:
        """Whether the words of one entry may wake another, `wave` waves after the first."""
        deck = self._deck
        if wave > deck.waves[deck.book_of[child]] or not deck.books[deck.book_of[parent]].recursion:
            return False
        if deck.wakes_simply[parent] and deck.wakes_simply[child]:
            return True
        entry, by = deck.entries[child], deck.entries[parent]
        return (
            by.waking.wakes
            and entry.waking.is_woken
            and (not by.waking.wakes_only or entry.id in by.waking.wakes_only)
            and (not entry.waking.woken_only_by or by.id in entry.waking.woken_only_by)
        )

    def take_as_found(self, numbers: Iterable[int]) -> None:
        """Keys of these entries are known to stand where they count."""
        self._found.update(numbers)

    def _is_said(self, number: int) -> bool:
        """Whether a key stands in the messages of an entry that looks at all that is said and nothing else."""
        newest = self._window.entries.get(number)
        return newest is not None and self._deck.reads_talk[number] and newest < self._depth(number)

    def _first_key(self, number: int) -> tuple[int, Place] | None:
        """The key that stands newest, and where; where none was said, the first in the words of who woke the entry."""
        keys, deck = self._deck.index.keys_of[number], self._deck
        best = self._window.near(keys, self._depth(number)) if deck.reads_talk[number] else None
        for key in () if deck.reads_talk[number] else keys:
            place = self._place(number, key, 0)
            if place is not None and (best is None or _nearer(place, best[1])):
                best = key, place
        if best is None and number in self.parents:
            best = self._window.woken_at(keys, self.parents[number])
        return best

    def _depth(self, number: int) -> int:
        depth = self._deck.depth[number]
        return depth if self._deck.has_own_depth[number] else depth + self.further[self._deck.book_of[number]]

    def _place(self, number: int, key: int, wave: int) -> Place | None:
        wakes: Wakes | None = (lambda parent: self.may_wake(parent, number, wave)) if wave else None
        return self._window.place(key, number, self._depth(number), wakes)


def _nearer(one: Place, other: Place) -> bool:
    far = 1 << 30
    return (far if one.message is None else one.message) < (far if other.message is None else other.message)
