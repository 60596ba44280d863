"""Making, changing and removing webhooks."""

from __future__ import annotations

import secrets

from sandbox.core import Core
from sandbox.errors import ApiError
from sandbox.rules.images import check_data_uri
from sandbox.world.models import Channel, Json, Webhook

#: docs: Webhook; code 30007.
MOST_PER_CHANNEL = 15
AVATAR_BYTES = 10 << 20


def make_webhook(
    core: Core, channel: Channel, name: str, *, user_id: str, application_id: str | None, avatar: str | None
) -> Webhook:
    """A new incoming webhook; 30007 when the channel has fifteen. `avatar` is a data URI."""
    _need_room(core, channel)
    assert channel.guild_id is not None
    webhook = Webhook(
        id=core.world.new_id(),
        guild_id=channel.guild_id,
        channel_id=channel.id,
        name=name.strip(),
        token=secrets.token_urlsafe(51),
        user_id=user_id,
        application_id=application_id,
    )
    webhook.avatar = _stored(core, webhook, avatar)
    core.world.webhooks.put(webhook)
    _tell(core, webhook.guild_id, webhook.channel_id)
    return webhook


def change_webhook(core: Core, webhook: Webhook, form: Json, channel: Channel | None) -> None:
    """Take over name, avatar and channel from a checked body."""
    if form.get("name") is not None:
        webhook.name = form["name"].strip()
    if "avatar" in form:
        webhook.avatar = _stored(core, webhook, form["avatar"])
    if channel is not None and channel.id != webhook.channel_id:
        _need_room(core, channel)
        _tell(core, webhook.guild_id, webhook.channel_id)
        webhook.channel_id = channel.id
    core.world.webhooks.put(webhook)
    _tell(core, webhook.guild_id, webhook.channel_id)


def delete_webhook(core: Core, webhook: Webhook) -> None:
    """Remove a webhook; its messages stay."""
    core.world.webhooks.drop(webhook.id)
    _tell(core, webhook.guild_id, webhook.channel_id)


def _need_room(core: Core, channel: Channel) -> None:
    if len(core.world.webhooks.of(channel.id)) >= MOST_PER_CHANNEL:
        raise ApiError(400, 30007, f"Maximum number of webhooks reached ({MOST_PER_CHANNEL})")


def _stored(core: Core, webhook: Webhook, avatar: str | None) -> str | None:
    if avatar is None:
        return None
    data, mime = check_data_uri(avatar, AVATAR_BYTES, field="avatar")
    return core.world.keep_picture(f"avatars/{webhook.id}", data, mime)


def _tell(core: Core, guild_id: str, channel_id: str) -> None:
    core.hub.to_guild("WEBHOOKS_UPDATE", guild_id, {"guild_id": guild_id, "channel_id": channel_id})
