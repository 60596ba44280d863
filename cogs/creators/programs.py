"""/creator programs: what the house offers creators, and applying."""

from __future__ import annotations

import re
from typing import Any, Self
from uuid import UUID

import discord

from bot import limits
from bot.services.cafe import Cafe
from bot.services.programs import Program, ProgramPage
from bot.services.programs.shown import APPLICATION_STATES, ENROLMENT_STATES
from bot.texts import Say
from bot.transport.views import LastingButton, LastingSelect, MendableModal
from cogs.asking import Asked, caller_of, plain, say_for
from cogs.creators.parts import (
    ID,
    cafe_of,
    line,
    link,
    panel,
    redraw,
    row,
    settle,
    short,
    show,
    within_a_second,
    words,
)

_DESCRIPTION_SHOWN = 1500
_TIER_SHOWN = 300


class ProgramSelect(LastingSelect, template=r"programs:open"):
    """Opens one program of the list."""

    @classmethod
    def of(cls, programs: tuple[Program, ...], say: Say) -> Self:
        """The menu under the list."""
        options = [
            discord.SelectOption(label=one.name[:100], value=str(one.id)) for one in programs[: limits.CHOICES_MAX]
        ]
        menu = discord.ui.Select[discord.ui.View](
            custom_id="programs:open", options=options, placeholder=say("Look at one of them")
        )
        return cls(menu)

    async def pressed(self, interaction: Asked) -> None:
        """Show it."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await show(interaction, await one_program(interaction, cafe_of(interaction), self.item.values[0]))


class ProgramButton(LastingButton, template=rf"program:{ID}:(?P<deed>apply|withdraw|leave)"):
    """Applies to a program, or takes that back."""

    def __init__(self, program_id: str, deed: str, label: str) -> None:
        super().__init__(discord.ui.Button(label=label[:80], custom_id=f"program:{program_id}:{deed}"))
        self.program_id, self.deed = UUID(program_id), deed

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button as it was pressed."""
        return cls(match["id"], match["deed"], "…")

    async def pressed(self, interaction: Asked) -> None:
        """Open the form, or do it and draw the program anew."""
        cafe = cafe_of(interaction)
        if self.deed == "apply":
            program = await within_a_second(_chosen(interaction, cafe, str(self.program_id)))
            await interaction.response.send_modal(_ApplyForm(cafe, say_for(interaction), program))
            return
        await interaction.response.defer()
        async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            if self.deed == "withdraw":
                await cafe.creating.programs.withdraw(work, user_id, self.program_id)
            else:
                await cafe.creating.programs.leave(work, user_id, self.program_id)
        await redraw(interaction, await one_program(interaction, cafe, str(self.program_id)))


ITEMS = (ProgramSelect, ProgramButton)


class _ApplyForm(MendableModal):
    """Why oneself, and which tier."""

    def __init__(self, cafe: Cafe, say: Say, program: Program) -> None:
        super().__init__(title=short(program.name, 45))
        self._cafe, self._program_id = cafe, program.id
        self.why = discord.ui.TextInput[Self](
            custom_id="words",
            style=discord.TextStyle.paragraph,
            max_length=int(limits.FORM_FIELD_MAX),
            placeholder=say("What you would bring; your page is seen beside it")[:100],
        )
        self.add_item(discord.ui.Label(text=say("Why you")[:45], component=self.why))
        self.tier: discord.ui.Select[Self] | None = None
        if program.tiers:
            options = [discord.SelectOption(label=one.name[:100], value=one.name[:100]) for one in program.tiers]
            self.tier = discord.ui.Select[Self](custom_id="tier", options=options, required=True)
            self.add_item(discord.ui.Label(text=say("Tier")[:45], component=self.tier))

    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Send it."""
        await settle(interaction)
        tier = self.tier.values[0] if self.tier is not None else ""
        async with self._cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            await self._cafe.creating.programs.apply(work, user_id, self._program_id, self.why.value, tier)
        await redraw(interaction, await one_program(interaction, self._cafe, str(self._program_id)))


async def all_programs(interaction: Asked, cafe: Cafe) -> discord.ui.LayoutView:
    """Every program there is, and what became of one's applications."""
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        programs = await cafe.creating.programs.listed(work)
        mine = {one.program_id: one for one in reversed(await cafe.creating.programs.applications(work, user_id))}
    say = say_for(interaction)
    head = words(f"## {say('Creator programs')}")
    if not programs:
        return panel(head, words(say("There is none now. They are told of here as soon as there are.")))
    lines = [
        f"**{plain(one.name)}** · {_state(one, say)}"
        + (f" · {say(APPLICATION_STATES[mine[one.id].state])}" if one.id in mine else "")
        for one in programs
    ]
    return panel(head, words("\n".join(lines)), row(ProgramSelect.of(programs, say)))


async def one_program(interaction: Asked, cafe: Cafe, typed: str) -> discord.ui.LayoutView:
    """One program, with what one can do there."""
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        program = await cafe.creating.programs.chosen(work, typed)
        page = await cafe.creating.programs.page(work, user_id, program.slug)
    return _program_panel(cafe, page, say_for(interaction))


async def _chosen(interaction: Asked, cafe: Cafe, typed: str) -> Program:
    async with cafe.people.at_work(caller_of(interaction)) as (_, work):
        return await cafe.creating.programs.chosen(work, typed)


def _program_panel(cafe: Cafe, page: ProgramPage, say: Say) -> discord.ui.LayoutView:
    one = page.program
    items: list[discord.ui.Item[Any]] = [words(f"## {plain(one.name)}\n-# {_state(one, say)}")]
    if one.description:
        items.append(words(plain(short(one.description, _DESCRIPTION_SHOWN))))
    for title, lines in ((say("What it asks"), one.requirements), (say("What it gives"), one.benefits)):
        if lines:
            told = "\n".join(f"- {plain(text)}" for text in lines)
            items.append(words(short(f"**{title}**\n{told}", 900)))
    for tier in one.tiers:
        told = "\n".join([plain(tier.description), *(f"- {plain(gift)}" for gift in tier.benefits)]).strip()
        items.append(words(short(f"**{plain(tier.name)}**\n{told}", _TIER_SHOWN)))
    if page.featured:
        items.append(
            words(say("With: {creators}", creators=", ".join(plain(card.display_name) for card in page.featured)))
        )
    items += _mine(page, say)
    buttons = _buttons(page, say)
    if cafe.creating.public_url:
        buttons.append(link(say("Open the page"), f"{cafe.creating.public_url}{one.path}"))
    return panel(*items, *([row(*buttons)] if buttons else []))


def _mine(page: ProgramPage, say: Say) -> list[discord.ui.Item[Any]]:
    told: list[str] = []
    if page.enrolment is not None:
        told.append(say("Your part: {state}", state=say(ENROLMENT_STATES[page.enrolment.state])))
    if page.application is not None:
        told.append(say("Your application: {state}", state=say(APPLICATION_STATES[page.application.state])))
        if page.application.answer:
            told.append(f"> {plain(short(page.application.answer, 500))}")
    return [line(), words("\n".join(told))] if told else []


def _buttons(page: ProgramPage, say: Say) -> list[discord.ui.Item[Any]]:
    which = str(page.program.id)
    if page.enrolment is not None and page.enrolment.ended_at is None:
        return [ProgramButton(which, "leave", say("Leave the program"))]
    if page.application is not None and page.application.is_waiting:
        return [ProgramButton(which, "withdraw", say("Take the application back"))]
    return [ProgramButton(which, "apply", say("Apply"))] if page.program.is_open else []


def _state(one: Program, say: Say) -> str:
    if not one.is_open:
        return say("takes no applications now")
    told = [say("takes applications")]
    if one.deadline_at is not None:
        told.append(say("until {day}", day=f"<t:{int(one.deadline_at.timestamp())}:D>"))
    if one.places is not None:
        told.append(say.plural("{n} place", "{n} places", one.places))
    return " · ".join(told)
