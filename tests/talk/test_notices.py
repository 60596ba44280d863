"""What is held in memory is what was read last."""

import asyncio
from typing import Any, cast

from bot.services.talk.notices import Notices


async def test_of_two_notices_the_later_one_is_what_is_known() -> None:
    stored, known, slow = "old", list[str](), asyncio.Event()

    async def look(payload: str) -> None:
        async with notices.turn:
            read = stored
            if payload == "first":
                await slow.wait()
            known.append(read)

    async def load() -> None:
        async with notices.turn:
            known.append(stored)

    notices = Notices(cast("Any", None), "things", load=load, look=look)
    notices._told("first")
    await asyncio.sleep(0)  # it has read what stands there
    stored = "new"
    notices._told("second")
    gap = asyncio.create_task(load())
    for _ in range(5):
        await asyncio.sleep(0)
    slow.set()
    await asyncio.gather(gap, *notices._looking)
    assert known == ["old", "new", "new"]
    await notices.close()
