from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.whole.cafe import Whole, whole


@pytest.fixture
async def here(owner_url: str, tmp_path: Path) -> AsyncIterator[Whole]:
    """The whole program, with everybody of the demo at their clients."""
    async with whole(owner_url, tmp_path, "robin", "sasha", "alex") as found:
        yield found
