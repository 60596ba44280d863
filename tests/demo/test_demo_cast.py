"""The demo's cast: fit to be characters like anybody's, with faces that the script drew, in their places once."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
from PIL import Image, ImageChops
from sqlalchemy import select, update

from bot.demo.cast import CAST, DemoCharacter
from bot.demo.draw import DRAWINGS
from bot.demo.seed import ACCOUNT, seed
from bot.demo.settle import residents, settle
from bot.ports import Place
from bot.services.characters import CharacterDraft, Characters
from bot.services.characters.pictures import Pictures
from db.functions import arrive
from db.models import Character
from db.queries import house
from db.work import Actor, Database


@pytest.mark.parametrize("member", CAST, ids=lambda member: member.name)
def test_a_card_keeps_the_limits_of_everybodys(member: DemoCharacter, tmp_path: Path) -> None:
    checked = Characters(Pictures(tmp_path)).check(
        CharacterDraft(
            name=member.name,
            description=member.description,
            system_prompt=member.system_prompt,
            greeting=member.greeting,
            examples="\n".join(f"You: {user}\n{member.name}: {words}" for user, words in member.examples),
        )
    )
    assert checked.name == member.name
    assert len(checked.examples) == len(member.examples)


@pytest.mark.parametrize("name", sorted(DRAWINGS))
def test_a_face_is_what_the_script_draws(name: str) -> None:
    member = next(member for member in CAST if member.face.stem == name)
    with Image.open(member.face) as kept:
        difference = ImageChops.difference(kept.convert("RGB"), DRAWINGS[name]())
    # Another release of Pillow may round an edge differently; it does not move a nose.
    assert max(high for _, high in difference.getextrema()) <= 24  # type: ignore[misc]


async def house_account(database: Database) -> UUID:
    async with database.work(Actor.job("test")) as work:
        return await house.account(work.session, ACCOUNT, "BotCafé")


async def names_of(database: Database, owner: UUID) -> list[str]:
    async with database.work(Actor.user(owner)) as work:
        statement = select(Character.name).where(Character.owner_id == owner).order_by(Character.name)
        return list(await work.session.scalars(statement))


async def test_seeding_again_mends_the_cast_and_touches_nobody_else(database: Database, tmp_path: Path) -> None:
    assert await seed(database, tmp_path) == len(CAST)
    owner = await house_account(database)
    async with database.work(Actor.job("test")) as work:
        robin = await arrive(work.session, discord_id=7, username="robin", display_name="Robin")
    async with database.work(Actor.user(robin)) as work:
        work.session.add(Character(owner_id=robin, name="Mira", slug="mira", system_prompt="Mine."))
    async with database.work(Actor.user(owner)) as work:
        await work.session.execute(update(Character).where(Character.slug == "mira").values(greeting="?"))

    assert await seed(database, tmp_path) == len(CAST)
    assert await names_of(database, owner) == sorted(member.name for member in CAST)
    async with database.work(Actor.user(owner)) as work:
        statement = select(Character.greeting).where(Character.owner_id == owner, Character.slug == "mira")
        assert await work.session.scalar(statement) == CAST[0].greeting
    async with database.work(Actor.user(robin)) as work:
        statement = select(Character.system_prompt).where(Character.owner_id == robin)
        assert await work.session.scalar(statement) == "Mine."
    faces = await residents(database)
    pictures = Pictures(tmp_path / "media")
    assert {face.name for face in faces} == {member.name for member in CAST}
    assert all(face.picture_sha256 and pictures.path(face.picture_sha256) for face in faces)


class Summons:
    """Writes down who was summoned where, and begins the conversation as summoning does."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.made: list[int] = []

    async def summon(self, by: UUID, place: Place, character_id: UUID, *, interaction_id: int) -> None:
        from db.queries.talk import conversations

        self.made.append(place.channel_id)
        async with self.database.work(Actor.user(by)) as work:
            await conversations.begin(
                work.session,
                owner_id=by,
                guild_id=place.guild_id,
                channel_id=place.channel_id,
                webhook_channel_id=place.webhook_channel_id,
            )


async def test_each_is_brought_home_once(database: Database, tmp_path: Path) -> None:
    await seed(database, tmp_path)
    summons = Summons(database)
    places = {member.home: Place(1, number, number) for number, member in enumerate(CAST, start=11)}
    del places[CAST[2].home]  # a server without that channel
    await settle(database, summons, places)  # type: ignore[arg-type]
    assert summons.made == [11, 12]
    await settle(database, summons, places)  # type: ignore[arg-type]
    assert summons.made == [11, 12]
