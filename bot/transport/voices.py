"""The ways to speak, by `bot.ports.Via`: a channel's webhook, the bot's own messages, an interaction's answers."""

from __future__ import annotations

from collections.abc import Set
from typing import Literal, cast

from bot.errors import Closed, StageClosed, StageUnsure
from bot.ports import Scene
from bot.transport import pings
from bot.transport.cards import body_of, card, outside_cards
from bot.transport.executor import Call, Done, Executor, Outcome, Refused
from bot.transport.lookback import Lookback
from bot.transport.marks import Components, marks_in, with_answering
from bot.transport.refusals import (
    BAD_WEBHOOK_TOKEN,
    FOLLOWUPS_SPENT,
    UNKNOWN_MESSAGE,
    UNKNOWN_WEBHOOK,
    closed,
)
from bot.transport.speaker import Speaker
from bot.transport.stores import FaceAddresses
from bot.transport.voice import Full, Gone

MOST_ANSWERS = 6
"""The first answer to an interaction and five more (error 40094), where the app is only installed by a user."""

_MESSAGE = "/channels/{channel_id}/messages/{message_id}"
_ANSWERS = "/webhooks/{application_id}/{interaction_token}"
_ANSWER = "/webhooks/{application_id}/{interaction_token}/messages/{message_id}"
_ORIGINAL: Literal["@original"] = "@original"
_UNKNOWN_INTERACTION = 10062
_IS_EPHEMERAL, _IS_LOADING = 1 << 6, 1 << 7


class _Faced:
    """Knows the address of a scene's face."""

    def __init__(self, scene: Scene, faces: FaceAddresses) -> None:
        self._scene = scene
        self._faces = faces
        self._picture_url: str | None = None
        self._is_ready = False

    async def ready(self) -> None:
        """Find the face's address, once."""
        picture = self._scene.face.picture_sha256
        if not self._is_ready and picture:
            self._picture_url = await self._faces.url(picture)
        self._is_ready = True

    async def leave(self) -> None:
        """Nothing announced it."""

    async def _card(self, number: int, content: str, row: Components) -> dict[str, object]:
        await self.ready()
        return body_of(card(self._scene.face, self._picture_url, content, row, is_first=number == 0))


class WebhookVoice(_Faced):
    """Through a channel's webhook, with a name and a face of its own."""

    most_parts: int | None = None

    def __init__(self, scene: Scene, speaker: Speaker, lookback: Lookback, faces: FaceAddresses) -> None:
        super().__init__(scene, faces)
        self._speaker = speaker
        self._lookback = lookback

    async def post(self, number: int, content: str, row: Components) -> Outcome:
        """Post once."""
        return await self._speaker.send(self._scene.place, self._scene.face, self._picture_url, content, row)

    async def edit(
        self, number: int, message_id: int, content: str, row: Components, *, patient: bool = True
    ) -> Outcome:
        """Change a message."""
        return await self._speaker.edit(self._scene.place, message_id, content, row, patient=patient)

    async def delete(self, message_id: int) -> Outcome:
        """Take a message back."""
        return await self._speaker.delete(self._scene.place, message_id)

    async def delete_orphan(self, message_id: int) -> bool:
        """As the bot, which needs Manage Messages."""
        return await self._speaker.delete_as_bot(self._scene.place, message_id)

    async def parts(self, after: int, wanted: Set[int]) -> dict[int, list[int]]:
        """From the channel's history."""
        return await self._lookback.parts(self._scene.place, self._scene.turn_id, after=after)

    async def exists(self, message_id: int) -> bool:
        """From the channel's history."""
        return await self._lookback.exists(self._scene.place, message_id)

    def room(self) -> tuple[int | None, float]:
        """The webhook's own bucket."""
        return self._speaker.may_edit_in(self._scene.place)


class BotVoice(_Faced):
    """In direct messages: the bot's own cards. A nonce of turn and part makes a repeated post safe for minutes."""

    most_parts: int | None = None

    def __init__(self, scene: Scene, executor: Executor, lookback: Lookback, faces: FaceAddresses) -> None:
        super().__init__(scene, faces)
        self._executor = executor
        self._lookback = lookback

    async def post(self, number: int, content: str, row: Components) -> Outcome:
        """Post once."""
        body = await self._card(number, content, row)
        body |= {"nonce": f"{self._scene.turn_id.hex[-20:]}{number:x}", "enforce_nonce": True}
        ids = {"channel_id": self._scene.place.channel_id}
        outcome = await self._executor.request(Call("POST", "/channels/{channel_id}/messages", ids, body=body))
        if isinstance(outcome, Refused):
            raise closed(outcome, "send_messages", self._scene.place)
        return outcome

    async def edit(
        self, number: int, message_id: int, content: str, row: Components, *, patient: bool = True
    ) -> Outcome:
        """Change a message."""
        body = await self._card(number, content, row)
        return self._settled(await self._executor.request(self._call("PATCH", message_id, body, patient=patient)))

    async def delete(self, message_id: int) -> Outcome:
        """Take a message back."""
        return self._settled(await self._executor.request(self._call("DELETE", message_id)))

    async def delete_orphan(self, message_id: int) -> bool:
        """The bot's own messages are never orphans."""
        return False

    async def parts(self, after: int, wanted: Set[int]) -> dict[int, list[int]]:
        """From the channel's history."""
        return await self._lookback.parts(self._scene.place, self._scene.turn_id, after=after)

    async def exists(self, message_id: int) -> bool:
        """From the channel's history."""
        return await self._lookback.exists(self._scene.place, message_id)

    def room(self) -> tuple[int | None, float]:
        """The channel's bucket for edits."""
        room = self._executor.room(self._call("PATCH", 0))
        return room.remaining, room.seconds_to_reset

    def _settled(self, outcome: Outcome) -> Outcome:
        if not isinstance(outcome, Refused) or outcome.status == 429:
            return outcome
        if outcome.code == UNKNOWN_MESSAGE:
            raise Gone
        raise closed(outcome, "send_messages", self._scene.place)

    def _call(self, method: str, message_id: int, body: object = None, *, patient: bool = True) -> Call:
        ids = {"channel_id": self._scene.place.channel_id, "message_id": message_id}
        return Call(method, _MESSAGE, ids, body=body, patient=patient)


class InteractionVoice(_Faced):
    """Answers to one interaction: the first one is edited, at most five more follow, all within 15 minutes.

    What stands in the first one outside its card (the line of who asked) stays above the words. The token opens nothing
    else and is never written anywhere; no history can be read, so a further answer whose fate is unknown stays unknown.
    """

    most_parts: int | None = MOST_ANSWERS

    def __init__(
        self, scene: Scene, executor: Executor, speaker: Speaker, faces: FaceAddresses, *, answer_label: str
    ) -> None:
        """`answer_label` names the button by which whoever reads it answers: nothing written there is heard."""
        super().__init__(scene, faces)
        self._executor = executor
        self._speaker = speaker
        self._answer_label = answer_label
        self._original_id: int | None = None
        self._line: Components = []

    async def ready(self) -> None:
        """Also look at the first answer: it tells what was asked, before a restart and after it. Raises `StageClosed`.

        Nothing is lost where it is gone; its being unreachable is.
        """
        if not self._is_ready:
            outcome = await self._executor.request(self._call("GET", _ANSWER, message_id=_ORIGINAL))
            if isinstance(outcome, Done):
                original = cast("dict[str, object]", outcome.body)
                self._original_id = int(str(original["id"]))
                self._line = outside_cards(original.get("components"))
            elif not isinstance(outcome, Refused):
                raise StageClosed(Closed.UNREACHABLE)
            elif outcome.code != UNKNOWN_MESSAGE:
                self._settled(outcome)
        await super().ready()

    async def post(self, number: int, content: str, row: Components) -> Outcome:
        """The first part takes the place of what waits in the first answer; the others follow it."""
        body = await self._card(number, content, row)
        if number == 0:
            call = self._call("PATCH", _ANSWER, body, message_id=_ORIGINAL)
        else:
            call = self._call("POST", _ANSWERS, body)
        outcome = await self._executor.request(call)
        if isinstance(outcome, Refused) and outcome.code == FOLLOWUPS_SPENT:
            raise Full
        return self._settled(outcome)

    async def edit(
        self, number: int, message_id: int, content: str, row: Components, *, patient: bool = True
    ) -> Outcome:
        """Change an answer."""
        body = await self._card(number, content, row)
        call = self._call("PATCH", _ANSWER, body, message_id=message_id, patient=patient)
        return self._settled(await self._executor.request(call))

    async def delete(self, message_id: int) -> Outcome:
        """Take an answer back; of the first one, the line of who asked stays."""
        await self.ready()
        call = self._call("DELETE", _ANSWER, message_id=message_id)
        if self._line and message_id == self._original_id:
            call = self._call("PATCH", _ANSWER, body_of(self._line), message_id=message_id)
        return self._settled(await self._executor.request(call))

    async def delete_orphan(self, message_id: int) -> bool:
        """Nobody else could."""
        return False

    async def parts(self, after: int, wanted: Set[int]) -> dict[int, list[int]]:
        """The first answer can be looked at; where others are asked for, nobody can tell. Raises `StageUnsure`."""
        outcome = await self._executor.request(self._call("GET", _ANSWER, message_id=_ORIGINAL))
        if not isinstance(outcome, Done) or not isinstance(outcome.body, dict):
            raise StageUnsure("the first answer cannot be read")
        body = cast("dict[str, object]", outcome.body)
        marks = marks_in(cast("list[object]", body.get("components") or []))
        if wanted - {0}:
            raise StageUnsure("an interaction's later answers cannot be listed")
        return {0: [int(str(body["id"]))]} if any(mark.turn_id == self._scene.turn_id for mark in marks) else {}

    async def exists(self, message_id: int) -> bool:
        """Whether an answer is still there."""
        outcome = await self._executor.request(self._call("GET", _ANSWER, message_id=message_id))
        if isinstance(outcome, Done):
            return True
        if isinstance(outcome, Refused) and outcome.code == UNKNOWN_MESSAGE:
            return False
        raise StageUnsure("the answer cannot be read")

    async def leave(self) -> None:
        """Take away what waits in the first answer, but not the line of who asked."""
        await self.ready()
        if self._original_id is not None:
            await self.delete(self._original_id)

    async def _card(self, number: int, content: str, row: Components) -> dict[str, object]:
        if self._scene.character_id is not None:
            row = with_answering(row, self._scene.character_id, self._answer_label)
        body = await super()._card(number, content, row)
        return body_of([*self._line, *cast("Components", body["components"])]) if number == 0 else body

    def room(self) -> tuple[int | None, float]:
        """The interaction's own bucket for edits."""
        room = self._executor.room(self._call("PATCH", _ANSWER, message_id=0))
        return room.remaining, room.seconds_to_reset

    def _settled(self, outcome: Outcome) -> Outcome:
        if not isinstance(outcome, Refused) or outcome.status == 429:
            return outcome
        if outcome.code == UNKNOWN_MESSAGE:
            raise Gone
        if outcome.code in (BAD_WEBHOOK_TOKEN, UNKNOWN_WEBHOOK, _UNKNOWN_INTERACTION, FOLLOWUPS_SPENT):
            raise StageClosed(Closed.INTERACTION_EXPIRED, channel_id=self._scene.place.channel_id)
        raise closed(outcome, "send_messages", self._scene.place)

    def _call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        message_id: int | Literal["@original"] | None = None,
        patient: bool = True,
    ) -> Call:
        return answer_call(
            method,
            path,
            self._speaker.application_id,
            self._scene.token or "",
            body,
            message_id=message_id,
            patient=patient,
        )


def answer_call(
    method: str,
    path: str,
    application_id: int,
    token: str,
    body: object = None,
    *,
    message_id: int | Literal["@original"] | None = None,
    patient: bool = True,
) -> Call:
    """A call by an interaction's token, which each have limits of their own."""
    ids: dict[str, int | str] = {"application_id": application_id, "interaction_token": token}
    if message_id is not None:
        ids["message_id"] = message_id
    query = {"with_components": "1"} if body is not None else {}
    if method == "POST":
        query["wait"] = "1"
    return Call(method, path, ids, query, body, major=("interaction_token",), as_bot=False, patient=patient)


async def whisper_by_token(executor: Executor, application_id: int, token: str, content: str) -> Outcome:
    """A line by an interaction's token: in place of "… is thinking" if that still stands, else for the asker alone.

    A card that waits for words below the asker's own line is taken away.
    """
    look = answer_call("GET", _ANSWER, application_id, token, message_id=_ORIGINAL)
    outcome = await executor.request(look)
    original = cast("dict[str, object]", outcome.body) if isinstance(outcome, Done) else {}
    body: dict[str, object] = {"content": content, "allowed_mentions": pings.nobody()}
    if int(str(original.get("flags") or 0)) & _IS_LOADING:
        call = answer_call("PATCH", _ANSWER, application_id, token, body, message_id=_ORIGINAL)
    else:
        components = cast("list[object]", original.get("components") or [])
        if (line := outside_cards(components)) and not marks_in(components):
            tidied = answer_call("PATCH", _ANSWER, application_id, token, body_of(line), message_id=_ORIGINAL)
            await executor.request(tidied)
        call = answer_call("POST", _ANSWERS, application_id, token, {**body, "flags": _IS_EPHEMERAL})
    return await executor.request(call)
