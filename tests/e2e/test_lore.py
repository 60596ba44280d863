"""Lore as people meet it: a book is made, filled, put in force, heard; why, what would be; a file is read."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.conftest import Open
from tests.e2e.guests import Chosen, Guest, Town, visit
from tests.fakes.scripted_provider import Say

pytestmark = [pytest.mark.browser]

Comes = Callable[[str, str], Awaitable[Guest]]
CONVERSATION = Chosen("this conv", "this conversation")
ENTRY = "The cellar door"
FACT = "The cellar door opens only to somebody who hums backwards."
WORLD = {
    "entries": {
        "0": {"uid": 0, "key": ["weathercock"], "keysecondary": [], "comment": "The weathercock", "order": 100,
              "content": "The weathercock of the greenhouse points at whoever lied last.", "constant": False,
              "selective": True, "position": 0, "disable": False, "moonPhase": "full"},
        "1": {"uid": 1, "key": ["/(?<=x)y/"], "keysecondary": [], "comment": "A pattern nobody can run",
              "content": "This has a key that looks behind itself.", "position": 0, "disable": False},
    }
}  # fmt: skip


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


def asked(shared: Open, words: str) -> str:
    """The newest prompt that answers `words`, as the model got it."""
    return str(next(one.body for one in reversed(shared.provider.requests) if words in str(one.body)))


async def begun(sasha: Guest) -> None:
    """A conversation with Tock that Sasha begins, and may decide about."""
    await sasha.choose("character summon", starts="Toc", choice="Tock")
    await sasha.answered("Tock")


async def written(sasha: Guest, name: str) -> None:
    """A book with one entry, made by hand."""
    await sasha.run("lore book create")
    await sasha.fills("A new lore book", Name=name, Description="What the house does not tell.")
    panel = await sasha.told(name)
    await sasha.button("Add an entry", panel).click()
    await sasha.fills("A new entry", Name=ENTRY, Content=FACT, Keys="cellar, hatch")
    await expect(await sasha.told(FACT)).to_contain_text(ENTRY)


async def in_force(sasha: Guest, name: str) -> None:
    await sasha.gives("lore book attach", book=Chosen(name[:7], name), where=CONVERSATION)
    await expect(await sasha.told("is in force")).to_contain_text(name)


async def test_a_book_is_written_put_in_force_and_heard(shared: Open, comes: Comes) -> None:
    sasha = await comes("creator", "tavern")
    await begun(sasha)
    await written(sasha, "The kettle's secrets")
    shared.provider.will(Say("I do not know."), Say("Hum, then."), Say("It is warm."))
    # Control: a book that is in force nowhere is told to nobody.
    await sasha.answered("Tock", await sasha.says("Tock, what about the cellar, please?"))
    assert FACT not in asked(shared, "what about the cellar, please?")
    # Control: what a channel is told, only who manages the server decides; a conversation belongs to who began it.
    await sasha.gives("lore book attach", book=Chosen("kettle", "The kettle's secrets"))
    await sasha.told("Only who may manage this server decides")
    await in_force(sasha, "The kettle's secrets")
    await sasha.answered("Tock", await sasha.says("Tock, how do I open the hatch?"))
    assert FACT in asked(shared, "how do I open the hatch?")
    # Control: what is said without its keys does not bring it, once they are out of sight.
    await sasha.says("I say so.")
    await sasha.says("And I say so again.")
    await sasha.answered("Tock", await sasha.says("Tock, how is the stove?"))
    assert FACT not in asked(shared, "how is the stove?")


async def test_why_it_was_told_and_what_would_be(shared: Open, comes: Comes) -> None:
    sasha, robin = await comes("creator", "off-topic"), await comes("member", "off-topic")
    await begun(sasha)
    await written(sasha, "Below the floor")
    await in_force(sasha, "Below the floor")
    shared.provider.will(Say("Hum backwards."))
    await robin.answered("Tock", await robin.says("Tock, where is the cellar?"))
    await sasha.run("lore why")
    mine = await sasha.told("Which lore Tock was told")
    for words in (ENTRY, "cellar", "Below the floor (1 entry)", "lore.txt"):
        await expect(mine).to_contain_text(words)
    # Control: who may not read the book learns that it spoke, and nothing of what stands in it.
    await robin.run("lore why")
    theirs = await robin.told("Which lore Tock was told")
    await expect(theirs).to_contain_text("Below the floor (1 entry)")
    await expect(theirs).not_to_contain_text(ENTRY)
    count = len(shared.provider.requests)
    await sasha.gives("lore test", text="Is there a hatch?")
    await expect(await sasha.told("would be told")).to_contain_text("hatch")
    await sasha.says("I say so.")
    await sasha.says("And I say so again.")
    await sasha.gives("lore test", text="Is there a roof?")
    dry = sasha.page.locator(".message.ephemeral").filter(has_text="would be told")
    await expect(dry).to_have_count(2)
    # Control: what has none of its keys brings nothing; and nobody was asked, nothing said.
    await expect(dry.last).to_contain_text("Below the floor (0 entries)")
    assert len(shared.provider.requests) == count


async def test_a_file_is_read_and_every_entry_accounted_for(shared: Open, comes: Comes) -> None:
    sasha = await comes("creator", "welcome")
    await begun(sasha)
    await sasha.gives("lore book import", file=("greenhouse.json", json.dumps(WORLD).encode()))
    report = await sasha.told("greenhouse")
    await expect(report).to_contain_text("moonPhase")
    await expect(report).to_contain_text("report.txt")
    await in_force(sasha, "greenhouse")
    shared.provider.will(Say("At the tomatoes, as usual."))
    await sasha.answered("Tock", await sasha.says("Tock, where does the weathercock point?"))
    assert "points at whoever lied last" in asked(shared, "where does the weathercock point?")
    # Control: what is no lore at all is refused in words, and nothing is made of it.
    before = await sasha.page.locator(".message.ephemeral").count()
    await sasha.gives("lore book import", file=("broken.json", b'{"entries": ['))
    await expect(sasha.page.locator(".message.ephemeral")).to_have_count(before + 1)
    refused = sasha.page.locator(".message.ephemeral").last
    await expect(refused).not_to_contain_text("is thinking")
    await expect(refused).to_contain_text("JSON")
    await sasha.run("lore book list")
    listed = await sasha.told("greenhouse")
    await expect(listed).not_to_contain_text("broken")


async def test_a_message_is_saved_to_lore(shared: Open, comes: Comes) -> None:
    sasha = await comes("creator", "sky-harbour")
    await written(sasha, "What Juno said")
    shared.provider.will(Say("I lost that bet at Saint Orric's fair."))
    reply = await sasha.answered("Juno", await sasha.says("Juno, how did you lose it?"))
    await sasha.app_menu(reply, "Save to lore")
    await sasha.fills("Save to lore", Name="The lost bet", Keys="bet, Orric")
    saved = await sasha.told("The lost bet")
    await expect(saved).to_contain_text("I lost that bet at Saint Orric")
    await expect(saved).to_contain_text("Orric")
    # Control: who has no book that they may write in is told so, and nothing opens.
    robin = await comes("member", "sky-harbour")
    await robin.app_menu(robin.by_id(await reply.get_attribute("data-message-id") or ""), "Save to lore")
    await robin.told("You have no lore book to save it to")
    await expect(robin.page.get_by_role("dialog", name="Save to lore")).to_have_count(0)
