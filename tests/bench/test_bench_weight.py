"""What each role loads: the gateway's process carries nothing that only pages, jobs or pictures need."""

from __future__ import annotations

from collections.abc import Set
from contextlib import AsyncExitStack

import pytest

from bench.parts.stand import Subject, stand

FOR_OTHERS = {
    "pgqueuer": "runs jobs; queueing them is one statement (`db.queue`)",
    "apscheduler": "asks for recurring jobs",
    "jinja2": "draws pages",
    "aiohttp_jinja2": "draws pages",
    "alembic": "migrates",
    "babel": "makes catalogues",
    "web": "serves pages",
    "sandbox": "plays Discord",
    "PIL": "decodes pictures that somebody uploads",
    "genai_prices": "knows what paid providers cost",
    "psutil": "measures",
    "rich": "prints coloured tracebacks, which nobody asked for",
}
"""Packages and why the gateway's process does without."""
OF_ALL = {"pgqueuer", "apscheduler", "jinja2", "aiohttp_jinja2", "web"}
"""Those of them that one process for everything does load: the control."""


async def loaded(program: Subject) -> Set[str]:
    """The top packages loaded."""
    modules = (await program.child.ask(do="loaded"))["modules"]
    return {name.partition(".")[0] for name in modules}


@pytest.mark.slow
@pytest.mark.timeout(120)
async def test_the_gateway_loads_nothing_that_others_need() -> None:
    async with stand() as on:
        (room,) = on.town.channels(1, "room")
        async with AsyncExitStack() as exits:
            program = await on.program(exits, "all")
            await on.people_rooms(program, [room])  # faces are uploaded here, which takes Pillow
            assert await loaded(program) >= OF_ALL
        async with AsyncExitStack() as exits:
            program = await on.program(exits, "gateway")
            await on.spoken_to(program, room)
            assert await loaded(program) & FOR_OTHERS.keys() == set()
