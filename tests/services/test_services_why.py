"""/why: each reads what is theirs to read, and nobody a persona that is not theirs."""

from uuid import UUID

import pytest

from bot.errors import NotAllowed, NotFound
from bot.ports import NO_RIGHTS, Rights, Whose
from tests.services.stagecraft import PARLOUR, ROBIN, SASHA, TAVERN, Program, make, said, summon
from tests.services.test_services_control import replied
from tests.services.test_services_turns import rows


async def test_the_asker_who_made_the_character_reads_every_part(program: Program) -> None:
    turn_id = await replied(program)
    robin = await program.people.arrive(ROBIN)
    reasons = await program.why.of(turn_id, robin)
    assert (reasons.model, reasons.provider, reasons.finish_reason, reasons.number) == ("parrot", "scripted", "stop", 0)
    assert reasons.took is not None
    assert (reasons.took.tokens_in, reasons.took.cost_micros) == (10, None)
    assert reasons.pieces
    assert all(piece.label is not None for piece in reasons.pieces)
    assert [piece.label for piece in reasons.pieces if piece.kind == "sampling"] == ["max_tokens 800"]
    assert reasons.prompt is not None
    assert "You are Mira." in reasons.prompt
    assert "Mira?" in reasons.prompt
    assert await program.why.last(TAVERN.channel_id, robin) == turn_id


async def test_others_read_no_words_of_the_maker_or_the_asker(program: Program) -> None:
    await summon(program, await make(program, greeting=""))
    await program.turns.hear(said("Mira?", by=SASHA))
    await program.turns.idle()
    ((turn,),) = await rows(program, "SELECT id FROM turns")
    turn_id = UUID(str(turn))
    robin, sasha = await program.people.arrive(ROBIN), await program.people.arrive(SASHA)
    asker, maker = await program.why.of(turn_id, sasha), await program.why.of(turn_id, robin)
    assert asker.prompt is None
    assert maker.prompt is None
    assert any(piece.whose is Whose.CREATOR for piece in asker.pieces)
    assert all(piece.label is None for piece in asker.pieces if piece.whose is Whose.CREATOR)
    assert all(piece.label is not None for piece in maker.pieces if piece.whose is Whose.CREATOR)
    assert all(piece.label is None for piece in maker.pieces if piece.whose is Whose.ASKER)
    assert sum(piece.tokens for piece in asker.pieces) == sum(piece.tokens for piece in maker.pieces)


async def test_strangers_are_told_who_may(program: Program) -> None:
    turn_id = await replied(program)
    sasha = await program.people.arrive(SASHA)
    with pytest.raises(NotAllowed):
        await program.why.of(turn_id, sasha)
    assert (await program.why.of(turn_id, sasha, Rights(may_manage=True))).prompt is None


async def test_where_nothing_was_said_that_is_said(program: Program) -> None:
    robin = await program.people.arrive(ROBIN)
    with pytest.raises(NotFound):
        await program.why.last(PARLOUR.channel_id, robin)


async def test_a_greeting_has_no_prompt(program: Program) -> None:
    await summon(program, await make(program))
    robin = await program.people.arrive(ROBIN)
    reasons = await program.why.of(await program.why.last(TAVERN.channel_id, robin), robin, NO_RIGHTS)
    assert (reasons.model, reasons.pieces, reasons.prompt) == (None, (), None)
