"""Who may do what: roles, overwrites, owner and administrator, as Discord computes them (docs: Permissions)."""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum

from sandbox.errors import missing_access, missing_permissions, unknown
from sandbox.world.models import Channel, ChannelType, Member, Overwrite
from sandbox.world.world import World


class Permission(IntEnum):
    """Permission bits (docs: Permissions, Bitwise Permission Flags). Put together they are plain numbers: an IntFlag
    would make an object of each, several for every event and session."""

    CREATE_INSTANT_INVITE = 1 << 0
    KICK_MEMBERS = 1 << 1
    BAN_MEMBERS = 1 << 2
    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_AUDIT_LOG = 1 << 7
    PRIORITY_SPEAKER = 1 << 8
    STREAM = 1 << 9
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    SEND_TTS_MESSAGES = 1 << 12
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_EXTERNAL_EMOJIS = 1 << 18
    CONNECT = 1 << 20
    SPEAK = 1 << 21
    CHANGE_NICKNAME = 1 << 26
    MANAGE_NICKNAMES = 1 << 27
    MANAGE_ROLES = 1 << 28
    MANAGE_WEBHOOKS = 1 << 29
    MANAGE_GUILD_EXPRESSIONS = 1 << 30
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    CREATE_PRIVATE_THREADS = 1 << 36
    USE_EXTERNAL_STICKERS = 1 << 37
    SEND_MESSAGES_IN_THREADS = 1 << 38
    MODERATE_MEMBERS = 1 << 40
    CREATE_GUILD_EXPRESSIONS = 1 << 43
    CREATE_EVENTS = 1 << 44
    SEND_VOICE_MESSAGES = 1 << 46
    USE_EXTERNAL_APPS = 1 << 50
    PIN_MESSAGES = 1 << 51
    BYPASS_SLOWMODE = 1 << 52


ALL = (1 << 53) - 1

#: What @everyone may do in a new server.
EVERYONE = (
    Permission.CREATE_INSTANT_INVITE
    | Permission.ADD_REACTIONS
    | Permission.STREAM
    | Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.USE_EXTERNAL_EMOJIS
    | Permission.CONNECT
    | Permission.SPEAK
    | Permission.CHANGE_NICKNAME
    | Permission.USE_APPLICATION_COMMANDS
    | Permission.CREATE_PUBLIC_THREADS
    | Permission.CREATE_PRIVATE_THREADS
    | Permission.SEND_MESSAGES_IN_THREADS
    | Permission.USE_EXTERNAL_STICKERS
    | Permission.SEND_VOICE_MESSAGES
    | Permission.USE_EXTERNAL_APPS
)

#: What somebody in a time-out keeps (docs: Permissions, Permissions for Timed Out Members).
TIMED_OUT = Permission.VIEW_CHANNEL | Permission.READ_MESSAGE_HISTORY

#: What a direct conversation allows to both.
DIRECT = (
    Permission.ADD_REACTIONS
    | Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.USE_EXTERNAL_EMOJIS
    | Permission.USE_APPLICATION_COMMANDS
    | Permission.USE_EXTERNAL_STICKERS
    | Permission.SEND_VOICE_MESSAGES
    | Permission.PIN_MESSAGES
)


def in_guild(world: World, guild_id: str, user_id: str) -> int:
    """What somebody may do in a server before any channel is looked at; 0 for strangers."""
    member = world.membership(guild_id, user_id)
    if member is None:
        return 0
    if world.guild(guild_id).owner_id == user_id:
        return ALL
    allowed = _of_roles(world, member)
    if allowed & Permission.ADMINISTRATOR:
        return ALL
    return allowed & TIMED_OUT if is_timed_out(world, member) else allowed


def in_channel(world: World, channel: Channel, user_id: str) -> int:
    """What somebody may do in a channel, thread or direct conversation; 0 for strangers."""
    if world.is_direct(channel):
        return int(DIRECT) if user_id in channel.recipients else 0
    assert channel.guild_id is not None
    member = world.membership(channel.guild_id, user_id)
    if member is None:
        return 0
    base = in_guild(world, channel.guild_id, user_id)
    if base == ALL:
        return ALL
    allowed = _with_overwrites(_of_roles(world, member), world.parent(channel).overwrites, member)
    if is_timed_out(world, member):
        allowed &= TIMED_OUT
    if not allowed & Permission.VIEW_CHANNEL:
        return 0
    if _is_closed_thread(channel, user_id, allowed):
        return 0
    # Without the right to send, the rights that only matter while sending are not there either (docs: Permissions).
    speaks = Permission.SEND_MESSAGES_IN_THREADS if channel.is_thread else Permission.SEND_MESSAGES
    if not allowed & speaks:
        allowed &= ~(
            Permission.MENTION_EVERYONE
            | Permission.SEND_TTS_MESSAGES
            | Permission.ATTACH_FILES
            | Permission.EMBED_LINKS
        )
    return allowed


def is_timed_out(world: World, member: Member) -> bool:
    """Whether a moderator silenced this member for a while that has not passed."""
    if member.timed_out_until is None:
        return False
    return datetime.fromisoformat(member.timed_out_until).timestamp() > world.clock.now()


def can_see(world: World, channel: Channel, user_id: str) -> bool:
    """Whether somebody gets this channel's events."""
    return bool(in_channel(world, channel, user_id) & Permission.VIEW_CHANNEL)


def need_in_channel(world: World, channel: Channel, user_id: str, needed: int) -> int:
    """All that somebody may do here, or 50001 when they cannot see it, or 50013 when `needed` is not among it."""
    allowed = in_channel(world, channel, user_id)
    if not allowed & Permission.VIEW_CHANNEL:
        raise missing_access()
    if allowed & needed != needed:
        raise missing_permissions()
    return allowed


def need_in_guild(world: World, guild_id: str, user_id: str, needed: int) -> int:
    """All that somebody may do in the server; 10004 for strangers (Discord hides it from them), 50013 otherwise."""
    world.guild(guild_id)
    if world.membership(guild_id, user_id) is None:
        # Bots get 50001 for servers they are not in; people's clients too.
        raise missing_access()
    allowed = in_guild(world, guild_id, user_id)
    if allowed & needed != needed:
        raise missing_permissions()
    return allowed


def top_position(world: World, guild_id: str, user_id: str) -> int:
    """The height of somebody's highest role; the owner stands above all roles."""
    if world.guild(guild_id).owner_id == user_id:
        return 1 << 30
    member = world.membership(guild_id, user_id)
    if member is None:
        raise unknown("member")
    positions = [role.position for role_id in member.roles if (role := world.roles.get(role_id))]
    return max(positions, default=0)


def need_above(world: World, guild_id: str, user_id: str, target_id: str) -> None:
    """50013 unless `user_id` stands above `target_id` (moderation follows the order of roles)."""
    if top_position(world, guild_id, user_id) <= top_position(world, guild_id, target_id):
        raise missing_permissions()


def _of_roles(world: World, member: Member) -> int:
    everyone = world.roles.get(member.guild_id)
    allowed = everyone.permissions if everyone else 0
    for role_id in member.roles:
        role = world.roles.get(role_id)
        allowed |= role.permissions if role else 0
    return allowed


def _with_overwrites(allowed: int, overwrites: list[Overwrite], member: Member) -> int:
    by_id = {overwrite.id: overwrite for overwrite in overwrites}
    everyone = by_id.get(member.guild_id)
    if everyone:
        allowed = allowed & ~everyone.deny | everyone.allow
    of_roles = [by_id[role_id] for role_id in member.roles if role_id in by_id]
    for overwrite in of_roles:
        allowed &= ~overwrite.deny
    for overwrite in of_roles:
        allowed |= overwrite.allow
    own = by_id.get(member.user_id)
    if own and own.type == 1:
        allowed = allowed & ~own.deny | own.allow
    return allowed


def _is_closed_thread(channel: Channel, user_id: str, allowed: int) -> bool:
    if channel.type != ChannelType.PRIVATE_THREAD or allowed & Permission.MANAGE_THREADS:
        return False
    return all(follower.user_id != user_id for follower in channel.followers)
