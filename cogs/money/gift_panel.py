"""A gift as it is announced: for everybody to read, and for one person to accept."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping
from typing import Any, Self
from uuid import UUID

import discord

from bot.services.cafe import Cafe
from bot.services.money.gifts import Gift, GiftState
from bot.texts import N_, Say, Text
from bot.transport.views import LastingButton
from cogs.asking import Asked, caller_of, plain, say_for
from cogs.money.services import cafe_of
from cogs.money.wording import day, tokens
from cogs.panels import ID, NO_PINGS, answer, panel, row, words

ENDED: Mapping[GiftState, Text] = {
    GiftState.ACCEPTED: N_("It was accepted."),
    GiftState.DECLINED: N_("It was declined; the tokens are back with who gave them."),
    GiftState.TAKEN_BACK: N_("It was taken back."),
    GiftState.EXPIRED: N_("It waited too long; the tokens are back with who gave them."),
}
_STYLES = {"accept": discord.ButtonStyle.success, "decline": discord.ButtonStyle.secondary}


class GiftButton(LastingButton, template=rf"gift:{ID}:(?P<deed>accept|decline|back)"):
    """Accepts a gift, declines it, or takes it back. For anybody else there is no such gift."""

    def __init__(self, gift_id: str, deed: str, label: str) -> None:
        style = _STYLES.get(deed, discord.ButtonStyle.secondary)
        super().__init__(discord.ui.Button(label=label[:80], custom_id=f"gift:{gift_id}:{deed}", style=style))
        self.gift_id = UUID(gift_id)
        self.deed = deed

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button as it was pressed."""
        return cls(match["id"], match["deed"], "…")

    async def pressed(self, interaction: Asked) -> None:
        """Do it, and let the announcement tell so."""
        await interaction.response.defer()
        cafe, say = cafe_of(interaction), say_for(interaction)
        gift = await settle(interaction, cafe, self.gift_id, self.deed)
        await answer(interaction, told(gift, say))
        message = interaction.message
        if self.deed == "back" or (message is not None and message.flags.ephemeral):
            await interaction.edit_original_response(view=None, allowed_mentions=NO_PINGS)
            await _mend(interaction, gift)
        else:
            await interaction.edit_original_response(view=announcement(gift, _say_there(interaction)))


ITEMS = (GiftButton,)


async def settle(interaction: Asked, cafe: Cafe, gift_id: UUID, deed: str) -> Gift:
    """Accept, decline or take back in the name of who asks. Raises `UserError`."""
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        match deed:
            case "accept":
                return await cafe.money.gifts.accept(work, user_id, gift_id)
            case "decline":
                return await cafe.money.gifts.decline(work, user_id, gift_id)
            case _:
                return await cafe.money.gifts.take_back(work, user_id, gift_id)


async def settle_elsewhere(interaction: Asked, cafe: Cafe, gift_id: UUID, deed: str) -> Gift:
    """As `settle`, from another place than the announcement, which is mended too where that can be done."""
    gift = await settle(interaction, cafe, gift_id, deed)
    await _mend(interaction, gift)
    return gift


def told(gift: Gift, say: Say) -> str:
    """What who settled a gift is told."""
    amount, name = tokens(gift.amount, say), plain(gift.other_name or say("somebody"))
    match gift.state:
        case GiftState.ACCEPTED:
            return say("You have {tokens} more, from {name}.", tokens=amount, name=name)
        case GiftState.DECLINED:
            return say("Declined. {tokens} went back to {name}.", tokens=amount, name=name)
        case _:
            return say("Taken back. You have your {tokens} again.", tokens=amount)


def announcement(gift: Gift, say: Say) -> discord.ui.LayoutView:
    """The gift for everybody, with buttons while it waits. Pure."""
    giver = plain(gift.sender_name or say("Somebody"))
    to = f"<@{gift.recipient_discord_id}>" if gift.recipient_discord_id else plain(gift.recipient_name or "…")
    line = say("**{giver}** gives {person} **{tokens}**.", giver=giver, person=to, tokens=tokens(gift.amount, say))
    items: list[discord.ui.Item[Any]] = [words(f"🎁 {line}")]
    if gift.message:
        items.append(words("\n".join(f"> {plain(one)}" for one in gift.message.splitlines())))
    if gift.character_name:
        items.append(words("-# " + say("Because of {character}", character=plain(gift.character_name))))
    if gift.is_open:
        which = str(gift.id)
        items.append(row(GiftButton(which, "accept", say("Accept")), GiftButton(which, "decline", say("Decline"))))
        items.append(words("-# " + say("Only they can accept it, until {day}.", day=day(gift.expires_at))))
    else:
        items.append(words("-# " + say(ENDED[gift.state])))
    return panel(*items)


def for_giver(gift: Gift, say: Say) -> tuple[str, discord.ui.View]:
    """What the giver alone reads, with a way to take it back."""
    sentence = say(
        "For {name}: {tokens}. They can accept until {day}; then it all is yours again.",
        tokens=tokens(gift.amount, say),
        name=plain(gift.recipient_name or "…"),
        day=day(gift.expires_at),
    )
    view = discord.ui.View(timeout=None)
    view.add_item(GiftButton(str(gift.id), "back", say("Take it back")))
    return sentence, view


def _say_there(interaction: Asked) -> Say:
    """The language of what everybody reads: the server's, else that of who asks."""
    return Say(str(interaction.guild_locale)) if interaction.guild_locale else say_for(interaction)


async def announce(interaction: Asked, cafe: Cafe, gift: Gift, person: discord.User | discord.Member) -> None:
    """Tell who is given something: by a direct message, else by a ping here; and everybody here, without one."""
    chosen = cafe.people.language(person.id)
    is_told = await _sent(person, announcement(gift, Say(chosen) if chosen else _say_there(interaction)))
    pings = NO_PINGS if is_told else discord.AllowedMentions(everyone=False, roles=False, users=[person])
    layout = announcement(gift, _say_there(interaction))
    posted = await interaction.followup.send(view=layout, allowed_mentions=pings, wait=True)
    async with cafe.people.at_work(caller_of(interaction)) as (_, work):
        await cafe.money.gifts.announced(work, gift.id, posted.channel.id, posted.id)


async def _sent(person: discord.User | discord.Member, layout: discord.ui.LayoutView) -> bool:
    """Whether a direct message arrived. Many take none, which is theirs to decide."""
    try:
        await person.send(view=layout, allowed_mentions=NO_PINGS)
    except (discord.HTTPException, OSError):
        return False
    return True


async def _mend(interaction: Asked, gift: Gift) -> None:
    """Let the announcement tell how the gift ended, as far as the bot can still change it."""
    if gift.channel_id is None or gift.message_id is None:
        return
    message = interaction.client.get_partial_messageable(gift.channel_id).get_partial_message(gift.message_id)
    with contextlib.suppress(discord.HTTPException, OSError):
        await message.edit(view=announcement(gift, _say_there(interaction)), allowed_mentions=NO_PINGS)
