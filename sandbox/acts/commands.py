"""Application commands: how they are kept, who may use them where, and in which language they are shown."""

from __future__ import annotations

from typing import Any, cast

from sandbox import permissions
from sandbox.bodies import objects
from sandbox.core import Core
from sandbox.permissions import Permission
from sandbox.world.models import Channel, Command, Json, User
from sandbox.world.world import World, pair

CHAT_INPUT, USER_MENU, MESSAGE_MENU = 1, 2, 3
GUILD_INSTALL, USER_INSTALL = 0, 1
IN_GUILD, WITH_BOT, ELSEWHERE = 0, 1, 2

#: Fields of a definition that null means "not set" for, and that are left out then.
_OPTION_LISTS = ("options", "choices", "channel_types")


def settled(form: Json) -> Json:
    """A checked definition as it is kept: defaults filled in, nulls of options dropped."""
    kind = form.get("type") or CHAT_INPUT
    allowed = form.get("default_member_permissions")
    body: Json = {
        "type": kind,
        "name": form["name"],
        "name_localizations": form.get("name_localizations"),
        "description": form.get("description") or "" if kind == CHAT_INPUT else "",
        "description_localizations": form.get("description_localizations"),
        "options": [_settled_option(option) for option in objects(form.get("options"))],
        "default_member_permissions": None if allowed is None else str(allowed),
        "dm_permission": form.get("dm_permission") is not False,
        "contexts": form.get("contexts"),
        "integration_types": form.get("integration_types") or [GUILD_INSTALL],
        "nsfw": bool(form.get("nsfw")),
    }
    return body


def _settled_option(option: Json) -> Json:
    kept = {key: value for key, value in option.items() if value is not None}
    if "options" in kept:
        kept["options"] = [_settled_option(inner) for inner in kept["options"]]
    return kept


def register(core: Core, application_id: str, guild_id: str | None, form: Json) -> tuple[Command, bool]:
    """Keep a definition; one of the same type and name is replaced and keeps its id. Says whether it is new."""
    body = settled(form)
    known = next(
        (
            one
            for one in scope(core.world, application_id, guild_id)
            if (one.body["type"], one.body["name"]) == (body["type"], body["name"])
        ),
        None,
    )
    if known is None:
        command = Command(core.world.new_id(), application_id, core.world.new_id(), guild_id, body)
    elif known.body == body:
        return known, False
    else:
        command = Command(known.id, application_id, core.world.new_id(), guild_id, body)
    core.world.commands.put(command)
    return command, known is None


def scope(world: World, application_id: str, guild_id: str | None) -> list[Command]:
    """An application's commands for every place (None) or for one server."""
    return [one for one in world.commands.of(application_id) if one.guild_id == guild_id]


def rendered(command: Command, locale: str | None = None) -> Json:
    """A command as Discord answers it; with a locale also the localised texts."""
    body: Json = {
        "id": command.id,
        "application_id": command.application_id,
        "version": command.version,
        **command.body,
    }
    if command.guild_id is not None:
        body["guild_id"] = command.guild_id
        del body["dm_permission"]
    return _localised(body, locale) if locale else body


def _localised(part: Json, locale: str) -> Json:
    answer = dict(part)
    for key in ("name", "description"):
        texts: Any = part.get(f"{key}_localizations")
        if isinstance(texts, dict):
            given = cast("dict[str, str]", texts)
            # A region's own text, or that of any region of the language.
            near = (text for code, text in given.items() if code.partition("-")[0] == locale.partition("-")[0])
            text = given.get(locale) or next(near, None)
            if text is not None:
                answer[f"{key}_localized"] = text
    for key in _OPTION_LISTS[:2]:
        if isinstance(part.get(key), list):
            answer[key] = [_localised(inner, locale) for inner in part[key]]
    return answer


# ---------------------------------------------------------------------------------------------------- who may use what


def installations(world: World, application_id: str, user_id: str, channel: Channel) -> dict[str, str]:
    """By which installations an application is here: "0" → server, "1" → the person who installed it."""
    owners: dict[str, str] = {}
    if channel.guild_id is not None:
        if world.membership(channel.guild_id, application_id) is not None:
            owners[str(GUILD_INSTALL)] = channel.guild_id
    elif application_id in channel.recipients:
        owners[str(GUILD_INSTALL)] = "0"
    if user_id in world.application(application_id).installed_by:
        owners[str(USER_INSTALL)] = user_id
    return owners


def context_of(channel: Channel, application_id: str) -> int:
    """Where an interaction happens: a server, the conversation with the bot, or another one."""
    if channel.guild_id is not None:
        return IN_GUILD
    return WITH_BOT if application_id in channel.recipients else ELSEWHERE


def owners_for(world: World, command: Command, user_id: str, channel: Channel) -> dict[str, str]:
    """The installations through which this command is here; empty where it is not."""
    if command.guild_id is not None and command.guild_id != channel.guild_id:
        return {}
    context = context_of(channel, command.application_id)
    contexts = command.body["contexts"]
    if contexts is not None and context not in contexts:
        return {}
    if contexts is None and context != IN_GUILD and not command.body["dm_permission"]:
        return {}
    kinds = {str(kind) for kind in command.body["integration_types"]}
    found = installations(world, command.application_id, user_id, channel)
    return {kind: owner for kind, owner in found.items() if kind in kinds}


def may_use(world: World, command: Command, user: User, channel: Channel) -> bool:
    """Whether somebody may use a command here: installation, context, permissions and what an admin set."""
    if not owners_for(world, command, user.id, channel):
        return False
    if channel.guild_id is None:
        return True
    allowed = permissions.in_channel(world, channel, user.id)
    if not allowed & Permission.VIEW_CHANNEL or not allowed & Permission.USE_APPLICATION_COMMANDS:
        return False
    if command.body["nsfw"] and not world.parent(channel).nsfw:
        return False
    return bool(allowed & Permission.ADMINISTRATOR) or _allowed_to(world, command, user.id, channel, allowed)


def _allowed_to(world: World, command: Command, user_id: str, channel: Channel, allowed: int) -> bool:
    guild_id = channel.guild_id or ""
    own = world.command_permissions.get(pair(guild_id, command.id))
    general = world.command_permissions.get(pair(guild_id, command.application_id))
    row = own or general
    rules = {(one["type"], str(one["id"])): bool(one["permission"]) for one in (row.permissions if row else [])}
    # docs: Application Commands, Permissions: server id − 1 stands for all channels.
    here = rules.get((3, world.parent(channel).id), rules.get((3, str(int(guild_id) - 1)), True))
    if not here:
        return False
    if (2, user_id) in rules:
        return rules[2, user_id]
    member = world.member(guild_id, user_id)
    of_roles = [rules[1, role_id] for role_id in member.roles if (1, role_id) in rules]
    if of_roles:
        return any(of_roles)
    if (1, guild_id) in rules:
        return rules[1, guild_id]
    needed = command.body["default_member_permissions"]
    return needed is None or (int(needed) != 0 and allowed & int(needed) == int(needed))
