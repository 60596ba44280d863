"""The ways most people take, each at a real browser before the whole program; tests/e2e/README.md has the table.

One program runs for all of them. Each test keeps to a channel, and looks only at what the model was asked since.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.conftest import Open
from tests.e2e.guests import PANEL, Guest, Town, visit
from tests.fakes.scripted_provider import Say

pytestmark = [pytest.mark.browser]

Comes = Callable[[str, str], Awaitable[Guest]]


@pytest.fixture
async def comes(shared: Open, browser: Browser) -> AsyncIterator[Comes]:
    """`await comes("member", "tavern")`: a person at the browser. Errors of the page fail the test."""
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


def asked(shared: Open, words: str) -> str:
    """The newest prompt that answers `words`, as the model got it."""
    return str(next(one.body for one in reversed(shared.provider.requests) if words in str(one.body)))


async def test_a_first_hello_is_answered_with_a_name_and_a_face(shared: Open, comes: Comes) -> None:
    robin = await comes("member", "lantern-archive")
    await expect(robin.message("Mind the third stair").locator(".author")).to_have_text("Mira")
    # Control: what is said to nobody is answered by nobody; what comes after it was heard after it.
    count = len(shared.provider.requests)
    await robin.says("What a night.")
    shared.provider.will(Say("Good evening, Robin. The kettle is on."))
    hello = await robin.says("Hello Mira!")
    reply = await robin.answered("Mira", hello)
    assert await robin.words_of(reply) == "Good evening, Robin. The kettle is on."
    assert await reply.locator("img").first.evaluate("image => image.naturalWidth") > 0
    assert len(shared.provider.requests) == count + 1


async def test_a_reply_needs_no_name(shared: Open, comes: Comes) -> None:
    robin = await comes("member", "sky-harbour")
    greeting = await robin.standing(robin.message("A propeller coughs"))
    # Control: the same words to nobody.
    count = len(shared.provider.requests)
    await robin.says("Which way is the wind?")
    shared.provider.will(Say("North by a bit."))
    said = await robin.replies(greeting, "Which way is the wind?")
    reply = await robin.answered("Juno", said)
    assert await robin.words_of(reply) == "North by a bit."
    assert len(shared.provider.requests) == count + 1


async def test_swipes_are_kept_and_the_chosen_one_is_remembered(shared: Open, comes: Comes) -> None:
    robin = await comes("member", "sky-harbour")
    shared.provider.will(Say("Red sails."), Say("Blue sails."), Say("Green sails."), Say("So be it."))
    reply = await robin.answered("Juno", await robin.says("Juno, what colour are your sails?"))
    panel = await robin.panel(reply)
    for count, words in ((2, "Blue sails."), (3, "Green sails.")):
        await robin.button("Word it anew", panel).click()
        await expect(robin.button(f"{count}/{count}", panel)).to_be_visible()
        assert await robin.words_of(reply) == words
    await robin.button("◀", panel).click()
    await expect(robin.button("2/3", panel)).to_be_visible()
    await expect(reply.locator(".message-content")).to_contain_text("Blue sails.")
    await expect(robin.button("▶", panel)).to_be_enabled()
    await robin.answered("Juno", await robin.says("Juno, then it is settled."))
    prompt = asked(shared, "then it is settled")
    assert "Blue sails." in prompt
    assert "Red sails." not in prompt
    assert "Green sails." not in prompt


async def test_a_reply_goes_on_and_is_changed_by_hand(shared: Open, comes: Comes) -> None:
    robin = await comes("member", "greenhouse")
    shared.provider.will(Say("The tomatoes have met."), Say("They adjourned at noon."), Say("Noted."))
    reply = await robin.answered("Tock", await robin.says("Tock, how is the committee?"))
    panel = await robin.panel(reply)
    await robin.button("Continue", panel).click()
    await expect(panel).to_contain_text("Continued at the wish of @Robin")
    words = await robin.words_of(reply)
    assert words.startswith("The tomatoes have met.")
    assert words.endswith("They adjourned at noon.")
    await robin.button("Edit", panel).click()
    await robin.fills("Change the words", What_it_says="The tomatoes have resigned.")
    await expect(panel).to_contain_text("Changed by hand by @Robin")
    await expect(reply.locator(".message-content")).to_contain_text("The tomatoes have resigned.")
    await robin.answered("Tock", await robin.says("Tock, I am sorry to hear that."))
    prompt = asked(shared, "sorry to hear that")
    assert "The tomatoes have resigned." in prompt
    assert "adjourned" not in prompt


async def test_what_one_changes_or_deletes_is_remembered_so(shared: Open, comes: Comes) -> None:
    robin = await comes("member", "greenhouse")
    shared.provider.will(Say("Noted, moss."), Say("I have filed that."), Say("Ferns, I believe."))
    told = await robin.says("Tock, I prefer moss.")
    await robin.answered("Tock", told)
    await robin.edits(told, "Tock, I prefer ferns.")
    secret = await robin.says("Tock, the cellar key hangs behind Beatrice.")
    await robin.answered("Tock", secret)
    await robin.deletes(secret)
    await shared.program.cafe.turns.idle()
    await robin.answered("Tock", await robin.says("Tock, what do I prefer?"))
    prompt = asked(shared, "what do I prefer?")
    assert "I prefer ferns." in prompt
    assert "I prefer moss." not in prompt
    assert "cellar key" not in prompt


async def test_a_persona_is_worn_and_nobody_else_sees_it(shared: Open, comes: Comes) -> None:
    robin, sasha = await comes("member", "lantern-archive"), await comes("creator", "lantern-archive")
    await robin.run("persona create")
    await robin.fills("A persona of yours", Name="Wren Ashdown", Description="Trusts no stair and inspects them all.")
    await robin.choose("persona use", starts="Wre", choice="Wren Ashdown")
    await expect(robin.message("You are Wren Ashdown in this conversation")).to_be_visible()
    shared.provider.will(Say("Welcome back."), Say("And to you."))
    await robin.answered("Mira", await robin.says("Mira, I am here about the stairs."))
    prompt = asked(shared, "here about the stairs")
    assert "Wren Ashdown" in prompt
    assert "Trusts no stair" in prompt
    # Another person's prompt holds the name the lines were said under, and nothing of who that is.
    reply = await sasha.answered("Mira", await sasha.says("Mira, good evening from me."))
    assert "Trusts no stair" not in asked(shared, "good evening from me")
    await expect(sasha.page.locator(".message", has_text="Trusts no stair")).to_have_count(0)
    panel = await robin.panel(robin.by_id(await reply.get_attribute("data-message-id") or ""))
    await expect(panel).to_contain_text(PANEL)
    await robin.button("Why", panel).click()
    why = robin.page.locator(".message.ephemeral").filter(has_text="Why Mira said this").last
    await expect(why).to_be_visible()
    await expect(why).not_to_contain_text("prompt.txt")
    await robin.run("persona use")
    await expect(robin.message("You wear no persona in this conversation")).to_be_visible()


async def test_a_conversation_begins_afresh(shared: Open, comes: Comes) -> None:
    sasha = await comes("creator", "off-topic")
    await sasha.choose("character summon", starts="Toc", choice="Tock")
    await sasha.answered("Tock")
    shared.provider.will(Say("A fine word."), Say("I recall it."), Say("Which word?"))
    await sasha.answered("Tock", await sasha.says("Tock, the word is marzipan."))
    await sasha.answered("Tock", await sasha.says("Tock, keep it safe."))
    # Control: until then it is remembered.
    assert "marzipan" in asked(shared, "keep it safe")
    await sasha.run("conversation new")
    await expect(sasha.message("Its characters remember nothing of what was said")).to_be_visible()
    await sasha.answered("Tock", await sasha.says("Tock, what was the word?"))
    assert "marzipan" not in asked(shared, "what was the word?")
    await sasha.run("conversation list")
    listed = sasha.page.locator(".message.ephemeral").filter(has_text="used /conversation list")
    await expect(listed).to_contain_text(re.compile("archived", re.IGNORECASE))


async def test_why_tells_the_asker_everything_and_others_less(shared: Open, comes: Comes) -> None:
    robin, sasha = await comes("member", "sky-harbour"), await comes("creator", "sky-harbour")
    shared.provider.will(Say("Only with dumplings."))
    reply = await robin.answered("Juno", await robin.says("Juno, do you take bets?"))
    await robin.app_menu(reply, "Why")
    mine = robin.page.locator(".message.ephemeral").filter(has_text="Why Juno said this").last
    await expect(mine).to_contain_text("tokens in")
    await expect(mine).to_contain_text("history: Robin")
    await expect(mine).not_to_contain_text(re.compile(r"[0-9]{15}"))
    await expect(mine).to_contain_text("prompt.txt")
    await sasha.app_menu(sasha.by_id(await reply.get_attribute("data-message-id") or ""), "Why")
    theirs = sasha.page.locator(".message.ephemeral").last
    await expect(theirs).not_to_contain_text("is thinking")
    await expect(theirs).not_to_contain_text("prompt.txt")
    await expect(robin.page.locator(".message.ephemeral").filter(has_text="Why Juno said this")).to_have_count(1)


async def test_say_works_where_only_robin_has_the_application(shared: Open, comes: Comes) -> None:
    robin = await comes("member", "pier")
    await robin.choose("character summon", starts="Mir", choice="Mira")
    # Control: plain messages reach nobody there; what comes after was heard after it.
    count = len(shared.provider.requests)
    await robin.says("Mira, can you hear me without it?")
    shared.provider.will(Say("The sea is loud here."))
    await robin.begin("say")
    await robin.page.keyboard.type("Mir")
    await expect(robin.page.get_by_role("option", name="Mira")).to_be_visible()
    await robin.page.keyboard.press("Enter")
    await robin.page.keyboard.type("What do you hear?")
    await robin.page.keyboard.press("Enter")
    await expect(robin.message("The sea is loud here.")).to_be_visible()
    assert len(shared.provider.requests) == count + 1


async def test_a_character_comes_into_a_post_of_the_forum(shared: Open, comes: Comes) -> None:
    robin = await comes("member", "welcome")
    await robin.page.locator("#channels").get_by_role("button", name="story-corner", exact=True).click()
    await robin.button("New post").click()
    form = robin.page.get_by_role("form", name="New post")
    await form.get_by_label("Title").fill("The lamp")
    await form.get_by_label("Message").fill("It burns blue tonight.")
    await form.get_by_role("button", name="Post", exact=True).click()
    await robin.shows_channel("The lamp")
    await robin.choose("character summon", starts="Mir", choice="Mira")
    await robin.answered("Mira")
    shared.provider.will(Say("Then the fog is near."))
    reply = await robin.answered("Mira", await robin.says("Mira, what does blue mean?"))
    assert await robin.words_of(reply) == "Then the fog is near."


async def test_a_character_begins_a_post_of_the_forum(shared: Open, comes: Comes) -> None:
    robin = await comes("member", "welcome")
    await robin.begin("character post")
    for typed, choice in (("Jun", "Juno"), ("story", "story-corner")):
        await robin.page.keyboard.type(typed)
        await expect(robin.page.get_by_role("option", name=choice).first).to_have_attribute("aria-selected", "true")
        await robin.page.keyboard.press("Enter")
    await robin.page.keyboard.type("A parcel that hums")
    await robin.page.keyboard.press("Enter")
    await robin.walks_to("A parcel that hums")
    opening = robin.message("A propeller coughs")
    await expect(opening.locator(".author")).to_have_text("Juno")
    shared.provider.will(Say("Do not shake it."))
    reply = await robin.answered("Juno", await robin.replies(opening, "What is in it?"))
    assert await robin.words_of(reply) == "Do not shake it."


async def test_an_admin_quietens_a_channel_and_the_doctor_tells_why(shared: Open, comes: Comes) -> None:
    alex, robin = await comes("admin", "greenhouse"), await comes("member", "greenhouse")
    await alex.choose("server speaking", starts="no", choice="no")
    await expect(alex.page.locator(".message.ephemeral").last).to_contain_text(
        "Kept for this server. Characters may speak: no"
    )
    count = len(shared.provider.requests)
    await robin.says("Tock, are you there at all?")
    await robin.run("doctor")
    told = robin.page.locator(".message.ephemeral").last
    await expect(told).to_contain_text("An admin decided that characters do not speak here")
    await expect(told).not_to_contain_text("✅")
    await alex.choose("server speaking", starts="yes", choice="yes")
    await expect(alex.page.locator(".message.ephemeral").last).to_contain_text("Characters may speak: yes")
    shared.provider.will(Say("I was told not to."))
    await robin.answered("Tock", await robin.says("Tock, and now?"))
    assert len(shared.provider.requests) == count + 1


async def test_in_direct_messages_no_name_is_needed(shared: Open, comes: Comes) -> None:
    robin = await comes("member", "welcome")
    await robin.page.get_by_role("button", name=re.compile("^BotCafé")).first.click()
    await robin.page.get_by_role("dialog", name="About BotCafé").get_by_role("button", name="Message").click()
    await robin.choose("character summon", starts="Mir", choice="Mira")
    await expect(robin.message("Mind the third stair")).to_be_visible()
    shared.provider.will(Say("Only the two of us here."))
    await robin.says("Is anybody listening?")
    await expect(robin.message("Only the two of us here.")).to_be_visible()
