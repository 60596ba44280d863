"""How things stand with the bot: what the client's panel of troubles shows beside its switches.

Reached as `GET /sandbox/trouble?user_id=&channel_id=`.
"""

from __future__ import annotations

from sandbox import permissions
from sandbox.acts.webhooks import MOST_PER_CHANNEL
from sandbox.core import Core
from sandbox.gateway.intents import PRIVILEGED, Intent
from sandbox.permissions import Permission
from sandbox.world.models import Application, Channel, Guild, Json, User

#: The rights a bot works with, as far as taking one away makes trouble.
RIGHTS = (
    Permission.VIEW_CHANNEL,
    Permission.SEND_MESSAGES,
    Permission.SEND_MESSAGES_IN_THREADS,
    Permission.CREATE_PUBLIC_THREADS,
    Permission.READ_MESSAGE_HISTORY,
    Permission.EMBED_LINKS,
    Permission.ATTACH_FILES,
    Permission.ADD_REACTIONS,
    Permission.MANAGE_WEBHOOKS,
    Permission.MANAGE_MESSAGES,
    Permission.MANAGE_THREADS,
)


def now(core: Core, user_id: str, channel_id: str | None = None) -> Json:
    """The state as this person may change it, at this channel. Raises what the world raises for unknown ids."""
    application = next(iter(core.world.applications))
    user = core.world.user(user_id)
    channel = core.world.channel(channel_id) if channel_id else None
    guild = core.world.guild(channel.guild_id) if channel and channel.guild_id else None
    runs = user.standing == "admin"
    return {
        "application": _application(core, application) if runs else None,
        "guilds": [_guild(core, one, application) for one in core.world.guilds_of(user.id)] if runs else [],
        "guild": _rights_in_guild(core, guild, application, user),
        "channel": _channel(core, channel, application, user),
        "person": {
            "closed_to_direct": user.closed_to_direct,
            "installed": user.id in application.installed_by,
        },
    }


def _application(core: Core, application: Application) -> Json:
    return {
        "id": application.id,
        "name": application.name,
        "connected": core.hub.presence(application.id) is not None,
        "approved_intents": application.approved_intents,
        "intents": [{"name": one.name, "bit": int(one)} for one in Intent if one & PRIVILEGED],
    }


def _guild(core: Core, guild: Guild, application: Application) -> Json:
    return {
        "id": guild.id,
        "name": guild.name,
        "has_bot": core.world.membership(guild.id, application.id) is not None,
        "lost": guild.id in core.hub.lost,
    }


def _manages(core: Core, guild: Guild, user: User) -> bool:
    return bool(permissions.in_guild(core.world, guild.id, user.id) & Permission.MANAGE_GUILD)


def _rights_in_guild(core: Core, guild: Guild | None, application: Application, user: User) -> Json | None:
    """The rights that only the bot's own role gives it, so that taking them there takes them."""
    if guild is None or not _manages(core, guild, user):
        return None
    common = core.world.role(guild.id, guild.id).permissions
    allowed = permissions.in_guild(core.world, guild.id, application.id)
    rights = [{"name": one.name, "allowed": bool(allowed & one)} for one in RIGHTS if not common & one]
    return {"id": guild.id, "rights": rights}


def _channel(core: Core, channel: Channel | None, application: Application, user: User) -> Json | None:
    if channel is None or channel.guild_id is None or not _manages(core, core.world.guild(channel.guild_id), user):
        return None
    place = core.world.parent(channel)
    hooks = core.world.webhooks.of(place.id)
    allowed = permissions.in_channel(core.world, place, application.id)
    return {
        "id": channel.id,
        "place_id": place.id,
        "webhooks": len(hooks),
        "most_webhooks": MOST_PER_CHANNEL,
        "foreign_webhooks": sum(one.application_id is None for one in hooks),
        "rights": [{"name": one.name, "allowed": bool(allowed & one)} for one in RIGHTS],
        "followed": channel.followed_by(application.id) if channel.is_thread else None,
    }
