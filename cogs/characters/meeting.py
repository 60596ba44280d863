"""/character list, show, like, favorite, summon, dismiss: what anybody may do with characters."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.services.cafe import Cafe
from bot.services.characters.directory import Shelf
from cogs.asking import Asked, caller_of, may_manage, place_of, plain, present_choices, say_for
from cogs.asking import summon as ask_in
from cogs.characters.card import look
from cogs.characters.lists import listed
from cogs.characters.parts import Suggestions, suggest_greetings, suggest_visible

_L = app_commands.locale_str


class MeetingCommands(commands.Cog):
    """The commands of somebody who looks for company."""

    cafe: Cafe

    @app_commands.command(name=_L("list"), description=_L("The characters you can summon"))
    @app_commands.rename(search=_L("search"), show=_L("show"))
    @app_commands.describe(search=_L("Words of its name, description or tags"), show=_L("Which ones"))
    @app_commands.choices(
        show=[
            app_commands.Choice(name=_L("all"), value=Shelf.ALL.value),
            app_commands.Choice(name=_L("my own"), value=Shelf.OWN.value),
            app_commands.Choice(name=_L("my favorites"), value=Shelf.FAVORITES.value),
        ]
    )
    async def list(self, interaction: Asked, search: str = "", show: str = Shelf.ALL.value) -> None:
        """One's own characters, one's favourites, or everybody one may summon."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        embed, view = await listed(interaction, self.cafe, Shelf(show), search)
        await interaction.followup.send(embed=embed, view=view, ephemeral=True)

    @app_commands.command(name=_L("show"), description=_L("Look at a character"))
    @app_commands.rename(character=_L("character"))
    @app_commands.describe(character=_L("Begin to type its name"))
    @app_commands.autocomplete(character=suggest_visible)
    async def show(self, interaction: Asked, character: str) -> None:
        """Its card, with buttons to summon, like and keep it."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await look(interaction, self.cafe, character)

    @app_commands.command(name=_L("like"), description=_L("Like a character, or take that back"))
    @app_commands.rename(character=_L("character"))
    @app_commands.describe(character=_L("Begin to type its name"))
    @app_commands.autocomplete(character=suggest_visible)
    async def like(self, interaction: Asked, character: str) -> None:
        """Like it."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            chosen = await self.cafe.characters.chosen(work, user_id, character)
            opinion = await self.cafe.characters.directory.like(work, user_id, chosen)
            name = plain((await self.cafe.characters.get(work, chosen)).name)
        say = say_for(interaction)
        told = say("You like **{name}**.", name=name) if opinion.is_liked else say("Your like is gone.")
        likes = say.plural("{n} like", "{n} likes", opinion.likes)
        await interaction.followup.send(f"{told} ({likes})", ephemeral=True)

    @app_commands.command(name=_L("favorite"), description=_L("Keep a character among your favorites, or take it out"))
    @app_commands.rename(character=_L("character"))
    @app_commands.describe(character=_L("Begin to type its name"))
    @app_commands.autocomplete(character=suggest_visible)
    async def favorite(self, interaction: Asked, character: str) -> None:
        """Keep it."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            chosen = await self.cafe.characters.chosen(work, user_id, character)
            opinion = await self.cafe.characters.directory.favorite(work, user_id, chosen)
            name = plain((await self.cafe.characters.get(work, chosen)).name)
        say = say_for(interaction)
        kept = say("**{name}** is among your favorites: /character list shows them.", name=name)
        told = kept if opinion.is_favorite else say("**{name}** is no favorite of yours any more.", name=name)
        await interaction.followup.send(told, ephemeral=True)

    @app_commands.command(name=_L("summon"), description=_L("Ask a character into this channel"))
    @app_commands.rename(character=_L("character"), greeting=_L("greeting"))
    @app_commands.describe(
        character=_L("Begin to type its name"), greeting=_L("Which of its greetings it says; 0 for any")
    )
    @app_commands.autocomplete(character=suggest_visible)
    @app_commands.autocomplete(greeting=suggest_greetings)
    async def summon(self, interaction: Asked, character: str, greeting: int | None = None) -> None:
        """The character listens here from now on."""
        await ask_in(interaction, self.cafe, character, greeting)

    @app_commands.command(name=_L("dismiss"), description=_L("Send a character away from this channel"))
    @app_commands.rename(character=_L("character"))
    @app_commands.describe(character=_L("One of the characters in this channel"))
    async def dismiss(self, interaction: Asked, character: str) -> None:
        """The character listens here no more."""
        place = place_of(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        user_id = await self.cafe.people.arrive(caller_of(interaction))
        chosen = self.cafe.conversations.present(place, character, interaction.user.id).character_id
        name = await self.cafe.conversations.dismiss(user_id, place, chosen, may_manage=may_manage(interaction))
        say = say_for(interaction)
        await interaction.followup.send(say("**{name}** has left this channel.", name=plain(name)), ephemeral=True)

    @dismiss.autocomplete("character")
    async def suggest_present(self, interaction: Asked, typed: str) -> Suggestions:
        """The characters in this channel."""
        return present_choices(self.cafe, interaction, typed)
