"""Threads: start, list, follow."""

from __future__ import annotations

from sandbox import permissions
from sandbox.acts import threads as acts
from sandbox.errors import ApiError, missing_permissions, unknown
from sandbox.permissions import Permission
from sandbox.render import people, places
from sandbox.rest import forums
from sandbox.rest.call import Answer, Call
from sandbox.rest.routes import Routes
from sandbox.rules.channels import check_thread
from sandbox.world.models import Channel, ChannelType, Json

routes = Routes()

_PARENTS = {ChannelType.TEXT, ChannelType.NEWS}


@routes.post("/channels/{channel_id}/messages/{message_id}/threads")
async def from_message(call: Call) -> Answer:
    """Start Thread from Message: the thread has the message's id."""
    parent = _parent(call, Permission.CREATE_PUBLIC_THREADS)
    message = call.world.message(parent.id, call.id("message_id"))
    form = await call.form()
    check_thread(form, creating=True)
    if message.thread_id is not None:
        raise ApiError(400, 160004, "A thread has already been created for this message")
    kind = ChannelType.NEWS_THREAD if parent.type == ChannelType.NEWS else ChannelType.PUBLIC_THREAD
    thread = acts.start_thread(
        call.core,
        parent,
        form["name"],
        call.user.id,
        kind=kind,
        auto_archive=form.get("auto_archive_duration"),
        slowmode=form.get("rate_limit_per_user"),
        message=message,
    )
    return Answer(201, places.thread(thread, call.user.id))


@routes.post("/channels/{channel_id}/threads")
async def without_message(call: Call) -> Answer:
    """Start Thread without Message, a private one unless another type is asked for; or Start Thread in Forum."""
    form, uploads = await call.upload()
    channel = call.world.channel(call.id("channel_id"))
    if channel.type == ChannelType.FORUM:
        return await forums.start(call, channel, form, uploads)
    check_thread(form, creating=True)
    kind = form.get("type") or ChannelType.PRIVATE_THREAD
    private = kind == ChannelType.PRIVATE_THREAD
    needed = Permission.CREATE_PRIVATE_THREADS if private else Permission.CREATE_PUBLIC_THREADS
    parent = _parent(call, needed)
    thread = acts.start_thread(
        call.core,
        parent,
        form["name"],
        call.user.id,
        kind=kind,
        auto_archive=form.get("auto_archive_duration"),
        slowmode=form.get("rate_limit_per_user"),
        invitable=form.get("invitable") is not False,
    )
    return Answer(201, places.thread(thread, call.user.id))


def _parent(call: Call, needed: int) -> Channel:
    parent = call.world.channel(call.id("channel_id"))
    permissions.need_in_channel(call.world, parent, call.user.id, needed)
    if parent.type not in _PARENTS:
        raise ApiError(400, 50024, "Cannot execute action on this channel type")
    return parent


# ---------------------------------------------------------------------------------------------------- following


@routes.put("/channels/{channel_id}/thread-members/{user_id}")
async def add(call: Call) -> None:
    """Join Thread, or Add Thread Member."""
    thread, allowed = _thread(call)
    if thread.archived:
        raise ApiError(400, 50083, "Thread is archived")
    user_id = _who(call)
    if user_id != call.user.id:
        if not allowed & Permission.SEND_MESSAGES_IN_THREADS or _may_not_invite(call, thread, allowed):
            raise missing_permissions()
        call.world.member(thread.guild_id or "", user_id)
        if not permissions.can_see(call.world, call.world.parent(thread), user_id):
            raise ApiError(403, 50001, "Missing Access")
    acts.follow(call.core, thread, [user_id])


@routes.delete("/channels/{channel_id}/thread-members/{user_id}")
async def remove(call: Call) -> None:
    """Leave Thread, or Remove Thread Member (MANAGE_THREADS, or the owner of a private one)."""
    thread, allowed = _thread(call)
    if thread.archived:
        raise ApiError(400, 50083, "Thread is archived")
    user_id = _who(call)
    owns = thread.owner_id == call.user.id and thread.type == ChannelType.PRIVATE_THREAD
    if user_id != call.user.id and not owns and not allowed & Permission.MANAGE_THREADS:
        raise missing_permissions()
    acts.unfollow(call.core, thread, user_id)


@routes.get("/channels/{channel_id}/thread-members")
async def followers(call: Call) -> list[Json]:
    """List Thread Members."""
    thread, _ = _thread(call)
    return [_follower(call, thread, one.user_id) for one in thread.followers]


@routes.get("/channels/{channel_id}/thread-members/{user_id}")
async def follower(call: Call) -> Json:
    """Get Thread Member."""
    thread, _ = _thread(call)
    return _follower(call, thread, _who(call))


def _follower(call: Call, thread: Channel, user_id: str) -> Json:
    row = next((one for one in thread.followers if one.user_id == user_id), None)
    if row is None:
        raise unknown("member")
    answer = places.thread_member(thread, row)
    if call.asks("with_member"):
        answer["member"] = people.member(call.world, call.world.member(thread.guild_id or "", user_id))
    return answer


def _thread(call: Call) -> tuple[Channel, int]:
    thread = call.world.channel(call.id("channel_id"))
    if not thread.is_thread:
        raise ApiError(400, 50024, "Cannot execute action on this channel type")
    allowed = permissions.need_in_channel(call.world, thread, call.user.id, Permission.VIEW_CHANNEL)
    return thread, allowed


def _who(call: Call) -> str:
    return call.user.id if call.text("user_id") == "@me" else call.id("user_id")


def _may_not_invite(call: Call, thread: Channel, allowed: int) -> bool:
    private = thread.type == ChannelType.PRIVATE_THREAD and not thread.invitable
    return private and thread.owner_id != call.user.id and not allowed & Permission.MANAGE_THREADS


# ---------------------------------------------------------------------------------------------------- lists


@routes.get("/guilds/{guild_id}/threads/active")
async def active(call: Call) -> Json:
    """List Active Guild Threads: those the caller can see."""
    guild_id = call.id("guild_id")
    permissions.need_in_guild(call.world, guild_id, call.user.id, 0)
    threads = [one for one in call.world.threads_of(guild_id) if not one.archived]
    return _listed(call, threads, has_more=False)


@routes.get("/channels/{channel_id}/threads/archived/public")
async def archived_public(call: Call) -> Json:
    """List Public Archived Threads."""
    channel = _readable(call, 0)
    return _archived(call, channel, (ChannelType.PUBLIC_THREAD, ChannelType.NEWS_THREAD))


@routes.get("/channels/{channel_id}/threads/archived/private")
async def archived_private(call: Call) -> Json:
    """List Private Archived Threads (MANAGE_THREADS)."""
    channel = _readable(call, Permission.MANAGE_THREADS)
    return _archived(call, channel, (ChannelType.PRIVATE_THREAD,))


@routes.get("/channels/{channel_id}/users/@me/threads/archived/private")
async def archived_joined(call: Call) -> Json:
    """List Joined Private Archived Threads."""
    channel = _readable(call, 0)
    return _archived(call, channel, (ChannelType.PRIVATE_THREAD,), followed_only=True)


def _readable(call: Call, needed: int) -> Channel:
    channel = call.world.channel(call.id("channel_id"))
    permissions.need_in_channel(call.world, channel, call.user.id, Permission.READ_MESSAGE_HISTORY | needed)
    return channel


def _archived(call: Call, channel: Channel, kinds: tuple[int, ...], *, followed_only: bool = False) -> Json:
    found = [
        one
        for one in call.world.threads_of(channel.guild_id or "")
        if one.parent_id == channel.id and one.archived and one.type in kinds
    ]
    if followed_only:
        found = [one for one in found if any(row.user_id == call.user.id for row in one.followers)]
    found.sort(key=lambda one: one.archive_changed_at or "", reverse=True)
    before = call.query("before")
    if before:
        found = [one for one in found if (one.archive_changed_at or "") < before or one.id < before]
    limit = call.number("limit", 50, 2, 100)
    return _listed(call, found[:limit], has_more=len(found) > limit)


def _listed(call: Call, threads: list[Channel], *, has_more: bool) -> Json:
    seen = [one for one in threads if permissions.can_see(call.world, one, call.user.id)]
    rendered = [places.thread(one, call.user.id) for one in seen]
    mine = [one["member"] for one in rendered if "member" in one]
    return {"threads": rendered, "members": mine, "has_more": has_more}
