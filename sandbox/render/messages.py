"""Messages and webhooks as Discord's JSON."""

from __future__ import annotations

from urllib.parse import quote

from sandbox.render import people, places
from sandbox.signatures import signed, signed_within
from sandbox.world.models import Attachment, Json, Message, MessageFlag, Reaction, Webhook
from sandbox.world.world import World


def message(world: World, row: Message, viewer_id: str | None, *, nested: bool = False) -> Json:
    """A message as REST answers it; `viewer_id` decides whose reactions are "me". Nested ones carry no reference."""
    answer: Json = {
        "id": row.id,
        "channel_id": row.channel_id,
        "type": row.type,
        "author": author(world, row),
        "content": row.content,
        "timestamp": row.made_at,
        "edited_timestamp": row.edited_at,
        "tts": row.tts,
        "pinned": row.pinned_at is not None,
        "flags": row.flags,
        "mention_everyone": row.mention_everyone,
        "mentions": [people.user(one) for key in row.mentions if (one := world.users.get(key))],
        "mention_roles": list(row.mention_roles),
        "attachments": [attachment(world, row.channel_id, one) for one in row.attachments if not one.embedded],
        "embeds": [] if row.flags & MessageFlag.SUPPRESS_EMBEDS else _signed(world, row.embeds),
        "components": _signed(world, row.components),
    }
    if row.sticker_ids:
        shown = [one for key in row.sticker_ids if (one := world.stickers.get(key))]
        answer["sticker_items"] = [people.sticker_item(one) for one in shown]
    # The specification's BasicMessageResponse, which is what stands inside another, has no reactions.
    if row.reactions and not nested:
        answer["reactions"] = [reaction(one, viewer_id) for one in row.reactions]
    for key in ("nonce", "webhook_id", "application_id"):
        if getattr(row, key) is not None:
            answer[key] = getattr(row, key)
    if row.interaction is not None:
        answer |= row.interaction
    thread = world.channels.get(row.thread_id)
    if thread is not None:
        answer["thread"] = places.thread(thread, viewer_id)
    if row.reference is not None:
        answer["message_reference"] = row.reference
        if not nested:
            answer |= _referenced(world, row, viewer_id)
    return answer


def _referenced(world: World, row: Message, viewer_id: str | None) -> Json:
    assert row.reference is not None
    if row.reference.get("message_id") is None:
        return {}
    original = world.messages.get(row.reference["message_id"]) or world.whispers.get(row.reference["message_id"])
    if row.reference.get("type") == 1:
        return {"message_snapshots": [{"message": _snapshot(world, original)}]} if original else {}
    return {"referenced_message": message(world, original, viewer_id, nested=True) if original else None}


def _snapshot(world: World, row: Message) -> Json:
    kept = ("type", "content", "mentions", "mention_roles", "attachments", "embeds", "timestamp", "edited_timestamp")
    whole = message(world, row, None, nested=True)
    return {key: whole[key] for key in (*kept, "flags", "components", "sticker_items") if key in whole}


def event(world: World, row: Message, viewer_id: str) -> Json:
    """A message as the gateway sends it: with `guild_id`, the author's `member`, and members beside mentions."""
    answer = message(world, row, viewer_id)
    if row.guild_id is None:
        return answer
    answer["guild_id"] = row.guild_id
    if row.webhook_id is None or row.webhook_id == row.application_id:
        membership = world.membership(row.guild_id, row.author_id)
        if membership is not None:
            answer["member"] = people.member(world, membership, with_user=False)
    for mentioned in answer["mentions"]:
        membership = world.membership(row.guild_id, mentioned["id"])
        if membership is not None:
            mentioned["member"] = people.member(world, membership, with_user=False)
    return answer


def author(world: World, row: Message) -> Json:
    """Who wrote it: a user, or a webhook under the name it chose."""
    if row.webhook_name is not None and row.webhook_id is not None:
        return people.webhook_author(row.webhook_id, row.webhook_name, row.webhook_avatar)
    return people.user(world.user(row.author_id))


def attachment(world: World, channel_id: str, row: Attachment) -> Json:
    """A file of a message, with the address it is served at."""
    url = signed(attachment_url(world, channel_id, row), world.clock.now())
    answer: Json = {
        "id": row.id,
        "filename": row.filename,
        "size": row.size,
        "url": url,
        "proxy_url": url,
        "content_type": row.content_type,
    }
    if row.description is not None:
        answer["description"] = row.description
    if row.width is not None:
        answer |= {"width": row.width, "height": row.height}
    if row.ephemeral:
        answer["ephemeral"] = True
    if row.waveform is not None:
        answer |= {"duration_secs": row.duration_secs, "waveform": row.waveform}
    return answer


def _signed(world: World, parts: list[Json]) -> list[Json]:
    return signed_within(parts, world.origin, world.clock.now())


def attachment_url(world: World, channel_id: str, row: Attachment) -> str:
    """Where a file is kept; it is served only under a signed address."""
    return f"{world.origin}/attachments/{channel_id}/{row.id}/{quote(row.filename)}"


def reaction(row: Reaction, viewer_id: str | None) -> Json:
    """One emoji under a message."""
    return {
        "emoji": reaction_emoji(row),
        "count": len(row.user_ids),
        "count_details": {"normal": len(row.user_ids), "burst": 0},
        "me": viewer_id in row.user_ids,
        "me_burst": False,
        "burst_colors": [],
    }


def reaction_emoji(row: Reaction) -> Json:
    """The emoji of a reaction, partial as Discord sends it."""
    answer: Json = {"id": row.emoji_id, "name": row.name}
    if row.emoji_id is not None:
        answer["animated"] = row.animated
    return answer


def webhook(world: World, row: Webhook, *, with_token: bool, with_user: bool = True) -> Json:
    """A webhook; its token only for those who may speak through it."""
    answer: Json = {
        "id": row.id,
        "type": 1,
        "application_id": row.application_id,
        "avatar": row.avatar,
        "channel_id": row.channel_id,
        "guild_id": row.guild_id,
        "name": row.name,
    }
    if with_user:
        answer["user"] = people.user(world.user(row.user_id))
    if with_token:
        answer |= {"token": row.token, "url": f"{world.origin}/api/webhooks/{row.id}/{row.token}"}
    return answer
