"""A person at the local Discord who talks with characters: what they do at the browser, in words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from playwright.async_api import Browser, Locator, Page, expect

from tests.client.visits import Visit

PANEL = "is a character: its words are written by a program."
"""The first line of a reply's panel."""

_HAS_ID = "node => /^[0-9]+$/.test(node.dataset.messageId)"
_SAID_SINCE = "xpath=following-sibling::li[contains(@class,'message') and not(contains(@class,'ephemeral'))]"
_REPLY_ENDED = """([author, after]) => [...document.querySelectorAll('.message')]
    .filter(node => node.dataset.author === author && /^[0-9]+$/.test(node.dataset.messageId)
        && BigInt(node.dataset.messageId) > BigInt(after))
    .filter(node => node.querySelector('[data-custom-id$=":more"]'))
    .map(node => node.dataset.messageId).pop()"""


@dataclass(frozen=True)
class Town:
    """Where a local Discord stands, and its channels' ids by name."""

    url: str
    channels: Mapping[str, str]

    def channel_id(self, name: str) -> str:
        """The id of a channel."""
        return self.channels[name]


@dataclass(frozen=True)
class Chosen:
    """An option's value that is chosen: what is typed, and the suggestion then taken."""

    typed: str
    row: str


class Guest(Visit):
    """A person before a browser, in a place where characters are."""

    async def says(self, text: str) -> Locator:
        """Write a message; it as it stands in the channel."""
        await self.say(text)
        said = self.message(text.splitlines()[0])
        await expect(said).not_to_have_attribute("data-message-id", "")
        return await self.standing(said)

    async def standing(self, message: Locator) -> Locator:
        """The same message, found by its id from now on."""
        await expect(message).to_be_visible()
        await self.page.wait_for_function(_HAS_ID, arg=await message.element_handle())
        return self.by_id(await id_of(message))

    def by_id(self, message_id: str) -> Locator:
        """A message by its id."""
        return self.page.locator(f'.message[data-message-id="{message_id}"]')

    async def answered(self, by: str, after: Locator | None = None) -> Locator:
        """The whole reply of a character to what was said; waits until nobody writes at it any more."""
        earliest = "0" if after is None else await id_of(after)
        found = await self.page.wait_for_function(_REPLY_ENDED, arg=[by, earliest])
        return self.by_id(await found.json_value())

    async def words_of(self, message: Locator) -> str:
        """What a message says, without Discord's remark that it was edited."""
        return (await message.locator(".message-content").inner_text()).strip().removesuffix("(edited)").strip()

    async def choose(self, command: str, *, starts: str, choice: str) -> None:
        """Run a command whose one option is found by typing."""
        await self.begin(command)
        optional = self.page.get_by_role("button", name=re.compile("^Add option"))
        if await optional.count() and not await self.page.locator(".command-form [role=combobox]").count():
            await optional.first.click()
        await self.page.keyboard.type(starts)
        await expect(self.page.get_by_role("option", name=choice).first).to_have_attribute("aria-selected", "true")
        await self.page.keyboard.press("Enter")
        await self.page.keyboard.press("Enter")

    async def gives(self, command: str, *, file: tuple[str, bytes] | None = None, **options: str | Chosen) -> None:
        """Run a command with options by their names: typed, or chosen from what is suggested; and a file."""
        await self.begin(command)
        form = self.page.locator(".command-form")
        for name, value in options.items():
            offered = form.get_by_role("button", name=f"Add option {name}:")
            if await offered.count():
                await offered.click()
            field = form.get_by_role("combobox", name=name, exact=True)
            await field.click()
            await field.fill(value if isinstance(value, str) else value.typed)
            if isinstance(value, Chosen):
                row = self.page.get_by_role("option", name=value.row).first
                await expect(row).to_be_visible()
                await row.click()
        if file is not None:
            offered = form.get_by_role("button", name="Add option file:")
            if await offered.count():
                await offered.click()
            name, data = file
            kind = "image/png" if name.endswith(".png") else "application/json"
            await form.locator("input[type=file]").set_input_files([{"name": name, "mimeType": kind, "buffer": data}])
        await self.page.keyboard.press("Enter")
        await expect(form).to_have_count(0)

    async def told(self, words: str) -> Locator:
        """The newest message only oneself sees that says this."""
        return await self.standing(self.page.locator(".message.ephemeral").filter(has_text=words).last)

    async def fills(self, title: str, **fields: str) -> None:
        """Fill in the form that is open, and send it. Fields are named as on the form, with _ for spaces."""
        form = self.page.get_by_role("dialog", name=title)
        await expect(form).to_be_visible()
        for label, text in fields.items():
            named = rf"^{re.escape(label.replace('_', ' '))}\b"
            await form.get_by_role("textbox", name=re.compile(named)).fill(text)
        await form.get_by_role("button", name="Submit").click()
        await expect(form).to_have_count(0)

    async def panel(self, reply: Locator) -> Locator:
        """Open the panel of a reply: by ⋯ where nothing was said since, else by *Apps*."""
        more = reply.get_by_role("button", name="⋯")
        since = reply.locator(_SAID_SINCE)
        opened = self.page.locator(".message.ephemeral").filter(has_text=PANEL)
        before = await opened.count()
        if not await since.count():
            await more.click()
        else:
            await self.app_menu(reply, "Character…")
        await expect(opened).to_have_count(before + 1)
        return await self.standing(opened.last)

    async def app_menu(self, message: Locator, name: str) -> None:
        """Choose one of the application's menus of a message."""
        menu = await self.menu_of(message)
        await menu.get_by_role("menuitem", name=name).click()

    async def walks_to(self, place: str) -> None:
        """Go to a channel or a thread of this server."""
        row = re.compile(rf"^{re.escape(place)}")
        await self.page.locator("#channels").get_by_role("button", name=row).click()
        await self.shows_channel(place)

    async def edits(self, own: Locator, text: str) -> None:
        """Change a message of one's own."""
        menu = await self.menu_of(own)
        await menu.get_by_role("menuitem", name="Edit message").click()
        field = self.page.get_by_role("textbox", name="Edit message")
        await field.fill(text)
        await field.press("Enter")
        await expect(own.locator(".message-content")).to_contain_text(text)

    async def deletes(self, own: Locator) -> None:
        """Delete a message of one's own."""
        menu = await self.menu_of(own)
        await menu.get_by_role("menuitem", name="Delete message").click()
        await self.page.get_by_role("dialog", name="Delete message").get_by_role("button", name="Delete").click()
        await expect(own).to_have_count(0)

    async def replies(self, to: Locator, text: str) -> Locator:
        """Answer a message by Discord's own reply."""
        await to.hover()
        await to.get_by_role("button", name="Reply").click()
        await expect(self.page.locator(".reply-bar")).to_be_visible()
        return await self.says(text)

    async def dismisses(self, ephemeral: Locator) -> None:
        """Put away what only oneself sees."""
        await ephemeral.get_by_role("button", name="Dismiss message").click()
        await expect(ephemeral).to_have_count(0)


async def id_of(message: Locator) -> str:
    """A message's id."""
    return await message.get_attribute("data-message-id") or "0"


async def visit(browser: Browser, town: Town, who: str, channel: str, *, scheme: str = "light") -> Guest:
    """A guest in a tab of their own. Close it by `guest.page.context.close()`."""
    tab = await browser.new_context(
        viewport={"width": 1280, "height": 800},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    page: Page = await tab.new_page()
    page.set_default_timeout(20_000)
    guest = Guest(page, town)
    await guest.go(who, channel)
    return guest
