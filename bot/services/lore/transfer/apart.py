"""Heavy work away from the event loop: light portions in a thread, heavy ones in a process of their own.

Reading JSON holds Python's lock until it is done, and ten thousand new objects make every sweep of its memory felt, in
whatever thread they are made. The process gets no settings and no more memory and time than such work can need;
whatever it dies of is a refusal. What goes in and comes out is packed: keep it packed until it is wanted.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import os
import pickle
import resource
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar, cast

from bot.errors import InvalidInput
from bot.texts import N_

T = TypeVar("T")
BATCH = 100
"""How many things are packed together: unpacking them takes a few milliseconds."""

_MEMORY = 1_500_000_000
_CPU_SECONDS = 120
_LENGTH = 8


async def apart(work: Callable[..., T], *given: Any, heavy: bool) -> T:
    """What a module's function makes of what is given. `InvalidInput` it raises is raised here."""
    if not heavy:
        return await asyncio.to_thread(work, *given)
    asked = await asyncio.to_thread(pickle.dumps, (work.__module__, work.__qualname__, given))
    return cast(T, await _in_process(asked))


def packed(things: Sequence[Any]) -> tuple[bytes, ...]:
    """Things packed, at most `BATCH` together."""
    return tuple(
        pickle.dumps(list(things[at : at + BATCH]), pickle.HIGHEST_PROTOCOL) for at in range(0, len(things), BATCH)
    )


def unpacked(batches: Iterable[bytes]) -> Iterator[list[Any]]:
    """Batch by batch."""
    for one in batches:
        yield pickle.loads(one)  # noqa: S301 - packed above


async def _in_process(asked: bytes) -> object:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", f"from {__name__} import main; main()",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        env={name: os.environ[name] for name in ("PATH", "PYTHONPATH", "LANG", "HOME") if name in os.environ}
        | {"PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    assert child.stdin is not None
    assert child.stdout is not None
    feeding = asyncio.create_task(_fed(child.stdin, asked))
    try:
        size = int.from_bytes(await child.stdout.readexactly(_LENGTH))
        is_refused, value = pickle.loads(await child.stdout.readexactly(size))  # noqa: S301 - our own process wrote it
    except asyncio.IncompleteReadError as error:
        raise InvalidInput(
            "file_too_much",
            N_("Reading this file takes more memory or time than any lore book needs. Nothing was imported."),
            field="file",
        ) from error
    finally:
        feeding.cancel()
        with contextlib.suppress(ProcessLookupError):
            child.kill()
        await asyncio.gather(feeding, child.wait(), return_exceptions=True)
    if is_refused:
        code, message, field, values = value
        raise InvalidInput(code, message, field=field, **values)
    return value


async def _fed(pipe: asyncio.StreamWriter, data: bytes) -> None:
    try:
        pipe.write(data)
        await pipe.drain()
    except (BrokenPipeError, ConnectionResetError):
        return  # it is gone; what it said, or that it said nothing, is the answer
    pipe.close()


def main() -> None:
    """What the process does: one piece of work from standard input, what came of it to standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    module, name, given = pickle.loads(sys.stdin.buffer.read())  # noqa: S301 - the parent wrote it
    answer: tuple[bool, object]
    try:
        answer = False, getattr(importlib.import_module(module), name)(*given)
    except InvalidInput as error:
        answer = True, (error.code, error.message, error.field, error.values)
    packed_answer = pickle.dumps(answer, pickle.HIGHEST_PROTOCOL)
    sys.stdout.buffer.write(len(packed_answer).to_bytes(_LENGTH) + packed_answer)
    sys.stdout.buffer.flush()
