"""What is done with a character beside editing it: its face, who may meet it, its end, and the way back."""

from __future__ import annotations

from aiohttp import web

from bot.errors import UserError
from web.forms import form
from web.pages import Access, Rate, at_work, back, desk, post, row_id, say_for, signed
from web.routes.characters import filled, found_here, refused
from web.theirs import theirs
from web.uploads import PICTURE_BODY, picture_in, wanted


async def picture(request: web.Request) -> web.StreamResponse:
    """Give it another face."""
    me, typed, found = signed(request), await form(request), await found_here(request)
    character_id = found.character.id
    try:
        wanted(typed, "picture")
        ready = await picture_in(request, typed)
        assert ready is not None
        async with at_work(request) as work:
            await desk(request).characters.wear(work, me.user_id, character_id, ready)
    except UserError as error:
        return await refused(request, filled(found), error)
    told = say_for(request)("{name} has a new face.", name=found.character.name)
    return back(request, f"/characters/{character_id}", told)


async def publish(request: web.Request) -> web.StreamResponse:
    """Let everybody meet it."""
    me, found = signed(request), await found_here(request)
    try:
        async with at_work(request) as work:
            shown = await desk(request).characters.publish(
                work, me.user_id, found.character.id, is_adult=found.character.is_adult
            )
    except UserError as error:
        return await refused(request, filled(found), error)
    say = say_for(request)
    told = (
        say("Everybody can find {name} now, and summon it.", name=shown.name)
        if shown.is_public
        else say("{name} waits for somebody of this house to look at it. You need not do anything.", name=shown.name)
    )
    return back(request, f"/characters/{shown.id}", told)


async def unpublish(request: web.Request) -> web.StreamResponse:
    """Nobody but its maker finds it any more."""
    me, character_id = signed(request), row_id(request, "character_id")
    async with at_work(request) as work:
        hidden = await desk(request).characters.unpublish(work, me.user_id, character_id)
    told = say_for(request)("Only you can find and summon {name} now.", name=hidden.name)
    return back(request, f"/characters/{character_id}", told)


async def delete(request: web.Request) -> web.StreamResponse:
    """Take it out of every channel; for a day it can be had back."""
    gone = await desk(request).farewells.delete(signed(request).user_id, row_id(request, "character_id"))
    told = say_for(request)("{name} is deleted. You can have it back below for a day.", name=gone.name)
    return back(request, "/characters", told)


async def restore(request: web.Request) -> web.StreamResponse:
    """Have it back, in no channel."""
    me, character_id = signed(request), row_id(request, "character_id")
    async with at_work(request) as work:
        found = await desk(request).characters.restore(work, me.user_id, character_id)
    told = say_for(request)("{name} is back, in no channel. Summon it where you want it.", name=found.name)
    return back(request, f"/characters/{character_id}", told)


PAGES = (
    post(
        "/characters/{character_id}/picture", theirs(picture), "character_picture", Access.MEMBER, rate=Rate.UPLOAD,
        body_bytes=PICTURE_BODY, menu="characters",
    ),
    post("/characters/{character_id}/publish", theirs(publish), "character_publish", Access.MEMBER, menu="characters"),
    post(
        "/characters/{character_id}/unpublish", theirs(unpublish), "character_unpublish", Access.MEMBER,
        menu="characters",
    ),
    post("/characters/{character_id}/delete", theirs(delete), "character_delete", Access.MEMBER, menu="characters"),
    post("/characters/{character_id}/restore", theirs(restore), "character_restore", Access.MEMBER, menu="characters"),
)  # fmt: skip
