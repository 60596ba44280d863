"""Which names nobody may take, since an address of ours begins with them."""

from __future__ import annotations

from collections.abc import Iterable

from bot.services.people.creators.usernames import RESERVED
from web.pages import Page


def first_segments(pages: Iterable[Page]) -> frozenset[str]:
    """What the paths of our pages begin with."""
    found = (page.path.split("/")[1].partition(".")[0].lower() for page in pages)
    return frozenset(one for one in found if one and "{" not in one)


def check_names(pages: Iterable[Page]) -> None:
    """Raises ValueError where a page's address begins with what people may be called."""
    if free := first_segments(pages) - RESERVED:
        raise ValueError(f"people could call themselves {sorted(free)}, where pages stand: see usernames.RESERVED")
