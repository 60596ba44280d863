"""Every road to an answer: what counts, who is refused, what is said publicly and to the person alone."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import LimitReached
from bot.ports import NO_RIGHTS, Place, Rights, Surroundings, Via
from bot.services.talk.conversations import Asking
from bot.services.talk.forks import Wish as Forking
from bot.services.talk.posts import Wish
from bot.services.wellbeing.limits import SelfLimits, Strictness
from bot.services.wellbeing.rules import RestKind
from db.models import PlaceValues
from db.queries.wellbeing import limits as queries
from db.work import Actor
from tests.services.stagecraft import NOON, PARLOUR, ROBIN, SASHA, TAVERN, Program, make, summon
from tests.services.test_services_turns import rows
from tests.wellbeing.limitcraft import DM, after, answers, counted, from_noon, limit, lines, speak, watched


@pytest.fixture
async def mira(program: Program) -> UUID:
    """Mira listens in the tavern; nothing was said yet, and nothing counts."""
    character_id = await make(program, greeting="")
    await summon(program, character_id)
    return character_id


async def test_minutes_between_moments_count_and_a_lone_one_counts_one(program: Program, mira: UUID) -> None:
    robin = await program.people.arrive(ROBIN)
    for minute in (0, 0.5, 4, 9, 15):
        await speak(program, at=after(minute))
    assert from_noon(await counted(program.database, robin)) == [*range(10), 15]
    assert await rows(program, "SELECT minutes FROM daily_usage WHERE minutes > 0") == [(11,)]


async def test_a_minute_counts_once_in_all_places_and_in_each_server_that_saw_it(program: Program, mira: UUID) -> None:
    await summon(program, mira, place=PARLOUR)
    await summon(program, mira, place=DM)
    robin = await program.people.arrive(ROBIN)
    await speak(program, at=after(0))
    await speak(program, at=after(0), place=DM)
    await speak(program, at=after(3), place=DM)
    await speak(program, at=after(5), place=PARLOUR)
    assert from_noon(await counted(program.database, robin)) == [*range(6)]
    assert await rows(program, "SELECT minutes FROM daily_usage WHERE minutes > 0") == [(6,)]
    # Between two moments in the server its own minutes count there, whatever was done elsewhere meanwhile.
    assert await rows(program, "SELECT guild_id, mask FROM usage_minutes ORDER BY guild_id") == [
        (0, 0b001111),
        (1, 0b111111),
    ]


async def test_what_no_character_was_asked_for_does_not_count(program: Program, mira: UUID) -> None:
    robin = await program.people.arrive(ROBIN)
    await program.places.change(robin, 1, PlaceValues(listen="chance", chance_percent=100))
    await speak(program, "The lamps look well tonight.", at=after(0))
    assert answers(program) == 1
    assert from_noon(await counted(program.database, robin)) == []


async def test_at_the_limit_there_is_one_neutral_line_for_each_message_and_kind_words_for_one(
    program: Program, mira: UUID
) -> None:
    await limit(program, daily_minutes=3)
    for minute in (0, 1, 2):
        await speak(program, at=after(minute))
    first, second = [await speak(program, at=after(minute)) for minute in (3, 4)]
    assert answers(program) == 3
    assert lines(program) == [f"held_back {one.message_id}" for one in (first, second)]
    assert all(
        text == "No answer to this one. The button tells whoever wrote it why, and nobody else."
        for _, key, text in program.channels.remarks
        if key.startswith("held_back")
    )
    reason = await program.turns.held_back.reason(second.message_id, ROBIN.discord_id)
    assert "Your {most} minutes of today are used up" in reason.sentence
    assert reason.values["most"] == 3
    assert str(int((NOON + timedelta(hours=12)).timestamp())) in str(reason.values["until"])
    assert len(program.models.asked) == 3, "no model is asked"
    # The next day it is over.
    program.clock.moment = after(12 * 60 + 1)
    over = await program.turns.held_back.reason(second.message_id, ROBIN.discord_id)
    assert over.sentence.startswith("Characters rested for you")
    await speak(program)
    assert answers(program) == 4


async def test_a_message_in_a_minute_that_counts_is_answered_also_at_the_limit(program: Program, mira: UUID) -> None:
    await limit(program, daily_minutes=1)
    for _ in range(3):
        await speak(program, at=after(0.2))
    await speak(program, at=after(1))
    assert answers(program) == 3


async def test_what_fits_of_the_time_before_counts_although_the_message_is_refused(
    program: Program, mira: UUID
) -> None:
    robin = await program.people.arrive(ROBIN)
    await limit(program, daily_minutes=3)
    await speak(program, at=after(0))
    await speak(program, at=after(4))
    assert answers(program) == 1
    assert from_noon(await counted(program.database, robin)) == [0, 1, 2]
    await speak(program, at=after(60))
    assert answers(program) == 1


async def test_buttons_and_greetings_are_refused_with_the_words_and_change_nothing(
    program: Program, mira: UUID
) -> None:
    robin = await program.people.arrive(ROBIN)
    await speak(program, at=after(0))
    turn_id = (await rows(program, "SELECT id FROM turns"))[0][0]
    await limit(program, daily_minutes=1)
    program.clock.moment = after(1)
    other = await make(program, greeting="Good evening.", name="Nell")
    wish = Wish(robin, ROBIN.discord_id, replace(TAVERN, channel_id=77), "A post", 99)
    forking = Forking(robin, ROBIN, Rights(may_open_threads=True), Surroundings(), 3)
    for ask in (
        lambda: program.control.regenerate(turn_id, robin, NO_RIGHTS),
        lambda: program.control.go_on(turn_id, robin, NO_RIGHTS),
        lambda: program.conversations.summon(robin, TAVERN, other, interaction_id=1),
        lambda: program.posts.begin(other, wish),
        lambda: program.conversations.lives.renew(Asking(robin, TAVERN), interaction_id=2),
        lambda: program.forks.fork(turn_id, forking),
    ):
        with pytest.raises(LimitReached) as refused:
            await ask()
        assert "are used up" in refused.value.message
    assert answers(program) == 1
    assert program.channels.threads == []
    assert len(program.models.asked) == 1
    assert await rows(program, "SELECT count(*) FROM participants WHERE character_id IS NOT NULL") == [(1,)]
    # Words that stand already ask no model: choosing among them is free.
    assert (await program.control.choose(turn_id, robin, NO_RIGHTS, 0)).is_well
    # Another day they count like a message.
    program.clock.moment = after(24 * 60)
    assert (await program.control.regenerate(turn_id, robin, NO_RIGHTS)).is_well
    assert from_noon(await counted(program.database, robin)) == [0, 24 * 60]


async def test_a_button_that_is_refused_counts_the_time_before(program: Program, mira: UUID) -> None:
    robin = await program.people.arrive(ROBIN)
    await limit(program, daily_minutes=3)
    await speak(program, at=after(0))
    turn_id = (await rows(program, "SELECT id FROM turns"))[0][0]
    program.clock.moment = after(4)
    with pytest.raises(LimitReached):
        await program.control.regenerate(turn_id, robin, NO_RIGHTS)
    await program.presence.close()
    assert from_noon(await counted(program.database, robin)) == [0, 1, 2]


async def test_a_pause_holds_at_once_everywhere_and_ends_tomorrow(program: Program, mira: UUID) -> None:
    await limit(program, is_paused=True, paused_until=None)
    await summon(program, mira, place=DM)
    alone = Place(7, 70, 70, Via.INTERACTION)
    await summon(program, mira, place=alone)
    for place in (TAVERN, DM, alone):
        await speak(program, place=place, at=after(1))
    assert answers(program) == 0
    changed = await limit(program, is_paused=False)
    assert changed.held.is_paused
    assert changed.pending_from == NOON + timedelta(hours=12)
    await speak(program, at=after(11 * 60 + 59))
    assert answers(program) == 0
    await speak(program, at=after(12 * 60))
    assert answers(program) == 1


async def test_a_night_rests_by_the_message_s_own_time(program: Program, mira: UUID) -> None:
    await limit(program, nights=[{"begins": 12 * 60 + 30, "ends": 13 * 60}])
    await speak(program, at=after(29.9))
    late = await speak(program, at=after(30))
    await speak(program, at=after(60))
    assert answers(program) == 2
    assert lines(program) == [f"held_back {late.message_id}"]


async def test_where_memory_knows_nothing_the_database_refuses(program: Program, mira: UUID) -> None:
    """Another process changed the limits and its notice is not here yet."""
    await limit(program, refresh=False, is_paused=True, paused_until=None)
    assert program.presence.is_free(await program.people.arrive(ROBIN), TAVERN)
    heard = await speak(program)
    assert answers(program) == 0
    assert lines(program) == [f"held_back {heard.message_id}"]


async def test_several_characters_answer_one_message_and_chance_never_reaches_who_rests(
    program: Program, mira: UUID
) -> None:
    robin = await program.people.arrive(ROBIN)
    nell = await make(program, greeting="", name="Nell")
    await summon(program, nell)
    await limit(program, daily_minutes=1)
    await speak(program, "Mira, Nell!", at=after(0))
    assert answers(program) == 2
    await program.places.change(robin, 1, PlaceValues(listen="chance", chance_percent=100))
    await speak(program, "Nobody in particular.", at=after(1))
    assert answers(program) == 2
    assert lines(program) == [], "nobody was asked, so nobody is missed"
    await speak(program, "Nobody in particular.", at=after(1), by=SASHA)
    assert answers(program) == 3, "another person's evening goes on"


async def test_a_server_s_floor_counts_there_alone_and_says_whose_rule_it_is(program: Program, mira: UUID) -> None:
    robin = await program.people.arrive(ROBIN)
    await summon(program, mira, place=DM)
    await program.places.change(robin, 1, PlaceValues(minutes_a_day=2, time_zone="UTC"))
    for minute in (0, 1):
        await speak(program, at=after(minute))
    held = await speak(program, at=after(2))
    await speak(program, at=after(3), place=DM)
    assert answers(program) == 3
    reason = await program.turns.held_back.reason(held.message_id, ROBIN.discord_id)
    assert reason.sentence.startswith("In this server everybody can talk")


async def test_cooling_down_rests_and_goes_on_by_turns(program: Program, mira: UUID) -> None:
    await limit(program, daily_minutes=2, strictness=Strictness.COOL_DOWN)
    for minute in (0, 1):
        await speak(program, at=after(minute))
    for minute in (2, 16):
        await speak(program, at=after(minute))
    assert answers(program) == 2
    for minute in range(17, 27):
        await speak(program, at=after(minute))
    assert answers(program) == 12
    await speak(program, at=after(27))
    await speak(program, at=after(41))
    assert answers(program) == 12
    await speak(program, at=after(42))
    assert answers(program) == 13


async def test_who_is_warned_is_warned_once_and_alone(program: Program, mira: UUID) -> None:
    letters, noticing = watched(program)
    await limit(program, daily_minutes=10, strictness=Strictness.WARN, break_after=9)
    for minute in range(12):
        await speak(program, at=after(minute))
    await noticing.idle()
    assert answers(program) == 12
    said = [words.partition(".")[0] for _, words in letters.sent]
    assert said == [
        "You have 2 of your 10 minutes of today left",
        "You are here for 9 minutes without a break",
        "Your 10 minutes of today are used up",
    ]
    assert {to for to, _ in letters.sent} == {ROBIN.discord_id}
    assert await rows(program, "SELECT count(*), count(told_at) FROM limit_events") == [(3, 3)]


async def test_who_takes_no_letters_finds_what_was_to_be_told(program: Program, mira: UUID) -> None:
    letters, noticing = watched(program)
    letters.answer = type(letters.answer).REFUSED
    await limit(program, daily_minutes=2)
    for minute in range(4):
        await speak(program, at=after(minute))
    await noticing.idle()
    robin = await program.people.arrive(ROBIN)
    async with program.database.work(Actor.user(robin)) as work:
        standing = await SelfLimits(program.clock).standing(work, robin)
        events = await SelfLimits(program.clock).events(work, robin)
    assert (standing.minutes_today, standing.minutes_week, standing.sitting) == (2, 2, 2)
    assert standing.rest is not None
    assert standing.rest.kind is RestKind.DAY
    assert [one.kind for one in events] == ["stopped"]
    assert standing.untold == events


async def test_a_message_taken_up_after_a_crash_counts_once(
    start: Callable[..., Program], program: Program, mira: UUID
) -> None:
    await limit(program, daily_minutes=1)
    await speak(program, at=after(0))
    await program.crash()
    await rows(program, "UPDATE inbox SET state = 'received', done_at = NULL RETURNING 1")
    await rows(program, "DELETE FROM turns RETURNING 1")
    again = start()
    again.clock.moment = after(20)
    await again.presence.limited.load()
    await again.listening.start()
    assert await again.turns.resume() == 1
    await again.turns.idle()
    assert len(again.models.asked) == 1, "it was allowed, so it is answered"
    robin = await again.people.arrive(ROBIN)
    assert from_noon(await counted(again.database, robin)) == [0]
    await again.crash()


async def test_a_clock_that_jumps_counts_nothing_twice_and_locks_nobody_out(program: Program, mira: UUID) -> None:
    robin = await program.people.arrive(ROBIN)
    await limit(program, daily_minutes=5, break_after=5, break_minutes=30)
    await speak(program, at=after(0))
    await speak(program, at=after(3 * 24 * 60))
    await speak(program, at=after(2))
    heard = await speak(program, at=after(3))
    late = replace(heard, message_id=heard.message_id + 1_000_000, sent_at=after(40 * 24 * 60))
    await program.turns.hear(late)
    await program.turns.idle()
    assert answers(program) == 5, "a message from the future was written now"
    assert from_noon(await counted(program.database, robin)) == [0, 1, 2, 3, 3 * 24 * 60]
    await speak(program, at=after(4))
    await speak(program, at=after(5))
    assert answers(program) == 6
    await speak(program, at=after(24 * 60))
    assert answers(program) == 7


async def test_who_passes_a_mark_by_a_button_is_written_to_as_well(program: Program, mira: UUID) -> None:
    letters, noticing = watched(program)
    robin = await program.people.arrive(ROBIN)
    await limit(program, daily_minutes=6)
    for minute in (0, 4):
        program.clock.moment = after(minute)
        async with program.database.work(Actor.user(robin)) as work:
            part = await program.presence.enter(work, program.presence.act(robin, TAVERN))
        program.presence.after(part)
    await noticing.idle()
    assert [whom for whom, _ in letters.sent] == [ROBIN.discord_id]


async def test_what_was_read_before_a_change_does_not_take_the_place_of_what_is_newer(
    program: Program, mira: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a pause whose end was read last and known first would hold somebody for good: the door does not ask."""
    limited, robin = program.presence.limited, await program.people.arrive(ROBIN)
    read, first, held_up = queries.limited_people, asyncio.Event(), asyncio.Event()

    async def slow(session: AsyncSession, user_id: UUID | None = None) -> Sequence[queries.LimitedRow]:
        found = await read(session, user_id)
        if not first.is_set():
            first.set()
            await held_up.wait()
        return found

    monkeypatch.setattr(queries, "limited_people", slow)
    await limit(program, is_paused=True, refresh=False)
    before = asyncio.create_task(limited.refresh(robin))
    await first.wait()
    changed = await limit(program, is_paused=False, refresh=False)
    after_it = asyncio.create_task(limited.refresh(robin))
    for _ in range(50):
        await rows(program, "SELECT 1")
    held_up.set()
    await asyncio.gather(before, after_it)
    assert changed.pending_from is not None
    program.clock.moment = changed.pending_from
    assert limited.resting(robin, TAVERN, program.clock.now()) is None
