"""Commands and buttons that have a character speak: they count like messages, and are refused like them."""

from __future__ import annotations

from uuid import UUID

from bot.ports import Place
from bot.services.wellbeing.acts import Part
from bot.services.wellbeing.presence import Presence
from db.work import Work


class Taking:
    """Asked by whoever has a character speak for somebody. Without `presence` nobody is counted or refused."""

    def __init__(self, presence: Presence | None = None) -> None:
        self._presence = presence

    async def enter(self, work: Work, by: UUID, place: Place) -> Part | None:
        """Count it in this work, which acts for that person, before it locks any row.

        Hand what is returned to `entered` once the work is committed. Raises `LimitReached` where characters rest for
        them, with the words for their eyes: then nothing may be done.
        """
        if self._presence is None:
            return None
        return await self._presence.enter(work, self._presence.act(by, place))

    def entered(self, part: Part | None) -> None:
        """The work is committed."""
        if self._presence is not None:
            self._presence.after(part)
