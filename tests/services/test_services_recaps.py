"""Recaps: made when asked and by themselves, one at a time, accounted for, and forgotten with what they tell of."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from bot import limits
from bot.errors import Conflict, Down, InvalidInput, NotAllowed, NotFound
from bot.jobs import Jobs
from bot.ports import NO_RIGHTS, Caller, Rights
from bot.services.talk.conversations import Asking
from bot.services.talk.retelling import JOB
from db.queries.talk import recaps as queries
from tests.services.stagecraft import ROBIN, SASHA, TAVERN, Program, make, said, summon
from tests.services.test_services_turns import rows


async def asking(program: Program, by: Caller = ROBIN, rights: Rights = NO_RIGHTS) -> Asking:
    return Asking(await program.people.arrive(by), TAVERN, rights)


async def talked(program: Program, *lines: str) -> None:
    """Robin says these to Mira, who answers "Answer to …"."""
    if not await rows(program, "SELECT 1 FROM conversations"):
        await summon(program, await make(program, greeting=""))
    for line in lines:
        program.models.script.insert(0, [f"Answer to {line}"])
        await program.turns.hear(said(f"Mira, {line}"))
        await program.turns.idle()


async def recap_of(program: Program) -> tuple[Any, ...]:
    ((summary, said_last),) = await rows(
        program,
        "SELECT c.summary, m.content FROM conversations AS c LEFT JOIN messages AS m ON m.id = c.summarized_through",
    )
    return summary, said_last


async def queued(program: Program) -> int:
    ((count,),) = await rows(program, f"SELECT count(*) FROM pgqueuer WHERE entrypoint = '{JOB}'")
    return int(str(count))


def prompt(program: Program, number: int = -1) -> str:
    return str(program.models.asked[number].prompt.messages)


async def test_a_recap_is_made_told_and_remembered(program: Program) -> None:
    await talked(program, "one", "two")
    program.models.script = [["They counted ", "to two."]]
    told = await program.recaps.make(await asking(program))
    assert told.text == "They counted to two."
    assert (told.by, told.model, told.since, told.may_change) == (ROBIN.discord_id, "parrot", 0, True)
    assert told.took is not None
    assert (told.took.tokens_in, told.took.tokens_out) == (10, 5)
    assert "Mira, one" in prompt(program)
    assert await recap_of(program) == ("They counted to two.", "Answer to two")
    await talked(program, "three")
    assert "They counted to two." in prompt(program)


async def test_the_next_one_takes_in_the_last_and_reads_only_what_came_after(program: Program) -> None:
    await talked(program, "one")
    program.models.script = [["They met."]]
    await program.recaps.make(await asking(program))
    await talked(program, "two")
    program.models.script = [["They met and went on."]]
    assert (await program.recaps.look(await asking(program))).since == 2
    await program.recaps.make(await asking(program))
    assert "They met." in prompt(program)
    assert "Mira, two" in prompt(program)
    assert "Mira, one" not in prompt(program)
    # Afresh, nothing is taken over.
    program.models.script = [["All anew."]]
    await program.recaps.make(await asking(program), afresh=True)
    assert "They met" not in prompt(program)
    assert "Mira, one" in prompt(program)


async def test_where_nothing_was_said_since_no_model_is_asked(program: Program) -> None:
    await talked(program, "one")
    first = await program.recaps.make(await asking(program))
    asked = len(program.models.asked)
    assert (await program.recaps.make(await asking(program))).text == first.text
    assert len(program.models.asked) == asked


async def test_where_nothing_was_said_at_all_there_is_nothing_to_sum_up(program: Program) -> None:
    await summon(program, await make(program, greeting=""))
    with pytest.raises(NotFound, match="nothing to sum up"):
        await program.recaps.make(await asking(program))


async def test_a_history_that_does_not_fit_is_told_in_parts_and_nothing_is_left_out(program: Program) -> None:
    long = [f"No. {number} " + "word " * 300 for number in range(40)]
    await talked(program, "one")
    ((conversation,),) = await rows(program, "SELECT id FROM conversations")
    await fill(program, conversation, long)
    before = len(program.models.asked)
    program.models.script = [[f"Part {number}."] for number in range(9)]
    told = await program.recaps.make(await asking(program))
    parts = range(before, len(program.models.asked))
    assert len(parts) > 1
    assert all(sum(f"No. {number} word" in prompt(program, part) for part in parts) == 1 for number in range(40))
    assert all(f"Part {number}." in prompt(program, before + number + 1) for number in range(len(parts) - 1))
    assert told.text == f"Part {len(parts) - 1}."
    assert told.took is not None
    assert told.took.tokens_in == 10 * len(parts)
    assert await rows(program, "SELECT lines, tokens_in, cost_micros FROM recaps") == [(42, 10 * len(parts), None)]


async def fill(program: Program, conversation: object, lines: list[str]) -> None:
    """Lines somebody said, without anybody's answer."""
    from sqlalchemy import text

    from db.engine import create_engine
    from db.ids import new_id

    robin = await program.people.arrive(ROBIN)
    engine = create_engine(program.database.url, as_owner=True)
    async with engine.begin() as connection:
        await connection.execute(text("SET LOCAL row_security = off"))
        for line in lines:
            await connection.execute(
                text(
                    "INSERT INTO messages (id, conversation_id, kind, author_id, content)"
                    " VALUES (:id, :conversation, 'user', :author, :content)"
                ),
                {"id": new_id(), "conversation": conversation, "author": robin, "content": line},
            )
    await engine.dispose()


async def test_only_those_who_take_part_read_it_and_only_some_change_it(program: Program) -> None:
    await talked(program, "one")
    with pytest.raises(NotAllowed):
        await program.recaps.make(await asking(program, SASHA))
    await program.turns.hear(said("Mira, and I?", by=SASHA))
    await program.turns.idle()
    told = await program.recaps.make(await asking(program, SASHA))
    assert (told.may_change, told.took) == (False, None)
    with pytest.raises(NotAllowed):
        await program.recaps.edit(await asking(program, SASHA), "Sasha was best.")
    with pytest.raises(NotAllowed):
        await program.recaps.make(await asking(program, SASHA), afresh=True)
    changed = await program.recaps.edit(await asking(program, SASHA, Rights(may_manage=True)), "Sasha was best.")
    assert changed.text == "Sasha was best."


async def test_what_is_written_by_hand_is_what_characters_remember(program: Program) -> None:
    await talked(program, "one")
    told = await program.recaps.edit(await asking(program), "  The heron is Robin's.  ")
    assert (told.text, told.by, told.model) == ("The heron is Robin's.", ROBIN.discord_id, None)
    await talked(program, "two")
    assert "The heron is Robin's." in prompt(program)
    # It is taken in by the next one.
    await program.recaps.make(await asking(program))
    assert "The heron is Robin's." in prompt(program)
    assert (await program.recaps.edit(await asking(program), "")).text == ""
    await talked(program, "three")
    assert "heron" not in prompt(program)
    with pytest.raises(InvalidInput):
        await program.recaps.edit(await asking(program), "x" * (limits.RECAP_TEXT_MAX + 1))


async def test_of_two_who_ask_at_once_one_is_told_to_wait(program: Program) -> None:
    await talked(program, "one")
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        asked.set()
        await go_on.wait()

    program.models.script = [[hold, "They met."]]
    first = asyncio.create_task(program.recaps.make(await asking(program)))
    await asked.wait()
    with pytest.raises(Conflict, match="being made at this moment"):
        await program.recaps.make(await asking(program))
    go_on.set()
    assert (await first).text == "They met."
    # Nobody is kept waiting by somebody who failed.
    await talked(program, "two")
    program.models.script = [[Down("gone", provider="scripted")]]
    with pytest.raises(Conflict, match="did not answer"):
        await program.recaps.make(await asking(program))
    assert await recap_of(program) == ("They met.", "Answer to one")
    program.models.script = [["They went on."]]
    assert (await program.recaps.make(await asking(program))).text == "They went on."


async def test_what_is_taken_back_while_a_recap_is_made_is_not_told(program: Program) -> None:
    await talked(program, "my secret")
    ((discord_id,),) = await rows(program, "SELECT discord_message_id FROM messages WHERE kind = 'user'")

    async def taken_back() -> None:
        await program.turns.trigger_deleted(int(str(discord_id)))

    program.models.script = [["They told ", taken_back, "a secret."]]
    with pytest.raises(Conflict, match="was changed while"):
        await program.recaps.make(await asking(program))
    assert await recap_of(program) == ("", None)


async def test_what_is_taken_back_while_a_recap_is_written_down_is_not_told(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    await talked(program, "my secret")
    ((discord_id,),) = await rows(program, "SELECT discord_message_id FROM messages WHERE kind = 'user'")
    put, taking_back = queries.put, list[asyncio.Task[None]]()

    async def is_over_or_waits() -> bool:
        waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        return taking_back[0].done() or bool(await rows(program, waiting))

    async def put_meanwhile(*values: Any) -> None:
        taking_back.append(asyncio.create_task(program.turns.trigger_deleted(int(str(discord_id)))))
        while not await is_over_or_waits():
            pass
        await put(*values)

    monkeypatch.setattr(queries, "put", put_meanwhile)
    program.models.script = [["They told a secret."]]
    await program.recaps.make(await asking(program))
    await asyncio.gather(*taking_back)
    assert await recap_of(program) == ("", None)


async def test_what_is_said_while_a_recap_of_a_long_conversation_is_made_does_no_harm(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "RECAP_LINES", 4)
    await talked(program, "one", "two", "three")

    async def meanwhile() -> None:
        await program.turns.hear(said("Mira, four"))
        await program.turns.idle()

    program.models.script = [["They ", meanwhile, "counted."], ["Yes?"]]
    told = await program.recaps.make(await asking(program))
    assert (told.text, told.since) == ("They counted.", 2)
    assert "Mira, one" not in prompt(program, -2)
    assert "Mira, two" in prompt(program, -2)


async def work_off(program: Program) -> None:
    """Run the jobs that are due, as a worker does."""
    jobs, stop = Jobs(program.database), asyncio.Event()

    async def run(payload: Any) -> None:
        await program.recaps.run(payload)
        stop.set()

    jobs.register(JOB, run)
    async with asyncio.timeout(30):
        await jobs.run(stop)


@pytest.mark.parametrize("how", ["edited", "deleted", "reply deleted", "reply edited", "worded anew"])
async def test_a_recap_that_tells_of_what_is_changed_is_forgotten_and_made_again(program: Program, how: str) -> None:
    await talked(program, "one", "two")
    program.models.script = [["They counted."]]
    await program.recaps.make(await asking(program))
    await talked(program, "three")
    ((turn, first),) = await rows(
        program,
        "SELECT t.id, t.trigger_message_id FROM turns AS t ORDER BY t.id LIMIT 1",
    )
    robin, turn_id = await program.people.arrive(ROBIN), UUID(str(turn))
    program.models.script = [["Other words."]]
    match how:
        case "edited":
            await program.turns.trigger_edited(int(str(first)), "Mira, uno")
        case "deleted":
            await program.turns.trigger_deleted(int(str(first)))
        case "reply deleted":
            await program.replies.delete(turn_id, robin, Rights())
        case "reply edited":
            await program.control.edit(turn_id, robin, Rights(), "Another answer.")
        case _:
            await program.control.regenerate(turn_id, robin, Rights())
    assert await recap_of(program) == ("", None)
    assert await queued(program) == 1


async def test_what_came_after_the_recap_does_not_touch_it(program: Program) -> None:
    await talked(program, "one")
    await program.recaps.make(await asking(program))
    await talked(program, "two")
    ((last,),) = await rows(program, "SELECT discord_message_id FROM messages WHERE content = 'Mira, two'")
    await program.turns.trigger_edited(int(str(last)), "Mira, dos")
    assert (await recap_of(program))[0] == "Well met."
    assert await queued(program) == 0


async def test_a_conversation_that_outgrows_its_prompts_is_summed_up_by_itself(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "HISTORY_LINES", 6)
    monkeypatch.setattr(limits, "RECAP_KEPT_LINES", 2)
    monkeypatch.setattr(limits, "RECAP_AFTER_LINES", 4)
    await talked(program, "one", "two")
    assert await queued(program) == 0
    await talked(program, "three", "four")
    assert await queued(program) == 1
    program.models.script = [["They counted on."]]
    await work_off(program)
    # The newest lines are left to be said as they are.
    assert await recap_of(program) == ("They counted on.", "Answer to three")
    assert await rows(program, "SELECT made_by, lines FROM recaps") == [(None, 6)]
    assert await queued(program) == 0
    await talked(program, "five")
    assert "They counted on." in prompt(program)
    assert await queued(program) == 0
    # And again, when as many were said once more.
    await talked(program, "six", "seven")
    assert await queued(program) == 1


async def test_a_small_context_asks_for_a_recap_sooner(program: Program) -> None:
    await talked(program, *(f"{number} " + "word " * 100 for number in range(5)))
    assert await queued(program) == 0
    program.models.context_tokens = 1500  # type: ignore[misc]
    await talked(program, "six")
    assert await queued(program) == 1
