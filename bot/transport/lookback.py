"""Finds, in a channel's history, the messages that carry a turn's marks.

A webhook message has no idempotency key. After an unknown outcome (a broken connection, a crash between asking and
noting the answer) the history is the only witness.
"""

from __future__ import annotations

from typing import cast
from uuid import UUID

from bot.errors import StageUnsure
from bot.ports import Place, Via
from bot.transport.executor import Call, Done, Executor
from bot.transport.marks import Mark, marks_in
from bot.transport.speaker import Speaker

_PAGE = 100
_MOST_PAGES = 30

Message = dict[str, object]


class Lookback:
    """Reads history as the application sees it."""

    def __init__(self, executor: Executor, speaker: Speaker) -> None:
        self._executor = executor
        self._speaker = speaker

    async def parts(self, place: Place, turn_id: UUID, *, after: int) -> dict[int, list[int]]:
        """Part number → ids of the messages that carry its mark, oldest first.

        Raises `StageUnsure` if the history cannot be read whole from `after` until now.
        """
        found: dict[int, list[int]] = {}
        for _ in range(_MOST_PAGES):
            page = await self._page(place, after)
            for message in page:
                for number in {mark.part for mark in await self._marks(place, message) if mark.turn_id == turn_id}:
                    found.setdefault(number, []).append(int(str(message["id"])))
            if len(page) < _PAGE:
                return found
            after = int(str(page[-1]["id"]))
        raise StageUnsure("the history since is too long to read")

    async def exists(self, place: Place, message_id: int) -> bool:
        """Whether a message stands in the channel, whoever wrote it. Raises `StageUnsure` if that cannot be told."""
        ids = {"channel_id": place.channel_id, "message_id": message_id}
        outcome = await self._executor.request(Call("GET", "/channels/{channel_id}/messages/{message_id}", ids))
        match outcome:
            case Done():
                return True
            case _ if getattr(outcome, "status", 0) == 404:
                return False
            case _:
                raise StageUnsure("the history cannot be read")

    async def _page(self, place: Place, after: int) -> list[Message]:
        query = {"after": str(after), "limit": str(_PAGE)}
        call = Call("GET", "/channels/{channel_id}/messages", {"channel_id": place.channel_id}, query)
        outcome = await self._executor.request(call)
        if not isinstance(outcome, Done) or not isinstance(outcome.body, list):
            raise StageUnsure("the history cannot be read")
        return sorted(cast("list[Message]", outcome.body), key=lambda message: int(str(message["id"])))

    async def _marks(self, place: Place, message: Message) -> list[Mark]:
        if (message.get("webhook_id") is not None) is not (place.via is Via.WEBHOOK):
            return []
        components = cast("list[object]", message.get("components") or [])
        if place.via is Via.WEBHOOK and not components and not message.get("content"):
            # Withheld: without the Message Content intent history is blank, but a webhook may read its own messages.
            outcome = await self._speaker.read(place, int(str(message["id"])))
            if isinstance(outcome, Done) and isinstance(outcome.body, dict):
                components = cast("list[object]", cast("Message", outcome.body).get("components") or [])
        return marks_in(components)
