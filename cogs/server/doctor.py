"""/doctor: why a character is silent here, and what would make it answer."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.errors import Closed, StageClosed
from bot.ports import Place
from bot.services.cafe import Cafe
from bot.services.talk.gates import explanation
from bot.services.talk.heed import Present
from bot.services.talk.places import Listen, PlaceRules
from bot.texts import Say
from bot.transport.border import stage_sentence
from bot.transport.examining import Examined, examine
from cogs.asking import Asked, in_our_servers, plain, present_choices, say_for
from cogs.server.levels import known_character, place_in

_L = app_commands.locale_str
NO_PINGS = discord.AllowedMentions.none()
COLOUR = discord.Colour.from_str("#c8763a")

_REASONS = {reason.value: reason for reason in Closed}


class DoctorCog(commands.Cog):
    """/doctor."""

    def __init__(self, cafe: Cafe) -> None:
        self.cafe = cafe

    @app_commands.command(name=_L("doctor"), description=_L("Why a character is silent here, and what helps"))
    @app_commands.rename(character=_L("character"))
    @app_commands.describe(character=_L("Leave out to ask about everybody here"))
    @in_our_servers
    async def doctor(self, interaction: Asked, character: str | None = None) -> None:
        """Everything that stands in the way, in order; seen by who asks only."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        say, place = say_for(interaction), place_in(interaction, None)
        found = await examine(
            interaction.channel, interaction.guild, interaction.app_permissions, us=interaction.client.application_id
        )
        absent: str | None = None
        here = self.cafe.turns.listeners(place.channel_id)
        if character is not None:
            chosen, name = await known_character(interaction, self.cafe, character)
            here = tuple(one for one in here if one.character_id == chosen)
            absent = None if here else name
        embed = discord.Embed(title=say("What stands in the way here"), colour=COLOUR)
        embed.description = _numbered(_of_place(self.cafe, interaction, place, found, say))
        if absent is not None:
            embed.add_field(name=plain(absent), value=_absent(say), inline=False)
        for one in here:
            told = _of_character(self.cafe, interaction, place, one, found, say)
            embed.add_field(name=plain(one.name), value=_numbered(told), inline=False)
        await interaction.followup.send(embed=embed, ephemeral=True, allowed_mentions=NO_PINGS)

    @doctor.autocomplete("character")
    async def suggest(self, interaction: Asked, typed: str) -> list[app_commands.Choice[str]]:
        """The characters in this channel."""
        return present_choices(self.cafe, interaction, typed)


def _of_place(cafe: Cafe, interaction: Asked, place: Place, found: Examined, say: Say) -> list[str]:
    """What holds every character back here, the worst first."""
    told = [f"❌ {stage_sentence(closed, say)}" for closed in found.closed]
    known = {closed.reason for closed in found.closed}
    room = cafe.turns.room(place.channel_id)
    held = cafe.turns.gates.verdict(room, None, found.around, place=place, discord_id=interaction.user.id)
    told += [f"❌ {say(explanation(one), **one.values)}" for one in held]
    for trouble in cafe.turns.troubles.of(place.channel_id):
        if (reason := _REASONS.get(trouble.reason)) is not None and reason not in known:
            missing = tuple(name for name in trouble.detail.split(",") if name)
            sentence = stage_sentence(StageClosed(reason, permissions=missing), say)
            since = discord.utils.format_dt(trouble.told_at, "R")
            told.append(say("❌ Last time somebody wanted to speak ({when}): {trouble}", when=since, trouble=sentence))
    if found.useful:
        names = ", ".join(f"**{name.replace('_', ' ').title()}**" for name in found.useful)
        told.append(say("⚠️ Some things do not work without the permission {permissions}.", permissions=names))
    if not interaction.client.reads_messages:
        told.append(
            say(
                "⚠️ Discord does not let me read messages here. Mention me, reply to a character, or use /say; whoever "
                "runs the bot can switch on the Message Content Intent."
            )
        )
    return told or [say("✅ Nothing. Characters can speak in this channel.")]


def _of_character(cafe: Cafe, interaction: Asked, place: Place, one: Present, found: Examined, say: Say) -> list[str]:
    """What holds this character back beyond what holds all back, and what makes it answer."""
    room, gates = cafe.turns.room(place.channel_id), cafe.turns.gates
    shared = {held.reason for held in gates.verdict(room, None, found.around, place=place)}
    held = gates.verdict(room, one, found.around, place=place)
    told = [f"❌ {say(explanation(closed), **closed.values)}" for closed in held if closed.reason not in shared]
    if told:
        return told
    lines = _answers(cafe.places.rules(place, one.character_id), one, say)
    if shared or found.closed:
        # A tick beside “characters do not speak here” would say the opposite of what is so.
        return [say("⏸️ Silent because of what stands above. Otherwise:"), *lines]
    return [f"✅ {line}" for line in lines]


def _answers(rules: PlaceRules, one: Present, say: Say) -> list[str]:
    """What a character answers here."""
    told = [say("Answers when you write its name ({names}), reply to it, or mention me.", names=_names(one))]
    if rules.listen is Listen.ALWAYS:
        told.append(say("Answers every other message here too."))
    elif rules.listen is Listen.CHANCE:
        told.append(say("Answers about {percent} of 100 other messages here too.", percent=rules.chance_percent))
    if rules.banter:
        told.append(say("Answers other characters, up to {n} lines until a person writes.", n=rules.banter))
    if rules.answers_bots:
        told.append(say("Answers other bots that speak to it."))
    return told


def _names(one: Present) -> str:
    return ", ".join(f"**{plain(name)}**" for name in one.names)


def _absent(say: Say) -> str:
    return say("❌ Is not in this channel. Ask it in with /character summon.")


def _numbered(lines: list[str]) -> str:
    return "\n".join(f"{number}. {line}" for number, line in enumerate(lines, 1))
