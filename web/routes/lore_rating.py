"""What one thinks of somebody else's lore book."""

from __future__ import annotations

from aiohttp import web

from bot.errors import UserError
from web.forms import form
from web.pages import Access, at_work, back, desk, post, row_id, say_for, signed
from web.theirs import theirs


async def rate(request: web.Request) -> web.StreamResponse:
    """Give it stars, or take them back."""
    me, typed, say, book_id = signed(request), await form(request), say_for(request), row_id(request, "book_id")
    to = f"/lore/{book_id}"
    async with at_work(request) as work:
        await desk(request).lore.ratings.of(work, me.user_id, book_id)  # what is not there for them is not there
    try:
        typed.only({"stars", "words", "remove"})
        async with at_work(request) as work:
            if typed.ticked("remove"):
                await desk(request).lore.ratings.take_back(work, me.user_id, book_id)
                return back(request, to, say("Taken back."))
            stars = typed.whole("stars")
            await desk(request).lore.ratings.rate(work, me.user_id, book_id, stars, typed.text("words"))
    except UserError as error:
        return back(request, to, say.error(error), kind="trouble")
    return back(request, to, say("Your rating is kept: {stars}.", stars="★" * stars))


PAGES = (post("/lore/{book_id}/rating", theirs(rate), "lore_rate", Access.MEMBER, menu="lore"),)
