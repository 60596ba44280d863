"""The database server that comes along: started from a wheel's binaries under the data directory, as an ordinary user.

Used where no DATABASE_URL is set. It listens on 127.0.0.1 only, with a password of its own in a file only its owner can
read, on a port it remembers. It runs under a keeper (`bot.local.children`), so it ends with the program; a server that
an earlier program is still shutting down is waited for, and what was committed is never lost.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import fcntl
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import TextIO
from urllib.parse import quote

from bot.local.children import Child
from bot.local.datadir import check_space
from bot.local.postgres_programs import Launcher, LocalPostgresError, environment, explain, find_binaries
from db.raw import connect

USER = "botcafe"
DATABASE = "botcafe"

READY_TIMEOUT_SECONDS = 60.0
"""Crash recovery of a large database may take this long; an ordinary start takes 0.1 s."""

STOP_GRACE_SECONDS = 30.0
PORT_ATTEMPTS = 5
LONGEST_SOCKET_FOLDER = 80
"""Characters; a Unix socket's whole path may have about 100 (sun_path)."""

# The locale provider is built in; LC_CTYPE must still be one the system knows, and not plain C, which would make
# pg_trgm blind to every letter outside ASCII. Where macOS has no C.UTF-8 it has a bare UTF-8.
_CTYPES = ("C.UTF-8", "UTF-8", "en_US.UTF-8")

_DURABLE_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "80",
    "shared_buffers": "64MB",
    "huge_pages": "off",
    "log_min_messages": "warning",
    "log_checkpoints": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
_THROWAWAY_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class LocalPostgres:
    """One server on one data directory. `start` and `stop` are called once each, in this order."""

    def __init__(self, data_dir: Path, *, bin_dir: Path | None = None, durable: bool = True) -> None:
        self._home = data_dir.absolute() / "postgres"
        self._cluster = self._home / "data"
        self._log = data_dir.absolute() / "logs" / "postgres.log"
        self._bin_dir = bin_dir
        self._durable = durable
        self._lock: TextIO | None = None
        self._child: Child | None = None
        self.port = 0

    @property
    def pid(self) -> int | None:
        """The server's process, while it runs."""
        return None if self._child is None else self._child.pid

    def alive(self) -> bool:
        """Whether the server runs."""
        return self._child is not None and self._child.alive()

    async def start(self) -> str:
        """Make the cluster if there is none, start it, and return the owner's address (`postgresql+asyncpg://…`).

        Raises `LocalPostgresError`: no binaries, another program on the same folder, no room, no right to write.
        """
        binaries = find_binaries(self._bin_dir)
        try:
            self._claim()
            check_space(self._home)
            launcher = await asyncio.to_thread(Launcher.choose, self._home, binaries)
            await self._settle_predecessor()
            await asyncio.to_thread(self._initialise, binaries, launcher)
            await self._serve(binaries, launcher)
            await self._create_database()
        except OSError as error:
            await self.stop()
            raise self._explained(error) from error
        except BaseException:
            await self.stop()
            raise
        return self._url(DATABASE)

    async def stop(self) -> None:
        """Shut down: open transactions are rolled back, everything committed stays. Does nothing if not started."""
        child, self._child = self._child, None
        if child is not None:
            await child.stop()
        lock, self._lock = self._lock, None
        if lock is not None:
            lock.close()

    async def ended(self) -> int:
        """Wait until the server ends, wanted or not; its exit code."""
        if self._child is None:
            raise RuntimeError("the server was not started")
        return await self._child.ended()

    # -------------------------------------------------------------------------------------------- before it runs

    def _claim(self) -> None:
        self._home.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = (self._home / "lock").open("a+", encoding="ascii")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            lock.close()
            raise LocalPostgresError(
                f"Another BotCafé (process {holder}) is using the database in {self._home}. Stop that one first,"
                " or set DATA_DIR to another folder for this one. Nothing was changed."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        self._lock = lock

    async def _settle_predecessor(self) -> None:
        """End a server that outlived the program that started it. Its keeper is stopping it already, most likely."""
        pid = self._running_pid()
        if pid is None:
            return
        for stop, seconds in ((signal.SIGINT, STOP_GRACE_SECONDS), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, stop)
            deadline = time.monotonic() + seconds
            while time.monotonic() < deadline:
                if self._running_pid() != pid:
                    return
                await asyncio.sleep(0.05)
        raise LocalPostgresError(
            f"A Postgres server (process {pid}) still holds the database in {self._home} and does not end."
            f" End that process (kill {pid}), then start again."
        )

    def _running_pid(self) -> int | None:
        """The server running on this cluster, if any. A stale pid file names no process, or another program's."""
        try:
            pid = int((self._cluster / "postmaster.pid").read_text().splitlines()[0])
            os.kill(pid, 0)
        except (FileNotFoundError, IndexError, ValueError, ProcessLookupError, PermissionError):
            return None
        # -ww: whole lines, however narrow COLUMNS says the terminal is.
        ps = ["ps", "-ww", "-o", "stat=", "-o", "command=", "-p", str(pid)]
        shown = subprocess.run(ps, capture_output=True, text=True)
        command = shown.stdout.strip()
        if command.startswith("Z") or "postgres" not in command or str(self._cluster) not in command:
            return None
        return pid

    def _initialise(self, binaries: Path, launcher: Launcher) -> None:
        version = self._cluster / "PG_VERSION"
        if version.exists():
            self._check_version(binaries, version.read_text().strip())
            return
        if self._cluster.exists():
            raise LocalPostgresError(
                f"{self._cluster} exists but is no database. If it holds nothing you need, remove it and start again."
            )
        # Made aside and renamed, so that an interrupted first start leaves no half a database behind.
        fresh = self._home / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        password = self._home / "password"
        _write_private(password, secrets.token_urlsafe(24))
        launcher.hand_over(self._home, password)
        said = ""
        for ctype in _CTYPES:
            result = self._initdb(binaries, launcher, fresh, password, ctype)
            if result.returncode == 0:
                fresh.rename(self._cluster)
                return
            shutil.rmtree(fresh, ignore_errors=True)
            said = result.stderr
            if "locale" not in said:
                break
        raise LocalPostgresError(explain(said, self._home))

    def _initdb(
        self, binaries: Path, launcher: Launcher, fresh: Path, password: Path, ctype: str
    ) -> subprocess.CompletedProcess[str]:
        argv = [
            str(binaries / "initdb"),
            f"--pgdata={fresh}",
            f"--username={USER}",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--lc-collate=C",
            f"--lc-ctype={ctype}",
            "--auth=scram-sha-256",
            f"--pwfile={password}",
            "--no-instructions",
            *([] if self._durable else ["--no-sync"]),
        ]
        return launcher.run(argv, cwd=self._home)

    def _check_version(self, binaries: Path, made_by: str) -> None:
        shown = subprocess.run([str(binaries / "postgres"), "--version"], capture_output=True, text=True, check=True)
        major = shown.stdout.split()[-1].split(".")[0]
        if major != made_by:
            raise LocalPostgresError(
                f"The database in {self._home} was made by Postgres {made_by} and these programs are Postgres {major}."
                f" Set PG_BIN to the programs of Postgres {made_by}, or move the data over with pg_upgrade."
            )

    # -------------------------------------------------------------------------------------------- while it runs

    async def _serve(self, binaries: Path, launcher: Launcher) -> None:
        port = self._remembered_port()
        for _ in range(PORT_ATTEMPTS):
            if port is None or not _is_free(port):
                port = _free_port()
            said = await self._try_serve(binaries, launcher, port)
            if said is None:
                self.port = port
                (self._home / "port").write_text(f"{port}\n")
                return
            if "could not bind" not in said and "Address already in use" not in said:
                raise LocalPostgresError(explain(said, self._home))
            port = None
        raise LocalPostgresError(
            "No free port was found on 127.0.0.1 for the database. Other programs took each one first; start again."
        )

    async def _try_serve(self, binaries: Path, launcher: Launcher, port: int) -> str | None:
        """Start on this port. None once it is ready, otherwise what it said before it ended."""
        settings = {
            **_DURABLE_SETTINGS,
            **({} if self._durable else _THROWAWAY_SETTINGS),
            "port": str(port),
            "unix_socket_directories": str(self._home) if len(str(self._home)) <= LONGEST_SOCKET_FOLDER else "",
            "unix_socket_permissions": "0700",
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        said_before = self._log.stat().st_size if self._log.exists() else 0
        self._child = await Child.start(
            [*launcher.prefix, str(binaries / "postgres"), "-D", str(self._cluster), *options],
            name="postgres",
            log_path=self._log,
            # Fast shutdown: ends sessions, keeps everything committed.
            stop_signal=signal.SIGINT,
            env=environment(),
            cwd=self._home,
            grace_seconds=STOP_GRACE_SECONDS,
            run_as=launcher.run_as,
        )
        deadline = time.monotonic() + READY_TIMEOUT_SECONDS
        while self._child.alive():
            if self._is_ready(self._child.pid):
                return None
            if time.monotonic() > deadline:
                raise LocalPostgresError(
                    f"The database did not become ready within {READY_TIMEOUT_SECONDS:.0f} s. What it said is in"
                    f" {self._log}. Nothing was lost; start again, it goes on where it was."
                )
            await asyncio.sleep(0.01)
        self._child = None
        return _tail(self._log, said_before)

    def _is_ready(self, pid: int) -> bool:
        """By the server's own word: line 8 says ready and line 1 is ours (a killed server leaves its file behind)."""
        try:
            lines = (self._cluster / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) >= 8 and lines[7].strip() == "ready" and lines[0].strip() == str(pid)

    async def _create_database(self) -> None:
        password = (self._home / "password").read_text().strip()
        connection = await connect(
            {
                "host": "127.0.0.1",
                "port": self.port,
                "user": USER,
                "password": password,
                "database": "postgres",
                "timeout": 10,
                "ssl": False,
            }
        )
        try:
            if await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE) is None:
                await connection.execute(f"CREATE DATABASE {DATABASE}")
        finally:
            await connection.close()

    def _url(self, database: str) -> str:
        password = (self._home / "password").read_text().strip()
        # Plain text: the binaries are built without TLS and nothing leaves this machine.
        return f"postgresql+asyncpg://{USER}:{quote(password, safe='')}@127.0.0.1:{self.port}/{database}?ssl=disable"

    def _remembered_port(self) -> int | None:
        try:
            return int((self._home / "port").read_text())
        except (FileNotFoundError, ValueError):
            return None

    def _explained(self, error: OSError) -> LocalPostgresError:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return LocalPostgresError(explain("No space left on device", self._home))
        return LocalPostgresError(
            f"The database's folder {self._home} cannot be used: {error.strerror or error}."
            " Make it writable for you, or set DATA_DIR to another folder."
        )


def _write_private(path: Path, content: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        path.unlink()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(content)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As Postgres itself does: a port in TIME_WAIT is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _tail(log: Path, start: int) -> str:
    with log.open("rb") as file:
        file.seek(start if start <= log.stat().st_size else 0)
        return file.read().decode(errors="replace")
