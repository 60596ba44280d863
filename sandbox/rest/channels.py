"""Channels: read, make, change, close; overwrites; direct conversations."""

from __future__ import annotations

from typing import Any

from sandbox import permissions
from sandbox.acts import channels as acts
from sandbox.bodies import values
from sandbox.errors import ApiError, InvalidForm, missing_permissions, unknown
from sandbox.permissions import Permission
from sandbox.render import places
from sandbox.rest.call import Answer, Call
from sandbox.rest.forums import check_tags
from sandbox.rest.routes import Routes
from sandbox.rules.channels import check_channel, check_overwrite, check_thread
from sandbox.snowflake import as_id
from sandbox.world.models import Channel, ChannelFlag, ChannelType, Json, Overwrite

routes = Routes()

#: Channel types that can be made here; the others come with the issues that need them.
MAKEABLE = {
    ChannelType.TEXT,
    ChannelType.VOICE,
    ChannelType.CATEGORY,
    ChannelType.NEWS,
    ChannelType.STAGE,
    ChannelType.FORUM,
}
MOST_CHANNELS = 500
#: docs: Create Group DM: people in one conversation.
MOST_IN_GROUP = 10


@routes.get("/channels/{channel_id}")
async def read(call: Call) -> Json:
    """Get Channel."""
    channel = call.world.channel(call.id("channel_id"))
    permissions.need_in_channel(call.world, channel, call.user.id, Permission.VIEW_CHANNEL)
    return places.channel(call.world, channel, call.user.id)


@routes.get("/guilds/{guild_id}/channels")
async def of_guild(call: Call) -> list[Json]:
    """Get Guild Channels; bots see all, people what they may see."""
    guild_id = call.id("guild_id")
    permissions.need_in_guild(call.world, guild_id, call.user.id, 0)
    channels = call.world.channels_of(guild_id)
    if call.caller.kind == "user":
        channels = [one for one in channels if permissions.can_see(call.world, one, call.user.id)]
    return [places.channel(call.world, one) for one in channels]


@routes.post("/guilds/{guild_id}/channels")
async def make(call: Call) -> Answer:
    """Create Guild Channel."""
    guild_id = call.id("guild_id")
    permissions.need_in_guild(call.world, guild_id, call.user.id, Permission.MANAGE_CHANNELS)
    form = await call.form()
    check_channel(form, creating=True)
    kind = form.get("type") or 0
    if kind not in MAKEABLE:
        raise InvalidForm.field("type", "BASE_TYPE_CHOICES", f"Value must be one of {sorted(map(int, MAKEABLE))}.")
    if len(call.world.channels_of(guild_id)) >= MOST_CHANNELS:
        raise ApiError(400, 30013, f"Maximum number of guild channels reached ({MOST_CHANNELS})")
    overwrites = form.get("permission_overwrites")
    channel = acts.make_channel(
        call.core,
        guild_id,
        form["name"],
        kind=kind,
        parent_id=_category(call, guild_id, form),
        topic=form.get("topic"),
        position=form.get("position"),
        nsfw=bool(form.get("nsfw")),
        slowmode=form.get("rate_limit_per_user") or 0,
        overwrites=None if overwrites is None else read_overwrites(overwrites),
        settings={key: value for key, value in form.items() if key != "flags"},
    )
    return Answer(201, places.channel(call.world, channel))


@routes.patch("/guilds/{guild_id}/channels")
async def reorder(call: Call) -> None:
    """Modify Guild Channel Positions."""
    guild_id = call.id("guild_id")
    permissions.need_in_guild(call.world, guild_id, call.user.id, Permission.MANAGE_CHANNELS)
    for item in await call.items():
        channel = call.world.channel(as_id(item.get("id")) or "")
        if channel.guild_id != guild_id:
            raise unknown("channel")
        if item.get("position") is not None:
            channel.position = int(item["position"])
        if "parent_id" in item:
            channel.parent_id = as_id(item["parent_id"])
        acts.change_channel(call.core, channel)


@routes.patch("/channels/{channel_id}")
async def change(call: Call) -> Json:
    """Modify Channel, or a thread."""
    channel = call.world.channel(call.id("channel_id"))
    if channel.guild_id is None:
        raise ApiError(403, 50003, "Cannot execute action on a DM channel")
    form = await call.form()
    if channel.is_thread:
        check_thread(form, creating=False)
        _change_thread(call, channel, form)
    else:
        check_channel(form, creating=False, kind=channel.type)
        needed = Permission.MANAGE_CHANNELS
        if "permission_overwrites" in form:
            needed |= Permission.MANAGE_ROLES
        permissions.need_in_channel(call.world, channel, call.user.id, needed)
        _apply(call, channel, form)
    acts.change_channel(call.core, channel)
    return places.channel(call.world, channel, call.user.id)


@routes.delete("/channels/{channel_id}")
async def close(call: Call) -> Json:
    """Delete or close a channel."""
    channel = call.world.channel(call.id("channel_id"))
    answer = places.channel(call.world, channel, call.user.id)
    if call.world.is_direct(channel):
        permissions.need_in_channel(call.world, channel, call.user.id, 0)
        return answer
    needed = Permission.MANAGE_THREADS if channel.is_thread else Permission.MANAGE_CHANNELS
    permissions.need_in_channel(call.world, channel, call.user.id, needed)
    acts.delete_channel(call.core, channel)
    return answer


@routes.put("/channels/{channel_id}/permissions/{overwrite_id}")
async def put_overwrite(call: Call) -> None:
    """Edit Channel Permissions."""
    channel = call.world.channel(call.id("channel_id"))
    allowed = permissions.need_in_channel(call.world, channel, call.user.id, Permission.MANAGE_ROLES)
    form = await call.form()
    check_overwrite(form)
    (overwrite,) = read_overwrites([{**form, "id": call.id("overwrite_id")}])
    # docs: Edit Channel Permissions: one may only allow or deny what one has (administrators have all).
    if (overwrite.allow | overwrite.deny) & ~allowed:
        raise missing_permissions()
    channel.overwrites = [one for one in channel.overwrites if one.id != overwrite.id] + [overwrite]
    acts.change_channel(call.core, channel)


@routes.delete("/channels/{channel_id}/permissions/{overwrite_id}")
async def delete_overwrite(call: Call) -> None:
    """Delete Channel Permission."""
    channel = call.world.channel(call.id("channel_id"))
    permissions.need_in_channel(call.world, channel, call.user.id, Permission.MANAGE_ROLES)
    overwrite_id = call.id("overwrite_id")
    if all(one.id != overwrite_id for one in channel.overwrites):
        raise unknown("overwrite")
    channel.overwrites = [one for one in channel.overwrites if one.id != overwrite_id]
    acts.change_channel(call.core, channel)


@routes.post("/users/@me/channels")
async def open_direct(call: Call) -> Json:
    """Create DM, the same conversation every time; people also begin one with several others."""
    form = await call.form()
    if "recipients" in form:
        return _open_group(call, form)
    other = call.world.user(as_id(form.get("recipient_id")) or "")
    if other.id == call.user.id or (other.bot and call.user.bot):
        raise ApiError(400, 50007, "Cannot send messages to this user")
    channel = acts.direct_channel(call.core, call.user.id, other.id)
    return places.channel(call.world, channel, call.user.id)


def _open_group(call: Call, form: Json) -> Json:
    """What people's own client does; bots need people's tokens for it (docs: Create Group DM)."""
    if call.caller.kind != "user":
        raise ApiError(403, 20001, "Bots cannot use this endpoint")
    others = [call.world.user(as_id(one) or "") for one in values(form["recipients"])]
    if not 1 <= len(others) <= MOST_IN_GROUP - 1:
        raise InvalidForm.field("recipients", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 9 in length.")
    if any(other.bot for other in others):
        raise ApiError(400, 50007, "Cannot send messages to this user")
    channel = acts.group_channel(call.core, call.user.id, [other.id for other in others])
    return places.channel(call.world, channel, call.user.id)


@routes.get("/users/@me/channels")
async def my_direct(call: Call) -> list[Json]:
    """One's direct conversations; bots get an empty list, as on Discord."""
    if call.caller.kind == "bot":
        return []
    return [places.channel(call.world, one, call.user.id) for one in call.world.direct_channels_of(call.user.id)]


def read_overwrites(given: Any) -> list[Overwrite]:
    """Overwrites of a body; bit sets arrive as strings or numbers."""
    answer: list[Overwrite] = []
    for index, one in enumerate(given or []):
        overwrite_id = as_id(one.get("id"))
        kind = {"role": 0, "member": 1}.get(one.get("type"), one.get("type") or 0)
        if overwrite_id is None or kind not in (0, 1):
            raise InvalidForm.field(f"permission_overwrites.{index}.id", "BASE_TYPE_REQUIRED", "This field is required")
        answer.append(Overwrite(overwrite_id, kind, int(one.get("allow") or 0), int(one.get("deny") or 0)))
    return answer


def _apply(call: Call, channel: Channel, form: Json) -> None:
    if "name" in form:
        channel.name = acts.shown_name(channel.type, form["name"])
    for key, attribute in (("topic", "topic"), ("nsfw", "nsfw"), ("position", "position")):
        if key in form:
            setattr(channel, attribute, form[key])
    if "rate_limit_per_user" in form:
        channel.slowmode = form["rate_limit_per_user"] or 0
    if "parent_id" in form:
        channel.parent_id = _category(call, channel.guild_id or "", form)
    acts.settle(call.core, channel, form)
    if "permission_overwrites" in form:
        channel.overwrites = read_overwrites(form["permission_overwrites"])


def _change_post(call: Call, post: Channel, form: Json, allowed: int) -> None:
    """Tags of a forum's post, and whether it is pinned: one post of a forum may be (docs: Channel Flags)."""
    forum = call.world.parent(post)
    if form.get("applied_tags") is not None and forum.type == ChannelType.FORUM:
        tags = list(dict.fromkeys(as_id(one) or "" for one in form["applied_tags"]))
        check_tags(forum, set(tags) ^ set(post.applied_tags or []), allowed)
        if forum.flags & ChannelFlag.REQUIRE_TAG and not tags:
            raise ApiError(400, 40067, "A tag is required to create a forum post in this channel")
        post.applied_tags = tags
    if form.get("flags") is not None:
        if not allowed & Permission.MANAGE_THREADS:
            raise missing_permissions()
        post.flags = form["flags"] & ChannelFlag.PINNED


def _category(call: Call, guild_id: str, form: Json) -> str | None:
    parent_id = as_id(form.get("parent_id"))
    parent = call.world.channels.get(parent_id)
    if parent_id is not None and (parent is None or parent.guild_id != guild_id or parent.type != ChannelType.CATEGORY):
        raise InvalidForm.field("parent_id", "CHANNEL_PARENT_INVALID", "Category does not exist")
    return parent_id


def _change_thread(call: Call, thread: Channel, form: Json) -> None:
    """docs: Modify Channel, Thread: its owner may rename and archive; locking needs MANAGE_THREADS."""
    allowed = permissions.need_in_channel(call.world, thread, call.user.id, Permission.VIEW_CHANNEL)
    manages = bool(allowed & Permission.MANAGE_THREADS)
    if thread.archived and form.get("archived") is not False:
        raise ApiError(400, 50083, "Thread is archived")
    only_unarchives = set(form) == {"archived"} and form["archived"] is False and not thread.locked
    if not manages:
        may_speak = bool(allowed & Permission.SEND_MESSAGES_IN_THREADS)
        if not (thread.owner_id == call.user.id or (only_unarchives and may_speak)):
            raise missing_permissions()
        if thread.locked or {"locked", "rate_limit_per_user"} & set(form):
            raise missing_permissions()
    _change_post(call, thread, form, allowed)
    if "name" in form:
        thread.name = form["name"].strip()
    if form.get("archived") is not None and form["archived"] != thread.archived:
        thread.archived = form["archived"]
        thread.archive_changed_at = call.core.clock.iso()
    for key, attribute in (("locked", "locked"), ("invitable", "invitable"), ("auto_archive_duration", "auto_archive")):
        if form.get(key) is not None:
            setattr(thread, attribute, form[key])
    if "rate_limit_per_user" in form:
        thread.slowmode = form["rate_limit_per_user"] or 0
