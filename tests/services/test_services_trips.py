"""What a reply costs: how often the database is asked, from the heard message to the last word shown."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from bot.services.lore.engine.book import Mode
from bot.services.lore.meanings.recall import Recall
from bot.services.money.ledger import Ledger
from bot.services.money.metering import Metering
from db.models import TransferKind
from db.work import Actor, Database
from tests.services.lorecraft import FakeEmbedder, attach, book, entry, learnt, prompt_text
from tests.services.stagecraft import ROBIN, TAVERN, Program, StillClock, make, said, summon

MOST_TRIPS = 26
"""BEGIN with the actor, and COMMIT, are two of each unit of work: there are 7. There were some 80 trips once."""

MOST_FOR_LORE = 2
"""What is in force and what happened before; the log. Whether any book is in force costs none."""

MOST_FOR_METER = 2
"""What is kept back before the model is asked, a work of one trip; what is paid, with the words."""

MOST_FOR_MEANING = 3
"""A work of its own, while no connection waits for an embedding model, with one question for each query depth."""


@contextmanager
def trips(program: Program) -> Iterator[list[str]]:
    """Everything that is sent to the database meanwhile, as the driver sends it."""
    sent: list[str] = []
    heard: set[int] = set()
    pool = program.database._engine.sync_engine.pool

    def hear(connection: Any, *_: object) -> None:
        if id(connection) not in heard:
            heard.add(id(connection))
            connection.driver_connection.add_query_logger(lambda record: sent.append(record.query))

    event.listen(pool, "checkout", hear)
    yield sent
    event.remove(pool, "checkout", hear)


async def test_a_reply_asks_the_database_no_oftener_than_it_must(program: Program) -> None:
    await summon(program, await make(program))
    for number in range(2):  # who comes for the first time is written down, and has a button taken away
        await program.turns.hear(said(f"Good evening, Mira! {number}"))
        await program.turns.idle()
    with trips(program) as sent:
        assert await program.turns.hear(said("And how are you, Mira?"))
        await program.turns.idle()
    assert program.channels.texts()[-1] == ("Mira", "Well met.")
    assert 10 < len(sent) <= MOST_TRIPS, "\n".join(f"{number}: {one[:100]}" for number, one in enumerate(sent))
    assert not [one for one in sent if "pg_catalog.version" in one or one == ";"], "no pings before the work"


async def test_lore_costs_two_trips_once_its_books_are_known(program: Program) -> None:
    await summon(program, await make(program))
    await attach(program, await book(program, entry("Lamp", "Ysolde lit it.", "lamp", sticky=2)))
    await attach(program, await book(program, entry("Moon", "Cheese.", "moon")), guild_id=TAVERN.guild_id)
    for number in range(2):
        await program.turns.hear(said(f"The lamp, Mira! {number}"))
        await program.turns.idle()
    with trips(program) as sent:
        assert await program.turns.hear(said("And the moon over the lamp, Mira?"))
        await program.turns.idle()
    assert "Ysolde lit it." in prompt_text(program)
    assert "Cheese." in prompt_text(program)
    assert len(sent) <= MOST_TRIPS + MOST_FOR_LORE, "\n".join(one[:100] for one in sent)
    assert sum("lore_books" in one for one in sent) == 1, "what is in force is asked for once, its entries never again"
    assert sum("INSERT INTO lore_runs" in one for one in sent) == 1


async def test_meaning_costs_a_work_of_its_own(start: Callable[..., Program]) -> None:
    program = start(recall=Recall(FakeEmbedder()))
    await program.listening.start()
    await summon(program, await make(program))
    lamp = entry("Lamp", "Ysolde lit it.", mode=Mode.VECTOR)
    lights = await book(program, lamp)
    await attach(program, lights)
    await learnt(program, lights)
    for number in range(2):
        await program.turns.hear(said(f"Mira! {number}"))
        await program.turns.idle()
    with trips(program) as sent:
        assert await program.turns.hear(said("Who brought the light, Mira?"))
        await program.turns.idle()
    assert "Ysolde lit it." in prompt_text(program)
    assert len(sent) <= MOST_TRIPS + MOST_FOR_LORE + MOST_FOR_MEANING, "\n".join(one[:100] for one in sent)
    await program.crash()


async def test_a_reply_that_is_paid_for_costs_two_trips(start: Callable[..., Program], database: Database) -> None:
    program = start(meter=Metering(database, StillClock(), is_charged=True, has_plans=True))
    await program.listening.start()
    await summon(program, await make(program))
    robin = await program.people.arrive(ROBIN)
    async with database.work(Actor.job("test")) as work:
        await Ledger(StillClock()).issue(work, robin, 50_000, TransferKind.PURCHASE, "bought")
    for number in range(2):
        await program.turns.hear(said(f"Good evening, Mira! {number}"))
        await program.turns.idle()
    with trips(program) as sent:
        assert await program.turns.hear(said("And how are you, Mira?"))
        await program.turns.idle()
    assert program.channels.texts()[-1] == ("Mira", "Well met.")
    assert len(sent) <= MOST_TRIPS + MOST_FOR_METER, "\n".join(one[:100] for one in sent)
    assert sum("meter_reserve" in one for one in sent) == sum("meter_settle" in one for one in sent) == 1
    await program.crash()


async def test_a_message_that_speaks_to_nobody_asks_nothing(program: Program) -> None:
    await summon(program, await make(program))
    with trips(program) as sent:
        assert not await program.turns.hear(said("The lamps look well tonight."))
        await program.turns.idle()
        assert sent == []
        # The control: what is asked is seen, by the long way and the short.
        async with program.database.work(Actor.job("test")):
            pass
        by_session = len(sent)
        await program.people.arrive(ROBIN)
        async with program.database.directly(Actor.job("test")):
            pass
    assert 0 < by_session < len(sent)
