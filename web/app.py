"""Builds the web application: every page on one router, and the security every answer carries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import CodeType

import aiohttp_jinja2
import jinja2
from aiohttp import web
from jinja2.bccache import Bucket

from bot.services.desk import Desk
from web import rendering
from web.api.rates import Allowances
from web.api.serving import mount
from web.busy import Line
from web.gate import API, gate
from web.house import House
from web.keys import (
    COVER,
    DESK,
    HEALTH,
    HOUSE,
    LINE,
    PAGES,
    PICTURES,
    RATES,
    ROUTES,
    Cover,
    Health,
    PictureFiles,
)
from web.names import check_names
from web.pages import BODY_BYTES, Page, Rate
from web.rates import LIMITS, Allowance, Rates
from web.routes import all_pages
from web.security import guard

HERE = Path(__file__).parent


class UnlistedRouteError(RuntimeError):
    """A route is no page, so nobody decided who may open it."""


class _Compiled(jinja2.BytecodeCache):
    """Templates as they were compiled, for every app of this process: one takes up to a tenth of a second."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[str, CodeType | None]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Hand out the code of a template, where its text is still the same."""
        checksum, code = self._kept.get(bucket.key, ("", None))
        if checksum == bucket.checksum:
            bucket.code = code

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code of a template."""
        self._kept[bucket.key] = bucket.checksum, bucket.code


_COMPILED = _Compiled()


def create_app(
    *,
    cover: Cover,
    pictures: PictureFiles,
    state: Health,
    desk: Desk,
    house: House,
    pages: Iterable[Page] | None = None,
    allowances: Allowances | None = None,
    rates: Mapping[Rate, Allowance] = LIMITS,
) -> web.Application:
    """The whole web face. Holds no state of its own beyond how often who asked lately.

    `rates` are the pages', `allowances` the API's.
    """
    app = web.Application(middlewares=[guard, gate], client_max_size=BODY_BYTES)
    app[COVER] = cover
    app[PICTURES] = pictures
    app[HEALTH] = state
    app[DESK] = desk
    app[HOUSE] = house
    app[RATES] = Rates(desk.clock, rates)
    app[LINE] = Line()
    environment = aiohttp_jinja2.setup(
        app,
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        bytecode_cache=_COMPILED,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        filters=dict(rendering.FILTERS),
    )
    environment.globals.update(rendering.GLOBALS)
    place(app, tuple(all_pages()) if pages is None else tuple(pages))
    mount(app, allowances=allowances)
    return app


def place(app: web.Application, pages: tuple[Page, ...]) -> None:
    """Put the pages on the router. Raises ValueError where two have one name."""
    app[PAGES] = {page.name: page for page in pages}
    if len(app[PAGES]) != len(pages):
        names = [page.name for page in pages]
        raise ValueError(f"two pages have one name: {sorted({name for name in names if names.count(name) > 1})}")
    check_names(pages)
    routes: dict[web.AbstractRoute, Page] = {}
    # What anybody may call themselves (`/{username}`) is tried last: the router tries in the order of adding.
    for page in sorted(pages, key=lambda one: one.path.startswith("/{")):
        if page.method == "GET":
            resource = app.router.add_resource(page.path, name=page.name)
            for method in ("GET", "HEAD"):
                routes[resource.add_route(method, page.handler)] = page
        else:
            routes[app.router.add_route(page.method, page.path, page.handler, name=page.name)] = page
    app[ROUTES] = routes
    app.on_startup.append(check_routes)


async def check_routes(app: web.Application) -> None:
    """Refuse to open with a route that is no page. Raises `UnlistedRouteError`."""
    for route in app.router.routes():
        inner = route.resource is not None and route.resource.canonical.startswith(API)
        if not inner and route not in app[ROUTES]:
            raise UnlistedRouteError(f"{route.method} {route.resource} is no Page")
