"""/lore why, test and use: what lore a reply was told and why, as people read it."""

import json
from uuid import UUID

import simcord

from bot.services.lore.replies.trace import Trace, TracedBook, TraceLine, Warned
from bot.texts import Say
from cogs.lore import why
from tests.cogs.conftest import Town
from tests.cogs.test_cogs_characters import create, last, summon, words
from tests.cogs.test_cogs_lore import make_book, make_entry, panel
from tests.services.test_services_turns import rows

HARBOUR = "Nobody lands there since the flood."


async def in_force(town: Town) -> None:
    """Mira is here, and a book of Robin's with two entries is in force in the conversation."""
    await create(town, town.robin, greeting="")
    await summon(town, town.robin)
    await make_book(town, town.robin)
    await make_entry(town, town.robin)
    await make_entry(town, town.robin, name="The lighthouse", keys="lamp", content="It burned once.")
    done = await town.robin.slash(town.channel, "lore book attach", book="Harbour Town", where="conversation")
    assert "is in force" in words(done)


async def said(town: Town, actor: simcord.MemberActor, text: str) -> None:
    await actor.slash(town.channel, "say", character="Mira", text=text)
    await town.settle()


async def test_why_tells_what_came_in_by_which_key(town: Town) -> None:
    await in_force(town)
    await said(town, town.robin, "Who lives at the harbour?")
    told = await town.robin.slash(town.channel, "lore why")
    assert "### Which lore Mira was told" in panel(told)
    assert "In force: Harbour Town (1 entry)" in panel(told)
    assert "**#1 The old harbour** · " in panel(told)
    assert "the key “harbour” in the newest message" in panel(told)
    assert "The lighthouse" not in panel(told)
    files = {one.filename: one for one in last(told).attachments}
    assert set(files) == {"lore.txt", "lore.json"}


async def test_why_tells_what_was_left_out(town: Town) -> None:
    await in_force(town)
    form = await town.robin.slash(
        town.channel, "lore entry bulk", book="Harbour Town", do="set", field="delay", value="9"
    )
    await town.robin.click(last(form), label="Do it")
    await said(town, town.robin, "Who lives at the harbour?")
    told = panel(await town.robin.slash(town.channel, "lore why"))
    assert "**Left out**\n**#1 The old harbour**" in told
    assert "the conversation is too short for it" in told


async def test_a_guest_learns_which_book_but_not_what_is_in_it(town: Town) -> None:
    await in_force(town)
    await said(town, town.sasha, "Who lives at the harbour?")
    told = panel(await town.sasha.slash(town.channel, "lore why"))
    assert "In force: Harbour Town (1 entry)" in told
    assert "1 entry belongs to books that are not yours to read." in told
    assert "The old harbour" not in told
    # Control: its owner reads it, of the same reply.
    assert "The old harbour" in panel(await town.robin.slash(town.channel, "lore why"))


async def test_a_stranger_reads_no_why(town: Town) -> None:
    await in_force(town)
    await said(town, town.robin, "Who lives at the harbour?")
    refused = await town.sasha.slash(town.channel, "lore why")
    assert "Only those who take part" in words(refused)
    wrong = await town.robin.slash(town.channel, "lore why", message="Mira!")
    assert "no link of a message" in words(wrong)


async def test_a_trial_says_and_keeps_nothing(town: Town) -> None:
    await in_force(town)
    before = list(town.program.channels.posts)
    told = await town.robin.slash(town.channel, "lore test", text="Is the lamp lit?", character="Mira")
    assert "### Which lore Mira would be told" in panel(told)
    assert "**#2 The lighthouse** · " in panel(told)
    assert "The old harbour" not in panel(told)
    await town.settle()
    assert town.program.channels.posts == before
    assert await rows(town.program, "SELECT count(*) FROM lore_runs") == [(0,)]
    nothing = panel(await town.robin.slash(town.channel, "lore test", text="Good evening!"))
    assert "0 entries went into the prompt" in nothing
    refused = await town.robin.slash(town.channel, "lore test", text="Lamp?", character="Juno")
    assert "No such character is in this channel." in words(refused)


async def test_an_entry_is_called_in_and_sent_away(town: Town) -> None:
    await in_force(town)
    (choice,) = await town.robin.autocomplete(town.channel, "lore use", "entry", "lighth")
    told = await town.robin.slash(town.channel, "lore use", entry=choice["value"], replies=2)
    assert words(told) == "**#2 The lighthouse** goes into the next 2 replies here."
    await said(town, town.robin, "Good evening!")
    assert "called in by hand" in panel(await town.robin.slash(town.channel, "lore why"))
    gone = await town.robin.slash(town.channel, "lore use", entry=choice["value"], replies=0)
    assert words(gone) == "**#2 The lighthouse** is no longer called in; its own rules hold again."
    await said(town, town.robin, "And now?")
    assert "called in by hand" not in panel(await town.robin.slash(town.channel, "lore why"))
    refused = await town.robin.slash(town.channel, "lore use", entry="nothing")
    assert "There is no such lore entry" in words(refused)


async def test_where_no_book_is_in_force_it_says_so(town: Town) -> None:
    await create(town, town.robin, greeting="")
    await summon(town, town.robin)
    await said(town, town.robin, "Hello?")
    told = panel(await town.robin.slash(town.channel, "lore why"))
    assert "No lore book is in force here." in told


def many(count: int, **more: object) -> Trace:
    """A trace with as many lines in it and out of it."""
    lines = tuple(
        TraceLine(
            UUID(int=number),
            0,
            number,
            "*Name* " + "x" * 100,
            is_in=number % 2 == 0,
            method="keyword",
            reason=None if number % 2 == 0 else "budget",
            key="k" * 200,
            short=5,
            position="before_character",
        )
        for number in range(count)
    )
    books = tuple(TracedBook(UUID(int=number), "B" * 80, 1, "channel") for number in range(30))
    warned = tuple(Warned("shortened", UUID(int=1), 0, "y" * 200, "7") for _ in range(9))
    return Trace("Mira" * 8, books, 100, 50, 7, count, lines, warnings=warned, hidden=3)


def test_the_panel_fits_discord_however_long_the_trace() -> None:
    for language in ("en", "es", "qps"):
        for count in (0, 1, 12, 400):
            components = why.drawn(many(count), Say(language)).to_components()
            assert texts(components) <= 4000
            assert json.dumps(components).count('"type"') <= 40


def texts(components: object) -> int:
    found = 0
    for one in components if isinstance(components, list) else []:
        found += len(one.get("content", "")) + texts(one.get("components", []))
    return found


def test_names_in_a_trace_format_nothing() -> None:
    shown = json.dumps(why.drawn(many(2), Say("en")).to_components())
    assert "\\\\*Name\\\\*" in shown
