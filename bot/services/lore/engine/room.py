"""The tokens there are. Who comes first by rank takes what it needs; what does not fit leaves room for what does."""

from __future__ import annotations

from math import inf

from bot.services.lore.engine.deck import Deck

Left = tuple[float, tuple[float, ...]]
"""The room there is: of the prompt's budget, and of each book's."""


class Room:
    """What is left of the prompt's budget and of each book's."""

    def __init__(self, deck: Deck, budget: int) -> None:
        self._deck = deck
        self.left: float = budget
        self.left_of: list[float] = [inf if book.token_budget is None else book.token_budget for book in deck.books]
        self._known: Left | None = None
        self.spent = 0
        self.beside = 0
        """Tokens of entries that ignore the budget; they cost the others nothing."""

    def as_it_is(self) -> Left:
        """What is left now, to be told of later."""
        if self._known is None:
            self._known = self.left, tuple(self.left_of)
        return self._known

    @property
    def has_some(self) -> bool:
        """Whether there is room for the cheapest entry at least."""
        return self.left >= self._deck.least

    def lacks(self, number: int) -> int:
        """How many tokens are short for an entry, even if nobody else came; 0 where it fits."""
        cost = self._deck.cost[number]
        left = min(self.left, self.left_of[self._deck.book_of[number]])
        if cost <= left or not cost:
            return 0
        return int(cost - max(0, left))

    def give(self, number: int) -> None:
        """An entry that fits takes what it costs."""
        self._move(number, 1)

    def give_back(self, number: int) -> None:
        """An entry that had room does not come after all."""
        self._move(number, -1)

    def _move(self, number: int, times: int) -> None:
        cost = self._deck.cost[number] * times
        if not cost:
            self.beside += self._deck.tokens[number] * times
            return
        self._known = None
        self.left_of[self._deck.book_of[number]] -= cost
        self.left -= cost
        self.spent += cost
