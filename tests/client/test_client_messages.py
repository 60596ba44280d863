"""Writing, reading and changing messages in the web client."""

import re

import discord
import pytest
from playwright.async_api import expect

from sandbox.server import Sandbox
from tests.client.conftest import Opens
from tests.client.house_bot import HouseBot

pytestmark = pytest.mark.browser


async def test_a_sent_message_reaches_everybody(sandbox: Sandbox, opens: Opens) -> None:
    robin, sasha = await opens("member"), await opens("creator")
    await robin.say("Good **evening**")
    await expect(sasha.message("Good evening").locator("strong")).to_have_text("evening")
    await expect(robin.message("Good evening").locator(".author")).to_have_text("Robin")
    await expect(robin.field).to_have_value("")
    posts = sandbox.journal.entries(method="POST", path="/messages")
    assert [entry.request["content"] for entry in posts] == ["Good **evening**"]


async def test_shift_enter_begins_a_line_and_enter_sends(opens: Opens) -> None:
    robin = await opens()
    await robin.field.fill("one")
    await robin.field.press("Shift+Enter")
    await robin.page.keyboard.type("two")
    await robin.field.press("Enter")
    await expect(robin.message("one").locator(".message-content")).to_have_text("one\ntwo")


async def test_messages_of_one_author_are_grouped_but_not_webhook_voices(bot: HouseBot, opens: Opens) -> None:
    robin = await opens()
    await robin.say("first")
    await robin.say("second")
    await expect(robin.message("second")).to_have_class(re.compile("grouped"))
    hook = await bot.place("tavern").create_webhook(name="BotCafé")
    await hook.send("mine", username="Mira", wait=True)
    await hook.send("still mine", username="Mira", wait=True)
    await hook.send("another voice", username="Orrin", wait=True)
    await expect(robin.message("still mine")).to_have_class(re.compile("grouped"))
    await expect(robin.message("another voice")).not_to_have_class(re.compile("grouped"))
    await expect(robin.message("another voice").locator(".author")).to_have_text("Orrin")
    await expect(robin.message("another voice").locator(".badge")).to_have_text("APP")


async def test_a_streamed_edit_grows_in_place(bot: HouseBot, opens: Opens) -> None:
    robin = await opens()
    hook = await bot.place("tavern").create_webhook(name="BotCafé")
    message = await hook.send("She looks up.", username="Mira", wait=True)
    shown = robin.message("She looks up.")
    await expect(shown).to_be_visible()
    await robin.page.evaluate("document.querySelector('.message:last-child').dataset.kept = 'yes'")
    for part in ("She looks up.\n\nA", "She looks up.\n\nA **long**", "She looks up.\n\nA **long** story.\n- a shell"):
        await message.edit(content=part)
    await expect(shown.locator("li")).to_have_text("a shell")
    await expect(shown.locator(".edited")).to_be_visible()
    assert await shown.get_attribute("data-kept") == "yes"


async def test_reading_above_is_not_disturbed_by_new_messages(bot: HouseBot, opens: Opens) -> None:
    tavern = bot.place("tavern")
    for n in range(70):
        await tavern.send(f"line {n}\nand\nmore")
    robin = await opens()
    await expect(robin.message("line 69")).to_be_in_viewport()
    scroller = robin.page.locator("#messages")
    await scroller.evaluate("node => { node.scrollTop = 200; }")
    await expect(robin.message("line 0\n")).to_be_attached()
    await scroller.evaluate("node => { node.scrollTop = 900; }")
    before = await scroller.evaluate("node => node.scrollTop")
    await tavern.send("news from below")
    bar = robin.page.locator("#present-bar")
    await expect(bar).to_contain_text("1 new message")
    assert await scroller.evaluate("node => node.scrollTop") == before
    await bar.click()
    await expect(robin.message("news from below")).to_be_in_viewport()


async def test_own_message_is_edited_with_the_up_arrow_and_deleted(opens: Opens) -> None:
    robin, sasha = await opens("member"), await opens("creator")
    await robin.say("helo")
    await expect(robin.message("helo")).to_be_visible()
    await robin.field.press("ArrowUp")
    edit = robin.page.get_by_role("textbox", name="Edit message")
    await edit.fill("hello")
    await edit.press("Enter")
    await expect(sasha.message("hello").locator(".edited")).to_be_visible()
    menu = await robin.menu_of(robin.message("hello"))
    await menu.get_by_role("menuitem", name="Delete message").click()
    await robin.page.get_by_role("dialog", name="Delete message").get_by_role("button", name="Delete").click()
    await expect(sasha.page.locator(".message", has_text="hello")).to_have_count(0)


async def test_a_reply_shows_what_it_answers(opens: Opens) -> None:
    robin, sasha = await opens("member"), await opens("creator")
    await sasha.say("Who has the key?")
    question = robin.message("Who has the key?")
    await question.hover()
    await question.get_by_role("button", name="Reply").click()
    await expect(robin.page.locator(".reply-bar")).to_contain_text("Replying to Sasha")
    await robin.page.keyboard.type("Not me")
    await robin.page.keyboard.press("Enter")
    answer = sasha.message("Not me")
    await expect(answer.locator(".message-reference")).to_contain_text("Who has the key?")
    await expect(answer).to_have_class(re.compile("mentions-me"))


async def test_mentions_are_completed_and_sent_as_ids(sandbox: Sandbox, opens: Opens) -> None:
    robin, sasha = await opens("member"), await opens("creator", "welcome")
    await robin.field.press_sequentially("hey @sas")
    await expect(robin.page.get_by_role("option", name="Sasha")).to_have_attribute("aria-selected", "true")
    await robin.field.press("Enter")
    await expect(robin.field).to_have_value("hey @Sasha ")
    await robin.field.press("Enter")
    await expect(robin.message("hey @Sasha").locator(".mention")).to_have_text("@Sasha")
    assert sandbox.journal.entries(method="POST", path="/messages")[-1].request["content"] == (
        f"hey <@{sandbox.person('sasha').id}>"
    )
    await expect(sasha.page.locator(".channel-row.unread", has_text="tavern").locator(".count")).to_have_text("1")
    await sasha.page.locator("#channels").get_by_role("button", name=re.compile("^tavern")).click()
    await expect(sasha.page.locator(".channel-row.unread")).to_have_count(0)


async def test_files_and_typing(bot: HouseBot, opens: Opens) -> None:
    robin, sasha = await opens("member"), await opens("creator")
    await robin.page.locator(".composer input[type=file]").set_input_files(
        [{"name": "note.txt", "mimeType": "text/plain", "buffer": b"ink"}]
    )
    await expect(robin.page.get_by_role("list", name="Files to send")).to_contain_text("note.txt")
    await robin.field.press_sequentially("with a note")
    await expect(sasha.page.locator(".typing")).to_have_text("Robin is typing…")
    await robin.field.press("Enter")
    await expect(sasha.message("with a note").locator(".file-card a").first).to_have_text("note.txt")
    await expect(sasha.page.locator(".typing")).to_have_text("")


async def test_the_api_says_why_it_refused(sandbox: Sandbox, opens: Opens) -> None:
    robin = await opens()
    await robin.say("x" * 100)
    await robin.page.evaluate("document.querySelector('.composer-text').removeAttribute('maxlength')")
    await robin.say("y" * 2001)
    await expect(robin.page.get_by_role("alert")).to_contain_text("at most 2000 characters")
    await expect(robin.field).to_have_value("y" * 2001)


HOSTILE = (
    "<script>window.hacked = 1</script>",
    "<img src=x onerror='window.hacked = 1'>",
    "[click](javascript:window.hacked=1)",
    "**<b onmouseover=window.hacked=1>bold</b>**",
    "```html\n<svg onload=window.hacked=1>\n```",
    "`<iframe src=javascript:window.hacked=1>`",
    "||<style>*{display:none}</style>||",
    '<https://example.org/"onmouseover="window.hacked=1>',
    "\u202eright to left \u200b zero",
)


async def test_hostile_text_stays_text(opens: Opens) -> None:
    robin = await opens()
    for text in HOSTILE:
        await robin.say(text)
    shown = robin.page.locator(".message")
    await expect(shown).to_have_count(len(HOSTILE))
    await expect(shown.first).to_contain_text("<script>window.hacked = 1</script>")
    forbidden = "script, iframe, style, svg[onload], b, [onerror], [onload], [onmouseover], a[href^='javascript']"
    assert await shown.locator(".message-content").locator(forbidden).count() == 0
    assert await robin.page.evaluate("window.hacked") is None


async def test_a_hostile_webhook_name_and_embed_stay_text(bot: HouseBot, opens: Opens) -> None:
    robin = await opens()
    hook = await bot.place("tavern").create_webhook(name="BotCafé")
    embed = discord.Embed(title="<img src=x onerror=window.hacked=1>", description="<script>window.hacked=1</script>")
    await hook.send("hi", username="<b>Mira</b>", embed=embed, wait=True)
    shown = robin.message("hi")
    await expect(shown.locator(".author")).to_have_text("<b>Mira</b>")
    await expect(shown.locator(".embed-title")).to_have_text("<img src=x onerror=window.hacked=1>")
    assert await robin.page.evaluate("window.hacked") is None


async def test_mentions_are_names_again_while_one_edits(sandbox: Sandbox, opens: Opens) -> None:
    robin = await opens("member")
    sasha, welcome = sandbox.person("sasha").id, sandbox.channel_id("welcome")
    await robin.say(f"<@{sasha}> wrote in <#{welcome}> and <@99>")
    await robin.field.press("ArrowUp")
    edit = robin.page.get_by_label("Edit message")
    await expect(edit).to_have_value("@Sasha wrote in #welcome and <@99>")
    await edit.press("End")
    await robin.page.keyboard.type(" to @al")
    await expect(robin.page.get_by_role("option", name="Alex")).to_have_attribute("aria-selected", "true")
    await robin.page.keyboard.press("Tab")
    await robin.page.keyboard.press("Enter")
    await expect(robin.message("wrote in").locator(".mention")).to_have_text(
        ["@Sasha", "#welcome", re.compile("99|Unknown"), "@Alex"]
    )
    edits = [one for one in sandbox.journal.entries(method="PATCH") if "/messages/" in one.path]
    assert (
        edits[-1].request["content"] == f"<@{sasha}> wrote in <#{welcome}> and <@99> to <@{sandbox.person('alex').id}>"
    )
