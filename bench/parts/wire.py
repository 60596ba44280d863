"""How the process that measures speaks with the processes it starts: one JSON object a line, on stdin and stdout."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 90.0
ANSWER_SECONDS = 180.0
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SSL_CERT_FILE")

Handler = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]


class ChildFailed(Exception):
    """A process that was started for a measurement ended or refused; the text quotes what it said last."""


class Child:
    """A process of ours: `ask` it, then `stop` it. It also ends when our end of its stdin is gone."""

    def __init__(self, name: str, process: asyncio.subprocess.Process, log: Path) -> None:
        self.name = name
        self.process = process
        self.started: Mapping[str, Any] = {}
        self._log = log

    @classmethod
    async def start(
        cls, module: str, config: Mapping[str, Any], log: Path, env: Mapping[str, str] | None = None
    ) -> Child:
        """Run `python -m MODULE`, hand it its configuration, and wait until it says that it is ready."""
        known = {name: os.environ[name] for name in _KEPT if name in os.environ}
        with log.open("ab") as errors:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", module,
                cwd=ROOT, env={**known, "PYTHONPATH": str(ROOT), **(env or {})},
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=errors, limit=1 << 24,
            )  # fmt: skip
        child = cls(module, process, log)
        try:
            async with asyncio.timeout(START_SECONDS):
                child.started = await child.ask(**config)
        except BaseException:
            await child.stop()
            raise
        return child

    async def ask(self, **command: Any) -> dict[str, Any]:
        """Send one command, wait for its answer. Raises `ChildFailed`."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(command).encode() + b"\n")
        async with asyncio.timeout(ANSWER_SECONDS):
            line = await self.process.stdout.readline()
        answer: dict[str, Any] = json.loads(line) if line else {"error": "it ended"}
        if "error" in answer:
            raise ChildFailed(f"{self.name}: {answer['error']}\n{self._last_words()}")
        return answer

    async def stop(self) -> None:
        """Ask it to end, by closing its stdin; insist after a while."""
        if self.process.stdin is not None:
            self.process.stdin.close()
        try:
            async with asyncio.timeout(15):
                await self.process.wait()
        except TimeoutError:
            self.process.kill()
            await self.process.wait()

    def _last_words(self) -> str:
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-25:])


async def serve(handlers: Mapping[str, Handler]) -> None:
    """The child's side: obey commands (`{"do": name, …}`) until stdin ends."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=1 << 24)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        command: dict[str, Any] = json.loads(line)
        try:
            answer = await handlers[command.pop("do")](command)
        except Exception as error:  # the border of a process: whoever asked is told, then it ends
            _say({"error": repr(error)})
            raise
        _say(answer)


def _say(answer: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()
