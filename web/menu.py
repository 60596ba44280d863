"""The menu: where one can go from every page, by who one is. A page that does not exist is left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from bot.texts import N_, Text
from web.keys import PAGE, PAGES
from web.pages import Access, visitor


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: the page's name, its words, and whether the reader stands there."""

    name: str
    label: Text
    href: str = ""
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A few entries under one heading."""

    label: Text
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Menu:
    """`open_to_all` stands in the bar; `sections` are for who is signed in."""

    open_to_all: tuple[Entry, ...]
    sections: tuple[Section, ...]


_OPEN = (
    ("discover", N_("Characters")),
    ("creators", N_("Creators")),
    ("programs", N_("Programs")),
)

_SECTIONS: Sequence[tuple[Text, Sequence[tuple[str, Text]]]] = (
    (
        N_("Yours"),
        (
            ("characters", N_("Your characters")),
            ("lore", N_("Lore books")),
            ("personas", N_("Personas")),
            ("creator_studio", N_("Creator page")),
            ("shares", N_("Shared with you")),
        ),
    ),
    (
        N_("Tokens"),
        (
            ("wallet", N_("Wallet")),
            ("plan", N_("Plan")),
        ),
    ),
    (
        N_("Your wellbeing"),
        (
            ("mood", N_("Check-ins")),
            ("limits", N_("Limits")),
            ("usage", N_("What I used")),
        ),
    ),
    (
        N_("You"),
        (
            ("account", N_("Account")),
            ("devices", N_("Devices")),
            ("reports", N_("You and staff")),
            ("tokens", N_("API tokens")),
        ),
    ),
    (
        N_("The house"),
        (
            ("admin", N_("Overview")),
            ("admin_users", N_("People")),
            ("admin_publication", N_("To publish")),
            ("admin_reports", N_("Reports")),
            ("admin_creators", N_("Creators")),
            ("admin_programs", N_("Programs")),
            ("admin_plans", N_("Plans")),
            ("admin_packages", N_("Token packages")),
            ("admin_payments", N_("Payments")),
            ("admin_ledger", N_("Ledger")),
            ("admin_audit", N_("Audit log")),
            ("admin_statistics", N_("Statistics")),
            ("admin_jobs", N_("Jobs")),
            ("admin_health", N_("Health")),
            ("admin_switches", N_("Switches")),
        ),
    ),
)


def of(request: web.Request) -> Menu:
    """The menu of who asks."""
    me = visitor(request)
    sections: tuple[Section, ...] = ()
    if me is not None:
        made = (Section(label, _entries(request, entries)) for label, entries in _SECTIONS)
        sections = tuple(section for section in made if section.entries)
    return Menu(_entries(request, _OPEN), sections)


def _entries(request: web.Request, wanted: Sequence[tuple[str, Text]]) -> tuple[Entry, ...]:
    pages, me = request.app[PAGES], visitor(request)
    current = request.get(PAGE)
    found: list[Entry] = []
    for name, label in wanted:
        page = pages.get(name)
        if page is None or (page.access is not Access.ANYBODY and (me is None or not me.may_open(page.access))):
            continue
        here = current is not None and (current.name == name or current.menu == name)
        found.append(Entry(name, label, page.path, here))
    return tuple(found)
