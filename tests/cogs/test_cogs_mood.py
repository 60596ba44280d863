"""/mood as people use it: two yeses, one press, what is added to it, lists, pictures, files and deleting."""

from __future__ import annotations

import io
from typing import Any

import pytest
import simcord
from PIL import Image

from bot.services.wellbeing.consent import WORDS
from tests.cogs.conftest import Town
from tests.cogs.test_cogs_characters import last, words
from tests.cogs.test_cogs_lore import controls, filled, menu_of, panel, pieces
from tests.services.test_services_turns import rows

DAYLIO = (
    "full_date,date,weekday,time,mood,activities,note_title,note\r\n"
    '2026-05-03,May 3,Sunday,21:30,rad,"tea | walk",Fine,"Two lines,\n=1+1"\r\n'
    "2026-05-03,May 3,Sunday,9:30 am,meh,,,\r\n"
    "2026-05-02,May 2,Saturday,08:00,frazzled,tea,,\r\n"
    "2026-05-01,May 1,Friday,08:00,frazzled,,,\r\n"
)


async def say_yes(town: Town, who: simcord.MemberActor) -> simcord.InteractionResult:
    asked = await who.slash(town.channel, "mood checkin")
    await who.click(last(asked), label="Yes, keep check-ins for me")
    return asked


async def press(
    town: Town, who: simcord.MemberActor, label: str = "🙂 Good", **options: Any
) -> simcord.InteractionResult:
    """A check-in by one press; its panel."""
    asked = await who.slash(town.channel, "mood checkin", **options)
    await who.click(last(asked), label=label)
    return asked


async def allow_here(town: Town, who: simcord.MemberActor) -> None:
    told = await who.slash(town.channel, "mood history")
    await who.click(last(told), label="Yes, show them to me here")


def said(result: simcord.InteractionResult) -> str:
    """The words of the last answer, a panel or not."""
    return panel(result) or words(result)


async def pictures(result: simcord.InteractionResult) -> list[tuple[bytes, str]]:
    """The pictures of the last panel, with what they say to who cannot see them."""
    shown = last(result)
    items = [item for one in pieces(shown.components) if one["type"] == 12 for item in one["items"]]
    files = {one.filename: one for one in shown.attachments}
    return [(await files[item["media"]["url"].rpartition("/")[2]].read(), item["description"]) for item in items]


# ------------------------------------------------------------------------------------------------ the first yes


async def test_before_a_yes_it_is_told_what_that_means_and_nothing_is_kept(town: Town) -> None:
    asked = await town.robin.slash(town.channel, "mood checkin")
    told = panel(asked)
    for one in WORDS:
        assert one.format(days=90) in told
    assert "passes through Discord" in told
    assert {"Yes, keep check-ins for me", "On the web"} <= controls(asked)
    (web,) = [one["url"] for one in pieces(last(asked).components) if one.get("url")]
    assert web == "https://cafe.example/mood"
    for command in ("history", "insights", "remind", "export", "delete"):
        assert "Off until you say yes" in panel(await town.robin.slash(town.channel, f"mood {command}"))
    file = ("diary.csv", DAYLIO.encode())
    assert "Off until you say yes" in panel(await town.robin.slash(town.channel, "mood import", file=file))
    assert await rows(town.program, "SELECT 1 FROM mood_settings UNION ALL SELECT 1 FROM mood_entries") == []


async def test_one_press_saves_and_more_is_added_piece_by_piece(town: Town) -> None:
    asked = await say_yes(town, town.robin)
    assert "How are you?" in panel(asked)
    assert {"😞 Very low", "🙁 Low", "😐 So-so", "🙂 Good", "😄 Very good"} <= controls(asked)
    assert "You set no time zone" in panel(asked)
    await town.robin.click(last(asked), label="🙂 Good")
    assert "Saved: **🙂 Good**" in panel(asked)
    ((entry,),) = await rows(town.program, "SELECT id FROM mood_entries")
    await town.robin.select(last(asked), ["calm"], custom_id=f"moods:set:{entry}:mood")
    await town.robin.select(last(asked), ["4"], custom_id=f"moods:set:{entry}:energy")
    await town.robin.select(last(asked), ["2"], custom_id=f"moods:set:{entry}:sleep_quality")
    await town.robin.select(last(asked), ["rain"], custom_id=f"moods:set:{entry}:weather")
    await town.robin.select(last(asked), ["friends"], custom_id=f"moods:set:{entry}:activities.0")
    # Without the second yes a menu does not show what was chosen, so what is chosen comes on top.
    await town.robin.select(last(asked), ["walk"], custom_id=f"moods:set:{entry}:activities.0")
    assert "Saved with it: Energy, Sleep, weather, activities." in panel(asked)
    assert "Calm" not in panel(asked)
    form = await town.robin.click(last(asked), label="Note and more…")
    assert form.modal is not None
    await town.robin.submit_modal(form, {"note": "A canary sang", "tags": "sea, fog", "sleep_hours": "6,5"})
    assert len(await rows(town.program, "SELECT 1 FROM mood_entries")) == 1
    await allow_here(town, town.robin)
    listed = panel(await town.robin.slash(town.channel, "mood history"))
    assert "🍃 Calm · Energy: much · Sleep: bad · 6.5 h of sleep · 🌧️ rainy · Friends, A walk · #sea · #fog" in listed
    assert "> A canary sang" in listed


async def test_without_the_second_yes_only_counts_and_a_link_come_back(town: Town) -> None:
    await say_yes(town, town.robin)
    made = await press(town, town.robin)
    form = await town.robin.click(last(made), label="Note and more…")
    await town.robin.submit_modal(form, {"note": "A canary sang", "title": "Canary", "tags": "canary"})
    assert "canary" not in panel(made).casefold()
    # The form opens empty, and what stays empty takes nothing away.
    form = await town.robin.click(last(made), label="Note and more…")
    assert form.modal is not None
    assert not any(filled(form.modal).values())
    await town.robin.submit_modal(form, {"sleep_hours": "7"})
    for command in ("history", "insights"):
        told = await town.robin.slash(town.channel, f"mood {command}")
        assert "You have 1 check-in" in panel(told)
        assert "Good" not in panel(told)
        assert await pictures(told) == []
        assert {"On the web", "Yes, show them to me here"} <= controls(told)
    assert "Good" not in str(last(await town.robin.slash(town.channel, "mood delete")).components)
    await allow_here(town, town.robin)
    shown = await town.robin.slash(town.channel, "mood history")
    assert "Canary — A canary sang" in panel(shown)
    await town.robin.click(last(shown), label="Not here any more")
    assert "You have 1 check-in" in panel(await town.robin.slash(town.channel, "mood history"))


async def test_a_past_day_several_a_day_and_days_that_cannot_be(town: Town) -> None:
    await say_yes(town, town.robin)
    for typed in ("2026-05-03 21:30", "yesterday 9:00", "2026-05-03", "2026-05-03"):
        assert "How were you" in panel(await town.robin.slash(town.channel, "mood checkin", when=typed))
        await press(town, town.robin, when=typed)
    moments = await rows(town.program, "SELECT to_char(felt_at AT TIME ZONE 'UTC', 'DD HH24:MI') FROM mood_entries")
    assert sorted(one for (one,) in moments) == ["03 09:00", "03 12:00", "03 12:00", "03 21:30"]
    for typed, sentence in (
        ("1800-01-01", "since 1900-01-01"),
        ("2026-05-05", "lies in the future"),
        ("tomorrow", "is no day that I can read"),
        ("2026-13-40", "is no day that I can read"),
        ("25:00", "is no day that I can read"),
    ):
        assert sentence in words(await town.robin.slash(town.channel, "mood checkin", when=typed))
    assert len(await rows(town.program, "SELECT 1 FROM mood_entries")) == 4


async def test_a_time_zone_that_is_none_is_refused_and_the_form_opens_again(town: Town) -> None:
    asked = await say_yes(town, town.robin)
    form = await town.robin.click(last(asked), label="Set my time zone")
    refused = await town.robin.submit_modal(form, {"time_zone": "Mars/Base"})
    assert "There is no time zone “Mars/Base”. Write one like Europe/Madrid" in words(refused)
    again = await town.robin.click(last(refused), label="Mend")
    assert again.modal is not None
    assert filled(again.modal) == {"time_zone": "Mars/Base"}
    kept = await town.robin.submit_modal(again, {"time_zone": "Madrid"})
    assert "Your time zone is Europe/Madrid now." in words(kept)
    assert "Times are those of Europe/Madrid." in panel(await town.robin.slash(town.channel, "mood checkin"))


# ------------------------------------------------------------------------------------------------ strangers


async def test_buttons_of_others_and_made_up_ones_answer_as_missing(town: Town) -> None:
    await say_yes(town, town.robin)
    made = await press(town, town.robin)
    ((entry,),) = await rows(town.program, "SELECT id FROM mood_entries")
    await say_yes(town, town.sasha)
    theirs = await press(town, town.sasha)
    missing = "There is no such check-in."
    tried = {
        f"mood:note:{entry}": missing,
        f"mood:drop:one:{entry}": missing,
        f"mood:dropped:one:{entry}": missing,
        "mood:drop:one:nonsense": "too old, or not yours",
        "mood:dropped:days:2026-05-04:nonsense": "too old, or not yours",
        "mood:dropped:nonsense": "too old, or not yours",
        "mood:pick:9:now": "too old, or not yours",
        "mood:pick:5:99999999999": "too old, or not yours",
        "mood:nonsense:x": "too old, or not yours",
        "mood:here:2": "too old, or not yours",
        "mood:yes:99": "words changed",
        "mood:file:exe": "too old, or not yours",
        "mood:bring:0123456789abcdef": "no longer kept here",
        "mood:older:nonsense:nonsense": "too old, or not yours",
    }
    for custom_id, sentence in tried.items():
        assert sentence in said(await forged(town, town.sasha, theirs, custom_id)), custom_id
    menus = {
        f"moods:set:{entry}:energy": (["4"], missing),
        f"moods:set:{entry}:activities.0": (["walk"], missing),
        "moods:set:nonsense:energy": (["4"], "too old, or not yours"),
        "moods:unremind": ([str(entry)], "no such reminder"),
        "moods:look": ([str(entry)], missing),
        "moods:show": (["calendar:7"], "too old, or not yours"),
        "moods:nonsense": (["4"], "too old, or not yours"),
    }
    for custom_id, (values, sentence) in menus.items():
        assert sentence in said(await forged(town, town.sasha, theirs, custom_id, values)), custom_id
    ((mine,),) = await rows(town.program, f"SELECT id FROM mood_entries WHERE id <> '{entry}'")
    for part, value in (
        ("energy", "9"),
        ("weather", "meteors"),
        ("activities.7", "walk"),
        ("activities.0", "x"),
        ("x", "1"),
    ):
        told = said(await forged(town, town.sasha, theirs, f"moods:set:{mine}:{part}", [value]))
        assert "too old, or not yours" in told, part
    assert "is not on it" in said(await forged(town, town.sasha, theirs, f"moods:set:{mine}:mood", ["nonsense"]))
    assert len(await rows(town.program, "SELECT 1 FROM mood_entries")) == 2
    assert "Saved" in panel(made)


async def forged(
    town: Town,
    who: simcord.MemberActor,
    on: simcord.InteractionResult,
    custom_id: str,
    values: list[str] | None = None,
) -> simcord.InteractionResult:
    """A press of somebody's own making, on a message they can see."""
    stored = town.env.backend.get_message(town.channel.id, last(on).id)
    kind = 2 if values is None else 3
    piece: dict[str, Any] = {"type": kind, "custom_id": custom_id}
    piece |= {"label": "x", "style": 2} if values is None else {"options": [{"label": v, "value": v} for v in values]}
    stored.components = [{"type": 1, "components": [piece]}]
    if values is None:
        return await who.click(last(on), custom_id=custom_id)
    return await who.select(last(on), values, custom_id=custom_id)


# ------------------------------------------------------------------------------------------------ pictures


async def a_month(town: Town, who: simcord.MemberActor) -> None:
    """Check-ins of twelve days, with activities, and the second yes."""
    await say_yes(town, who)
    await allow_here(town, who)
    for day in range(1, 13):
        label = ("🙂 Good", "😐 So-so", "😄 Very good")[day % 3]
        made = await press(town, who, label, when=f"2026-04-{day + 15}")
        menu = menu_of(made, ":activities.0")
        await who.select(last(made), ["walk", "friends"] if day % 2 else ["work"], custom_id=menu)


async def test_insights_are_pictures_with_words(town: Town) -> None:
    await a_month(town, town.robin)
    shown = await town.robin.slash(town.channel, "mood insights")
    ((png, told),) = await pictures(shown)
    with Image.open(io.BytesIO(png)) as picture:
        assert (picture.format, picture.size[0]) == ("PNG", 900)
    assert "12 days have check-ins. very good: 4, good: 4, so-so: 4." in told
    assert "12 check-ins, Apr 5, 2026 to May 4, 2026" in panel(shown)
    assert "Median: 4 of 5." in panel(shown)
    for value, sentence in (
        ("trend:30", "A dot for each of 12 days"),
        ("activities:30", "Work: median 4 with it (n = 6), 4 without it (n = 6)"),
    ):
        await town.robin.select(last(shown), [value], custom_id="moods:show")
        ((other, told),) = await pictures(shown)
        assert sentence in told
        assert other != png
    assert "that does not make one the cause of the other" in panel(shown)
    # Nothing is known of minutes yet, which is not the same as none.
    await town.robin.select(last(shown), ["minutes:30"], custom_id="moods:show")
    assert "at least 10 days need both" in panel(shown)
    assert await pictures(shown) == []
    await town.robin.select(last(shown), ["minutes:365"], custom_id="moods:span")
    assert "May 5, 2025 to May 4, 2026" in panel(shown)


async def test_a_list_is_turned_and_an_entry_opened_changed_and_deleted(town: Town) -> None:
    await a_month(town, town.robin)
    listed = await town.robin.slash(town.channel, "mood history")
    first = panel(listed)
    assert first.count("**<t:") == 8
    await town.robin.click(last(listed), label="Older")
    assert panel(listed).count("**<t:") == 4
    await town.robin.click(last(listed), label="Newest")
    assert panel(listed) == first
    newest = next(one for one in pieces(last(listed).components) if one.get("custom_id") == "moods:look")["options"][0]
    await town.robin.select(last(listed), [newest["value"]], custom_id="moods:look")
    assert "Your check-in of" in panel(listed)
    # With the second yes what was chosen is shown, and leaving it out takes it away.
    await town.robin.select(last(listed), ["reading"], custom_id=menu_of(listed, ":activities.0"))
    assert "Reading" in panel(listed)
    assert "Work" not in panel(listed)
    await town.robin.click(last(listed), label="Delete…")
    assert "This cannot be undone." in panel(listed)
    await town.robin.click(last(listed), label="Delete")
    assert panel(listed) == "1 check-in is deleted."
    assert len(await rows(town.program, "SELECT 1 FROM mood_entries")) == 11


# ------------------------------------------------------------------------------------------------ reminders


async def test_reminders_are_set_seen_changed_and_taken_away(town: Town) -> None:
    await say_yes(town, town.robin)
    shown = await town.robin.slash(town.channel, "mood remind", at="8:30 pm")
    assert "**20:30** · every day · next: <t:1777926600:f>" in panel(shown)
    for at, sentence in (
        ("22:00", "22:00 is too near to 20:30: at least 4 hours lie between two reminders."),
        ("00:29", "00:29 is too near to 20:30"),
        ("25:00", "“25:00” is no time of day."),
        ("soon", "“soon” is no time of day."),
    ):
        assert sentence in words(await town.robin.slash(town.channel, "mood remind", at=at))
    form = await town.robin.click(last(shown), label="Quiet hours…")
    refused = await town.robin.submit_modal(form, {"quiet_from": "22:00", "quiet_to": ""})
    assert "need a begin and an end" in words(refused)
    form = await town.robin.click(last(shown), label="Quiet hours…")
    await town.robin.submit_modal(form, {"quiet_from": "22:00", "quiet_to": "7"})
    assert "Quiet from 22:00 to 07:00." in panel(shown)
    assert "00:30 lies in your quiet hours" in words(await town.robin.slash(town.channel, "mood remind", at="0:30"))
    form = await town.robin.click(last(shown), label="Add a time…")
    await town.robin.submit_modal(form, {"at": "9", "weekdays": ["5", "6"]})
    assert "**09:00** · Saturday and Sunday" in panel(shown)
    form = await town.robin.click(last(shown), label="Quiet hours…")
    await town.robin.submit_modal(form, {"quiet_from": "20:00", "quiet_to": "21:00"})
    assert "in your quiet hours, so it is not sent" in panel(shown)
    ((morning,),) = await rows(town.program, "SELECT id FROM mood_reminders WHERE at_minute = 540")
    await town.robin.select(last(shown), [str(morning)], custom_id="moods:unremind")
    assert "09:00" not in panel(shown)
    assert await rows(town.program, "SELECT at_minute, weekdays FROM mood_reminders") == [(1230, 127)]


async def test_two_hundred_reminders_a_day_come_to_six(town: Town) -> None:
    await say_yes(town, town.robin)
    for minute in range(0, 24 * 60, 60):
        await town.robin.slash(town.channel, "mood remind", at=f"{minute // 60}:{minute % 60:02}")
    assert len(await rows(town.program, "SELECT 1 FROM mood_reminders")) == 6


async def test_a_refused_direct_message_is_told_and_switched_on_again(town: Town) -> None:
    await say_yes(town, town.robin)
    await town.robin.slash(town.channel, "mood remind", at="20:30")
    await rows(town.program, "UPDATE mood_reminders SET refused_at = now() RETURNING 1")
    shown = await town.robin.slash(town.channel, "mood remind")
    assert "Discord let no direct message through to you" in panel(shown)
    assert "next:" not in panel(shown)
    await town.robin.click(last(shown), label="Switch on again")
    assert "next: <t:" in panel(shown)
    assert await rows(town.program, "SELECT refused_at FROM mood_reminders") == [(None,)]


# ------------------------------------------------------------------------------------------------ files


async def test_a_diary_of_daylio_is_brought_in_once_its_moods_are_known(town: Town) -> None:
    await say_yes(town, town.robin)
    asked = await town.robin.slash(town.channel, "mood import", file=("daylio.csv", DAYLIO.encode()))
    assert "4 new check-ins." in panel(asked)
    assert "From 2026-05-01 to 2026-05-03." in panel(asked)
    assert "its times are read as UTC" in panel(asked)
    menu = next(one for one in pieces(last(asked).components) if one.get("placeholder") == "frazzled (2 check-ins)")
    stolen = await forged_copy(town, town.sasha, menu["custom_id"], ["2"])
    assert "no longer kept here" in said(stolen)
    await town.robin.select(last(asked), ["2"], custom_id=menu["custom_id"])
    await town.robin.click(last(asked), label="Import")
    assert "4 check-ins were imported." in panel(asked)
    again = await town.robin.slash(town.channel, "mood import", file=("daylio.csv", DAYLIO.encode()))
    assert "4 are here already." in panel(again)
    await allow_here(town, town.robin)
    listed = panel(await town.robin.slash(town.channel, "mood history"))
    assert "frazzled" in listed
    assert "Fine — Two lines, =1+1" in listed


async def forged_copy(
    town: Town, who: simcord.MemberActor, custom_id: str, values: list[str]
) -> simcord.InteractionResult:
    """The same menu on a message of somebody else."""
    await say_yes(town, who)
    return await forged(town, who, await who.slash(town.channel, "mood checkin"), custom_id, values)


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("daylio.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, "nothing was read"),
        ("other.csv", b"day,feeling\n2026-05-03,good\n", "full_date, date, weekday, time, mood"),
        ("empty.csv", b"", ""),
        ("large.csv", b"x" * (5 * 1024 * 1024 + 1), "larger than 5 MB"),
    ],
)
async def test_what_is_no_diary_is_refused_and_not_kept(town: Town, name: str, data: bytes, sentence: str) -> None:
    await say_yes(town, town.robin)
    refused = await town.robin.slash(town.channel, "mood import", file=(name, data))
    assert sentence in words(refused)
    assert words(refused)
    assert await rows(town.program, "SELECT 1 FROM mood_entries") == []


async def test_an_export_is_sent_only_when_it_is_asked_for_again(town: Town) -> None:
    await a_month(town, town.robin)
    offered = await town.robin.slash(town.channel, "mood export")
    assert "passes through Discord with every note in it" in panel(offered)
    assert last(offered).attachments == []
    for label, begins in (("Send the CSV here", b"\xef\xbb\xbffull_date,"), ("Send the JSON here", b"{")):
        sent = await town.robin.click(last(offered), label=label)
        (file,) = last(sent).attachments
        assert last(sent).ephemeral
        assert (await file.read()).startswith(begins)


# ------------------------------------------------------------------------------------------------ deleting


async def test_days_are_deleted_and_others_stay(town: Town) -> None:
    await a_month(town, town.robin)
    asked = await town.robin.slash(town.channel, "mood delete", **{"first-day": "2026-04-16", "last-day": "2026-04-18"})
    assert "Delete 3 check-ins of 2026-04-16 to 2026-04-18?" in panel(asked)
    await town.robin.click(last(asked), label="Keep")
    assert panel(asked) == "Nothing was deleted."
    asked = await town.robin.slash(town.channel, "mood delete", **{"first-day": "2026-04-16", "last-day": "2026-04-18"})
    await town.robin.click(last(asked), label="Delete")
    assert panel(asked) == "3 check-ins are deleted."
    turned = await town.robin.slash(
        town.channel, "mood delete", **{"first-day": "2026-04-18", "last-day": "2026-04-16"}
    )
    assert "Turn them around." in words(turned)
    assert len(await rows(town.program, "SELECT 1 FROM mood_entries")) == 9


async def test_everything_goes_with_the_yes_itself(town: Town) -> None:
    await a_month(town, town.robin)
    await town.robin.slash(town.channel, "mood remind", at="20:30")
    await say_yes(town, town.sasha)
    await press(town, town.sasha)
    asked = await town.robin.slash(town.channel, "mood delete")
    await town.robin.click(last(asked), label="Everything, and switch check-ins off…")
    assert "Delete 12 check-ins, your own moods and activities and your reminders" in panel(asked)
    await town.robin.click(last(asked), label="Delete")
    assert "12 check-ins are deleted. Nothing more is kept" in panel(asked)
    robin = town.robin.user.id
    for table in ("mood_entries", "mood_settings", "mood_reminders", "person_keys"):
        left = f"SELECT 1 FROM {table} JOIN users ON users.id = user_id WHERE discord_id = {robin}"
        assert await rows(town.program, left) == [], table
    assert len(await rows(town.program, "SELECT 1 FROM mood_entries")) == 1
    assert "Off until you say yes" in panel(await town.robin.slash(town.channel, "mood checkin"))
