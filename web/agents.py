"""What a browser calls itself, in words a person knows it by."""

from __future__ import annotations

from bot.texts import N_, Say, Text

# The first that fits. Nearly every browser names others before itself.
_BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
_BOTH = N_("{browser} on {system}")
_UNKNOWN: Text = N_("An unknown browser")


def spoken_of(say: Say, agent: str) -> str:
    """The browser and the machine, as far as it tells."""
    browser = next((name for mark, name in _BROWSERS if mark in agent), None)
    system = next((name for mark, name in _SYSTEMS if mark in agent), None)
    if browser and system:
        return say(_BOTH, browser=browser, system=system)
    return browser or system or say(_UNKNOWN)
