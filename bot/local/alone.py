"""`run`: only the program, against the database and the Discord that the settings name."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import asyncpg
from sqlalchemy.exc import DBAPIError

from bot.local.database import database_sentence, revisions
from bot.local.datadir import claimed
from bot.local.embeddings import prepare_embeddings
from bot.local.errors import StartError
from bot.local.model import open_voice
from bot.local.program import live
from bot.roles import Role
from bot.settings import Settings
from db.engine import DatabaseUrlError

if TYPE_CHECKING:
    from bot.app import Running

Tell = Callable[[str], None]


async def run_alone(settings: Settings, *, tell: Tell, stop: asyncio.Event, role: Role = Role.ALL) -> None:
    """Run in this role until `stop`.

    Raises `StartError`: a setting is missing, the tables are not up to date, something refused.
    """
    began = time.monotonic()
    require(settings)
    with claimed(settings.data_dir, role) as folder:
        await require_tables(settings.database_url.get_secret_value())
        await prepare_embeddings(settings, tell)
        voice = await open_voice(settings, log_path=folder / "logs" / "model.log", tell=tell)

        def ready(running: Running) -> None:
            tell(_told(running, voice.spoken_of, role))
            if running.invite_url:
                tell(f"Invite: {running.invite_url}")
            tell(f"ready in {time.monotonic() - began:.1f} s")

        try:
            known = settings.model_copy(update={"data_dir": folder})
            await live(known, voice, ready=ready, stop=stop, role=role)
        finally:
            await asyncio.shield(voice.close())


def _told(running: Running, voice: str, role: Role) -> str:
    """One line: what this process does."""
    told = [f"Role: {role}."]
    if running.web_url is not None:
        told.append(f"Web: {running.web_url}.")
    if running.guilds is not None:
        told.append(f"Servers: {running.guilds}. Who speaks: {voice}.")
    return " ".join(told)


def require(settings: Settings) -> None:
    """Raise `StartError` where a setting that `run` cannot do without is empty."""
    needed = {"DATABASE_URL": settings.database_url, "DISCORD_TOKEN": settings.discord_token}
    if missing := [name for name, value in needed.items() if not value.get_secret_value()]:
        raise StartError(
            f"`run` starts nothing beside the program and needs {' and '.join(missing)}. Nothing was started. "
            "Write what is missing into .env, or use `make start`, which brings a database and a local Discord."
        )


async def require_tables(url: str) -> None:
    """Raise `StartError` unless the database is there and its tables are this version's."""
    try:
        current, head = await revisions(url)
    except (DatabaseUrlError, OSError, DBAPIError, asyncpg.PostgresError) as error:
        raise StartError(database_sentence(error, url)) from error
    if current != head:
        raise StartError(
            f"The database's tables are {'not there yet' if current is None else f'at {current}'}, and this version "
            f"needs {head}. Nothing was changed. Run python -m bot migrate, then start again."
        )
