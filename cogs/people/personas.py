"""/persona: masks people wear towards characters."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import discord
from discord import app_commands
from discord.ext import commands

from bot import limits
from bot.services.cafe import Cafe
from bot.services.characters.pictures import refuse_announced
from bot.services.people.personas import Persona
from cogs.asking import Asked, caller_of, plain, say_for
from cogs.naming import names_taken
from cogs.people.asking_first import AskingFirst
from cogs.people.cards import NO_PINGS, face_file, listed, persona_card
from cogs.people.forms import PersonaForm, prepared
from cogs.people.listing import page_of, turning
from cogs.people.panel import PersonaPanel, shower

_L = app_commands.locale_str


class PersonasCog(
    commands.GroupCog, group_name=_L("persona"), group_description=_L("Who you are towards characters; only you see it")
):
    """The commands of /persona. Every answer is for the asker's eyes only."""

    def __init__(self, cafe: Cafe) -> None:
        self.cafe = cafe
        super().__init__()

    @app_commands.command(name=_L("create"), description=_L("Make a persona of yours"))
    @app_commands.rename(picture=_L("picture"))
    @app_commands.describe(picture=_L("Its face: PNG, JPEG, WebP or GIF, up to 10 MB"))
    async def create(self, interaction: Asked, picture: discord.Attachment | None = None) -> None:
        """Open the form."""
        if picture is not None:
            refuse_announced(picture.size, picture.filename, picture.content_type)
        form = PersonaForm(self.cafe, say_for(interaction), shower(self.cafe), picture=picture)
        await interaction.response.send_modal(form)

    @app_commands.command(name=_L("edit"), description=_L("Change a persona of yours"))
    @app_commands.rename(persona=_L("persona"), picture=_L("picture"))
    @app_commands.describe(
        persona=_L("Begin to type its name"), picture=_L("Its face: PNG, JPEG, WebP or GIF, up to 10 MB")
    )
    async def edit(self, interaction: Asked, persona: str, picture: discord.Attachment | None = None) -> None:
        """Show it with everything that can be changed; a picture is changed at once."""
        if picture is not None:
            refuse_announced(picture.size, picture.filename, picture.content_type)
        await interaction.response.defer(ephemeral=True, thinking=True)
        ready, trouble = await prepared(self.cafe, picture)
        if trouble is not None:
            raise trouble
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            chosen = await self.cafe.personas.chosen(work, user_id, persona)
            if ready is not None:
                await self.cafe.personas.picture(work, user_id, chosen, ready)
            found = await self.cafe.personas.get(work, user_id, chosen)
        await self._show(interaction, found, with_panel=True)

    @app_commands.command(name=_L("show"), description=_L("Look at a persona of yours"))
    @app_commands.rename(persona=_L("persona"))
    @app_commands.describe(persona=_L("Begin to type its name"))
    async def show(self, interaction: Asked, persona: str) -> None:
        """Everything about it."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            chosen = await self.cafe.personas.chosen(work, user_id, persona)
            found = await self.cafe.personas.get(work, user_id, chosen)
        await self._show(interaction, found, with_panel=False)

    @app_commands.command(name=_L("use"), description=_L("Wear a persona in this conversation"))
    @app_commands.rename(persona=_L("persona"))
    @app_commands.describe(persona=_L("Leave out to wear none here"))
    async def use(self, interaction: Asked, persona: str | None = None) -> None:
        """From now on in this channel's conversation."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        chosen, taken = await self._chosen(interaction, persona)
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            worn = await self.cafe.personas.use(work, user_id, interaction.channel_id or 0, chosen, taken=taken)
        say = say_for(interaction)
        if worn is None:
            told = say("You wear no persona in this conversation.")
        else:
            told = say("You are **{name}** in this conversation from now on.", name=plain(worn.name))
        await interaction.followup.send(told, ephemeral=True, allowed_mentions=NO_PINGS)

    @app_commands.command(name=_L("default"), description=_L("Wear a persona wherever you chose no other"))
    @app_commands.rename(persona=_L("persona"))
    @app_commands.describe(persona=_L("Leave out to wear none by default"))
    async def default(self, interaction: Asked, persona: str | None = None) -> None:
        """In every conversation where nothing was chosen."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        chosen, taken = await self._chosen(interaction, persona)
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            worn = await self.cafe.personas.default(work, user_id, chosen, taken=taken)
        say = say_for(interaction)
        if worn is None:
            told = say("You wear no persona where you choose none.")
        else:
            told = say("You are **{name}** wherever you choose no other persona.", name=plain(worn.name))
        await interaction.followup.send(told, ephemeral=True, allowed_mentions=NO_PINGS)

    @app_commands.command(name=_L("list"), description=_L("Your personas"))
    async def list(self, interaction: Asked) -> None:
        """Page by page, with what is worn here."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        page, say = await page_of(self.cafe, interaction, 0), say_for(interaction)
        await interaction.followup.send(
            embed=listed(page, say), view=turning(page, say), ephemeral=True, allowed_mentions=NO_PINGS
        )

    @app_commands.command(name=_L("delete"), description=_L("Delete a persona of yours"))
    @app_commands.rename(persona=_L("persona"))
    @app_commands.describe(persona=_L("Begin to type its name"))
    async def delete(self, interaction: Asked, persona: str) -> None:
        """Ask first."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            chosen = await self.cafe.personas.chosen(work, user_id, persona)
            found = await self.cafe.personas.get(work, user_id, chosen)
        say, name = say_for(interaction), plain(found.name)

        async def do(pressed: discord.Interaction[Any]) -> str:
            async with self.cafe.people.at_work(caller_of(pressed)) as (user_id, work):
                await self.cafe.personas.delete(work, user_id, chosen)
            return say_for(pressed)("**{name}** is deleted.", name=name)

        asked = say("Delete **{name}** for good? What you said under that name keeps it.", name=name)
        view = AskingFirst(say, say("Delete {name}", name=found.name), do)
        await interaction.followup.send(asked, view=view, ephemeral=True, allowed_mentions=NO_PINGS)

    @edit.autocomplete("persona")
    @show.autocomplete("persona")
    @use.autocomplete("persona")
    @default.autocomplete("persona")
    @delete.autocomplete("persona")
    async def suggest(self, interaction: Asked, typed: str) -> list[app_commands.Choice[str]]:
        """One's own personas whose names hold what was typed."""
        try:
            async with (
                asyncio.timeout(limits.AUTOCOMPLETE_MS / 1000),
                self.cafe.people.at_work(caller_of(interaction)) as (user_id, work),
            ):
                found = await self.cafe.personas.find(work, user_id, typed)
        except TimeoutError:
            return []
        return [app_commands.Choice(name=name[: limits.CHOICE_LABEL_MAX], value=str(one)) for one, name in found]

    async def _show(self, interaction: Asked, persona: Persona, *, with_panel: bool) -> None:
        say, png = say_for(interaction), await self.cafe.personas.face(persona)
        await interaction.followup.send(
            embed=persona_card(persona, say, has_face=png is not None),
            view=PersonaPanel(self.cafe, persona, say) if with_panel else discord.utils.MISSING,
            file=face_file(png),
            ephemeral=True,
            allowed_mentions=NO_PINGS,
        )

    async def _chosen(self, interaction: Asked, typed: str | None) -> tuple[UUID | None, tuple[str, ...]]:
        """The persona meant, and the names it must not pass for here. Holds no connection while Discord is asked."""
        if typed is None:
            return None, ()
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            chosen = await self.cafe.personas.chosen(work, user_id, typed)
            name = (await self.cafe.personas.get(work, user_id, chosen)).name
        return chosen, await names_taken(interaction, name)
