"""/lore why, test and use: what was decided and why, as those may read it whom it concerns."""

import json
from uuid import UUID

import pytest

from bot.errors import InvalidInput, LimitReached, NotAllowed, NotFound
from bot.ports import Caller, Rights
from bot.services.lore.engine.book import Choice, Filters, Key, Logic, Position
from bot.services.lore.replies.trace import Trace, TraceLine, Warned
from bot.services.lore.replies.trace_words import as_json, as_text, sentence, warning
from bot.texts import Say
from db.models import LoreCall, LoreFired, LoreRun, Visibility
from tests.services.lorecraft import attach, book, edited, entry, prompt_text
from tests.services.stagecraft import PARLOUR, ROBIN, SASHA, TAVERN, Program, make, summon
from tests.services.test_services_lore_road import LAMP, ask, rows

SAY = Say("en")


async def why(program: Program, by: Caller = ROBIN, **more: object) -> Trace:
    person, robin = await program.people.arrive(by), await program.people.arrive(ROBIN)
    turn_id = await program.why.last(TAVERN.channel_id, robin)
    return await program.traces.why(turn_id, person, **more)  # type: ignore[arg-type]


async def tried(program: Program, text: str, by: Caller = ROBIN, **more: object) -> Trace:
    person = await program.people.arrive(by)
    return await program.traces.test(person, TAVERN, text, **more)  # type: ignore[arg-type]


def named(trace: Trace, name: str) -> TraceLine:
    return next(line for line in trace.lines if line.name == name)


async def test_why_tells_the_key_the_place_and_what_woke_what(program: Program) -> None:
    await summon(program, await make(program))
    entries = (
        entry("Moon", "The moon is cheese.", "moon"),
        entry("Harbour", "Ships.", "harbour", probability=0),
        entry("Always", "It is night."),
        entry("Far", "Too far.", "lamp", delay=50),
        entry("Lantern", LAMP + " The moon!", "lamp", position=Position.AT_DEPTH, depth=2),
    )
    await attach(program, await book(program, *entries))
    await ask(program, "Mira, the lamp of the harbour?")
    trace = await why(program)
    lantern, woken, always = named(trace, "Lantern"), named(trace, "Moon"), named(trace, "Always")
    assert (lantern.is_in, lantern.method, lantern.key, lantern.number) == (True, "keyword", "lamp", 5)
    assert lantern.found is not None
    assert (lantern.found.message, lantern.found.speaker) == (0, "Robin")
    assert sentence(lantern, SAY, trace.books) == (
        "in: the key “lamp” in the newest message, by Robin; it stands 2 messages before the end, as system"
    )
    assert (woken.wave, woken.parents) == (1, ("Lantern",))
    assert sentence(woken, SAY, trace.books) == (
        "in: the key “moon” in the words of Lantern, woken by Lantern; it stands before the character"
    )
    assert always.method == "constant"
    assert [line.name for line in trace.left_out] == ["Harbour", "Far"]
    assert "the die fell on" in sentence(named(trace, "Harbour"), SAY, trace.books)
    assert "too short for it (49 more to come)" in sentence(named(trace, "Far"), SAY, trace.books)
    assert trace.books[0].entries == 3
    text, told = as_text(trace, SAY), json.loads(as_json(trace))
    assert "+ #5 Lantern" in text
    assert "- #2 Harbour" in text
    assert [one["name"] for one in told["lines"]] == [line.name for line in trace.lines]


@pytest.mark.parametrize(
    ("logic", "told"),
    [
        (Logic.AND_ANY, "none of its second keys is there: oil, wick"),
        (Logic.AND_ALL, "not all of its second keys are there: oil, wick"),
        (Logic.NOT_ANY, "a key is there that must be missing: oil, wick"),
        (Logic.NOT_ALL, "keys are there that must not all be there: oil, wick"),
    ],
)
async def test_second_keys_that_keep_an_entry_out_are_named(program: Program, logic: Logic, told: str) -> None:
    await summon(program, await make(program))
    second = (Key("oil"), Key("wick"))
    await attach(program, await book(program, entry("Lamp", LAMP, "lamp", secondary=second, logic=logic)))
    await ask(program, "Mira, the lamp, its oil and its wick?" if logic.forbids else "Mira, the lamp?")
    trace = await why(program)
    assert [sentence(line, SAY, trace.books) for line in trace.lines] == [f"out: {told}"]


async def test_the_full_trace_holds_every_entry_that_found_no_room(program: Program) -> None:
    await summon(program, await make(program))
    await attach(program, await book(program, *(entry(f"Rule {n}", "Word " * 100, tokens=100) for n in range(160))))
    await ask(program)
    trace = await why(program)
    assert len(trace.lines) == 160
    assert trace.refused == len(trace.left_out) > 100
    assert all(line.reason == "budget" and line.short for line in trace.left_out)
    assert as_text(trace, SAY).count("short of what lore may take") == trace.refused


async def test_what_the_finished_prompt_had_no_place_for_is_told(program: Program) -> None:
    await summon(program, await make(program))
    await attach(program, await book(program, entry("Out", "Words.", "lamp", position=Position.OUTLET, outlet="sky")))
    await ask(program)
    trace = await why(program)
    assert [(line.name, line.is_in, line.reason) for line in trace.lines] == [("Out", False, "nowhere")]
    assert "nowhere" in {one.code for one in trace.warnings}
    assert all(warning(one, SAY, trace.books) for one in trace.warnings)
    assert warning(Warned("meaning_no_model"), SAY, trace.books).startswith("Entries found by meaning")


async def test_others_learn_the_books_and_how_much_went_in_but_no_names_and_no_keys(program: Program) -> None:
    await summon(program, await make(program))
    await attach(program, await book(program, entry("The secret heir", LAMP, "lamp"), entry("Never", "X", "gold")))
    await ask(program, by=SASHA)
    asked, owner = await why(program, by=SASHA), await why(program, rights=Rights(may_manage=True))
    assert [(one.name, one.entries, one.may_read) for one in asked.books] == [("The harbour", 1, False)]
    assert (asked.lines, asked.hidden) == ((), 1)
    assert (len(owner.lines), owner.hidden) == (1, 0)
    assert "heir" not in as_text(asked, SAY)
    assert b"heir" not in as_json(asked)
    assert "1 entry of books you may not read" in as_text(asked, SAY)


async def test_a_public_book_is_anybodys_to_read(program: Program) -> None:
    await summon(program, await make(program))
    await attach(program, await book(program, entry("Lamp", LAMP, "lamp"), visibility=Visibility.PUBLIC))
    await ask(program, by=SASHA)
    assert len((await why(program, by=SASHA)).lines) == 1


async def test_another_books_entry_is_not_named_to_who_may_not_read_it(program: Program) -> None:
    await summon(program, await make(program))
    hidden = entry("The secret heir", "The heir likes the moon.", "lamp")
    await attach(program, await book(program, hidden, name="Hidden"))
    mine = await book(program, entry("Moon", "Cheese.", "moon"), name="Mine", by=SASHA)
    await attach(program, mine, by=SASHA, guild_id=TAVERN.guild_id)
    await ask(program, by=SASHA)
    asked = await why(program, by=SASHA)
    assert [(line.name, line.parents, line.wave) for line in asked.lines] == [("Moon", (), 1)]
    assert "heir" not in as_text(asked, SAY)
    assert b"heir" not in as_json(asked)


async def test_slash_why_hides_lore_and_the_whole_prompt_from_who_may_not_read_the_book(program: Program) -> None:
    await summon(program, await make(program))
    await attach(program, await book(program, entry("The secret heir", LAMP, "lamp"), by=SASHA), by=SASHA)
    await ask(program)
    robin = await program.people.arrive(ROBIN)
    reasons = await program.why.of(await program.why.last(TAVERN.channel_id, robin), robin)
    assert [(piece.label, piece.included) for piece in reasons.pieces if piece.kind == "lore"] == [(None, True)]
    assert reasons.prompt is None


async def test_strangers_are_refused(program: Program) -> None:
    await summon(program, await make(program))
    await ask(program)
    with pytest.raises(NotAllowed):
        await why(program, by=SASHA)


async def test_where_no_book_was_in_force_there_is_nothing_to_tell(program: Program) -> None:
    await summon(program, await make(program))
    await ask(program)
    trace = await why(program)
    assert (trace.books, trace.lines, trace.hidden) == ((), (), 0)


# ------------------------------------------------------------------------------------------------ trials


async def test_a_trial_keeps_nothing_and_sees_what_runs_on(program: Program) -> None:
    await summon(program, await make(program))
    lamp = entry("Lamp", LAMP, "lamp", sticky=3)
    late = entry("Late", "Later.", "boat", delay=2)
    await attach(program, await book(program, lamp, late))
    assert (await tried(program, "A lamp!")).included[0].method == "keyword"
    assert [line.reason for line in (await tried(program, "A boat!")).left_out] == ["delay"]
    assert (await rows(program, LoreRun), await rows(program, LoreFired)) == ([], [])
    assert len(program.models.asked) == 0
    await ask(program)
    trace = await tried(program, "And a boat?")
    assert trace.is_dry
    assert trace.turn_id is None
    assert {line.name: line.method for line in trace.included} == {"Lamp": "sticky", "Late": "keyword"}
    assert "runs on from before (3 more, this one included)" in sentence(named(trace, "Lamp"), SAY, trace.books)
    assert len(await rows(program, LoreRun)) == 1
    assert "A trial" in as_text(trace, SAY)


async def test_a_trial_is_for_a_character_and_with_ones_roles(program: Program) -> None:
    mira, odo = await make(program), await make(program, name="Odo")
    await summon(program, mira)
    await summon(program, odo)
    only = entry("Only", LAMP, "lamp", filters=Filters(characters=Choice(frozenset({odo}))))
    guard = entry("Guard", "Halt.", "lamp", filters=Filters(roles=Choice(frozenset({7}))))
    await attach(program, await book(program, only, guard))
    assert [line.reason for line in (await tried(program, "Mira, a lamp")).lines] == ["character", "role"]
    trace = await tried(program, "a lamp", character_id=odo, rights=Rights(frozenset({7})))
    assert {line.name for line in trace.included} == {"Only", "Guard"}


async def test_a_trial_needs_words_and_somebody_who_listens(program: Program) -> None:
    with pytest.raises(NotFound):
        await tried(program, "Hello?")
    await summon(program, await make(program))
    with pytest.raises(InvalidInput):
        await tried(program, "   ")


# ------------------------------------------------------------------------------------------------ called in


async def use(program: Program, entry_id: UUID, by: Caller = ROBIN, **more: int) -> object:
    return await program.traces.use(await program.people.arrive(by), TAVERN, entry_id, **more)


async def test_a_called_entry_goes_into_as_many_replies_as_were_asked_for(program: Program) -> None:
    await summon(program, await make(program))
    lamp = entry("Lamp", LAMP, "lamp")
    await attach(program, await book(program, lamp))
    robin = await program.people.arrive(ROBIN)
    await ask(program, "Mira, good evening.")
    await use(program, lamp.id, replies=2)
    assert [(one.name, one.left) for one in await program.traces.called(robin, TAVERN)] == [("Lamp", 2)]
    assert LAMP in await ask(program, "Mira, what a night.")
    assert named(await why(program), "Lamp").method == "manual"
    assert [one.left for one in await program.traces.called(robin, TAVERN)] == [1]
    assert LAMP in await ask(program, "Mira, indeed.")
    turn_id = await program.why.last(TAVERN.channel_id, robin)
    await program.control.regenerate(turn_id, robin, Rights())
    assert LAMP in prompt_text(program), "worded again, it is the same reply"
    assert await program.traces.called(robin, TAVERN) == ()
    assert LAMP not in await ask(program, "Mira, good night.")
    assert await rows(program, LoreCall) == []


async def test_a_reply_that_is_taken_back_does_not_count(program: Program) -> None:
    await summon(program, await make(program))
    lamp = entry("Lamp", LAMP, "lamp")
    await attach(program, await book(program, lamp))
    robin = await program.people.arrive(ROBIN)
    await ask(program, "Mira, good evening.")
    await use(program, lamp.id)
    assert LAMP in await ask(program, "Mira, what a night.")
    assert await program.traces.called(robin, TAVERN) == ()
    await program.replies.delete(await program.why.last(TAVERN.channel_id, robin), robin)
    assert [one.left for one in await program.traces.called(robin, TAVERN)] == [1]


async def test_only_what_is_in_force_and_ones_own_to_read_can_be_called(program: Program) -> None:
    await summon(program, await make(program))
    lamp, elsewhere = entry("Lamp", LAMP, "lamp"), entry("Far", "Far.", "far")
    await attach(program, await book(program, lamp))
    await attach(program, await book(program, elsewhere), channel_id=PARLOUR.channel_id)
    with pytest.raises(NotFound):
        await use(program, elsewhere.id)
    with pytest.raises(NotFound):
        await use(program, lamp.id, by=SASHA)
    with pytest.raises(InvalidInput):
        await use(program, lamp.id, replies=21)
    with pytest.raises(NotFound):
        await program.traces.unuse(await program.people.arrive(ROBIN), TAVERN, lamp.id)
    assert await rows(program, LoreCall) == []


async def test_calls_are_taken_back_suggested_and_limited(program: Program) -> None:
    await summon(program, await make(program))
    many = [entry(f"Lamp {number}", LAMP, "lamp") for number in range(11)]
    await attach(program, await book(program, *many))
    robin, sasha = await program.people.arrive(ROBIN), await program.people.arrive(SASHA)
    found = await program.traces.find_usable(robin, TAVERN, "")
    assert [one.label for one in found][:2] == ["#1 Lamp 0", "#2 Lamp 1"]
    assert [one.label for one in await program.traces.find_usable(robin, TAVERN, "#11")] == ["#11 Lamp 10"]
    assert await program.traces.find_usable(sasha, TAVERN, "") == ()
    for one in many[:10]:
        await use(program, one.id)
    with pytest.raises(LimitReached):
        await use(program, many[10].id)
    assert (await program.traces.unuse(robin, TAVERN, many[0].id)).name == "Lamp 0"
    await use(program, many[10].id)
    await use(program, many[10].id, replies=3)
    assert len(await program.traces.called(robin, TAVERN)) == 10


async def test_a_switched_off_entry_stays_out_even_when_called(program: Program) -> None:
    await summon(program, await make(program))
    lamp = entry("Lamp", LAMP, "lamp")
    await attach(program, await book(program, lamp))
    await use(program, lamp.id)
    await edited(program, lamp.id, is_enabled=False)
    assert LAMP not in await ask(program)
    assert named(await why(program), "Lamp").reason == "disabled"
