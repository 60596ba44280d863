"""Forums and their posts, as the client shows them and lets people begin them."""

import re

import pytest
from playwright.async_api import Locator, expect

from sandbox import trouble
from sandbox.server import Sandbox
from sandbox.world.models import Channel, ChannelFlag
from tests.client.conftest import Opens
from tests.client.house_bot import PIXEL
from tests.client.visits import Visit

pytestmark = pytest.mark.browser

CLOCK = "The clock that runs backwards"


def _forum(sandbox: Sandbox) -> Channel:
    return sandbox.world.channel(sandbox.channel_id("story-corner"))


def _posts(sandbox: Sandbox) -> dict[str, Channel]:
    forum = _forum(sandbox)
    return {one.name: one for one in sandbox.world.threads_of(forum.guild_id or "") if one.parent_id == forum.id}


async def _at_forum(opens: Opens, who: str = "member", **about: object) -> Visit:
    """The client, gone from a channel to the forum by its row."""
    visit = await opens(who, "welcome", **about)
    if about.get("touch"):
        await visit.page.get_by_role("button", name="Show channels").tap()
    await visit.page.locator("#channels").get_by_role("button", name="story-corner", exact=True).click()
    await expect(_page(visit)).to_be_visible()
    return visit


def _page(visit: Visit) -> Locator:
    return visit.page.get_by_role("region", name="Posts in story-corner")


def _form(visit: Visit) -> Locator:
    return visit.page.get_by_role("form", name="New post")


async def test_a_post_stands_under_its_forum_and_is_answered(sandbox: Sandbox, opens: Opens) -> None:
    robin = await opens("member")
    row = robin.page.locator(".thread-rows").get_by_role("button", name=re.compile(CLOCK))
    await row.click()
    await robin.shows_channel(CLOCK)
    await expect(robin.message("home before I left")).to_be_visible()
    await expect(robin.page.locator(".thread-chip")).to_have_count(0)
    await robin.say("It was the baker.")
    await expect(robin.message("It was the baker.")).to_be_visible()
    # The forum goes, and its posts with it.
    trouble.cause(sandbox.core, "delete_channel", channel_id=sandbox.channel_id("story-corner"))
    await expect(row).to_have_count(0)


async def test_a_forum_shows_its_posts_as_cards(sandbox: Sandbox, opens: Opens) -> None:
    robin = await _at_forum(opens)
    await expect(robin.field).to_be_hidden()
    card = _page(robin).get_by_role("button", name=CLOCK)
    await expect(card).to_contain_text("Sasha: The clock in the square runs backwards")
    await expect(card).to_contain_text("Mystery")
    await expect(card.locator(".post-fact").nth(1)).to_have_text("1")
    await card.click()
    await robin.shows_channel(CLOCK)
    await expect(_page(robin)).to_be_hidden()
    await expect(robin.field).to_be_focused()
    await robin.page.get_by_role("button", name="#story-corner").click()
    await expect(card).to_be_visible()


async def test_a_post_is_begun_with_title_text_tags_and_a_file(sandbox: Sandbox, opens: Opens) -> None:
    robin, sasha = await _at_forum(opens), await _at_forum(opens, "creator")
    await robin.page.get_by_label("Search or create a post").fill("The lamp")
    await robin.button("New post").click()
    await expect(_form(robin).get_by_label("Title")).to_have_value("The lamp")
    await expect(_form(robin).get_by_label("Message")).to_be_focused()
    await robin.page.keyboard.type("It burns **blue** :star: says @sas")
    await expect(robin.page.get_by_role("option", name="Sasha")).to_have_attribute("aria-selected", "true")
    await robin.page.keyboard.press("Enter")
    await expect(_form(robin).get_by_label("Message")).to_have_value("It burns **blue** :star: says @Sasha ")
    for tag in ("Adventure", "Mystery"):
        await _form(robin).get_by_role("button", name=tag).click()
    await _form(robin).get_by_role("button", name="Mystery").click()
    await (
        _form(robin)
        .locator("input[type=file]")
        .set_input_files([{"name": "lamp.png", "mimeType": "image/png", "buffer": PIXEL}])
    )
    await _form(robin).get_by_role("button", name="Post", exact=True).click()
    await robin.shows_channel("The lamp")
    await expect(robin.message("It burns blue ⭐").locator("strong")).to_have_text("blue")
    await expect(robin.message("It burns blue ⭐").locator(".mention")).to_have_text("@Sasha")
    await expect(robin.page.locator(".beginning .tag-chip")).to_contain_text(["Adventure"])
    post = _posts(sandbox)["The lamp"]
    assert post.applied_tags == [_forum(sandbox).available_tags[0]["id"]]
    # Whoever has the forum open sees it come, first in the list and with its picture.
    first = sasha.page.locator(".post-card").first
    await expect(first).to_contain_text("Robin: It burns blue ⭐")
    await expect(first.locator(".post-picture")).to_have_js_property("naturalWidth", 1)
    await expect(first).to_have_class(re.compile("unread"))


async def test_what_is_missing_is_said_and_nothing_is_lost(sandbox: Sandbox, opens: Opens) -> None:
    forum = _forum(sandbox)
    forum.flags |= ChannelFlag.REQUIRE_TAG
    sandbox.world.channels.put(forum)
    robin = await _at_forum(opens)
    await robin.button("New post").click()
    form, post = _form(robin), _form(robin).get_by_role("button", name="Post", exact=True)
    alert = form.get_by_role("alert")
    await post.click()
    await expect(alert).to_have_text("Give the post a title.")
    await form.get_by_label("Title").fill("A title")
    await form.get_by_label("Title").press("Enter")
    await post.click()
    await expect(alert).to_have_text("Write something to begin with.")
    await form.get_by_label("Message").fill("x" * 2001)
    await post.click()
    await expect(alert).to_contain_text("at most 2000 characters; this has 2001")
    await form.get_by_label("Message").fill("short")
    await post.click()
    await expect(alert).to_have_text("Choose at least one tag.")
    await form.get_by_role("button", name="Mystery").click()
    await expect(alert).to_have_count(0)
    await form.get_by_role("button", name="Mystery").click()
    # Only moderators set this one; and what the server refuses is said as well.
    await expect(form.get_by_role("button", name="Kettle's pick")).to_be_disabled()
    await form.get_by_role("button", name="Adventure").click()
    forum.slowmode = 60
    sandbox.world.channels.put(forum)
    await form.get_by_label("Message").press("Control+Enter")
    await robin.shows_channel("A title")
    await robin.page.get_by_role("button", name="#story-corner").click()
    await robin.button("New post").click()
    await form.get_by_label("Title").fill("Another")
    await form.get_by_label("Message").fill("too soon")
    await form.get_by_role("button", name="Adventure").click()
    await post.click()
    await expect(alert).to_contain_text("20016")
    await expect(form.get_by_label("Message")).to_have_value("too soon")
    assert set(_posts(sandbox)) == {CLOCK, "A title"}
    await robin.page.keyboard.press("Escape")
    await expect(form).to_have_count(0)


async def test_posts_are_found_by_words_tags_and_keyboard(sandbox: Sandbox, opens: Opens) -> None:
    robin = await _at_forum(opens)
    cards = robin.page.locator(".post-card")
    tools = robin.page.get_by_role("group", name="Only posts with")
    await tools.get_by_role("button", name="Adventure").click()
    await expect(cards).to_have_count(0)
    await expect(_page(robin)).to_contain_text("No post of that kind.")
    await tools.get_by_role("button", name="Mystery").click()
    await expect(cards).to_have_count(1)
    search = robin.page.get_by_label("Search or create a post")
    await search.fill("LAMP")
    await expect(cards).to_have_count(0)
    await search.press("Escape")
    await expect(cards).to_have_count(1)
    trouble.cause(sandbox.core, "archive", thread_id=_posts(sandbox)[CLOCK].id)
    await expect(_page(robin).get_by_role("heading", name="Older posts")).to_be_visible()
    await robin.button("Recently active").click()
    await robin.page.get_by_role("menuitemradio", name="Date posted").click()
    await expect(robin.button("Date posted")).to_be_focused()
    await search.focus()
    await search.press("ArrowDown")
    await expect(cards.first).to_be_focused()
    await cards.first.press("Enter")
    await robin.shows_channel(CLOCK)


async def test_tags_are_changed_by_who_may(sandbox: Sandbox, opens: Opens) -> None:
    robin, alex = await opens("member"), await opens("admin")
    for visit in (robin, alex):
        await visit.page.locator(".thread-rows").get_by_role("button", name=re.compile(CLOCK)).click()
        await visit.shows_channel(CLOCK)
    await expect(robin.button("Edit tags")).to_have_count(0)
    await alex.button("Edit tags").click()
    dialog = alex.page.get_by_role("dialog", name="Edit tags")
    await expect(dialog.get_by_role("button", name="Mystery")).to_have_attribute("aria-pressed", "true")
    await dialog.get_by_role("button", name="Kettle's pick").click()
    await dialog.get_by_role("button", name="Save").click()
    await expect(robin.page.locator(".beginning .tag-chip")).to_contain_text(["Mystery", "Kettle's pick"])


async def test_who_may_not_post_is_told(sandbox: Sandbox, opens: Opens) -> None:
    forum = _forum(sandbox)
    guild = sandbox.world.guild(forum.guild_id or "")
    everyone = sandbox.world.role(guild.id, guild.id)
    everyone.permissions &= ~(1 << 11)
    sandbox.world.roles.put(everyone)
    robin = await _at_forum(opens)
    await expect(robin.button("New post")).to_be_disabled()


async def test_a_post_is_begun_on_a_phone(sandbox: Sandbox, opens: Opens) -> None:
    robin = await _at_forum(opens, width=390, height=844, touch=True)
    await robin.button("New post").tap()
    await _form(robin).get_by_label("Title").fill("From the road")
    await _form(robin).get_by_label("Message").fill("Rain.")
    assert await robin.page.evaluate("document.scrollingElement.scrollWidth") <= 390
    await _form(robin).get_by_role("button", name="Post", exact=True).tap()
    await robin.shows_channel("From the road")
    await expect(robin.message("Rain.")).to_be_visible()
