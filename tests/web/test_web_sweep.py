"""Nobody gets at another's rows by their address, and looking changes nothing: generated from the list of pages.

Three people have rows in every table. Each page whose address names a row is asked for, and each form sent, by the two
others, by nobody, and by moderators and admins where it is no page of theirs: what is denied must look exactly like
what is not there.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence

import pytest
from aiohttp import web
from sqlalchemy import text

from db.models import UserRole
from tests.db.filled import fill, tables
from tests.db.filled_person import Person
from tests.web.conftest import OFTEN, Healthy, Site, Visitor
from tests.web.samples import TABLE_OF, WORDS, Addresses
from web.app import UnlistedRouteError, create_app
from web.keys import COVER, HOUSE
from web.pages import Access, Page, Rate, Signed, get
from web.rates import Allowance
from web.routes import all_pages

NAMING = [page for page in all_pages() if page.ids]
STAFF = (Access.MODERATOR, Access.ADMIN)

SHARED_BY_DESIGN: Mapping[str, str] = {
    "program_apply": "a program that is open is the house's own, there for everybody",
    "program_withdraw": "as program_apply; there is nothing of theirs to withdraw, and the page says so",
    "program_leave": "as program_withdraw",
    "wallet_buy": "a package on sale is the house's own, there for everybody",
}
"""Pages whose rows are everybody's, and why (a plan is the house's own, whoever asks for it)."""

_CHANGES = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{64}|value=\"[^\"]*\"")


async def _staffs(request: web.Request) -> web.Response:
    return web.Response(text="for staff")


STAFF_PAGE = get("/test/staff", _staffs, "staff", Access.ADMIN)


@pytest.fixture
def more_pages() -> tuple[Page, ...]:
    return (STAFF_PAGE,)


@pytest.fixture
def rates() -> Mapping[Rate, Allowance]:
    return OFTEN


async def filled_site(site: Site, people: int = 3) -> Addresses:
    async with site.owner.begin() as connection:
        return Addresses(await fill(connection, people=people))


async def outcome(visitor: Visitor, page: Page, path: str) -> tuple[int, str, str]:
    """Status, where it leads, and the page without what differs from one request to the next."""
    if page.is_safe:
        answer = await visitor.get(path)
    else:
        answer = await visitor.send(path, method=page.method)
    body = (await answer.read()).decode(errors="replace")
    return answer.status, _CHANGES.sub("…", answer.headers.get("Location", "")), _CHANGES.sub("…", body)


def test_every_placeholder_has_a_sample() -> None:
    known = {*TABLE_OF, *WORDS}
    unknown = {page.name: page.placeholders for page in all_pages() if not known.issuperset(page.placeholders)}
    assert unknown == {}, "tell tests/web/samples.py which table's row it is"


async def wrongly_shown(site: Site, pages: Sequence[Page]) -> list[str]:
    """Which of these pages tell two strangers that somebody has a row; and whether anything was changed."""
    addresses = await filled_site(site)
    first, second, third = addresses.filled.people
    others = [await site.sign_in(second.user), await site.sign_in(third.user)]
    wrong: list[str] = []
    before = await snapshot(site)
    for page in pages:
        if page.name in SHARED_BY_DESIGN or page.access in STAFF:
            continue
        for visitor, person in zip(others, (second, third), strict=True):
            denied = await outcome(visitor, page, addresses.of(page, first))
            missing = await outcome(visitor, page, addresses.nowhere(page, person))
            # A form may be refused as it stands, or have nothing to do: the same for both, and nothing changes (below).
            if denied != missing or (page.is_safe and denied[0] != 404):
                wrong.append(f"{page.name}: {denied[0]} {denied[1]} for another's, {missing[0]} {missing[1]} for none")
    after = await snapshot(site)
    return wrong + [f"{name} was changed" for name in after if after[name] != before[name]]


async def test_anothers_row_looks_like_none(site: Site) -> None:
    assert await wrongly_shown(site, NAMING) == []


async def test_without_a_policy_anothers_row_is_shown(site: Site) -> None:
    """The control: with the row security of books taken away, the sweep above finds it.

    (Characters and personas stay hidden even then: their services look at the owner too.)
    """
    some = [one for one in NAMING if one.name == "lore_book"]
    async with site.owner.begin() as connection:
        await connection.execute(text("ALTER TABLE lore_books DISABLE ROW LEVEL SECURITY"))
    assert await wrongly_shown(site, some) != []


async def test_ones_own_row_is_there(site: Site) -> None:
    """The control: the same addresses lead somewhere for whom the rows belong to."""
    addresses = await filled_site(site)
    me = addresses.filled.first
    visitor = await site.sign_in(me.user)
    gone: list[str] = []
    for page in NAMING:
        if page.is_safe and page.access not in STAFF and not page.path.startswith("/{"):
            status, _, _ = await outcome(visitor, page, addresses.of(page, me))
            if status == 404:
                gone.append(page.name)
    assert gone == []


async def test_who_is_not_signed_in_gets_nowhere(site: Site) -> None:
    addresses = await filled_site(site)
    first, second, _ = addresses.filled.people
    visitor = await site.visitor()
    wrong: list[str] = []
    for page in all_pages():
        for person in (first, second):
            status, target, _ = await outcome(visitor, page, addresses.of(page, person))
            if page.access is not Access.ANYBODY and (status, target.partition("?")[0]) != (303, "/sign-in"):
                wrong.append(f"{page.name}: {status} {target}")
    assert wrong == []


async def wrongly_reached(site: Site, role: UserRole | None, pages: Sequence[Page]) -> list[str]:
    """Which pages of staff are there for somebody of this role."""
    addresses = await filled_site(site)
    person = addresses.filled.first
    visitor = await site.sign_in(number=700, role=role)
    none = await outcome(visitor, get("/nowhere/at/all", _never, "none", Access.ANYBODY), "/nowhere/at/all")
    assert none[0] == 404
    wrong: list[str] = []
    for page in pages:
        hidden = page.access is Access.ADMIN or (page.access is Access.MODERATOR and role is None)
        if hidden and (found := await outcome(visitor, page, addresses.of(page, person))) != none:
            wrong.append(f"{page.name}: {found[0]} {found[1]}")
    return wrong


@pytest.mark.parametrize("role", [None, UserRole.MODERATOR])
async def test_pages_of_staff_are_not_there_for_others(site: Site, role: UserRole | None) -> None:
    assert await wrongly_reached(site, role, tuple(all_pages())) == []


@pytest.mark.parametrize("is_looked_at", [True, False])
async def test_without_the_look_at_roles_pages_of_staff_are_there(
    site: Site, monkeypatch: pytest.MonkeyPatch, is_looked_at: bool
) -> None:
    """The control: with the check taken away, the sweep above finds them.

    (The house's own pages stay closed even then: works of staff look at who asks, too.)
    """
    if not is_looked_at:
        monkeypatch.setattr(Signed, "may_open", lambda *_: True)
    assert await wrongly_reached(site, None, [STAFF_PAGE]) == ([] if is_looked_at else ["staff: 200 "])


async def test_what_is_no_id_is_nothing(site: Site) -> None:
    me = await site.sign_in()
    admin = await site.sign_in(number=800, role=UserRole.ADMIN)
    for page in NAMING:
        for odd in (
            "1",
            "..%2f",
            "x" * 36,
            "0" * 36,
            "%00",
            "'",
            "{character_id}",
            "00000000000000000000000000000000",
        ):
            path = re.sub(r"\{[a-z_]+\}", odd, page.path)
            for visitor in (me, admin):
                answer = await visitor.get(path) if page.is_safe else await visitor.client.post(path)
                assert answer.status in (403, 404), (page.name, odd, answer.status)


# ---------------------------------------------------------------------------------------------------- looking


async def snapshot(site: Site, *, but: frozenset[str] = frozenset()) -> dict[str, str]:
    """A hash of every table's rows."""
    found: dict[str, str] = {}
    async with site.owner.connect() as connection:
        for table in tables():
            if table.name not in but:
                rows = await connection.execute(text(f'SELECT t::text FROM "{table.name}" AS t ORDER BY 1'))
                found[table.name] = hashlib.sha256("\n".join(row[0] for row in rows).encode()).hexdigest()
    return found


async def looked_at(visitor: Visitor, addresses: Addresses, person: Person) -> int:
    """Ask for every page that only shows, and follow every link of ours on it; how many pages were opened."""
    waiting = [addresses.of(page, person) for page in all_pages() if page.is_safe and not page.changes]
    seen: set[str] = set()
    while waiting:
        path = waiting.pop()
        if path in seen or len(seen) > 400:
            continue
        seen.add(path)
        answer = await visitor.get(path)
        assert answer.status < 500, path
        if answer.content_type == "text/html":
            links = re.findall(r'(?:href|src)="(/[^"#]*)"', await answer.text())
            waiting += [link.replace("&amp;", "&") for link in links if not link.startswith(("/static/", "/sign-in/"))]
    return len(seen)


AUDITED = frozenset({"audit_log", "audit_details"})
"""Who looked at what of whom is written down: the only thing that looking adds, and only for staff."""


async def test_looking_changes_nothing(site: Site) -> None:
    addresses = await filled_site(site)
    me = addresses.filled.first
    visitors = [await site.visitor(), await site.sign_in(me.user)]
    before = await snapshot(site)
    for visitor in visitors:
        assert await looked_at(visitor, addresses, me) > 5
    assert await snapshot(site) == before
    admin = await site.sign_in(number=800, role=UserRole.ADMIN)
    before = await snapshot(site, but=AUDITED)
    assert await looked_at(admin, addresses, me) > 5
    assert await snapshot(site, but=AUDITED) == before


async def test_a_form_changes_something(site: Site) -> None:
    """The control: the snapshot sees what a form does."""
    addresses = await filled_site(site, 2)
    visitor = await site.sign_in(addresses.filled.first.user)
    before = await snapshot(site)
    assert (await visitor.send("/account/devices/end-all")).status == 303
    after = await snapshot(site)
    assert {name for name in before if before[name] != after[name]} == {"sessions", "audit_log", "audit_details"}


# ---------------------------------------------------------------------------------------------------- the list


async def _never(request: web.Request) -> web.Response:
    raise AssertionError


async def test_a_route_that_is_no_page_keeps_the_house_shut(site: Site) -> None:
    app = create_app(
        cover=site.app[COVER], pictures=site.desk.pictures, state=Healthy(), desk=site.desk, house=site.app[HOUSE]
    )
    app.router.add_get("/backdoor", _never)
    runner = web.AppRunner(app)
    with pytest.raises(UnlistedRouteError, match="backdoor"):
        await runner.setup()
    await runner.cleanup()
