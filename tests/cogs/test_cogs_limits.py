"""/limits as people use it: a limit in one command, what waits for tomorrow, habits, what to be told of, history."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from bot.ports import Caller
from bot.services.people.profiles import Profiles
from bot.services.wellbeing.limits import SaidIn, SelfRules
from db.work import Actor
from tests.cogs.conftest import Town
from tests.cogs.test_cogs_characters import last, words
from tests.cogs.test_cogs_lore import controls, panel


async def robin_of(town: Town) -> UUID:
    return await town.program.people.arrive(Caller(town.robin.user.id, town.robin.user.name, town.robin.user.name))


async def held(town: Town) -> SelfRules:
    robin = await robin_of(town)
    async with town.program.database.work(Actor.user(robin)) as work:
        return await town.limiting.own.held(work, robin)


async def ask(town: Town, command: str, **options: Any) -> str:
    """What the panel says that a command answers with, to who asked alone."""
    return panel(await town.robin.slash(town.channel, f"limits {command}", **options))


async def test_a_limit_in_one_command_simply_works(town: Town) -> None:
    told = await ask(town, "daily", minutes="45")
    assert "**A day:** 45 minutes, from now on." in told
    assert "**Today:** 0 of 45 minutes, 45 left" in told
    assert "counted in UTC" in told
    assert (await held(town)).daily_minutes == 45
    shown = await town.robin.slash(town.channel, "limits show")
    text = panel(shown)
    assert "**Today:** 0 of 45 minutes, 45 left" in text
    assert "A minute counts if in it you did something that a character answers" in text
    assert {"Habits", "What I am told of", "History", "On the web"} <= controls(shown)
    assert not town.program.channels.posts


async def test_what_loosens_waits_until_tomorrow_and_can_be_left(town: Town) -> None:
    await ask(town, "daily", minutes="45")
    told = await town.robin.slash(town.channel, "limits daily", minutes="off")
    assert "**A day:** 45 minutes; from <t:" in panel(told)
    assert "on: no limit." in panel(told)
    assert "a weak moment does not decide" in panel(told)
    assert (await held(town)).daily_minutes == 45
    other = await town.robin.slash(town.channel, "limits weekly", minutes="300")
    assert "Leave it as it is now" not in controls(other), "nothing of this panel waits"
    shown = await town.robin.slash(town.channel, "limits show")
    assert "A day: 45 minutes → no limit" in panel(shown)
    await town.robin.click(last(shown), label="Leave it as it is now")
    assert "Nothing changes tomorrow" in panel(shown)
    assert "→" not in panel(shown)


async def test_tighter_holds_at_once(town: Town) -> None:
    await ask(town, "daily", minutes="1h", then="warn", zone="Europe/Madrid")
    told = await ask(town, "daily", minutes="20", then="stop")
    assert "**A day:** 20 minutes, from now on." in told
    assert "**When they are used up:** Characters rest until it begins anew, from now on." in told
    assert "UTC" not in told
    rules = await held(town)
    assert (rules.daily_minutes, rules.strictness, rules.time_zone) == (20, "stop", "Europe/Madrid")


async def test_every_setting_is_shown_where_it_was_set(town: Town) -> None:
    await ask(town, "weekly", minutes="5h", zone="Europe/Madrid")
    await ask(town, "breaks", after="60", rest="10")
    await ask(town, "night", hours="11pm-7am")
    told = await ask(town, "spending", day="5k")
    assert "**Tokens a day:** 5000 tokens, from now on." in told
    assert "**Tokens a month:** no cap" not in told
    assert "**Tokens today:** 0 of 5\u202f000" in told
    shown = await ask(town, "show")
    for line in (
        "**This week:** 0 of 300 minutes, 300 left",
        "**Breaks:** after 60 minutes characters rest for 10 minutes",
        "**Night:** 23:00-07:00",
        "**Tokens today:** 0 of 5\u202f000",
        "Your days are counted in Europe/Madrid",
    ):
        assert line in shown, shown


async def test_spending_without_a_number_only_looks(town: Town) -> None:
    robin = await robin_of(town)
    async with town.program.database.work(Actor.user(robin)) as work:
        await Profiles().set_time_zone(work, robin, "Europe/Madrid")
    told = await ask(town, "spending")
    assert "**Tokens today:** 0" in told
    assert "from now on" not in told
    assert await held(town) == SelfRules()


async def test_a_pause_is_one_command_and_asks_nothing(town: Town) -> None:
    told = await ask(town, "pause")
    assert "**Pause:** until you end it, from now on." in told
    assert "Characters rest for you now: a pause, until you end it." in told
    rules = await held(town)
    assert (rules.is_paused, rules.paused_until) == (True, None)
    shown = await town.robin.slash(town.channel, "limits show")
    await town.robin.click(last(shown), label="End the pause tomorrow")
    assert "The pause ends <t:" in panel(shown)
    assert "End the pause tomorrow" not in controls(shown)
    assert (await held(town)).is_paused


async def test_a_pause_of_days_ends_by_itself(town: Town) -> None:
    told = await ask(town, "pause", days=3)
    assert "**Pause:** until <t:" in told
    assert (await held(town)).paused_until is not None
    # Shorter is looser.
    assert "from <t:" in await ask(town, "pause", days=1)


WRONG: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("daily", {"minutes": "0"}, "write a number from 1 to 1440, or off"),
    ("daily", {"minutes": "-5"}, "is no number of minutes"),
    ("daily", {"minutes": "1000000000"}, "you wrote 1000000000"),
    ("weekly", {"minutes": "10081"}, "from 1 to 10080"),
    ("daily", {"minutes": "45", "zone": "Mars/Base"}, "There is no time zone “Mars/Base”"),
    ("night", {"hours": "25:00-26:00"}, "no time of day"),
    ("night", {"hours": "@everyone"}, "are no hours"),
    ("breaks", {"after": "4"}, "from 5 to 480"),
    ("breaks", {"after": "60", "rest": "1"}, "from 5 to 240"),
    ("spending", {"day": "0"}, "from 1 to 100000000"),
    ("pause", {"days": 0}, "1 to 3650 days"),
    ("pause", {"days": -5}, "1 to 3650 days"),
    ("pause", {"days": 10**9}, "1 to 3650 days"),
    ("habits", {"habit": "x" * 5000}, "at most 60 characters are allowed; you wrote 5000"),
    ("habits", {"habit": "\u200b"}, "nothing can be seen there"),
    ("habits", {"habit": "Walk", "times": 8}, "1 to 7 days a week; you wrote 8"),
    ("triggers", {"about": "late_nights", "times": 31}, "1 to 30; you wrote 31"),
    ("triggers", {"about": "long_days", "minutes": 0}, "Minutes can be 1 to 1440"),
    ("triggers", {"about": "low_moods"}, "you keep no check-ins"),
    ("triggers", {"times": 3}, "Choose as `about` what you want"),
)


async def test_what_cannot_be_is_refused_and_nothing_is_changed(town: Town) -> None:
    for command, options, told in WRONG:
        refused = await town.robin.slash(town.channel, f"limits {command}", **options)
        assert told in words(refused), (command, options)
    assert await held(town) == SelfRules()


async def test_habits_are_added_kept_and_removed(town: Town) -> None:
    none = await ask(town, "habits")
    assert "None yet." in none
    added = await town.robin.slash(town.channel, "limits habits", habit="A *walk* @everyone", times=2)
    assert "A \\*walk\\* @\u200beveryone" in panel(added)
    assert "▱▱" in panel(added)
    (menu,) = [one for one in last(added).components[0]["components"] if "done" in str(one)][:1]
    habit = menu["components"][0]["options"][0]["value"]
    await town.robin.select(last(added), [habit], custom_id="limited:done")
    assert "▰▱ **A" in panel(added)
    assert "1 of 2 this week" in panel(added)
    assert "today too" in panel(added)
    await town.robin.select(last(added), [habit], custom_id="limited:undone")
    assert "0 of 2 this week" in panel(added)
    again = await town.robin.slash(town.channel, "limits habits", habit="a *WALK* @everyone")
    assert "a habit of this name already" in words(again)
    await town.robin.select(last(added), [habit], custom_id="limited:unhabit")
    assert "are forgotten" in panel(added)
    assert "None yet." in panel(added)


async def test_a_habit_may_be_written_in_a_form(town: Town) -> None:
    shown = await town.robin.slash(town.channel, "limits habits")
    opened = await town.robin.click(last(shown), label="Add one")
    assert opened.modal is not None
    sent = await town.robin.submit_modal(opened, {"habit": "Ten pages", "times": "often"})
    assert "1 to 7 days a week; you wrote often" in words(sent)


async def test_what_to_be_told_of_is_chosen_and_taken_back(town: Town) -> None:
    added = await town.robin.slash(
        town.channel, "limits triggers", about="long_days", times=2, minutes=90, words="Go to *bed* @here"
    )
    assert "You will be told: 2 days in a row with more than 90 minutes each." in panel(added)
    assert "“Go to \\*bed\\* @\u200bhere”" in panel(added)
    await town.robin.select(last(added), ["late_nights"], custom_id="limited:tell")
    assert "3 late nights in a row" in panel(added)
    robin = await robin_of(town)
    async with town.program.database.work(Actor.user(robin)) as work:
        first, _ = await town.limiting.triggers.all(work, robin)
    await town.robin.select(last(added), [str(first.id)], custom_id="limited:untell")
    assert "You will not be told any more: 2 days in a row" in panel(added)
    await ask(town, "triggers")


async def test_no_more_than_twenty_things_are_told(town: Town) -> None:
    for number in range(1, 21):
        await ask(town, "triggers", about="long_days", minutes=number)
    refused = await town.robin.slash(town.channel, "limits triggers", about="long_days", minutes=21)
    assert "You are told of 20 things already" in words(refused)


async def test_history_is_turned_page_by_page(town: Town) -> None:
    assert "Nothing yet." in await ask(town, "history")
    for number in range(60, 48, -1):
        await ask(town, "daily", minutes=str(number))
    shown = await town.robin.slash(town.channel, "limits history")
    assert "**A day:** 49 minutes" in panel(shown)
    assert "**A day:** 60 minutes" not in panel(shown)
    await town.robin.click(last(shown), label="Older")
    assert "**A day:** 60 minutes" in panel(shown)
    assert "**A day:** 49 minutes" not in panel(shown)
    await town.robin.click(last(shown), label="Newest")
    assert "**A day:** 49 minutes" in panel(shown)


async def test_zones_are_suggested(town: Town) -> None:
    offered = await town.robin.autocomplete(town.channel, "limits daily", "zone", "madr", minutes="45")
    assert [one["value"] for one in offered] == ["Europe/Madrid"]


async def test_nobody_else_sees_or_changes_any_of_it(town: Town) -> None:
    await ask(town, "daily", minutes="45")
    shown = await town.robin.slash(town.channel, "limits habits", habit="A walk")
    other = panel(await town.sasha.slash(town.channel, "limits show"))
    assert "45" not in other.replace("/limits daily 45", "")
    assert "None yet." in panel(await town.sasha.slash(town.channel, "limits habits"))
    assert "Nothing yet." in panel(await town.sasha.slash(town.channel, "limits history"))
    assert last(shown).ephemeral
    robin = await robin_of(town)
    async with town.program.database.work(Actor.user(robin)) as work:
        await town.limiting.own.change(work, robin, {"weekly_minutes": 100}, SaidIn.WEB)
    assert "100" not in panel(await town.sasha.slash(town.channel, "limits show"))
