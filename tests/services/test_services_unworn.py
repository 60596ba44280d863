"""Pictures that nobody wears any more go a day later, rows and files; what somebody wears stays."""

from __future__ import annotations

import asyncio
import io
import os
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import text

from bot.services.characters import Pictures
from bot.services.characters.pictures import Picture, decode
from bot.services.characters.unworn import UNWORN_KEPT, UnwornPictures
from bot.services.people.drafts import PersonaDraft
from bot.services.people.personas import Personas
from db.engine import create_engine
from tests.fakes.clock import FakeClock
from tests.services.stagecraft import ROBIN, SASHA, Program, make
from tests.services.test_services_turns import rows


def another(colour: str) -> Picture:
    out = io.BytesIO()
    Image.new("RGB", (64, 64), colour).save(out, "PNG")
    return decode(out.getvalue())


@pytest.fixture
def unworn(program: Program, clock: FakeClock) -> UnwornPictures:
    return UnwornPictures(program.database, program.characters.pictures, clock)


async def aged(program: Program, clock: FakeClock, folder: Path) -> None:
    """As if everything had been uploaded two days before what the clock says."""
    then = clock.now() - timedelta(days=2)
    engine = create_engine(program.database.url, as_owner=True)
    async with engine.begin() as connection:
        await connection.execute(text("SET LOCAL row_security = off"))
        await connection.execute(text("UPDATE media SET created_at = :then"), {"then": then})
    await engine.dispose()
    await asyncio.to_thread(backdate, folder, then.timestamp())


def backdate(folder: Path, moment: float) -> None:
    for place in folder.glob("??/??/*"):
        os.utime(place, (moment, moment))


async def test_what_is_replaced_or_deleted_goes_and_what_is_worn_stays(
    program: Program, unworn: UnwornPictures, clock: FakeClock, tmp_path: Path
) -> None:
    pictures = program.characters.pictures
    personas = Personas(pictures)
    worn, replaced, masks, shared = (another(colour) for colour in ("red", "green", "blue", "white"))
    mira = await make(program)
    async with program.people.at_work(ROBIN) as (robin, work):
        await program.characters.wear(work, robin, mira, replaced)
        await program.characters.wear(work, robin, mira, worn)
        for picture in (masks, shared):
            ada = await personas.create(work, robin, PersonaDraft("Ada", "Sails", "", "", ""), picture=picture)
            await personas.delete(work, robin, ada.id)
    async with program.people.at_work(SASHA) as (sasha, work):
        await personas.create(work, sasha, PersonaDraft("Bea", "Cooks", "", "", ""), picture=shared)
    orphan = another("black")
    await pictures.keep(orphan)
    await aged(program, clock, tmp_path)
    assert await unworn.run() == 3
    assert await unworn.run() == 0
    assert [await pictures.read(one.sha256) is not None for one in (worn, shared, replaced, masks, orphan)] == [
        True, True, False, False, False,
    ]  # fmt: skip
    assert await rows(program, "SELECT count(*) FROM media") == [(2,)]


async def test_what_was_uploaded_today_stays_also_where_it_lay_there_already(
    program: Program, unworn: UnwornPictures, clock: FakeClock, tmp_path: Path
) -> None:
    pictures, picture = program.characters.pictures, another("red")
    mira = await make(program)
    async with program.people.at_work(ROBIN) as (robin, work):
        await program.characters.wear(work, robin, mira, picture)
        await program.characters.wear(work, robin, mira, another("green"))
    await aged(program, clock, tmp_path)
    async with program.people.at_work(ROBIN) as (robin, work):
        await program.characters.wear(work, robin, mira, picture)
    assert await unworn.run() == 1
    assert await pictures.read(picture.sha256) == picture.png


async def test_a_file_taken_up_again_while_it_is_swept_stays(clock: FakeClock, tmp_path: Path) -> None:
    pictures, picture = Pictures(tmp_path), another("red")
    await pictures.keep(picture)
    then = (clock.now() - 2 * UNWORN_KEPT).timestamp()
    os.utime(tmp_path / picture.sha256[:2] / picture.sha256[2:4] / f"{picture.sha256}.png", (then, then))

    async def claimed(found: object) -> set[str]:
        await pictures.keep(picture)
        return set()

    assert await pictures.sweep(clock.now() - UNWORN_KEPT, claimed) == 0
    assert await pictures.read(picture.sha256) == picture.png
