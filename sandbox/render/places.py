"""Servers, channels and threads as Discord's JSON."""

from __future__ import annotations

from sandbox import permissions
from sandbox.render import people
from sandbox.world.models import Channel, ChannelType, Guild, Json, ThreadMember
from sandbox.world.world import World


def channel(world: World, row: Channel, viewer_id: str | None = None) -> Json:
    """A channel, thread or direct conversation; a direct one lists the others than `viewer_id`."""
    if world.is_direct(row):
        return _direct(world, row, viewer_id)
    return thread(row, viewer_id) if row.is_thread else _guild_channel(row)


def _direct(world: World, row: Channel, viewer_id: str | None) -> Json:
    answer: Json = {
        "id": row.id,
        "type": row.type,
        "flags": 0,
        "last_message_id": row.last_message_id,
        "recipients": [people.user(world.user(one)) for one in row.recipients if one != viewer_id],
    }
    if row.type == ChannelType.GROUP_DM:
        answer |= {"name": row.name or None, "icon": None, "owner_id": row.owner_id}
    return answer


def _guild_channel(row: Channel) -> Json:
    answer: Json = {
        "id": row.id,
        "type": row.type,
        "guild_id": row.guild_id,
        "name": row.name,
        "position": row.position,
        "parent_id": row.parent_id,
        "flags": row.flags,
        "nsfw": row.nsfw,
        "permission_overwrites": [
            {"id": one.id, "type": one.type, "allow": str(one.allow), "deny": str(one.deny)} for one in row.overwrites
        ],
    }
    if row.type != ChannelType.CATEGORY:
        answer |= {"last_message_id": row.last_message_id, "rate_limit_per_user": row.slowmode}
    if row.type in (ChannelType.TEXT, ChannelType.NEWS, ChannelType.FORUM):
        answer["topic"] = row.topic
        answer["default_thread_rate_limit_per_user"] = row.default_thread_slowmode
        if row.last_pin_at is not None:
            answer["last_pin_timestamp"] = row.last_pin_at
        if row.default_auto_archive is not None:
            answer["default_auto_archive_duration"] = row.default_auto_archive
    if row.type == ChannelType.FORUM:
        answer |= {
            "available_tags": [dict(one) for one in row.available_tags],
            "default_reaction_emoji": row.default_reaction,
            "default_sort_order": row.default_sort_order,
            "default_forum_layout": row.default_layout,
        }
    if row.type in (ChannelType.VOICE, ChannelType.STAGE):
        answer |= {"bitrate": row.bitrate, "user_limit": row.user_limit, "rtc_region": None, "video_quality_mode": 1}
    return answer


def thread(row: Channel, viewer_id: str | None = None) -> Json:
    """A thread, with `member` when the viewer follows it."""
    metadata: Json = {
        "archived": row.archived,
        "auto_archive_duration": row.auto_archive,
        "archive_timestamp": row.archive_changed_at,
        "locked": row.locked,
        "create_timestamp": row.made_at,
    }
    if row.type == ChannelType.PRIVATE_THREAD:
        metadata["invitable"] = row.invitable
    answer: Json = {
        "id": row.id,
        "type": row.type,
        "guild_id": row.guild_id,
        "parent_id": row.parent_id,
        "owner_id": row.owner_id,
        "name": row.name,
        "flags": row.flags,
        "last_message_id": row.last_message_id,
        "rate_limit_per_user": row.slowmode,
        "message_count": row.message_count,
        "total_message_sent": row.total_sent,
        # Discord stops counting at 50.
        "member_count": min(len(row.followers), 50),
        "thread_metadata": metadata,
    }
    if row.applied_tags is not None:
        answer["applied_tags"] = list(row.applied_tags)
    mine = next((one for one in row.followers if one.user_id == viewer_id), None)
    if mine is not None:
        answer["member"] = thread_member(row, mine)
    return answer


def thread_member(row: Channel, follower: ThreadMember) -> Json:
    """Somebody who follows a thread."""
    return {"id": row.id, "user_id": follower.user_id, "join_timestamp": follower.joined_at, "flags": 0}


def thread_list(world: World, guild_id: str, channel_ids: list[str], viewer_id: str) -> Json:
    """The active threads of some channels, as somebody hears of them who can see those channels from now on."""
    active = [one for one in world.threads_of(guild_id) if one.parent_id in channel_ids and not one.archived]
    seen = [thread(one, viewer_id) for one in active if permissions.can_see(world, one, viewer_id)]
    mine = [one["member"] for one in seen if "member" in one]
    return {"guild_id": guild_id, "channel_ids": channel_ids, "threads": seen, "members": mine}


#: What servers here do not have, with the values Discord answers then.
_UNUSED: Json = {
    "home_header": None,
    "splash": None,
    "discovery_splash": None,
    "banner": None,
    "application_id": None,
    "region": "deprecated",
    "afk_channel_id": None,
    "afk_timeout": 300,
    "system_channel_flags": 0,
    "widget_enabled": False,
    "widget_channel_id": None,
    "verification_level": 0,
    "default_message_notifications": 0,
    "mfa_level": 0,
    "explicit_content_filter": 0,
    "max_presences": None,
    "max_members": 500_000,
    "max_stage_video_channel_users": 50,
    "max_video_channel_users": 25,
    "vanity_url_code": None,
    "premium_tier": 0,
    "premium_subscription_count": 0,
    "rules_channel_id": None,
    "safety_alerts_channel_id": None,
    "public_updates_channel_id": None,
    "premium_progress_bar_enabled": False,
    "nsfw": False,
    "nsfw_level": 0,
    "incidents_data": None,
}


def guild(world: World, row: Guild) -> Json:
    """A server as REST answers it."""
    return {
        **_UNUSED,
        "id": row.id,
        "name": row.name,
        "icon": row.icon,
        "description": row.description,
        "features": list(row.features),
        "owner_id": row.owner_id,
        "system_channel_id": row.system_channel_id,
        "roles": [people.role(role) for role in world.roles.of(row.id)],
        "preferred_locale": row.preferred_locale,
        "emojis": [people.emoji(world, emoji) for emoji in world.emojis.of(row.id)],
        "stickers": [people.sticker(world, sticker) for sticker in world.stickers.of(row.id)],
    }


def own_guild(world: World, row: Guild, user_id: str, *, counts: bool) -> Json:
    """A server in somebody's own list."""
    answer: Json = {
        "id": row.id,
        "name": row.name,
        "icon": row.icon,
        "banner": None,
        "owner": row.owner_id == user_id,
        "permissions": str(permissions.in_guild(world, row.id, user_id)),
        "features": list(row.features),
    }
    if counts:
        answer |= {"approximate_member_count": len(world.members.of(row.id)), "approximate_presence_count": 1}
    return answer


def whole_guild(world: World, row: Guild, viewer_id: str, *, all_members: bool, all_channels: bool) -> Json:
    """A server as the gateway sends it: with channels, active threads and members."""
    members = world.members.of(row.id)
    joined = world.membership(row.id, viewer_id)
    seen = [one for one in world.channels_of(row.id) if all_channels or permissions.can_see(world, one, viewer_id)]
    threads = [one for one in world.threads_of(row.id) if not one.archived]
    return {
        **guild(world, row),
        "joined_at": joined.joined_at if joined else world.clock.iso(),
        "large": False,
        "member_count": len(members),
        "members": [people.member(world, one) for one in members if all_members or one.user_id == viewer_id],
        "channels": [_guild_channel(one) for one in seen],
        "threads": [thread(one, viewer_id) for one in threads if permissions.can_see(world, one, viewer_id)],
        "voice_states": [],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }
