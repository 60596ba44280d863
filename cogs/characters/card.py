"""A character looked at: its card, and what one may do with it."""

from __future__ import annotations

import io
from uuid import UUID

import discord

from bot.services.cafe import Cafe
from bot.services.characters import Behind, Card
from bot.services.characters.directory import Opinion
from bot.services.characters.parts import NAMES
from bot.texts import Say
from bot.transport.views import CafeView
from cogs.asking import Asked, caller_of, is_age_restricted, plain, say_for
from cogs.characters.panel import SummonButton
from cogs.characters.parts import BUTTON, COLOUR, NO_PINGS, CharacterButton, short, view_of
from cogs.characters.texts import amount
from cogs.characters.words import in_words

_FACE = "face.png"


class LikeButton(CharacterButton, template=BUTTON + r"like"):
    """Likes the character above, or takes that back."""

    verb = "like"

    async def pressed(self, interaction: Asked, cafe: Cafe) -> None:
        """Count anew."""
        await interaction.response.defer()
        async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            await cafe.characters.directory.like(work, user_id, self.character_id)
        await _redraw(interaction, cafe, self.character_id)


class FavoriteButton(CharacterButton, template=BUTTON + r"favorite"):
    """Keeps the character above among one's favourites, or takes it out."""

    verb = "favorite"

    async def pressed(self, interaction: Asked, cafe: Cafe) -> None:
        """Count anew."""
        await interaction.response.defer()
        async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            await cafe.characters.directory.favorite(work, user_id, self.character_id)
        await _redraw(interaction, cafe, self.character_id)


ITEMS = (LikeButton, FavoriteButton)


async def look(interaction: Asked, cafe: Cafe, typed: str) -> None:
    """Answer a deferred interaction with the card of the character meant."""
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        chosen = await cafe.characters.chosen(work, user_id, typed)
        card = await cafe.characters.card(work, user_id, chosen, adults=is_age_restricted(interaction))
    say = say_for(interaction)
    sha256 = card.character.picture_sha256
    png = await cafe.characters.pictures.read(sha256) if sha256 else None
    file = discord.File(io.BytesIO(png), filename=_FACE) if png else discord.utils.MISSING
    await interaction.followup.send(
        embed=drawn(card, say, has_face=png is not None),
        view=_doing(card, say),
        file=file,
        ephemeral=True,
        allowed_mentions=NO_PINGS,
    )


async def _redraw(interaction: Asked, cafe: Cafe, character_id: UUID) -> None:
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        card = await cafe.characters.card(work, user_id, character_id)
    say = say_for(interaction)
    has_face = interaction.message is not None and bool(interaction.message.attachments)
    await interaction.edit_original_response(
        embed=drawn(card, say, has_face=has_face), view=_doing(card, say), allowed_mentions=NO_PINGS
    )


def drawn(card: Card, say: Say, *, has_face: bool = False) -> discord.Embed:
    """The card. What is behind a character is on it for its maker alone."""
    one = card.character
    embed = discord.Embed(title=_title(card), description=plain(one.description) or None, colour=COLOUR)
    if has_face:
        embed.set_thumbnail(url=f"attachment://{_FACE}")
    if one.greeting:
        embed.add_field(name=say("Greeting"), value=short(one.greeting, 1024), inline=False)
    traits = in_words(one, say)
    if traits:
        embed.add_field(name=say("Traits"), value=traits, inline=False)
    if card.notes:
        embed.add_field(name=say("Notes by its maker"), value=plain(short(card.notes, 1000)), inline=False)
    if one.tags:
        embed.add_field(name=say("Tags"), value=plain(", ".join(one.tags)), inline=False)
    if card.behind is not None:
        _add_behind(embed, card.behind, say)
    embed.add_field(name=say("Made by"), value=f"<@{card.maker_id}>" if card.maker_id else plain(card.maker))
    embed.add_field(name=say("Who may meet it"), value=_whom(card, say))
    embed.set_footer(text=_thought(card.opinion, say))
    return embed


def _title(card: Card) -> str:
    one = card.character
    return f"{plain(one.name)} ({plain(one.nickname)})" if one.nickname else plain(one.name)


def _whom(card: Card, say: Say) -> str:
    one = card.character
    if not one.is_public:
        return say("only its maker, for adults") if one.is_adult else say("only its maker")
    published = f"<t:{int(one.published_at.timestamp())}:D>" if one.published_at else ""
    return " · ".join(filter(None, (say("adults") if one.is_adult else say("everybody"), published)))


def _add_behind(embed: discord.Embed, behind: Behind, say: Say) -> None:
    embed.add_field(
        name=say("Instructions (seen by you alone)"), value=plain(short(behind.instructions, 300)) or "—", inline=False
    )
    if behind.parts:
        told = [f"{say(NAMES[part])}: {amount(part, count, say)}" for part, count in behind.parts]
        embed.add_field(name=say("Texts (/character edit)"), value=short(" · ".join(told), 1024), inline=False)
    if behind.phrases:
        embed.add_field(name=say("Phrases"), value=plain(short(" / ".join(behind.phrases), 300)), inline=False)
    embed.add_field(name=say("Model"), value=voice(behind, say))


def voice(behind: Behind, say: Say) -> str:
    """Which model a character speaks with, and how boldly."""
    model = plain(f"{behind.provider}/{behind.model}") if behind.model else say("the house's own")
    if behind.temperature is None:
        return model
    return say("{model}, temperature {temperature}", model=model, temperature=f"{behind.temperature:g}")


def _thought(opinion: Opinion, say: Say) -> str:
    parts = [
        say.plural("{n} like", "{n} likes", opinion.likes),
        say.plural("favorite of {n}", "favorite of {n}", opinion.favorites),
    ]
    if opinion.stars is not None:
        parts.append(say("rated {stars} of 5 by {raters}", stars=f"{opinion.stars:.1f}", raters=opinion.raters))
    return " · ".join(parts)


def _doing(card: Card, say: Say) -> CafeView:
    one = card.character
    items: list[CharacterButton] = [SummonButton(one.id, say("Summon {name} here", name=one.name))]
    if card.behind is None:
        items.append(LikeButton(one.id, say("Take the like back") if card.opinion.is_liked else say("Like")))
    kept = card.opinion.is_favorite
    items.append(FavoriteButton(one.id, say("Remove from favorites") if kept else say("Add to favorites")))
    return view_of(*items)
