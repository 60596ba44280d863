"""Roles of a server."""

from __future__ import annotations

from sandbox import permissions
from sandbox.acts import guilds as acts
from sandbox.bodies import fields
from sandbox.errors import ApiError, missing_permissions
from sandbox.permissions import ALL, Permission
from sandbox.render import people
from sandbox.rest.call import Call
from sandbox.rest.routes import Routes
from sandbox.rules.roles import check_role
from sandbox.snowflake import as_id
from sandbox.world.models import Json, Role

routes = Routes()

#: docs: code 30005.
MOST_ROLES = 250


@routes.get("/guilds/{guild_id}/roles")
async def listed(call: Call) -> list[Json]:
    """Get Guild Roles."""
    guild_id = call.id("guild_id")
    permissions.need_in_guild(call.world, guild_id, call.user.id, 0)
    return [people.role(one) for one in call.world.roles.of(guild_id)]


@routes.get("/guilds/{guild_id}/roles/{role_id}")
async def read(call: Call) -> Json:
    """Get Guild Role."""
    guild_id = call.id("guild_id")
    permissions.need_in_guild(call.world, guild_id, call.user.id, 0)
    return people.role(call.world.role(guild_id, call.id("role_id")))


@routes.post("/guilds/{guild_id}/roles")
async def make(call: Call) -> Json:
    """Create Guild Role: nobody gives more than they have."""
    guild_id = call.id("guild_id")
    allowed = permissions.need_in_guild(call.world, guild_id, call.user.id, Permission.MANAGE_ROLES)
    if len(call.world.roles.of(guild_id)) >= MOST_ROLES:
        raise ApiError(400, 30005, f"Maximum number of guild roles reached ({MOST_ROLES})")
    form = await call.form()
    check_role(form)
    everyone = call.world.role(guild_id, guild_id).permissions
    given = everyone if form.get("permissions") is None else int(form["permissions"])
    _need_to_have(given, allowed)
    role = acts.make_role(call.core, guild_id, form.get("name") or "new role", given)
    _apply(role, {key: form[key] for key in form if key not in ("name", "permissions")})
    return _kept(call, role)


@routes.patch("/guilds/{guild_id}/roles/{role_id}")
async def change(call: Call) -> Json:
    """Modify Guild Role."""
    role, allowed = _below(call)
    form = await call.form()
    check_role(form)
    if form.get("permissions") is not None:
        _need_to_have(int(form["permissions"]) & ~role.permissions, allowed)
        role.permissions = int(form["permissions"]) & ALL
    if form.get("name") and role.id != role.guild_id:
        role.name = form["name"]
    _apply(role, form)
    return _kept(call, role)


@routes.patch("/guilds/{guild_id}/roles")
async def reorder(call: Call) -> list[Json]:
    """Modify Guild Role Positions."""
    guild_id = call.id("guild_id")
    permissions.need_in_guild(call.world, guild_id, call.user.id, Permission.MANAGE_ROLES)
    for item in await call.items():
        role = call.world.role(guild_id, as_id(item.get("id")) or "")
        if item.get("position") is not None:
            role.position = int(item["position"])
            _kept(call, role)
    return [people.role(one) for one in call.world.roles.of(guild_id)]


@routes.delete("/guilds/{guild_id}/roles/{role_id}")
async def delete(call: Call) -> None:
    """Delete Guild Role: its members lose it, overwrites of it go."""
    role, _ = _below(call)
    if role.managed or role.id == role.guild_id:
        raise ApiError(400, 50028, "Invalid role")
    acts.delete_role(call.core, role)


def _below(call: Call) -> tuple[Role, int]:
    guild_id = call.id("guild_id")
    allowed = permissions.need_in_guild(call.world, guild_id, call.user.id, Permission.MANAGE_ROLES)
    role = call.world.role(guild_id, call.id("role_id"))
    if role.position >= permissions.top_position(call.world, guild_id, call.user.id):
        raise missing_permissions()
    return role, allowed


def _need_to_have(given: int, allowed: int) -> None:
    if given & ~allowed:
        raise missing_permissions()


def _apply(role: Role, form: Json) -> None:
    for key in ("hoist", "mentionable"):
        if form.get(key) is not None:
            setattr(role, key, bool(form[key]))
    colors = fields(form.get("colors"))
    color = colors.get("primary_color", form.get("color"))
    if color is not None:
        role.color = int(color)
    if colors:
        role.secondary_color = colors.get("secondary_color")
        role.tertiary_color = colors.get("tertiary_color")
    if "unicode_emoji" in form:
        role.unicode_emoji = form["unicode_emoji"]


def _kept(call: Call, role: Role) -> Json:
    acts.change_role(call.core, role)
    return people.role(role)
