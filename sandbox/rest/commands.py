"""Application commands: registering, reading, permissions, and the search behind the client's picker."""

from __future__ import annotations

from sandbox import permissions
from sandbox.acts import commands as acts
from sandbox.bodies import objects
from sandbox.errors import ApiError, InvalidForm, missing_access, unknown
from sandbox.permissions import Permission
from sandbox.render import people
from sandbox.rest.call import Answer, Call
from sandbox.rest.routes import Routes
from sandbox.rules.commands import check_command, check_commands
from sandbox.world.models import Command, CommandPermissions, Json
from sandbox.world.world import pair

routes = Routes()

EVERYWHERE = "/applications/{application_id}/commands"
IN_GUILD = "/applications/{application_id}/guilds/{guild_id}/commands"
#: docs: Application Command Permissions: entries per command.
MOST_PERMISSIONS = 100


@routes.get(EVERYWHERE)
@routes.get(IN_GUILD)
async def listed(call: Call) -> list[Json]:
    """Get Global, or Guild, Application Commands."""
    application_id, guild_id = _scope(call)
    return [acts.rendered(one) for one in acts.scope(call.world, application_id, guild_id)]


@routes.put(EVERYWHERE)
@routes.put(IN_GUILD)
async def overwrite(call: Call) -> list[Json]:
    """Bulk Overwrite: what is not in the list is gone; ids stay with type and name."""
    application_id, guild_id = _scope(call)
    forms = await call.items()
    check_commands(forms)
    kept = [acts.register(call.core, application_id, guild_id, form)[0] for form in forms]
    staying = {one.id for one in kept}
    for old in acts.scope(call.world, application_id, guild_id):
        if old.id not in staying:
            call.world.commands.drop(old.id)
    return [acts.rendered(one) for one in kept]


@routes.post(EVERYWHERE)
@routes.post(IN_GUILD)
async def make(call: Call) -> Answer:
    """Create: 201 for a new one, 200 when one of that name was replaced."""
    application_id, guild_id = _scope(call)
    form = await call.form()
    check_command(form)
    others = [one.body for one in acts.scope(call.world, application_id, guild_id) if one.body["name"] != form["name"]]
    check_commands([*others, form])
    command, is_new = acts.register(call.core, application_id, guild_id, form)
    return Answer(201 if is_new else 200, acts.rendered(command))


@routes.get(EVERYWHERE + "/{command_id}")
@routes.get(IN_GUILD + "/{command_id}")
async def read(call: Call) -> Json:
    """Get one."""
    return acts.rendered(_command(call))


@routes.patch(EVERYWHERE + "/{command_id}")
@routes.patch(IN_GUILD + "/{command_id}")
async def change(call: Call) -> Json:
    """Edit: the fields that are given."""
    command = _command(call)
    form = await call.form()
    check_command({"type": command.body["type"], **form}, editing=True)
    command.body = acts.settled({**command.body, **form, "type": command.body["type"]})
    command.version = call.world.new_id()
    call.world.commands.put(command)
    return acts.rendered(command)


@routes.delete(EVERYWHERE + "/{command_id}")
@routes.delete(IN_GUILD + "/{command_id}")
async def delete(call: Call) -> None:
    """Delete."""
    call.world.commands.drop(_command(call).id)


# ---------------------------------------------------------------------------------------------------- permissions


@routes.get(IN_GUILD + "/permissions")
async def all_permissions(call: Call) -> list[Json]:
    """Get Guild Application Command Permissions."""
    guild_id, application_id = call.id("guild_id"), call.id("application_id")
    permissions.need_in_guild(call.world, guild_id, call.user.id, 0)
    rows = call.world.command_permissions.of(guild_id)
    return [_permissions(row) for row in rows if row.application_id == application_id]


@routes.get(IN_GUILD + "/{command_id}/permissions")
async def read_permissions(call: Call) -> Json:
    """Get Application Command Permissions; 10066 while nobody set any."""
    guild_id = call.id("guild_id")
    permissions.need_in_guild(call.world, guild_id, call.user.id, 0)
    row = call.world.command_permissions.get(pair(guild_id, call.id("command_id")))
    if row is None:
        raise unknown("command permissions")
    return _permissions(row)


@routes.put(IN_GUILD + "/{command_id}/permissions")
async def set_permissions(call: Call) -> Json:
    """Edit Application Command Permissions: a person who manages the server, never the bot itself."""
    guild_id, application_id, command_id = call.id("guild_id"), call.id("application_id"), call.id("command_id")
    if call.caller.kind == "bot":
        raise ApiError(403, 20001, "Bots cannot use this endpoint")
    needed = Permission.MANAGE_GUILD | Permission.MANAGE_ROLES
    permissions.need_in_guild(call.world, guild_id, call.user.id, needed)
    if command_id != application_id and command_id not in call.world.commands:
        raise unknown("command")
    given = objects((await call.form()).get("permissions"))
    if len(given) > MOST_PERMISSIONS:
        raise InvalidForm.field("permissions", "BASE_TYPE_MAX_LENGTH", "Must be 100 or fewer in length.")
    rows = [{"id": str(one["id"]), "type": int(one["type"]), "permission": bool(one["permission"])} for one in given]
    row = CommandPermissions(command_id, application_id, guild_id, rows)
    call.world.command_permissions.put(row)
    body = _permissions(row)
    call.core.hub.to_application("APPLICATION_COMMAND_PERMISSIONS_UPDATE", application_id, guild_id, body)
    return body


# ---------------------------------------------------------------------------------------------------- for people


@routes.get("/channels/{channel_id}/application-commands/search")
async def search(call: Call) -> Json:
    """The commands one may use here, for the client's picker."""
    channel = call.world.channel(call.id("channel_id"))
    permissions.need_in_channel(call.world, channel, call.user.id, Permission.VIEW_CHANNEL)
    kind = call.number("type", acts.CHAT_INPUT, 1, 3)
    words = (call.query("query") or "").casefold().split()
    locale = call.query("locale") or call.locale
    usable = [
        acts.rendered(one, locale)
        for one in call.world.commands
        if one.body["type"] == kind and acts.may_use(call.world, one, call.user, channel)
    ]
    matching = [one for one in usable if all(word in _searched(one) for word in words)]
    matching.sort(key=lambda one: one.get("name_localized") or one["name"])
    found = matching[: call.number("limit", 100, 1, 1000)]
    applications = [call.world.application(one) for one in dict.fromkeys(one["application_id"] for one in found)]
    return {
        "applications": [
            {**people.application(one), "bot": people.user(call.world.user(one.id))} for one in applications
        ],
        "application_commands": found,
        "cursor": None,
    }


def _searched(command: Json) -> str:
    parts = [command["name"], command.get("name_localized") or ""]
    for option in command["options"]:
        if option["type"] in (1, 2):
            parts += [option["name"], *(inner["name"] for inner in objects(option.get("options")))]
    return " ".join(parts).casefold()


def _scope(call: Call) -> tuple[str, str | None]:
    """Whose commands, and for which server; 20012 for another application's, 50001 where the bot is not."""
    application_id = call.id("application_id")
    if call.application.id != application_id:
        raise ApiError(403, 20012, "You are not authorized to perform this action on this application")
    if "guild_id" not in call.request.match_info:
        return application_id, None
    guild_id = call.id("guild_id")
    if call.world.membership(guild_id, application_id) is None:
        raise missing_access()
    return application_id, guild_id


def _command(call: Call) -> Command:
    application_id, guild_id = _scope(call)
    command = call.world.commands.get(call.id("command_id"))
    if command is None or (command.application_id, command.guild_id) != (application_id, guild_id):
        raise unknown("command")
    return command


def _permissions(row: CommandPermissions) -> Json:
    return {
        "id": row.id,
        "application_id": row.application_id,
        "guild_id": row.guild_id,
        "permissions": list(row.permissions),
    }
