"""Every page in a real browser: nothing of what people write is run, nothing runs over the edge of a phone's screen.

Generated from the list of pages, over rows whose words are hostile.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

import pytest
from playwright.async_api import Browser, Page, ViewportSize
from sqlalchemy import Text, text
from sqlalchemy.ext.asyncio import AsyncConnection

from db.models import Base, UserRole
from tests.client.chromium import chromium
from tests.db.filled import fill
from tests.web.conftest import OFTEN, Site, Visitor
from tests.web.samples import Addresses
from web.pages import Access, Rate
from web.rates import Allowance
from web.routes import all_pages

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PHONE: ViewportSize = {"width": 390, "height": 800}
HOSTILE = (
    "\"><script>alert(1)</script><img src=x onerror=alert(2)>'{{7*7}}{{constructor}}</textarea></title>"
    "<svg onload=alert(3)><a href=javascript:alert(4)>x</a>{name}%s‮"
)
WRITTEN: Mapping[str, tuple[str, ...]] = {
    "users": ("display_name",),
    "profiles": ("name", "nickname", "description"),
    "personas": ("name", "description", "appearance", "custom_instructions"),
    "characters": ("name", "description", "system_prompt", "greeting"),
    "lore_books": ("name", "description"),
    "lore_entries": ("name", "content"),
    "sessions": ("user_agent",),
    "logins": ("user_agent",),
    "api_tokens": ("name",),
    "creators": ("display_name", "bio"),
    "programs": ("name", "description"),
    "applications": ("words",),
    "plans": ("name", "description"),
    "token_packages": ("name",),
    "gifts": ("message",),
    "reports": ("words",),
    "admin_notes": ("text",),
    "standings": ("reason",),
}
"""Where people's own words stand. A column that is not there any more is left out."""


@pytest.fixture
def rates() -> Mapping[Rate, Allowance]:
    return OFTEN


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as running:
        yield running


@dataclass
class Watch:
    """What a browser did that it should not have."""

    wrong: list[str] = field(default_factory=list)
    where: str = ""

    def tell(self, what: str) -> None:
        self.wrong.append(f"{self.where}: {what}"[:300])


async def write_hostile(connection: AsyncConnection, user_id: UUID) -> int:
    """Put hostile words into every column of `WRITTEN`, cut where a rule of the table wants it; how many took them."""
    taken = 0
    for table, columns in WRITTEN.items():
        known = Base.metadata.tables[table].columns
        for column in columns:
            if column not in known or not isinstance(known[column].type, Text | type(known[column].type)):
                continue
            async with connection.begin_nested() as undo:
                try:
                    await connection.execute(text(f'UPDATE "{table}" SET "{column}" = :words'), {"words": HOSTILE})
                    taken += 1
                except Exception:  # a rule of the table: shorter, or not at all
                    await undo.rollback()
    return taken


@asynccontextmanager
async def opened(browser: Browser, site: Site, visitor: Visitor | None, watch: Watch) -> AsyncIterator[Page]:
    """A page of the browser, signed in as the visitor is."""
    context = await browser.new_context(viewport=PHONE, locale="en-GB")
    if visitor is not None:
        cookies = [
            {"name": one.key, "value": one.value, "url": site.origin} for one in visitor.client.session.cookie_jar
        ]
        await context.add_cookies(cookies)  # type: ignore[arg-type]
    page = await context.new_page()
    page.on("dialog", lambda dialog: watch.tell(f"a dialog: {dialog.message}"))
    page.on("pageerror", lambda error: watch.tell(f"a script failed: {error}"))
    page.on("console", lambda said: watch.tell(said.text) if "Content Security Policy" in said.text else None)
    yield page
    await context.close()


LOOK = """() => {
  const wrong = [];
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) wrong.push(`runs over the edge by ${root.scrollWidth - root.clientWidth}`);
  const heads = document.querySelectorAll("h1").length;
  if (heads !== 1) wrong.push(`${heads} first headings`);
  if (!document.querySelector("main")) wrong.push("no main");
  if (!document.title || !root.lang) wrong.push("no title or language");
  for (const one of document.querySelectorAll("input:not([type=hidden]), select, textarea")) {
    if (!one.labels.length && !one.getAttribute("aria-label")) wrong.push(`a field without words: ${one.name}`);
  }
  for (const one of document.querySelectorAll("button, a[href]")) {
    if (!one.textContent.trim() && !one.getAttribute("aria-label") && !one.querySelector("img[alt]:not([alt=''])"))
      wrong.push(`nothing to read: ${one.outerHTML.slice(0, 80)}`);
  }
  const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
  const twice = ids.filter((id, place) => ids.indexOf(id) !== place);
  if (twice.length) wrong.push(`ids twice: ${[...new Set(twice)].slice(0, 5)}`);
  for (const one of document.querySelectorAll("table"))
    if (!one.querySelector("th")) wrong.push("a table without heads");
  for (const one of document.querySelectorAll("img:not([alt])")) wrong.push(`a picture without words: ${one.src}`);
  return wrong;
}"""


async def walked(page: Page, site: Site, addresses: Addresses, watch: Watch, access: tuple[Access, ...]) -> int:
    """Look at every page of these; how many were there."""
    seen = 0
    person = addresses.filled.first
    for one in all_pages():
        if not one.is_safe or one.changes or one.access not in access:
            continue
        watch.where = one.name
        answer = await page.request.get(site.origin + addresses.of(one, person), max_redirects=0)
        if answer.status != 200 or not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        await page.goto(site.origin + addresses.of(one, person))
        seen += 1
        for found in await page.evaluate(LOOK):
            watch.tell(found)
    return seen


async def test_every_page_on_a_phone_with_hostile_words(site: Site, browser: Browser) -> None:
    async with site.owner.begin() as connection:
        addresses = Addresses(await fill(connection, people=2))
        assert await write_hostile(connection, addresses.filled.first.user) > 20
    me = await site.sign_in(addresses.filled.first.user)
    admin = await site.sign_in(number=800, role=UserRole.ADMIN)
    watch = Watch()
    async with opened(browser, site, None, watch) as page:
        assert await walked(page, site, addresses, watch, (Access.ANYBODY,)) >= 2
    async with opened(browser, site, me, watch) as page:
        assert await walked(page, site, addresses, watch, (Access.ANYBODY, Access.MEMBER)) >= 5
    async with opened(browser, site, admin, watch) as page:
        await walked(page, site, addresses, watch, (Access.MODERATOR, Access.ADMIN))
    assert watch.wrong == []


async def test_a_script_in_a_page_would_be_seen(site: Site, browser: Browser) -> None:
    """The control: where a page does hold a script, the browser refuses it and the watch tells."""
    watch = Watch(where="planted")
    async with opened(browser, site, None, watch) as page:

        async def plant(route: object) -> None:
            answer = await route.fetch()  # type: ignore[attr-defined]
            body = (await answer.text()).replace("<main", "<script>alert(1)</script><main")
            await route.fulfill(response=answer, body=body)  # type: ignore[attr-defined]

        await page.route("**/sign-in", plant)
        await page.goto(site.origin + "/sign-in")
    assert watch.wrong
