"""Writing, editing and deleting messages."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, cast

from sandbox.acts import files
from sandbox.bodies import objects, values
from sandbox.core import Core
from sandbox.errors import ApiError, InvalidForm, thread_archived, thread_locked
from sandbox.permissions import ALL, Permission
from sandbox.render import places
from sandbox.rules.components import settle_components
from sandbox.rules.messages import MESSAGE_PARSE, check_message, is_empty, parse_mentions
from sandbox.signatures import bare_within
from sandbox.snowflake import as_id
from sandbox.uploads import Upload
from sandbox.world.models import Attachment, Channel, Json, Message, MessageFlag, MessageType

_TEXT_DISPLAY = 10

#: Flags a sender may set; all others are Discord's own.
SENDABLE = (
    MessageFlag.SUPPRESS_EMBEDS
    | MessageFlag.SUPPRESS_NOTIFICATIONS
    | MessageFlag.VOICE_MESSAGE
    | MessageFlag.COMPONENTS_V2
)


@dataclass
class Draft:
    """A message about to be written: the body as it was sent, and what the sender's place and rights add to it."""

    channel: Channel
    author_id: str
    payload: Json
    uploads: Sequence[Upload] = ()
    #: What the author may do here; decides which roles and whether @everyone is pinged.
    allowed: int = ALL
    type: int = MessageType.DEFAULT
    flags: int = 0
    default_parse: Collection[str] = MESSAGE_PARSE
    #: Only for the message that begins a forum's post: it has the post's own id.
    id: str | None = None
    #: Fields of the Message that only some kinds of sender set (webhook_name, interaction, only_for, …).
    extra: Mapping[str, Any] = field(default_factory=dict[str, Any])


def write(core: Core, draft: Draft) -> Message:
    """Make a message of a checked draft, keep it, and tell everybody who can see it."""
    world, payload = core.world, draft.payload
    reference = _reference(core, draft)
    replied = world.messages.get(reference["message_id"]) if reference and reference["type"] == 0 else None
    message = Message(
        id=draft.id or world.new_id(),
        channel_id=draft.channel.id,
        author_id=draft.author_id,
        made_at=core.clock.iso(),
        content=(payload.get("content") or "").strip(),
        type=MessageType.REPLY if replied and draft.type == MessageType.DEFAULT else draft.type,
        flags=draft.flags | (payload.get("flags") or 0) & SENDABLE,
        guild_id=draft.channel.guild_id,
        tts=bool(payload.get("tts")),
        nonce=payload.get("nonce"),
        reference=reference,
        sticker_ids=stickers_of(core, draft),
    )
    if reference and reference["type"] == 1:
        message.flags |= MessageFlag.HAS_SNAPSHOT
    for key, value in draft.extra.items():
        setattr(message, key, value)
    ephemeral = bool(message.flags & MessageFlag.EPHEMERAL)
    message.attachments = files.keep_uploads(
        core, draft.channel.id, draft.uploads, payload.get("attachments"), ephemeral=ephemeral
    )
    _dress(core, message, payload)
    note_mentions(core, message, draft, replied.author_id if replied and replied.webhook_name is None else None)
    _keep(core, draft.channel, message)
    core.hub.message("MESSAGE_CREATE", message)
    return message


def stickers_of(core: Core, draft: Draft) -> list[str]:
    """The stickers of a draft; 50081 for one that is not of the server it is sent in."""
    wanted = [as_id(one) or "" for one in values(draft.payload.get("sticker_ids"))]
    for one in wanted:
        sticker = core.world.stickers.get(one)
        if sticker is None or sticker.guild_id != draft.channel.guild_id:
            raise ApiError(400, 50081, "Invalid sticker sent")
    return wanted


def need_open(channel: Channel, *, manages: bool) -> None:
    """Raise 50083 or 160005 in a locked thread for who does not manage threads.

    An archived thread takes messages, and is active again with the first (docs: Threads, Active & Archived).
    """
    if channel.locked and not manages:
        raise thread_archived() if channel.archived else thread_locked()


def edit(
    core: Core,
    message: Message,
    payload: Json,
    uploads: Sequence[Upload] = (),
    *,
    allowed: int = ALL,
    application_owned: bool = True,
    default_parse: Collection[str] = MESSAGE_PARSE,
) -> Message:
    """Change what a message shows, as the body asks; fields that are not in it stay as they are.

    Raises InvalidForm for a bad body and 50006 when nothing would be left to see.
    """
    if message.flags & MessageFlag.VOICE_MESSAGE:
        raise ApiError(400, 50162, "Voice messages cannot be edited")
    v2 = bool((message.flags | (payload.get("flags") or 0)) & MessageFlag.COMPONENTS_V2)
    check_message(
        payload,
        files=[upload.info for upload in uploads],
        editing=True,
        v2=v2,
        application_owned=application_owned,
        attached=[one.filename for one in message.attachments],
    )
    _need_something_left(message, payload, uploads, v2=v2)
    filled_in = bool(message.flags & MessageFlag.LOADING)
    message.flags = _edited_flags(message.flags, payload.get("flags"))
    message.attachments = _kept_attachments(message, payload)
    message.attachments += files.keep_uploads(core, message.channel_id, uploads, payload.get("attachments"))
    _dress(core, message, payload)
    if "content" in payload:
        message.content = (payload["content"] or "").strip()
    if "content" in payload or (v2 and "components" in payload):
        channel = core.world.channel(message.channel_id)
        draft = Draft(channel, message.author_id, payload, allowed=allowed, default_parse=default_parse)
        note_mentions(core, message, draft)
    # Filling in a deferred answer is no edit that a reader would be told of.
    message.edited_at = message.edited_at if filled_in else core.clock.iso()
    save(core, message)
    core.hub.message("MESSAGE_UPDATE", message)
    return message


def save(core: Core, message: Message) -> None:
    """Keep a changed message on the shelf it belongs to."""
    (core.world.messages if message.only_for is None else core.world.whispers).put(message)


def touch(core: Core, message: Message) -> None:
    """Keep a message that changed otherwise than by its author (a thread, a pin) and tell everybody."""
    save(core, message)
    core.hub.message("MESSAGE_UPDATE", message)


def delete(core: Core, message: Message) -> None:
    """Take a message away and tell everybody who could see it."""
    body: Json = {"id": message.id, "channel_id": message.channel_id}
    if message.guild_id is not None:
        body["guild_id"] = message.guild_id
    if message.only_for is not None:
        core.world.whispers.drop(message.id)
        core.hub.to_users("MESSAGE_DELETE", [message.only_for], body, people_only=True)
        return
    channel = core.world.channel(message.channel_id)
    core.world.messages.drop(message.id)
    _recount(core, channel, [message])
    core.hub.to_channel("MESSAGE_DELETE", channel, body)


def delete_many(core: Core, channel: Channel, messages: Sequence[Message]) -> None:
    """Take several messages of one channel away at once."""
    for message in messages:
        core.world.messages.drop(message.id)
    _recount(core, channel, messages)
    body = {"ids": [message.id for message in messages], "channel_id": channel.id, "guild_id": channel.guild_id}
    core.hub.to_channel("MESSAGE_DELETE_BULK", channel, body)


# ------------------------------------------------------------------------------------------------ parts of the above


def _edited_flags(before: int, asked: int | None) -> int:
    """V2 stays for good, the veil over embeds comes and goes, and whatever was loading is there now."""
    if asked is not None:
        before |= asked & MessageFlag.COMPONENTS_V2
        before = before & ~MessageFlag.SUPPRESS_EMBEDS | asked & MessageFlag.SUPPRESS_EMBEDS
    return before & ~MessageFlag.LOADING


def _reference(core: Core, draft: Draft) -> Json | None:
    """The message that is answered or forwarded; 50035 when there is none and the sender insists."""
    given = draft.payload.get("message_reference")
    if not isinstance(given, dict):
        return None
    reference = cast("Json", given)
    message_id = as_id(reference.get("message_id"))
    kind = reference.get("type") or 0
    source = as_id(reference.get("channel_id")) or draft.channel.id
    target = core.world.messages.get(message_id)
    if target is None or target.channel_id != source:
        if reference.get("fail_if_not_exists", True):
            raise InvalidForm.field("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
        return None
    if kind == 0 and target.channel_id != draft.channel.id:
        raise InvalidForm.field(
            "message_reference", "MESSAGE_REFERENCE_CHANNEL_ID_MISMATCH", "channel_id does not match channel"
        )
    answer: Json = {"type": kind, "channel_id": target.channel_id, "message_id": target.id}
    if target.guild_id is not None:
        answer["guild_id"] = target.guild_id
    return answer


def _dress(core: Core, message: Message, payload: Json) -> None:
    """Embeds and components as the message will show them."""
    world, attached = core.world, message.attachments
    if "embeds" in payload:
        message.embeds = bare_within([_settled_embed(embed) for embed in objects(payload["embeds"])], world.origin)
        files.resolve_media(world, message.channel_id, attached, message.embeds)
    if "components" in payload:
        message.components = bare_within(settle_components(payload["components"]), world.origin)
        files.unfurl_components(world, message.channel_id, attached, message.components)


def _settled_embed(embed: Json) -> Json:
    settled: Json = {key: value for key, value in deepcopy(embed).items() if value is not None}
    settled["type"] = "rich"
    for one in objects(settled.get("fields")):
        one["inline"] = bool(one.get("inline"))
    return settled


def note_mentions(core: Core, message: Message, draft: Draft, replied_user: str | None = None) -> None:
    """Note whom a message pings, by its text, the draft's `allowed_mentions` and what its author may do."""
    world, guild_id = core.world, message.guild_id
    roles = world.roles.of(guild_id) if guild_id else []
    may_ping_all = bool(draft.allowed & Permission.MENTION_EVERYONE)
    found = parse_mentions(
        "\n".join([message.content, *_displayed(message.components)]),
        draft.payload.get("allowed_mentions"),
        known_users=world.users,
        known_roles=[role.id for role in roles if role.mentionable or may_ping_all],
        replied_user=replied_user,
        default_parse=draft.default_parse,
        may_ping_everyone=may_ping_all and guild_id is not None,
    )
    message.mentions = list(found.users)
    message.mention_roles = list(found.roles)
    message.mention_everyone = found.everyone


def _displayed(components: Sequence[Json]) -> list[str]:
    """What text displays say, however deep: mentions in them ping as in `content` (docs: Text Display)."""
    found: list[str] = []
    for one in components:
        if one.get("type") == _TEXT_DISPLAY:
            found.append(str(one.get("content", "")))
        found += _displayed(one.get("components") or [])
    return found


def _keep(core: Core, channel: Channel, message: Message) -> None:
    save(core, message)
    if message.only_for is not None:
        return
    core.world.nonces.note(message)
    channel.last_message_id = message.id
    if channel.is_thread:
        # docs: Channel, message_count: the message that a thread began with does not count.
        if message.id != channel.id and message.type != MessageType.THREAD_STARTER:
            channel.message_count += 1
            channel.total_sent += 1
        if channel.archived:
            channel.archived = False
            channel.archive_changed_at = core.clock.iso()
            core.hub.to_channel("THREAD_UPDATE", channel, lambda one: places.thread(channel, one.user_id))
    core.world.channels.put(channel)


def _recount(core: Core, channel: Channel, gone: Sequence[Message]) -> None:
    if channel.is_thread:
        counted = sum(one.id != channel.id for one in gone)
        channel.message_count = max(0, channel.message_count - counted)
        core.world.channels.put(channel)


def _kept_attachments(message: Message, payload: Json) -> list[Attachment]:
    """`attachments` in an edit lists the ids to keep; without it all stay."""
    if "attachments" not in payload:
        return list(message.attachments)
    about = {as_id(one.get("id")): one for one in objects(payload["attachments"])}
    kept = [one for one in message.attachments if one.id in about]
    for one in kept:
        one.description = about[one.id].get("description", one.description)
    return kept


def _need_something_left(message: Message, payload: Json, uploads: Sequence[Upload], *, v2: bool) -> None:
    merged: Json = {
        "content": payload.get("content", message.content),
        "embeds": payload.get("embeds", message.embeds),
        "components": payload.get("components", message.components),
        "sticker_ids": message.sticker_ids,
        "message_reference": message.reference,
    }
    if v2 and (merged["content"] or merged["embeds"]):
        raise InvalidForm.field(
            "content",
            "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
            "The 'content' field cannot be used when using MessageFlags.IS_COMPONENTS_V2",
        )
    left = bool(uploads) or bool(_kept_attachments(message, payload))
    if is_empty(merged) and not left and not message.flags & MessageFlag.LOADING:
        raise ApiError(400, 50006, "Cannot send an empty message")
