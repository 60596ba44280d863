"""The admins' pages: who may open them, that each answers, and that what is decided there is done and written down."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from bot.ports import Caller
from bot.services.oversight.auditing import Wanted
from bot.services.oversight.standings import UserRole
from db.work import Actor
from tests.web.conftest import Site, Visitor

PLAIN = (
    "/admin",
    "/admin/users",
    "/admin/publication",
    "/admin/reports",
)
ADMINS = (
    "/admin/plans",
    "/admin/plans/new",
    "/admin/packages",
    "/admin/packages/new",
    "/admin/payments",
    "/admin/ledger",
    "/admin/audit",
    "/admin/statistics",
    "/admin/jobs",
    "/admin/health",
    "/admin/switches",
)
FILES = ("/admin/users.csv", "/admin/payments.csv", "/admin/audit.csv", "/admin/statistics.csv")


@pytest.fixture
async def admin(site: Site) -> Visitor:
    return await site.sign_in(number=900, role=UserRole.ADMIN)


async def member(site: Site, number: int = 901) -> UUID:
    return await site.desk.people.arrive(Caller(number, f"member{number}", f"Member {number}", "en"))


async def actions(site: Site, admin: Visitor, **wanted: object) -> list[str]:
    assert admin.user_id is not None
    lines = await site.desk.audit_log.search(admin.user_id, Wanted(**wanted), limit=50)  # type: ignore[arg-type]
    return [line.action for line in lines]


@pytest.mark.parametrize("path", [*PLAIN, *ADMINS])
async def test_every_page_answers_an_admin(site: Site, admin: Visitor, path: str) -> None:
    assert "<h1>" in await admin.page(path)


@pytest.mark.parametrize("path", [*PLAIN, *ADMINS, *FILES])
async def test_a_member_finds_nothing_there(site: Site, path: str) -> None:
    them = await site.sign_in(number=905)
    answer = await them.get(path)
    missing = await them.get("/admin/nowhere")
    assert answer.status == missing.status == 404


async def test_a_moderator_finds_their_part(site: Site) -> None:
    moderator = await site.sign_in(number=906, role=UserRole.MODERATOR)
    for path in PLAIN:
        await moderator.page(path)
    for path in (*ADMINS, *FILES):
        assert (await moderator.get(path)).status == 404


@pytest.mark.parametrize("path", FILES)
async def test_lists_come_as_files(site: Site, admin: Visitor, path: str) -> None:
    answer = await admin.get(path)
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert (await answer.text()).count("\r\n") >= 1
