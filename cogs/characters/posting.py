"""/character post: a forum post that a character begins."""

from __future__ import annotations

from dataclasses import dataclass

import discord
from discord import app_commands
from discord.ext import commands

from bot import limits
from bot.errors import NotAllowed
from bot.ports import Place
from bot.services.cafe import Cafe
from bot.services.talk.posts import Wish
from bot.texts import N_
from cogs.asking import Asked, admitted, guild_of, plain, say_for
from cogs.characters.parts import NO_PINGS, suggest_visible

_L = app_commands.locale_str


@dataclass(frozen=True, slots=True)
class Forum:
    """A forum that was chosen, and whether who chose it may post there."""

    id: int
    may_post: bool
    is_age_restricted: bool


class AnyForum(app_commands.Transformer):
    """An option that takes a forum, whether it is in memory or not."""

    @property
    def type(self) -> discord.AppCommandOptionType:
        """A channel."""
        return discord.AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[discord.ChannelType]:
        """What Discord offers."""
        return [discord.ChannelType.forum]

    async def transform(self, interaction: discord.Interaction, value: object, /) -> Forum:
        """The forum. Discord tells what who asks may do there: to post is Send Messages."""
        if not isinstance(value, app_commands.AppCommandChannel):
            raise TypeError(f"not a forum: {value!r}")
        return Forum(value.id, value.permissions.send_messages, value.nsfw)


ForumOption = app_commands.Transform[Forum, AnyForum]
Title = app_commands.Range[str, 1, int(limits.TITLE_MAX)]


class PostingCommands(commands.Cog):
    """The command of somebody who begins a story in a forum."""

    cafe: Cafe

    @app_commands.command(name=_L("post"), description=_L("Let a character begin a post in a forum"))
    @app_commands.rename(character=_L("character"), forum=_L("forum"), title=_L("title"))
    @app_commands.describe(
        character=_L("Begin to type its name"), forum=_L("Where"), title=_L("What the post is called")
    )
    @app_commands.autocomplete(character=suggest_visible)
    async def post(self, interaction: Asked, character: str, forum: ForumOption, title: Title) -> None:
        """Its greeting opens the post, and it listens there."""
        place = Place(guild_of(interaction), forum.id, forum.id)
        if not forum.may_post:
            raise NotAllowed("may_not_post", N_("You may not post in that forum, so nobody can begin a post for you."))
        await interaction.response.defer(ephemeral=True, thinking=True)
        by, chosen = await admitted(interaction, self.cafe, character, place, is_age_restricted=forum.is_age_restricted)
        wish = Wish(by, interaction.user.id, place, title, interaction.id)
        post = await self.cafe.posts.begin(chosen.id, wish)
        told = say_for(interaction)(
            "**{name}** began a post: {post}. It listens there.", name=plain(chosen.name), post=f"<#{post.channel_id}>"
        )
        await interaction.followup.send(told, ephemeral=True, allowed_mentions=NO_PINGS)
