from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.clock import SystemClock
from db.work import Database
from tests.api.cafe import Site, open_site


@pytest.fixture
async def site(database: Database, owner_url: str, tmp_path: Path) -> AsyncIterator[Site]:
    """The web app with its API, as it runs."""
    opened = await open_site(database, owner_url, tmp_path, SystemClock())
    yield opened
    await opened.client.close()
