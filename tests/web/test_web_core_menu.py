"""The menu at the side in a real browser: where one stands is in sight, however long it is."""

from __future__ import annotations

import pytest
from playwright.async_api import ViewportSize, expect

from db.models import UserRole
from tests.client.chromium import chromium
from tests.web.conftest import Site

pytestmark = pytest.mark.browser

LOW: ViewportSize = {"width": 1200, "height": 600}


async def test_where_one_stands_is_in_sight(site: Site) -> None:
    admin = await site.sign_in(number=900, role=UserRole.ADMIN)
    cookies = [{"name": one.key, "value": one.value, "url": site.origin} for one in admin.client.session.cookie_jar]
    async with chromium() as browser:
        context = await browser.new_context(viewport=LOW)
        await context.add_cookies(cookies)  # type: ignore[arg-type]
        page = await context.new_page()
        for path in ("/admin/switches", "/wallet"):
            await page.goto(f"{site.origin}{path}")
            here = page.locator(".side [aria-current]")
            await expect(here).to_have_attribute("href", path)
            await expect(here).to_be_in_viewport(ratio=1)
        await context.close()
