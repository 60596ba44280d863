"""Starting threads, following and leaving them."""

from __future__ import annotations

from collections.abc import Iterable

from sandbox.acts import messages
from sandbox.core import Core
from sandbox.permissions import can_see
from sandbox.render import people, places
from sandbox.world.models import Channel, ChannelType, Json, Message, MessageFlag, MessageType, ThreadMember


def start_thread(
    core: Core,
    parent: Channel,
    name: str,
    owner_id: str,
    *,
    kind: int,
    auto_archive: int | None,
    slowmode: int = 0,
    invitable: bool = True,
    message: Message | None = None,
) -> Channel:
    """A new thread, with an id of its own or that of the message it begins at; its owner follows it."""
    now = core.clock.iso()
    thread = Channel(
        id=message.id if message else core.world.new_id(),
        type=kind,
        guild_id=parent.guild_id,
        name=name.strip(),
        parent_id=parent.id,
        slowmode=slowmode,
        owner_id=owner_id,
        invitable=invitable,
        auto_archive=auto_archive or parent.default_auto_archive or 1440,
        archive_changed_at=now,
        made_at=now,
        followers=[ThreadMember(owner_id, now)],
    )
    core.world.channels.put(thread)
    core.hub.to_channel(
        "THREAD_CREATE", thread, lambda one: {**places.thread(thread, one.user_id), "newly_created": True}
    )
    if message is not None:
        message.thread_id = thread.id
        message.flags |= MessageFlag.HAS_THREAD
        messages.touch(core, message)
    elif kind != ChannelType.PRIVATE_THREAD:
        _announce(core, parent, thread, owner_id)
    return thread


def follow(core: Core, thread: Channel, user_ids: Iterable[str]) -> None:
    """Let users follow a thread; those who do already are passed over."""
    known = {one.user_id for one in thread.followers}
    added = [ThreadMember(one, core.clock.iso()) for one in user_ids if one not in known]
    if not added:
        return
    thread.followers += added
    core.world.channels.put(thread)
    body: Json = {
        **_counted(thread),
        "added_members": [
            {
                **places.thread_member(thread, one),
                "member": people.member(core.world, core.world.member(thread.guild_id or "", one.user_id)),
            }
            for one in added
        ],
    }
    core.hub.to_channel("THREAD_MEMBERS_UPDATE", thread, body)
    # Somebody added to a thread may never have heard of it (private, or begun before they could see it).
    core.hub.to_users(
        "THREAD_CREATE",
        [one.user_id for one in added],
        lambda session: places.thread(thread, session.user_id),
        people_only=True,
    )


def follow_by_speaking(core: Core, channel: Channel, message: Message) -> None:
    """In a thread, its writer and those they mention follow it from then on, as far as they can see it."""
    if channel.is_thread:
        parent = core.world.parent(channel)
        named = [one for one in message.mentions if can_see(core.world, parent, one)]
        follow(core, channel, dict.fromkeys([message.author_id, *named]))


def unfollow(core: Core, thread: Channel, user_id: str) -> None:
    """Let a user stop following; the leaver hears of it too."""
    thread.followers = [one for one in thread.followers if one.user_id != user_id]
    body: Json = {**_counted(thread), "removed_member_ids": [user_id]}
    core.hub.to_channel("THREAD_MEMBERS_UPDATE", thread, body)
    core.world.channels.put(thread)


def _counted(thread: Channel) -> Json:
    return {"id": thread.id, "guild_id": thread.guild_id, "member_count": min(len(thread.followers), 50)}


def _announce(core: Core, parent: Channel, thread: Channel, owner_id: str) -> None:
    """The line "… started a thread" in the parent channel."""
    draft = messages.Draft(parent, owner_id, {"content": thread.name}, type=MessageType.THREAD_CREATED)
    reference: Json = {"type": 0, "channel_id": thread.id, "guild_id": thread.guild_id}
    draft.extra = {"reference": reference, "thread_id": thread.id}
    messages.write(core, draft)
