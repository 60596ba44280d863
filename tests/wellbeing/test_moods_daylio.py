"""Diaries in and out: Daylio's files as they are, what is refused, and that our own come back as they were."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import limits
from bot.errors import InvalidInput, LimitReached
from bot.services.keys.vault import Vault
from bot.services.wellbeing.choices import MoodOption, Weather
from bot.services.wellbeing.daylio import COLUMNS, parse, plain
from bot.services.wellbeing.daylio_kept import DaylioResult
from bot.services.wellbeing.daylio_out import cell, written_csv
from bot.services.wellbeing.entries import CheckIn, CheckInDraft, words_of
from bot.services.wellbeing.moods import Moods
from db.ids import new_id
from db.work import Database
from tests.fakes.clock import FakeClock
from tests.wellbeing.kept_table import MAPPING, ZONE, made, table
from tests.wellbeing.moodcraft import KEY, Diary, diary

DOCS = Path("docs/moods.md").read_text("utf-8")
HEADER = "full_date,date,weekday,time,mood,activities,scales,note_title,note\n"
FILE = (
    "\ufeff"
    + HEADER
    + '2026-05-03,3. Mai,Sonntag,21:30,rad,"friends | movies / tv | good meal","","Choir","We sang.<br>'
    'Loud &amp; long.<ul><li>one</li><li>two</li></ul>"\n'
    '2026-05-03,May 3,Sunday,9:05 am,meh,"","","",""\n'
    '2026-05-03,May 3,Sunday,9:05 am,fizzy,"work","","","said ""so"", then left"\n'
    '2026-05-02,May 2,Saturday,12:15\u202fam,Awful,"work | 😉 | work","Energy:\u00a02 | Stress level:\u00a07","",""\n'
    '2026-05-01,May 1,Friday,12:00 PM,wobbly,"ünï | cödé","","","a < b and c > d"\n'
).encode()
MAPPED = {"fizzy": 4, "Wobbly": 2}


async def bring(robin: Diary, data: bytes, mapping: dict[str, int] | None = None) -> DaylioResult:
    async with robin.database.work(robin.me) as work:
        return await robin.moods.daylio.bring_in(work, robin.id, data, mapping or {})


async def test_a_file_of_the_app_comes_in_once(database: Database, clock: FakeClock) -> None:
    robin = await diary(database, clock, zone="Europe/Madrid")
    async with database.work(robin.me) as work:
        shown = await robin.moods.daylio.read(work, robin.id, FILE)
    assert (shown.n, shown.first, shown.last) == (5, date(2026, 5, 1), date(2026, 5, 3))
    assert {one.name: one.score for one in shown.moods} == {
        "rad": 5, "meh": 3, "fizzy": None, "Awful": 1, "wobbly": None,
    }  # fmt: skip
    with pytest.raises(InvalidInput) as unmapped:
        await bring(robin, FILE, {"fizzy": 4})
    assert unmapped.value.code == "moods_unmapped"
    assert "wobbly" in str(unmapped.value)
    assert not await robin.all()

    done = await bring(robin, FILE, MAPPED)
    assert (done.added, done.already_here, done.refused) == (5, 0, ())
    assert (done.moods_added, done.activities_added) == (5, 5)
    kept = await robin.all()
    assert sorted((f"{one.local:%d %H:%M}", one.mood.name, one.score) for one in kept) == [
        ("01 12:00", "wobbly", 2),
        ("02 00:15", "Awful", 1),
        ("03 09:05", "fizzy", 4),
        ("03 09:05", "meh", 3),
        ("03 21:30", "rad", 5),
    ]
    choir = kept[0]
    assert (choir.title, choir.note) == ("Choir", "We sang.\nLoud & long.\n- one\n- two")
    assert choir.activities == ("friends", "movies / tv", "good meal")
    awful = kept[3]
    assert (awful.energy, awful.tags, awful.activities) == (2, ("Stress level: 7",), ("work", "😉"))
    assert kept[4].note == "a < b and c > d"
    assert {one.note for one in kept if one.mood.name == "fizzy"} == {'said "so", then left'}

    again = await bring(robin, FILE, {"fizzy": 1, "wobbly": 1})
    assert (again.added, again.already_here, again.moods_added, again.activities_added) == (0, 5, 0, 0)
    # Its moods are the person's own from now on, and a file that names them asks nothing any more.
    async with database.work(robin.me) as work:
        assert not (await robin.moods.daylio.read(work, robin.id, FILE)).unmapped
        fizzy = (await robin.moods.choices(work, robin.id)).named("Fizzy")
        assert fizzy is not None
        assert fizzy.score == 4
    mended = await robin.add(fizzy.id)
    assert mended.mood.name == "fizzy"


async def test_what_is_older_than_kept_ahead_or_too_much_of_a_day_stays_out(
    database: Database, clock: FakeClock
) -> None:
    robin = await diary(database, clock)
    rows = [f"2026-05-01,x,x,{n // 60:02}:{n % 60:02},good,,,,{n}" for n in range(50)]
    rows += ["2020-01-01,x,x,10:00,good,,,,", "2026-05-05,x,x,23:00,good,,,,", "1800-01-01,x,x,10:00,good,,,,"]
    rows += ["2026-13-01,x,x,10:00,good,,,,", "2026-04-31,x,x,10:00,good", "2026-04-01,x,x,25:00,good"]
    rows += ["2026-04-01,x,x,13:00 pm,good", "2026-04-01,x,x,10:00,", "", "2026-04-01,x,x,10:00"]
    done = await bring(robin, (HEADER + "\n".join(rows)).encode())
    assert (done.added, done.too_old) == (48, 1)
    assert [one.line for one in done.refused] == [50, 51, 53, 54, 55, 56, 57, 58, 59, 61]
    assert all(one.why.format(**one.values) for one in done.refused)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "not_daylio"),
        (b"Date,Mood,Notes\n2026-05-01,5,fine\n", "not_daylio"),
        (b"\x89PNG\r\n\x1a\n\xff\xff", "not_text"),
        (HEADER.encode() + b"2026-05-01,x,x,10:00,good\x00,,,,\n", "not_text"),
        (HEADER.encode("utf-16-le") + b"x", "not_text"),
        (b"\xff\xfe" + HEADER.encode("utf-16-le") + b"x", "not_text"),
        (HEADER.encode() + "2026-05-01,x,x,10:00,gööd,,,,\n".encode("latin-1"), "not_text"),
        (HEADER.encode() + b'2026-05-01,x,x,10:00,good,"open,,,\n', "broken_csv"),
        (HEADER.encode() + b'2026-05-01,x,x,10:00,"go"od,,,,\n', "broken_csv"),
        (HEADER.encode() + b'2026-05-01,x,x,10:00,good,,,,"' + b"n" * 200_000 + b'"\n', "broken_csv"),
        (HEADER.encode() + b"2026-05-01,x,x,10:00,good,,,,\n" * 20_001, "too_many_rows"),
        (HEADER.encode() + b"2026-05-01,x,x,10:00,good,,,,\n" * 200_000, "file_too_large"),
    ],
)
def test_what_is_no_such_file_is_refused_whole(data: bytes, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse(data)
    assert (refused.value.code, refused.value.field) == (code, "file")
    assert str(refused.value)
    if code == "not_daylio":
        assert all(column in str(refused.value) for column in COLUMNS)


@pytest.mark.parametrize(
    "data",
    [
        b"full_date,date,weekday,time,mood,activities,note_title,note\n2018-05-18,x,x,23:54,happy,clean | cook,T,N\n",
        b"full_date,date,weekday,time,mood,activities,note\r\n2018-05-18,x,x,11:54 pm,happy,clean | cook,N\r\n",
        b"year,date,weekday,time,mood,activities,note\n2018,18 May,Friday,11:54 pm,happy,clean | cook,N\n",
        b"year,date,weekday,time,mood,activities,note\n2018,May 18,Friday,11:54 p.m.,happy,clean | cook,N\n",
        b"Full_Date;Time;Mood;Activities;Note\n2018-05-18;23:54:00;happy;clean | cook;N\n",
        "full_date\ttime\tmood\tactivities\tnote\n2018-05-18\t23.54\thappy\tclean | cook\tN\n".encode("utf-16"),
    ],
)
def test_every_age_of_the_format_is_read(data: bytes) -> None:
    parsed = parse(data)
    assert not parsed.refused
    row = parsed.rows[0]
    assert (row.local, row.mood, row.activities, row.note) == (
        datetime(2018, 5, 18, 23, 54),  # noqa: DTZ001
        "happy",
        ("clean", "cook"),
        "N",
    )


def test_html_goes_and_what_only_looks_like_it_stays() -> None:
    assert plain("<p>one</p><p>two <b>bold</b></p>") == "one\ntwo bold"
    assert plain("<3 you, if a<b & b>c") == "<3 you, if a<b & b>c"
    assert plain("<script>x</script>") == "<script>x</script>"


async def test_our_own_file_comes_back_as_it_was(database: Database, clock: FakeClock) -> None:
    """Proof 5's round trip: custom moods, several entries a day, every field, into another person's empty diary."""
    robin = await diary(database, clock, zone="America/New_York")
    async with database.work(robin.me) as work:
        await robin.moods.set_keep_days(work, robin.id, None)
    await bring(robin, FILE, MAPPED)
    async with database.work(robin.me) as work:
        choices = await robin.moods.add_mood(work, robin.id, name="=1+1", emoji="🫧", score=1)
    own = choices.own_moods[-1] if choices.own_moods[-1].name == "=1+1" else choices.named("=1+1")
    assert own is not None
    sunday = datetime(2025, 11, 2, 5, 30, tzinfo=UTC)  # 1:30 comes twice that night in New York
    for number, moment in enumerate((sunday, sunday + timedelta(hours=1), sunday + timedelta(hours=1, seconds=1))):
        await robin.add(
            CheckInDraft(
                own.id,
                felt_at=moment,
                intensity=1,
                energy=5,
                sleep_quality=3,
                sleep_hours=7.25,
                weather=Weather.SNOW,
                activities=("'quoted", "=cmd|' /C calc'!A0", "music"),
                tags=("-1+2", "two, words"),
                triggers=("@home",),
                title="+49 title",
                note=f"=HYPERLINK(1)\n\n'{number}' \"q\"; ünï 🫧\n- list",
            )
        )
    async with database.work(robin.me) as work:
        data = await robin.moods.export_csv(work, robin.id)
    cells = [one for row in csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")) for one in row]
    assert any(one.startswith("'=HYPERLINK") for one in cells)
    assert not [one for one in cells if one.startswith(("=", "+", "-", "@"))]

    sasha = await diary(database, clock, discord_id=502, moods=robin.moods, zone="Asia/Tokyo")
    async with database.work(sasha.me) as work:
        await sasha.moods.set_keep_days(work, sasha.id, None)
        shown = await sasha.moods.daylio.read(work, sasha.id, data)
        assert (shown.is_ours, shown.unmapped, shown.refused, shown.n) == (True, (), (), 8)
    done = await bring(sasha, data)
    assert (done.added, done.already_here) == (8, 0)
    before, after = await robin.all(), await sasha.all()
    assert sorted(map(said, before)) == sorted(map(said, after))
    again = await bring(robin, data)
    assert (again.added, again.already_here) == (0, 8)
    async with database.work(sasha.me) as work:
        brought = (await sasha.moods.choices(work, sasha.id)).named("=1+1")
    assert brought is not None
    assert (brought.emoji, brought.score) == ("🫧", 1)


async def test_a_diary_of_the_app_is_kept_whole(database: Database, clock: FakeClock) -> None:
    """Proof 5: the table of docs/moods.md, from a file with moods of its own and several entries a day."""
    robin = await diary(database, clock, zone=ZONE)
    sasha = await diary(database, clock, discord_id=502, moods=robin.moods, zone="UTC")
    for one in (robin, sasha):
        async with database.work(one.me) as work:
            await one.moods.set_keep_days(work, one.id, None)
    done = await bring(robin, made(), MAPPING)
    assert (done.added, done.already_here, done.too_old, done.refused) == (300, 0, 0, ())
    async with database.work(robin.me) as work:
        ours = await robin.moods.export_csv(work, robin.id)
    await bring(sasha, ours)
    kept, again = await robin.all(), await sasha.all()
    assert sorted(map(said, kept)) == sorted(map(said, again))
    assert not {one.note for one in kept} & {"<b>bold</b> and<br>a second line"}
    lines = table(made(), kept, again)
    assert [one for one in lines if not one.in_file == one.kept == one.again] == []
    assert [str(one) for one in lines if str(one) not in DOCS] == []


async def test_a_full_diary_takes_no_more(
    database: Database, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    robin = await diary(database, clock)
    monkeypatch.setattr(limits, "CHECK_INS_MAX", limits.Limit(4, "", ""))
    with pytest.raises(LimitReached):
        await bring(robin, FILE, MAPPED)
    assert not await robin.all()


async def test_everything_as_json_and_steps_of_a_mapping(database: Database, clock: FakeClock) -> None:
    robin = await diary(database, clock, moods=Moods(clock, Vault([KEY])))
    await robin.add(CheckInDraft("sad", note="a note of mine"))
    async with database.work(robin.me) as work:
        told = (await robin.moods.export_json(work, robin.id)).decode()
        for step in (0, 6, 11):
            with pytest.raises(InvalidInput):
                await robin.moods.daylio.read(work, robin.id, FILE, {"fizzy": step})
    assert '"note": "a note of mine"' in told
    assert '"keep_days": 90' in told


_WORDS = st.text(st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="|"), max_size=30)
_NAMES = _WORDS.map(lambda text: " ".join(text.split())).filter(bool)
_ENTRIES = st.builds(
    CheckIn,
    id=st.builds(new_id),
    felt_at=st.datetimes(datetime(1971, 1, 1), datetime(2026, 5, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    time_zone=st.sampled_from(["UTC", "Europe/Madrid", "Pacific/Apia", "America/New_York"]),
    mood=st.builds(MoodOption, st.just("x"), _NAMES, st.sampled_from(["", "🫧"]), st.integers(1, 5)),
    intensity=st.none() | st.integers(1, 5),
    energy=st.none() | st.integers(1, 5),
    sleep_quality=st.none() | st.integers(1, 5),
    sleep_hours=st.none() | st.integers(0, 96).map(lambda quarters: quarters / 4),
    weather=st.none() | st.sampled_from(Weather),
    activities=st.lists(_NAMES, max_size=3, unique_by=str.casefold).map(tuple),
    tags=st.lists(_NAMES, max_size=2, unique_by=str.casefold).map(tuple),
    title=_WORDS.map(lambda text: " ".join(text.split())),
    note=st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\r\0"), max_size=80),
)


@given(st.lists(_ENTRIES, max_size=4))
@settings(max_examples=60, deadline=None)
def test_whatever_is_written_is_read_again(entries: list[CheckIn]) -> None:
    parsed = parse(written_csv(entries))
    assert not parsed.refused
    assert parsed.is_ours
    for row, entry in zip(parsed.rows, entries, strict=True):
        assert (row.mood, row.emoji, row.score) == (entry.mood.name, entry.mood.emoji, entry.score)
        assert (row.felt_at, row.zone, row.weather) == (entry.felt_at, entry.time_zone, entry.weather)
        assert (row.title, row.note) == (entry.title, entry.note)


@given(st.text())
@settings(deadline=None)
def test_no_cell_begins_like_a_formula_and_each_gives_its_words_back(text: str) -> None:
    made = cell(text)
    assert not made.lstrip(" \u00a0\u200b\ufeff").startswith(("=", "+", "-", "@", "\t"))
    assert made.removeprefix("'") == text


def said(entry: CheckIn) -> str:
    """Everything an entry says, but under which id its mood was chosen."""
    words = words_of(entry).model_copy(update={"mood": "", "is_own": False})
    return f"{entry.felt_at.isoformat()} {words.model_dump_json()}"
