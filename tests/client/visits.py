"""What a person does in the client, in words."""

from typing import Protocol

from playwright.async_api import Locator, Page, expect


class Discord(Protocol):
    """A local Discord, in this process or another."""

    @property
    def url(self) -> str: ...
    def channel_id(self, name: str, /) -> str: ...


class Visit:
    """One browser tab, seen as the person sitting before it."""

    def __init__(self, page: Page, sandbox: Discord) -> None:
        self.page = page
        self.sandbox = sandbox

    async def go(self, who: str, channel: str) -> None:
        """Open the client as somebody, at a channel, and wait until it shows that channel's messages."""
        await self.page.goto(f"{self.sandbox.url}/?as={who}&channel={self.sandbox.channel_id(channel)}")
        await self.shows_channel(channel)

    async def shows_channel(self, name: str) -> None:
        await expect(self.page.locator("body")).to_have_attribute("data-state", "ready")
        await expect(self.page.get_by_role("log", name=f"Messages in {name}")).to_be_visible()
        await expect(self.page.locator(".skeleton")).to_have_count(0)

    @property
    def field(self) -> Locator:
        """Where one writes."""
        return self.page.locator(".composer-text")

    async def say(self, text: str) -> None:
        await self.field.fill(text)
        await self.field.press("Enter")

    def message(self, text: str) -> Locator:
        """The latest message that contains `text`."""
        return self.page.locator(".message").filter(has=self.page.locator(".message-body", has_text=text)).last

    def button(self, name: str, within: Locator | None = None) -> Locator:
        return (within or self.page).get_by_role("button", name=name, exact=True)

    async def begin(self, command: str) -> None:
        """Choose a slash command from the picker by typing its name."""
        await self.field.fill(f"/{command}")
        await expect(self.page.get_by_role("option", name=f"/{command}").first).to_have_attribute(
            "aria-selected", "true"
        )
        await self.field.press("Enter")
        await expect(self.page.get_by_role("group", name=f"Command /{command}")).to_be_visible()

    async def run(self, command: str) -> None:
        """Choose a command that needs nothing else, and send it."""
        await self.begin(command)
        await self.page.keyboard.press("Enter")

    async def menu_of(self, message: Locator) -> Locator:
        """Open a message's menu with its More button."""
        await message.hover()
        await message.get_by_role("button", name="More").click()
        return self.page.get_by_role("menu", name="Message actions")
