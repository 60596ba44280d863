"""Users, one's own servers, the application, and where the gateway is."""

from __future__ import annotations

from sandbox.acts import guilds as acts
from sandbox.errors import ApiError, missing_access, unauthorized
from sandbox.render import people, places
from sandbox.rest.call import Call
from sandbox.rest.routes import ALSO_BEARER, ANYBODY, Routes
from sandbox.rules.images import check_data_uri
from sandbox.rules.names import check_username
from sandbox.world.models import Json, User

routes = Routes()

#: docs: Gateway, Sharding: sessions a bot may start in a day.
SESSIONS_A_DAY = 1000
AVATAR_BYTES = 10 << 20


def _self(call: Call, scope: str) -> User:
    """Who calls; an OAuth2 token needs `scope`."""
    if call.caller.user is None:
        raise unauthorized()
    if call.caller.grant is not None and scope not in call.caller.grant.scopes:
        raise missing_access()
    return call.caller.user


@routes.get("/users/@me", callers=ALSO_BEARER)
async def me(call: Call) -> Json:
    """Get Current User."""
    user = _self(call, "identify")
    mail = call.caller.kind == "user" or bool(call.caller.grant and "email" in call.caller.grant.scopes)
    return people.own_user(user, with_email=mail)


@routes.patch("/users/@me")
async def change_me(call: Call) -> Json:
    """Modify Current User: username, avatar, banner."""
    form = await call.form()
    if form.get("username") is not None:
        check_username(form["username"])
        call.user.username = form["username"]
    for key, place in (("avatar", "avatars"), ("banner", "banners")):
        if key in form:
            setattr(call.user, key, _picture(call, form[key], f"{place}/{call.user.id}", key))
    call.world.users.put(call.user)
    body = people.own_user(call.user)
    call.core.hub.to_users("USER_UPDATE", [call.user.id], body)
    return body


def _picture(call: Call, uri: str | None, place: str, field: str) -> str | None:
    if uri is None:
        return None
    data, mime = check_data_uri(uri, AVATAR_BYTES, field=field)
    return call.world.keep_picture(place, data, mime)


@routes.get("/users/@me/guilds", callers=ALSO_BEARER)
async def my_guilds(call: Call) -> list[Json]:
    """Get Current User Guilds."""
    user = _self(call, "guilds")
    limit = call.number("limit", 200, 1, 200)
    before, after = call.query_id("before"), call.query_id("after")
    guilds = sorted(call.world.guilds_of(user.id), key=lambda guild: int(guild.id))
    if before is not None:
        guilds = [guild for guild in guilds if int(guild.id) < int(before)][-limit:]
    if after is not None:
        guilds = [guild for guild in guilds if int(guild.id) > int(after)]
    counts = call.asks("with_counts")
    return [places.own_guild(call.world, guild, user.id, counts=counts) for guild in guilds[:limit]]


@routes.get("/users/@me/guilds/{guild_id}/member", callers=ALSO_BEARER)
async def my_member(call: Call) -> Json:
    """Get Current User Guild Member (scope guilds.members.read)."""
    user = _self(call, "guilds.members.read")
    guild_id = call.id("guild_id")
    call.world.guild(guild_id)
    return people.member(call.world, call.world.member(guild_id, user.id))


@routes.delete("/users/@me/guilds/{guild_id}")
async def leave(call: Call) -> None:
    """Leave Guild."""
    guild = call.world.guild(call.id("guild_id"))
    call.world.member(guild.id, call.user.id)
    if guild.owner_id == call.user.id:
        raise ApiError(400, 50055, "Invalid Guild")
    acts.leave(call.core, guild.id, call.user.id)


@routes.get("/users/{user_id}")
async def read(call: Call) -> Json:
    """Get User."""
    return people.user(call.world.user(call.id("user_id")))


@routes.get("/oauth2/applications/@me")
async def my_application(call: Call) -> Json:
    """Get Current Bot Application Information."""
    return people.own_application(call.world, call.application)


@routes.get("/applications/@me")
async def my_application_too(call: Call) -> Json:
    """Get Current Application."""
    return people.own_application(call.world, call.application)


@routes.patch("/applications/@me")
async def change_application(call: Call) -> Json:
    """Edit Current Application: description, tags, icon."""
    form = await call.form()
    application = call.application
    if form.get("description") is not None:
        application.description = str(form["description"])
    if form.get("tags") is not None:
        application.tags = [str(tag) for tag in form["tags"]]
    if "icon" in form:
        application.icon = _picture(call, form["icon"], f"app-icons/{application.id}", "icon")
    call.world.applications.put(application)
    return people.own_application(call.world, application)


@routes.get("/gateway", callers=ANYBODY)
async def gateway(call: Call) -> Json:
    """Get Gateway."""
    return {"url": call.world.origin.replace("http", "ws", 1)}


@routes.get("/gateway/bot")
async def gateway_for_bots(call: Call) -> Json:
    """Get Gateway Bot."""
    started = sum(1 for _ in call.core.hub.sessions(user_id=call.application.id))
    start_limit = {
        "total": SESSIONS_A_DAY,
        "remaining": SESSIONS_A_DAY - started,
        "reset_after": 86_400_000,
        "max_concurrency": 1,
    }
    return {"url": call.world.origin.replace("http", "ws", 1), "shards": 1, "session_start_limit": start_limit}
