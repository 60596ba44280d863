"""What runs on from reply to reply: sticky, cooldown, delay and dice, and how taking something back undoes it."""

from uuid import UUID

from sqlalchemy import select

from bot.ports import NO_RIGHTS, Caller
from bot.services.lore.engine.book import Entry, Timing
from db.models import LoreFired, LoreRun
from db.work import Actor
from tests.services.lorecraft import attach, book, entry, prompt_text
from tests.services.stagecraft import ROBIN, TAVERN, Program, make, said, summon
from tests.services.test_services_lore_road import LAMP, ask, rows

PLAIN = "Mira, go on."


async def begin(program: Program, *entries: Entry, **settings: object) -> UUID:
    await summon(program, await make(program, greeting=""))
    one = await book(program, *entries, **settings)  # type: ignore[arg-type]
    await attach(program, one)
    return one


async def last(program: Program) -> tuple[UUID, UUID]:
    robin = await program.people.arrive(ROBIN)
    return await program.why.last(TAVERN.channel_id, robin), robin


async def heard(program: Program, message_id: int, words: str, by: Caller = ROBIN) -> bool:
    return LAMP in await ask(program, words, message_id=message_id, by=by)


async def test_sticky_then_cooldown_in_turns(program: Program) -> None:
    # Depth 1: nothing but the newest message can bring it in.
    await begin(program, entry("Lamp", LAMP, "lamp", sticky=2, cooldown=1), scan_depth=1)
    assert [LAMP in await ask(program, words) for words in ("Mira, the lamp!", PLAIN, PLAIN, "Mira, the lamp!")] == [
        True, True, True, False,
    ]  # fmt: skip
    assert LAMP in await ask(program, "Mira, the lamp!")
    fired = await rows(program, LoreFired)
    assert len(fired) == 2, "what runs on is remembered where it began, and nowhere else"


async def test_sticky_counted_in_messages(program: Program) -> None:
    await begin(program, entry("Lamp", LAMP, "lamp", sticky=2), scan_depth=1, timing=Timing.MESSAGES)
    assert [LAMP in await ask(program, words) for words in ("Mira, the lamp!", PLAIN, PLAIN)] == [True, True, False]


async def test_delay_waits_for_the_conversation(program: Program) -> None:
    await begin(program, entry("Lamp", LAMP, "lamp", delay=3))
    assert [LAMP in await ask(program) for _ in range(4)] == [False, False, True, True]


async def test_deleting_the_message_that_brought_it_in_ends_what_runs_on(program: Program) -> None:
    await begin(program, entry("Lamp", LAMP, "lamp", sticky=5), scan_depth=1)
    assert await heard(program, 30_001, "Mira, the lamp!")
    assert await heard(program, 30_002, PLAIN)
    await program.turns.trigger_deleted(30_001, TAVERN.channel_id)
    await program.turns.idle()
    assert not await heard(program, 30_003, PLAIN)


async def test_deleting_the_reply_ends_what_runs_on(program: Program) -> None:
    await begin(program, entry("Lamp", LAMP, "lamp", sticky=5), scan_depth=1)
    assert LAMP in await ask(program, "Mira, the lamp!")
    turn_id, robin = await last(program)
    assert LAMP in await ask(program, PLAIN)
    await program.replies.delete(turn_id, robin)
    assert LAMP not in await ask(program, PLAIN)


async def test_worded_anew_the_same_die_falls_and_what_ran_on_is_replaced(program: Program) -> None:
    some = [entry(f"Sign {number}", f"Sign {number} hangs.", "lamp", probability=50, sticky=3) for number in range(12)]
    await begin(program, *some)
    first = await ask(program, "Mira, the lamp!")
    turn_id, robin = await last(program)
    assert (await program.control.regenerate(turn_id, robin, NO_RIGHTS)).is_well
    again = prompt_text(program)
    signs = [one.content for one in some]
    assert [one in first for one in signs] == [one in again for one in signs]
    assert 0 < sum(one in first for one in signs) < 12
    runs = await rows(program, LoreRun)
    assert [run.number for run in runs] == [0, 1]
    fired = await rows(program, LoreFired)
    assert len(fired) == sum(one in first for one in signs)
    assert {one.turn_id for one in fired} == {turn_id}
    after = await ask(program, PLAIN)
    assert [one in after for one in signs] == [one in first for one in signs]


async def test_worded_anew_a_cooldown_of_its_own_does_not_keep_it_out(program: Program) -> None:
    await begin(program, entry("Lamp", LAMP, "lamp", cooldown=5), scan_depth=1)
    assert LAMP in await ask(program, "Mira, the lamp!")
    turn_id, robin = await last(program)
    await program.control.regenerate(turn_id, robin, NO_RIGHTS)
    assert LAMP in prompt_text(program)
    await program.control.go_on(turn_id, robin, NO_RIGHTS)
    assert "the lamp" in prompt_text(program)
    assert LAMP not in await ask(program, "Mira, the lamp!"), "the control: it does keep it out of the next reply"


async def test_going_on_counts_as_the_same_turn(program: Program) -> None:
    await begin(program, entry("Lamp", LAMP, "lamp", sticky=1), scan_depth=2)
    assert LAMP in await ask(program, "Mira, the lamp!")
    turn_id, robin = await last(program)
    await program.control.go_on(turn_id, robin, NO_RIGHTS)
    assert LAMP in prompt_text(program)
    (fired,) = await rows(program, LoreFired)
    run = (await rows(program, LoreRun))[-1]
    async with program.database.work(Actor.turn(run.conversation_id)) as work:
        stored = await work.session.scalar(select(LoreFired.message_at))
    assert (fired.turn_id, stored) == (turn_id, fired.message_at)
    assert LAMP in await ask(program, "Mira, hm. And then? And then?")


async def test_an_edited_message_changes_nothing_that_runs_on(program: Program) -> None:
    await begin(program, entry("Lamp", LAMP, "lamp", sticky=3), scan_depth=1)
    assert await heard(program, 40_001, "Mira, the lamp!")
    await program.turns.trigger_edited(40_001, "Mira, the door!", TAVERN.channel_id)
    await program.turns.idle()
    assert await heard(program, 40_002, PLAIN)


async def test_two_characters_of_one_message_fire_each_for_itself(program: Program) -> None:
    await begin(program, entry("Lamp", LAMP, "lamp", sticky=1), scan_depth=1)
    await summon(program, await make(program, name="Odo", greeting=""))
    assert await program.turns.hear(said("Mira and Odo, the lamp!"))
    await program.turns.idle()
    fired = await rows(program, LoreFired)
    assert len(fired) == 1, "the second sees only what Mira said, and what ran on from the first"
    assert [LAMP in prompt_text(program, number) for number in (-2, -1)] == [True, True]


# ------------------------------------------------------------------------------------------------ as elsewhere


async def test_a_compatible_book_keeps_its_own_timed_effects(program: Program) -> None:
    lamp = entry("Lamp", LAMP, "lamp", sticky=5, cooldown=2)
    await begin(program, lamp, scan_depth=1, is_compatible=True)
    # Messages count there: each turn is two, and an effect holds while it is *between* its ends (statement 35).
    seen = [LAMP in await ask(program, words) for words in ("Mira, the lamp!", PLAIN, PLAIN, PLAIN)]
    assert seen == [True, True, True, False]
    (first, *_) = await rows(program, LoreFired)
    assert first.state["sticky"][1:] == [1, 6, False]
    runs = await rows(program, LoreRun)
    assert [one.name for one in runs[0].books] == ["The harbour"]


async def test_a_compatible_book_forgets_with_the_reply_that_is_taken_back(program: Program) -> None:
    await begin(program, entry("Lamp", LAMP, "lamp", sticky=9), scan_depth=1, is_compatible=True)
    assert LAMP in await ask(program, "Mira, the lamp!")
    turn_id, robin = await last(program)
    await program.replies.delete(turn_id, robin)
    assert LAMP not in await ask(program, PLAIN)


async def test_compatible_books_and_ours_share_one_budget(program: Program) -> None:
    await begin(program, entry("Old", "Old words. " + LAMP, "lamp"), is_compatible=True)
    await attach(
        program, await book(program, entry("New", "New words.", "lamp"), name="Ours"), guild_id=TAVERN.guild_id
    )
    asked = await ask(program)
    assert "Old words." in asked
    assert "New words." in asked
    (run,) = await rows(program, LoreRun)
    assert run.spent == len(("Old words. " + LAMP).split()) + 2
    assert [one.name for one in run.books] == ["Ours", "The harbour"]
