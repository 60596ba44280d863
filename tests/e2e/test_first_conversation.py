"""A person at a browser makes a character, asks it in, talks with it, sees the answer stream, and sends it away."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import expect

from bot.errors import StageClosed
from bot.transport.speaker import Speaker
from tests.client.visits import Visit
from tests.e2e.conftest import Open, Opens
from tests.fakes.scripted_provider import Say

pytestmark = pytest.mark.browser

ANSWER = "The kettle sings. Sit by the window, traveller, and tell me where the road began. " * 3


async def create(person: Visit, name: str) -> None:
    await person.run("character create")
    form = person.page.get_by_role("dialog", name="A new character")
    await form.get_by_label("Name").fill(name)
    await form.get_by_label("Instructions").fill(f"You are {name}, who keeps an inn at a crossroads.")
    await form.get_by_label("Greeting").fill("Come in, the soup is hot.")
    await form.get_by_role("button", name="Submit").click()
    await expect(person.message(name)).to_be_visible()


async def summon(person: Visit, name: str) -> None:
    await person.begin("character summon")
    await person.page.keyboard.type(name[:3])
    await expect(person.page.get_by_role("option", name=name)).to_be_visible()
    await person.page.keyboard.press("Enter")
    await person.page.keyboard.press("Enter")
    await expect(person.message("Come in, the soup is hot.").locator(".author")).to_have_text(name)


async def the_whole_conversation(opened: Open, opens: Opens) -> None:
    """Create, summon, talk, see the stream, dismiss."""
    robin, sasha = await opens("member", "tavern"), await opens("creator", "tavern")
    await create(robin, "Orla")
    await summon(robin, "Orla")

    opened.provider.will(Say(ANSWER, hold_after=len(ANSWER.split()) // 2))
    await robin.say("Good evening, Orla!")
    streaming = sasha.message("The kettle sings.")
    await expect(streaming.get_by_role("button", name="Stop")).to_be_visible()
    opened.provider.release()
    # Discord marks what was edited, and a streamed answer was.
    whole = re.compile(re.escape(ANSWER.strip()) + r"\s*\(edited\)\s*$")
    await expect(streaming.locator(".message-content")).to_have_text(whole)
    await expect(streaming.get_by_role("button", name="Stop")).to_have_count(0)
    await expect(streaming.locator(".author")).to_have_text("Orla")
    await expect(streaming.locator(".badge")).to_have_text("APP")

    await robin.begin("character dismiss")
    await expect(robin.page.get_by_role("option", name="Orla")).to_be_visible()
    await robin.page.keyboard.press("Enter")
    await robin.page.keyboard.press("Enter")
    await expect(robin.message("Orla")).to_be_visible()
    asked = len(opened.provider.requests)
    await robin.say("Orla, are you still there?")
    await expect(sasha.message("are you still there?")).to_be_visible()
    await opened.program.cafe.turns.idle()
    assert len(opened.provider.requests) == asked


async def test_create_summon_talk_stream_dismiss(opened: Open, opens: Opens) -> None:
    await the_whole_conversation(opened, opens)


async def test_control_without_the_speaker_the_same_walk_fails(
    opened: Open, opens: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def mute(*_: object, **__: object) -> None:
        raise StageClosed("missing_permissions", permissions=("manage_webhooks",))

    monkeypatch.setattr(Speaker, "send", mute)
    # What the walk waits for never comes; it need not be waited for as long as what does.
    expect.set_options(timeout=4_000)
    try:
        with pytest.raises((AssertionError, PlaywrightError)):
            await the_whole_conversation(opened, opens)
    finally:
        expect.set_options(timeout=15_000)


async def test_the_demo_cast_waits_at_home_with_its_faces(opened: Open, opens: Opens) -> None:
    robin = await opens("member", "lantern-archive")
    greeting = robin.message("Mind the third stair")
    await expect(greeting.locator(".author")).to_have_text("Mira")
    face = greeting.locator("img").first
    await expect(face).to_be_visible()
    assert await face.evaluate("image => image.naturalWidth") > 0


async def test_stop_keeps_what_was_said_so_far(opened: Open, opens: Opens) -> None:
    robin, alex = await opens("member"), await opens("admin")
    opened.provider.will(Say(ANSWER, hold_after=len(ANSWER.split()) // 2))
    await robin.say("Mira, tell me everything.")
    spoken = robin.message("The kettle sings.")
    await spoken.get_by_role("button", name="Stop").click()
    # The model is held half-way: without the stop this would wait for ever.
    await opened.program.cafe.turns.idle()
    opened.provider.release()
    await expect(spoken.get_by_role("button", name="Stop")).to_have_count(0)
    words = (await alex.message("The kettle sings.").locator(".message-content").inner_text()).strip()
    assert words
    assert ANSWER.startswith(words.removesuffix("(edited)").strip()[:60])
    assert len(words) < len(ANSWER)
