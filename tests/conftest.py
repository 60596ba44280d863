"""What every test may use: a database of its own, a clock, and a seed that is printed.

One server runs for the whole session, without durability. A migrated template is copied for each test that asks, which
takes some 40 ms, so tests never see each other's rows.
"""

import gc
import json
import os
import random
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import make_url

from bot.local.postgres import LocalPostgres
from bot.transport import tree
from bot.transport.tree import CafeTree
from db.engine import connection_arguments
from db.migrate import upgrade
from db.raw import RawConnection, connect
from db.work import Database
from tests.fakes.clock import FakeClock

# Holds every call of every local Discord against Discord's own specification.
pytest_plugins = ["tests.conformance.plugin"]

SEED = int(os.environ.get("BOTCAFE_TEST_SEED") or secrets.randbelow(2**32))
TEMPLATE = "botcafe_template"

# Nothing that is found while tests are looked for is ever thrown away: a third of a million objects to walk through in
# vain, now and at each full collection later.
gc.disable()


def pytest_collection_finish() -> None:
    """From now on the collector of cycles looks at what tests make, and not at the tests."""
    gc.collect()
    gc.freeze()
    gc.enable()


# How long an example takes says something of the machine, and nothing of what is tested.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


def pytest_report_header() -> str:
    return f"seed: {SEED} (repeat with BOTCAFE_TEST_SEED={SEED})"


@pytest.fixture(scope="session", autouse=True)
def _commands_translated_once() -> Iterator[None]:
    """Commands that are the same in English are the same in every language: translating them all takes long."""
    translated: dict[str, str] = {}
    payload = tree._payload

    async def once(commands: CafeTree) -> list[dict[str, Any]]:
        plain = repr([type(commands.translator), *(one.to_dict(commands) for one in commands.get_commands())])
        if plain not in translated:
            translated[plain] = json.dumps(await payload(commands))
        return json.loads(translated[plain])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tree, "_payload", once)
        yield


@pytest.fixture(autouse=True)
def _seeded() -> None:
    random.seed(SEED)


@pytest.fixture
def seed() -> int:
    return SEED


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def _named(url: str, database: str) -> str:
    return make_url(url).set(database=database).render_as_string(hide_password=False)


def _in_memory(folder: Path = Path("/dev/shm"), needed_bytes: int = 4 << 30) -> Path | None:
    """A folder that is kept in memory, where there is one with room: each test's database is a thousand files."""
    if folder.is_dir() and os.access(folder, os.W_OK) and shutil.disk_usage(folder).free > needed_bytes:
        return folder
    return None


@pytest.fixture(scope="session")
async def postgres_url() -> AsyncIterator[str]:
    """The owner's address on the session's server. Its database is empty; tests use `owner_url` or `database`."""
    bin_dir = os.environ.get("PG_BIN")
    # Not below pytest's own folder: a Unix socket's path must be short.
    with tempfile.TemporaryDirectory(prefix="botcafe-test-", dir=_in_memory(), ignore_cleanup_errors=True) as folder:
        server = LocalPostgres(Path(folder), bin_dir=Path(bin_dir) if bin_dir else None, durable=False)
        url = await server.start()
        try:
            yield url
        finally:
            await server.stop()


@pytest.fixture(scope="session")
async def server(postgres_url: str) -> AsyncIterator[RawConnection]:
    """The connection that makes and drops databases, once the template is migrated."""
    connection = await connect(connection_arguments(_named(postgres_url, "postgres"), as_owner=True))
    try:
        await connection.execute(f"CREATE DATABASE {TEMPLATE}")
        await upgrade(_named(postgres_url, TEMPLATE))
        yield connection
    finally:
        await connection.close()


@pytest.fixture
async def owner_url(postgres_url: str, server: RawConnection) -> AsyncIterator[str]:
    """The owner's address of a migrated database that only this test uses."""
    name = f"test_{secrets.token_hex(6)}"
    await server.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY")
    yield _named(postgres_url, name)
    await server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def empty_url(postgres_url: str, server: RawConnection) -> AsyncIterator[str]:
    """The owner's address of a database without any tables."""
    name = f"test_{secrets.token_hex(6)}"
    await server.execute(f"CREATE DATABASE {name}")
    yield _named(postgres_url, name)
    await server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def database(owner_url: str) -> AsyncIterator[Database]:
    """A migrated database of this test's own, as the program uses it: as the role that row security binds."""
    opened = Database(owner_url)
    yield opened
    await opened.close()
