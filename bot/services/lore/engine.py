"""Which entries belong into a prompt: a pure function of books, scene and what happened before.

The order of things, for everybody who asks why:

1. *Candidates*: constant entries, those whose keys stand in what they may look at, those near enough in meaning, those
   that run on from before (sticky), those called in by a person.
2. *Gates*, in this order: filters, delay, cooldown, secondary keys, what must be there or must not, the die, groups.
3. *Room*, in order of rank (sticky, constant where the book says so, priority, book, order, id): whatever still fits is
   taken. Text that ignores the budget costs the others nothing.
4. *Waves*: what came in may wake others, which pass 1 to 3 with the room that is left. Only text that is really in the
   prompt wakes anybody.
5. Where a book wants more entries than came in, it looks one message further back, and again, up to its bound.
6. Entries that forbid a key which only a later wave brought are withdrawn, and with them what only they woke.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.services.lore.deck import Deck
from bot.services.lore.gates import Gates
from bot.services.lore.groups import Candidate, Contest
from bot.services.lore.meaning import Meanings
from bot.services.lore.reasons import Active, Out, Refused, Via, Why
from bot.services.lore.room import Room
from bot.services.lore.scene import Fired, Scene
from bot.services.lore.timing import Clock
from bot.services.lore.window import Window


@dataclass(frozen=True, slots=True)
class Activation:
    """What belongs into the prompt, and what does not although something spoke for it.

    `active` is in the order in which room was given. `spent` counts the tokens against the budget, `beside` those of
    entries that ignore it. `fired` is what to remember of timed effects, in place of what was handed in.
    """

    active: tuple[Active, ...]
    spent: int
    beside: int
    fired: tuple[Fired, ...]
    _deck: Deck = field(repr=False, compare=False)
    _out: Mapping[int, Out] = field(repr=False)
    _short: Mapping[int, tuple[Why, int]] = field(repr=False)

    @property
    def refused(self) -> tuple[Refused, ...]:
        """Who stays out and why. Put together when somebody asks: a large book refuses thousands at every turn."""
        out = {**self._out, **{number: Out(why, short) for number, (why, short) in self._short.items()}}
        return tuple(Refused(self._deck.entries[one], self._deck.book_of[one], why) for one, why in out.items())


def activate(deck: Deck, scene: Scene, budget: int) -> Activation:
    """Decide for every entry. `budget` is the tokens that lore may take of the prompt."""
    return _Run(deck, scene, budget).decided()


_MAY_CHANGE = frozenset({Why.SECONDARY, Why.REQUIRES})
"""Reasons that what comes in later may take away."""


class _Run:
    """One decision at work."""

    def __init__(self, deck: Deck, scene: Scene, budget: int) -> None:
        self.deck = deck
        self.scene = scene
        self.now = scene.window[0].id if scene.window else 0
        self.window = Window(deck, scene)
        self.clock = Clock(scene.past, self.now)
        self.meanings = Meanings(deck, scene)
        self.gates = Gates(deck, scene, self.window, self.clock, self.meanings)
        self.room = Room(deck, budget)
        self.contests = [Contest(book.groups) for book in deck.books]
        self.found = self.window.entries()
        self.wave_of: dict[int, int] = {}
        self.parents: dict[int, tuple[int, ...]] = {}
        self.out: dict[int, Out] = {}
        self.short: dict[int, tuple[Why, int]] = {}
        self.sticky: set[int] = set()
        self.waiting: set[int] = set()
        self.wave = 0

    def decided(self) -> Activation:
        """Go through it once."""
        candidates = self._first()
        while candidates is not None:
            fresh = self._come_in(candidates)
            candidates = self._woken(fresh)
            if candidates is None:
                candidates = self._further_back()
        self._withdraw()
        return self._activation()

    # ------------------------------------------------------------------------------------------ candidates

    def _first(self) -> list[int]:
        depth = self.deck.depth
        found = [number for number, newest in self.found.items() if newest < depth[number]]
        self.gates.take_as_found(number for number in found if self.deck.reads_talk[number])
        more: set[int] = {self.deck.number[one] for one in self.clock.fired() if one in self.deck.number}
        more.update(self.deck.number[one] for one in self.scene.manual if one in self.deck.number)
        more.update(self.deck.constant, self.meanings.near)
        if self.deck.reads_texts:
            more |= self.window.entries_in_texts()
        more.difference_update(found)
        return [*found, *more]

    def _woken(self, fresh: Sequence[int]) -> list[int] | None:
        """Who may come in the next wave; None when nothing is left that could change."""
        self.wave += 1
        children = self.window.woken_by([one for one in fresh if self.deck.entries[one].waking.wakes])
        woken: set[int] = set()
        for child, parents in children.items():
            if child in self.wave_of or self._is_settled(child):
                continue
            may = tuple(parent for parent in parents if self.gates.may_wake(parent, child, self.wave))
            if may:
                self.parents[child] = may
                woken.add(child)
        self.gates.take_as_found(woken)
        woken |= {one for one in self.deck.delayed if one not in self.wave_of}
        if fresh:
            woken |= self.waiting
        later = any(self.deck.entries[one].waking.level >= self.wave for one in woken)
        if not (fresh or later) or not woken:
            return None
        return list(woken)

    def _is_settled(self, number: int) -> bool:
        return number in self.short or (number in self.out and self.out[number].why not in _MAY_CHANGE)

    def _further_back(self) -> list[int] | None:
        """Look one message further back for books that want more; None when nobody does or there is nothing."""
        came = [self.deck.book_of[number] for number in self.wave_of]
        wanting = {
            number
            for number, book in enumerate(self.deck.books)
            if came.count(number) < book.at_least and not self.room.is_full
        }
        undecided = [
            number
            for number in self.found
            if self.deck.book_of[number] in wanting
            and self.deck.entries[number].scan_depth is None
            and number not in self.wave_of
            and number not in self.out
            and number not in self.short
        ]
        while wanting:
            for book in tuple(wanting):
                self.gates.further[book] += 1
                if self._sight(book) > min(self.deck.books[book].at_least_depth, len(self.scene.window)):
                    wanting.discard(book)
            seen = [
                number
                for number in undecided
                if self.deck.book_of[number] in wanting and self.found[number] < self._sight(self.deck.book_of[number])
            ]
            if seen:
                return seen
        return None

    def _sight(self, book: int) -> int:
        return self.deck.books[book].scan_depth + self.gates.further[book]

    # ------------------------------------------------------------------------------------------ coming in

    def _come_in(self, candidates: Sequence[int]) -> list[int]:
        """Let in who passes the gates, wins its contest and finds room."""
        through = self._through_gates(candidates)
        fresh: list[int] = []
        while through:
            winners, losers = self._contest(through)
            left = self._take_room(winners, fresh)
            opened = {name for number in left for name in self.deck.entries[number].groups}
            through = [number for number in losers if opened & self.deck.entries[number].groups]
        return fresh

    def _through_gates(self, candidates: Sequence[int]) -> list[int]:
        through: list[int] = []
        self.waiting.clear()
        for number in candidates:
            if self.deck.is_plain[number]:
                through.append(number)
                continue
            verdict = self.gates.verdict(number, self.wave)
            if isinstance(verdict, Via):
                verdict = self._requirement(number) or verdict
            if isinstance(verdict, Out):
                self.out[number] = verdict
                if verdict.why in _MAY_CHANGE:
                    self.waiting.add(number)
            elif verdict is not None:
                if verdict is Via.STICKY:
                    self.sticky.add(number)
                if short := self.room.lacks(number):
                    self.short[number] = self.room.why(number), short
                    self.out.pop(number, None)
                else:
                    through.append(number)
        return through

    def _requirement(self, number: int) -> Out | None:
        missing = [one for one in self.deck.entries[number].requires if self.deck.number.get(one) not in self.wave_of]
        if not missing:
            return None
        other = self.deck.number.get(missing[0])
        return Out(Why.REQUIRES, other=None if other is None else self.deck.entries[other])

    def _contest(self, through: Sequence[int]) -> tuple[list[int], list[int]]:
        """Winners (everybody without a group among them) and losers."""
        grouped: dict[int, list[Candidate]] = {}
        for number in through:
            entry, book = self.deck.entries[number], self.deck.book_of[number]
            if entry.groups:
                score = self.gates.score(number, self.wave) if self.contests[book].scores(entry) else 0
                grouped.setdefault(book, []).append(Candidate(number, entry, number in self.sticky, score))
        if not grouped:
            return list(through), []
        lost: dict[int, tuple[str, int]] = {}
        for book, candidates in grouped.items():
            lost |= self.contests[book].settle(candidates, self.scene.die)
        for number, (group, winner) in lost.items():
            self.out[number] = Out(Why.GROUP, other=self.deck.entries[winner], group=group)
        return [number for number in through if number not in lost], list(lost)

    def _take_room(self, winners: list[int], fresh: list[int]) -> list[int]:
        """Give room by rank. Returns who found none, or may not stand beside who did."""
        rank, sticky = self.deck.rank, self.sticky
        winners.sort(key=(lambda one: (one not in sticky, rank[one])) if sticky else rank.__getitem__)
        left: list[int] = []
        for number in winners:
            out = self._excluded(number) if self.deck.has_exclusions else None
            if out is None:
                short = self.room.take(number)
                if number in self.out:
                    del self.out[number]
                if not short:
                    self.wave_of[number] = self.wave
                    fresh.append(number)
                    continue
                self.short[number] = self.room.why(number), short
            else:
                self.out[number] = out
            left.append(number)
            if self.deck.entries[number].groups:
                self.contests[self.deck.book_of[number]].leave(number)
        return left

    def _excluded(self, number: int) -> Out | None:
        entry = self.deck.entries[number]
        for one in self.wave_of:
            other = self.deck.entries[one]
            if entry.id in other.excludes or other.id in entry.excludes:
                return Out(Why.EXCLUDED, other=other)
        return None

    # ------------------------------------------------------------------------------------------ the end

    def _withdraw(self) -> None:
        """Take out again who forbids what a later wave brought, and who was woken by nobody else."""
        for number in [one for one in self.wave_of if self.deck.entries[one].logic.forbids]:
            if not self.gates.has_secondary(number, self.wave) and number not in self.sticky:
                self._drop(number, Out(Why.FORBIDDEN_LATER))
        for number, wave in list(self.wave_of.items()):
            parents = self.parents.get(number, ())
            if wave and parents and not any(parent in self.wave_of for parent in parents):
                self._drop(number, Out(Why.WAKER_LEFT, other=self.deck.entries[parents[0]]))

    def _drop(self, number: int, out: Out) -> None:
        del self.wave_of[number]
        self.out[number] = out
        self.room.give_back(number)

    def _activation(self) -> Activation:
        active = tuple(self._active(number, wave) for number, wave in self.wave_of.items())
        fresh = [one.entry for one in active if one.cause.via is not Via.STICKY]
        return Activation(
            active=active,
            spent=self.room.spent,
            beside=self.room.beside,
            fired=self.clock.after(self.now, fresh),
            _deck=self.deck,
            _out=self.out,
            _short=self.short,
        )

    def _active(self, number: int, wave: int) -> Active:
        parents = tuple(self.deck.entries[one] for one in self.parents.get(number, ())) if wave else ()
        return Active(
            self.deck.entries[number], self.deck.book_of[number], self.gates.cause(number, wave), wave, parents
        )
