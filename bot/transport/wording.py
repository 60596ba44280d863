"""A reply's words as the messages of one scene: made harmless, tables readable, split by the scene's delivery."""

from __future__ import annotations

from dataclasses import dataclass

from bot.ports import Delivery
from bot.transport.chunking import MESSAGE_LIMIT, split
from bot.transport.harmless import harmless
from bot.transport.paragraphs import paragraphs
from bot.transport.tables import readable_tables

_FASTEST_SECONDS, _SLOWEST_SECONDS = 1.2, 3.5
_CHARACTERS_PER_SECOND = 120.0


@dataclass(frozen=True, slots=True)
class Wording:
    """How one scene's text becomes messages.

    `lead` is a line above the first message; `more` is said under the last one that may be posted, where the text is
    longer than that.
    """

    delivery: Delivery = Delivery.STREAMED
    lead: str = ""
    more: str = "…"

    def whole(self, text: str, *, most: int | None = None) -> list[str]:
        """The messages of a finished text, at most `most`."""
        tidy = readable_tables(harmless(text))
        cut = paragraphs if self.delivery is Delivery.PARAGRAPHS else split
        contents = cut(tidy, lead=self.lead)
        if most is None or len(contents) <= most:
            return contents
        return [*contents[: most - 1], self._cut_short(contents[most - 1])]

    def so_far(self, text: str, *, most: int | None = None) -> list[str]:
        """The messages of a text that still grows: of paragraphs, those that will not change any more."""
        contents = self.whole(text, most=most)
        return contents[:-1] if self.delivery is Delivery.PARAGRAPHS else contents

    def _cut_short(self, content: str) -> str:
        notice = f"\n-# {self.more}"
        kept = split(content, MESSAGE_LIMIT - len(notice))
        return f"{kept[0]}{notice}"


def pause_before(paragraph: str) -> float:
    """Seconds somebody might take to type this, within what a reader waits for and the limits allow."""
    return min(_SLOWEST_SECONDS, max(_FASTEST_SECONDS, len(paragraph) / _CHARACTERS_PER_SECOND))
