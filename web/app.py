"""Builds the web application: pages, pictures, health, and the security every answer carries."""

from __future__ import annotations

from pathlib import Path

import aiohttp_jinja2
import jinja2
from aiohttp import web

from web.keys import COVER, HEALTH, PICTURES, Cover, Health, PictureFiles
from web.language import say_to
from web.routes import health, home, media
from web.security import guard

HERE = Path(__file__).parent


def create_app(*, cover: Cover, pictures: PictureFiles, state: Health) -> web.Application:
    """The whole web face. Holds no state of its own."""
    app = web.Application(middlewares=[guard], client_max_size=1 << 20)
    app[COVER] = cover
    app[PICTURES] = pictures
    app[HEALTH] = state
    aiohttp_jinja2.setup(
        app,
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        context_processors=[_speak],
        undefined=jinja2.StrictUndefined,
    )
    app.router.add_get("/", home.page, name="home")
    app.router.add_get("/healthz", health.report, name="health")
    app.router.add_get(r"/media/{sha256:[0-9a-f]{64}}.png", media.picture, name="media")
    app.router.add_static("/static/", HERE / "static", show_index=False, follow_symlinks=False)
    return app


async def _speak(request: web.Request) -> dict[str, object]:
    say = say_to(request)
    return {"say": say, "language": say.language}
