"""/character create, edit, traits, avatar, greeting, tags, model: what a maker says of a character."""

from __future__ import annotations

from uuid import UUID

import discord
from discord import app_commands
from discord.ext import commands

from bot.services.cafe import Cafe
from bot.services.characters import Card, CharacterDraft, Part
from bot.services.characters.pictures import refuse_announced
from bot.services.characters.voices import fitting, key_of
from bot.texts import Say
from cogs.asking import Asked, caller_of, plain, say_for
from cogs.characters.card import voice
from cogs.characters.forms import ChangedCharacter, NewCharacter, greeted
from cogs.characters.panel import show_panel
from cogs.characters.parts import (
    BUTTON,
    NO_PINGS,
    CharacterButton,
    Suggestions,
    cafe_of,
    in_time,
    prepared,
    short,
    suggest_own,
    view_of,
    within_a_second,
)
from cogs.characters.texts import edit_part, open_part, suggest_parts

_L = app_commands.locale_str


class GreetingButton(CharacterButton, template=BUTTON + r"greeting"):
    """Opens the greeting's form."""

    verb = "greeting"

    async def pressed(self, interaction: Asked, cafe: Cafe) -> None:
        """Open it as the greeting is."""
        await open_part(interaction, cafe, str(self.character_id), Part.GREETING)


ITEMS = (GreetingButton,)


class MakingCommands(commands.Cog):
    """The commands of a maker at work."""

    cafe: Cafe

    @app_commands.command(name=_L("create"), description=_L("Make a character of your own"))
    @app_commands.rename(picture=_L("picture"))
    @app_commands.describe(picture=_L("Its face: PNG, JPEG, WebP or GIF, up to 10 MB"))
    async def create(self, interaction: Asked, picture: discord.Attachment | None = None) -> None:
        """Open the form."""
        if picture is not None:
            refuse_announced(picture.size, picture.filename, picture.content_type)
        await interaction.response.send_modal(NewCharacter(self.cafe, say_for(interaction), picture))

    @app_commands.command(name=_L("edit"), description=_L("Change a character of yours"))
    @app_commands.rename(character=_L("character"), part=_L("part"), file=_L("file"))
    @app_commands.describe(
        character=_L("Begin to type its name"),
        part=_L("One of its texts alone, with those that the form does not have"),
        file=_L("A text file to take for that part, where it is longer than a form holds"),
    )
    @app_commands.autocomplete(character=suggest_own)
    @app_commands.autocomplete(part=suggest_parts)
    async def edit(
        self, interaction: Asked, character: str, part: str | None = None, file: discord.Attachment | None = None
    ) -> None:
        """Open the form as the character is."""
        if part is not None or file is not None:
            await edit_part(interaction, self.cafe, character, part, file)
            return
        chosen, typed = await within_a_second(_draft(interaction, self.cafe, character))
        await interaction.response.send_modal(ChangedCharacter(self.cafe, say_for(interaction), chosen, typed))

    @app_commands.command(name=_L("traits"), description=_L("Choose how a character of yours speaks and answers"))
    @app_commands.rename(character=_L("character"))
    @app_commands.describe(character=_L("Begin to type its name"))
    @app_commands.autocomplete(character=suggest_own)
    async def traits(self, interaction: Asked, character: str) -> None:
        """Open the panel."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            chosen = await self.cafe.characters.chosen(work, user_id, character)
            await self.cafe.characters.draft_of(work, user_id, chosen)
            found = await self.cafe.characters.get(work, chosen)
        await show_panel(interaction, found, say_for(interaction)("How **{name}** is:", name=plain(found.name)))

    @app_commands.command(name=_L("avatar"), description=_L("Give a character of yours another face"))
    @app_commands.rename(character=_L("character"), picture=_L("picture"))
    @app_commands.describe(
        character=_L("Begin to type its name"), picture=_L("Its face: PNG, JPEG, WebP or GIF, up to 10 MB")
    )
    @app_commands.autocomplete(character=suggest_own)
    async def avatar(self, interaction: Asked, character: str, picture: discord.Attachment) -> None:
        """Change the picture."""
        refuse_announced(picture.size, picture.filename, picture.content_type)
        await interaction.response.defer(ephemeral=True, thinking=True)
        ready = await prepared(self.cafe, picture)
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            chosen = await self.cafe.characters.chosen(work, user_id, character)
            changed = await self.cafe.characters.wear(work, user_id, chosen, ready)
        say = say_for(interaction)
        await interaction.followup.send(say("**{name}** has a new face.", name=plain(changed.name)), ephemeral=True)

    @app_commands.command(
        name=_L("greeting"), description=_L("See or change the first thing a character of yours says")
    )
    @app_commands.rename(character=_L("character"), text=_L("text"))
    @app_commands.describe(
        character=_L("Begin to type its name"), text=_L("The new greeting; leave it out to see the one there is")
    )
    @app_commands.autocomplete(character=suggest_own)
    async def greeting(self, interaction: Asked, character: str, text: str | None = None) -> None:
        """Show the greeting with a button to change it, or change it."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        say = say_for(interaction)
        if text is None:
            await _show_greeting(interaction, self.cafe, character, say)
            return
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            chosen = await self.cafe.characters.chosen(work, user_id, character)
            changed = await self.cafe.characters.greet(work, user_id, chosen, text)
        await interaction.followup.send(greeted(changed, say), ephemeral=True, allowed_mentions=NO_PINGS)

    @app_commands.command(name=_L("tags"), description=_L("See or set the tags by which a character of yours is found"))
    @app_commands.rename(character=_L("character"), tags=_L("tags"))
    @app_commands.describe(
        character=_L("Begin to type its name"), tags=_L("Up to 8, with commas between; a single - takes all away")
    )
    @app_commands.autocomplete(character=suggest_own)
    async def tags(self, interaction: Asked, character: str, tags: str | None = None) -> None:
        """Show the tags, or put others in their place."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            chosen = await self.cafe.characters.chosen(work, user_id, character)
            await self.cafe.characters.draft_of(work, user_id, chosen)
            if tags is not None:
                await self.cafe.characters.tag(work, user_id, chosen, "" if tags.strip() == "-" else tags)
            found = await self.cafe.characters.get(work, chosen)
        say, name = say_for(interaction), plain(found.name)
        shown = ", ".join(f"`{tag}`" for tag in found.tags)
        told = say("**{name}** has these tags: {tags}", name=name, tags=shown) if shown else None
        await interaction.followup.send(told or say("**{name}** has no tags.", name=name), ephemeral=True)

    @tags.autocomplete("tags")
    async def suggest_tags(self, interaction: Asked, typed: str) -> Suggestions:
        """The tags so far, and public ones that the last one may become."""
        return await in_time(suggested_tags(interaction, typed))

    @app_commands.command(name=_L("model"), description=_L("See or choose the model a character of yours speaks with"))
    @app_commands.rename(character=_L("character"), model=_L("model"), temperature=_L("temperature"), reset=_L("reset"))
    @app_commands.describe(
        character=_L("Begin to type its name"),
        model=_L("One of the models of this house"),
        temperature=_L("From 0, predictable, to 2, wild"),
        reset=_L("Go back to the house's own model and temperature"),
    )
    @app_commands.autocomplete(character=suggest_own)
    async def model(
        self,
        interaction: Asked,
        character: str,
        model: str | None = None,
        temperature: app_commands.Range[float, 0, 2] | None = None,
        reset: bool = False,
    ) -> None:
        """Show what it speaks with, or change it."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        characters = self.cafe.characters
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            chosen = await characters.chosen(work, user_id, character)
            if reset:
                await characters.speak_as_the_house(work, user_id, chosen)
            card = await characters.speak_with(work, user_id, chosen, model=model, temperature=temperature)
        await interaction.followup.send(_spoken(card, say_for(interaction)), ephemeral=True)

    @model.autocomplete("model")
    async def suggest_models(self, interaction: Asked, typed: str) -> Suggestions:
        """The models there are; from memory."""
        found = fitting(typed, self.cafe.characters.offers())
        return [app_commands.Choice(name=key_of(one)[:100], value=key_of(one)[:100]) for one in found]


async def suggested_tags(interaction: Asked, typed: str) -> Suggestions:
    """What was typed up to the last comma, completed by tags that are in use."""
    before, comma, last = typed.rpartition(",")
    cafe = cafe_of(interaction)
    async with cafe.people.at_work(caller_of(interaction)) as (_, work):
        found = await cafe.characters.directory.tags(work, last)
    whole = [f"{before}{comma} {tag}".strip() for tag in found]
    return [app_commands.Choice(name=one, value=one) for one in whole if len(one) <= 100]


async def _draft(interaction: Asked, cafe: Cafe, typed: str) -> tuple[UUID, CharacterDraft]:
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        chosen = await cafe.characters.chosen(work, user_id, typed)
        return chosen, await cafe.characters.draft_of(work, user_id, chosen)


async def _show_greeting(interaction: Asked, cafe: Cafe, typed: str, say: Say) -> None:
    chosen, draft = await _draft(interaction, cafe, typed)
    text = f">>> {short(draft.greeting, 1900)}" if draft.greeting else say("It has no greeting.")
    view = view_of(GreetingButton(chosen, say("Change the greeting")))
    await interaction.followup.send(text, view=view, ephemeral=True, allowed_mentions=NO_PINGS)


def _spoken(card: Card, say: Say) -> str:
    assert card.behind is not None
    name = plain(card.character.name)
    return say("**{name}** speaks with {voice}.", name=name, voice=voice(card.behind, say))
