"""What a reply costs: how often the database is asked, from the heard message to the last word shown."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from db.work import Actor
from tests.services.stagecraft import ROBIN, Program, make, said, summon

MOST_TRIPS = 26
"""BEGIN with the actor, and COMMIT, are two of each unit of work: there are 7. There were some 80 trips once."""


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
