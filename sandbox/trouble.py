"""What a server's admin, or Discord itself, can do to a bot: each trouble by name, with the events it causes.

Reached as `POST /sandbox/trouble/{name}` with the parameters below as JSON, as `cause(core, name, …)` in tests, and
from the client by a server's admins. Each works as the server's owner, whom nobody refuses. Ids are texts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

from sandbox.acts import channels, guilds, messages, threads, webhooks
from sandbox.core import Core
from sandbox.demo import BOT_PERMISSIONS
from sandbox.permissions import Permission
from sandbox.world.models import Application, Channel, Json, Overwrite, Role

Trouble = Callable[..., Json]


def cause(core: Core, trouble: str, **about: Any) -> Json:
    """Cause one of `TROUBLES`. Raises KeyError for another name, TypeError for missing or unknown parameters, and
    what the world raises for things that do not exist."""
    return TROUBLES[trouble](core, **about)


# ---------------------------------------------------------------------------------------------------- webhooks


def delete_webhooks(core: Core, channel_id: str) -> Json:
    """Every webhook of a channel is deleted."""
    gone = core.world.webhooks.of(core.world.channel(channel_id).id)
    for webhook in gone:
        webhooks.delete_webhook(core, webhook)
    return {"webhook_ids": [webhook.id for webhook in gone]}


def move_webhooks(core: Core, channel_id: str, to: str) -> Json:
    """Every webhook of a channel is moved to another one."""
    target = core.world.channel(to)
    moved = core.world.webhooks.of(core.world.channel(channel_id).id)
    for webhook in moved:
        webhooks.change_webhook(core, webhook, {}, target)
    return {"webhook_ids": [webhook.id for webhook in moved]}


def fill_webhooks(core: Core, channel_id: str) -> Json:
    """A person makes webhooks until the channel has fifteen."""
    channel = core.world.channel(channel_id)
    owner = core.world.guild(channel.guild_id or "").owner_id
    made: list[str] = []
    while len(core.world.webhooks.of(channel.id)) < webhooks.MOST_PER_CHANNEL:
        name = f"Notices {len(made) + 1}"
        one = webhooks.make_webhook(core, channel, name, user_id=owner, application_id=None, avatar=None)
        made.append(one.id)
    return {"webhook_ids": made}


def unfill_webhooks(core: Core, channel_id: str) -> Json:
    """The webhooks that people made in a channel are deleted again."""
    gone = [one for one in core.world.webhooks.of(core.world.channel(channel_id).id) if one.application_id is None]
    for webhook in gone:
        webhooks.delete_webhook(core, webhook)
    return {"webhook_ids": [webhook.id for webhook in gone]}


# ---------------------------------------------------------------------------------------------------- rights


def deny(core: Core, permissions: Sequence[str], channel_id: str | None = None, guild_id: str | None = None) -> Json:
    """The bot's role loses rights ("MANAGE_WEBHOOKS", …): in one channel by an overwrite, or in a whole server."""
    bits = _bits(permissions)
    if channel_id is None:
        role = _bot_role(core, guild_id or "")
        role.permissions &= ~bits
        guilds.change_role(core, role)
        return {"role_id": role.id}
    channel = core.world.parent(core.world.channel(channel_id))
    role = _bot_role(core, channel.guild_id or "")
    _overwrite(core, channel, role, allow=0, deny=bits)
    return {"role_id": role.id}


def permit(
    core: Core, channel_id: str | None = None, guild_id: str | None = None, permissions: Sequence[str] | None = None
) -> Json:
    """The bot's role has again all it was invited with, or only the rights named: in one channel, or in a server."""
    back = int(BOT_PERMISSIONS) if permissions is None else _bits(permissions)
    if channel_id is None:
        role = _bot_role(core, guild_id or "")
        role.permissions |= back
        guilds.change_role(core, role)
        return {"role_id": role.id}
    channel = core.world.parent(core.world.channel(channel_id))
    role = _bot_role(core, channel.guild_id or "")
    known = next((one for one in channel.overwrites if one.id == role.id), None)
    left = known.deny & ~back if known and permissions is not None else 0
    channel.overwrites = [one for one in channel.overwrites if one.id != role.id]
    if left:
        channel.overwrites.append(Overwrite(role.id, 0, 0, left))
    channels.change_channel(core, channel)
    return {"role_id": role.id}


# ---------------------------------------------------------------------------------------------------- places


def archive(core: Core, thread_id: str, archived: bool = True) -> Json:
    """A moderator archives a thread, or takes it out again."""
    return _closed(core, thread_id, archived=archived)


def lock(core: Core, thread_id: str, archived: bool = True) -> Json:
    """A moderator locks a thread; Discord's own client archives it with that."""
    return _closed(core, thread_id, locked=True, archived=archived)


def unlock(core: Core, thread_id: str) -> Json:
    """A moderator opens a thread again."""
    return _closed(core, thread_id, locked=False, archived=False)


def slow_mode(core: Core, channel_id: str, seconds: int = 30) -> Json:
    """A channel's, forum's or thread's slow mode is set; 0 ends it."""
    channel = core.world.channel(channel_id)
    channel.slowmode = seconds
    channels.change_channel(core, channel)
    return {}


def age_restrict(core: Core, channel_id: str, restricted: bool = True) -> Json:
    """A channel becomes age-restricted, or open to everybody again."""
    channel = core.world.channel(channel_id)
    channel.nsfw = restricted
    channels.change_channel(core, channel)
    return {}


def rename_channel(core: Core, channel_id: str, name: str) -> Json:
    """A channel or thread gets another name."""
    channel = core.world.channel(channel_id)
    channel.name = channels.shown_name(channel.type, name)
    channels.change_channel(core, channel)
    return {}


def delete_channel(core: Core, channel_id: str) -> Json:
    """A channel or thread is deleted with all that hangs on it."""
    channels.delete_channel(core, core.world.channel(channel_id))
    return {}


def remove_from_thread(core: Core, thread_id: str) -> Json:
    """The bot is removed from a thread's members: from a private one it hears and reads nothing any more."""
    threads.unfollow(core, core.world.channel(thread_id), _application(core).id)
    return {}


# ---------------------------------------------------------------------------------------------------- who is there


def kick(core: Core, guild_id: str, user_id: str) -> Json:
    """A member leaves, or is made to."""
    core.world.member(guild_id, user_id)
    guilds.leave(core, guild_id, user_id)
    return {}


def remove_bot(core: Core, guild_id: str) -> Json:
    """The bot is thrown out of a server: GUILD_DELETE without `unavailable`."""
    return kick(core, guild_id, _application(core).id)


def add_bot(core: Core, guild_id: str) -> Json:
    """The bot is invited again: GUILD_CREATE without `unavailable`."""
    guilds.invite_bot(core, core.world.guild(guild_id), _application(core), int(BOT_PERMISSIONS))
    return {}


def close_direct(core: Core, user_id: str, closed: bool = True) -> Json:
    """A person takes no direct messages from the bot (50007), or does again."""
    user = core.world.user(user_id)
    user.closed_to_direct = closed
    core.world.users.put(user)
    return {}


def outage(core: Core, guild_id: str, over: bool = False) -> Json:
    """Discord loses a server for a while (GUILD_DELETE with `unavailable`), or has it back."""
    core.hub.outage(core.world.guild(guild_id), over=over)
    return {}


def delete_message(core: Core, message_id: str) -> Json:
    """A moderator deletes a message."""
    message = core.world.messages.get(message_id)
    if message is None:
        raise KeyError(message_id)
    messages.delete(core, message)
    return {}


TROUBLES: dict[str, Trouble] = {
    one.__name__: cast("Trouble", one)
    for one in (
        delete_webhooks,
        move_webhooks,
        fill_webhooks,
        unfill_webhooks,
        deny,
        permit,
        archive,
        lock,
        unlock,
        slow_mode,
        age_restrict,
        rename_channel,
        delete_channel,
        remove_from_thread,
        kick,
        remove_bot,
        add_bot,
        close_direct,
        outage,
        delete_message,
    )
}


# ------------------------------------------------------------------------------------------------ parts of the above


def _application(core: Core) -> Application:
    return next(iter(core.world.applications))


def _bot_role(core: Core, guild_id: str) -> Role:
    """The role that came with the bot."""
    bot_id = _application(core).id
    guild = core.world.guild(guild_id)
    found = next((role for role in core.world.roles.of(guild.id) if role.bot_id == bot_id), None)
    if found is None:
        raise KeyError(f"the bot is not in {guild.name}")
    return found


def _bits(names: Sequence[str]) -> int:
    bits = 0
    for name in names:
        bits |= Permission[name]
    return int(bits)


def _overwrite(core: Core, channel: Channel, role: Role, *, allow: int, deny: int) -> None:
    known = next((one for one in channel.overwrites if one.id == role.id), None)
    merged = Overwrite(role.id, 0, allow, deny | (known.deny if known else 0))
    channel.overwrites = [one for one in channel.overwrites if one.id != role.id] + [merged]
    channels.change_channel(core, channel)


def _closed(core: Core, thread_id: str, *, archived: bool, locked: bool | None = None) -> Json:
    thread = core.world.channel(thread_id)
    if archived != thread.archived:
        thread.archived = archived
        thread.archive_changed_at = core.clock.iso()
    if locked is not None:
        thread.locked = locked
    channels.change_channel(core, thread)
    return {}
