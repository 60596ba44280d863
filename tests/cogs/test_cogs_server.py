"""/server and /doctor, as admins and others use them."""

from typing import Any

import discord
import pytest
import simcord

from bot.ports import Place
from bot.services.talk.places import (
    HOUSE,
    AdultRule,
    DeliveryMode,
    Level,
    Listen,
    PlaceRules,
    Summoners,
)
from tests.cogs.conftest import Town
from tests.cogs.test_cogs_characters import create, last, summon, words
from tests.services.test_services_turns import rows


def here(town: Town) -> Place:
    return Place(town.guild.id, town.channel.id, town.channel.id)


def rules(town: Town) -> PlaceRules:
    return town.program.places.rules(here(town))


async def server(town: Town, command: str, /, actor: simcord.MemberActor | None = None, **options: Any) -> str:
    """What an admin is told."""
    return words(await (actor or town.owner).slash(town.channel, f"server {command}", **options))


async def shown(town: Town, actor: simcord.MemberActor | None = None, **options: Any) -> str:
    result = await (actor or town.owner).slash(town.channel, "server show", **options)
    return str(last(result).embeds[0].to_dict())


@pytest.mark.parametrize(
    ("command", "options", "field", "value", "told"),
    [
        ("speaking", {"allowed": "no"}, "may_speak", False, "**Characters may speak:** no"),
        ("summoning", {"who": "managers"}, "summoners", Summoners.MANAGERS, "who may manage messages"),
        ("adult", {"where": "never"}, "adult", AdultRule.NEVER, "**Characters for adults:** nowhere"),
        ("listening", {"mode": "always"}, "listen", Listen.ALWAYS, "every message"),
        ("listening", {"percent": 25}, "chance_percent", 25, "what is said to them"),
        ("bots", {"answered": "yes"}, "answers_bots", True, "**They answer other bots:** yes"),
        ("banter", {"lines": 4}, "banter", 4, "**Lines to each other:** 4"),
        ("rate", {"answers": 5}, "replies_per_minute", 5, "5 for each person in each channel"),
        ("language", {"language": "es"}, "language", "es", "**Language of notices:** Español"),
        ("delivery", {"how": "paragraphs"}, "delivery", DeliveryMode.PARAGRAPHS, "finished paragraphs"),
    ],
)
async def test_each_setting_is_set_shown_and_left_to_the_level_above_again(
    town: Town, command: str, options: dict[str, Any], field: str, value: object, told: str
) -> None:
    before = await shown(town)
    assert told in await server(town, command, **options)
    assert getattr(rules(town), field) == value
    assert rules(town).origin[field] is Level.SERVER
    others = {name for name, level in rules(town).origin.items() if level is not Level.HOUSE}
    assert others == {field}
    assert (await shown(town) != before) is (field != "chance_percent")
    assert "Kept for this server" in await server(town, command)
    assert rules(town) is HOUSE
    assert await shown(town) == before


async def test_every_level_shows_where_its_value_comes_from(town: Town) -> None:
    await create(town, town.robin)
    await summon(town, town.robin)
    assert "*as usual*" in await shown(town)
    await server(town, "banter", lines=2)
    assert "**Lines to each other:** 2 · *this server*" in await shown(town)
    await server(town, "banter", lines=3, channel=town.channel)
    assert "**Lines to each other:** 3 · *this channel*" in await shown(town)
    assert "this character" in await server(town, "banter", lines=4, character="Mira")
    assert "**Lines to each other:** 4 · *this character*" in await shown(town, character="Mira")
    seen = await shown(town)
    assert "**Lines to each other:** 3 · *this channel*" in seen
    assert f"<#{town.channel.id}>, Mira" in seen
    other = town.guild.create_text_channel("parlour")
    await town.env.settle()
    assert "**Lines to each other:** 2 · *this server*" in await shown(town, channel=other)


async def test_levels_are_reset_one_by_one(town: Town) -> None:
    await create(town, town.robin)
    await summon(town, town.robin)
    await server(town, "rate", answers=2)
    await server(town, "rate", answers=3, channel=town.channel)
    await server(town, "rate", answers=4, character="Mira")
    assert "of **Mira** are forgotten" in await server(town, "reset", character="Mira")
    assert "There were no settings of **Mira**" in await server(town, "reset", character="Mira")
    assert rules(town).replies_per_minute == 3
    assert "are forgotten" in await server(town, "reset", channel=town.channel)
    assert rules(town).replies_per_minute == 2
    assert "this server are forgotten" in await server(town, "reset")
    assert rules(town) is HOUSE


async def test_roles_that_may_summon_are_chosen_in_a_menu(town: Town) -> None:
    readers, writers = town.guild.create_role("Readers"), town.guild.create_role("Writers")
    await town.env.settle()
    asked = await town.owner.slash(town.channel, "server summoning", who="roles", channel=town.channel)
    assert "Nothing changes before you do" in words(asked)
    assert rules(town) is HOUSE
    chosen = await town.owner.select(last(asked), [readers, writers])
    await town.env.settle()
    assert chosen.response is None or chosen.response.ephemeral
    assert rules(town).summoners is Summoners.ROLES
    assert set(rules(town).summoner_role_ids) == {readers.id, writers.id}
    assert rules(town).origin["summoners"] is Level.CHANNEL
    assert f"<@&{readers.id}>" in await shown(town)
    await server(town, "summoning", who="everyone", channel=town.channel)
    assert rules(town).summoner_role_ids == ()


async def test_who_answers_first_is_a_character_known_here(town: Town) -> None:
    await create(town, town.robin)
    assert words(await town.owner.slash(town.channel, "server default", character="Mira")) == (
        "There is no such character. Pick one from the suggestions."
    )
    await summon(town, town.robin)
    (choice,) = await town.owner.autocomplete(town.channel, "server default", "character", "mi")
    assert "**Who comes when I am mentioned:** Mira" in await server(town, "default", character=choice["value"])
    assert str(rules(town).default_character_id) == choice["value"]
    assert "**Who comes when I am mentioned:** nobody" in await server(town, "default")
    assert rules(town) is HOUSE


@pytest.mark.parametrize(
    ("command", "options", "sentence"),
    [
        ("banter", {"lines": 7}, "Lines in a row: choose a whole number from 0 to 6; you chose 7."),
        ("banter", {"lines": -1}, "Lines in a row: choose a whole number from 0 to 6; you chose -1."),
        ("rate", {"answers": 0}, "Replies a minute: choose a whole number from 1 to 60; you chose 0."),
        ("rate", {"answers": 2**53 - 1}, "Replies a minute: choose a whole number from 1 to 60"),
        ("listening", {"percent": 0}, "Chance: choose a whole number from 1 to 100; you chose 0."),
        (
            "listening",
            {"mode": "chance", "percent": 101},
            "Chance: choose a whole number from 1 to 100; you chose 101.",
        ),
        ("language", {"language": "tlh"}, "There is no language “tlh” here. Choose one of: en, es."),
        ("language", {"language": "x" * 6000}, "There is no language “xxx"),
        ("banter", {"lines": 1, "character": "nobody"}, "There is no such character."),
        ("banter", {"lines": 1, "character": "x" * 6000}, "There is no such character."),
        ("banter", {"lines": 1, "character": "00000000-0000-0000-0000-000000000000"}, "There is no such character."),
        ("show", {"character": "\u200b"}, "There is no such character."),
        ("default", {"character": "<@1>"}, "There is no such character."),
        ("reset", {"character": "nobody"}, "There is no such character."),
    ],
)
async def test_nonsense_is_refused_with_field_and_limit(
    town: Town, command: str, options: dict[str, Any], sentence: str
) -> None:
    assert sentence in await server(town, command, **options)
    assert rules(town) is HOUSE
    assert await rows(town.program, "SELECT count(*) FROM place_settings") == [(0,)]


async def test_a_channel_and_a_character_at_once_are_two_levels(town: Town) -> None:
    await create(town, town.owner)
    told = await server(town, "banter", lines=1, channel=town.channel, character="Mira")
    assert told.startswith("Choose a channel or a character, not both")
    assert rules(town) is HOUSE


COMMANDS: dict[str, dict[str, Any]] = {
    "show": {},
    "speaking": {"allowed": "no"},
    "summoning": {"who": "everyone"},
    "adult": {"where": "never"},
    "listening": {"mode": "always"},
    "bots": {"answered": "yes"},
    "banter": {"lines": 1},
    "rate": {"answers": 1},
    "default": {},
    "language": {"language": "es"},
    "delivery": {"how": "paragraphs"},
    "limits": {"minutes": "60"},
    "reset": {},
}


@pytest.fixture
async def let_in(town: Town) -> None:
    """Discord's own settings show the commands to everybody, as a server's owner may decide."""
    command = next(one for one in await town.client.tree.fetch_commands() if one.name == "server")
    town.guild.set_command_permissions(command, {town.guild.default_role: True})
    await town.env.settle()


@pytest.mark.usefixtures("let_in")
@pytest.mark.parametrize("command", COMMANDS)
async def test_who_may_not_manage_the_server_is_refused_whatever_discord_shows(town: Town, command: str) -> None:
    told = await server(town, command, town.robin, **COMMANDS[command])
    assert told.startswith("Only who may manage this server can decide that.")
    assert rules(town) is HOUSE


async def test_every_command_is_tried_by_a_stranger(town: Town) -> None:
    command = next(one for one in await town.client.tree.fetch_commands() if one.name == "server")
    assert {option.name for option in command.options} == set(COMMANDS)
    assert command.default_member_permissions == discord.Permissions(manage_guild=True)
    assert f"server {'show'}" not in town.robin.available_commands(town.channel)


@pytest.mark.usefixtures("let_in")
async def test_a_stranger_cannot_use_an_admins_menu_later(town: Town) -> None:
    """Who was an admin when the menu came may be none when it is used."""
    role = town.guild.create_role("Deputies", permissions=discord.Permissions(manage_guild=True))
    deputy = town.guild.add_member(town.env.create_user("deputy"), roles=[role])
    await town.env.settle()
    asked = await deputy.slash(town.channel, "server summoning", who="roles")
    await town.guild.me.guild.get_role(role.id).edit(permissions=discord.Permissions.none())  # type: ignore[union-attr]
    await town.env.settle()
    refused = await deputy.select(last(asked), [role])
    assert words(refused).startswith("Only who may manage this server")
    assert rules(town) is HOUSE


async def test_summoning_is_for_whom_the_admins_decided(town: Town) -> None:
    await create(town, town.robin)
    await server(town, "summoning", who="managers")
    assert words(await summon(town, town.robin)).startswith("The admins of this server decided who may ask")
    assert town.program.turns.listeners(town.channel.id) == ()
    readers = town.guild.create_role("Readers")
    reader = town.guild.add_member(town.env.create_user("reader"), roles=[readers])
    await town.env.settle()
    await create(town, reader, name="Juno", examples="")
    asked = await town.owner.slash(town.channel, "server summoning", who="roles")
    await town.owner.select(last(asked), [readers])
    await town.env.settle()
    assert words(await summon(town, town.robin)).startswith("The admins of this server decided who may ask")
    assert "**Juno** is here" in words(await summon(town, reader, "Juno"))
    await server(town, "summoning", who="everyone")
    assert "**Mira** is here" in words(await summon(town, town.robin))


async def test_a_place_has_a_language_for_what_everybody_reads(town: Town) -> None:
    bot = town.client.user
    assert bot is not None
    await town.robin.send(town.channel, f"Hello <@{bot.id}>")
    await town.settle()
    await server(town, "language", language="es")
    other = town.guild.create_text_channel("parlour")
    await town.env.settle()
    await town.robin.send(other, f"Hello <@{bot.id}>")
    await town.settle()
    english, spanish = (text for _, _, text in town.program.channels.remarks)
    assert english.startswith("Nobody listens in this channel yet.")
    assert spanish.startswith("Todavía no escucha nadie")


async def test_a_floor_for_everybody_is_set_shown_and_lifted(town: Town) -> None:
    assert "sets its members no limits" in await server(town, "limits")
    told = await server(town, "limits", minutes="1h", night="23-7", breaks="45", zone="madrid")
    for line in (
        "At most 60 minutes a day here",
        "Characters rest from 23:00 to 07:00",
        "A break is suggested after 45 minutes here",
        "By the clock of Europe/Madrid",
        "It holds for everybody here, you too",
    ):
        assert line in told, told
    found = rules(town)
    assert (found.minutes_a_day, found.night_from, found.night_to, found.break_after, found.time_zone) == (
        60, 1380, 420, 45, "Europe/Madrid",
    )  # fmt: skip
    assert "At most 60 minutes a day here" in await shown(town)
    # Members see it where they look at their own.
    mine = await town.robin.slash(town.channel, "limits show")
    assert "At most 60 minutes a day here · you had 0 minutes of it today" in str(last(mine).components)
    told = await server(town, "limits", minutes="off", night="off", breaks="off")
    assert "sets its members no limits" in told
    assert rules(town).minutes_a_day is None


async def test_a_floor_that_cannot_be_is_refused(town: Town) -> None:
    wrong: tuple[tuple[dict[str, Any], str], ...] = (
        ({"minutes": "0"}, "from 1 to 1440"),
        ({"night": "25:00-26:00"}, "no time of day"),
        ({"night": "1-2, 3-4"}, "A server has one night"),
        ({"breaks": "4"}, "from 5 to 480"),
        ({"zone": "Mars/Base"}, "There is no time zone “Mars/Base”"),
    )
    for options, told in wrong:
        assert told in await server(town, "limits", **options)
    assert rules(town) == HOUSE
