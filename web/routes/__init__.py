"""Routes by area. Each module in `MODULES` has a tuple `PAGES`."""

from __future__ import annotations

from collections.abc import Iterator

from web.pages import Page
from web.routes import (
    account,
    characters,
    characters_cards,
    characters_deeds,
    devices,
    health,
    home,
    hooks,
    media,
    personas,
    signing,
    static,
    tokens,
)

MODULES = (
    home,
    health,
    hooks,
    media,
    static,
    signing,
    devices,
    account,
    personas,
    tokens,
    characters,
    characters_deeds,
    characters_cards,
)


def all_pages() -> Iterator[Page]:
    """Every page of this house."""
    for module in MODULES:
        yield from module.PAGES
