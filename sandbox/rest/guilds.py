"""Servers, their members, bans and roles."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import unquote

from sandbox import permissions
from sandbox.acts import guilds as acts
from sandbox.acts import messages as message_acts
from sandbox.bodies import values
from sandbox.errors import ApiError, InvalidForm, missing_permissions, unknown
from sandbox.permissions import Permission
from sandbox.render import people, places
from sandbox.rest.call import Call
from sandbox.rest.routes import Routes
from sandbox.rules.images import check_data_uri
from sandbox.rules.names import check_nickname
from sandbox.snowflake import as_id, made_at
from sandbox.world.models import Ban, Json, Member
from sandbox.world.world import pair

routes = Routes()

ICON_BYTES = 10 << 20
#: docs: Modify Guild Member: a time-out lasts at most 28 days, in seconds.
LONGEST_TIME_OUT = 28 * 86_400


@routes.get("/guilds/{guild_id}")
async def read(call: Call) -> Json:
    """Get Guild."""
    guild_id = _inside(call, 0)
    answer = places.guild(call.world, call.world.guild(guild_id))
    if call.asks("with_counts"):
        online = len(call.core.hub.presences(guild_id))
        answer |= {
            "approximate_member_count": len(call.world.members.of(guild_id)),
            "approximate_presence_count": online,
        }
    return answer


@routes.patch("/guilds/{guild_id}")
async def change(call: Call) -> Json:
    """Modify Guild: name, description, icon, language, system channel."""
    guild = call.world.guild(_inside(call, Permission.MANAGE_GUILD))
    form = await call.form()
    if "name" in form:
        name = str(form["name"] or "").strip()
        if not 2 <= len(name) <= 100:
            raise InvalidForm.field("name", "BASE_TYPE_BAD_LENGTH", "Must be between 2 and 100 in length.")
        guild.name = name
    if "icon" in form:
        guild.icon = None
        if form["icon"] is not None:
            data, mime = check_data_uri(form["icon"], ICON_BYTES, field="icon")
            guild.icon = call.world.keep_picture(f"icons/{guild.id}", data, mime)
    for key in ("description", "preferred_locale"):
        if key in form:
            setattr(guild, key, form[key])
    if "system_channel_id" in form:
        guild.system_channel_id = as_id(form["system_channel_id"])
    call.world.guilds.put(guild)
    body = places.guild(call.world, guild)
    call.core.hub.to_guild("GUILD_UPDATE", guild.id, body)
    return body


# ---------------------------------------------------------------------------------------------------- members


@routes.get("/guilds/{guild_id}/members")
async def members(call: Call) -> list[Json]:
    """List Guild Members: needs the members intent for bots, as on Discord."""
    guild_id = _inside(call, 0)
    if call.caller.kind == "bot" and not call.application.approved_intents & (1 << 1):
        raise ApiError(403, 50001, "Missing Access")
    limit, after = call.number("limit", 1, 1, 1000), call.query_id("after")
    rows = sorted(call.world.members.of(guild_id), key=lambda row: int(row.user_id))
    rows = [row for row in rows if after is None or int(row.user_id) > int(after)]
    return [people.member(call.world, row) for row in rows[:limit]]


@routes.get("/guilds/{guild_id}/members/search")
async def search(call: Call) -> list[Json]:
    """Search Guild Members by the beginning of a name."""
    guild_id = _inside(call, 0)
    query = (call.query("query") or "").casefold()
    found: list[Json] = []
    for row in call.world.members.of(guild_id):
        user = call.world.user(row.user_id)
        names = (row.nick, user.username, user.global_name)
        if any((name or "").casefold().startswith(query) for name in names):
            found.append(people.member(call.world, row))
    return found[: call.number("limit", 1, 1, 1000)]


@routes.get("/guilds/{guild_id}/members/{user_id}")
async def member(call: Call) -> Json:
    """Get Guild Member."""
    return people.member(call.world, _member(call, _inside(call, 0)))


@routes.patch("/guilds/{guild_id}/members/@me")
async def change_me(call: Call) -> Json:
    """Modify Current Member: one's nickname."""
    guild_id = _inside(call, 0)
    row = call.world.member(guild_id, call.user.id)
    form = await call.form()
    if "nick" in form:
        allowed = permissions.in_guild(call.world, guild_id, call.user.id)
        if not allowed & (Permission.CHANGE_NICKNAME | Permission.MANAGE_NICKNAMES):
            raise missing_permissions()
        _rename(row, form["nick"])
    acts.change_member(call.core, row)
    return people.member(call.world, row)


@routes.patch("/guilds/{guild_id}/members/{user_id}")
async def change_member(call: Call) -> Json:
    """Modify Guild Member: nickname, roles, time-out, each with its own right and the order of roles."""
    guild_id = _inside(call, 0)
    row = _member(call, guild_id)
    form = await call.form()
    allowed = permissions.in_guild(call.world, guild_id, call.user.id)
    needed = {
        "nick": Permission.MANAGE_NICKNAMES,
        "roles": Permission.MANAGE_ROLES,
        "communication_disabled_until": Permission.MODERATE_MEMBERS,
    }
    if any(key in form and not allowed & right for key, right in needed.items()):
        raise missing_permissions()
    if row.user_id != call.user.id:
        permissions.need_above(call.world, guild_id, call.user.id, row.user_id)
    if "nick" in form:
        _rename(row, form["nick"])
    if "roles" in form:
        wanted = [_role_id(call, guild_id, value) for value in values(form["roles"])]
        for role_id in set(wanted) ^ set(row.roles):
            _need_below(call, guild_id, role_id)
        row.roles = list(dict.fromkeys(wanted))
    if "communication_disabled_until" in form:
        row.timed_out_until = _time_out(call, form["communication_disabled_until"])
    acts.change_member(call.core, row)
    return people.member(call.world, row)


@routes.put("/guilds/{guild_id}/members/{user_id}/roles/{role_id}")
async def give_role(call: Call) -> None:
    """Add Guild Member Role."""
    row, role_id = _member_and_role(call)
    if role_id not in row.roles:
        row.roles.append(role_id)
        acts.change_member(call.core, row)


@routes.delete("/guilds/{guild_id}/members/{user_id}/roles/{role_id}")
async def take_role(call: Call) -> None:
    """Remove Guild Member Role."""
    row, role_id = _member_and_role(call)
    if role_id in row.roles:
        row.roles.remove(role_id)
        acts.change_member(call.core, row)


@routes.delete("/guilds/{guild_id}/members/{user_id}")
async def kick(call: Call) -> None:
    """Remove Guild Member (KICK_MEMBERS)."""
    guild_id = _inside(call, Permission.KICK_MEMBERS)
    row = _member(call, guild_id)
    permissions.need_above(call.world, guild_id, call.user.id, row.user_id)
    acts.leave(call.core, guild_id, row.user_id)


# ---------------------------------------------------------------------------------------------------- bans


@routes.get("/guilds/{guild_id}/bans")
async def bans(call: Call) -> list[Json]:
    """Get Guild Bans."""
    guild_id = _inside(call, Permission.BAN_MEMBERS)
    rows = sorted(call.world.bans.of(guild_id), key=lambda row: int(row.user_id))
    after = call.query_id("after")
    rows = [row for row in rows if after is None or int(row.user_id) > int(after)]
    return [_ban(call, row) for row in rows[: call.number("limit", 1000, 1, 1000)]]


@routes.get("/guilds/{guild_id}/bans/{user_id}")
async def ban_of(call: Call) -> Json:
    """Get Guild Ban."""
    guild_id = _inside(call, Permission.BAN_MEMBERS)
    row = call.world.bans.get(pair(guild_id, call.id("user_id")))
    if row is None:
        raise unknown("ban")
    return _ban(call, row)


@routes.put("/guilds/{guild_id}/bans/{user_id}")
async def ban(call: Call) -> None:
    """Create Guild Ban; whoever is inside is removed."""
    guild_id = _inside(call, Permission.BAN_MEMBERS)
    user = call.world.user(call.id("user_id"))
    form = await call.form()
    if call.world.membership(guild_id, user.id) is not None:
        permissions.need_above(call.world, guild_id, call.user.id, user.id)
        acts.leave(call.core, guild_id, user.id)
    _sweep(call, guild_id, user.id, int(form.get("delete_message_seconds") or 0))
    reason = call.request.headers.get("X-Audit-Log-Reason")
    call.world.bans.put(Ban(guild_id, user.id, unquote(reason) if reason else None))
    call.core.hub.to_guild("GUILD_BAN_ADD", guild_id, {"guild_id": guild_id, "user": people.user(user)})


@routes.delete("/guilds/{guild_id}/bans/{user_id}")
async def unban(call: Call) -> None:
    """Remove Guild Ban."""
    guild_id = _inside(call, Permission.BAN_MEMBERS)
    user_id = call.id("user_id")
    await call.form()
    if pair(guild_id, user_id) not in call.world.bans:
        raise unknown("ban")
    call.world.bans.drop(pair(guild_id, user_id))
    body = {"guild_id": guild_id, "user": people.user(call.world.user(user_id))}
    call.core.hub.to_guild("GUILD_BAN_REMOVE", guild_id, body)


# ------------------------------------------------------------------------------------------------ parts of the above


def _inside(call: Call, needed: int) -> str:
    guild_id = call.id("guild_id")
    permissions.need_in_guild(call.world, guild_id, call.user.id, needed)
    return guild_id


def _member(call: Call, guild_id: str) -> Member:
    user_id = call.user.id if call.text("user_id") == "@me" else call.id("user_id")
    return call.world.member(guild_id, user_id)


def _member_and_role(call: Call) -> tuple[Member, str]:
    guild_id = _inside(call, Permission.MANAGE_ROLES)
    row = _member(call, guild_id)
    role_id = _role_id(call, guild_id, call.id("role_id"))
    _need_below(call, guild_id, role_id)
    return row, role_id


def _role_id(call: Call, guild_id: str, value: Any) -> str:
    return call.world.role(guild_id, as_id(value) or "").id


def _need_below(call: Call, guild_id: str, role_id: str) -> None:
    """One may only hand out roles below one's own highest, and never those that belong to a bot."""
    role = call.world.role(guild_id, role_id)
    if role.managed or role.position >= permissions.top_position(call.world, guild_id, call.user.id):
        raise missing_permissions()


def _rename(row: Member, nick: Any) -> None:
    if nick:
        check_nickname(nick)
    row.nick = nick or None


def _sweep(call: Call, guild_id: str, user_id: str, seconds: int) -> None:
    """Take away what somebody wrote in the last `seconds`, as a ban may ask."""
    earliest = call.core.clock.now() - seconds
    for channel in call.world.channels.of(guild_id):
        theirs = [one for one in call.world.messages.of(channel.id) if one.author_id == user_id]
        recent = [one for one in theirs if made_at(one.id) > earliest]
        if recent:
            message_acts.delete_many(call.core, channel, recent)


def _time_out(call: Call, until: Any) -> str | None:
    if until is None:
        return None
    try:
        ends = datetime.fromisoformat(str(until)).timestamp()
    except ValueError:
        raise InvalidForm.field(
            "communication_disabled_until", "DATE_TIME_TYPE_PARSE", f"Could not parse {until}. Should be ISO8601."
        ) from None
    if ends > call.core.clock.now() + LONGEST_TIME_OUT:
        raise InvalidForm.field(
            "communication_disabled_until", "DATE_TIME_TYPE_MAX", "A time-out lasts at most 28 days."
        )
    return str(until)


def _ban(call: Call, row: Ban) -> Json:
    return {"reason": row.reason, "user": people.user(call.world.user(row.user_id))}
