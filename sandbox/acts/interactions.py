"""Interactions: begun by a person, heard by a bot, answered within three seconds or lost."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any

from sandbox import permissions
from sandbox.acts import commands, selling
from sandbox.core import TOKEN_LIVES, Core
from sandbox.render import messages as render_messages
from sandbox.render import people, places
from sandbox.render import selling as render_selling
from sandbox.world.models import Channel, Interaction, Json, Message, User

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 2, 3, 4, 5

#: docs: Interactions, Interaction Object: upload limit without boosts, in bytes.
ATTACHMENT_LIMIT = 10 << 20


def begin(core: Core, interaction: Interaction, user: User, data: Json, message: Message | None) -> None:
    """Keep a new interaction, tell bot and person of it, and wait for the answer."""
    forget_old(core)
    core.world.interactions.put(interaction)
    mine = {"id": interaction.id, "nonce": interaction.nonce}
    core.hub.to_users("INTERACTION_CREATE", [user.id], mine, people_only=True)
    payload = _payload(core, interaction, user, data, message)
    core.hub.to_application("INTERACTION_CREATE", interaction.application_id, interaction.guild_id, payload)
    core.background(_lose_when_unanswered(core, interaction))


def new_token() -> str:
    """A token as long as Discord's."""
    return secrets.token_urlsafe(96)


def is_alive(core: Core, interaction: Interaction) -> bool:
    """Whether its fifteen minutes are not over."""
    return core.clock.now() - interaction.made_at < TOKEN_LIVES


def is_late(core: Core, interaction: Interaction) -> bool:
    """Whether a first answer comes too late."""
    return interaction.lost or core.clock.now() - interaction.made_at > core.acknowledge_within


def acknowledge(core: Core, interaction: Interaction, *, quietly: bool = False) -> None:
    """Note the first answer, and let the person's client know, unless another event already tells it."""
    interaction.acknowledged = True
    core.world.interactions.put(interaction)
    if not quietly:
        body = {"id": interaction.id, "nonce": interaction.nonce}
        core.hub.to_users("INTERACTION_SUCCESS", [interaction.user_id], body, people_only=True)


def metadata(core: Core, interaction: Interaction, *, followup: bool = False) -> Json:
    """`interaction_metadata` of a message, and for commands the older `interaction`."""
    user = people.user(core.world.user(interaction.user_id))
    about: Json = {
        "id": interaction.id,
        "type": interaction.type,
        "user": user,
        "authorizing_integration_owners": dict(interaction.owners),
    }
    if interaction.type == COMPONENT and interaction.message_id is not None:
        about["interacted_message_id"] = interaction.message_id
    if interaction.type == MODAL_SUBMIT and interaction.opened_by is not None:
        about["triggering_interaction_metadata"] = interaction.opened_by
    if interaction.command_type == commands.USER_MENU and interaction.target_id:
        about["target_user"] = people.user(core.world.user(interaction.target_id))
    if interaction.command_type == commands.MESSAGE_MENU and interaction.target_id:
        about["target_message_id"] = interaction.target_id
    if followup and interaction.original_id is not None:
        about["original_response_message_id"] = interaction.original_id
    answer: Json = {"interaction_metadata": about}
    if interaction.type == COMMAND and not followup:
        legacy = {"id": interaction.id, "type": COMMAND, "name": interaction.command_name, "user": user}
        answer["interaction"] = legacy
    return answer


def only_installed_by_user(interaction: Interaction) -> bool:
    """Whether the application is here only because the person installed it for themselves."""
    return set(interaction.owners) == {str(commands.USER_INSTALL)}


def must_whisper(core: Core, interaction: Interaction) -> bool:
    """Whether answers are ephemeral whatever the bot asks: a person without USE_EXTERNAL_APPS (docs: Permissions)."""
    if not only_installed_by_user(interaction) or interaction.guild_id is None:
        return False
    channel = core.world.channel(interaction.channel_id)
    allowed = permissions.in_channel(core.world, channel, interaction.user_id)
    return not allowed & permissions.Permission.USE_EXTERNAL_APPS


def forget_old(core: Core) -> None:
    """Drop interactions whose token died, and what only one person saw through them."""
    for old in core.world.interactions:
        if not is_alive(core, old):
            core.world.interactions.drop(old.token)
            for message_id in old.message_ids:
                core.world.whispers.drop(message_id)


async def _lose_when_unanswered(core: Core, interaction: Interaction) -> None:
    await asyncio.sleep(core.acknowledge_within)
    if interaction.acknowledged:
        return
    interaction.lost = True
    core.world.interactions.put(interaction)
    body = {"id": interaction.id, "nonce": interaction.nonce, "reason_code": 2}
    core.hub.to_users("INTERACTION_FAILURE", [interaction.user_id], body, people_only=True)


# ------------------------------------------------------------------------------------------------ what the bot hears


def _payload(core: Core, interaction: Interaction, user: User, data: Json, message: Message | None) -> Json:
    world = core.world
    channel = world.channel(interaction.channel_id)
    payload: Json = {
        "id": interaction.id,
        "application_id": interaction.application_id,
        "type": interaction.type,
        "token": interaction.token,
        "version": 1,
        "data": data,
        "channel_id": channel.id,
        "channel": _channel(core, channel, user.id),
        "locale": interaction.locale,
        "app_permissions": str(_of_application(core, interaction, channel)),
        "entitlements": [render_selling.entitlement(one) for one in selling.of(core, interaction, user.id)],
        "authorizing_integration_owners": dict(interaction.owners),
        "context": commands.context_of(channel, interaction.application_id),
        "attachment_size_limit": ATTACHMENT_LIMIT,
    }
    if channel.guild_id is not None:
        guild = world.guild(channel.guild_id)
        member: dict[str, Any] = people.member(world, world.member(guild.id, user.id))
        member["permissions"] = str(permissions.in_channel(world, channel, user.id))
        payload |= {
            "guild_id": guild.id,
            "guild": {"id": guild.id, "locale": guild.preferred_locale, "features": list(guild.features)},
            "guild_locale": guild.preferred_locale,
            "member": member,
        }
    else:
        payload["user"] = people.user(user)
    if message is not None:
        payload["message"] = render_messages.message(world, message, interaction.application_id)
    return payload


def _channel(core: Core, channel: Channel, user_id: str) -> Json:
    body = places.channel(core.world, channel, user_id)
    if channel.guild_id is not None:
        body["permissions"] = str(permissions.in_channel(core.world, channel, user_id))
    return body


def _of_application(core: Core, interaction: Interaction, channel: Channel) -> int:
    """What the bot may do here; where it is no member, what an answer needs."""
    if core.world.is_direct(channel) or core.world.membership(channel.guild_id, interaction.application_id) is None:
        return int(permissions.DIRECT)
    return permissions.in_channel(core.world, channel, interaction.application_id)
