"""Stickers: drawn where they were sent, and chosen to be sent."""

import pytest
from playwright.async_api import expect

from sandbox.server import Sandbox
from tests.client.conftest import Opens

pytestmark = pytest.mark.browser


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
