"""The program's process: started, killed, started again, and asked each time whether it is another one than before."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import aiohttp

_READY_SECONDS = 60.0


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


class BankProgram:
    """`bench.ledger_parts.app` on one port."""

    def __init__(self, database_url: str, folder: Path, *, forgets: bool = False) -> None:
        self._config = {"database": database_url, "port": free_port(), "forgets": forgets}
        self.url = f"http://127.0.0.1:{self._config['port']}"
        self._log = folder / "app.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._boot = ""
        self.kills = 0

    async def start(self) -> None:
        """Start it; return once it answers under an id that was not seen before."""
        self._process = await asyncio.to_thread(self._begun)
        deadline = time.monotonic() + _READY_SECONDS
        async with aiohttp.ClientSession() as session:
            while time.monotonic() < deadline:
                if self._process.poll() is not None:
                    raise RuntimeError(f"the bank's program ended; see {self._log}")
                with contextlib.suppress(aiohttp.ClientError, OSError):
                    async with session.get(f"{self.url}/healthz") as answer:
                        boot = (await answer.json())["boot"]
                        if boot == self._boot:
                            raise RuntimeError("the program that was killed still answers")
                        self._boot = boot
                        return
                await asyncio.sleep(0.03)
        raise RuntimeError("the bank's program did not become ready")

    def _begun(self) -> subprocess.Popen[bytes]:
        argv = [sys.executable, "-m", "bench.ledger_parts.app", json.dumps(self._config)]
        with self._log.open("ab") as log:
            return subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    async def kill(self) -> None:
        """SIGKILL, in the midst of whatever it does."""
        process, self._process = self._process, None
        if process is not None:
            os.kill(process.pid, signal.SIGKILL)
            await asyncio.to_thread(process.wait)
            self.kills += 1

    async def stop(self) -> None:
        """End it; this is no fault."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            await asyncio.to_thread(process.wait)
