"""Room in a prompt: what still fits, and an account of what went in and what did not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.ports import Picture, PromptMessage, PromptPart, Whose
from bot.services.talk.compose_types import Count, LoreText

# Chat formats wrap each message in a few tokens of their own (OpenAI's cookbook counts 3 to 4) and prime the answer
# with 3.
MESSAGE_TOKENS = 4
ANSWER_PRIMING_TOKENS = 3
# What a picture takes at most with the models we know of (OpenAI's of 1,024 pixels a side: 765; Claude's: 1,400).
PICTURE_TOKENS = 1000
# A context smaller than this is never planned for: an answer needs some room to stand on.
SMALLEST_PROMPT_TOKENS = 64

NO_ROOM = "no room left in the prompt"
SHORTENED = "shortened to fit the prompt"
ELLIPSIS = " […] "


def prompt_budget(context_tokens: int, answer_tokens: int) -> int:
    """What a prompt may hold so that an answer of `answer_tokens` still fits the model's context."""
    return max(context_tokens - answer_tokens, SMALLEST_PROMPT_TOKENS)


def prompt_tokens(messages: tuple[PromptMessage, ...], count: Count) -> int:
    """Tokens of a finished prompt, wrapping included."""
    return ANSWER_PRIMING_TOKENS + sum(
        MESSAGE_TOKENS + count(message.content) + PICTURE_TOKENS * len(message.pictures) for message in messages
    )


@dataclass(frozen=True, slots=True)
class Piece:
    """One text (or picture) that may go into a prompt, with its place in the account."""

    kind: str
    label: str
    text: str
    tokens: int
    included: bool = True
    reason: str = ""
    whose: Whose = Whose.SHARED
    picture: Picture | None = None
    lore: LoreText | None = None

    def part(self) -> PromptPart:
        """Its line in the account."""
        entry_id, book_id = (self.lore.entry_id, self.lore.book_id) if self.lore else (None, None)
        return PromptPart(self.kind, self.label, self.tokens, self.included, self.reason, self.whose, entry_id, book_id)

    def left_out(self, reason: str = NO_ROOM) -> Piece:
        """The same piece, not taken along."""
        return replace(self, included=False, reason=reason)


@dataclass(slots=True)
class Room:
    """Tokens still free. `take` answers whether a piece fits and, if so, books it."""

    free: int

    def take(self, tokens: int) -> bool:
        """Book `tokens` if they are there."""
        if tokens > self.free:
            return False
        self.free -= tokens
        return True


def head_and_tail(text: str, tokens: int, count: Count) -> str:
    """The beginning and the end of a text, three parts to one, within `tokens`; the middle is marked as left out.

    The end is kept since people tend to put their question there. Always returns at least a few characters.
    """
    if count(text) <= tokens:
        return text
    low, high = 8, len(text)
    while low < high:  # the longest cut that fits; counts grow with length closely enough for bisection
        middle = (low + high + 1) // 2
        low, high = (middle, high) if count(_cut(text, middle)) <= tokens else (low, middle - 1)
    return _cut(text, low)


def _cut(text: str, characters: int) -> str:
    if characters >= len(text):
        return text
    tail = characters // 4
    return text[: characters - tail].rstrip() + ELLIPSIS + text[len(text) - tail :].lstrip()


Cut = Callable[[str, int, Count], str]
"""Makes a text fit into so many tokens."""


def shorten(piece: Piece, tokens: int, count: Count, cut: Cut = head_and_tail) -> Piece:
    """The piece cut to `tokens`, saying so in the account."""
    if piece.tokens <= tokens:
        return piece
    text = cut(piece.text, tokens, count)
    return replace(piece, text=text, tokens=count(text), reason=SHORTENED)
