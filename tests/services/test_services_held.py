"""Why somebody is not answered is told to them, of their own messages, and of nothing else that a button may name."""

import pytest

from bot.errors import NotAllowed, NotFound
from tests.services.stagecraft import ROBIN, SASHA, Program, make, said, summon
from tests.services.test_services_road import decide
from tests.services.test_services_turns import rows


@pytest.fixture
async def held(program: Program) -> int:
    """A message of Robin's, who had all the answers of a minute."""
    await summon(program, await make(program, greeting=""))
    await decide(program, replies_per_minute=1)
    for message in (said("Mira, one"), second := said("Mira, two")):
        await program.turns.hear(message)
        await program.turns.idle()
    return second.message_id


async def test_who_wrote_it_learns_the_reason(program: Program, held: int) -> None:
    reason = await program.turns.held_back.reason(held, ROBIN.discord_id)
    assert reason.sentence.startswith("You had {maximum} answers")
    assert reason.values["maximum"] == 1


async def test_nobody_else_does(program: Program, held: int) -> None:
    with pytest.raises(NotAllowed):
        await program.turns.held_back.reason(held, SASHA.discord_id)


@pytest.mark.parametrize("message_id", [0, 1, 2**63 - 1, 2**63, 10**20 - 1])
async def test_of_a_message_nobody_knows_there_is_nothing_to_tell(program: Program, message_id: int) -> None:
    with pytest.raises(NotFound):
        await program.turns.held_back.reason(message_id, ROBIN.discord_id)


@pytest.mark.parametrize("why", ["deleted", "too_late", "queue_full", "nobody_listens"])
async def test_what_was_dropped_for_another_reason_is_nobody_s_to_ask(program: Program, held: int, why: str) -> None:
    await rows(program, f"UPDATE inbox SET reason = '{why}' WHERE message_id = {held} RETURNING 1")
    with pytest.raises(NotFound):
        await program.turns.held_back.reason(held, ROBIN.discord_id)
