"""/mood: a person's own check-ins. Every answer is for the asker's eyes only."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.services.cafe import Cafe
from bot.services.wellbeing.entries import checked_moment
from bot.services.wellbeing.pictures_words import PictureKind
from bot.services.wellbeing.reminders_when import EVERY_DAY, WEEKEND, WORKDAYS
from bot.services.wellbeing.typed_times import day_typed, felt_at_typed
from cogs.asking import Asked
from cogs.wellbeing.mood_checkin import show_checkin
from cogs.wellbeing.mood_consent import answered, at_diary
from cogs.wellbeing.mood_delete import ask_days, checked_days, delete_menu
from cogs.wellbeing.mood_files import Waiting, show_export, take_import
from cogs.wellbeing.mood_history import show_history
from cogs.wellbeing.mood_insights import USUAL, show_insights
from cogs.wellbeing.mood_remind import add_reminder, show_reminders

_L = app_commands.locale_str


class MoodCog(
    commands.GroupCog, group_name=_L("mood"), group_description=_L("How you are: a diary of check-ins that is yours")
):
    """The commands of /mood."""

    def __init__(self, cafe: Cafe) -> None:
        self.cafe = cafe
        self.waiting = Waiting()
        super().__init__()

    @app_commands.command(name=_L("checkin"), description=_L("Say how you are, in one press"))
    @app_commands.rename(when=_L("when"))
    @app_commands.describe(when=_L("A past day or time: yesterday, 2026-05-03, 2026-05-03 21:30; empty: now"))
    async def checkin(self, interaction: Asked, when: app_commands.Range[str, 1, 40] | None = None) -> None:
        """Ask how they are."""
        await answered(interaction, self.cafe, self._checkin(interaction, when))

    @app_commands.command(name=_L("history"), description=_L("What you checked in"))
    async def history(self, interaction: Asked) -> None:
        """A list, or how many there are."""
        await answered(interaction, self.cafe, show_history(interaction, self.cafe))

    @app_commands.command(
        name=_L("insights"), description=_L("Your check-ins as pictures: calendar, trend, activities")
    )
    @app_commands.rename(picture=_L("picture"), days=_L("days"))
    @app_commands.describe(picture=_L("Which picture"), days=_L("How far back"))
    @app_commands.choices(
        picture=[
            app_commands.Choice(name=_L("calendar"), value=PictureKind.CALENDAR.value),
            app_commands.Choice(name=_L("trend"), value=PictureKind.TREND.value),
            app_commands.Choice(name=_L("activities"), value=PictureKind.ACTIVITIES.value),
            app_commands.Choice(name=_L("minutes here"), value=PictureKind.MINUTES.value),
        ]
    )
    @app_commands.choices(
        days=[
            app_commands.Choice(name=_L("30 days"), value=30),
            app_commands.Choice(name=_L("90 days"), value=90),
            app_commands.Choice(name=_L("a year"), value=365),
        ]
    )
    async def insights(self, interaction: Asked, picture: str = PictureKind.CALENDAR.value, days: int = USUAL) -> None:
        """A picture, or how many check-ins there are."""
        await answered(interaction, self.cafe, show_insights(interaction, self.cafe, PictureKind(picture), days))

    @app_commands.command(name=_L("remind"), description=_L("When to be asked how you are"))
    @app_commands.rename(at=_L("at"), days=_L("days"))
    @app_commands.describe(
        at=_L("A time of day to add, such as 20:30; empty: only show what there is"), days=_L("On which days")
    )
    @app_commands.choices(
        days=[
            app_commands.Choice(name=_L("every day"), value=EVERY_DAY),
            app_commands.Choice(name=_L("Monday to Friday"), value=WORKDAYS),
            app_commands.Choice(name=_L("Saturday and Sunday"), value=WEEKEND),
        ]
    )
    async def remind(
        self, interaction: Asked, at: app_commands.Range[str, 1, 20] | None = None, days: int = EVERY_DAY
    ) -> None:
        """Show reminders, after adding one."""
        shown = show_reminders(interaction, self.cafe) if at is None else add_reminder(interaction, self.cafe, at, days)
        await answered(interaction, self.cafe, shown)

    @app_commands.command(name=_L("export"), description=_L("Take your check-ins with you"))
    async def export(self, interaction: Asked) -> None:
        """Offer both files."""
        await answered(interaction, self.cafe, show_export(interaction, self.cafe))

    @app_commands.command(name=_L("import"), description=_L("Bring check-ins along from Daylio, or from an export"))
    @app_commands.rename(file=_L("file"))
    @app_commands.describe(
        file=_L("The CSV file that Daylio exports; it passes through Discord, on the web it does not")
    )
    async def bring(self, interaction: Asked, file: discord.Attachment) -> None:
        """Read it, and ask what is not clear."""
        await answered(interaction, self.cafe, take_import(interaction, self.cafe, file))

    @app_commands.command(name=_L("delete"), description=_L("Delete check-ins: one, some days, or everything"))
    @app_commands.rename(first=_L("first-day"), last=_L("last-day"))
    @app_commands.describe(
        first=_L("The first day to delete, such as 2026-05-03"), last=_L("The last day to delete; empty: that one day")
    )
    async def delete(
        self,
        interaction: Asked,
        first: app_commands.Range[str, 1, 40] | None = None,
        last: app_commands.Range[str, 1, 40] | None = None,
    ) -> None:
        """Ask once."""
        await answered(interaction, self.cafe, self._delete(interaction, first, last))

    async def _checkin(self, interaction: Asked, when: str | None) -> None:
        felt_at = None
        if when is not None:
            async with at_diary(interaction, self.cafe, to_add=True) as asker:
                rules = await self.cafe.moods.rules(asker.work, asker.user_id)
                typed = felt_at_typed(when, asker.zone, rules.now)
                felt_at = checked_moment(typed, asker.options.time_zone, rules)
        await show_checkin(interaction, self.cafe, felt_at)

    async def _delete(self, interaction: Asked, first: str | None, last: str | None) -> None:
        if first is None and last is None:
            await delete_menu(interaction, self.cafe)
            return
        async with at_diary(interaction, self.cafe) as asker:
            today = await self.cafe.moods.today(asker.work, asker.user_id)
        typed = [None if one is None else day_typed(one, today) for one in (first, last)]
        await ask_days(interaction, self.cafe, *checked_days(*typed))
