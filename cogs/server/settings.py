"""/server: what admins decide for their server, a channel, or a character there."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot import limits
from bot.errors import UserError
from bot.services.cafe import Cafe
from bot.services.talk.places import AdultRule, DeliveryMode, Listen, PlaceRules, PlaceValues, Summoners
from bot.services.wellbeing.floor_words import floor_lines
from bot.texts import LANGUAGE_NAMES, Say, available_languages
from bot.transport.views import CafeView
from cogs.asking import Asked, caller_of, guild_of, in_our_servers, say_for
from cogs.panels import suggested_zones
from cogs.server import wording
from cogs.server.floors import set_floors
from cogs.server.levels import (
    Channel,
    ChannelOption,
    known_character,
    level_of,
    name_of,
    place_in,
    require_admin,
    suggested,
)
from cogs.server.roles import roles_menu

_L = app_commands.locale_str
NO_PINGS = discord.AllowedMentions.none()
COLOUR = discord.Colour.from_str("#c8763a")

_YES_NO = [app_commands.Choice(name=_L("yes"), value="yes"), app_commands.Choice(name=_L("no"), value="no")]
_WHO = [app_commands.Choice(name=_L(str(text)), value=one.value) for one, text in wording.SUMMONERS.items()]
_ADULT = [app_commands.Choice(name=_L(str(text)), value=one.value) for one, text in wording.ADULT.items()]
_LISTEN = [app_commands.Choice(name=_L(str(text)), value=one.value) for one, text in wording.LISTEN.items()]
_DELIVERY = [app_commands.Choice(name=_L(str(text)), value=one.value) for one, text in wording.DELIVERY.items()]
_LANGUAGES = [
    app_commands.Choice(name=LANGUAGE_NAMES.get(tag, tag), value=tag)
    for tag in available_languages()[: limits.CHOICES_MAX]
]


def _for_level(command: Any) -> Any:
    """Name and describe the two options that choose a level."""
    command = app_commands.rename(channel=_L("channel"), character=_L("character"))(command)
    return app_commands.describe(
        channel=_L("Only for this channel or thread"), character=_L("Only for this character on this server")
    )(command)


@app_commands.default_permissions(manage_guild=True)
@in_our_servers
class ServerCog(
    commands.GroupCog, group_name=_L("server"), group_description=_L("For admins: where and how characters speak")
):
    """The commands of /server. A value that is left out is taken from the level above again."""

    def __init__(self, cafe: Cafe) -> None:
        self.cafe = cafe
        super().__init__()

    async def interaction_check(self, interaction: discord.Interaction[Any], /) -> bool:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Refuse whoever may not manage the server; Discord's own settings can show them the commands."""
        try:
            require_admin(interaction)
        except UserError as refusal:
            # What is not discord.py's own error would be lost between the check and the border.
            raise app_commands.CommandInvokeError(self.show, refusal) from refusal
        return True

    @app_commands.command(name=_L("show"), description=_L("What holds here, and where each value comes from"))
    @_for_level
    async def show(
        self, interaction: Asked, channel: ChannelOption | None = None, character: str | None = None
    ) -> None:
        """Every setting as it works out in a place."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        say, place = say_for(interaction), place_in(interaction, channel)
        of, name = (None, None) if character is None else await known_character(interaction, self.cafe, character)
        rules = self.cafe.places.rules(place, of)
        embed = discord.Embed(title=say("What holds here"), colour=COLOUR)
        where = f"<#{place.channel_id}>" if name is None else f"<#{place.channel_id}> · {name}"
        first = await self._first(interaction, rules, say)
        embed.description = "\n".join((where, "", *wording.lines(rules, say, first=first)))
        if members := floor_lines(rules, say):
            embed.add_field(name=say("For everybody in this server"), value="\n".join(members), inline=False)
        if others := await self._exceptions(interaction, say):
            embed.add_field(name=say("With settings of their own"), value=others, inline=False)
        await interaction.followup.send(embed=embed, ephemeral=True, allowed_mentions=NO_PINGS)

    @app_commands.command(name=_L("speaking"), description=_L("Whether characters may speak"))
    @app_commands.rename(allowed=_L("allowed"))
    @app_commands.describe(allowed=_L("Leave out to take it from the level above"))
    @app_commands.choices(allowed=_YES_NO)
    @_for_level
    async def speaking(
        self,
        interaction: Asked,
        allowed: str | None = None,
        channel: ChannelOption | None = None,
        character: str | None = None,
    ) -> None:
        """Where characters may speak."""
        await self._set(interaction, "may_speak", PlaceValues(may_speak=_yes(allowed)), channel, character)

    @app_commands.command(name=_L("summoning"), description=_L("Who may ask characters in"))
    @app_commands.rename(who=_L("who"))
    @app_commands.describe(who=_L("Leave out to take it from the level above"))
    @app_commands.choices(who=_WHO)
    @_for_level
    async def summoning(
        self,
        interaction: Asked,
        who: str | None = None,
        channel: ChannelOption | None = None,
        character: str | None = None,
    ) -> None:
        """Who may summon; roles are chosen in a menu."""
        summoners = None if who is None else Summoners(who)
        if summoners is Summoners.ROLES:
            await self._ask_roles(interaction, channel, character)
            return
        values = PlaceValues(summoners=summoners, summoner_role_ids=None)
        await self._set(interaction, "summoners", values, channel, character)

    @app_commands.command(name=_L("adult"), description=_L("Where characters for adults may speak"))
    @app_commands.rename(where=_L("where"))
    @app_commands.describe(where=_L("Leave out to take it from the level above"))
    @app_commands.choices(where=_ADULT)
    @_for_level
    async def adult(
        self,
        interaction: Asked,
        where: str | None = None,
        channel: ChannelOption | None = None,
        character: str | None = None,
    ) -> None:
        """The rule for adults."""
        values = PlaceValues(adult=None if where is None else AdultRule(where))
        await self._set(interaction, "adult", values, channel, character)

    @app_commands.command(name=_L("listening"), description=_L("Which messages characters answer"))
    @app_commands.rename(mode=_L("mode"), percent=_L("percent"))
    @app_commands.describe(
        mode=_L("Leave out to take it from the level above"), percent=_L("By chance: of how many in 100, 1 to 100")
    )
    @app_commands.choices(mode=_LISTEN)
    @_for_level
    async def listening(
        self,
        interaction: Asked,
        mode: str | None = None,
        percent: int | None = None,
        channel: ChannelOption | None = None,
        character: str | None = None,
    ) -> None:
        """What is answered beyond what is said to a character."""
        values = PlaceValues(listen=None if mode is None else Listen(mode), chance_percent=percent)
        await self._set(interaction, "listen", values, channel, character)

    @app_commands.command(name=_L("bots"), description=_L("Whether characters answer other bots"))
    @app_commands.rename(answered=_L("answered"))
    @app_commands.describe(answered=_L("Leave out to take it from the level above"))
    @app_commands.choices(answered=_YES_NO)
    @_for_level
    async def bots(
        self,
        interaction: Asked,
        answered: str | None = None,
        channel: ChannelOption | None = None,
        character: str | None = None,
    ) -> None:
        """Whether other bots are answered."""
        await self._set(interaction, "answers_bots", PlaceValues(answers_bots=_yes(answered)), channel, character)

    @app_commands.command(name=_L("banter"), description=_L("How much characters may say to each other"))
    @app_commands.rename(lines=_L("lines"))
    @app_commands.describe(lines=_L("Lines until a person must speak, 0 to 6; leave out: the level above"))
    @_for_level
    async def banter(
        self,
        interaction: Asked,
        lines: int | None = None,
        channel: ChannelOption | None = None,
        character: str | None = None,
    ) -> None:
        """The cap that only a person resets."""
        await self._set(interaction, "banter", PlaceValues(banter=lines), channel, character)

    @app_commands.command(name=_L("rate"), description=_L("How many answers a person may have in a minute"))
    @app_commands.rename(answers=_L("answers"))
    @app_commands.describe(answers=_L("For each person in each channel, 1 to 60; leave out: the level above"))
    @_for_level
    async def rate(
        self,
        interaction: Asked,
        answers: int | None = None,
        channel: ChannelOption | None = None,
        character: str | None = None,
    ) -> None:
        """Answers a minute."""
        values = PlaceValues(replies_per_minute=answers)
        await self._set(interaction, "replies_per_minute", values, channel, character)

    @app_commands.command(name=_L("default"), description=_L("Who comes when I am mentioned and nobody is here"))
    @app_commands.rename(character=_L("character"), channel=_L("channel"))
    @app_commands.describe(
        character=_L("Leave out to take it from the level above"), channel=_L("Only for this channel or thread")
    )
    async def default(
        self, interaction: Asked, character: str | None = None, channel: ChannelOption | None = None
    ) -> None:
        """Who answers first."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        chosen = None if character is None else (await known_character(interaction, self.cafe, character))[0]
        await self._set(interaction, "default_character_id", PlaceValues(default_character_id=chosen), channel, None)

    @app_commands.command(name=_L("language"), description=_L("The language of what I say to everybody"))
    @app_commands.rename(language=_L("language"))
    @app_commands.describe(language=_L("Leave out to take it from the level above"))
    @_for_level
    async def language(
        self,
        interaction: Asked,
        language: str | None = None,
        channel: ChannelOption | None = None,
        character: str | None = None,
    ) -> None:
        """The language of public notices."""
        await self._set(interaction, "language", PlaceValues(language=language), channel, character)

    @app_commands.command(name=_L("delivery"), description=_L("How answers appear while they are written"))
    @app_commands.rename(how=_L("how"))
    @app_commands.describe(how=_L("Leave out to take it from the level above"))
    @app_commands.choices(how=_DELIVERY)
    @_for_level
    async def delivery(
        self,
        interaction: Asked,
        how: str | None = None,
        channel: ChannelOption | None = None,
        character: str | None = None,
    ) -> None:
        """One growing message, or finished paragraphs."""
        values = PlaceValues(delivery=None if how is None else DeliveryMode(how))
        await self._set(interaction, "delivery", values, channel, character)

    @app_commands.command(name=_L("limits"), description=_L("Minutes a day, a night and breaks for everybody here"))
    @app_commands.rename(minutes=_L("minutes"), night=_L("night"), breaks=_L("breaks"), zone=_L("zone"))
    @app_commands.describe(
        minutes=_L("Active minutes a day in this server, such as 60; off lifts it"),
        night=_L("Hours in which characters rest, such as 23:00-07:00; off lifts it"),
        breaks=_L("After how many minutes a break is suggested; off lifts it"),
        zone=_L("The time zone of the server, such as Europe/Madrid"),
    )
    async def floors(
        self,
        interaction: Asked,
        minutes: str | None = None,
        night: str | None = None,
        breaks: str | None = None,
        zone: str | None = None,
    ) -> None:
        """A floor under members' own limits."""
        await set_floors(interaction, self.cafe, minutes, night, breaks, zone)

    @app_commands.command(name=_L("reset"), description=_L("Forget every setting of a level"))
    @_for_level
    async def reset(
        self, interaction: Asked, channel: ChannelOption | None = None, character: str | None = None
    ) -> None:
        """The level says nothing any more."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        say = say_for(interaction)
        level = await level_of(interaction, self.cafe, say, channel, character)
        was = await self.cafe.places.reset(level.guild_id, channel_id=level.channel_id, character_id=level.character_id)
        if was:
            told = say("The settings of {level} are forgotten; the level above holds again.", level=level.called)
        else:
            told = say("There were no settings of {level}.", level=level.called)
        await interaction.followup.send(told, ephemeral=True, allowed_mentions=NO_PINGS)

    @show.autocomplete("character")
    @speaking.autocomplete("character")
    @summoning.autocomplete("character")
    @adult.autocomplete("character")
    @listening.autocomplete("character")
    @bots.autocomplete("character")
    @banter.autocomplete("character")
    @rate.autocomplete("character")
    @default.autocomplete("character")
    @language.autocomplete("character")
    @delivery.autocomplete("character")
    @reset.autocomplete("character")
    async def suggest(self, interaction: Asked, typed: str) -> list[app_commands.Choice[str]]:
        """Characters here, then those the admin could summon."""
        return await suggested(interaction, self.cafe, typed)

    @floors.autocomplete("zone")
    async def suggest_zone(self, interaction: Asked, typed: str) -> list[app_commands.Choice[str]]:
        """Zones that hold what was typed."""
        return suggested_zones(typed)

    @language.autocomplete("language")
    async def suggest_language(self, interaction: Asked, typed: str) -> list[app_commands.Choice[str]]:
        """The languages there are, by their own names."""
        return [one for one in _LANGUAGES if typed.casefold() in f"{one.name} {one.value}".casefold()]

    async def _set(
        self, interaction: Asked, setting: str, values: PlaceValues, channel: Channel | None, character: str | None
    ) -> None:
        """Keep a value at the level meant, and say what holds there now."""
        if not interaction.response.is_done():
            await interaction.response.defer(ephemeral=True, thinking=True)
        say = say_for(interaction)
        level = await level_of(interaction, self.cafe, say, channel, character)
        by = await self.cafe.people.arrive(caller_of(interaction))
        await self.cafe.places.change(
            by, level.guild_id, values, channel_id=level.channel_id, character_id=level.character_id
        )
        rules = self.cafe.places.rules(place_in(interaction, channel), level.character_id)
        first = await self._first(interaction, rules, say)
        told = say(
            "Kept for {level}. **{setting}:** {value} · *{origin}*",
            level=level.called,
            setting=say(wording.LABELS[setting]),
            value=wording.value_of(setting, rules, say, first=first),
            origin=say(wording.LEVELS[rules.ruling(setting).level]),
        )
        await interaction.followup.send(told, ephemeral=True, allowed_mentions=NO_PINGS)

    async def _ask_roles(self, interaction: Asked, channel: Channel | None, character: str | None) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        say = say_for(interaction)
        level = await level_of(interaction, self.cafe, say, channel, character)
        view = CafeView(timeout=None)
        view.add_item(roles_menu(level, say("Roles that may summon")))
        told = say("Choose the roles that may summon for {level}. Nothing changes before you do.", level=level.called)
        await interaction.followup.send(told, view=view, ephemeral=True, allowed_mentions=NO_PINGS)

    async def _first(self, interaction: Asked, rules: PlaceRules, say: Say) -> str | None:
        first = rules.default_character_id
        return None if first is None else await name_of(interaction, self.cafe, first, say)

    async def _exceptions(self, interaction: Asked, say: Say) -> str:
        """The channels and characters with settings of their own, as many as one screen holds."""
        found = self.cafe.places.exceptions(guild_of(interaction))
        named: list[str] = []
        for channel_id, character_id in found[: limits.LIST_PAGE]:
            if character_id is None:
                named.append(f"<#{channel_id}>")
            else:
                named.append(await name_of(interaction, self.cafe, character_id, say))
        if len(found) > len(named):
            named.append(say("and {n} more", n=len(found) - len(named)))
        return ", ".join(named)


def _yes(typed: str | None) -> bool | None:
    return None if typed is None else typed == "yes"
