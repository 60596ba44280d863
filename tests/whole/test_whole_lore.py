"""Lore through the whole program: written, put in force, told to a model, explained, and kept over a restart."""

import json
from uuid import UUID

from bot.ports import Rights
from bot.services.lore.attaching import Target
from bot.services.talk.conversations import Asking
from sandbox.world.models import Channel, Message
from tests.whole.cafe import Whole, slash

LAMP = "Ysolde lit the lamp of Haven in the year of the flood."
TAVERN = "tavern"


async def world(here: Whole, by: str, channel: Channel, **entry: str) -> UUID:
    """A book with one entry, in force in the channel; the entry's id."""
    lore = here.cafe.lore
    async with here.cafe.people.at_work(here.caller(by)) as (user_id, work):
        book = await lore.books.create(work, user_id, {"name": "Haven"})
        typed = {"name": "Lamp", "content": LAMP, "keys": "lamp", "scan_depth": "1", **entry}
        made = await lore.entries.add(work, user_id, book.id, typed)
        asking = Asking(user_id, here.place(channel), Rights(may_manage=True, may_administer=True))
        await lore.attachments.attach(work, asking, book.id, Target.channel())
    return made.id


def asked(here: Whole) -> str:
    """All of what the model was asked last."""
    return json.dumps(here.provider.requests[-1].body["messages"], ensure_ascii=False)


def words(message: Message) -> str:
    """Everything a panel says."""
    return json.dumps(message.components, ensure_ascii=False)


async def test_what_is_written_is_told_to_the_model_and_why_says_so(here: Whole) -> None:
    tavern = here.channel(TAVERN)
    await here.summon("robin", await here.make("robin", "Mira"), tavern)
    await world(here, "robin", tavern)
    await here.ask(("sasha", "Mira, who lit the lamp?", tavern))
    assert LAMP in asked(here)
    told = await slash(here, "robin", tavern, "lore why")
    assert "Lamp" in words(told)
    assert "the key “lamp” in the newest message, by Sasha" in words(told)
    assert {one.filename for one in told.attachments} == {"lore.txt", "lore.json"}
    others = await slash(here, "sasha", tavern, "lore why")
    assert "Haven" in words(others)
    assert "Lamp" not in words(others), "names of entries are for those who may read the book"


async def test_a_trial_says_what_would_come_in_and_nothing_is_said(here: Whole) -> None:
    tavern = here.channel(TAVERN)
    await here.summon("robin", await here.make("robin", "Mira"), tavern)
    await world(here, "robin", tavern)
    before = len(here.provider.requests), len(here.spoken(tavern))
    told = await slash(here, "robin", tavern, "lore test", text="The lamp, Mira?")
    assert "the key “lamp”" in words(told)
    assert (len(here.provider.requests), len(here.spoken(tavern))) == before


async def test_what_runs_on_and_what_was_called_in_outlive_a_restart(here: Whole) -> None:
    tavern = here.channel(TAVERN)
    await here.summon("robin", await here.make("robin", "Mira"), tavern)
    await world(here, "robin", tavern, sticky="3")
    moon = await world(here, "robin", tavern, name="Moon", content="The moon is cheese.", keys="moon")
    await here.ask(("robin", "Mira, the lamp!", tavern))
    told = await slash(here, "robin", tavern, "lore use", entry=str(moon))
    assert told.flags & (1 << 6)
    await here.restart()
    await here.ask(("robin", "Mira, go on.", tavern))
    assert LAMP in asked(here)
    assert "cheese" in asked(here)
    await here.ask(("robin", "Mira, and then?", tavern))
    assert LAMP in asked(here)
    assert "cheese" not in asked(here)


async def test_where_no_book_is_in_force_that_is_said(here: Whole) -> None:
    tavern = here.channel(TAVERN)
    await here.summon("robin", await here.make("robin", "Mira"), tavern)
    await here.ask(("robin", "Mira, who lit the lamp?", tavern))
    assert LAMP not in asked(here)
    assert "No lore book is in force here" in words(await slash(here, "robin", tavern, "lore why"))
