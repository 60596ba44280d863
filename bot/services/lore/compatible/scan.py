"""One compatible scan: passes, checks in their order, budget (statements 4, 13 to 21, 28 to 32, 42)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from bot.services.lore.compatible.contests import Contests
from bot.services.lore.compatible.matching import Keys, Reading
from bot.services.lore.compatible.model import (
    OldBook,
    OldEffects,
    OldEntry,
    OldScene,
    OldSettings,
    Origin,
    Strategy,
)
from bot.services.lore.compatible.timed import Named, Timed


@dataclass(frozen=True, slots=True)
class OldActivation:
    """Entries (with their books' names) in the order in which they came in; where each stands is `order.placed`."""

    active: tuple[Named, ...]
    effects: OldEffects
    overflowed: bool


class _State(Enum):
    INITIAL = auto()
    RECURSION = auto()
    MIN_ACTIVATIONS = auto()


_PRECEDENCE = (Origin.GLOBAL, Origin.CHAT, Origin.PERSONA, Origin.CHARACTER)


def sorted_entries(books: Sequence[OldBook], strategy: Strategy) -> list[Named]:
    """Every entry in the order that drives scan, rolls and budget (statement 4)."""
    used: dict[str, OldBook] = {}
    for origin in _PRECEDENCE:
        for book in books:
            if book.origin is origin:
                used.setdefault(book.name, book)
    by: dict[Origin, list[Named]] = {origin: [] for origin in Origin}
    for book in books:
        if used.get(book.name) is book:
            by[book.origin] += [(book.name, entry) for entry in book.entries]

    def down(entries: list[Named]) -> list[Named]:
        return sorted(entries, key=lambda one: -one[1].order)

    character, everywhere = by[Origin.CHARACTER], by[Origin.GLOBAL]
    match strategy:
        case Strategy.EVENLY:
            last = down(everywhere + character)
        case Strategy.CHARACTER_FIRST:
            last = down(character) + down(everywhere)
        case Strategy.GLOBAL_FIRST:
            last = down(everywhere) + down(character)
    return down(by[Origin.CHAT]) + down(by[Origin.PERSONA]) + last


def scan(books: Sequence[OldBook], settings: OldSettings, scene: OldScene) -> OldActivation:
    """Decide as the other program would."""
    return _Scan(sorted_entries(books, settings.strategy), settings, scene).run()


class _Scan:
    def __init__(self, entries: list[Named], settings: OldSettings, scene: OldScene) -> None:
        self.entries = entries
        self.settings = settings
        self.scene = scene
        self.timed = Timed(scene, entries)
        self.reading = Reading(settings, scene)
        self.contests = Contests(settings, self.timed, scene.roll)
        self.state = _State.INITIAL
        self.passes = 0
        self.active: list[Named] = []
        self.over: set[tuple[str, int]] = set()
        """Who came in or failed its roll."""
        self.levels = sorted({one.delay_until_recursion for _, one in entries if one.delay_until_recursion})
        self.level = self.levels.pop(0) if self.levels else 0
        self.earlier_text = ""
        self.overflowed = False
        self.budget = self._budget()

    def run(self) -> OldActivation:
        going = True
        while going:
            self.passes += 1
            going = self._goes_on(self._admit(self._hits()))
        for book, entry in self.active:
            self.timed.came_in(book, entry)
        return OldActivation(tuple(self.active), self.timed.effects, self.overflowed)

    # ------------------------------------------------------------------------------------------ checks

    def _hits(self) -> list[Named]:
        hits = [one for one in self.entries if self._hit(*one)]
        return sorted(hits, key=lambda one: not self.timed.is_sticky(*one))  # stable (statement 14)

    def _hit(self, book: str, entry: OldEntry) -> bool:
        """The checks of statement 13, in its order."""
        if (book, entry.uid) in self.over or entry.disable or self._is_meant_for_others(entry):
            return False
        is_sticky = self.timed.is_sticky(book, entry)
        if self.timed.is_delayed(entry) or (self.timed.is_cooling(book, entry) and not is_sticky):
            return False
        if not is_sticky and self._waits(entry):
            return False
        return self._is_called(book, entry, is_sticky)

    def _is_meant_for_others(self, entry: OldEntry) -> bool:
        if entry.triggers and self.scene.trigger not in entry.triggers:
            return True
        if entry.filter_names and (self.scene.character in entry.filter_names) is entry.filter_excludes:
            return True
        tags = self.scene.character_tags
        return bool(entry.filter_tags) and tags is not None and bool(entry.filter_tags & tags) is entry.filter_excludes

    def _waits(self, entry: OldEntry) -> bool:
        recurses = self.state is _State.RECURSION
        if entry.delay_until_recursion and (not recurses or entry.delay_until_recursion > self.level):
            return True
        return recurses and self.settings.recursive and entry.exclude_recursion

    def _is_called(self, book: str, entry: OldEntry, is_sticky: bool) -> bool:
        decorators = decorators_of(entry.content) if entry.content.startswith("@@") else frozenset[str]()
        if "@@activate" in decorators:
            return True
        if "@@dont_activate" in decorators:
            return False
        if (book, entry.uid) in self.scene.forced or entry.constant or is_sticky:
            return True
        return bool(entry.key) and self._keys(entry, self.scene.expand).hold()

    def _keys(self, entry: OldEntry, expand: Callable[[str], str]) -> Keys:
        text = self.reading.text_for(entry, with_woken=self.state is not _State.MIN_ACTIVATIONS)
        return Keys(entry, self.settings, text, expand)

    # ------------------------------------------------------------------------------------------ coming in

    def _admit(self, hits: list[Named]) -> list[Named]:
        """Contests, then roll and budget one after another (statements 15, 28 to 32).

        Returns who was called and rolled well. Their words are read in the next pass, refused by the budget or not
        (statement 19).
        """
        successes: list[Named] = []
        text = ""
        used = self.scene.count(self.earlier_text)
        for one in self.contests.settle(hits, self.active, lambda one: self._keys(one[1], str).score()):
            if not self._rolled(one):
                self.over.add((one[0], one[1].uid))
                continue
            successes.append(one)
            if self.overflowed and not one[1].ignore_budget:
                continue
            text += self._words(one) + "\n"  # a refused text counts against the others too (statement 30)
            if not one[1].ignore_budget and used + self.scene.count(text) >= self.budget:
                self.overflowed = True
                continue
            self.active.append(one)
            self.over.add((one[0], one[1].uid))
        return successes

    def _words(self, one: Named) -> str:
        return self.scene.expand(without_decorators(one[1].content))

    def _rolled(self, one: Named) -> bool:
        entry = one[1]
        if not entry.use_probability or entry.probability == 100 or self.timed.is_sticky(*one):
            return True
        return self.scene.roll() * 100 <= entry.probability

    def _budget(self) -> int:
        budget = round(self.settings.budget_percent * self.scene.prompt_tokens / 100) or 1
        return min(budget, self.settings.budget_cap) if self.settings.budget_cap > 0 else budget

    # ------------------------------------------------------------------------------------------ passes

    def _goes_on(self, successes: list[Named]) -> bool:
        """Set the next pass up; False when there is none (statements 16 to 20)."""
        waking = [one for one in successes if not one[1].prevent_recursion]
        following = self._following(bool(waking))
        if following is None:
            return False
        words = [self._words(one) for one in waking]
        self.reading.wake(words)
        self.earlier_text += "".join(text + "\n" for text in words)
        self.state = following
        return True

    def _following(self, wakes: bool) -> _State | None:
        settings = self.settings
        if settings.max_recursion_steps > 0 and self.passes >= settings.max_recursion_steps:
            return None
        reads_again = wakes or (self.state is _State.MIN_ACTIVATIONS and self.reading.has_woken)
        if settings.recursive and not self.overflowed and reads_again:
            return _State.RECURSION
        if len(self.active) < settings.min_activations and not self.overflowed and self._may_look_further():
            self.reading.skew += 1
            return _State.MIN_ACTIVATIONS
        if self.levels:
            self.level = self.levels.pop(0)
            return _State.RECURSION
        return None

    def _may_look_further(self) -> bool:
        most, depth = self.settings.min_activations_depth_max, self.reading.depth
        return not ((most > 0 and depth > most) or depth > self.scene.length)


def decorators_of(content: str) -> frozenset[str]:
    """The known decorators that lead a content (statement 5)."""
    found: set[str] = set()
    for line in content.split("\n"):
        if not line.startswith("@@"):
            break
        name = line.removeprefix("@").split(" ")[0] if line.startswith("@@@") else line.split(" ")[0]
        if name in {"@@activate", "@@dont_activate"}:
            found.add(name)
    return frozenset(found)


def without_decorators(content: str) -> str:
    """A content without its leading decorator lines (statement 5)."""
    lines = content.split("\n")
    while lines and lines[0].startswith("@@"):
        lines.pop(0)
    return "\n".join(lines)
