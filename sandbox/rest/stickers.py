"""Stickers of servers: read and list. They come with the world; nobody makes them here."""

from __future__ import annotations

from sandbox import permissions
from sandbox.errors import unknown
from sandbox.render import people
from sandbox.rest.call import Call
from sandbox.rest.routes import Routes
from sandbox.world.models import Json, Sticker

routes = Routes()

OF_GUILD = "/guilds/{guild_id}/stickers"


@routes.get("/stickers/{sticker_id}")
async def read(call: Call) -> Json:
    """Get Sticker."""
    return people.sticker(call.world, _sticker(call))


@routes.get(OF_GUILD)
async def of_guild(call: Call) -> list[Json]:
    """List Guild Stickers."""
    guild_id = call.id("guild_id")
    permissions.need_in_guild(call.world, guild_id, call.user.id, 0)
    return [people.sticker(call.world, one) for one in call.world.stickers.of(guild_id)]


@routes.get(OF_GUILD + "/{sticker_id}")
async def read_in_guild(call: Call) -> Json:
    """Get Guild Sticker."""
    guild_id = call.id("guild_id")
    permissions.need_in_guild(call.world, guild_id, call.user.id, 0)
    found = _sticker(call)
    if found.guild_id != guild_id:
        raise unknown("sticker")
    return people.sticker(call.world, found)


def _sticker(call: Call) -> Sticker:
    found = call.world.stickers.get(call.id("sticker_id"))
    if found is None:
        raise unknown("sticker")
    return found
