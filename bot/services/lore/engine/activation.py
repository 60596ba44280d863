"""Which entries belong into a prompt: a pure function of books, scene and what happened before.

The order of things, for everybody who asks why:

1. *Candidates*: constant entries, those whose keys stand in what they may look at, those near enough in meaning, those
   that run on from before (sticky), those called in by a person.
2. *Gates*, in this order: filters, a place in this prompt, delay, cooldown, secondary keys, the die, what must be
   there, groups, what must not.
3. *Room*, in order of rank (sticky, constant where the book says so, priority, book, order, id): whatever still fits is
   taken. Text that ignores the budget costs the others nothing.
4. *Waves*: what came in may wake others, which pass 1 to 3 with the room that is left. Only text that is really in the
   prompt wakes anybody.
5. Where a book wants more entries than came in, it looks one message further back, and again, up to its bound.
6. Entries that forbid a key which only a later wave brought are withdrawn, and with them what only they woke and what
   needed them.

Who would find no room whatever the gates said is not led through them: why it stays out is worked out when somebody
asks (`Activation.refused`). A large book refuses thousands at every turn.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from bot.services.lore.engine.deck import Deck
from bot.services.lore.engine.gates import Gates
from bot.services.lore.engine.groups import Candidate, Contest
from bot.services.lore.engine.meaning import Meanings
from bot.services.lore.engine.reasons import Active, LoreWarning, Out, Refused, Trouble, Via, Why
from bot.services.lore.engine.room import Left, Room
from bot.services.lore.engine.scene import Fired, Scene
from bot.services.lore.engine.timing import Clock
from bot.services.lore.engine.window import Window


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
    _run: _Run = field(repr=False, compare=False)

    @property
    def refused(self) -> tuple[Refused, ...]:
        """Who stays out and why. Worked out anew at every call, in time that grows with their number."""
        return tuple(self._run.refused())

    @property
    def warnings(self) -> tuple[LoreWarning, ...]:
        """What cannot work as it was meant: in these books at all, then in this scene."""
        return (*self._run.deck.warnings, *self._run.warnings(self.active))


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
        self.effects = {
            number: effect
            for one in self.clock.fired()
            if (number := deck.number.get(one)) is not None
            and (effect := self.clock.effect(deck.entries[number], deck.book(number)))
        }
        self.gates = Gates(deck, scene, self.window, self.clock, self.effects, self.meanings)
        self.room = Room(deck, budget)
        self.contests = [Contest(book.groups) for book in deck.books]
        self.found = self.window.entries
        self.wave_of: dict[int, int] = {}
        self.parents = self.gates.parents
        self.out: dict[int, Out] = {}
        self.hopeless: dict[int, Left] = {}
        """Who needs more room than there was when it came to them."""
        self.unheard: list[tuple[int, Sequence[int]]] = []
        """Waves in which nobody could have found room, and who might have woken somebody then."""
        self.banned: dict[UUID, int] = {}
        self.sticky = {number for number, effect in self.effects.items() if effect.is_sticky}
        self.waiting: set[int] = set()
        self.wave = 0
        self.is_over = False

    def decided(self) -> Activation:
        """Go through it once."""
        candidates = self._first()
        while candidates is not None:
            fresh = self._come_in(candidates)
            candidates = self._woken(fresh)
            if candidates is None:
                candidates = self._further_back()
        self._withdraw()
        self.is_over = True
        active = tuple(self._active(number, wave) for number, wave in self.wave_of.items())
        fresh_ones = [one.entry for one in active if one.cause.via is not Via.STICKY]
        fired = self.clock.after(self.now, fresh_ones)
        return Activation(active, self.room.spent, self.room.beside, fired, self)

    # ------------------------------------------------------------------------------------------ candidates

    def _first(self) -> list[int]:
        depth, numbers = self.deck.depth, self.deck.number
        found = [number for number, newest in self.found.items() if newest < depth[number]]
        more = {*self.sticky, *self.deck.constant, *self.meanings.near}
        more.update(numbers[one] for one in self.scene.manual if one in numbers)
        if self.deck.reads_texts:
            more |= self.window.entries_in_texts()
        more.difference_update(found)
        return [*found, *more]

    def _woken(self, fresh: Sequence[int]) -> list[int] | None:
        """Who may come in the next wave; None when nothing is left that could change."""
        self.wave += 1
        waking = [one for one in fresh if self.deck.entries[one].waking.wakes]
        if not self.room.has_some and not self.deck.costs_nothing:
            self.window.hear(waking)
            self.unheard.append((self.wave, waking))
            return None
        woken = self._children(self.window.woken_by(waking))
        woken.update(one for one in self.deck.delayed if one not in self.wave_of)
        if fresh:
            woken |= self.waiting
        later = any(self.deck.entries[one].waking.level >= self.wave for one in woken)
        return list(woken) if woken and (fresh or later) else None

    def _children(self, children: dict[int, list[int]]) -> set[int]:
        """Those of the children whom their parents may wake."""
        woken: set[int] = set()
        may_wake, wave = self.gates.may_wake, self.wave
        for child, parents in children.items():
            if child in self.wave_of or self._is_settled(child):
                continue
            may = tuple(parent for parent in parents if may_wake(parent, child, wave))
            if may:
                self.parents[child] = may
                woken.add(child)
        self.gates.take_as_found(woken)
        return woken

    def _is_settled(self, number: int) -> bool:
        return number in self.hopeless or (number in self.out and self.out[number].why not in _MAY_CHANGE)

    def _further_back(self) -> list[int] | None:
        """Look one message further back for books that want more; None when nobody does or there is nothing."""
        came = [self.deck.book_of[number] for number in self.wave_of]
        wanting = {
            number
            for number, book in enumerate(self.deck.books)
            if book.at_least and came.count(number) < book.at_least
        }
        if wanting and any(isinstance(self._verdict(number), Via) for number in self.hopeless):
            return None  # the room is full
        undecided = [
            number
            for number in (self.found if wanting else ())
            if self.deck.book_of[number] in wanting
            and not self.deck.has_own_depth[number]
            and number not in self.wave_of
            and number not in self.out
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
        entries, fresh = self.deck.entries, list[int]()
        if not self.deck.grouped:
            self._take(candidates, fresh)
            return fresh
        grouped = self.deck.grouped
        loose = [number for number in candidates if number not in grouped]
        through = [number for number in candidates if number in grouped and not self.room.lacks(number)]
        self._give_up(grouped.intersection(candidates).difference(through))
        through = [number for number in through if self._is_through(number)]
        while loose or through:
            winners, losers = self._contest(through)
            left = self._take([*loose, *winners], fresh, set(winners))
            opened = {name for number in left for name in entries[number].groups}
            loose, through = [], [number for number in losers if opened & entries[number].groups]
        return fresh

    def _is_through(self, number: int) -> bool:
        """Whether an entry passes the gates."""
        verdict = self._verdict(number)
        if isinstance(verdict, Via):
            return True
        if verdict is not None:
            self.out[number] = verdict
            if verdict.why in _MAY_CHANGE:
                self.waiting.add(number)
        return False

    def _verdict(self, number: int) -> Via | Out | None:
        verdict = self.gates.verdict(number, self.wave)
        return (self._requirement(number) or verdict) if isinstance(verdict, Via) else verdict

    def _requirement(self, number: int) -> Out | None:
        """What must be there before an entry comes in and is not."""
        for one in self.deck.entries[number].requires:
            other = self.deck.number.get(one)
            if other is None:
                return Out(Why.REQUIRES)
            if other not in self.wave_of or (self.wave_of[other] == self.wave and not self.is_over):
                return Out(Why.REQUIRES, other=self.deck.entries[other])
        return None

    def _contest(self, through: Sequence[int]) -> tuple[list[int], list[int]]:
        """Winners and losers."""
        grouped: dict[int, list[Candidate]] = {}
        for number in through:
            entry, book = self.deck.entries[number], self.deck.book_of[number]
            score = self.gates.score(number, self.wave) if self.contests[book].scores(entry) else 0
            grouped.setdefault(book, []).append(Candidate(number, entry, number in self.sticky, score))
        lost: dict[int, tuple[str, int]] = {}
        for book, candidates in grouped.items():
            lost |= self.contests[book].settle(candidates, self.scene.die)
        for number, (group, winner) in lost.items():
            self.out[number] = Out(Why.GROUP, other=self.deck.entries[winner], group=group)
        return [number for number in through if number not in lost], list(lost)

    def _take(self, candidates: Iterable[int], fresh: list[int], winners: set[int] | None = None) -> list[int]:
        """Give room by rank. `winners` have passed the gates. Returns those of them who do not come after all."""
        rank, sticky, room, deck = self.deck.rank, self.sticky, self.room, self.deck
        is_plain, has_places, cost = deck.is_plain, self.gates.has_places, deck.cost
        winners, left = winners or set(), list[int]()
        line = sorted(candidates, key=rank.__getitem__)
        if sticky:
            line = [*(one for one in line if one in sticky), *(one for one in line if one not in sticky)]
        for place, number in enumerate(line):
            if cost[number] > room.left or room.lacks(number):
                if not room.has_some:
                    self._give_up(one for one in line[place:] if one not in deck.costs_nothing)
                    free = [one for one in line[place:] if one in deck.costs_nothing] if deck.costs_nothing else []
                    left += [one for one in line[place:] if one in winners and one not in free]
                    left += self._take(free, fresh, winners) if free else []
                    break
                self.hopeless[number] = room.as_it_is()
            elif number in winners or (is_plain[number] and not has_places) or self._is_through(number):
                if is_plain[number] or not deck.has_exclusions or not (out := self._excluded(number)):
                    self._let_in(number, fresh)
                    continue
                self.out[number] = out
            if number in winners:
                left.append(number)
        for number in left:
            self.contests[deck.book_of[number]].leave(number)
        return left

    def _let_in(self, number: int, fresh: list[int]) -> None:
        self.room.give(number)
        self.wave_of[number] = self.wave
        self.out.pop(number, None)
        self.waiting.discard(number)
        if excludes := self.deck.entries[number].excludes:
            self.banned.update(dict.fromkeys(excludes, number))
        fresh.append(number)

    def _give_up(self, numbers: Iterable[int]) -> None:
        """There is no room for these, and there will not be any."""
        self.hopeless.update(dict.fromkeys(numbers, self.room.as_it_is()))

    def _excluded(self, number: int) -> Out | None:
        """Who is in that this entry may not stand beside."""
        entry, deck = self.deck.entries[number], self.deck
        if (other := self.banned.get(entry.id)) is not None and other != number:
            return Out(Why.EXCLUDED, other=deck.entries[other])
        inside = sorted(deck.number[one] for one in entry.excludes if deck.number.get(one, number) in self.wave_of)
        return Out(Why.EXCLUDED, other=deck.entries[inside[0]]) if inside else None

    # ------------------------------------------------------------------------------------------ the end

    def _withdraw(self) -> None:
        """Take out again who forbids what a later wave brought, who was woken by nobody else, and who needs them."""
        goes_on = False
        for number in self.deck.forbids & self.wave_of.keys():
            if number not in self.sticky and not self.gates.has_secondary(number, self.wave):
                self._drop(number, Out(Why.FORBIDDEN_LATER))
                goes_on = True
        while goes_on:
            gone = [(number, out) for number in self.wave_of if (out := self._lost(number))]
            for number, out in gone:
                self._drop(number, out)
            goes_on = bool(gone)

    def _lost(self, number: int) -> Out | None:
        """Who an entry that came in stood on and is not there any more."""
        deck, parents = self.deck, self.parents.get(number, ())
        if self.wave_of[number] and parents and not any(parent in self.wave_of for parent in parents):
            return Out(Why.WAKER_LEFT, other=deck.entries[parents[0]])
        if number in self.sticky or deck.entries[number].id in self.scene.manual:
            return None
        away = [one for one in deck.entries[number].requires if deck.number.get(one, number) not in self.wave_of]
        return Out(Why.REQUIRES, other=deck.entries[deck.number[away[0]]]) if away else None

    def _drop(self, number: int, out: Out) -> None:
        del self.wave_of[number]
        self.out[number] = out
        self.room.give_back(number)

    def _active(self, number: int, wave: int) -> Active:
        deck = self.deck
        parents = tuple(deck.entries[one] for one in self.parents.get(number, ())) if wave else ()
        shortened = deck.shortened[number][0] if number in deck.shortened else None
        return Active(deck.entries[number], deck.book_of[number], self.gates.cause(number), wave, parents, shortened)

    # ------------------------------------------------------------------------------------------ when somebody asks

    def refused(self) -> Iterable[Refused]:
        """Everybody whom something spoke for and who stays out."""
        self._hear()
        for number, out in self.out.items():
            if number not in self.hopeless:
                yield Refused(self.deck.entries[number], self.deck.book_of[number], out)
        for number, left in self.hopeless.items():
            verdict = self._verdict(number)
            out = verdict if isinstance(verdict, Out) else None if verdict is None else self._short(number, left)
            if out is not None:
                yield Refused(self.deck.entries[number], self.deck.book_of[number], out)

    def _hear(self) -> None:
        """Find out whom the waves that found no room would have woken."""
        last, unheard = self.wave, self.unheard
        if unheard:
            self._give_up(one for one in self.deck.delayed if one not in self.wave_of)
        self.unheard = []
        for self.wave, waking in unheard:
            self._give_up(one for one in self._children(self.window.woken_by(waking)) if one not in self.hopeless)
        self.wave = last

    def _short(self, number: int, left: Left) -> Out:
        overall, of_book = left[0], left[1][self.deck.book_of[number]]
        cost = self.deck.cost[number]
        why = Why.BUDGET if cost > overall else Why.BOOK_BUDGET
        return Out(why, int(cost - max(0, min(overall, of_book))))

    def warnings(self, active: Sequence[Active]) -> list[LoreWarning]:
        """What did not work as it was meant, in this scene."""
        found = self.window.warnings()
        for number, out in self.out.items():
            if out.why is Why.NOWHERE:
                found.append(LoreWarning(Trouble.NOWHERE, self.deck.entries[number]))
        for one in active:
            if one.shortened is not None:
                lost = one.entry.tokens - self.deck.tokens[self.deck.number[one.entry.id]]
                found.append(LoreWarning(Trouble.SHORTENED, one.entry, number=lost))
            if not one.text.strip():
                found.append(LoreWarning(Trouble.NO_WORDS, one.entry))
        return found
