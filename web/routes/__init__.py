"""Routes by area. Each module in `MODULES` has a tuple `PAGES`."""

from __future__ import annotations

from collections.abc import Iterator

from web.pages import Page
from web.routes import (
    account,
    admin,
    characters,
    characters_cards,
    characters_deeds,
    creators,
    creators_staff,
    creators_studio,
    devices,
    health,
    home,
    hooks,
    lore,
    lore_attached,
    lore_entries,
    lore_entry,
    lore_files,
    lore_rating,
    lore_sharing,
    lore_try,
    media,
    mood,
    mood_choices,
    mood_days,
    mood_files,
    mood_list,
    mood_settings,
    personas,
    plan,
    programs,
    shares,
    signing,
    static,
    telling,
    tokens,
    usage,
    wallet,
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
    mood,
    mood_days,
    mood_files,
    mood_list,
    mood_choices,
    mood_settings,
    characters,
    characters_deeds,
    characters_cards,
    lore,
    lore_attached,
    lore_entries,
    lore_entry,
    lore_files,
    lore_rating,
    lore_sharing,
    lore_try,
    admin,
    creators,
    creators_staff,
    creators_studio,
    programs,
    shares,
    plan,
    wallet,
    usage,
    telling,
)


def all_pages() -> Iterator[Page]:
    """Every page of this house."""
    for module in MODULES:
        yield from module.PAGES
