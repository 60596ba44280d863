"""Check-ins kept, found, changed and gone: for one person, on a real Postgres."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest

from bot import limits
from bot.errors import Conflict, InvalidInput, LimitReached, NotAllowed, NotFound, UserError
from bot.services.keys.vault import Vault
from bot.services.wellbeing.choices import Weather, all_choices
from bot.services.wellbeing.consent import VERSION
from bot.services.wellbeing.entries import CheckIn, CheckInDraft, draft_of
from bot.services.wellbeing.moods import Moods
from db.engine import connection_arguments
from db.models import MoodSource, SaidIn
from db.raw import RawConnection, connect
from db.work import Database
from tests.fakes.clock import FakeClock
from tests.wellbeing.moodcraft import KEY, diary

FULL = CheckInDraft(
    "content",
    intensity=4,
    energy=2,
    sleep_quality=5,
    sleep_hours=7.4,
    weather=Weather.RAIN,
    activities=("Music", "my own thing", "MUSIC"),
    tags=("home",),
    triggers=("noise",),
    title=" A  day ",
    note="It rained.\nI did not mind. 🌧️",
)


async def test_everything_said_comes_back(database: Database, clock: FakeClock) -> None:
    robin = await diary(database, clock, zone="europe/madrid")
    kept = await robin.add(FULL)
    async with database.work(robin.me) as work:
        read = await robin.moods.one(work, robin.id, kept.id)
    assert read == kept
    assert (read.score, read.mood.name, read.mood.emoji) == (4, "Contented", "😌")
    assert (read.intensity, read.energy, read.sleep_quality, read.sleep_hours) == (4, 2, 5, 7.5)
    assert read.activities == ("Music", "my own thing")
    assert (read.weather, read.tags, read.triggers) == (Weather.RAIN, ("home",), ("noise",))
    assert (read.title, read.note) == ("A day", "It rained.\nI did not mind. 🌧️")
    assert read.felt_at == clock.now()
    assert (read.time_zone, read.local.hour, read.source) == ("Europe/Madrid", 14, MoodSource.WEB)


async def test_without_a_yes_nothing_is_kept(database: Database, clock: FakeClock) -> None:
    robin = await diary(database, clock, opted_in=False)
    with pytest.raises(NotAllowed) as refused:
        await robin.add("happy")
    assert refused.value.code == "no_check_ins"
    async with database.work(robin.me) as work:
        assert await robin.moods.options(work, robin.id) is None
        assert not await robin.moods.count(work, robin.id)
        with pytest.raises(Conflict):
            await robin.moods.opt_in(work, robin.id, version=VERSION + 1, said_in=SaidIn.WEB)


async def test_words_that_changed_are_asked_again(
    database: Database, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    robin = await diary(database, clock)
    kept = await robin.add("happy")
    for module in ("consent", "moods_options"):
        monkeypatch.setattr(f"bot.services.wellbeing.{module}.VERSION", VERSION + 1)
    with pytest.raises(NotAllowed) as refused:
        await robin.add("sad")
    assert refused.value.code == "consent_outdated"
    assert [one.id for one in await robin.all()] == [kept.id]
    async with database.work(robin.me) as work:
        await robin.moods.set_keep_days(work, robin.id, 30)
        options = await robin.moods.opt_in(work, robin.id, version=VERSION + 1, said_in=SaidIn.DISCORD)
    assert (options.keep_days, options.is_current, options.consented_in) == (30, True, SaidIn.DISCORD)
    await robin.add("sad")


async def test_the_same_form_twice_is_one_and_two_devices_are_two(database: Database, clock: FakeClock) -> None:
    robin = await diary(database, clock)
    first = await robin.add("happy", once="form 1")
    again = await robin.add("happy", once="form 1")
    assert again == first
    both = await asyncio.gather(*(robin.add("happy", once=f"device {number}") for number in range(4)))
    assert len({one.id for one in both}) == 4
    twice = await asyncio.gather(*(robin.add("sad", once="one tap") for _ in range(4)))
    assert len({one.id for one in twice}) == 1
    said = CheckInDraft("calm", felt_at=clock.now() - timedelta(hours=3), note="equal")
    assert (await robin.add(said)).id == (await robin.add(said)).id
    assert len(await robin.all()) == 7


WRONG = (
    (CheckInDraft("11"), "mood"),
    (CheckInDraft(""), "mood"),
    (CheckInDraft("happy", felt_at=datetime(1800, 1, 1, tzinfo=UTC)), "felt_at"),
    (CheckInDraft("happy", felt_at=datetime(1, 1, 1, tzinfo=UTC)), "felt_at"),
    (CheckInDraft("happy", felt_at=datetime(2026, 5, 5, 12, tzinfo=UTC)), "felt_at"),
    (CheckInDraft("happy", felt_at=datetime(9999, 12, 31, 23, tzinfo=UTC)), "felt_at"),
    (CheckInDraft("happy", felt_at=datetime(2025, 1, 1, tzinfo=UTC)), "felt_at"),
    (CheckInDraft("happy", intensity=0), "intensity"),
    (CheckInDraft("happy", energy=6), "energy"),
    (CheckInDraft("happy", sleep_quality=-1), "sleep_quality"),
    (CheckInDraft("happy", sleep_hours=25), "sleep_hours"),
    (CheckInDraft("happy", sleep_hours=float("nan")), "sleep_hours"),
    (CheckInDraft("happy", activities=[f"a {n}" for n in range(51)]), "activities"),
    (CheckInDraft("happy", tags=["x" * 61]), "tags"),
    (CheckInDraft("happy", note="n" * 20_001), "note"),
    (CheckInDraft("happy", title="t" * 201), "title"),
)


async def test_what_cannot_be_is_refused_by_its_field(database: Database, clock: FakeClock) -> None:
    robin = await diary(database, clock)
    for draft, field in WRONG:
        with pytest.raises(InvalidInput) as refused:
            await robin.add(draft)
        assert refused.value.field == field, draft
        assert str(refused.value)
    assert not await robin.all()


async def test_a_day_holds_48_and_a_day_is_the_persons_own(
    database: Database, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """25 hours long as the clocks go back: still one day, and the one after it is another."""
    clock = FakeClock(datetime(2026, 10, 27, 12, tzinfo=UTC))
    robin = await diary(database, clock, zone="Europe/Madrid")
    begins = datetime(2026, 10, 24, 22, 0, tzinfo=UTC)
    for number in range(limits.CHECK_INS_PER_DAY):
        await robin.add(CheckInDraft("calm", felt_at=begins + timedelta(minutes=30 * number + 59)))
    for moment in (begins, begins + timedelta(hours=24, minutes=59)):
        with pytest.raises(LimitReached) as refused:
            await robin.add(CheckInDraft("calm", felt_at=moment))
        assert refused.value.code == "check_ins_per_day"
    next_day = await robin.add(CheckInDraft("calm", felt_at=begins + timedelta(hours=25)))
    assert next_day.day == date(2026, 10, 26)
    moved = CheckInDraft("sad", felt_at=begins + timedelta(hours=2))
    async with database.work(robin.me) as work:
        with pytest.raises(LimitReached):
            await robin.moods.edit(work, robin.id, next_day.id, moved)
    monkeypatch.setattr(limits, "CHECK_INS_MAX", limits.Limit(49, "", ""))
    with pytest.raises(LimitReached) as full:
        await robin.add("calm")
    assert full.value.code == "check_ins_in_all"
    async with database.work(robin.me) as work:
        assert await robin.moods.count_on(work, robin.id, date(2026, 10, 25)) == 48
        assert len(await robin.moods.between(work, robin.id, date(2026, 10, 25), date(2026, 10, 25))) == 48


async def test_editing_keeps_what_was_not_changed_and_refuses_what_is_stale(
    database: Database, clock: FakeClock
) -> None:
    robin = await diary(database, clock)
    kept = await robin.add(FULL)
    async with database.work(robin.me) as work:
        changed = CheckInDraft("sad", note="other")
        new = await robin.moods.edit(work, robin.id, kept.id, changed, seen=kept.updated_at)
    assert (new.mood.name, new.note, new.felt_at, new.activities) == ("Sad", "other", kept.felt_at, ())
    assert new.updated_at > kept.updated_at
    async with database.work(robin.me) as work:
        with pytest.raises(Conflict):
            await robin.moods.edit(work, robin.id, kept.id, draft_of(kept), seen=kept.updated_at)
    async with database.work(robin.me) as work:
        await robin.moods.remove(work, robin.id, kept.id)
        with pytest.raises(NotFound):
            await robin.moods.remove(work, robin.id, kept.id)
        with pytest.raises(NotFound):
            await robin.moods.edit(work, robin.id, kept.id, draft_of(new))


async def test_own_choices_change_and_old_entries_keep_what_they_said(database: Database, clock: FakeClock) -> None:
    robin = await diary(database, clock)
    async with database.work(robin.me) as work:
        choices = await robin.moods.add_mood(work, robin.id, name="Fizzy", emoji="🫧", score=4)
        choices = await robin.moods.add_activity(work, robin.id, name="Choir", group="Evenings")
    fizzy = choices.own_moods[0]
    old = await robin.add(CheckInDraft(fizzy.id, activities=["Choir"]))
    async with database.work(robin.me) as work:
        choices = await robin.moods.edit_mood(work, robin.id, fizzy.id, name="Flat", score=2)
        assert [(one.name, one.score) for one in choices.own_moods] == [("Flat", 2)]
    assert (await robin.add(fizzy.id)).score == 2
    async with database.work(robin.me) as work:
        await robin.moods.remove_choice(work, robin.id, fizzy.id)
        await robin.moods.remove_choice(work, robin.id, choices.own_activities[0].id)
        with pytest.raises(NotFound):
            await robin.moods.remove_choice(work, robin.id, fizzy.id)
        again = await robin.moods.one(work, robin.id, old.id)
        assert (again.mood.name, again.score, again.activities) == ("Fizzy", 4, ("Choir",))
        # Its note can still be changed, though its mood is on no list any more.
        edited = await robin.moods.edit(work, robin.id, old.id, CheckInDraft(fizzy.id, note="still fizzy"))
        assert (edited.mood.name, edited.score, edited.note) == ("Fizzy", 4, "still fizzy")
    with pytest.raises(InvalidInput):
        await robin.add(fizzy.id)


async def test_own_choices_have_bounds(database: Database, clock: FakeClock) -> None:
    robin = await diary(database, clock)

    async def refused(name: str = "Fizzy", emoji: str = "", score: int = 3) -> UserError:
        async with database.work(robin.me) as work:
            with pytest.raises(UserError) as error:
                await robin.moods.add_mood(work, robin.id, name=name, emoji=emoji, score=score)
        return error.value

    assert (await refused(score=11)).field == "score"
    assert (await refused(name="happy")).code == "name_taken"
    assert (await refused(name="  ")).field == "name"
    assert (await refused(name="a|b")).field == "name"
    assert (await refused(emoji="abc")).field == "emoji"
    choices = all_choices()
    for number in range(limits.OWN_MOODS_MAX):
        async with database.work(robin.me) as work:
            choices = await robin.moods.add_mood(work, robin.id, name=f"Mood {number}", emoji="👩‍🚀", score=3)
    assert len(choices.on_step(3)) == 25
    assert (await refused()).code == "too_many_choices"
    async with database.work(robin.me) as work:
        choices = await robin.moods.hide_choice(work, robin.id, "bored", True)
        assert len(choices.on_step(3)) == 24
        choices = await robin.moods.hide_choice(work, robin.id, "bored", False)
        assert len(choices.on_step(3)) == 25
        with pytest.raises(InvalidInput):
            await robin.moods.hide_choice(work, robin.id, "okay", True)


async def test_searching_within_what_is_sealed(database: Database, clock: FakeClock) -> None:
    robin = await diary(database, clock)
    for number in range(40):
        note = "Läuft der Fluß" if number % 4 == 0 else "nothing"
        draft = CheckInDraft("happy" if number % 2 else "sad", clock.now() - timedelta(hours=7 * number), note=note)
        await robin.add(draft)
    async with database.work(robin.me) as work:
        page = await robin.moods.page(work, robin.id, search="FLUSS lauft", limit=6)
        assert len(page.entries) == 6
        assert page.after is not None
        rest = await robin.moods.page(work, robin.id, search="FLUSS lauft", limit=6, after=page.after)
        assert len(rest.entries) == 4
        assert rest.after is None
        both = (*page.entries, *rest.entries)
        assert [one.felt_at for one in both] == sorted((one.felt_at for one in both), reverse=True)
        assert len({one.id for one in both}) == 10
        assert len((await robin.moods.page(work, robin.id, scores={5}, limit=100)).entries) == 20
        spanish = {"Sad": "Triste"}
        found = await robin.moods.page(
            work, robin.id, search="triste", limit=100, shown=lambda name: spanish.get(name, name)
        )
        assert len(found.entries) == 20
        day = await robin.moods.page(work, robin.id, first=date(2026, 5, 1), last=date(2026, 5, 2), limit=100)
        assert {one.day for one in day.entries} == {date(2026, 5, 1), date(2026, 5, 2)}
        walked: list[CheckIn] = []
        mark = None
        while True:
            part = await robin.moods.page(work, robin.id, after=mark, limit=7)
            walked += part.entries
            mark = part.after
            if mark is None:
                break
        assert [one.id for one in walked] == [one.id for one in await robin.moods.everything(work, robin.id)]


async def test_taking_the_yes_back_leaves_nothing(database: Database, clock: FakeClock, owner_url: str) -> None:
    robin = await diary(database, clock)
    other = await diary(database, clock, discord_id=502, moods=robin.moods)
    await other.add("happy")
    for number in range(3):
        await robin.add("sad", once=f"tap {number}")
    async with database.work(robin.me) as work:
        await robin.moods.add_mood(work, robin.id, name="Fizzy", score=3)
        assert await robin.moods.withdraw(work, robin.id) == 3
    owner = await connect(connection_arguments(owner_url, as_owner=True))
    try:
        for table in ("mood_entries", "mood_settings", "mood_reminders", "person_keys"):
            left = await _count(owner, table, robin.id)
            assert left == 0, table
        assert await _count(owner, "mood_entries", other.id) == 1
    finally:
        await owner.close()
    with pytest.raises(NotAllowed):
        await robin.add("happy")
    async with database.work(robin.me) as work:
        await robin.moods.opt_in(work, robin.id, version=VERSION, said_in=SaidIn.WEB)
    await robin.add("happy")
    assert len(await robin.all()) == 1


async def test_keeping_for_less_takes_away_what_is_older_at_once(database: Database, clock: FakeClock) -> None:
    robin = await diary(database, clock)
    for days in (0, 5, 20, 80):
        await robin.add(CheckInDraft("calm", clock.now() - timedelta(days=days)))
    async with database.work(robin.me) as work:
        assert await robin.moods.older_than(work, robin.id, 10) == 2
        assert await robin.moods.set_keep_days(work, robin.id, 10) == 2
        assert await robin.moods.set_keep_days(work, robin.id, None) == 0
        for wrong in (0, -5, 3651, 10**9):
            with pytest.raises(InvalidInput):
                await robin.moods.set_keep_days(work, robin.id, wrong)
    await robin.add(CheckInDraft("calm", datetime(1999, 12, 31, tzinfo=UTC)))
    assert len(await robin.all()) == 3


async def test_a_lost_key_shows_entries_without_words_and_lets_them_be_deleted(
    database: Database, clock: FakeClock
) -> None:
    robin = await diary(database, clock)
    kept = await robin.add(FULL)
    other_house = Moods(clock, Vault([KEY[::-1]]))
    async with database.work(robin.me) as work:
        read = await other_house.one(work, robin.id, kept.id)
        assert (read.is_readable, read.note, read.felt_at) == (False, "", kept.felt_at)
        assert len((await other_house.page(work, robin.id)).entries) == 1
        assert not (await other_house.page(work, robin.id, search="rained")).entries
        with pytest.raises(Conflict) as refused:
            await other_house.add(work, robin.id, FULL, source=MoodSource.WEB)
        assert refused.value.code == "person_key_lost"
    async with database.work(robin.me) as work:
        assert await other_house.remove_between(work, robin.id, kept.day, kept.day) == 1


async def _count(owner: RawConnection, table: str, user_id: object) -> int:
    return int(await owner.fetchval(f"SELECT count(*) FROM {table} WHERE user_id = $1", user_id))


async def test_each_setting_by_itself(database: Database, clock: FakeClock) -> None:
    robin = await diary(database, clock)
    async with database.work(robin.me) as work:
        options = await robin.moods.options(work, robin.id)
        assert options is not None
        assert (options.keep_days, options.in_discord, options.in_prompts) == (90, False, False)
        assert (options.time_zone, options.has_zone) == ("UTC", False)
        assert (await robin.moods.set_in_prompts(work, robin.id, True)).in_discord is False
        assert (await robin.moods.set_in_discord(work, robin.id, True)).in_prompts is True
        assert (await robin.moods.set_in_discord(work, robin.id, False)).in_prompts is True
        quiet = await robin.moods.set_quiet_hours(work, robin.id, 1320, 420)
        assert (quiet.quiet_from, quiet.quiet_to) == (1320, 420)
        for begins, ends in ((1440, 1), (-1, 1), (1, None), (None, 1), (5, 5)):
            with pytest.raises(InvalidInput) as unclear:
                await robin.moods.set_quiet_hours(work, robin.id, begins, ends)
            assert unclear.value.field == "quiet_from"
        assert (await robin.moods.set_quiet_hours(work, robin.id, None, None)).quiet_from is None
        with pytest.raises(InvalidInput) as nowhere:
            await robin.moods.set_time_zone(work, robin.id, "Mars/Base")
        assert "Europe/Madrid" in str(nowhere.value)
        options = await robin.moods.set_time_zone(work, robin.id, "madrid")
        assert (options.time_zone, options.has_zone, options.in_prompts) == ("Europe/Madrid", True, True)


async def test_an_entry_keeps_the_zone_it_was_felt_in(database: Database, clock: FakeClock) -> None:
    """Who flies to Tokyo has their old days as they were."""
    robin = await diary(database, clock, zone="America/New_York")
    late = datetime(2026, 5, 3, 3, 30, tzinfo=UTC)  # half past eleven at night of the 2nd in New York
    old = await robin.add(CheckInDraft("calm", late))
    async with database.work(robin.me) as work:
        await robin.moods.set_time_zone(work, robin.id, "Asia/Tokyo")
        assert (await robin.moods.one(work, robin.id, old.id)).day == date(2026, 5, 2)
        assert [one.id for one in await robin.moods.between(work, robin.id, date(2026, 5, 2), date(2026, 5, 2))]
        assert not await robin.moods.between(work, robin.id, date(2026, 5, 3), date(2026, 5, 3))
        edited = await robin.moods.edit(work, robin.id, old.id, CheckInDraft("calm", note="there"))
        assert (edited.day, edited.time_zone) == (date(2026, 5, 2), "America/New_York")
    assert (await robin.add(CheckInDraft("sad", late))).day == date(2026, 5, 3)
