"""`migrate` and `seed`: one-off work on the database that the settings name."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

from bot.demo import seed as demo
from bot.local.database import OpenDatabase, bring_up_to_date, open_database, running_address
from bot.local.datadir import claimed, holder
from bot.settings import Settings
from db.work import Database

Tell = Callable[[str], None]


@contextlib.asynccontextmanager
async def reached(settings: Settings) -> AsyncGenerator[OpenDatabase]:
    """The database for the length of a block: DATABASE_URL, the one a running `start` uses, or one started for us."""
    folder = settings.data_dir.absolute()
    if settings.database_url.get_secret_value():
        yield await open_database(settings, folder)
    elif holder(folder) is not None and (url := running_address(folder)) is not None:
        yield OpenDatabase(url, None)
    else:
        with claimed(folder):
            database = await open_database(settings, folder)
            try:
                yield database
            finally:
                await database.close()


async def migrate(settings: Settings, *, tell: Tell) -> None:
    """Bring the tables up to date. Raises `StartError`."""
    async with reached(settings) as database:
        await bring_up_to_date(database)
        tell(f"The tables are up to date: {database.where}.")


async def seed_demo(url: str, folder: Path) -> int:
    """Put the demo characters into a migrated database, their pictures into the data directory; how many there are."""
    database = Database(url, pool_size=1, max_overflow=0)
    try:
        return await demo.seed(database, folder)
    finally:
        await database.close()


async def seed(settings: Settings, *, tell: Tell) -> None:
    """Put the demo characters in, or bring them up to date. Raises `StartError`."""
    async with reached(settings) as database:
        await bring_up_to_date(database)
        number = await seed_demo(database.url, settings.data_dir.absolute())
        tell(f"{number} demo characters are there: {database.where}.")
