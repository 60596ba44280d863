"""What keeps the program itself from opening is said in a sentence."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.app import run
from bot.local.errors import StartError
from bot.providers.openai_models import Server
from bot.settings import Settings
from bot.transport.pointing import pointed_at
from db import work
from db.security import TooPrivilegedError
from db.work import Database

NOWHERE = "http://127.0.0.1:1"


async def open_and_close(database: Database, folder: Path, **settings: str) -> None:
    """A program that is asked to open, and to end as soon as it is ready."""
    known = Settings(
        _env_file=None,
        data_dir=folder,
        database_url=database.url,
        discord_base_url=NOWHERE,
        **settings,  # type: ignore[call-arg, arg-type]
    )
    server = Server(provider="nobody", base_url=f"{NOWHERE}/v1", model="none")
    with pointed_at(NOWHERE):
        await run(known, server, ready=lambda running: None, stop=asyncio.Event())


async def test_an_unusable_key_gets_a_sentence(database: Database, tmp_path: Path) -> None:
    with pytest.raises(StartError) as refused:
        await open_and_close(database, tmp_path, secret_key="not a key")
    assert "SECRET_KEY" in str(refused.value)
    assert "openssl rand" in str(refused.value)
    assert "Nothing was changed." in str(refused.value)


async def test_a_role_that_row_security_does_not_bind_gets_a_sentence(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def privileged(connection: object) -> None:
        raise TooPrivilegedError("it is a superuser.")

    monkeypatch.setattr(work, "assert_unprivileged", privileged)
    with pytest.raises(StartError, match="superuser"):
        await open_and_close(database, tmp_path)
