"""/mood checkin: one message with buttons of which one press saves, then menus and a form, each optional."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import discord

from bot import limits
from bot.services.cafe import Cafe
from bot.services.wellbeing.choices import PLAIN, MoodChoices, Weather
from bot.services.wellbeing.consent import MoodOptions
from bot.services.wellbeing.entries import CheckIn, CheckInDraft, MoodSource, draft_of
from bot.services.wellbeing.entries_typed import read_form
from bot.texts import Say
from bot.transport.views import MendableModal
from cogs.asking import Asked, say_for
from cogs.panels import line, panel, row, within_a_second, words
from cogs.wellbeing.mood_consent import at_diary
from cogs.wellbeing.mood_parts import (
    MoodButton,
    MoodSelect,
    begin,
    draw,
    gone,
    id_in,
    link,
    number_in,
    on_button,
    on_menu,
    option,
    time_of,
    zone_button,
    zone_note,
)
from cogs.wellbeing.mood_words import (
    LEVELS,
    NOTHING,
    activity_menus,
    chunks_of,
    facts_of,
    filled,
    level_menu,
    mood_told,
    shown,
    weather_menu,
    word_menu,
)

_NOW = "now"
_EARLIEST, _LATEST = -2_300_000_000, 4_200_000_000
"""Seconds around the Unix epoch that a check-in's moment can lie at: 1897 to 2103."""


async def show_checkin(interaction: Asked, cafe: Cafe, felt_at: datetime | None) -> None:
    """Ask how they are, or first whether check-ins may be kept. The interaction is deferred."""
    async with at_diary(interaction, cafe, to_add=True) as asker:
        choices = await cafe.moods.choices(asker.work, asker.user_id)
    layout = asking_panel(cafe, asker.options, choices, felt_at, say_for(interaction))
    await draw(interaction, layout)


def asking_panel(
    cafe: Cafe, options: MoodOptions, choices: MoodChoices, felt_at: datetime | None, say: Say
) -> discord.ui.LayoutView:
    """The five steps as buttons, one's own moods as a menu. One press saves."""
    when = _NOW if felt_at is None else str(int(felt_at.timestamp()))
    title = say("How are you?") if felt_at is None else say("How were you, {when}?", when=time_of(felt_at))
    steps: list[discord.ui.Item[Any]] = []
    for score in sorted(PLAIN):
        mood = choices.mood(PLAIN[score])
        name = f"{mood.emoji} {shown(mood.name, say)}" if mood is not None else str(score)
        steps.append(MoodButton(f"pick:{score}:{when}", name))
    items: list[discord.ui.Item[Any]] = [
        words(f"## {title}\n{say('One press saves. Everything after it is optional.')}"),
        row(*steps),
    ]
    own = [one for one in choices.own_moods if not one.is_hidden]
    if own:
        offered = [option(f"{one.emoji} {one.name}".strip(), one.id) for one in own]
        items.append(row(MoodSelect.of(f"own:{when}", say("One of your own moods"), offered)))
    items.append(words(zone_note(options, say)))
    below = [*zone_button(options, say), *link(cafe, say)]
    return panel(*items, *([row(*below)] if below else []))


def entry_panel(
    cafe: Cafe, asker: MoodOptions, entry: CheckIn, choices: MoodChoices, say: Say, said: str
) -> discord.ui.LayoutView:
    """A check-in with everything that can be added. What it holds is told only to who wants that in Discord."""
    is_shown = asker.in_discord
    items: list[discord.ui.Item[Any]] = [words(said)]
    if is_shown:
        facts = " · ".join(facts_of(entry, say))
        note = "\n".join(f"> {one}" for one in _written(entry))
        items.append(words("\n".join(one for one in (f"**{mood_told(entry, say)}** {facts}".strip(), note) if one)))
    elif there := filled(entry, say):
        items.append(words("-# " + say("Saved with it: {parts}.", parts=there)))
    items.append(line())
    menus: list[MoodSelect] = [
        *word_menu(entry, choices, say, is_shown=is_shown),
        *activity_menus(entry, choices, say, is_shown=is_shown),
        *(level_menu(entry, name, say, is_shown=is_shown) for name in LEVELS),
        weather_menu(entry, say, is_shown=is_shown),
    ]
    items += [row(menu) for menu in menus]
    items.append(
        row(
            MoodButton(f"note:{entry.id}", say("Note and more…"), discord.ButtonStyle.primary),
            MoodButton(f"drop:one:{entry.id}", say("Delete…")),
            *link(cafe, say, f"/mood/entries/{entry.id}"),
        )
    )
    return panel(*items)


def _written(entry: CheckIn) -> Sequence[str]:
    text = "\n".join(one for one in (entry.title, entry.note) if one)
    return discord.utils.escape_mentions(discord.utils.escape_markdown(text[:1500])).splitlines()


# ------------------------------------------------------------------------------------------------ one press


@on_button("begin")
async def begin_here(interaction: Asked, cafe: Cafe, rest: str) -> None:
    """The button of a reminder."""
    await begin(interaction)
    await show_checkin(interaction, cafe, None)


@on_button("pick")
async def pick(interaction: Asked, cafe: Cafe, rest: str) -> None:
    """One of the five steps: it is saved."""
    score, _, when = rest.partition(":")
    await _save(interaction, cafe, PLAIN[number_in(score, 1, 5)], when)


@on_menu("own")
async def pick_own(interaction: Asked, cafe: Cafe, rest: str, chosen: list[str]) -> None:
    """A mood of one's own: it is saved."""
    await _save(interaction, cafe, chosen[0], rest)


async def _save(interaction: Asked, cafe: Cafe, mood: str, when: str) -> None:
    felt_at = None if when == _NOW else datetime.fromtimestamp(number_in(when, _EARLIEST, _LATEST), UTC)
    await begin(interaction)
    async with at_diary(interaction, cafe, to_add=True) as asker:
        draft = CheckInDraft(mood=mood, felt_at=felt_at)
        once = str(interaction.id)
        entry = await cafe.moods.add(asker.work, asker.user_id, draft, source=MoodSource.DISCORD, once=once)
        choices = await cafe.moods.choices(asker.work, asker.user_id)
    say = say_for(interaction)
    # Said back once, right after the press: the mood went through Discord a moment ago.
    said = say("Saved: **{mood}**, {when}.", mood=mood_told(entry, say), when=time_of(entry.felt_at))
    hint = say("Add what you like; each is saved at once. Or leave it at that.")
    await draw(interaction, entry_panel(cafe, asker.options, entry, choices, say, f"{said}\n-# {hint}"))


# ------------------------------------------------------------------------------------------------ menus


@on_menu("set")
async def set_part(interaction: Asked, cafe: Cafe, rest: str, chosen: list[str]) -> None:
    """A part of a check-in: it is saved."""
    entry_id, _, part = rest.partition(":")
    wanted = id_in(entry_id)
    await begin(interaction)
    say = say_for(interaction)
    async with at_diary(interaction, cafe) as asker:
        await cafe.moods.wait_turn(asker.work, asker.user_id)  # a press right after another one adds to it
        before = await cafe.moods.one(asker.work, asker.user_id, wanted)
        choices = await cafe.moods.choices(asker.work, asker.user_id)
        draft = _with(draft_of(before), part, chosen, choices, is_shown=asker.options.in_discord)
        entry = await cafe.moods.edit(asker.work, asker.user_id, wanted, draft)
    said = say("Saved, for {when}.", when=time_of(entry.felt_at))
    await draw(interaction, entry_panel(cafe, asker.options, entry, choices, say, said))


def _with(draft: CheckInDraft, part: str, chosen: list[str], choices: MoodChoices, *, is_shown: bool) -> CheckInDraft:
    """The draft with what a menu said. Raises `NotFound` for what no menu of ours says."""
    if part.startswith("activities."):
        return _with_activities(draft, part, chosen, choices, is_shown=is_shown)
    if not chosen:
        raise gone()
    if part == "mood":
        return replace(draft, mood=chosen[0])
    if part == "weather":
        if chosen[0] != NOTHING and chosen[0] not in {one.value for one in Weather}:
            raise gone()
        return replace(draft, weather=None if chosen[0] == NOTHING else Weather(chosen[0]))
    if part not in LEVELS:
        raise gone()
    level = None if chosen[0] == NOTHING else number_in(chosen[0], 1, 5)
    match part:
        case "energy":
            return replace(draft, energy=level)
        case "intensity":
            return replace(draft, intensity=level)
        case _:
            return replace(draft, sleep_quality=level)


def _with_activities(
    draft: CheckInDraft, part: str, chosen: list[str], choices: MoodChoices, *, is_shown: bool
) -> CheckInDraft:
    """What one menu of activities says; those of other menus stay. Where none are shown, chosen ones come on top."""
    chunks = chunks_of(choices)
    chunk = chunks[number_in(part.partition(".")[2], 0, len(chunks) - 1)]
    here = {one.id: str(one.name) for one in chunk}
    if not set(chosen) <= here.keys():
        raise gone()
    wanted = {here[one] for one in chosen}
    kept = [one for one in draft.activities if one not in here.values() or one in wanted or not is_shown]
    return replace(draft, activities=(*kept, *(name for name in here.values() if name in wanted and name not in kept)))


# ------------------------------------------------------------------------------------------------ words


class NoteForm(MendableModal):
    """Title, note, tags, triggers and hours of sleep. As it was only for who wants that in Discord."""

    def __init__(self, cafe: Cafe, say: Say, entry: CheckIn, *, is_shown: bool) -> None:
        super().__init__(title=say("A note, and more")[:45])
        self._cafe, self._id, self._is_shown = cafe, entry.id, is_shown
        long = discord.TextStyle.paragraph
        fits = len(entry.note) <= limits.FORM_FIELD_MAX
        hint = say("Empty: what you wrote before stays") if not is_shown and entry.note else ""
        self.title_field = self._field("title", say("Title"), "", entry.title)
        self.note = None
        if fits or not is_shown:
            self.note = self._field("note", say("Note"), hint or say("For you alone"), entry.note, long)
        self.tags = self._field("tags", say("Tags"), say("Commas between"), ", ".join(entry.tags))
        self.triggers = self._field(
            "triggers", say("What set it off"), say("Commas between"), ", ".join(entry.triggers)
        )
        hours = "" if entry.sleep_hours is None else f"{entry.sleep_hours:g}"
        self.hours = self._field("sleep_hours", say("Hours of sleep"), say("Such as 7.5"), hours)

    def _field(
        self, name: str, label: str, hint: str, typed: str, style: discord.TextStyle = discord.TextStyle.short
    ) -> discord.ui.TextInput[Any]:
        field = discord.ui.TextInput[Any](
            custom_id=name,
            style=style,
            placeholder=hint[:100] or None,
            default=(typed if self._is_shown else "") or None,
            required=False,
            max_length=int(limits.FORM_FIELD_MAX),
        )
        self.add_item(discord.ui.Label(text=label[:45], component=field))
        return field

    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Save it, or say what is wrong."""
        typed = {
            "title": self.title_field.value,
            "tags": self.tags.value,
            "triggers": self.triggers.value,
            "sleep_hours": self.hours.value,
            **({"note": self.note.value} if self.note is not None else {}),
        }
        read = read_form(typed, "UTC", datetime.now(UTC))
        await begin(interaction)
        say = say_for(interaction)
        async with at_diary(interaction, self._cafe) as asker:
            await self._cafe.moods.wait_turn(asker.work, asker.user_id)
            before = await self._cafe.moods.one(asker.work, asker.user_id, self._id)
            draft = self._over(draft_of(before), read)
            entry = await self._cafe.moods.edit(asker.work, asker.user_id, self._id, draft)
            choices = await self._cafe.moods.choices(asker.work, asker.user_id)
        said = say("Saved, for {when}.", when=time_of(entry.felt_at))
        await draw(interaction, entry_panel(self._cafe, asker.options, entry, choices, say, said))

    def _over(self, draft: CheckInDraft, read: CheckInDraft) -> CheckInDraft:
        """What was typed, over what is there. Where that was not shown, an empty field takes nothing away."""
        note = read.note if self.note is not None else draft.note
        if self._is_shown:
            return replace(
                draft,
                title=read.title,
                note=note,
                tags=read.tags,
                triggers=read.triggers,
                sleep_hours=read.sleep_hours,
            )
        return replace(
            draft,
            title=read.title or draft.title,
            note=note or draft.note,
            tags=read.tags or draft.tags,
            triggers=read.triggers or draft.triggers,
            sleep_hours=draft.sleep_hours if read.sleep_hours is None else read.sleep_hours,
        )


@on_button("note")
async def open_note(interaction: Asked, cafe: Cafe, rest: str) -> None:
    """Open the form."""
    wanted = id_in(rest)

    async def read() -> tuple[CheckIn, bool]:
        async with at_diary(interaction, cafe) as asker:
            return await cafe.moods.one(asker.work, asker.user_id, wanted), asker.options.in_discord

    entry, is_shown = await within_a_second(read())
    await interaction.response.send_modal(NoteForm(cafe, say_for(interaction), entry, is_shown=is_shown))


async def open_entry(interaction: Asked, cafe: Cafe, entry_id: UUID) -> None:
    """Show one check-in. The interaction is deferred."""
    say = say_for(interaction)
    async with at_diary(interaction, cafe) as asker:
        entry = await cafe.moods.one(asker.work, asker.user_id, entry_id)
        choices = await cafe.moods.choices(asker.work, asker.user_id)
    said = say("Your check-in of {when}.", when=time_of(entry.felt_at))
    await draw(interaction, entry_panel(cafe, asker.options, entry, choices, say, said))
