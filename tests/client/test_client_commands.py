"""Slash commands, autocomplete, modals and context menus in the web client."""

import re

import pytest
from playwright.async_api import expect

from sandbox.server import Sandbox
from tests.client.conftest import Opens
from tests.client.house_bot import HouseBot

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("bot")]


async def test_the_picker_filters_and_completes(opens: Opens) -> None:
    robin = await opens()
    await robin.field.fill("/")
    options = robin.page.get_by_role("listbox", name="Commands").get_by_role("option")
    await expect(options.first).to_contain_text("/character create")
    await expect(robin.page.locator(".suggest-group")).to_have_text("BotCafé")
    await robin.field.fill("/summ")
    await expect(options).to_have_count(1)
    await robin.field.fill("/nothing-like-it")
    await expect(robin.page.locator(".options-empty")).to_have_text("No command of this name")
    await robin.field.press("Escape")
    await expect(robin.page.locator(".suggest")).to_be_hidden()


async def test_autocomplete_is_live_and_sends_the_value(opens: Opens) -> None:
    robin = await opens()
    await robin.begin("character summon")
    choices = robin.page.get_by_role("listbox", name="Choices for name").get_by_role("option")
    await expect(choices).to_have_text(["Mira", "Orrin", "Moss"])
    await robin.page.keyboard.type("mo")
    await expect(choices).to_have_text(["Moss"])
    await robin.page.keyboard.press("Enter")
    await expect(robin.page.get_by_role("combobox", name="name")).to_have_value("Moss")
    await robin.page.keyboard.press("Enter")
    await expect(robin.message("summoned id-Moss False")).to_be_visible()
    await expect(robin.message("summoned id-Moss").locator(".message-reference")).to_contain_text(
        "Robin used /character"
    )


async def test_options_are_checked_before_they_are_sent(sandbox: Sandbox, opens: Opens) -> None:
    robin = await opens()
    await robin.begin("options")
    error = robin.page.locator(".command-error")
    await robin.page.keyboard.type("x")
    await robin.page.keyboard.press("Enter")
    await expect(error).to_have_text("text: at least 2 characters, this has 1.")
    await robin.page.keyboard.type("yz")
    await robin.page.keyboard.press("Tab")
    await robin.page.keyboard.type("77")
    await robin.page.keyboard.press("Enter")
    await expect(error).to_have_text("count: at most 10.")
    await expect(robin.page.get_by_role("combobox", name="count")).to_have_attribute("aria-invalid", "true")
    assert not sandbox.journal.entries(method="POST", path="/interactions")


async def test_every_kind_of_option_arrives(opens: Opens) -> None:
    robin = await opens()
    await robin.begin("options")
    keyboard = robin.page.keyboard
    await keyboard.type("tea")
    await keyboard.press("Tab")
    await keyboard.type("7")
    await keyboard.press("Tab")
    await keyboard.type("lar")
    await keyboard.press("Enter")
    await robin.page.get_by_role("button", name="Add option who").click()
    await keyboard.type("sas")
    await keyboard.press("Enter")
    await robin.page.get_by_role("button", name="Add option file").click()
    await robin.page.locator(".command-form input[type=file]").set_input_files(
        [{"name": "map.txt", "mimeType": "text/plain", "buffer": b"here"}]
    )
    await keyboard.press("Enter")
    await expect(robin.message("text=tea count=7 size=L who=sasha file=map.txt")).to_be_visible()


async def test_escape_leaves_a_command_and_backspace_gives_its_text_back(opens: Opens) -> None:
    robin = await opens()
    await robin.begin("character summon")
    await robin.page.keyboard.press("Backspace")
    await expect(robin.field).to_have_value("/character summon")
    await robin.field.press("Enter")
    await robin.page.keyboard.press("Escape")
    await robin.page.keyboard.press("Escape")
    await expect(robin.field).to_be_visible()
    await expect(robin.field).to_be_focused()


async def test_a_deferred_answer_thinks_first(bot: HouseBot, opens: Opens) -> None:
    robin = await opens()
    await robin.run("think")
    await expect(robin.message("BotCafé is thinking…")).to_be_visible()
    bot.gate.set()
    await expect(robin.message("thought it over")).to_be_visible()
    await expect(robin.page.locator(".thinking")).to_have_count(0)


async def test_a_silent_command_says_so_to_its_user_only(opens: Opens) -> None:
    robin, sasha = await opens("member"), await opens("creator")
    await robin.run("silent")
    failed = robin.message("The application did not respond")
    await expect(failed).to_contain_text("Only you can see this")
    await expect(sasha.page.locator(".message", has_text="did not respond")).to_have_count(0)
    await failed.get_by_role("button", name="Dismiss message").click()
    await expect(failed).to_have_count(0)


async def test_apps_are_told_the_language_the_person_reads(opens: Opens) -> None:
    robin = await opens()
    language = await robin.page.evaluate("navigator.language")
    async with robin.page.expect_request("**/interactions") as asked:
        await robin.run("silent")
    assert (await asked.value).headers["x-discord-locale"] == language


async def test_a_modal_goes_there_and_back(opens: Opens) -> None:
    robin = await opens()
    await robin.run("character create")
    form = robin.page.get_by_role("dialog", name="A new character")
    await expect(form.locator("strong").first).to_have_text("somebody")
    name = form.get_by_role("textbox", name="Name")
    await expect(name).to_be_focused()
    await form.get_by_role("button", name="Submit").click()
    await expect(form.get_by_role("alert").filter(has_text="required")).to_have_count(1)
    await name.fill("M")
    await name.press("Enter")
    await expect(form.get_by_role("alert").filter(has_text="at least 2")).to_have_count(1)
    await name.fill("Mira, keeper of much")
    await form.get_by_role("button", name="Submit").click()
    await expect(form.get_by_role("alert").filter(has_text="at most 12 characters; this has 20")).to_have_count(1)
    await expect(name).to_have_value("Mira, keeper of much")
    await name.fill("Mira, keeper")
    await expect(form.locator(".field-count").first).to_have_text("12 / 12")
    await form.get_by_role("textbox", name="Words").fill("one\ntwo")
    await form.get_by_role("combobox", name="Mood").press("ArrowDown")
    await robin.page.get_by_role("option", name="Merry").click()
    await form.locator("input[type=file]").set_input_files(
        [{"name": "f.png", "mimeType": "image/png", "buffer": b"png"}]
    )
    await form.get_by_role("button", name="Submit").click()
    await expect(form).to_have_count(0)
    shown = robin.message("Mira, keeper|one").locator(".message-content")
    await expect(shown).to_have_text("Mira, keeper|one\ntwo|['Merry']|['f.png']")


async def test_radios_checkboxes_and_people_in_a_modal(opens: Opens) -> None:
    robin = await opens()
    await robin.run("choices")
    form = robin.page.get_by_role("dialog", name="Choices")
    await form.get_by_role("button", name="Submit").click()
    await expect(form.get_by_role("alert").filter(has_text="Choose one of these")).to_have_count(1)
    await form.get_by_role("combobox", name="People").click()
    await robin.page.get_by_role("option", name="Alex").click()
    await robin.page.get_by_role("option", name="Sasha").click()
    await robin.page.keyboard.press("Escape")
    await form.get_by_label("Large").check()
    await form.get_by_label("Milk").check()
    await form.get_by_label("I am sure").check()
    await form.get_by_role("button", name="Submit").click()
    await expect(robin.message("['alex', 'sasha']|l|['m']|True")).to_contain_text("Only you can see this")


async def test_escape_closes_a_modal_and_gives_the_keyboard_back(opens: Opens) -> None:
    robin = await opens()
    await robin.run("character create")
    form = robin.page.get_by_role("dialog", name="A new character")
    await expect(form).to_be_visible()
    await robin.page.keyboard.press("Escape")
    await expect(form).to_have_count(0)
    await expect(robin.field).to_be_focused()


async def test_message_menus_hold_the_apps_commands(opens: Opens) -> None:
    robin = await opens()
    await robin.say("keep this")
    menu = await robin.menu_of(robin.message("keep this"))
    await expect(menu).to_contain_text("Apps")
    await menu.get_by_role("menuitem", name="Remember").click()
    await expect(robin.message("remembered: keep this")).to_contain_text("Only you can see this")


async def test_a_right_click_on_a_person_offers_their_menu(opens: Opens) -> None:
    robin = await opens()
    await robin.page.locator(".member", has_text="Sasha").click(button="right")
    await robin.page.get_by_role("menu", name="User actions").get_by_role("menuitem", name=re.compile("Wave")).click()
    await expect(robin.message("waves at sasha")).to_be_visible()
