"""Work in lanes: one thing after the other within a lane, lanes beside each other."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

import structlog

T = TypeVar("T")
_log = structlog.get_logger(__name__)


class Lanes(Generic[T]):
    """A queue per lane, made when it is needed and gone when it is empty.

    At most `waiting` things wait in a lane and at most `at_once` are worked on in all.
    """

    def __init__(self, work: Callable[[T], Awaitable[None]], *, waiting: int, at_once: int) -> None:
        self._work = work
        self._waiting = waiting
        self._at_once = asyncio.Semaphore(at_once)
        self._queues: dict[int, deque[T]] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}

    def put(self, lane: int, item: T, *, always: bool = False) -> bool:
        """Line something up. False where the lane is full, unless it is to be taken `always`."""
        queue = self._queues.setdefault(lane, deque())
        if len(queue) >= self._waiting and not always:
            return False
        queue.append(item)
        if lane not in self._tasks:
            self._tasks[lane] = asyncio.create_task(self._run(lane, queue), name=f"lane {lane}")
        return True

    async def idle(self) -> None:
        """Return once nothing waits and nothing is worked on. Raises what the work let through."""
        while self._tasks:
            await asyncio.gather(*self._tasks.values())

    async def close(self, *, within_seconds: float) -> bool:
        """Forget what waits, let what runs finish within a time, then cut it off. Says whether everything finished."""
        for queue in self._queues.values():
            queue.clear()
        tasks = tuple(self._tasks.values())
        if not tasks:
            return True
        _, late = await asyncio.wait(tasks, timeout=within_seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return not late

    async def _run(self, lane: int, queue: deque[T]) -> None:
        try:
            while queue:
                item = queue.popleft()
                async with self._at_once:
                    await self._do(item, lane)
        finally:
            # Nothing is awaited between the last look at the queue and this, so nothing is put in unseen.
            self._tasks.pop(lane, None)
            self._queues.pop(lane, None)

    async def _do(self, item: T, lane: int) -> None:
        try:
            await self._work(item)
        except Exception:  # a border: the lane goes on with what comes next
            _log.exception("lane_work_failed", lane=lane)
