"""Plays the scene before the running product and writes down what its journal tells: `make transcript`.

`build/transcript.md` and the pictures beside it; with `--docs` also the copy in docs/ (docs/transcript.md).
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, expect

from tests.client.chromium import chromium
from tests.e2e.conftest import a_free_port
from tests.e2e.guests import Guest, Town, visit
from tests.e2e.scene import Scene
from tests.e2e.stack import Hands, Stack, person
from tests.e2e.telling import told

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
DOCS = ROOT / "docs"

CAPTIONS = {
    "swipes": "Robin’s panel after three wordings: the second is chosen",
    "tavern": "The tavern: Mira recalls the tea as it was corrected, Juno and Orla answer in turn",
    "why": "Why Mira said this: what went into the prompt, and its tokens",
    "fork": "The fork: what was said up to there is remembered, what is said here stays here",
}

HEADING = """# An evening at the tavern

Two members, Robin and Sasha, each behind a persona; three characters, Mira, Juno and Orla. `make transcript` plays it
at two browsers before the running program and its local Discord, with the rehearsal speaking (no model), and writes
this page out of the local Discord's journal alone. The small numbers are entries of that journal. New here? Read
[Talking](talk.md) first.

"""


async def main(folder: Path) -> str:
    """Play, put the pictures into `folder`, and hand back the page that stands beside it."""
    expect.set_options(timeout=30_000)
    with tempfile.TemporaryDirectory(prefix="botcafe-transcript-") as data:
        ports = {"WEB_PORT": str(a_free_port()), "SANDBOX_PORT": str(a_free_port())}
        stack = Stack(Path(data) / "data", env=ports)
        await stack.start()
        try:
            async with person(stack.sandbox_url, "member") as robin, chromium() as browser:
                journal, after, taken = await played(browser, await town_of(robin), robin, folder)
        finally:
            await stack.stop()
    shown = [(n, f"{folder.name}/transcript-{name}.png", CAPTIONS[name]) for n, name in taken]
    return HEADING + told(journal, after=after, pictures=shown)


async def played(
    browser: Browser, town: Town, robin: Hands, folder: Path
) -> tuple[list[dict[str, Any]], int, list[tuple[int, str]]]:
    """The journal, the last entry before the scene, and after which entry each picture was taken."""
    guests = [await visit(browser, town, who, "tavern") for who in ("member", "creator")]
    after = (await robin.journal())[-1]["n"]
    taken: list[tuple[int, str]] = []

    async def look(name: str, guest: Guest) -> None:
        if name not in CAPTIONS:
            return
        taken.append(((await robin.journal())[-1]["n"], name))
        await guest.page.mouse.move(0, 0)
        await guest.page.screenshot(path=folder / f"transcript-{name}.png")

    await Scene(*guests, look).play()
    return await robin.journal(), after, taken


async def town_of(hands: Hands) -> Town:
    """The channels of every server this person is in."""
    guilds = await hands.call("GET", "/users/@me/guilds")
    lists = [await hands.call("GET", f"/guilds/{guild['id']}/channels") for guild in guilds]
    return Town(hands.url, {one["name"]: one["id"] for channels in lists for one in channels})


def write(page: Path, pictures: str) -> None:
    """Play and write."""
    folder = page.parent / pictures
    folder.mkdir(parents=True, exist_ok=True)
    page.write_text(asyncio.run(main(folder)), encoding="utf-8")
    print(f"wrote {page.relative_to(ROOT)}")  # noqa: T201


if __name__ == "__main__":
    if "--docs" in sys.argv:
        write(DOCS / "transcript.md", "images")
    else:
        write(BUILD / "transcript.md", "transcript-pictures")
