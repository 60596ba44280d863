"""Direct messages over REST alone, so that a process without a gateway can write them (Discord docs: Create DM).

A conversation is opened once and its id kept for a while; opening it again gives the same one. What Discord says when
somebody takes no direct messages is in `refusals`; opening many fast is answered with 40003, which passes.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import cast

import structlog

from bot.ports.letters import Letter, LetterButton, LetterLink, Posted
from bot.transport import pings
from bot.transport.executor import Call, Done, Executor, Outcome, Refused, Unsent

_NO_SUCH_PERSON = 10013
_QUARANTINED = 20026
"""Discord flagged the application itself: nobody takes anything from it then, which says nothing of one person."""

_GONE_CHANNEL = 10003
_KEPT = 5_000

_ROW, _BUTTON, _SECONDARY, _LINK = 1, 2, 2, 5

log = structlog.get_logger(__name__)


class DirectLetters:
    """Writes to people under the executor's limits. What is written never reaches a log."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self._channels: OrderedDict[int, str] = OrderedDict()

    async def send(self, discord_id: int, letter: Letter) -> Posted:
        """Write to somebody once. Raises nothing but cancellation."""
        for _ in range(2):
            opened = await self._opened(discord_id)
            if isinstance(opened, Posted):
                return opened
            outcome = await self._executor.request(
                Call("POST", "/channels/{channel_id}/messages", {"channel_id": opened}, body=_body(letter))
            )
            if not (isinstance(outcome, Refused) and outcome.code == _GONE_CHANNEL):
                return _became(outcome)
            self._channels.pop(discord_id, None)
        return Posted.AWAY

    async def _opened(self, discord_id: int) -> str | Posted:
        """The id of the conversation, or why there is none. Opening one says nothing to anybody."""
        known = self._channels.get(discord_id)
        if known is not None:
            self._channels.move_to_end(discord_id)
            return known
        outcome = await self._executor.request(
            Call("POST", "/users/@me/channels", body={"recipient_id": str(discord_id)})
        )
        if not (isinstance(outcome, Done) and isinstance(outcome.body, dict)):
            became = _became(outcome)
            return Posted.AWAY if became in (Posted.UNSURE, Posted.SENT) else became
        channel_id = str(cast("dict[str, object]", outcome.body)["id"])
        self._channels[discord_id] = channel_id
        if len(self._channels) > _KEPT:
            self._channels.popitem(last=False)
        return channel_id


def _became(outcome: Outcome) -> Posted:
    match outcome:
        case Done():
            return Posted.SENT
        case Refused(status=status, code=code):
            log.info("letter_refused", status=status, code=code)
            is_theirs = (status == 403 and code != _QUARANTINED) or code == _NO_SUCH_PERSON
            return Posted.REFUSED if is_theirs else Posted.AWAY
        case Unsent():
            return Posted.AWAY
        case _:
            return Posted.UNSURE


def _body(letter: Letter) -> dict[str, object]:
    body: dict[str, object] = {"content": letter.content, "allowed_mentions": pings.nobody()}
    if letter.buttons:
        body["components"] = [{"type": _ROW, "components": [_button(one) for one in letter.buttons]}]
    return body


def _button(one: LetterButton | LetterLink) -> dict[str, object]:
    if isinstance(one, LetterLink):
        return {"type": _BUTTON, "style": _LINK, "label": one.label[:80], "url": one.url}
    return {"type": _BUTTON, "style": _SECONDARY, "label": one.label[:80], "custom_id": one.custom_id}
