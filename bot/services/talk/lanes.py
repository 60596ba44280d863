"""Work in lanes: one thing after the other within a lane, the urgent first, lanes beside each other."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

import structlog

from db.models import Priority

T = TypeVar("T")
_log = structlog.get_logger(__name__)


_ORDER = (Priority.URGENT, Priority.HIGH, Priority.NORMAL, Priority.LOW)


class _Queue(Generic[T]):
    """What waits in one lane: by priority, and in the order it came."""

    __slots__ = ("_by_priority",)

    def __init__(self) -> None:
        self._by_priority: dict[Priority, deque[T]] = {}

    def __len__(self) -> int:
        return sum(len(waiting) for waiting in self._by_priority.values())

    def append(self, item: T, priority: Priority) -> None:
        self._by_priority.setdefault(priority, deque()).append(item)

    def popleft(self) -> T:
        first = next(priority for priority in _ORDER if self._by_priority.get(priority))
        return self._by_priority[first].popleft()

    def clear(self) -> None:
        self._by_priority.clear()


class Lanes(Generic[T]):
    """A queue per lane, made when it is needed and gone when it is empty.

    At most `waiting` things wait in a lane and at most `at_once` are worked on in all. Once a lane is more than half
    full, what has low priority is left out.
    """

    def __init__(self, work: Callable[[T], Awaitable[None]], *, waiting: int, at_once: int) -> None:
        self._work = work
        self._waiting = waiting
        self._at_once = asyncio.Semaphore(at_once)
        self._queues: dict[int, _Queue[T]] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}

    def put(self, lane: int, item: T, *, priority: Priority = Priority.NORMAL, always: bool = False) -> bool:
        """Line something up. False where the lane is too full for it, unless it is to be taken `always`."""
        if not always and not self.has_room(lane, priority):
            return False
        queue = self._queues.setdefault(lane, _Queue[T]())
        queue.append(item, priority)
        if lane not in self._tasks:
            self._tasks[lane] = asyncio.create_task(self._run(lane, queue), name=f"lane {lane}")
        return True

    def has_room(self, lane: int, priority: Priority = Priority.NORMAL) -> bool:
        """Whether something of this priority would be taken."""
        waiting = len(self._queues.get(lane, ()))
        return waiting * 2 <= self._waiting if priority is Priority.LOW else waiting < self._waiting

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

    async def _run(self, lane: int, queue: _Queue[T]) -> None:
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
