"""Making, changing and closing channels, and direct conversations."""

from __future__ import annotations

from collections.abc import Sequence

from sandbox.bodies import objects
from sandbox.core import Core
from sandbox.render import places
from sandbox.rules.names import channel_name_as_shown
from sandbox.snowflake import as_id
from sandbox.world.models import Channel, ChannelFlag, ChannelType, Json, Overwrite

#: What a body may set beside a channel's name, place and rights, and where it is kept.
SETTINGS = {
    "default_auto_archive_duration": "default_auto_archive",
    "default_thread_rate_limit_per_user": "default_thread_slowmode",
    "default_sort_order": "default_sort_order",
    "default_forum_layout": "default_layout",
}
_NAMED_PLAINLY = (ChannelType.TEXT, ChannelType.NEWS, ChannelType.FORUM)
_NULLABLE = ("default_auto_archive_duration", "default_sort_order")


def make_channel(
    core: Core,
    guild_id: str,
    name: str,
    *,
    kind: int = ChannelType.TEXT,
    parent_id: str | None = None,
    topic: str | None = None,
    position: int | None = None,
    nsfw: bool = False,
    slowmode: int = 0,
    overwrites: Sequence[Overwrite] | None = None,
    settings: Json | None = None,
) -> Channel:
    """A new channel of a server. Without overwrites of its own it takes its category's.

    `settings` are fields of a checked body, as `settle` takes them.
    """
    world = core.world
    siblings = world.channels_of(guild_id)
    parent = world.channels.get(parent_id)
    inherited = parent.overwrites if parent and overwrites is None else overwrites or []
    channel = Channel(
        id=world.new_id(),
        type=kind,
        guild_id=guild_id,
        name=shown_name(kind, name),
        position=len(siblings) if position is None else position,
        parent_id=parent_id,
        topic=topic,
        nsfw=nsfw,
        slowmode=slowmode,
        overwrites=[Overwrite(one.id, one.type, one.allow, one.deny) for one in inherited],
    )
    settle(core, channel, settings or {})
    world.channels.put(channel)
    core.hub.channel("CHANNEL_CREATE", channel)
    return channel


def shown_name(kind: int, name: str) -> str:
    """A channel's name as it is kept: most kinds have neither capitals nor blanks."""
    return channel_name_as_shown(name) if kind in _NAMED_PLAINLY else name.strip()


def settle(core: Core, channel: Channel, form: Json) -> None:
    """Take over from a checked body what threads begin with here, and a forum's own settings."""
    for key, attribute in SETTINGS.items():
        if key in form:
            setattr(channel, attribute, form[key] if key in _NULLABLE else form[key] or 0)
    if channel.type != ChannelType.FORUM:
        return
    if "default_reaction_emoji" in form:
        given: Json | None = form["default_reaction_emoji"]
        channel.default_reaction = given and {
            "emoji_id": as_id(given.get("emoji_id")),
            "emoji_name": given.get("emoji_name"),
        }
    if form.get("available_tags") is not None:
        channel.available_tags = [_tag(core, channel, one) for one in objects(form["available_tags"])]
    if form.get("flags") is not None:
        channel.flags = form["flags"] & ChannelFlag.REQUIRE_TAG


def _tag(core: Core, forum: Channel, form: Json) -> Json:
    """A tag as it is kept; one that is known keeps its id."""
    known = {one["id"] for one in forum.available_tags}
    given = as_id(form.get("id"))
    return {
        "id": given if given in known else core.world.new_id(),
        "name": form["name"].strip(),
        "moderated": bool(form.get("moderated")),
        "emoji_id": as_id(form.get("emoji_id")),
        "emoji_name": form.get("emoji_name"),
    }


def change_channel(core: Core, channel: Channel) -> None:
    """Keep a changed channel or thread and tell everybody."""
    core.world.channels.put(channel)
    if channel.is_thread:
        core.hub.to_channel("THREAD_UPDATE", channel, lambda one: places.thread(channel, one.user_id))
    else:
        core.hub.channel("CHANNEL_UPDATE", channel)
        core.hub.rights_changed(channel.guild_id or "", tell_people=False)


def delete_channel(core: Core, channel: Channel) -> None:
    """Close a channel or thread with all that hangs on it: threads, messages, webhooks."""
    world = core.world
    assert channel.guild_id is not None
    if channel.is_thread:
        gone = {key: getattr(channel, key) for key in ("id", "guild_id", "parent_id", "type")}
        core.hub.to_channel("THREAD_DELETE", channel, gone)
    else:
        # Of its threads nobody is told one by one: they went with the channel.
        for thread in world.threads_of(channel.guild_id):
            if thread.parent_id == channel.id:
                _forget(core, thread)
        for child in world.channels_of(channel.guild_id):
            if child.parent_id == channel.id:
                child.parent_id = None
                change_channel(core, child)
        core.hub.channel("CHANNEL_DELETE", channel)
    _forget(core, channel)


def _forget(core: Core, channel: Channel) -> None:
    world = core.world
    for shelf in (world.messages, world.whispers, world.webhooks):
        for row in shelf.of(channel.id):
            shelf.drop(row.id)
    world.channels.drop(channel.id)


def group_channel(core: Core, owner_id: str, others: Sequence[str], name: str = "") -> Channel:
    """A new conversation of several people; its owner and all of them are told."""
    everybody = list(dict.fromkeys([owner_id, *others]))
    channel = Channel(
        id=core.world.new_id(), type=ChannelType.GROUP_DM, name=name, recipients=everybody, owner_id=owner_id
    )
    core.world.channels.put(channel)
    _tell_people(core, channel)
    return channel


def direct_channel(core: Core, one_id: str, other_id: str) -> Channel:
    """The conversation between two users, begun when there is none yet."""
    pair = {one_id, other_id}
    for channel in core.world.direct_channels_of(one_id):
        if channel.type == ChannelType.DM and set(channel.recipients) == pair:
            return channel
    channel = Channel(id=core.world.new_id(), type=ChannelType.DM, recipients=[one_id, other_id])
    core.world.channels.put(channel)
    _tell_people(core, channel)
    return channel


def _tell_people(core: Core, channel: Channel) -> None:
    """Bots get no CHANNEL_CREATE for direct conversations any more; people's clients do."""
    core.hub.to_users(
        "CHANNEL_CREATE",
        channel.recipients,
        lambda session: places.channel(core.world, channel, session.user_id),
        people_only=True,
    )
