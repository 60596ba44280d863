"""Pages of one thing that belongs to somebody: who may not do what a page does finds nothing there."""

from __future__ import annotations

from functools import wraps

from aiohttp import web

from bot.errors import NotAllowed
from web.pages import Handler, missing

_NOT_THEIRS = frozenset(
    {"not_your_character", "not_your_book", "not_book_admin", "not_book_writer", "not_yours_to_detach"}
)
"""Refusals that only say whose a thing is. On Discord they help; a page's address is nothing one comes upon."""


def theirs(handler: Handler) -> Handler:
    """The page, for whom it is; for everybody else as if there were none, whether they may know of the thing or not."""

    @wraps(handler)
    async def page(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except NotAllowed as error:
            if error.code in _NOT_THEIRS:
                missing()
            raise

    return page
