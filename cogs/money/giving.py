"""The commands of money."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot import limits
from bot.errors import InvalidInput, NotAllowed
from bot.services.cafe import Cafe
from bot.services.money.gifts import Gift, GiftDraft
from bot.texts import N_
from bot.transport import heard
from cogs.asking import Asked, caller_of, say_for
from cogs.money.gift_panel import announce, for_giver
from cogs.money.plan import show_plan
from cogs.money.wallet import show_wallet
from cogs.panels import Suggestions, answer, choice, in_time

_L = app_commands.locale_str


class MoneyCog(commands.Cog):
    """/gift, /wallet, /plan."""

    def __init__(self, cafe: Cafe) -> None:
        self.cafe = cafe

    @app_commands.command(name=_L("gift"), description=_L("Give somebody tokens of yours"))
    @app_commands.rename(person=_L("person"), amount=_L("amount"), message=_L("message"), character=_L("character"))
    @app_commands.describe(
        person=_L("Who it is for; they accept it, or it goes back to you"),
        amount=_L("How many tokens, of those you bought or were given"),
        message=_L("Words to go with it; everybody here reads them"),
        character=_L("A character it is about"),
    )
    async def gift(
        self,
        interaction: Asked,
        person: discord.User,
        amount: app_commands.Range[int, 1, int(limits.GIFT_MAX)],
        message: str | None = None,
        character: str | None = None,
    ) -> None:
        """Put them into escrow, and announce it."""
        draft = GiftDraft(amount, message or "")
        refuse_recipient(interaction, person)
        self.cafe.money.gifts.check(draft)
        await interaction.response.defer(ephemeral=True, thinking=True)
        given = await self._give(interaction, person, draft, character)
        sentence, view = for_giver(given, say_for(interaction))
        await answer(interaction, sentence, view)
        await announce(interaction, self.cafe, given, person)

    @app_commands.command(name=_L("wallet"), description=_L("Your tokens: how many, where from, gifts that wait"))
    async def wallet(self, interaction: Asked) -> None:
        """Show it, for who asked only."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await show_wallet(interaction, self.cafe)

    @app_commands.command(
        name=_L("plan"), description=_L("Your plan: what it includes, what is used, what others have")
    )
    async def plan(self, interaction: Asked) -> None:
        """Show it, for who asked only."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await show_plan(interaction, self.cafe)

    @gift.autocomplete("character")
    async def suggest(self, interaction: Asked, typed: str) -> Suggestions:
        """Characters whose names begin with what was typed."""

        async def read() -> Suggestions:
            async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
                found = await self.cafe.characters.find(work, user_id, typed)
            return [choice(one.name, one.id) for one in found]

        return await in_time(read())

    async def _give(self, interaction: Asked, person: discord.User, draft: GiftDraft, character: str | None) -> Gift:
        recipient = await self.cafe.people.arrive(heard.caller(person))
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            about = None if character is None else await self.cafe.characters.chosen(work, user_id, character)
            return await self.cafe.money.gifts.give(
                work,
                user_id,
                recipient,
                GiftDraft(draft.amount, draft.message, about),
                key=f"interaction:{interaction.id}:gift",
                guild_id=interaction.guild_id,
            )


def refuse_recipient(interaction: Asked, person: discord.User | discord.Member) -> None:
    """Raise for whom Discord itself says that they can be given nothing: oneself, a bot, somebody who left."""
    if person.id == interaction.user.id:
        raise InvalidInput(
            "gift_to_oneself", N_("That is you. A gift is for somebody else; nothing was given."), field="recipient"
        )
    if person.bot:
        raise InvalidInput(
            "gift_to_bot", N_("That is a bot, which has no use for tokens. Nothing was given."), field="recipient"
        )
    if interaction.guild_id is not None and not isinstance(person, discord.Member):
        raise NotAllowed(
            "recipient_left",
            N_("They are not in this server any more. Nothing was given."),
            field="recipient",
        )
