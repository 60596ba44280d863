"""A Postgres that is this process's own child, so that a kill reaches it and nobody brings it back behind our back."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil
from sqlalchemy import make_url

from bot.local.postgres import LocalPostgres
from bot.local.postgres_programs import Launcher, environment, find_binaries
from db.engine import connection_arguments
from db.migrate import upgrade
from db.raw import RawConnection, connect

TEMPLATE = "botcafe"
_READY_SECONDS = 60.0


class BankServer:
    """One cluster, migrated once; databases are copies of it. `start` and `kill` as often as wanted."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="botcafe-bank-"))
        self.folder.chmod(0o755)  # the server may have to run as another user
        self._home = self.folder / "postgres"
        self._process: subprocess.Popen[bytes] | None = None
        self._launcher = Launcher()
        self._url = ""
        self.kills = 0

    async def make(self) -> None:
        """The cluster with every table in it, made by the program's own means and stopped again."""
        local = LocalPostgres(self.folder)
        self._url = await local.start()
        try:
            await upgrade(self._url)
        finally:
            await local.stop()
        self._launcher = await asyncio.to_thread(Launcher.choose, self._home, find_binaries())

    def url(self, database: str = TEMPLATE) -> str:
        """The owner's address of one of its databases."""
        return make_url(self._url).set(database=database).render_as_string(hide_password=False)

    async def start(self, **settings: str) -> None:
        """Start it, as a child of this very process, with these settings; return once it answers."""
        assert self._process is None, "it runs"
        wanted = {
            "listen_addresses": "127.0.0.1",
            "port": str(make_url(self._url).port),
            "unix_socket_directories": "",
            "max_connections": "80",
            "shared_buffers": "64MB",
            "timezone": "UTC",
            **settings,
        }
        self._process = await asyncio.to_thread(self._begun, wanted)
        await self._ready()

    def _begun(self, settings: Mapping[str, str]) -> subprocess.Popen[bytes]:
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        run_as = self._launcher.run_as
        with (self.folder / "bank.log").open("ab") as log:
            return subprocess.Popen(
                [
                    *self._launcher.prefix,
                    str(find_binaries() / "postgres"),
                    "-D",
                    str(self._home / "data"),
                    *options,
                ],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                env=environment(),
                cwd=self._home,
                user=None if run_as is None else run_as.user_id,
                group=None if run_as is None else run_as.group_id,
                extra_groups=None if run_as is None else [],
            )

    async def _ready(self) -> None:
        deadline = time.monotonic() + _READY_SECONDS
        while time.monotonic() < deadline:
            process = self._process
            if process is None or process.poll() is not None:
                raise RuntimeError(f"the bank's Postgres ended; see {self.folder / 'bank.log'}")
            with contextlib.suppress(Exception):
                connection = await self.connect("postgres")
                await connection.close(timeout=1)
                return
            await asyncio.sleep(0.05)
        raise RuntimeError("the bank's Postgres did not become ready")

    async def connect(self, database: str) -> RawConnection:
        """A connection of the owner's."""
        return await connect(connection_arguments(self.url(database), as_owner=True) | {"timeout": 2})

    async def copy(self, database: str, changes: Sequence[str] = ()) -> str:
        """A database of its own, migrated; `changes` are statements of the owner's on it. Its address."""
        connection = await self.connect("postgres")
        try:
            await connection.execute(f"CREATE DATABASE {database} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY")
        finally:
            await connection.close()
        if changes:
            connection = await self.connect(database)
            try:
                for change in changes:
                    await connection.execute(change)
            finally:
                await connection.close()
        return self.url(database)

    async def kill(self) -> None:
        """SIGKILL the server and every process of it; return when all are gone."""
        process = self._process
        assert process is not None, "there is nothing to kill"
        parent = psutil.Process(process.pid)
        family = [parent, *parent.children(recursive=True)]
        for one in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                os.kill(one.pid, signal.SIGKILL)
        await asyncio.to_thread(process.wait)
        await asyncio.to_thread(psutil.wait_procs, family, 10)
        self._process = None
        self.kills += 1

    async def stop(self) -> None:
        """Shut it down as one should, and remove everything."""
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(signal.SIGINT)
            await asyncio.to_thread(process.wait)
        await asyncio.to_thread(shutil.rmtree, self.folder, ignore_errors=True)

    async def restart(self, settings: Mapping[str, str]) -> None:
        """Shut down as one should, and start with other settings."""
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(signal.SIGINT)
            await asyncio.to_thread(process.wait)
        await self.start(**settings)
