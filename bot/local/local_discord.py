"""The local Discord (`sandbox/`) as a child process of `start`. It is only ever started, never imported."""

from __future__ import annotations

import os
import re
import secrets
import sys
from base64 import urlsafe_b64encode
from collections.abc import Callable
from pathlib import Path

from bot.local.awaiting import NotReadyError, said, size
from bot.local.children import Child
from bot.local.errors import StartError

READY = re.compile(r"ready at (http://\S+)")
READY_WITHIN_SECONDS = 30.0
CHECKOUT = Path(__file__).parents[2]


class LocalDiscord:
    """A running local Discord, its world kept in a folder."""

    def __init__(self, folder: Path, log: Path, port: int) -> None:
        self._folder = folder
        self._log = log
        self._port = port
        self.child: Child | None = None
        self.url = ""
        self.token = ""
        self.client_secret = ""

    async def start(self) -> None:
        """Start it and wait until it answers. Raises `StartError`."""
        self.token = _token(self._folder)
        self.client_secret = _kept(self._folder / "client-secret", lambda: secrets.token_urlsafe(24))
        since = size(self._log)
        # With "=": a token may begin with a hyphen, which would read as another option.
        arguments = [
            "--port",
            str(self._port),
            "--world",
            str(self._folder / "world.json"),
            f"--bot-token={self.token}",
            f"--client-secret={self.client_secret}",
        ]
        self.child = await Child.start(
            [sys.executable, "-m", "sandbox", *arguments], name="local Discord", log_path=self._log, cwd=CHECKOUT
        )
        try:
            ready = await said(self.child, self._log, since, READY, READY_WITHIN_SECONDS)
        except NotReadyError as error:
            await self.stop()
            raise StartError(
                f"The local Discord did not start: {error}\nNothing was lost; its world is in {self._folder}. "
                f"All it said is in {self._log}. Another port: SANDBOX_PORT in .env."
            ) from error
        self.url = ready.group(1)

    async def stop(self) -> None:
        """End it; it writes its world down first."""
        if self.child is not None:
            await self.child.stop()


def _token(folder: Path) -> str:
    """The bot's token in this world: made once, shaped like Discord's."""
    return _kept(folder / "token", _new_token)


def _new_token() -> str:
    middle, signature = secrets.token_urlsafe(5)[:6], secrets.token_urlsafe(30)[:38]
    return f"{urlsafe_b64encode(secrets.token_bytes(18)).decode()}.{middle}.{signature}"


def _kept(path: Path, make: Callable[[], str]) -> str:
    """A secret made once and kept where only its owner can read it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        return path.read_text("ascii").strip()
    except FileNotFoundError:
        pass
    secret = make()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(secret)
    return secret
