"""Says things in channels as somebody: one webhook of the application's own per channel, name and face per message.

A webhook is found or made once, kept in a `WebhookStore`, and forgotten for good when Discord says it is gone: calling
a dead webhook again earns restrictions (Discord's "Execute Webhook" page). Every send and every edit carries
`allowed_mentions` with nothing in it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast
from weakref import WeakValueDictionary

import structlog

from bot.errors import StageClosed, StageUnsure
from bot.ports import Face, Place
from bot.transport.executor import Call, Done, Executor, Outcome, Refused, Unsent, Unsure
from bot.transport.marks import Components
from bot.transport.names import webhook_name
from bot.transport.stores import WebhookStore

WEBHOOK_NAME = "BotCafé"
NO_MENTIONS: dict[str, object] = {"parse": []}
_INCOMING = 1
_EXECUTE = "/webhooks/{webhook_id}/{webhook_token}"
_MESSAGE = "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}"

_UNKNOWN_MESSAGE, _UNKNOWN_WEBHOOK, _UNKNOWN_CHANNEL, _BAD_WEBHOOK_TOKEN = 10008, 10015, 10003, 50027
_MISSING_ACCESS, _MISSING_PERMISSIONS, _TOO_MANY_WEBHOOKS, _ARCHIVED = 50001, 50013, 30007, 50083

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Webhook:
    """The voice of a channel. The token stays out of every repr."""

    channel_id: int
    id: int
    token: str = field(repr=False)


class Gone(Exception):
    """A message that was to be changed is no longer there."""


class Orphaned(Exception):
    """The webhook that wrote a message is no longer there, so nobody can edit the message any more."""


class Speaker:
    """Sends, edits and deletes messages through the webhook of the place's channel."""

    def __init__(self, executor: Executor, store: WebhookStore, application_id: Callable[[], int]) -> None:
        """`application_id` is asked once Discord has told who we are; it is how our own webhooks are recognised."""
        self._executor = executor
        self._store = store
        self._application_id = application_id
        self._known: dict[int, Webhook] = {}
        self._making: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def webhook(self, place: Place) -> Webhook:
        """The channel's webhook, found or made. Raises `StageClosed` or `StageUnsure`."""
        if place.guild_id is None:
            raise StageClosed("direct_message")
        channel_id = place.webhook_channel_id
        known = self._known.get(channel_id)
        if known is not None:
            return known
        lock = self._making.setdefault(channel_id, asyncio.Lock())
        async with lock:
            if channel_id not in self._known:
                self._known[channel_id] = await self._stored(channel_id) or await self._found_or_made(place)
            return self._known[channel_id]

    async def send(
        self, place: Place, face: Face, avatar_url: str | None, content: str, components: Components
    ) -> Outcome:
        """Post once; a webhook found dead is replaced and the post made with the new one.

        Hands back `Done` (with the message), `Unsent` or `Unsure`; a refusal is raised as `StageClosed`.
        """
        body: dict[str, object] = {
            "content": content,
            "username": webhook_name(face.name),
            "components": components,
            "allowed_mentions": NO_MENTIONS,
        }
        if avatar_url is not None:
            body["avatar_url"] = avatar_url
        for last_try in (False, True):
            webhook = await self.webhook(place)
            outcome = await self._executor.request(_call("POST", _EXECUTE, webhook, place, body, wait="1"))
            if not isinstance(outcome, Refused):
                return outcome
            if not _is_dead(outcome):
                raise closed(outcome, _needed_to_speak(place))
            await self._bury(webhook)
            if last_try:
                break
        raise StageClosed("unknown_webhook")

    async def edit(
        self, place: Place, message_id: int, content: str, components: Components | None, *, patient: bool = True
    ) -> Outcome:
        """Change a message; `components` None leaves them. Raises `Gone`, `Orphaned` or `StageClosed`.

        An impatient edit may come back `Refused` with 429. Edits may be repeated without harm.
        """
        body: dict[str, object] = {"content": content, "allowed_mentions": NO_MENTIONS}
        if components is not None:
            body["components"] = components
        webhook = await self.webhook(place)
        call = _call("PATCH", _MESSAGE, webhook, place, body, message_id=message_id, patient=patient)
        return await self._settled(await self._executor.request(call), webhook, place)

    async def delete(self, place: Place, message_id: int) -> Outcome:
        """Take a message back. Raises `Gone`, `Orphaned` or `StageClosed`."""
        webhook = await self.webhook(place)
        call = _call("DELETE", _MESSAGE, webhook, place, None, message_id=message_id)
        return await self._settled(await self._executor.request(call), webhook, place)

    async def delete_as_bot(self, place: Place, message_id: int) -> bool:
        """Take back a message whose webhook is gone; needs Manage Messages. True if it is no longer there."""
        ids = {"channel_id": place.channel_id, "message_id": message_id}
        outcome = await self._executor.request(Call("DELETE", "/channels/{channel_id}/messages/{message_id}", ids))
        return isinstance(outcome, Done) or (isinstance(outcome, Refused) and outcome.code == _UNKNOWN_MESSAGE)

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
        if outcome.code == _UNKNOWN_MESSAGE:
            raise Gone
        if _is_dead(outcome):
            await self._bury(webhook)
            raise Orphaned
        raise closed(outcome, _needed_to_speak(place))

    async def _stored(self, channel_id: int) -> Webhook | None:
        kept = await self._store.get(channel_id)
        return None if kept is None else Webhook(channel_id, *kept)

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
        outcome = await self._executor.request(call)
        hooks = _answered(outcome)
        for hook in cast("list[dict[str, object]]", hooks if isinstance(hooks, list) else []):
            if hook.get("type") == _INCOMING and str(hook.get("application_id")) == str(self._application_id()):
                token = hook.get("token")
                if isinstance(token, str) and token:
                    return Webhook(place.webhook_channel_id, int(str(hook["id"])), token)
        return None

    async def _make(self, place: Place) -> Webhook:
        ids = {"channel_id": place.webhook_channel_id}
        call = Call("POST", "/channels/{channel_id}/webhooks", ids, body={"name": WEBHOOK_NAME})
        hook = _answered(await self._executor.request(call))
        if not isinstance(hook, dict):
            raise StageUnsure("no webhook in the answer")
        fields = cast("dict[str, object]", hook)
        return Webhook(place.webhook_channel_id, int(str(fields["id"])), str(fields["token"]))

    async def _bury(self, webhook: Webhook) -> None:
        """Never call it again."""
        if self._known.get(webhook.channel_id) == webhook:
            del self._known[webhook.channel_id]
        await self._store.forget(webhook.channel_id, webhook.id)
        log.warning("webhook_gone", channel_id=webhook.channel_id, webhook_id=webhook.id)


def closed(refusal: Refused, permission: str = "manage_webhooks") -> StageClosed:
    """What a refusal means for whoever wanted to speak. `permission` is the one the call needed besides seeing."""
    if refusal.code == _MISSING_ACCESS:
        return StageClosed("missing_permissions", permissions=("view_channel",))
    if refusal.code == _MISSING_PERMISSIONS:
        return StageClosed("missing_permissions", permissions=(permission,))
    reasons = {_UNKNOWN_CHANNEL: "unknown_channel", _TOO_MANY_WEBHOOKS: "too_many_webhooks", _ARCHIVED: "archived"}
    reason = reasons.get(refusal.code)
    if reason is None:
        reason = "rate_limited" if refusal.status == 429 else f"refused_{refusal.code or refusal.status}"
        log.error("discord_refused", status=refusal.status, code=refusal.code, detail=refusal.detail)
    return StageClosed(reason)


def _answered(outcome: Outcome) -> object:
    match outcome:
        case Done(body):
            return body
        case Refused():
            raise closed(outcome)
        case Unsent():
            raise StageClosed("unreachable")
        case Unsure(cause):
            raise StageUnsure(cause)


def _needed_to_speak(place: Place) -> str:
    return "manage_webhooks" if place.channel_id == place.webhook_channel_id else "send_messages_in_threads"


def _is_dead(refusal: Refused) -> bool:
    """A webhook that must not be called again. A 404 without a code we know is one too."""
    known_others = (_UNKNOWN_MESSAGE, _UNKNOWN_CHANNEL)
    return refusal.code in (_UNKNOWN_WEBHOOK, _BAD_WEBHOOK_TOKEN) or (
        refusal.status == 404 and refusal.code not in known_others
    )


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
    if place.channel_id != place.webhook_channel_id:
        query["thread_id"] = str(place.channel_id)
    return Call(method, path, ids, query, body, as_bot=False, patient=patient)
