"""Reactions and pins."""

from __future__ import annotations

from sandbox import permissions
from sandbox.acts import messages as message_acts
from sandbox.errors import ApiError, missing_permissions, unknown
from sandbox.permissions import Permission
from sandbox.render import messages as render
from sandbox.render import people
from sandbox.rest.call import Call
from sandbox.rest.routes import Routes
from sandbox.world.models import Channel, Json, Message, MessageType, Reaction

routes = Routes()

OF_MESSAGE = "/channels/{channel_id}/messages/{message_id}/reactions"
OF_EMOJI = OF_MESSAGE + "/{emoji}"
PINS = "/channels/{channel_id}/messages/pins"
#: docs: Message, and code 30010, 30003.
MOST_REACTIONS = 20
MOST_PINS = 250


@routes.put(OF_EMOJI + "/{user_id}")
async def add(call: Call) -> None:
    """Create Reaction; a new emoji needs ADD_REACTIONS, one that is there only the history."""
    channel, message, allowed = _message(call)
    if call.text("user_id") != "@me":
        raise missing_permissions()
    known = _reaction(message, call.text("emoji"))
    if known is None and not allowed & Permission.ADD_REACTIONS:
        raise missing_permissions()
    if channel.archived:
        raise ApiError(400, 50083, "Thread is archived")
    reaction = known or _new(call, message)
    if call.user.id in reaction.user_ids:
        return
    reaction.user_ids.append(call.user.id)
    message_acts.save(call.core, message)
    body = _event(channel, message, reaction) | {"user_id": call.user.id, "message_author_id": message.author_id}
    member = call.world.membership(channel.guild_id, call.user.id)
    if member is not None:
        body["member"] = people.member(call.world, member)
    call.core.hub.to_channel("MESSAGE_REACTION_ADD", channel, body)


@routes.delete(OF_EMOJI + "/{user_id}")
async def remove(call: Call) -> None:
    """Delete Own Reaction, or a User's (MANAGE_MESSAGES)."""
    channel, message, allowed = _message(call)
    user_id = call.user.id if call.text("user_id") == "@me" else call.id("user_id")
    if user_id != call.user.id and not allowed & Permission.MANAGE_MESSAGES:
        raise missing_permissions()
    reaction = _reaction(message, call.text("emoji"))
    if reaction is None or user_id not in reaction.user_ids:
        raise unknown("emoji") if reaction is None else unknown("user")
    reaction.user_ids.remove(user_id)
    message.reactions = [one for one in message.reactions if one.user_ids]
    message_acts.save(call.core, message)
    body = _event(channel, message, reaction) | {"user_id": user_id}
    call.core.hub.to_channel("MESSAGE_REACTION_REMOVE", channel, body)


@routes.get(OF_EMOJI)
async def who(call: Call) -> list[Json]:
    """Get Reactions: the users, by id."""
    _, message, _ = _message(call)
    reaction = _reaction(message, call.text("emoji"))
    limit, after = call.number("limit", 25, 1, 100), call.query_id("after")
    ids = sorted(reaction.user_ids if reaction else [], key=int)
    ids = [one for one in ids if after is None or int(one) > int(after)]
    return [people.user(call.world.user(one)) for one in ids[:limit]]


@routes.delete(OF_EMOJI)
async def remove_emoji(call: Call) -> None:
    """Delete All Reactions for Emoji (MANAGE_MESSAGES)."""
    channel, message, allowed = _message(call)
    reaction = _reaction(message, call.text("emoji"))
    if not allowed & Permission.MANAGE_MESSAGES:
        raise missing_permissions()
    if reaction is None:
        raise unknown("emoji")
    message.reactions.remove(reaction)
    message_acts.save(call.core, message)
    body = _event(channel, message, reaction)
    call.core.hub.to_channel(
        "MESSAGE_REACTION_REMOVE_EMOJI", channel, {key: body[key] for key in body if key not in ("type", "burst")}
    )


@routes.delete(OF_MESSAGE)
async def remove_all(call: Call) -> None:
    """Delete All Reactions (MANAGE_MESSAGES)."""
    channel, message, allowed = _message(call)
    if not allowed & Permission.MANAGE_MESSAGES:
        raise missing_permissions()
    message.reactions = []
    message_acts.save(call.core, message)
    call.core.hub.to_channel("MESSAGE_REACTION_REMOVE_ALL", channel, _where(channel, message))


def _message(call: Call) -> tuple[Channel, Message, int]:
    channel = call.world.channel(call.id("channel_id"))
    allowed = permissions.need_in_channel(call.world, channel, call.user.id, Permission.READ_MESSAGE_HISTORY)
    return channel, call.world.message(channel.id, call.id("message_id")), allowed


def _reaction(message: Message, emoji: str) -> Reaction | None:
    name, _, emoji_id = emoji.rpartition(":")
    for one in message.reactions:
        if (name and one.emoji_id == emoji_id) or (not name and one.emoji_id is None and one.name == emoji):
            return one
    return None


def _new(call: Call, message: Message) -> Reaction:
    if len(message.reactions) >= MOST_REACTIONS:
        raise ApiError(400, 30010, f"Maximum number of reactions reached ({MOST_REACTIONS})")
    emoji = call.text("emoji")
    name, _, emoji_id = emoji.rpartition(":")
    if name:
        custom = call.world.emojis.get(emoji_id)
        if custom is None:
            raise unknown("emoji")
        reaction = Reaction(custom.id, custom.name, custom.animated)
    elif emoji.isascii() and not emoji.startswith(tuple("0123456789#*")):
        raise ApiError(400, 10014, "Unknown Emoji")
    else:
        reaction = Reaction(None, emoji)
    message.reactions.append(reaction)
    return reaction


def _where(channel: Channel, message: Message) -> Json:
    body: Json = {"channel_id": channel.id, "message_id": message.id}
    if channel.guild_id is not None:
        body["guild_id"] = channel.guild_id
    return body


def _event(channel: Channel, message: Message, reaction: Reaction) -> Json:
    return {**_where(channel, message), "emoji": render.reaction_emoji(reaction), "burst": False, "type": 0}


# ---------------------------------------------------------------------------------------------------- pins


@routes.get(PINS)
async def pins(call: Call) -> Json:
    """Get Channel Pins: newest pin first."""
    channel = call.world.channel(call.id("channel_id"))
    permissions.need_in_channel(call.world, channel, call.user.id, Permission.READ_MESSAGE_HISTORY)
    limit, before = call.number("limit", 50, 1, 50), call.query("before")
    pinned = [one for one in call.world.history(channel.id) if one.pinned_at is not None]
    pinned.sort(key=lambda one: one.pinned_at or "", reverse=True)
    pinned = [one for one in pinned if before is None or (one.pinned_at or "") < before]
    items = [
        {"pinned_at": one.pinned_at, "message": render.message(call.world, one, call.user.id)} for one in pinned[:limit]
    ]
    return {"items": items, "has_more": len(pinned) > limit}


@routes.get("/channels/{channel_id}/pins")
async def pins_as_before(call: Call) -> list[Json]:
    """Get Pinned Messages, the older route."""
    channel = call.world.channel(call.id("channel_id"))
    permissions.need_in_channel(call.world, channel, call.user.id, Permission.READ_MESSAGE_HISTORY)
    pinned = [one for one in call.world.history(channel.id) if one.pinned_at is not None]
    return [render.message(call.world, one, call.user.id) for one in reversed(pinned)]


@routes.put(PINS + "/{message_id}")
@routes.put("/channels/{channel_id}/pins/{message_id}")
async def pin(call: Call) -> None:
    """Pin Message (PIN_MESSAGES): the channel says so in a line of its own."""
    channel, message = _to_pin(call)
    if message.pinned_at is not None:
        return
    if sum(one.pinned_at is not None for one in call.world.messages.of(channel.id)) >= MOST_PINS:
        raise ApiError(400, 30003, f"Maximum number of pins reached for the channel ({MOST_PINS})")
    message.pinned_at = channel.last_pin_at = call.core.clock.iso()
    _pinned(call, channel, message)
    draft = message_acts.Draft(channel, call.user.id, {}, type=MessageType.PIN)
    reference: Json = {"type": 0, "channel_id": channel.id, "message_id": message.id}
    if channel.guild_id is not None:
        reference["guild_id"] = channel.guild_id
    draft.extra = {"reference": reference}
    message_acts.write(call.core, draft)


@routes.delete(PINS + "/{message_id}")
@routes.delete("/channels/{channel_id}/pins/{message_id}")
async def unpin(call: Call) -> None:
    """Unpin Message (PIN_MESSAGES)."""
    channel, message = _to_pin(call)
    if message.pinned_at is None:
        return
    message.pinned_at = None
    _pinned(call, channel, message)


def _to_pin(call: Call) -> tuple[Channel, Message]:
    channel = call.world.channel(call.id("channel_id"))
    permissions.need_in_channel(call.world, channel, call.user.id, Permission.PIN_MESSAGES)
    return channel, call.world.message(channel.id, call.id("message_id"))


def _pinned(call: Call, channel: Channel, message: Message) -> None:
    call.world.channels.put(channel)
    message_acts.touch(call.core, message)
    body: Json = {"channel_id": channel.id, "last_pin_timestamp": channel.last_pin_at}
    if channel.guild_id is not None:
        body["guild_id"] = channel.guild_id
    call.core.hub.to_channel("CHANNEL_PINS_UPDATE", channel, body)
