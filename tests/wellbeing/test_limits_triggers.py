"""What people want to be told of: when it has come true, once, to them alone; and habits, sealed and counted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from bot.app_wellbeing import WellbeingParts
from bot.errors import Conflict, InvalidInput, LimitReached, NotAllowed, NotFound
from bot.ports import Caller
from bot.ports.letters import Letter, Posted
from bot.services.keys.vault import KEY_BYTES, Vault
from bot.services.people import People
from bot.services.wellbeing.acts import Counted
from bot.services.wellbeing.consent import VERSION
from bot.services.wellbeing.entries import CheckInDraft
from bot.services.wellbeing.minutes import Minutes, day_span, minute_of
from bot.services.wellbeing.trigger_rules import Known, TriggerKind, Wish, came_true, checked, described
from bot.services.wellbeing.triggers import JOB
from bot.texts import Say
from db.engine import create_engine
from db.models import MoodSource, SaidIn
from db.work import Actor, Database
from tests.services.stagecraft import StillClock

MADRID = "Europe/Madrid"
MONDAY = date(2026, 5, 4)


def at(day: date, hour: int, minute: int = 0, zone: str = MADRID) -> int:
    return day_span(zone, day).first + hour * 60 + minute


def known(now: int, *minutes: int, moods: Mapping[date, float] | None = None) -> Known:
    return Known(MADRID, now, Minutes.of(minutes), moods or {})


def nights(count: int, last: date = MONDAY) -> list[int]:
    return [at(last - timedelta(days=back), 1) for back in range(count)]


LATE = Wish(TriggerKind.LATE_NIGHTS, 3, None)


def test_three_late_nights_are_three_and_no_fewer() -> None:
    now = at(MONDAY, 2)
    assert came_true(LATE, known(now, *nights(2))) is None
    third = came_true(LATE, known(now, *nights(3)))
    assert third == "night 2026-05-02 1"
    # The fourth and the fifth are not told anew, the sixth is.
    assert came_true(LATE, known(at(MONDAY + timedelta(days=1), 2), *nights(4, MONDAY + timedelta(days=1)))) == third
    sixth = came_true(LATE, known(at(MONDAY + timedelta(days=3), 2), *nights(6, MONDAY + timedelta(days=3))))
    assert sixth == "night 2026-05-02 2"


@pytest.mark.parametrize(("hour", "counts"), [(23, False), (0, True), (4, True), (5, False)])
def test_a_night_is_late_between_midnight_and_five(hour: int, counts: bool) -> None:
    minutes = [at(MONDAY - timedelta(days=back), hour, 59 if hour == 23 else 0) for back in range(3)]
    assert (came_true(LATE, known(at(MONDAY, 12), *minutes)) is not None) is counts


def test_a_row_that_ended_before_yesterday_is_over() -> None:
    assert came_true(LATE, known(at(MONDAY + timedelta(days=1), 12), *nights(3))) is not None
    assert came_true(LATE, known(at(MONDAY + timedelta(days=2), 12), *nights(3))) is None


def test_a_day_is_long_with_more_than_was_said() -> None:
    wish = Wish(TriggerKind.LONG_DAYS, 2, 10)
    days = [MONDAY - timedelta(days=1), MONDAY]
    enough = [at(day, 12, minute) for day in days for minute in range(11)]
    assert came_true(wish, known(at(MONDAY, 20), *enough)) == "day 2026-05-03 1"
    assert came_true(wish, known(at(MONDAY, 20), *enough[:-1])) is None


def test_a_sitting_is_told_once() -> None:
    wish = Wish(TriggerKind.LONG_SITTING, 1, 30)
    begun = at(MONDAY, 20)
    assert came_true(wish, known(begun + 28, *range(begun, begun + 29))) is None
    first = came_true(wish, known(begun + 29, *range(begun, begun + 30)))
    assert first == came_true(wish, known(begun + 90, *range(begun, begun + 91))) == f"sitting {begun}"
    assert came_true(wish, known(begun + 27 * 60, *range(begun, begun + 30))) is None


def test_a_week_is_compared_with_a_whole_one_only() -> None:
    wish = Wish(TriggerKind.WEEK_OVER_WEEK, 1, 5)
    now = at(MONDAY, 20)
    this = range(at(MONDAY, 10), at(MONDAY, 10) + 6)
    before = at(MONDAY - timedelta(days=7), 10)
    assert came_true(wish, known(now, *this)) is None, "there was no week before"
    assert came_true(wish, known(now, at(MONDAY - timedelta(days=3), 10), *this)) is None, "nor was it whole"
    assert came_true(wish, known(now, before, *this)) == "week 2026-05-04"
    assert came_true(wish, known(now, before, before + 1, *this)) is None


def test_a_day_without_a_check_in_is_no_low_day() -> None:
    wish = Wish(TriggerKind.LOW_MOODS, 2, None)
    yesterday, before = MONDAY - timedelta(days=1), MONDAY - timedelta(days=2)
    now = at(MONDAY, 20)
    assert came_true(wish, known(now, moods={MONDAY: 2.0, yesterday: 1.0})) == "mood 2026-05-03 1"
    assert came_true(wish, known(now, moods={MONDAY: 2.0, before: 1.0})) is None
    assert came_true(wish, known(now, moods={MONDAY: 2.0, yesterday: 2.5})) is None
    assert came_true(wish, known(now)) is None


@given(
    st.sampled_from(TriggerKind),
    st.integers(1, 30),
    st.integers(5, 600),
    st.lists(st.integers(0, 38 * 1440), max_size=80),
)
def test_what_comes_true_is_named_the_same_however_often_it_is_asked(
    kind: TriggerKind, times: int, minutes: int, ago: list[int]
) -> None:
    now = at(MONDAY, 15)
    seen = known(now, *(now - one for one in ago))
    wish = checked(kind, times, minutes)
    assert came_true(wish, seen) == came_true(wish, seen)
    assert described(wish, Say("en"))


@pytest.mark.parametrize(
    ("kind", "times", "minutes"),
    [
        (TriggerKind.LATE_NIGHTS, 0, None), (TriggerKind.LATE_NIGHTS, 31, None), (TriggerKind.LONG_DAYS, 3, 0),
        (TriggerKind.LONG_DAYS, 3, 1441), (TriggerKind.LONG_SITTING, None, 4), (TriggerKind.LOW_MOODS, -5, None),
        (TriggerKind.WEEK_OVER_WEEK, None, 10**9),
    ],
)  # fmt: skip
def test_what_cannot_come_true_is_refused(kind: TriggerKind, times: int | None, minutes: int | None) -> None:
    with pytest.raises(InvalidInput):
        checked(kind, times, minutes)


# ------------------------------------------------------------------------------------------------ the whole of it


class Post:
    """Notes what is written to whom, and answers as it is told to."""

    def __init__(self) -> None:
        self.sent: list[tuple[int, str]] = []
        self.answer = Posted.SENT

    async def send(self, discord_id: int, letter: Letter) -> Posted:
        self.sent.append((discord_id, letter.content))
        return self.answer


@pytest.fixture
def clock() -> StillClock:
    still = StillClock()
    still.moment = datetime(2026, 5, 4, 8, 0, tzinfo=UTC)
    return still


@pytest.fixture
def parts(database: Database, clock: StillClock) -> WellbeingParts:
    found = WellbeingParts(database, clock, Vault([b"k" * KEY_BYTES]), public_url="https://cafe.example")
    found.use_letters(Post(), "en")
    return found


@pytest.fixture
async def robin(database: Database, clock: StillClock) -> UUID:
    return await People(database, clock).arrive(Caller(101, "robin", "Robin"))


async def active(owner_url: str, user_id: UUID, *minutes: int) -> None:
    engine = create_engine(owner_url, as_owner=True)
    async with engine.begin() as connection:
        for minute in minutes:
            await connection.execute(
                text(
                    "INSERT INTO usage_minutes AS u (user_id, hour, guild_id, mask)"
                    " VALUES (:who, to_timestamp(:hour), 0, 1::bigint << :bit)"
                    " ON CONFLICT (user_id, hour, guild_id) DO UPDATE SET mask = u.mask | excluded.mask"
                ),
                {"who": user_id, "hour": minute // 60 * 3600, "bit": minute % 60},
            )
    await engine.dispose()


def post_of(parts: WellbeingParts) -> Post:
    post = parts.telling.letters
    assert isinstance(post, Post)
    return post


async def wish_for(
    parts: WellbeingParts, who: UUID, kind: TriggerKind = TriggerKind.LATE_NIGHTS, **more: object
) -> UUID:
    async with parts.database.work(Actor.user(who)) as work:
        await parts.self_limits.change(work, who, {"time_zone": MADRID, "weekly_minutes": 5000}, SaidIn.WEB)
        return (await parts.limiting.triggers.add(work, who, kind, **more)).id  # type: ignore[arg-type]


async def test_it_is_told_once_and_to_them_alone(parts: WellbeingParts, robin: UUID, owner_url: str) -> None:
    await wish_for(parts, robin, words="Go to bed")
    await active(owner_url, robin, *nights(2))
    await parts.telling.attend(robin)
    assert post_of(parts).sent == []
    await active(owner_url, robin, *nights(3))
    for _ in range(3):
        await parts.telling.attend(robin)
    ((to, told),) = post_of(parts).sent
    assert to == 101
    assert told.startswith("You asked me to tell you of this: 3 late nights in a row.")
    assert "What you wrote to yourself: Go to bed" in told
    async with parts.database.work(Actor.user(robin)) as work:
        assert not (await parts.self_limits.standing(work, robin)).untold
        (one,) = await parts.limiting.triggers.all(work, robin)
        assert one.last_at == parts.limiting.clock.now()
        page = await parts.limiting.history.page(work, robin)
    assert [line.event for line in page.lines if line.event] == ["trigger"]


async def test_whoever_takes_no_message_finds_it_where_they_look(
    parts: WellbeingParts, robin: UUID, owner_url: str
) -> None:
    await wish_for(parts, robin)
    post_of(parts).answer = Posted.REFUSED
    await active(owner_url, robin, *nights(3))
    await parts.telling.attend(robin)
    async with parts.database.work(Actor.user(robin)) as work:
        (event,) = (await parts.self_limits.standing(work, robin)).untold
        assert event.kind == "trigger"
        await parts.self_limits.told(work, robin, [event.id])
        assert not (await parts.self_limits.standing(work, robin)).untold


async def test_how_somebody_feels_is_not_written_through_discord(parts: WellbeingParts, robin: UUID) -> None:
    async with parts.database.work(Actor.user(robin)) as work:
        with pytest.raises(NotAllowed, match="keep no check-ins"):
            await parts.limiting.triggers.add(work, robin, TriggerKind.LOW_MOODS)
    async with parts.database.work(Actor.user(robin)) as work:
        await parts.moods.opt_in(work, robin, version=VERSION, said_in=SaidIn.WEB)
        await parts.limiting.triggers.add(work, robin, TriggerKind.LOW_MOODS, times=2, words="Call Sasha")
        low = (await parts.moods.choices(work, robin)).on_step(1)[0].id
        for back in (0, 1):
            felt_at = parts.limiting.clock.now() - timedelta(days=back, hours=1)
            await parts.moods.add(work, robin, CheckInDraft(low, felt_at=felt_at), source=MoodSource.WEB)
    for _ in range(2):
        await parts.telling.attend(robin)
    ((_, told),) = post_of(parts).sent
    async with parts.database.work(Actor.user(robin)) as work:
        (event,) = await parts.limiting.own.events(work, robin)
    assert "mood" not in event.period
    assert "2026-05" not in event.period, "on which days somebody felt low stands nowhere in the open"
    assert "mood" not in told
    assert "Call Sasha" not in told
    assert "/limits triggers" in told


async def test_people_are_looked_after_in_their_own_morning(
    parts: WellbeingParts, robin: UUID, owner_url: str, clock: StillClock
) -> None:
    await wish_for(parts, robin)
    await active(owner_url, robin, *nights(3))
    # Ten in the morning in Madrid is eight in UTC.
    clock.moment = datetime(2026, 5, 4, 7, 43, tzinfo=UTC)
    await parts.telling.go_round({})
    assert post_of(parts).sent == []
    clock.moment = datetime(2026, 5, 4, 8, 43, tzinfo=UTC)
    await parts.telling.go_round({})
    assert len(post_of(parts).sent) == 1


async def test_who_is_active_is_looked_after_once_for_many_minutes(parts: WellbeingParts, robin: UUID) -> None:
    for minute in range(5):
        parts.telling.counted(Counted(robin, 101, minute_of(parts.limiting.clock.now()) + minute))
    await parts.telling.idle()
    async with parts.database.work(Actor.job("test")) as work:
        rows = await work.session.execute(text("SELECT payload FROM pgqueuer WHERE entrypoint = :job"), {"job": JOB})
        (payload,) = rows.scalars()
    assert json.loads(payload) == {"user_id": str(robin)}


async def test_no_more_than_twenty_and_the_same_once(parts: WellbeingParts, robin: UUID) -> None:
    first = await wish_for(parts, robin, TriggerKind.LONG_DAYS, minutes=1)
    assert await wish_for(parts, robin, TriggerKind.LONG_DAYS, minutes=1) == first
    for minutes in range(2, 21):
        await wish_for(parts, robin, TriggerKind.LONG_DAYS, minutes=minutes)
    with pytest.raises(LimitReached, match="20 things"):
        await wish_for(parts, robin, TriggerKind.LONG_DAYS, minutes=21)


async def test_words_and_names_lie_sealed_and_others_reach_none(
    parts: WellbeingParts, robin: UUID, owner_url: str
) -> None:
    await wish_for(parts, robin, words="canary words")
    sasha = await People(parts.database, parts.limiting.clock).arrive(Caller(102, "sasha", "Sasha"))
    async with parts.database.work(Actor.user(robin)) as work:
        habit = await parts.limiting.habits.add(work, robin, "canary habit", 3)
        (trigger,) = await parts.limiting.triggers.all(work, robin)
    for who in (sasha, robin):
        async with parts.database.work(Actor.user(sasha)) as work:
            assert await parts.limiting.habits.all(work, who) == ()
            assert await parts.limiting.triggers.all(work, who) == ()
            with pytest.raises(NotFound):
                await parts.limiting.habits.keep(work, sasha, habit.id)
            with pytest.raises(NotFound):
                await parts.limiting.triggers.remove(work, sasha, trigger.id)
    engine = create_engine(owner_url, as_owner=True)
    async with engine.connect() as connection:
        rows = await connection.execute(
            text("SELECT sealed_name FROM self_habits UNION SELECT sealed_words FROM self_triggers")
        )
        kept = [bytes(one) for one in rows.scalars()]
    await engine.dispose()
    assert len(kept) == 2
    assert not any(b"canary" in one for one in kept)


async def test_a_habit_counts_this_week_and_the_weeks_before(
    parts: WellbeingParts, robin: UUID, clock: StillClock
) -> None:
    habits = parts.limiting.habits
    async with parts.database.work(Actor.user(robin)) as work:
        made = await habits.add(work, robin, "  A   walk ", 2)
        assert (made.name, made.kept, made.weeks_before) == ("A walk", 0, ())
        with pytest.raises(Conflict):
            await habits.add(work, robin, "a WALK", 2)
        await habits.keep(work, robin, made.id)
        kept = await habits.keep(work, robin, made.id)
        assert (kept.kept, kept.is_reached, kept.is_kept_today) == (1, False, True)
        with pytest.raises(InvalidInput, match="this week"):
            await habits.keep(work, robin, made.id, MONDAY - timedelta(days=1))
        with pytest.raises(InvalidInput, match="this week"):
            await habits.keep(work, robin, made.id, MONDAY + timedelta(days=1))
    clock.moment += timedelta(days=8)
    async with parts.database.work(Actor.user(robin)) as work:
        await habits.keep(work, robin, made.id)
        (found,) = await habits.all(work, robin)
        assert (found.kept, found.weeks[-2]) == (1, 1)
        dropped = await habits.drop(work, robin, made.id)
        assert dropped.kept == 0
        assert (await habits.remove(work, robin, made.id)).name == "A walk"
        assert await habits.all(work, robin) == ()


async def test_what_nobody_can_open_any_more_is_shown_nameless_and_can_go(
    parts: WellbeingParts, robin: UUID, database: Database, clock: StillClock
) -> None:
    async with database.work(Actor.user(robin)) as work:
        made = await parts.limiting.habits.add(work, robin, "A walk", 2)
    other = WellbeingParts(database, clock, Vault([b"x" * KEY_BYTES]))
    async with database.work(Actor.user(robin)) as work:
        (found,) = await other.limiting.habits.all(work, robin)
        assert found.name == ""
        await other.limiting.habits.remove(work, robin, made.id)


async def test_the_history_tells_each_change_once(parts: WellbeingParts, robin: UUID) -> None:
    """What waits goes on waiting while other things change: it is one line, and each line says what its change did."""
    asked: list[dict[str, object]] = [{"daily_minutes": 30}, {"daily_minutes": None}, {"break_after": 60}]
    async with parts.database.work(Actor.user(robin)) as work:
        for fields in asked:
            await parts.self_limits.change(work, robin, fields, SaidIn.WEB)
        lines = (await parts.limiting.history.page(work, robin)).lines
        told = [(one.waited, one.before, one.rules, one.replaced_at) for one in lines if one.rules and one.before]
        changes = [{key for key, was in before if was != getattr(rules, key)} for _, before, rules, _ in told]
        assert [waited for waited, *_ in told] == [True, False, False]
        assert changes == [{"daily_minutes"}, {"break_after"}, {"daily_minutes"}]
        assert not any(replaced for *_, replaced in told)
        await parts.self_limits.take_back(work, robin, SaidIn.WEB)
        lines = (await parts.limiting.history.page(work, robin)).lines
    assert [one.replaced_at is not None for one in lines] == [True, False, False]
