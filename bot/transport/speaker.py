"""Says things in channels as somebody: one webhook of the application's own per channel, name and face per message.

A webhook is found or made once, kept in a `WebhookStore`, and forgotten for good when Discord says it is gone: calling
a dead webhook again earns restrictions (Discord's "Execute Webhook" page). One that an admin moved to another channel
would speak there, so a webhook kept from an earlier run, or one that Discord says was changed, is looked at first.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast
from weakref import WeakValueDictionary

import structlog

from bot.errors import Closed, StageClosed, StageUnsure
from bot.ports import Face, Place
from bot.transport import pings
from bot.transport.executor import Call, Done, Executor, Outcome, Refused
from bot.transport.marks import Components
from bot.transport.names import webhook_name
from bot.transport.refusals import (
    ARCHIVED,
    BAD_WEBHOOK_TOKEN,
    UNKNOWN_CHANNEL,
    UNKNOWN_MESSAGE,
    UNKNOWN_WEBHOOK,
    Missing,
    answered,
    closed,
    is_thread,
    nothing_known,
)
from bot.transport.stores import WebhookStore
from bot.transport.threads import reopen
from bot.transport.voice import Gone, Orphaned

WEBHOOK_NAME = "BotCafé"
_INCOMING = 1
_WEBHOOK = "/webhooks/{webhook_id}/{webhook_token}"
_MESSAGE = "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}"
_NEEDED = "manage_webhooks"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Webhook:
    """The voice of a channel. The token stays out of every repr."""

    channel_id: int
    id: int
    token: str = field(repr=False)


class Speaker:
    """Sends, edits and deletes messages through the webhook of the place's channel."""

    def __init__(
        self,
        executor: Executor,
        store: WebhookStore,
        application_id: Callable[[], int],
        *,
        missing: Missing = nothing_known,
    ) -> None:
        """`application_id` is asked once Discord has told who we are; it is how our own webhooks are recognised."""
        self._executor = executor
        self._store = store
        self._application_id = application_id
        self.missing = missing
        self._known: dict[int, Webhook] = {}
        self._doubted: set[int] = set()
        self._making: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    @property
    def application_id(self) -> int:
        """Who we are; 0 before Discord has told."""
        return self._application_id()

    async def webhook(self, place: Place) -> Webhook:
        """The channel's webhook, found or made. Raises `StageClosed` or `StageUnsure`."""
        channel_id = place.webhook_channel_id
        known = self._known.get(channel_id)
        if known is not None and channel_id not in self._doubted:
            return known
        lock = self._making.setdefault(channel_id, asyncio.Lock())
        async with lock:
            known = self._known.get(channel_id)
            if known is None:
                known = await self._stored(channel_id)
            elif channel_id in self._doubted:
                known = await self._looked_at(known)
            self._doubted.discard(channel_id)
            self._known[channel_id] = known = known or await self._found_or_made(place)
            return known

    def doubt(self, channel_id: int) -> None:
        """Discord says that a channel's webhooks were changed: look at ours before it speaks again."""
        if channel_id in self._known:
            self._doubted.add(channel_id)

    async def send(
        self,
        place: Place,
        face: Face,
        avatar_url: str | None,
        content: str,
        components: Components,
        *,
        thread_name: str | None = None,
        tags: tuple[int, ...] = (),
    ) -> Outcome:
        """Post once; a webhook found dead or moved is replaced and the post made with the new one.

        Hands back `Done` (with the message), `Unsent` or `Unsure`; a refusal is raised as `StageClosed`. With
        `thread_name` the message begins a post in a forum.
        """
        body: dict[str, object] = {
            "content": content,
            "username": webhook_name(face.name),
            "components": components,
            "allowed_mentions": pings.nobody(),
        }
        if avatar_url is not None:
            body["avatar_url"] = avatar_url
        if thread_name is not None:
            body |= {"thread_name": thread_name, "applied_tags": [str(tag) for tag in tags]}
        for _ in range(2):
            webhook = await self.webhook(place)
            call = _call("POST", _WEBHOOK, webhook, place, body, wait="1")
            outcome = await self._reopening(call, place)
            if isinstance(outcome, Refused):
                if not await self._is_useless(outcome, webhook, place):
                    raise closed(outcome, _needed_to_speak(place), place, self.missing)
            elif thread_name is None and (elsewhere := _elsewhere(outcome, place)) is not None:
                await self._take_back(webhook, elsewhere)
            else:
                return outcome
            await self._bury(webhook)
        raise StageClosed(Closed.UNKNOWN_WEBHOOK, channel_id=place.channel_id)

    async def edit(
        self, place: Place, message_id: int, content: str | None, components: Components, *, patient: bool = True
    ) -> Outcome:
        """Change a message; `content` None leaves its words. Raises `Gone`, `Orphaned` or `StageClosed`.

        An impatient edit may come back `Refused` with 429. Edits may be repeated without harm.
        """
        body: dict[str, object] = {"components": components, "allowed_mentions": pings.nobody()}
        if content is not None:
            body["content"] = content
        webhook = await self.webhook(place)
        call = _call("PATCH", _MESSAGE, webhook, place, body, message_id=message_id, patient=patient)
        return await self._settled(await self._reopening(call, place), webhook, place)

    async def delete(self, place: Place, message_id: int) -> Outcome:
        """Take a message back. Raises `Gone`, `Orphaned` or `StageClosed`."""
        webhook = await self.webhook(place)
        call = _call("DELETE", _MESSAGE, webhook, place, None, message_id=message_id)
        return await self._settled(await self._reopening(call, place), webhook, place)

    async def delete_as_bot(self, place: Place, message_id: int) -> bool:
        """Take back a message whose webhook is gone; needs Manage Messages. True if it is no longer there."""
        ids = {"channel_id": place.channel_id, "message_id": message_id}
        outcome = await self._executor.request(Call("DELETE", "/channels/{channel_id}/messages/{message_id}", ids))
        return isinstance(outcome, Done) or (isinstance(outcome, Refused) and outcome.code == UNKNOWN_MESSAGE)

    async def read(self, place: Place, message_id: int) -> Outcome:
        """A message of ours with everything in it, whatever intents we have."""
        webhook = await self.webhook(place)
        return await self._executor.request(_call("GET", _MESSAGE, webhook, place, None, message_id=message_id))

    def may_edit_in(self, place: Place) -> tuple[int | None, float]:
        """What the limits leave for edits here: requests (None: not known yet) and seconds until there are more."""
        webhook = self._known.get(place.webhook_channel_id)
        if webhook is None:
            return None, 0.0
        room = self._executor.room(_call("PATCH", _MESSAGE, webhook, place, None, message_id=0))
        return room.remaining, room.seconds_to_reset

    async def _settled(self, outcome: Outcome, webhook: Webhook, place: Place) -> Outcome:
        if not isinstance(outcome, Refused) or outcome.status == 429:
            return outcome
        if outcome.code == UNKNOWN_MESSAGE:
            raise Gone
        if await self._is_useless(outcome, webhook, place):
            await self._bury(webhook)
            raise Orphaned
        raise closed(outcome, _needed_to_speak(place), place, self.missing)

    async def _reopening(self, call: Call, place: Place) -> Outcome:
        """The call; where the thread turns out to be archived it is opened, which speaking there does for people."""
        outcome = await self._executor.request(call)
        if isinstance(outcome, Refused) and outcome.code == ARCHIVED and is_thread(place):
            await reopen(self._executor, place)
            outcome = await self._executor.request(call)
        return outcome

    async def _is_useless(self, refusal: Refused, webhook: Webhook, place: Place) -> bool:
        """Whether the refusal means that the webhook is dead, or no longer speaks where it should."""
        if _is_dead(refusal):
            return True
        lost_thread = refusal.code == UNKNOWN_CHANNEL and is_thread(place)
        return lost_thread and await self._looked_at(webhook) is None

    async def _stored(self, channel_id: int) -> Webhook | None:
        kept = await self._store.get(channel_id)
        return None if kept is None else await self._looked_at(Webhook(channel_id, *kept))

    async def _looked_at(self, webhook: Webhook) -> Webhook | None:
        """The webhook, if it still speaks in its channel; as it is where that cannot be told."""
        ids = {"webhook_id": webhook.id, "webhook_token": webhook.token}
        outcome = await self._executor.request(Call("GET", _WEBHOOK, ids, as_bot=False))
        dead = isinstance(outcome, Refused) and _is_dead(outcome)
        if not dead and not (isinstance(outcome, Done) and _channel_of(outcome.body) not in (None, webhook.channel_id)):
            return webhook
        await self._bury(webhook)
        return None

    async def _take_back(self, webhook: Webhook, message_id: int) -> None:
        """A moved webhook spoke in another channel: what it said there is removed at once."""
        ids = {"webhook_id": webhook.id, "webhook_token": webhook.token, "message_id": message_id}
        outcome = await self._executor.request(Call("DELETE", _MESSAGE, ids, as_bot=False))
        log.error("webhook_moved", channel_id=webhook.channel_id, taken_back=isinstance(outcome, Done))

    async def _found_or_made(self, place: Place) -> Webhook:
        webhook = await self._find(place)
        if webhook is None:
            try:
                webhook = await self._make(place)
            except StageUnsure:  # it may have been made all the same
                webhook = await self._find(place)
                if webhook is None:
                    raise
        await self._store.put(place.webhook_channel_id, place.guild_id, webhook.id, webhook.token)
        log.info("webhook_ready", channel_id=place.webhook_channel_id, webhook_id=webhook.id)
        return webhook

    async def _find(self, place: Place) -> Webhook | None:
        call = Call("GET", "/channels/{channel_id}/webhooks", {"channel_id": place.webhook_channel_id})
        hooks = self._answered(await self._executor.request(call), place)
        for hook in cast("list[dict[str, object]]", hooks if isinstance(hooks, list) else []):
            if hook.get("type") == _INCOMING and str(hook.get("application_id")) == str(self._application_id()):
                token = hook.get("token")
                if isinstance(token, str) and token:
                    return Webhook(place.webhook_channel_id, int(str(hook["id"])), token)
        return None

    async def _make(self, place: Place) -> Webhook:
        ids = {"channel_id": place.webhook_channel_id}
        call = Call("POST", "/channels/{channel_id}/webhooks", ids, body={"name": WEBHOOK_NAME})
        hook = self._answered(await self._executor.request(call), place)
        if not isinstance(hook, dict):
            raise StageUnsure("no webhook in the answer")
        fields = cast("dict[str, object]", hook)
        return Webhook(place.webhook_channel_id, int(str(fields["id"])), str(fields["token"]))

    def _answered(self, outcome: Outcome, place: Place) -> object:
        return answered(outcome, _NEEDED, place, self.missing)

    async def _bury(self, webhook: Webhook) -> None:
        """Never call it again."""
        if self._known.get(webhook.channel_id) == webhook:
            del self._known[webhook.channel_id]
        await self._store.forget(webhook.channel_id, webhook.id)
        log.warning("webhook_gone", channel_id=webhook.channel_id, webhook_id=webhook.id)


def _needed_to_speak(place: Place) -> str:
    return "send_messages_in_threads" if is_thread(place) else _NEEDED


def _is_dead(refusal: Refused) -> bool:
    """A webhook that must not be called again. A 404 without a code we know is one too."""
    known_others = (UNKNOWN_MESSAGE, UNKNOWN_CHANNEL)
    return refusal.code in (UNKNOWN_WEBHOOK, BAD_WEBHOOK_TOKEN) or (
        refusal.status == 404 and refusal.code not in known_others
    )


def _elsewhere(outcome: Outcome, place: Place) -> int | None:
    """The id of a message that landed in another channel than it was meant for."""
    if not isinstance(outcome, Done) or _channel_of(outcome.body) in (None, place.channel_id):
        return None
    return int(str(cast("dict[str, object]", outcome.body)["id"]))


def _channel_of(body: object) -> int | None:
    channel_id = cast("dict[str, object]", body).get("channel_id") if isinstance(body, dict) else None
    return None if channel_id is None else int(str(channel_id))


def _call(
    method: str,
    path: str,
    webhook: Webhook,
    place: Place,
    body: object,
    *,
    message_id: int | None = None,
    patient: bool = True,
    wait: str | None = None,
) -> Call:
    ids: dict[str, int | str] = {"webhook_id": webhook.id, "webhook_token": webhook.token}
    if message_id is not None:
        ids["message_id"] = message_id
    query: dict[str, str] = {"with_components": "1"} if body is not None else {}
    if wait is not None:
        query["wait"] = wait
    if is_thread(place):
        query["thread_id"] = str(place.channel_id)
    return Call(method, path, ids, query, body, as_bot=False, patient=patient)
