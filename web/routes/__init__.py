"""Routes by area. Each module in `MODULES` has a tuple `PAGES`."""

from __future__ import annotations

from collections.abc import Iterator

from web.pages import Page
from web.routes import devices, health, home, media, signing, static

MODULES = (home, health, media, static, signing, devices)


def all_pages() -> Iterator[Page]:
    """Every page of this house."""
    for module in MODULES:
        yield from module.PAGES
