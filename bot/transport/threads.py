"""Threads and forum posts: beginning one, opening an archived one.

Discord's pages: Channel resource, "Start Thread …"; topic "Threads".
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

import structlog

from bot.errors import Closed, StageClosed, StageUnsure
from bot.ports import Face, Place
from bot.transport import pings
from bot.transport.chunking import split
from bot.transport.executor import Call, Done, Executor, Outcome, Refused
from bot.transport.harmless import harmless
from bot.transport.names import thread_name
from bot.transport.refusals import LOCKED, MISSING_PERMISSIONS, answered
from bot.transport.stores import FaceAddresses

if TYPE_CHECKING:
    from bot.transport.speaker import Speaker

_CHANNEL = "/channels/{channel_id}"
_NEWS, _NEWS_THREAD, _PUBLIC_THREAD, _PRIVATE_THREAD, _FORUM, _MEDIA = 5, 10, 11, 12, 15, 16
_REQUIRES_TAG = 1 << 4

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Host:
    """The channel that holds the threads."""

    kind: int
    tags: tuple[int, ...] = ()
    requires_tag: bool = False

    @property
    def is_forum(self) -> bool:
        return self.kind in (_FORUM, _MEDIA)


class Threads:
    """Begins threads beside a place: in its channel or, from inside a thread, in the thread's own channel."""

    def __init__(self, executor: Executor, speaker: Speaker, faces: FaceAddresses) -> None:
        self._executor = executor
        self._speaker = speaker
        self._faces = faces

    async def open(
        self,
        place: Place,
        name: str,
        *,
        first: str,
        is_private: bool = False,
        face: Face | None = None,
        members: tuple[int, ...] = (),
    ) -> Place:
        """A new thread, in a forum a new post, whose first message says `first`.

        By the application itself, or by `face`. `members` are added, which a private thread needs to be seen by them.
        Raises `StageClosed` or `StageUnsure`.
        """
        parent = replace(place, channel_id=place.webhook_channel_id)
        host = await self._host(parent)
        words = (split(harmless(first)) or ["…"])[0]
        if host.is_forum:
            if is_private:
                raise StageClosed(Closed.REFUSED, channel_id=parent.channel_id)
            thread = replace(parent, channel_id=await self._post(parent, host, name, words, face))
        else:
            thread = replace(parent, channel_id=await self._begin(parent, host, name, is_private))
            await self._say(thread, words, face)
        for discord_id in members:
            await self._add(thread, discord_id)
        return thread

    async def _host(self, parent: Place) -> _Host:
        call = Call("GET", _CHANNEL, {"channel_id": parent.channel_id})
        body = self._answered(await self._executor.request(call), "view_channel", parent)
        fields = cast("dict[str, object]", body) if isinstance(body, dict) else {}
        tags = cast("list[dict[str, object]]", fields.get("available_tags") or [])
        return _Host(
            int(str(fields.get("type", 0))),
            tuple(int(str(tag["id"])) for tag in tags if not tag.get("moderated")),
            bool(int(str(fields.get("flags") or 0)) & _REQUIRES_TAG),
        )

    async def _begin(self, parent: Place, host: _Host, name: str, is_private: bool) -> int:
        kind = _PRIVATE_THREAD if is_private else _NEWS_THREAD if host.kind == _NEWS else _PUBLIC_THREAD
        body: dict[str, object] = {"name": thread_name(name), "type": kind}
        needed = "create_private_threads" if is_private else "create_public_threads"
        return await self._made(parent, body, needed)

    async def _post(self, parent: Place, host: _Host, name: str, words: str, face: Face | None) -> int:
        if host.requires_tag and not host.tags:
            raise StageClosed(Closed.TAG_REQUIRED, channel_id=parent.channel_id)
        tags = host.tags[:1] if host.requires_tag else ()
        if face is None:
            message = {"content": words, "allowed_mentions": pings.nobody()}
            body: dict[str, object] = {"name": thread_name(name), "message": message}
            if tags:
                body["applied_tags"] = [str(tag) for tag in tags]
            return await self._made(parent, body, "send_messages")
        outcome = await self._speaker.send(
            parent, face, await self._picture(face), words, [], thread_name=thread_name(name), tags=tags
        )
        body_ = self._answered(outcome, "manage_webhooks", parent)
        return int(str(cast("dict[str, object]", body_)["channel_id"]))

    async def _made(self, parent: Place, body: dict[str, object], needed: str) -> int:
        call = Call("POST", f"{_CHANNEL}/threads", {"channel_id": parent.channel_id}, body=body)
        made = self._answered(await self._executor.request(call), needed, parent)
        if not isinstance(made, dict):
            raise StageUnsure("no thread in the answer")
        return int(str(cast("dict[str, object]", made)["id"]))

    async def _say(self, thread: Place, words: str, face: Face | None) -> None:
        if face is not None:
            outcome = await self._speaker.send(thread, face, await self._picture(face), words, [])
        else:
            outcome = await post_as_bot(self._executor, thread.channel_id, {"content": words})
        self._answered(outcome, "send_messages_in_threads", thread)

    async def _add(self, thread: Place, discord_id: int) -> None:
        ids = {"channel_id": thread.channel_id, "user_id": discord_id}
        outcome = await self._executor.request(Call("PUT", f"{_CHANNEL}/thread-members/{{user_id}}", ids))
        if not isinstance(outcome, Done):
            log.info("thread_member_not_added", channel_id=thread.channel_id, outcome=repr(outcome)[:80])

    async def _picture(self, face: Face) -> str | None:
        return await self._faces.url(face.picture_sha256) if face.picture_sha256 else None

    def _answered(self, outcome: Outcome, needed: str, place: Place) -> object:
        return answered(outcome, needed, place, self._speaker.missing)


async def reopen(executor: Executor, thread: Place) -> None:
    """Open an archived thread. Raises `StageClosed` where it is locked: that is for moderators to undo, not for us."""
    ids = {"channel_id": thread.channel_id}
    looked = await executor.request(Call("GET", _CHANNEL, ids))
    if isinstance(looked, Done) and _is_locked(looked.body):
        raise StageClosed(Closed.LOCKED, permissions=("manage_threads",), channel_id=thread.channel_id)
    outcome = await executor.request(Call("PATCH", _CHANNEL, ids, body={"archived": False}))
    if isinstance(outcome, Refused) and outcome.code in (MISSING_PERMISSIONS, LOCKED):
        raise StageClosed(Closed.LOCKED, permissions=("manage_threads",), channel_id=thread.channel_id)
    if not isinstance(outcome, Done):
        raise StageClosed(Closed.ARCHIVED, channel_id=thread.channel_id)


def _is_locked(channel: object) -> bool:
    fields = cast("dict[str, object]", channel) if isinstance(channel, dict) else {}
    return bool(cast("dict[str, object]", fields.get("thread_metadata") or {}).get("locked"))


async def post_as_bot(executor: Executor, channel_id: int, body: dict[str, object]) -> Outcome:
    """A message of the application's own, once: Discord drops a second one with the same nonce for some minutes."""
    whole = {**body, "allowed_mentions": pings.nobody()}
    whole.setdefault("nonce", secrets.token_hex(12))
    whole["enforce_nonce"] = True
    call = Call("POST", f"{_CHANNEL}/messages", {"channel_id": channel_id}, body=whole)
    outcome = await executor.request(call)
    return outcome if isinstance(outcome, Done | Refused) else await executor.request(call)
