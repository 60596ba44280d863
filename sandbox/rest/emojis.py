"""Custom emojis of applications and of servers."""

from __future__ import annotations

from sandbox import permissions
from sandbox.errors import ApiError, unknown
from sandbox.permissions import Permission
from sandbox.render import people
from sandbox.rest.call import Answer, Call
from sandbox.rest.routes import Routes
from sandbox.rules.images import check_data_uri
from sandbox.rules.names import check_emoji_name
from sandbox.world.models import Emoji, Json, StoredFile

routes = Routes()

OF_APPLICATION = "/applications/{application_id}/emojis"
OF_GUILD = "/guilds/{guild_id}/emojis"
#: docs: Emoji resource.
LARGEST = 256 << 10
MOST_OF_APPLICATION = 2000
MOST_OF_GUILD = 50


@routes.get(OF_APPLICATION)
async def of_application(call: Call) -> Json:
    """List Application Emojis."""
    return {"items": [people.emoji(call.world, one) for one in call.world.emojis.of(_application(call))]}


@routes.post(OF_APPLICATION)
async def make_for_application(call: Call) -> Answer:
    """Create Application Emoji."""
    application_id = _application(call)
    if len(call.world.emojis.of(application_id)) >= MOST_OF_APPLICATION:
        raise ApiError(400, 30008, f"Maximum number of emojis reached ({MOST_OF_APPLICATION})")
    emoji = await _make(call)
    emoji.application_id = application_id
    call.world.emojis.put(emoji)
    return Answer(201, people.emoji(call.world, emoji))


@routes.get(OF_APPLICATION + "/{emoji_id}")
@routes.get(OF_GUILD + "/{emoji_id}")
async def read(call: Call) -> Json:
    """Get one."""
    return people.emoji(call.world, _emoji(call, 0))


@routes.patch(OF_APPLICATION + "/{emoji_id}")
@routes.patch(OF_GUILD + "/{emoji_id}")
async def change(call: Call) -> Json:
    """Rename."""
    emoji = _emoji(call, Permission.MANAGE_GUILD_EXPRESSIONS)
    form = await call.form()
    if "name" in form:
        check_emoji_name(form["name"])
        emoji.name = form["name"]
    call.world.emojis.put(emoji)
    _tell(call, emoji)
    return people.emoji(call.world, emoji)


@routes.delete(OF_APPLICATION + "/{emoji_id}")
@routes.delete(OF_GUILD + "/{emoji_id}")
async def delete(call: Call) -> None:
    """Delete; its picture goes too."""
    emoji = _emoji(call, Permission.MANAGE_GUILD_EXPRESSIONS)
    call.world.emojis.drop(emoji.id)
    call.world.files.drop(f"emojis/{emoji.id}")
    _tell(call, emoji)


@routes.get(OF_GUILD)
async def of_guild(call: Call) -> list[Json]:
    """List Guild Emojis."""
    return [people.emoji(call.world, one) for one in call.world.emojis.of(_guild(call, 0))]


@routes.post(OF_GUILD)
async def make_for_guild(call: Call) -> Answer:
    """Create Guild Emoji."""
    guild_id = _guild(call, Permission.CREATE_GUILD_EXPRESSIONS)
    if len(call.world.emojis.of(guild_id)) >= MOST_OF_GUILD:
        raise ApiError(400, 30008, f"Maximum number of emojis reached ({MOST_OF_GUILD})")
    emoji = await _make(call)
    emoji.guild_id = guild_id
    call.world.emojis.put(emoji)
    _tell(call, emoji)
    return Answer(201, people.emoji(call.world, emoji))


async def _make(call: Call) -> Emoji:
    form = await call.form()
    check_emoji_name(form.get("name"))
    data, mime = check_data_uri(form.get("image"), LARGEST)
    emoji = Emoji(call.world.new_id(), form["name"], call.user.id, animated=mime == "image/gif")
    call.world.files.put(StoredFile(f"emojis/{emoji.id}", call.world.blobs.put(data), mime))
    return emoji


def _application(call: Call) -> str:
    if call.application.id != call.id("application_id"):
        raise ApiError(403, 20012, "You are not authorized to perform this action on this application")
    return call.application.id


def _guild(call: Call, needed: int) -> str:
    guild_id = call.id("guild_id")
    permissions.need_in_guild(call.world, guild_id, call.user.id, needed)
    return guild_id


def _emoji(call: Call, needed: int) -> Emoji:
    owner = _application(call) if "application_id" in call.request.match_info else _guild(call, needed)
    emoji = call.world.emojis.get(call.id("emoji_id"))
    if emoji is None or owner not in (emoji.application_id, emoji.guild_id):
        raise unknown("emoji")
    return emoji


def _tell(call: Call, emoji: Emoji) -> None:
    if emoji.guild_id is not None:
        emojis = [people.emoji(call.world, one) for one in call.world.emojis.of(emoji.guild_id)]
        body = {"guild_id": emoji.guild_id, "emojis": emojis}
        call.core.hub.to_guild("GUILD_EMOJIS_UPDATE", emoji.guild_id, body)
