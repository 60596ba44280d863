"""What the client does when the server, the connection or a call fails."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, Route, expect

from sandbox.server import Sandbox
from tests.client.conftest import Opens
from tests.client.house_bot import HouseBot
from tests.client.visits import Visit

pytestmark = pytest.mark.browser

WATCH_BANNER = """() => {
  const banner = document.querySelector("#banner");
  const note = () => { document.body.dataset.told = (document.body.dataset.told ?? "") + banner.textContent; };
  new MutationObserver(note).observe(banner, { childList: true, subtree: true });
}"""


async def told_of_a_lost_connection(page: Page) -> None:
    await expect(page.locator("body")).to_have_attribute("data-told", re.compile("Connection lost"))


@pytest.mark.parametrize("how", ["drop", "invalidate", "reconnect"])
async def test_a_lost_connection_is_told_and_comes_back(
    sandbox: Sandbox, bot: HouseBot, opens: Opens, how: str
) -> None:
    robin = await opens()
    await robin.say("before")
    await expect(robin.message("before")).to_be_visible()
    await robin.page.evaluate(WATCH_BANNER)
    assert sandbox.core.hub.poke(how, user_id=sandbox.person("robin").id, code=4000, resumable=False) == 1
    await told_of_a_lost_connection(robin.page)
    await expect(robin.page.locator("#banner")).to_be_hidden()
    await bot.place("tavern").send("after the storm")
    await expect(robin.message("after the storm")).to_have_count(1)
    await expect(robin.page.locator(".message", has_text="before")).to_have_count(1)


async def test_a_server_that_comes_back_brings_what_was_missed(tmp_path: Path, browser: Browser) -> None:
    world = tmp_path / "world.json"
    first = await Sandbox.open(port=0, world=world)
    port = int(first.url.rsplit(":", 1)[1])
    context = await browser.new_context()
    try:
        robin = Visit(await context.new_page(), first)
        await robin.go("member", "tavern")
        await robin.page.evaluate(WATCH_BANNER)
        await first.close()
        await told_of_a_lost_connection(robin.page)
        await robin.say("into the void")
        await expect(robin.page.get_by_role("alert")).to_contain_text("cannot be reached")
        await expect(robin.field).to_have_value("into the void")
        async with Sandbox.start(port=port, world=world):
            await expect(robin.page.locator("#banner")).to_be_hidden(timeout=15_000)
            await robin.field.press("Enter")
            await expect(robin.message("into the void")).to_have_count(1)
    finally:
        await context.close()


async def test_a_refused_call_says_why_and_keeps_the_text(opens: Opens) -> None:
    robin = await opens()

    async def refuse(route: Route) -> None:
        await route.fulfill(status=403, json={"message": "Missing Permissions", "code": 50013})

    await robin.page.route("**/api/v10/channels/*/messages", refuse)
    await robin.say("may I?")
    await expect(robin.page.get_by_role("alert")).to_have_text("Missing Permissions (50013)")
    await expect(robin.field).to_have_value("may I?")


async def test_where_one_may_not_write_the_field_says_so(bot: HouseBot, opens: Opens) -> None:
    robin = await opens()
    await expect(robin.field).to_be_visible()
    tavern = bot.place("tavern")
    alex = await opens("admin")
    headers = {"Authorization": alex.sandbox.person("alex").token}
    url = f"{alex.sandbox.url}/api/v10/channels/{tavern.id}/permissions/{tavern.guild.id}"
    response = await alex.page.request.put(url, headers=headers, data={"type": 0, "allow": "0", "deny": str(1 << 11)})
    assert response.ok, await response.text()
    await expect(robin.page.locator(".composer-notice")).to_contain_text("do not have permission")
    await expect(robin.field).to_be_hidden()
    await expect(alex.field).to_be_visible()


async def test_unread_messages_are_marked_and_jumped_to(bot: HouseBot, opens: Opens) -> None:
    robin = await opens()
    tavern = bot.place("tavern")
    await tavern.send("already read")
    await expect(robin.message("already read")).to_be_visible()
    await robin.page.locator("#channels").get_by_role("button", name="off-topic").click()
    await robin.shows_channel("off-topic")
    for n in range(30):
        await tavern.send(f"news {n}\nof\nthe day")
    row = robin.page.locator("#channels").get_by_role("button", name="tavern, unread")
    await expect(row).to_be_visible()
    await row.click()
    await robin.shows_channel("tavern")
    await expect(robin.message("news 29")).to_be_in_viewport()
    await robin.button("New messages").click()
    await expect(robin.message("news 0\n")).to_be_in_viewport()
    await expect(robin.page.locator(".new-line")).to_be_in_viewport()
    order = await robin.page.locator(".message-list > li").all_inner_texts()
    line = order.index("NEW") if "NEW" in order else order.index("New")
    assert "news 0" in order[line + 1]


DROP = """async (name) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File(["ink"], name, { type: "text/plain" }));
  const main = document.querySelector("#main");
  for (const type of ["dragenter", "dragover", "drop"]) {
    main.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: transfer }));
  }
  const paste = new DataTransfer();
  paste.items.add(new File(["ink"], "pasted.txt", { type: "text/plain" }));
  document.querySelector(".composer-text").dispatchEvent(
    new ClipboardEvent("paste", { bubbles: true, cancelable: true, clipboardData: paste }));
}"""


async def test_files_are_dropped_and_pasted(opens: Opens) -> None:
    robin = await opens()
    await robin.page.evaluate(DROP, "dropped.txt")
    waiting = robin.page.get_by_role("list", name="Files to send")
    await expect(waiting.locator(".upload-name")).to_have_text(["dropped.txt", "pasted.txt"])
    await waiting.get_by_role("button", name="Remove pasted.txt").click()
    await robin.field.press("Enter")
    await expect(robin.page.locator(".file-card a").first).to_have_text("dropped.txt")
