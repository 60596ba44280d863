"""What speaks for an entry by its meaning: how near it is, and how many others are nearer. Pure."""

from __future__ import annotations

from bot.services.lore.engine.book import EVERYWHERE, Blend, Entry, Mode
from bot.services.lore.engine.deck import Deck
from bot.services.lore.engine.filters import kept_out
from bot.services.lore.engine.reasons import Out, Why
from bot.services.lore.engine.scene import Scene


class Meanings:
    """The scores of one scene, and each entry's place among those of its book."""

    def __init__(self, deck: Deck, scene: Scene) -> None:
        self._scores = scene.scores
        self._threshold = scene.threshold
        self._place: dict[int, int] = {}
        self._shut: dict[int, Why] = {}
        self.near: list[int] = []
        """Entries found by meaning alone, nearest first."""
        if not scene.scores:
            return
        met = [0] * len(deck.books)
        known = [number for number in deck.by_meaning if deck.entries[number].id in scene.scores]
        for number in sorted(known, key=lambda one: (-self._scores[deck.entries[one].id], deck.rank[one])):
            entry = deck.entries[number]
            if not self._is_near(entry):
                continue
            self.near.append(number)
            if entry.filters is not EVERYWHERE and (why := kept_out(entry.filters, scene)):
                self._shut[number] = why  # takes no place from others: a search with filters would come back short
                continue
            met[deck.book_of[number]] += 1
            self._place[number] = met[deck.book_of[number]]

    def score(self, entry: Entry) -> float | None:
        """How near an entry is; None where nobody knows."""
        return self._scores.get(entry.id)

    def speaks(self, number: int, entry: Entry, has_key: bool) -> bool:
        """Whether meaning and keys together call an entry in, by its mode and blend."""
        if entry.mode is Mode.KEYWORD:
            return has_key
        is_near = number in self._place and self._place[number] <= entry.meaning.results
        if entry.mode is Mode.VECTOR:
            return is_near
        if entry.meaning.blend is Blend.OR:
            return has_key or is_near
        if entry.meaning.blend is Blend.AND:
            return has_key and is_near
        return self._weighted(entry, has_key) >= self._bar(entry)

    def against(self, number: int, entry: Entry) -> Out:
        """Why meaning did not call an entry in that something else spoke for."""
        if number in self._shut:
            return Out(self._shut[number])
        if number in self._place:
            return Out(Why.RESULTS, self._place[number])
        return Out(Why.SIMILARITY, self.score(entry))

    def _is_near(self, entry: Entry) -> bool:
        return self._scores[entry.id] >= self._bar(entry)

    def _bar(self, entry: Entry) -> float:
        return self._threshold if entry.meaning.threshold is None else entry.meaning.threshold

    def _weighted(self, entry: Entry, has_key: bool) -> float:
        weight = entry.meaning.weight
        return weight * (self.score(entry) or 0.0) + (1 - weight) * has_key
