"""/limits: what a person limits for themselves. Every answer is for the asker's eyes only, and nobody else is told."""

from __future__ import annotations

from collections.abc import Mapping

from discord import app_commands
from discord.ext import commands

from bot import limits
from bot.errors import InvalidInput
from bot.services.cafe import Cafe
from bot.services.wellbeing.limit_rules_words import STRICTNESS
from bot.services.wellbeing.limits import SaidIn, Strictness
from bot.services.wellbeing.trigger_rules import LABELS, TriggerKind
from bot.services.wellbeing.typed_limits import (
    BREAK_AFTER,
    BREAK_MINUTES,
    DAILY,
    OF_DAY,
    OF_MONTH,
    WEEKLY,
    minutes_typed,
    nights_typed,
    tokens_typed,
)
from bot.texts import N_
from cogs.asking import Asked, caller_of
from cogs.panels import Suggestions, suggested_zones
from cogs.wellbeing.limits_habits import add_habit, show_habits
from cogs.wellbeing.limits_history import show_history
from cogs.wellbeing.limits_said import tell_changed
from cogs.wellbeing.limits_show import show_limits
from cogs.wellbeing.limits_triggers import add_trigger, show_triggers

_L = app_commands.locale_str
_THEN = [app_commands.Choice(name=_L(str(text)), value=one.value) for one, text in STRICTNESS.items()]
_KINDS = [app_commands.Choice(name=_L(str(text)), value=one.value) for one, text in LABELS.items()]


class LimitsCog(
    commands.GroupCog,
    group_name=_L("limits"),
    group_description=_L("Limits you set yourself; only you see them"),
):
    """The commands of /limits."""

    def __init__(self, cafe: Cafe) -> None:
        self.cafe = cafe
        super().__init__()

    @app_commands.command(name=_L("show"), description=_L("What holds for you, and how many minutes are left"))
    async def show(self, interaction: Asked) -> None:
        """Everything at a glance."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await show_limits(interaction, self.cafe)

    @app_commands.command(name=_L("daily"), description=_L("How many minutes a day you want to be here"))
    @app_commands.rename(minutes=_L("minutes"), then=_L("then"), zone=_L("zone"))
    @app_commands.describe(
        minutes=_L("Such as 45 or 1h 30; off lifts the limit"),
        then=_L("What happens when they are used up"),
        zone=_L("Your time zone, such as Europe/Madrid"),
    )
    @app_commands.choices(then=_THEN)
    async def daily(self, interaction: Asked, minutes: str, then: str | None = None, zone: str | None = None) -> None:
        """Minutes a day."""
        most = minutes_typed(minutes, "minutes", DAILY, int(limits.LIMIT_DAY_MINUTES_MAX))
        await self._change(interaction, {"daily_minutes": most, **_then(then)}, zone)

    @app_commands.command(name=_L("weekly"), description=_L("How many minutes a week you want to be here"))
    @app_commands.rename(minutes=_L("minutes"), then=_L("then"), zone=_L("zone"))
    @app_commands.describe(
        minutes=_L("Such as 300 or 5h; off lifts the limit"),
        then=_L("What happens when they are used up"),
        zone=_L("Your time zone, such as Europe/Madrid"),
    )
    @app_commands.choices(then=_THEN)
    async def weekly(self, interaction: Asked, minutes: str, then: str | None = None, zone: str | None = None) -> None:
        """Minutes a week."""
        most = minutes_typed(minutes, "minutes", WEEKLY, int(limits.LIMIT_WEEK_MINUTES_MAX))
        await self._change(interaction, {"weekly_minutes": most, **_then(then)}, zone)

    @app_commands.command(name=_L("breaks"), description=_L("After how long you want to be told to take a break"))
    @app_commands.rename(after=_L("after"), rest=_L("rest"))
    @app_commands.describe(
        after=_L("Minutes without a break, such as 60; off: no breaks"),
        rest=_L("Minutes for which characters rest then; off: you are only told"),
    )
    async def breaks(self, interaction: Asked, after: str, rest: str | None = None) -> None:
        """Breaks."""
        least, most = int(limits.LIMIT_BREAK_AFTER_MIN), int(limits.LIMIT_BREAK_AFTER_MAX)
        fields: dict[str, object] = {"break_after": minutes_typed(after, "after", BREAK_AFTER, most, least)}
        if rest is not None:
            least, most = int(limits.BREAK_MINUTES_MIN), int(limits.LIMIT_BREAK_MINUTES_MAX)
            fields["break_minutes"] = minutes_typed(rest, "rest", BREAK_MINUTES, most, least) or 0
        await self._change(interaction, fields)

    @app_commands.command(name=_L("night"), description=_L("Hours of the day in which characters rest for you"))
    @app_commands.rename(hours=_L("hours"), zone=_L("zone"))
    @app_commands.describe(
        hours=_L("Such as 23:00-07:00; several with commas; off lifts them"),
        zone=_L("Your time zone, such as Europe/Madrid"),
    )
    async def night(self, interaction: Asked, hours: str, zone: str | None = None) -> None:
        """Nights."""
        await self._change(interaction, {"nights": nights_typed(hours)}, zone)

    @app_commands.command(name=_L("spending"), description=_L("How many tokens you want to spend at most"))
    @app_commands.rename(day=_L("day"), month=_L("month"), zone=_L("zone"))
    @app_commands.describe(
        day=_L("Tokens a day, such as 5000 or 5k; off lifts the cap"),
        month=_L("Tokens a month; off lifts the cap"),
        zone=_L("Your time zone, such as Europe/Madrid"),
    )
    async def spending(
        self, interaction: Asked, day: str | None = None, month: str | None = None, zone: str | None = None
    ) -> None:
        """A cap below the balance; without one, how it stands."""
        fields: dict[str, object] = {}
        if day is not None:
            fields["daily_tokens"] = tokens_typed(day, "day", OF_DAY)
        if month is not None:
            fields["monthly_tokens"] = tokens_typed(month, "month", OF_MONTH)
        await self._change(interaction, fields, zone, is_spending=True)

    @app_commands.command(name=_L("triggers"), description=_L("What you want to be told of, such as late nights"))
    @app_commands.rename(about=_L("about"), times=_L("times"), minutes=_L("minutes"), words=_L("words"))
    @app_commands.describe(
        about=_L("What to add; leave out to see what there is"),
        times=_L("How many in a row"),
        minutes=_L("Of how many minutes"),
        words=_L("What you want to read then, in your own words"),
    )
    @app_commands.choices(about=_KINDS)
    async def triggers(
        self,
        interaction: Asked,
        about: str | None = None,
        times: int | None = None,
        minutes: int | None = None,
        words: str | None = None,
    ) -> None:
        """What they are told of, after adding to it."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        if about is None and (times is not None or minutes is not None or words):
            raise InvalidInput(
                "trigger_about_what",
                N_("Nothing was added. Choose as `about` what you want to be told of; the rest says how."),
                field="about",
            )
        if about is None:
            await show_triggers(interaction, self.cafe)
        else:
            await add_trigger(interaction, self.cafe, TriggerKind(about), times, minutes, words or "")

    @app_commands.command(name=_L("habits"), description=_L("Something good you mean to do, and how you get on"))
    @app_commands.rename(habit=_L("habit"), times=_L("times"))
    @app_commands.describe(habit=_L("What to add; leave out to see what there is"), times=_L("On how many days a week"))
    async def habits(self, interaction: Asked, habit: str | None = None, times: int | None = None) -> None:
        """Habits, after adding one."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        if habit is None:
            await show_habits(interaction, self.cafe)
        else:
            await add_habit(interaction, self.cafe, habit, 3 if times is None else times)

    @app_commands.command(name=_L("pause"), description=_L("Let characters rest for you: some days, or for good"))
    @app_commands.rename(days=_L("days"))
    @app_commands.describe(days=_L("For how many days; leave out: until you end it"))
    async def pause(self, interaction: Asked, days: int | None = None) -> None:
        """One command, and it asks nothing."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            changed = await self.cafe.limiting.pause(work, user_id, days, SaidIn.DISCORD)
            standing = await self.cafe.limiting.own.standing(work, user_id)
        await tell_changed(interaction, self.cafe, changed, standing, ("pause",))

    @app_commands.command(name=_L("history"), description=_L("What you limited, and what came of it"))
    async def history(self, interaction: Asked) -> None:
        """Page by page."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await show_history(interaction, self.cafe)

    @daily.autocomplete("zone")
    @weekly.autocomplete("zone")
    @night.autocomplete("zone")
    @spending.autocomplete("zone")
    async def suggest_zone(self, interaction: Asked, typed: str) -> Suggestions:
        """Zones that hold what was typed."""
        return suggested_zones(typed)

    async def _change(
        self, interaction: Asked, fields: Mapping[str, object], zone: str | None = None, *, is_spending: bool = False
    ) -> None:
        """Change these, and say what holds now and what comes tomorrow; with `is_spending`, what was spent as well."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        asked = dict(fields)
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            if zone is not None:
                asked["time_zone"] = (await self.cafe.profiles.set_time_zone(work, user_id, zone)).time_zone or "UTC"
            changed = await self.cafe.limiting.own.change(work, user_id, asked, SaidIn.DISCORD) if asked else None
            standing = await self.cafe.limiting.own.standing(work, user_id)
            spending = await self.cafe.limiting.spendings.get(work) if is_spending else None
        await tell_changed(interaction, self.cafe, changed, standing, asked, spending)


def _then(chosen: str | None) -> Mapping[str, object]:
    return {} if chosen is None else {"strictness": Strictness(chosen)}
