"""Starting threads, following and leaving them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sandbox.acts import messages
from sandbox.acts.channels import change_channel
from sandbox.core import Core
from sandbox.gateway.sessions import Session
from sandbox.permissions import can_see
from sandbox.render import people, places
from sandbox.snowflake import made_at
from sandbox.world.models import Channel, ChannelType, Json, Message, MessageFlag, MessageType, ThreadMember

#: Minutes of silence after which a thread, or a forum's post, is archived where nobody says otherwise.
ARCHIVE_AFTER = 1440
POST_ARCHIVE_AFTER = 4320


def start_thread(
    core: Core,
    parent: Channel,
    name: str,
    owner_id: str,
    *,
    kind: int,
    auto_archive: int | None,
    slowmode: int | None = None,
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
        slowmode=parent.default_thread_slowmode if slowmode is None else slowmode,
        owner_id=owner_id,
        invitable=invitable,
        auto_archive=auto_archive or parent.default_auto_archive or ARCHIVE_AFTER,
        archive_changed_at=now,
        made_at=now,
        followers=[ThreadMember(owner_id, now)],
    )
    core.world.channels.put(thread)
    _tell_of_new(core, thread)
    if message is not None:
        message.thread_id = thread.id
        message.flags |= MessageFlag.HAS_THREAD
        messages.touch(core, message)
    elif kind != ChannelType.PRIVATE_THREAD:
        _announce(core, parent, thread, owner_id)
    return thread


def start_post(
    core: Core,
    forum: Channel,
    name: str,
    draft: messages.Draft,
    *,
    tags: Sequence[str],
    auto_archive: int | None = None,
    slowmode: int | None = None,
) -> tuple[Channel, Message]:
    """A new post of a forum and the message it begins with, which share one id (docs: Start Thread in Forum).

    `draft` is that message, its channel still the forum. A webhook's post is the webhook's own and followed by nobody.
    """
    now = core.clock.iso()
    by_webhook = "webhook_name" in draft.extra
    post = Channel(
        id=core.world.new_id(),
        type=ChannelType.PUBLIC_THREAD,
        guild_id=forum.guild_id,
        name=name.strip(),
        parent_id=forum.id,
        slowmode=forum.default_thread_slowmode if slowmode is None else slowmode,
        owner_id=draft.author_id,
        auto_archive=auto_archive or forum.default_auto_archive or POST_ARCHIVE_AFTER,
        archive_changed_at=now,
        made_at=now,
        followers=[] if by_webhook else [ThreadMember(draft.author_id, now)],
        applied_tags=list(dict.fromkeys(tags)),
    )
    core.world.channels.put(post)
    forum.last_message_id = post.id
    core.world.channels.put(forum)
    _tell_of_new(core, post)
    draft.channel, draft.id = post, post.id
    return post, messages.write(core, draft)


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
    fresh = [one.user_id for one in added]
    # Somebody added to a private thread has never heard of it: the thread comes first, with their membership in it.
    private = thread.type == ChannelType.PRIVATE_THREAD
    core.hub.thread_to_users("THREAD_CREATE", thread, fresh, people_only=not private)
    core.hub.thread_members(thread, body, fresh)


def follow_by_speaking(core: Core, channel: Channel, message: Message) -> None:
    """In a thread, its writer and those they mention follow it from then on, as far as they can see it."""
    if channel.is_thread:
        parent = core.world.parent(channel)
        named = [one for one in message.mentions if can_see(core.world, parent, one)]
        follow(core, channel, dict.fromkeys([message.author_id, *named]))


def unfollow(core: Core, thread: Channel, user_id: str) -> None:
    """Let a user stop following; the leaver hears of it too."""
    if not thread.followed_by(user_id):
        return
    thread.followers = [one for one in thread.followers if one.user_id != user_id]
    core.world.channels.put(thread)
    body: Json = {**_counted(thread), "removed_member_ids": [user_id]}
    core.hub.thread_members(thread, body, [user_id])


def unfollow_all(core: Core, guild_id: str, user_id: str) -> None:
    """Somebody left the server: they follow none of its threads any more. Discord tells nobody of each thread."""
    for thread in core.world.threads_of(guild_id):
        if thread.followed_by(user_id):
            thread.followers = [one for one in thread.followers if one.user_id != user_id]
            core.world.channels.put(thread)


def archive_quiet(core: Core) -> None:
    """Archive every thread in which nobody spoke for as long as its `auto_archive` says."""
    for thread in core.world.channels:
        if not thread.is_thread or thread.archived:
            continue
        changed = datetime.fromisoformat(thread.archive_changed_at or core.clock.iso()).timestamp()
        spoken = made_at(thread.last_message_id) if thread.last_message_id else 0.0
        if core.clock.now() - max(changed, spoken) > thread.auto_archive * 60:
            thread.archived = True
            thread.archive_changed_at = core.clock.iso()
            change_channel(core, thread)


def _tell_of_new(core: Core, thread: Channel) -> None:
    def body(session: Session) -> Json:
        return {**places.thread(thread, session.user_id), "newly_created": True}

    core.hub.to_channel("THREAD_CREATE", thread, body)


def _counted(thread: Channel) -> Json:
    return {"id": thread.id, "guild_id": thread.guild_id, "member_count": min(len(thread.followers), 50)}


def _announce(core: Core, parent: Channel, thread: Channel, owner_id: str) -> None:
    """The line "… started a thread" in the parent channel."""
    draft = messages.Draft(parent, owner_id, {"content": thread.name}, type=MessageType.THREAD_CREATED)
    reference: Json = {"type": 0, "channel_id": thread.id, "guild_id": thread.guild_id}
    draft.extra = {"reference": reference, "thread_id": thread.id}
    messages.write(core, draft)
