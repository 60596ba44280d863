"""Brings the demo's cast and lore into a database. Running it again brings them up to date, touching nobody else's."""

from __future__ import annotations

import asyncio
from pathlib import Path
from uuid import UUID

from sqlalchemy import func

from bot.demo.cast import CAST, DemoCharacter
from bot.demo.town import put_town
from bot.services.characters.names import slug_of
from bot.services.characters.pictures import MIME, Picture, Pictures
from bot.services.characters.searching import search_words
from db.models import Visibility
from db.models.characters import SpeechExample
from db.queries import characters as queries
from db.queries import house
from db.work import Actor, Database, Work

ACCOUNT = "botcafe"


async def seed(database: Database, data_dir: Path) -> int:
    """Put the cast and its lore in; how many characters there are. Pictures go to the media folder below `data_dir`."""
    pictures = Pictures(data_dir / "media")
    faces: list[Picture] = []
    for member in CAST:
        face = await pictures.prepare(await asyncio.to_thread(member.face.read_bytes))
        await pictures.keep(face)
        faces.append(face)
    async with database.work(Actor.job("demo")) as work:
        owner_id = await house.account(work.session, ACCOUNT, "BotCafé")
    async with database.work(Actor.user(owner_id)) as work:
        cast = {member.name: await _put(work, member, face) for member, face in zip(CAST, faces, strict=True)}
    await put_town(database, owner_id, cast)
    return len(CAST)


async def _put(work: Work, member: DemoCharacter, face: Picture) -> UUID:
    assert work.actor.user_id is not None
    row = await house.character(work.session, work.actor.user_id, slug_of(member.name))
    row.name = member.name
    row.description = member.description
    row.system_prompt = member.system_prompt
    row.greeting = member.greeting
    row.examples = [SpeechExample(user=user, character=character) for user, character in member.examples]
    row.phrases = list(member.phrases)
    row.tags, row.traits = list(member.tags), member.traits
    row.search_words = search_words(member.name, "", member.description, member.tags)
    row.visibility = Visibility.PUBLIC
    row.published_at = row.published_at or func.now()
    row.is_demo = True
    row.picture_id = await queries.keep_media(
        work.session, row.owner_id, face.sha256, mime=MIME, size=len(face.png), side=face.side
    )
    await work.session.flush()
    return row.id
