"""/lore book attach, detach, here: where books are in force, each with its own depth, budget and waking there."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import discord
from discord import app_commands
from discord.ext import commands

from bot import limits
from bot.errors import InvalidInput, NotFound
from bot.services.cafe import Cafe
from bot.services.lore.attaching import OVERRIDES, Attached, LoreScope, Target
from bot.services.lore.fields import Field, Kind, Section
from bot.services.talk.conversations import Asking
from bot.texts import N_, Say
from bot.transport.views import LastingSelect
from cogs.asking import Asked, caller_of, is_age_restricted, plain, present_choices, say_for
from cogs.lore.attached import in_words, label
from cogs.lore.controls import NOTHING_AROUND
from cogs.lore.forms import FieldsForm, settle
from cogs.lore.groups import book as group
from cogs.lore.parts import (
    Suggestions,
    answer,
    asking_of,
    cafe_of,
    choice,
    in_time,
    panel,
    redraw,
    row,
    short,
    show,
    suggest_books,
    within_a_second,
    words,
)
from cogs.lore.words import entries, tokens

_L = app_commands.locale_str
_LINES_SHOWN = 25

_WHERE = [
    app_commands.Choice(name=_L("this channel"), value=LoreScope.CHANNEL.value),
    app_commands.Choice(name=_L("this server"), value=LoreScope.SERVER.value),
    app_commands.Choice(name=_L("this conversation"), value=LoreScope.CONVERSATION.value),
    app_commands.Choice(name=_L("a character"), value=LoreScope.CHARACTER.value),
    app_commands.Choice(name=_L("a persona"), value=LoreScope.PERSONA.value),
]


_SWITCH = Field(
    "is_enabled",
    N_("In force"),
    Kind.FLAG,
    Section.SHARING,
    N_("Off: it rests there, and stays attached."),
    default=True,
)


class HereSelect(LastingSelect, template=r"lore:here"):
    """Opens the form of a book in one place."""

    @classmethod
    def of(cls, here: tuple[Attached, ...], say: Say) -> HereSelect:
        """The menu."""
        options = [
            discord.SelectOption(label=short(label(one, say, ""), 100), value=str(one.id))
            for one in here[: limits.CHOICES_MAX]
        ]
        menu = discord.ui.Select[discord.ui.View](
            custom_id="lore:here", options=options, placeholder=say("Change one here…")
        )
        return cls(menu)

    async def pressed(self, interaction: Asked) -> None:
        """Open it as the book is in force there."""
        form = await within_a_second(_here_form(interaction, cafe_of(interaction), UUID(self.item.values[0])))
        await interaction.response.send_modal(form)


ITEMS = (HereSelect,)


async def _here_form(interaction: Asked, cafe: Cafe, attachment_id: UUID) -> FieldsForm:
    asking = await asking_of(cafe, interaction)
    async with cafe.people.at_work(caller_of(interaction)) as (_, work):
        found = await cafe.lore.attachments.here(work, asking)
    one = next((one for one in found if one.id == attachment_id), None)
    if one is None:
        raise NotFound("not_attached", N_("It is no longer in force here. See /lore book here."))
    say = say_for(interaction)

    async def save(asked: Asked, changed: dict[str, str]) -> None:
        await settle(asked)
        is_on = changed.pop("is_enabled", None)
        async with cafe.people.at_work(caller_of(asked)) as (_, work):
            if changed:
                await cafe.lore.attachments.override(work, asking, attachment_id, changed)
            if is_on is not None:
                await cafe.lore.attachments.switch(work, asking, attachment_id, is_on == "yes")
        await redraw(asked, await here(asked, cafe, asking))

    shown = {**one.typed(), "is_enabled": "yes" if one.is_enabled else "no"}
    return FieldsForm(one.book_name, [*OVERRIDES.values(), _SWITCH], shown, say, NOTHING_AROUND, save)


async def suggest_characters(interaction: Asked, typed: str) -> Suggestions:
    """One's own characters, and behind them those here."""
    cafe = cafe_of(interaction)

    async def read() -> Suggestions:
        async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            adults = is_age_restricted(interaction)
            own = await cafe.characters.find(work, user_id, typed, adults=adults, only_own=True)
        found = {str(one.id): one.name for one in own}
        found |= {one.value: one.name for one in present_choices(cafe, interaction, typed)}
        return [choice(name, value) for value, name in list(found.items())[: limits.CHOICES_MAX]]

    return await in_time(read())


async def suggest_personas(interaction: Asked, typed: str) -> Suggestions:
    """One's own personas."""
    cafe = cafe_of(interaction)

    async def read() -> Suggestions:
        async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            found = await cafe.personas.find(work, user_id, typed)
        return [choice(name, one) for one, name in found]

    return await in_time(read())


async def suggest_attached(interaction: Asked, typed: str) -> Suggestions:
    """Books in force here, each with where it is attached; those of the book typed so far too."""
    cafe, say = cafe_of(interaction), say_for(interaction)

    async def read() -> Suggestions:
        asking = await asking_of(cafe, interaction)
        async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            found = {one.id: one for one in await cafe.lore.attachments.here(work, asking)}
            for book in (await cafe.lore.books.find(work, user_id, typed))[:5]:
                found |= {one.id: one for one in await cafe.lore.attachments.of_book(work, asking, book.id)}
        name = getattr(interaction.channel, "name", "")
        labels = {one.id: _labelled(one, interaction, say, name) for one in found.values()}
        fitting = [(one, text) for one, text in labels.items() if typed.casefold() in text.casefold()]
        return [choice(text, one) for one, text in fitting[: limits.CHOICES_MAX]]

    return await in_time(read())


def _labelled(one: Attached, interaction: Asked, say: Say, name: str) -> str:
    here = name if one.channel_id == interaction.channel_id else (one.target_name or "…")
    return label(one, say, here)


class AttachCommands(commands.Cog):
    """The commands that put books in force."""

    cafe: Cafe

    @group.command(name=_L("attach"), description=_L("Put a book in force somewhere"))
    @app_commands.rename(
        book=_L("book"),
        where=_L("where"),
        character=_L("character"),
        persona=_L("persona"),
        depth=_L("depth"),
        budget=_L("budget"),
        waking=_L("waking"),
        place=_L("place"),
    )
    @app_commands.describe(
        book=_L("Begin to type its name"),
        where=_L("Where characters shall know it"),
        character=_L("Whom it belongs to, wherever they are"),
        persona=_L("Who brings it along"),
        depth=_L("Messages looked at there"),
        budget=_L("Tokens it may take there"),
        waking=_L("Whether entries wake each other there"),
        place=_L("Lower comes before other books there"),
    )
    @app_commands.choices(where=_WHERE)
    @app_commands.autocomplete(book=suggest_books, character=suggest_characters, persona=suggest_personas)
    async def book_attach(
        self,
        interaction: Asked,
        book: str,
        where: str | None = None,
        character: str | None = None,
        persona: str | None = None,
        depth: int | None = None,
        budget: int | None = None,
        waking: bool | None = None,
        place: int | None = None,
    ) -> None:
        """From the next answer on."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        typed = overrides(depth, budget, waking, place)
        asking = await asking_of(self.cafe, interaction)
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            book_id = await self.cafe.lore.books.chosen(work, user_id, book)
            target = await self._target(work, user_id, where, character, persona)
            done = await self.cafe.lore.attachments.attach(work, asking, book_id, target)
            if typed:
                done = await self.cafe.lore.attachments.override(work, asking, done.id, typed)
        say = say_for(interaction)
        told = say("**{book}** is in force: {place}.", book=plain(done.book_name), place=in_words(done, say))
        await answer(interaction, told)

    @group.command(name=_L("detach"), description=_L("Take a book out of force somewhere"))
    @app_commands.rename(book=_L("book"))
    @app_commands.describe(book=_L("The book, and where it is in force"))
    @app_commands.autocomplete(book=suggest_attached)
    async def book_detach(self, interaction: Asked, book: str) -> None:
        """The book itself stays."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        asking = await asking_of(self.cafe, interaction)
        async with self.cafe.people.at_work(caller_of(interaction)) as (_, work):
            attachment_id = await self._attachment(work, asking, book)
            gone = await self.cafe.lore.attachments.detach(work, asking, attachment_id)
        say = say_for(interaction)
        told = say("**{book}** is no longer in force: {place}.", book=plain(gone.book_name), place=in_words(gone, say))
        await answer(interaction, told)

    @group.command(name=_L("here"), description=_L("The books in force here"))
    async def book_here(self, interaction: Asked) -> None:
        """With where each is attached, and a switch."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        asking = await asking_of(self.cafe, interaction)
        await show(interaction, await here(interaction, self.cafe, asking))

    async def _target(
        self, work: Any, user_id: UUID, where: str | None, character: str | None, persona: str | None
    ) -> Target:
        """What was meant. Raises `InvalidInput` where nothing, or two things, were."""
        if character is not None and persona is not None:
            raise InvalidInput("two_targets", N_("Choose a character or a persona, not both; nothing was attached."))
        if character is not None:
            return Target.character(await self.cafe.characters.chosen(work, user_id, character))
        if persona is not None:
            return Target.persona(await self.cafe.personas.chosen(work, user_id, persona))
        match where:
            case None | LoreScope.CHANNEL.value:
                return Target.channel()
            case LoreScope.SERVER.value:
                return Target.server()
            case LoreScope.CONVERSATION.value:
                return Target.conversation()
            case LoreScope.CHARACTER.value:
                raise InvalidInput("no_target", N_("Say which one in the option character; nothing was attached."))
            case _:
                raise InvalidInput("no_target", N_("Say which one in the option persona; nothing was attached."))

    async def _attachment(self, work: Any, asking: Asking, typed: str) -> UUID:
        """The attachment meant: the id of a suggestion, or the name of a book in force here."""
        try:
            return UUID(typed)
        except ValueError:
            fitting = await self.cafe.lore.attachments.here(work, asking)
        for one in fitting:
            if one.book_name.casefold() == typed.strip().casefold():
                return one.id
        raise InvalidInput(
            "not_attached",
            N_("No book of that name is in force here. Pick one from the suggestions, or see /lore book here."),
            field="book",
        )


def overrides(depth: int | None, budget: int | None, waking: bool | None, place: int | None) -> dict[str, str]:
    """What is different in one place, as it is typed."""
    numbers = {"scan_depth": depth, "token_budget": budget, "place": place}
    typed = {name: str(number) for name, number in numbers.items() if number is not None}
    if waking is not None:
        typed["recursion"] = "yes" if waking else "no"
    return typed


async def here(interaction: Asked, cafe: Cafe, asking: Asking) -> discord.ui.LayoutView:
    """Every book in force where it is asked."""
    async with cafe.people.at_work(caller_of(interaction)) as (_, work):
        found = await cafe.lore.attachments.here(work, asking)
    return drawn(found, say_for(interaction))


def drawn(found: tuple[Attached, ...], say: Say) -> discord.ui.LayoutView:
    """The list. Pure."""
    items: list[discord.ui.Item[Any]] = [words("### " + say("Lore books in force here"))]
    if not found:
        items.append(words(say("None yet. /lore book attach puts one in force in this channel, for a character, …")))
        return panel(*items)
    lines = [
        f"**{plain(one.book_name)}** · {in_words(one, say)}\n-# {entries(one.entries, say)} · {tokens(one.tokens, say)}"
        for one in found[:_LINES_SHOWN]
    ]
    items.append(words("\n".join(lines)))
    if mine := tuple(one for one in found if one.may_detach):
        items.append(row(HereSelect.of(mine, say)))
    return panel(*items)
