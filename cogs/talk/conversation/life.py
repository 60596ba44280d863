"""/conversation new, archive, reopen: how a conversation begins, ends and comes back."""

from __future__ import annotations

from uuid import UUID

from discord import app_commands
from discord.ext import commands

from bot.services.cafe import Cafe
from bot.services.talk.conversations.lives import Ended
from bot.services.talk.conversations.shelf import Which
from bot.texts import Say
from cogs.asking import Asked, place_of, plain, refuse_where_silent, rights_of, say_for
from cogs.talk.conversation.parts import Suggestions, answer, asking_of, called, suggested, which

_L = app_commands.locale_str


class LifeCommands(commands.Cog):
    """The commands that begin, end and take up again."""

    cafe: Cafe

    @app_commands.command(name=_L("new"), description=_L("Begin afresh here with the same characters"))
    @app_commands.rename(title=_L("title"))
    @app_commands.describe(title=_L("What the new one is called, up to 100 characters"))
    async def new(self, interaction: Asked, title: str = "") -> None:
        """They greet again and remember nothing of the one before, which is archived."""
        place_of(interaction)
        refuse_where_silent(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        asking = await asking_of(self.cafe, interaction)
        renewed = await self.cafe.conversations.lives.renew(asking, title, interaction_id=interaction.id)
        say = say_for(interaction)
        told = say(
            "A new conversation has begun: **{name}**. Its characters remember nothing of what was said here before.",
            name=called(renewed.named, say),
        )
        await answer(interaction, f"{told}\n{_replaced(renewed.before, say)}")

    @app_commands.command(name=_L("archive"), description=_L("End this conversation and keep it in your list"))
    @which
    async def archive(self, interaction: Asked, conversation: str | None = None) -> None:
        """Nobody listens any more."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        asking = await asking_of(self.cafe, interaction)
        ended = await self.cafe.conversations.lives.archive(asking, conversation)
        await answer(interaction, _ended(ended, say_for(interaction)))

    @app_commands.command(name=_L("reopen"), description=_L("Go on with an archived conversation of this channel"))
    @app_commands.rename(conversation=_L("conversation"))
    @app_commands.describe(conversation=_L("Begin to type its title"))
    async def reopen(self, interaction: Asked, conversation: str) -> None:
        """Its characters listen again, and remember."""
        place, rights = place_of(interaction), rights_of(interaction)
        refuse_where_silent(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        asking = await asking_of(self.cafe, interaction)

        def admit(character_id: UUID) -> None:
            self.cafe.places.admit(place, character_id, rights)

        back = await self.cafe.conversations.lives.reopen(asking, conversation, admit)
        say, names = say_for(interaction), ", ".join(plain(name) for name in back.characters)
        told = say("**{name}** goes on.", name=called(back.named, say))
        listening = say("These listen again: {names}.", names=names)
        nobody = say("None of its characters is left: ask one in with /character summon.")
        ended = "" if back.ended is None else f"\n{_replaced(back.ended, say)}"
        await answer(interaction, f"{told} {listening if names else nobody}{ended}")

    @reopen.autocomplete("conversation")
    async def suggest_archived(self, interaction: Asked, typed: str) -> Suggestions:
        """One's archived conversations of this channel."""
        return await suggested(interaction, typed, Which.ARCHIVED, channel_id=interaction.channel_id)


def _ended(ended: Ended, say: Say) -> str:
    name = called(ended.named, say)
    if ended.is_forgotten:
        return say("**{name}** is archived; what was said in it is forgotten, as its settings say.", name=name)
    return say(
        "**{name}** is archived: /conversation list finds it, and /conversation reopen lets it go on.", name=name
    )


def _replaced(ended: Ended, say: Say) -> str:
    name = called(ended.named, say)
    if ended.is_forgotten:
        return say(
            "The one before, **{name}**, is archived; what was said in it is forgotten, as it was set.", name=name
        )
    return say(
        "The one before, **{name}**, is archived: /conversation list finds it, and /conversation reopen lets it go on.",
        name=name,
    )
