"""The tokens there are. Who comes first by rank takes what it needs; what does not fit leaves room for what does."""

from __future__ import annotations

from bot.services.lore.deck import Deck
from bot.services.lore.reasons import Why


class Room:
    """What is left of the prompt's budget and of each book's."""

    def __init__(self, deck: Deck, budget: int) -> None:
        self._deck = deck
        self._left = budget
        self._left_of = [book.token_budget for book in deck.books]
        self.spent = 0
        self.beside = 0
        """Tokens of entries that ignore the budget; they cost the others nothing."""
        self.is_full = False
        """Something did not fit."""

    def lacks(self, number: int) -> int:
        """How many tokens are short for an entry, even if nobody else came; 0 where it fits."""
        if self._deck.entries[number].ignores_budget:
            return 0
        own = self._left_of[self._deck.book_of[number]]
        left = self._left if own is None or own > self._left else own
        short = max(0, self._deck.tokens[number] - left)
        self.is_full = self.is_full or short > 0
        return short

    def why(self, number: int) -> Why:
        """Which budget is short for an entry that lacks tokens."""
        return Why.BUDGET if self._deck.tokens[number] > self._left else Why.BOOK_BUDGET

    def take(self, number: int) -> int:
        """Give an entry room; how many tokens are short, where there is none."""
        short = self.lacks(number)
        if not short:
            self._move(number, self._deck.tokens[number])
        return short

    def give_back(self, number: int) -> None:
        """An entry that had room does not come after all."""
        self._move(number, -self._deck.tokens[number])

    def _move(self, number: int, cost: int) -> None:
        if self._deck.entries[number].ignores_budget:
            self.beside += cost
            return
        book = self._deck.book_of[number]
        own = self._left_of[book]
        if own is not None:
            self._left_of[book] = own - cost
        self._left -= cost
        self.spent += cost
