"""Making, changing and closing channels, and direct conversations."""

from __future__ import annotations

from collections.abc import Sequence

from sandbox.core import Core
from sandbox.render import places
from sandbox.rules.names import channel_name_as_shown
from sandbox.world.models import Channel, ChannelType, Overwrite


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
) -> Channel:
    """A new channel of a server. Without overwrites of its own it takes its category's."""
    world = core.world
    siblings = world.channels_of(guild_id)
    parent = world.channels.get(parent_id)
    inherited = parent.overwrites if parent and overwrites is None else overwrites or []
    channel = Channel(
        id=world.new_id(),
        type=kind,
        guild_id=guild_id,
        name=channel_name_as_shown(name) if kind in (ChannelType.TEXT, ChannelType.NEWS) else name.strip(),
        position=len(siblings) if position is None else position,
        parent_id=parent_id,
        topic=topic,
        nsfw=nsfw,
        slowmode=slowmode,
        overwrites=[Overwrite(one.id, one.type, one.allow, one.deny) for one in inherited],
    )
    world.channels.put(channel)
    core.hub.channel("CHANNEL_CREATE", channel)
    return channel


def change_channel(core: Core, channel: Channel) -> None:
    """Keep a changed channel or thread and tell everybody."""
    core.world.channels.put(channel)
    if channel.is_thread:
        core.hub.to_channel("THREAD_UPDATE", channel, lambda one: places.thread(channel, one.user_id))
    else:
        core.hub.channel("CHANNEL_UPDATE", channel)


def delete_channel(core: Core, channel: Channel) -> None:
    """Close a channel or thread with all that hangs on it: threads, messages, webhooks."""
    world = core.world
    assert channel.guild_id is not None
    if channel.is_thread:
        gone = {key: getattr(channel, key) for key in ("id", "guild_id", "parent_id", "type")}
        core.hub.to_channel("THREAD_DELETE", channel, gone)
    else:
        for thread in world.threads_of(channel.guild_id):
            if thread.parent_id == channel.id:
                delete_channel(core, thread)
        for child in world.channels_of(channel.guild_id):
            if child.parent_id == channel.id:
                child.parent_id = None
                change_channel(core, child)
        core.hub.channel("CHANNEL_DELETE", channel)
    for shelf in (world.messages, world.whispers, world.webhooks):
        for row in shelf.of(channel.id):
            shelf.drop(row.id)
    world.channels.drop(channel.id)


def direct_channel(core: Core, one_id: str, other_id: str) -> Channel:
    """The conversation between two users, begun when there is none yet."""
    pair = {one_id, other_id}
    for channel in core.world.direct_channels_of(one_id):
        if channel.type == ChannelType.DM and set(channel.recipients) == pair:
            return channel
    channel = Channel(id=core.world.new_id(), type=ChannelType.DM, recipients=[one_id, other_id])
    core.world.channels.put(channel)
    # Bots get no CHANNEL_CREATE for direct conversations any more; people's clients do.
    core.hub.to_users(
        "CHANNEL_CREATE",
        channel.recipients,
        lambda session: places.channel(core.world, channel, session.user_id),
        people_only=True,
    )
    return channel
