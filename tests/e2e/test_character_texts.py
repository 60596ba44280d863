"""A character's further texts in the browser: opened one by one, sent as a file, and heard in its next answer."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.conftest import Open
from tests.e2e.guests import Chosen, Guest, Town, visit
from tests.fakes.scripted_provider import Say

pytestmark = [pytest.mark.browser]

Comes = Callable[[str, str], Awaitable[Guest]]
FORM = {"Name": "Corvin", "Instructions": "You are Corvin, a clockmaker.", "Greeting": "Mind the pendulum."}


@pytest.fixture
async def comes(shared: Open, browser: Browser) -> AsyncIterator[Comes]:
    """`await comes("creator", "tavern")`: a person at the browser. Errors of the page fail the test."""
    errors: list[str] = []
    town = Town(shared.sandbox.url, {one.name: one.id for one in shared.sandbox.world.channels})
    async with AsyncExitStack() as stack:

        async def arrive(who: str, channel: str) -> Guest:
            guest = await visit(browser, town, who, channel)
            stack.push_async_callback(guest.page.context.close)
            guest.page.on("pageerror", lambda error: errors.append(str(error)))
            return guest

        yield arrive
    assert not errors, errors


async def picture(guest: Guest, name: str) -> None:
    """A look for whoever works at it: LOOK names a folder."""
    if folder := os.environ.get("LOOK"):
        await guest.page.screenshot(path=f"{folder}/{name}.png")


async def test_texts_are_written_one_by_one_and_heard(shared: Open, comes: Comes) -> None:
    sasha = await comes("creator", "tavern")
    await sasha.begin("character create")
    await sasha.page.keyboard.press("Enter")
    await sasha.fills("A new character", **FORM)
    await sasha.told("Corvin is ready")
    corvin = Chosen("Corv", "Corvin")
    await sasha.gives("character edit", character=corvin, part=Chosen("Last", "Last instructions"))
    await picture(sasha, "text-form")
    await sasha.fills("Corvin", Last_instructions="End with the hour.")
    await sasha.told("Last instructions (18 characters)")
    await sasha.gives("character edit", character=corvin, part=Chosen("Note", "Note"))
    await expect(sasha.page.get_by_role("dialog", name="Corvin")).to_be_visible()
    await picture(sasha, "note-form")
    await sasha.fills("Corvin", Note="The big clock has stopped.", Depth="0")
    await sasha.gives(
        "character edit",
        file=("greetings.txt", b"Tick.\n=====\nTock, {{user}}."),
        character=corvin,
        part=Chosen("Other", "Other greetings"),
    )
    await sasha.told("Other greetings (2 greetings)")
    await sasha.gives("character show", character=corvin)
    await sasha.told("Texts (/character edit)")
    await picture(sasha, "card")
    await sasha.gives("character summon", character=corvin, greeting=Chosen("Tock", "3: Tock"))
    assert await sasha.words_of(await sasha.answered("Corvin")) == "Tock, Sasha."
    shared.provider.will(Say("Nine."))
    await sasha.answered("Corvin", await sasha.says("Corvin, what is the time?"))
    asked: list[dict[str, Any]] = next(
        one.body["messages"] for one in reversed(shared.provider.requests) if "what is the time?" in str(one.body)
    )
    assert [one["role"] for one in asked[-2:]] == ["user", "system"]
    assert "The big clock has stopped." in asked[-1]["content"]
    assert asked[-1]["content"].endswith("## Before you answer\nEnd with the hour.")
    assert "Mind the pendulum." not in asked[0]["content"], "another greeting opened the scene"
    await expect(sasha.page.locator(".message.ephemeral").last).to_be_visible()
