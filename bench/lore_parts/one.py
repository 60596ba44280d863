"""One size of book, measured in a process of its own: `python -m bench.lore_parts.one SIZE [quick|slice]`."""

from __future__ import annotations

import asyncio
import gc
import json
import random
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

import psutil

from bench.lore_parts import plain_loop, town
from bot.footprint import making_much
from bot.services.lore.engine.activation import activate
from bot.services.lore.engine.book import Book, Source
from bot.services.lore.engine.deck import Deck
from bot.services.lore.engine.scene import Said, Scene

BUDGET = 4000


@dataclass(frozen=True)
class Rounds:
    """How often each thing is done."""

    builds: int
    cold: int
    warm: int
    fresh: int
    loops: int
    looped: int
    """Of how many entries at most the keys are looped over."""
    lags: int


FULL = Rounds(builds=5, cold=15, warm=60, fresh=40, loops=5, looped=10_000, lags=3)
QUICK = Rounds(builds=1, cold=7, warm=20, fresh=15, loops=1, looped=3_000, lags=1)
SLICE = Rounds(builds=1, cold=2, warm=3, fresh=2, loops=1, looped=100, lags=1)


class Stand:
    """A book, its deck and chats."""

    def __init__(self, size: int, rounds: Rounds) -> None:
        self.rounds = rounds
        self.said = town.words()
        self.book: Book = town.book(size)
        self.chats = [town.chat(50 * number, self.said) for number in range(rounds.cold)]
        self.card = {Source.DESCRIPTION: self.said.some(random.Random(3), 150)}
        gc.collect()
        before = psutil.Process().memory_info().rss
        self.build_ms = self._builds()
        gc.collect()
        self.memory_mb = (psutil.Process().memory_info().rss - before) / 2**20

    def _builds(self) -> float:
        spent: list[float] = []
        for _ in range(self.rounds.builds):
            self.deck: Deck | None = None
            begun = time.perf_counter()
            with making_much():  # as the program makes them
                self.deck = Deck([self.book])
            spent.append((time.perf_counter() - begun) * 1e3)
        return median(spent)

    def scene(self, number: int, window: tuple[Said, ...]) -> Scene:
        """A turn with these messages; each number rolls other dice."""
        return replace(town.scene(number, window, self.book), texts=self.card)

    def figures(self) -> dict[str, Any]:
        """Everything of this size."""
        found: dict[str, Any] = {"build_ms": self.build_ms, "memory_mb": self.memory_mb}
        found |= self._cold() | self._warm() | self._new_message() | self._loop()
        aside = [asyncio.run(self._lag(lambda: asyncio.to_thread(Deck, [self.book]))) for _ in range(self.rounds.lags)]
        found["lag_ms"], found["lag_max_ms"] = median(aside), max(aside)
        found["idle_lag_ms"] = asyncio.run(self._lag(lambda: asyncio.sleep(max(0.2, self.build_ms / 1e3))))
        found["lag_on_loop_ms"] = asyncio.run(self._lag(self._on_loop))
        return found

    def _cold(self) -> dict[str, Any]:
        assert self.deck is not None
        scenes = [self.scene(number, chat) for number, chat in enumerate(self.chats)]

        def once(number: int) -> int:
            assert self.deck is not None
            return len(activate(self.deck, scenes[number], BUDGET).active)

        return _median("cold", once, self.rounds.cold, before=self.deck.index.forget)

    def _warm(self) -> dict[str, Any]:
        deck, window = self.deck, self.chats[0]
        assert deck is not None
        scenes = [self.scene(1000 + number, window) for number in range(self.rounds.warm)]
        first = activate(deck, scenes[0], BUDGET)
        found = _median("warm", lambda number: len(activate(deck, scenes[number], BUDGET).active), self.rounds.warm)
        return {**found, "active": len(first.active), "refused": len(first.refused), "spent": first.spent}

    def _new_message(self) -> dict[str, Any]:
        deck, window = self.deck, self.chats[0]
        assert deck is not None
        scenes = [
            self.scene(2000 + number, (*_newer(town.chat(900_000 + number, self.said, 1), window), *window[:-1]))
            for number in range(self.rounds.fresh)
        ]
        return _median("new_message", lambda number: len(activate(deck, scenes[number], BUDGET).active), len(scenes))

    def _loop(self) -> dict[str, Any]:
        entries = self.book.entries[: self.rounds.looped]
        known = plain_loop.patterns(entries)
        share = len(self.book.entries) / len(entries)
        found: dict[str, Any] = {"re_loop_ms": plain_loop.measured(known, self.chats[: self.rounds.loops]) * share}
        return {**found, "re_share": 1 / share, "differing": len(self._differing(known, len(entries)))}

    def _differing(self, known: Sequence[Any], most: int) -> set[int]:
        """Entries (of those looped over) that the loop finds and the deck does not, or the other way round."""
        assert self.deck is not None
        read = self.deck.index.read
        ours = {entry for one in self.chats[0] for entry in read(one.text)[1] if entry < most}
        return ours ^ plain_loop.matched(known, self.chats[0])

    async def _on_loop(self) -> None:
        Deck([self.book])

    async def _lag(self, build: Callable[[], Awaitable[object]]) -> float:
        """The longest time, in ms, that the event loop stood still while a deck was built."""
        gaps: list[float] = []

        async def tick() -> None:
            last = time.perf_counter()
            while True:
                await asyncio.sleep(0.001)
                now = time.perf_counter()
                gaps.append((now - last) * 1e3 - 1)
                last = now

        ticking = asyncio.create_task(tick())
        await asyncio.sleep(0.02)
        await build()
        await asyncio.sleep(0.02)
        ticking.cancel()
        return max(gaps)


def _newer(messages: tuple[Said, ...], window: tuple[Said, ...]) -> tuple[Said, ...]:
    return tuple(replace(one, id=window[0].id + 1 + place) for place, one in enumerate(messages))


def _median(
    name: str, once: Callable[[int], int], rounds: int, before: Callable[[], None] = lambda: None
) -> dict[str, Any]:
    """Wall and CPU milliseconds of something that is done so often, with another number each time."""
    wall: list[float] = []
    spent: list[float] = []
    for number in range(rounds):
        before()
        begun, used = time.perf_counter(), time.process_time()
        once(number)
        spent.append((time.process_time() - used) * 1e3)
        wall.append((time.perf_counter() - begun) * 1e3)
    return {f"{name}_ms": median(wall), f"{name}_cpu_ms": median(spent), f"{name}_min_ms": min(wall)}


def main() -> int:
    """Print one JSON object."""
    size, kind = int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "full"
    print(json.dumps(Stand(size, {"full": FULL, "quick": QUICK, "slice": SLICE}[kind]).figures()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
