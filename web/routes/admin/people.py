"""Everybody: searched, filtered, as a file."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from uuid import UUID

from aiohttp import web

from bot.services.oversight.accounts import PeopleOrder, PersonRow, WantedPeople
from bot.services.oversight.standings import AccountStatus, UserRole
from bot.texts import N_
from web.csv import csv_file
from web.lists import Asked, Choice, Cursor, Filter, Shelf, Sort, cut
from web.pages import Access, Rate, desk, get, render, signed
from web.routes.admin.words import ROLES, STATUS_BADGES, STATUSES

_FILE_ROWS = 1000
"""Rows of one step of a file; the file has all of them."""

SHELF = Shelf(
    sorts=(Sort("came", N_("When they came"), falling=True), Sort("username", N_("Name"))),
    filters=(
        Filter("role", N_("Role"), tuple(Choice(role.value, words) for role, words in ROLES.items())),
        Filter("status", N_("Standing"), tuple(Choice(one.value, words) for one, words in STATUSES.items())),
    ),
    csv="admin_users_csv",
)

_ORDERS = {
    ("came", True): PeopleOrder.NEWEST,
    ("came", False): PeopleOrder.OLDEST,
    ("username", False): PeopleOrder.USERNAME,
    ("username", True): PeopleOrder.USERNAME_BACKWARDS,
}


async def show(request: web.Request) -> web.Response:
    """A page of people."""
    asked, tag = SHELF.asked(request), _tag(request)
    rows, last = cut(await _read(request, asked, tag, asked.limit + 1), asked)
    listing = SHELF.page(rows=rows, asked=asked, next_=None if last is None else Cursor(last.username, last.id))
    tags = await desk(request).accounts.tags(signed(request).user_id)
    return render(
        request,
        "admin/people.html",
        listing=listing,
        tags=tags,
        tag=tag,
        roles=ROLES,
        statuses=STATUSES,
        badges=STATUS_BADGES,
    )


async def file(request: web.Request) -> web.StreamResponse:
    """The same list as a file."""
    asked, tag = SHELF.asked(request), _tag(request)

    async def rows() -> AsyncIterator[Sequence[object]]:
        after: tuple[str, UUID] | None = None
        while True:
            found = await _read(request, asked, tag, _FILE_ROWS, after)
            for one in found:
                yield (
                    one.discord_id,
                    one.username,
                    one.display_name,
                    one.role.value,
                    one.status.value,
                    one.suspended_until,
                    one.created_at,
                )
            if len(found) < _FILE_ROWS:
                return
            after = (found[-1].username, found[-1].id)

    heads = ("discord_id", "username", "name", "role", "status", "suspended_until", "created_at")
    return await csv_file(request, "people", heads, rows())


def _tag(request: web.Request) -> str:
    return request.query.get("tag", "").replace("\x00", "").strip()[:60]


async def _read(
    request: web.Request, asked: Asked, tag: str, limit: int, after: tuple[str, UUID] | None = None
) -> Sequence[PersonRow]:
    wanted = WantedPeople(
        words=asked.search,
        role=UserRole(asked.filters["role"]) if "role" in asked.filters else None,
        status=AccountStatus(asked.filters["status"]) if "status" in asked.filters else None,
        tag=tag,
    )
    if after is None and asked.after is not None and asked.after.value is not None:
        after = (asked.after.value, asked.after.id)
    return await desk(request).accounts.search(
        signed(request).user_id, wanted, order=_ORDERS[asked.sort, asked.falling], after=after, limit=limit
    )


PAGES = (
    get("/admin/users", show, "admin_users", Access.MODERATOR),
    get("/admin/users.csv", file, "admin_users_csv", Access.ADMIN, rate=Rate.LIST_FILE),
)
