"""Names that a character or persona must not pass for, as far as Discord tells who is in a server."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from uuid import UUID

import discord

from bot.ports import Place
from bot.services.cafe import Cafe
from bot.services.characters.lookalikes import PLAIN
from bot.services.characters.names import fold
from bot.transport.client import CafeClient

_MODERATING = discord.Permissions(
    administrator=True,
    manage_guild=True,
    manage_messages=True,
    kick_members=True,
    ban_members=True,
    moderate_members=True,
)
"""Whoever may do one of these is staff: words under their name would be taken for an admin's."""

_SEARCHED_MEMBERS = 100
_SEARCHED_SERVERS = 5
"""A gateway connection takes 120 requests a minute (Gateway, Rate Limiting), and a search of a server takes several."""

_ALIKE = {"i": "l1", "l": "i1", "1": "il", "o": "0", "0": "o"}
_PAIRS = {"m": "rn", "w": "vv"}
_SIGNS = "_."
"""What usernames may begin with beside letters and digits."""

_SCRIPTS = ((0x0370, 0x0400), (0x0400, 0x0530))
"""Greek and Cyrillic: the alphabets beside Latin in which people have look-alike names to type."""


async def names_taken(
    interaction: discord.Interaction[CafeClient], name: str = "", *, elsewhere: Iterable[int] = ()
) -> tuple[str, ...]:
    """Names a character or persona must not pass for: the bot's, the server owner's, its staff's and their roles'.

    Not every member is known to the bot: staff is looked for among those whose names begin like `name`. `elsewhere` are
    other servers by id, of which the first few are searched like that too. May ask Discord; defer before.
    """
    client = interaction.client
    names = {} if client.user is None else dict.fromkeys((client.user.name, client.user.display_name))
    servers = dict.fromkeys((interaction.guild_id or 0, *elsewhere))
    for number, guild_id in enumerate(servers):
        guild = client.get_guild(guild_id)
        if guild is not None:
            names |= dict.fromkeys(await _names_in(guild, name if number < _SEARCHED_SERVERS else ""))
    return tuple(names)


async def names_wherever(
    interaction: discord.Interaction[CafeClient], cafe: Cafe, by: UUID, character_id: UUID, name: str
) -> tuple[str, ...]:
    """Names that somebody's character must not take: here, and in every server where it listens.

    The other characters of those servers count as well. May ask Discord; defer before.
    """
    places = await cafe.farewells.places(by, character_id)
    servers = {place.guild_id: place for place in places if place.guild_id is not None}
    taken = await names_taken(interaction, name, elsewhere=servers)
    others = (cafe.turns.names_elsewhere(Place(guild_id, 0, 0), character_id) for guild_id in servers)
    return (*taken, *(called for names in others for called in names))


async def _names_in(guild: discord.Guild, name: str) -> list[str]:
    people = [guild.me, guild.owner or await _owner(guild), *await _staff(guild, name)]
    roles = [role.name for role in guild.roles if not role.is_default() and _moderates(role.permissions)]
    return [*(called for one in people if one is not None for called in (one.name, one.display_name)), *roles]


async def _owner(guild: discord.Guild) -> discord.Member | None:
    """The owner is rarely in the cache: seeing all members is a privilege the bot does not ask for."""
    try:
        return await guild.fetch_member(guild.owner_id or 0)
    except discord.HTTPException:
        return None


async def _staff(guild: discord.Guild, name: str) -> list[discord.Member]:
    """Members who may moderate: those in memory, and those Discord finds whose names begin alike.

    Such a search needs no privilege up to 100 members (Gateway, Request Guild Members).
    """
    found = {member.id: member for member in guild.members}
    for members in await asyncio.gather(*(_members(guild, beginning) for beginning in sorted(beginnings(name)))):
        found.update((member.id, member) for member in members)
    return [member for member in found.values() if not member.bot and _moderates(member.guild_permissions)]


async def _members(guild: discord.Guild, beginning: str) -> list[discord.Member]:
    try:
        return await guild.query_members(beginning, limit=_SEARCHED_MEMBERS, cache=False)
    except (discord.DiscordException, TimeoutError):
        return []


def beginnings(name: str) -> set[str]:
    """How names begin that could look like this one. Pure.

    As typed, in plain letters, with `I`, `l`, `1` and `O`, `0` swapped, with a pair of letters in place of the one it
    looks like (and the other way round), with a sign before it, and with a first letter of another alphabet.
    """
    plain = fold("".join(PLAIN.get(char, char) for char in name))
    first = plain[:1]
    found = {name[:2].casefold(), fold(name)[:2], plain[:2]}
    found |= {f"{other}{plain[1:2]}" for other in _ALIKE.get(first, "")}
    found |= {single for single, pair in _PAIRS.items() if plain.startswith(pair)}
    found |= {_PAIRS[first]} if first in _PAIRS else set()
    found |= {f"{sign}{first}" for sign in _SIGNS if first}
    return (found | set(_TWINS.get(first, ()))) - {""}


def _moderates(permissions: discord.Permissions) -> bool:
    return bool(permissions.value & _MODERATING.value)


def _twins() -> dict[str, tuple[str, ...]]:
    """Small letters of other alphabets by the plain letter they, or their capitals, are taken for."""
    found: dict[str, dict[str, None]] = {}
    for letter, looks in PLAIN.items():
        if len(looks) == 1 and any(low <= ord(letter) < high for low, high in _SCRIPTS):
            found.setdefault(looks.casefold(), {})[letter.casefold()] = None
    return {plain: tuple(letters) for plain, letters in found.items()}


_TWINS = _twins()
