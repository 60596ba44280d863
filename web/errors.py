"""The page a person sees in place of the one they asked for."""

from __future__ import annotations

from aiohttp import web

from bot.errors import NotFound, UserError
from web.keys import PAGE
from web.pages import render, status_of


def refused(
    request: web.Request, status: int = 400, *, error: UserError | None = None, seconds: int = 0, error_id: str = ""
) -> web.Response:
    """Why not, and what to do. What is denied looks exactly like what is not there."""
    if error is not None:
        status = status_of(error)
    if status == 404 or isinstance(error, NotFound):
        status, error = 404, None
        if PAGE in request:
            # Nor does the menu tell that there is a page.
            del request[PAGE]
    return render(request, "trouble.html", status=status, code=status, error=error, seconds=seconds, error_id=error_id)
