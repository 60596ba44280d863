"""Messages: send, read, edit, delete, and typing."""

from __future__ import annotations

from sandbox import permissions
from sandbox.acts import messages as acts
from sandbox.acts import threads
from sandbox.bodies import values
from sandbox.errors import ApiError, RateLimited, missing_access, missing_permissions
from sandbox.permissions import Permission
from sandbox.render import messages as render
from sandbox.render import people
from sandbox.rest.call import Call
from sandbox.rest.routes import Routes
from sandbox.rules.messages import check_message
from sandbox.snowflake import as_id, made_at
from sandbox.uploads import Upload
from sandbox.world.models import Channel, ChannelType, Json, Message, MessageFlag
from sandbox.world.world import World

routes = Routes()

#: docs: Bulk Delete Messages: none older than two weeks, in seconds.
BULK_WITHIN = 14 * 86_400


@routes.post("/channels/{channel_id}/messages")
async def send(call: Call) -> Json:
    """Create Message."""
    channel = call.world.channel(call.id("channel_id"))
    form, uploads = await call.upload()
    allowed = may_send(call, channel, form, uploads)
    check_message(form, files=[upload.info for upload in uploads], application_owned=call.caller.kind == "bot")
    twin = _same_nonce(call, channel, form)
    if twin is None:
        twin = acts.write(call.core, acts.Draft(channel, call.user.id, form, uploads, allowed))
        threads.follow_by_speaking(call.core, channel, twin)
    return render.message(call.world, twin, call.user.id)


def may_send(call: Call, channel: Channel, form: Json, uploads: list[Upload]) -> int:
    """All that the caller may do here, or the error Discord gives: 50001, 50007, 50008, 50013, 50083, 50278."""
    world = call.world
    if world.is_direct(channel):
        _need_open_conversation(world, channel, call)
        return permissions.DIRECT
    if channel.type == ChannelType.CATEGORY:
        raise ApiError(400, 50008, "Cannot send messages in a non-text channel")
    if channel.type == ChannelType.FORUM:
        raise ApiError(400, 40058, "Cannot send a message in a forum channel")
    needed = needed_for(form, uploads)
    needed |= Permission.SEND_MESSAGES_IN_THREADS if channel.is_thread else Permission.SEND_MESSAGES
    allowed = permissions.need_in_channel(world, channel, call.user.id, needed)
    if form.get("message_reference") and not allowed & Permission.READ_MESSAGE_HISTORY:
        raise ApiError(403, 160002, "Cannot reply without permission to read message history")
    acts.need_open(channel, manages=bool(allowed & Permission.MANAGE_THREADS))
    wait_for_slowmode(call, channel, allowed)
    return allowed


def needed_for(form: Json, uploads: list[Upload]) -> int:
    """The rights that a message's own parts ask for."""
    needed = 0
    if uploads:
        needed |= Permission.ATTACH_FILES
    if form.get("embeds"):
        needed |= Permission.EMBED_LINKS
    if (form.get("flags") or 0) & MessageFlag.VOICE_MESSAGE:
        needed |= Permission.SEND_VOICE_MESSAGES
    return needed


@routes.get("/channels/{channel_id}/messages")
async def history(call: Call) -> list[Json]:
    """Get Channel Messages: newest first, at most 100."""
    channel = call.world.channel(call.id("channel_id"))
    allowed = permissions.need_in_channel(call.world, channel, call.user.id, Permission.VIEW_CHANNEL)
    limit = call.number("limit", 50, 1, 100)
    before, after, around = (call.query_id(name) for name in ("before", "after", "around"))
    if not allowed & Permission.READ_MESSAGE_HISTORY:
        return []
    if channel.type in (ChannelType.FORUM, ChannelType.CATEGORY):
        raise ApiError(400, 50024, "Cannot execute action on this channel type")
    messages = call.world.history(channel.id)
    if around is not None:
        earlier = [one for one in messages if int(one.id) <= int(around)][-(limit // 2 + 1) :]
        later = [one for one in messages if int(one.id) > int(around)][: limit // 2]
        messages = (earlier + later)[-limit:]
    elif after is not None:
        messages = [one for one in messages if int(one.id) > int(after)][:limit]
    else:
        messages = [one for one in messages if before is None or int(one.id) < int(before)][-limit:]
    return [shown(call, channel, one) for one in reversed(messages)]


@routes.get("/channels/{channel_id}/messages/{message_id}")
async def one(call: Call) -> Json:
    """Get Channel Message."""
    channel = call.world.channel(call.id("channel_id"))
    permissions.need_in_channel(call.world, channel, call.user.id, Permission.READ_MESSAGE_HISTORY)
    return shown(call, channel, call.world.message(channel.id, call.id("message_id")))


def shown(call: Call, channel: Channel, message: Message) -> Json:
    """A message as the caller may read it: without the content intent, a bot sees only what is for it."""
    answer = render.message(call.world, message, call.user.id)
    if call.caller.kind == "bot" and channel.guild_id is not None:
        # docs: Message Content Intent: it covers REST too, by the application's switch.
        switched_on = call.application.approved_intents & (1 << 15)
        own = call.user.id in (message.author_id, message.application_id) or call.user.id in message.mentions
        if not switched_on and not own:
            answer |= {"content": "", "embeds": [], "attachments": [], "components": []}
    return answer


@routes.patch("/channels/{channel_id}/messages/{message_id}")
async def edit(call: Call) -> Json:
    """Edit Message: one's own; others' only to hide embeds."""
    channel = call.world.channel(call.id("channel_id"))
    allowed = permissions.need_in_channel(call.world, channel, call.user.id, Permission.VIEW_CHANNEL)
    message = find(call, channel)
    form, uploads = await call.upload()
    if message.author_id != call.user.id or message.webhook_name is not None:
        if set(form) - {"flags"}:
            raise ApiError(403, 50005, "Cannot edit a message authored by another user")
        if not allowed & Permission.MANAGE_MESSAGES:
            raise missing_permissions()
    if channel.archived:
        raise ApiError(400, 50083, "Thread is archived")
    acts.edit(call.core, message, form, uploads, allowed=allowed, application_owned=call.caller.kind == "bot")
    return render.message(call.world, message, call.user.id)


@routes.delete("/channels/{channel_id}/messages/{message_id}")
async def delete(call: Call) -> None:
    """Delete Message: one's own, or with MANAGE_MESSAGES."""
    channel = call.world.channel(call.id("channel_id"))
    allowed = permissions.need_in_channel(call.world, channel, call.user.id, Permission.VIEW_CHANNEL)
    message = find(call, channel)
    if message.only_for is not None:
        # People dismiss what only they see; it needs no right and leaves no trace.
        acts.delete(call.core, message)
        return
    if message.author_id != call.user.id and not allowed & Permission.MANAGE_MESSAGES:
        if channel.guild_id is None:
            raise ApiError(403, 50003, "Cannot execute action on a DM channel")
        raise missing_permissions()
    if channel.archived:
        raise ApiError(400, 50083, "Thread is archived")
    acts.delete(call.core, message)


@routes.post("/channels/{channel_id}/messages/bulk-delete")
async def bulk_delete(call: Call) -> None:
    """Bulk Delete Messages: 2 to 100, none older than two weeks."""
    channel = call.world.channel(call.id("channel_id"))
    if channel.guild_id is None:
        raise ApiError(403, 50003, "Cannot execute action on a DM channel")
    permissions.need_in_channel(call.world, channel, call.user.id, Permission.MANAGE_MESSAGES)
    ids = [as_id(item) for item in values((await call.form()).get("messages"))]
    wanted = list(dict.fromkeys(item for item in ids if item is not None))
    if not 2 <= len(wanted) <= 100:
        raise ApiError(
            400, 50016, "Provided too few or too many messages to delete. Must provide at least 2 and at most 100."
        )
    if any(made_at(item) < call.core.clock.now() - BULK_WITHIN for item in wanted):
        raise ApiError(400, 50034, "You can only bulk delete messages that are under 14 days old.")
    found = [message for item in wanted if (message := call.world.messages.get(item))]
    acts.delete_many(call.core, channel, [message for message in found if message.channel_id == channel.id])


@routes.post("/channels/{channel_id}/typing")
async def typing(call: Call) -> None:
    """Trigger Typing Indicator."""
    channel = call.world.channel(call.id("channel_id"))
    needed = Permission.SEND_MESSAGES_IN_THREADS if channel.is_thread else Permission.SEND_MESSAGES
    permissions.need_in_channel(call.world, channel, call.user.id, needed)
    body: Json = {"channel_id": channel.id, "user_id": call.user.id, "timestamp": int(call.core.clock.now())}
    if channel.guild_id is not None:
        member = call.world.member(channel.guild_id, call.user.id)
        body |= {"guild_id": channel.guild_id, "member": people.member(call.world, member)}
    call.core.hub.to_channel("TYPING_START", channel, body)


@routes.post("/channels/{channel_id}/messages/{message_id}/crosspost")
async def crosspost(call: Call) -> Json:
    """Crosspost Message: only in announcement channels."""
    channel = call.world.channel(call.id("channel_id"))
    permissions.need_in_channel(call.world, channel, call.user.id, Permission.SEND_MESSAGES)
    message = call.world.message(channel.id, call.id("message_id"))
    if channel.type != ChannelType.NEWS:
        raise ApiError(400, 50024, "Cannot execute action on this channel type")
    message.flags |= 1 << 0
    acts.touch(call.core, message)
    return render.message(call.world, message, call.user.id)


def find(call: Call, channel: Channel) -> Message:
    """The message of the path; an ephemeral one only for the person it is for."""
    message_id = call.id("message_id")
    whisper = call.world.whispers.get(message_id)
    if whisper is not None and whisper.channel_id == channel.id and whisper.only_for == call.user.id:
        return whisper
    return call.world.message(channel.id, message_id)


def _same_nonce(call: Call, channel: Channel, form: Json) -> Message | None:
    """The message already sent with this nonce, when the sender asked for that check."""
    if not form.get("enforce_nonce") or form.get("nonce") is None:
        return None
    return call.world.nonces.find(channel.id, call.user.id, form["nonce"])


def _need_open_conversation(world: World, channel: Channel, call: Call) -> None:
    if call.user.id not in channel.recipients:
        raise missing_access()
    others = [world.user(one) for one in channel.recipients if one != call.user.id]
    for other in others:
        if call.user.bot and other.bot:
            raise ApiError(403, 50007, "Cannot send messages to this user")
        if call.user.bot or other.bot:
            application = world.applications.get(call.user.id if call.user.bot else other.id)
            person = other.id if call.user.bot else call.user.id
            mine = {guild.id for guild in world.guilds_of(call.user.id)}
            shared = any(guild.id in mine for guild in world.guilds_of(other.id))
            if call.user.bot and other.closed_to_direct:
                raise ApiError(403, 50007, "Cannot send messages to this user")
            if not shared and not (application and person in application.installed_by):
                raise ApiError(403, 50278, "Cannot send messages to this user due to having no mutual guilds")


def wait_for_slowmode(call: Call, channel: Channel, allowed: int) -> None:
    """Raise 20016 for a person who spoke here too short a while ago; bots and moderators are free of it."""
    free = Permission.MANAGE_MESSAGES | Permission.MANAGE_CHANNELS | Permission.BYPASS_SLOWMODE
    if not channel.slowmode or call.user.bot or allowed & free:
        return
    now = call.core.clock.now()
    wait = channel.spoke_at.get(call.user.id, 0.0) + channel.slowmode - now
    if wait > 0:
        raise RateLimited(wait, code=20016)
    channel.spoke_at[call.user.id] = now
