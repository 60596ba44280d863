"""Brings the cast and its lore to their places on the local Discord, so that a newcomer finds somebody to talk with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import structlog
from discord import Guild
from discord.utils import time_snowflake

from bot.demo.cast import CAST
from bot.demo.seed import ACCOUNT
from bot.demo.town import open_town
from bot.errors import UserError
from bot.ports import Place
from bot.services.characters.names import slug_of
from bot.services.talk.conversations import Conversations
from db.queries import characters, house
from db.queries.talk import conversations as queries
from db.work import Actor, Database

if TYPE_CHECKING:
    from web.keys import Resident

log = structlog.get_logger(__name__)


def homes(guilds: Iterable[Guild]) -> Mapping[str, Place]:
    """Where the cast belongs: the text channels named as their homes, by name, in the first servers that have them."""
    missing, places = {member.home for member in CAST}, dict[str, Place]()
    for guild in guilds:
        if not missing:
            break
        for channel in guild.text_channels:
            if channel.name in missing:
                missing.remove(channel.name)
                places[channel.name] = Place(guild.id, channel.id, channel.id)
    return places


async def settle(database: Database, conversations: Conversations, places: Mapping[str, Place]) -> None:
    """Summon each member of the cast to the channel named as its home, unless it ever was there; their lore too."""
    async with database.work(Actor.job("demo")) as work:
        owner_id = await house.account(work.session, ACCOUNT, "BotCafé")
    await open_town(database, owner_id, {place.guild_id for place in places.values() if place.guild_id is not None})
    for member in CAST:
        place = places.get(member.home)
        if place is None:
            continue
        async with database.work(Actor.user(owner_id)) as work:
            known = await queries.ever_begun(work.session, owner_id, place.channel_id)
            character_id = await characters.by_slug(work.session, owner_id, slug_of(member.name))
        if known or character_id is None:
            continue
        try:
            moment = time_snowflake(datetime.now(UTC))
            await conversations.summon(owner_id, place, character_id, interaction_id=moment)
        except UserError as error:
            log.info("demo_character_stays_home", character=member.name, reason=error.code)


async def residents(database: Database) -> tuple[Resident, ...]:
    """The cast as the home page shows it; nobody where the demo was not seeded."""
    # Here and not above: a process without pages does without the web's libraries.
    from web.keys import Resident

    async with database.work(Actor.job("demo")) as work:
        owner_id = await house.account(work.session, ACCOUNT, "BotCafé")
    async with database.work(Actor.user(owner_id)) as work:
        rows = await characters.visible(work.session, owner_id, offset=0, limit=50)
    return tuple(
        Resident(row.character.name, row.character.description, row.picture_sha256)
        for row in rows
        if row.character.is_demo
    )
