"""Servers are taken in slim and packed, and what is told from them is still told."""

from __future__ import annotations

import asyncio
import copy
from typing import Any, cast

import discord
import pytest
from discord.channel import TextChannel
from discord.state import ConnectionState

from bot.transport.lean import LeanState, PackedChannels, PackedRoles, slim

US = 7
EVERYBODY, OURS, THEIRS = 1, 2, 9
VIEW = discord.Permissions(view_channel=True).value
UNKNOWN_KIND = 77


def server(**more: Any) -> dict[str, Any]:
    return {
        "id": str(EVERYBODY),
        "name": "Harbour",
        "member_count": 2,
        "members": [
            member(US, "cafe", OURS),
            member(8, "somebody"),
        ],
        "roles": [
            role(EVERYBODY, "@everyone", VIEW),
            role(OURS, "BotCafé", discord.Permissions(manage_webhooks=True).value),
            role(THEIRS, "Keepers", 0),
        ],
        "channels": [channel(20, "quay", type=4), channel(21, "tavern"), channel(22, "hold", type=UNKNOWN_KIND)],
        "threads": [],
        "emojis": [{"id": "5", "name": "kettle"}],
        **more,
    }


def member(number: int, name: str, *roles: int) -> dict[str, Any]:
    user = {"id": str(number), "username": name, "discriminator": "0", "avatar": None}
    return {"user": user, "roles": [str(one) for one in roles], "joined_at": None, "flags": 0}


def role(number: int, name: str, permissions: int) -> dict[str, Any]:
    return {
        "id": str(number), "name": name, "permissions": str(permissions), "position": number, "color": 0,
        "hoist": False, "managed": False, "mentionable": False,
    }  # fmt: skip


def channel(number: int, name: str, **more: Any) -> dict[str, Any]:
    hidden = {"id": str(THEIRS), "type": 0, "allow": "0", "deny": str(VIEW)}
    return {
        "id": str(number), "type": 0, "name": name, "topic": "Sit down.", "position": number, "nsfw": False,
        "parent_id": None if more else "20", "permission_overwrites": [hidden], "last_message_id": "99", **more,
    }  # fmt: skip


def test_what_permissions_and_names_are_told_from_stays() -> None:
    kept = server()
    slim(kept, US)
    assert kept["roles"] == server()["roles"]
    assert kept["members"] == server()["members"][:1]
    assert kept["channels"][1]["permission_overwrites"] == server()["channels"][1]["permission_overwrites"]
    assert kept["channels"][1]["name"] == "tavern"


def test_what_nobody_reads_goes() -> None:
    kept = server(voice_states=[{"user_id": "8"}])
    slim(kept, US)
    assert kept["emojis"] == kept["voice_states"] == []
    assert kept["channels"][0]["topic"] is None


def test_an_outage_is_taken_as_it_comes() -> None:
    away: dict[str, Any] = {"id": "1", "unavailable": True}
    slim(away, US)
    assert away == {"id": "1", "unavailable": True, "members": []}


class Ourselves:
    """All that the state wants of a user."""

    id = US


async def state_with(kind: type[ConnectionState[Any]], *servers: dict[str, Any]) -> Any:
    """A state of discord.py as after READY, told of these servers."""
    intents = discord.Intents.none()
    intents.guilds = intents.guild_messages = True
    state: Any = kind(
        dispatch=lambda *_: None, handlers={}, hooks={}, http=cast(Any, None), intents=intents, max_messages=None
    )
    state.loop = asyncio.get_running_loop()
    state.user = Ourselves()
    for one in servers:
        state.parse_guild_create(copy.deepcopy(one))
    return state


@pytest.fixture
async def guild() -> discord.Guild:
    return (await state_with(LeanState, server())).guilds[0]


def awake(guild: discord.Guild) -> tuple[set[int], set[int]]:
    """The channels and roles that are objects by now."""
    packed: Any = guild
    return set(packed._channels._awake), set(packed._roles._awake)


def told(guild: discord.Guild) -> object:
    """What anybody asks of a server."""
    me = guild.me
    return (
        sorted((one.id, one.name, str(one.type), one.permissions_for(me).value) for one in guild.channels),
        [(one.id, one.name, one.permissions.value) for one in guild.roles],
        [one.name for one in guild.text_channels],
        [one.name for one in guild.categories],
        [one.name for one in me.roles],
        (me.top_role.name, me.guild_permissions.value, guild.default_role.id, str(me)),
        [(category and category.name, [one.name for one in inside]) for category, inside in guild.by_category()],
    )


async def test_it_tells_what_discord_py_would_tell(guild: discord.Guild) -> None:
    plain = (await state_with(ConnectionState, server())).guilds[0]
    assert told(guild) == told(plain)
    assert len(guild.channels) == 2


async def test_a_server_nobody_speaks_in_stays_packed(guild: discord.Guild) -> None:
    assert awake(guild) == (set(), set())


async def test_asking_for_one_wakes_that_one(guild: discord.Guild) -> None:
    tavern = guild.get_channel(21)
    assert isinstance(tavern, TextChannel)
    assert awake(guild) == ({21}, set())
    assert guild.get_channel(21) is tavern
    keepers = guild.get_role(THEIRS)
    assert keepers is not None
    assert keepers.name == "Keepers"
    assert awake(guild) == ({21}, {THEIRS})
    assert (guild.get_channel(22), guild.get_channel(404), guild.get_role(404)) == (None, None, None)


async def test_what_is_awake_is_still_the_same_when_all_wake(guild: discord.Guild) -> None:
    tavern = guild.get_channel(21)
    assert {one.id for one in guild.channels} == {20, 21}
    assert guild.get_channel(21) is tavern


async def test_what_comes_goes_and_changes_is_known(guild: discord.Guild) -> None:
    state: Any = guild._state
    state.parse_channel_create({**channel(23, "cellar"), "guild_id": "1"})
    state.parse_channel_update({**channel(21, "taproom"), "guild_id": "1"})
    state.parse_channel_delete({**channel(20, "quay", type=4), "guild_id": "1"})
    assert {one.name for one in guild.channels} == {"cellar", "taproom"}
    state.parse_guild_role_create({"guild_id": "1", "role": role(10, "Cooks", 0)})
    state.parse_guild_role_update({"guild_id": "1", "role": role(OURS, "Café", 0)})
    state.parse_guild_role_delete({"guild_id": "1", "role_id": str(THEIRS)})
    assert {one.name for one in guild.roles} == {"@everyone", "Café", "Cooks"}


async def test_a_server_that_comes_back_is_as_it_is_now(guild: discord.Guild) -> None:
    state: Any = guild._state
    state.parse_guild_delete({"id": "1", "unavailable": True})
    state.parse_guild_create(server(channels=[channel(30, "pier")]))
    assert [one.name for one in state.guilds[0].channels] == ["pier"]


async def test_we_are_one_and_the_same_everywhere() -> None:
    state = await state_with(LeanState, server(), server(id="50"))
    first, second = state.guilds
    assert first.me._user is second.me._user
    state.clear()
    state.user = Ourselves()
    state.parse_guild_create(server())
    assert state.guilds[0].me._user is not first.me._user


async def test_packed_is_small(guild: discord.Guild) -> None:
    many = [channel(number, f"street-{number}") for number in range(100, 130)]
    packed: Any = PackedChannels(guild, many)
    assert len(packed._rows) < 1000
    assert len(PackedRoles(guild, [role(number, f"Role {number}", 0) for number in range(40, 50)])) == 10
