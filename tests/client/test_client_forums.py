"""Posts of forums, groups and stickers, as the client shows them."""

import re

import pytest
from playwright.async_api import expect

from sandbox import trouble
from sandbox.server import Sandbox
from tests.client.conftest import Opens

pytestmark = pytest.mark.browser


async def test_a_post_stands_under_its_forum_and_is_answered(sandbox: Sandbox, opens: Opens) -> None:
    robin = await opens("member")
    row = robin.page.locator(".thread-rows").get_by_role("button", name=re.compile("The clock that runs backwards"))
    await row.click()
    await robin.shows_channel("The clock that runs backwards")
    await expect(robin.message("home before I left")).to_be_visible()
    await expect(robin.page.locator(".thread-chip")).to_have_count(0)
    await robin.say("It was the baker.")
    await expect(robin.message("It was the baker.")).to_be_visible()
    # The forum goes, and its posts with it.
    trouble.cause(sandbox.core, "delete_channel", channel_id=sandbox.channel_id("story-corner"))
    await expect(row).to_have_count(0)


async def test_a_sticker_is_drawn_with_its_name(sandbox: Sandbox, opens: Opens) -> None:
    robin = await opens("member")
    lamp = next(one for one in sandbox.world.stickers if one.name == "Lamp lit")
    await robin.page.evaluate(
        """async ([channel, sticker, token]) => {
            const headers = { Authorization: token, "Content-Type": "application/json" };
            const body = JSON.stringify({ sticker_ids: [sticker] });
            await fetch(`/api/v10/channels/${channel}/messages`, { method: "POST", headers, body });
        }""",
        [sandbox.channel_id("tavern"), lamp.id, sandbox.person("robin").token],
    )
    picture = robin.page.get_by_alt_text("Sticker: Lamp lit")
    await expect(picture).to_be_visible()
    await expect(picture).to_have_js_property("naturalWidth", 160)
