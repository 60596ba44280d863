"""What the engine decided, as lines that people can read and that are kept. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from bot.services.lore.engine.activation import Activation
from bot.services.lore.engine.book import Entry, Position
from bot.services.lore.engine.reasons import Active, Cause, LoreWarning, Place, Refused, Why
from bot.services.lore.engine.scene import Said
from bot.services.lore.replies.loading import LoreSet
from bot.services.lore.replies.trace import PROMPT_ROOM, Found, TracedBook, TraceLine, Warned

_KEYS = 5
"""As many second keys as a sentence can name."""

_NUMBERS = {
    Why.DELAY: "left",
    Why.COOLDOWN: "left",
    Why.DIE: "die",
    Why.SIMILARITY: "score",
    Why.RESULTS: "nth",
    Why.BUDGET: "short",
    Why.BOOK_BUDGET: "short",
}


class Explained:
    """Turns one set's decisions into lines. `said` is the window they were made from."""

    def __init__(self, ready: LoreSet, said: Sequence[Said]) -> None:
        self._deck = ready.deck
        self._first_old = len(ready.books)
        self._books = ready.everything
        self._said = said

    def books(self) -> tuple[TracedBook, ...]:
        """The books that counted."""
        return tuple(TracedBook(one.book.id, one.book.name, one.book.version, one.scope.value) for one in self._books)

    def lines(self, activation: Activation) -> list[TraceLine]:
        """Who came in, in the order in which room was given, then who did not."""
        return [*map(self.came_in, activation.active), *map(self._stayed_out, activation.refused)]

    def came_in(self, one: Active) -> TraceLine:
        """One that came in; `one.book` is not looked at, so that those of no deck can be told of too."""
        cause = one.cause
        return self._line(
            one.entry,
            True,
            method=cause.via.value,
            key=cause.key,
            found=self._found(cause),
            score=cause.score,
            left=cause.left,
            parents=tuple(parent.name for parent in one.parents),
            parent_id=one.parents[0].id if one.parents else None,
            wave=one.wave,
            named=[*one.parents, *([cause.place.parent] if cause.place and cause.place.parent else [])],
        )

    def warnings(self, warnings: Sequence[LoreWarning]) -> tuple[Warned, ...]:
        """What could not be done as it was meant."""
        return tuple(self._warned(one) for one in warnings)

    def _book_of(self, entry: Entry) -> int:
        number = self._deck.number.get(entry.id)
        if number is not None:
            return self._deck.book_of[number]
        old = self._books[self._first_old :]
        return self._first_old + next(place for place, one in enumerate(old) if entry.id in one.loaded.numbers)

    def _stayed_out(self, one: Refused) -> TraceLine:
        out = one.out
        values: dict[str, Any] = {}
        if out.why is Why.SECONDARY:
            entry = one.entry
            values = {"keys": tuple(key.text for key in entry.secondary[:_KEYS]), "logic": entry.logic.value}
        if out.number is not None and (name := _NUMBERS.get(out.why)):
            values[name] = out.number if name in {"die", "score"} else int(out.number)
        other = out.other
        return self._line(
            one.entry,
            False,
            reason=out.why.value,
            group=out.group,
            other=None if other is None else other.name,
            named=[] if other is None else [other],
            **values,
        )

    def _line(self, entry: Entry, is_in: bool, *, named: Sequence[Entry] = (), **more: Any) -> TraceLine:
        book = self._book_of(entry)
        others = {self._book_of(one) for one in named}
        return TraceLine(
            entry_id=entry.id,
            book=book,
            number=self._books[book].loaded.numbers.get(entry.id),
            name=entry.name,
            is_in=is_in,
            position=entry.position.value,
            depth=entry.depth if entry.position is Position.AT_DEPTH else 0,
            role=entry.role.value if entry.position is Position.AT_DEPTH else "",
            outlet=entry.outlet if entry.position is Position.OUTLET else "",
            order=entry.order,
            tokens=entry.tokens,
            named_books=frozenset(others - {book}),
            **more,
        )

    def _found(self, cause: Cause) -> Found | None:
        place: Place | None = cause.place
        if place is None:
            return None
        said = self._said[place.message] if place.message is not None and place.message < len(self._said) else None
        return Found(
            message=place.message,
            speaker="" if said is None else said.name,
            source=None if place.source is None or place.source.name is None else place.source.name.lower(),
            parent=None if place.parent is None else place.parent.name,
            in_name=place.in_name,
        )

    def _warned(self, one: LoreWarning) -> Warned:
        if one.entry is None:
            return Warned(one.trouble.value, detail=one.key or str(one.number or ""))
        return Warned(
            one.trouble.value,
            one.entry.id,
            self._book_of(one.entry),
            one.entry.name,
            one.key or str(one.number or ""),
        )


def with_outcome(lines: Sequence[TraceLine], left_out: Mapping[UUID, str]) -> tuple[TraceLine, ...]:
    """The lines, once the prompt is finished: what found no place there after all stayed out."""
    return tuple(_without_place(line, left_out[line.entry_id]) if line.entry_id in left_out else line for line in lines)


def _without_place(line: TraceLine, note: str) -> TraceLine:
    return replace(line, is_in=False, reason=PROMPT_ROOM, note=note) if line.is_in else line
