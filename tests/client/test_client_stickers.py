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


async def test_a_sticker_is_chosen_and_sent_at_once(sandbox: Sandbox, opens: Opens) -> None:
    robin, sasha = await opens("member"), await opens("creator")
    await robin.button("Sticker").click()
    picker = robin.page.get_by_role("dialog", name="Sticker picker")
    await expect(picker.locator(".sticker-cell")).to_have_count(3)
    await picker.get_by_role("button", name="Kettle's on").click()
    await expect(picker).to_have_count(0)
    await expect(sasha.page.get_by_alt_text("Sticker: Kettle's on")).to_be_visible()
    await expect(robin.field).to_be_focused()
    # By keyboard: by what it is about, not only by its name.
    await robin.button("Sticker").press("Enter")
    await robin.page.keyboard.type("closed eyes")
    await expect(picker.locator(".sticker-cell")).to_have_count(1)
    await robin.page.keyboard.press("Enter")
    await expect(sasha.page.get_by_alt_text("Sticker: Sleepy star")).to_be_visible()
    sent = [one.request["sticker_ids"] for one in sandbox.journal.entries(method="POST", path="/messages")]
    assert [len(one) for one in sent] == [1, 1]


async def test_stickers_go_with_what_is_being_written(sandbox: Sandbox, opens: Opens) -> None:
    robin, sasha = await opens("member"), await opens("creator")
    await sasha.say("What do you bring?")
    await robin.message("What do you bring?").hover()
    await robin.message("What do you bring?").get_by_role("button", name="Reply").click()
    await robin.field.fill("Light, and water")
    for name in ("Lamp lit", "Kettle's on", "Sleepy star"):
        await robin.button("Sticker").click()
        await robin.page.get_by_role("dialog", name="Sticker picker").get_by_role("button", name=name).click()
    waiting = robin.page.get_by_role("list", name="Stickers to send")
    await expect(waiting.get_by_role("listitem")).to_have_count(3)
    await waiting.get_by_role("button", name="Remove Sleepy star").click()
    await robin.field.press("Enter")
    await expect(waiting).to_be_hidden()
    answer = sasha.message("Light, and water")
    await expect(answer.locator(".sticker")).to_have_count(2)
    await expect(answer.locator(".message-reference")).to_contain_text("What do you bring?")


async def test_a_refused_sticker_comes_back(sandbox: Sandbox, opens: Opens) -> None:
    robin = await opens("member")
    lamp = next(one for one in sandbox.world.stickers if one.name == "Lamp lit")
    await robin.field.fill("with a lamp")
    await robin.button("Sticker").click()
    await robin.page.get_by_role("dialog", name="Sticker picker").get_by_role("button", name="Lamp lit").click()
    sandbox.world.stickers.drop(lamp.id)
    await robin.field.press("Enter")
    await expect(robin.page.get_by_role("alert")).to_contain_text("50081")
    await expect(robin.field).to_have_value("with a lamp")
    await expect(robin.page.get_by_role("list", name="Stickers to send").get_by_role("listitem")).to_have_count(1)


async def test_a_server_without_stickers_says_so_and_direct_messages_have_none(sandbox: Sandbox, opens: Opens) -> None:
    robin = await opens("member", "pier")
    await robin.button("Sticker").click()
    await expect(robin.page.get_by_role("dialog", name="Sticker picker")).to_contain_text("no stickers")
    await robin.page.keyboard.press("Escape")
    await robin.page.locator("#rail").get_by_role("button", name="Direct messages").click()
    await robin.shows_channel("Tea at four")
    await expect(robin.button("Sticker")).to_be_hidden()
