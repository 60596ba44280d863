"""Time zones by their names, for whoever chooses one."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones


@cache
def zone_names() -> tuple[str, ...]:
    """The zones of places (`Europe/Madrid`), and UTC, in order."""
    names = (one for one in available_timezones() if "/" in one and not one.startswith(("posix/", "right/", "Etc/")))
    return (*sorted(names), "UTC")


def zones_like(typed: str, most: int) -> tuple[str, ...]:
    """Zones whose names hold what was typed: first those whose city begins with it, then the others."""
    wanted = typed.strip().replace(" ", "_").casefold()
    holding = [one for one in zone_names() if wanted in one.casefold()]
    return tuple(sorted(holding, key=lambda one: not one.casefold().rpartition("/")[2].startswith(wanted)))[:most]
