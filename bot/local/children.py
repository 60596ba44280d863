"""Child processes that never outlive the program, however it ends: return, exception, Ctrl-C or SIGKILL.

Between the program and each command stands a keeper: a few lines of POSIX `sh` in a session of its own. It runs the
command and reads from a pipe whose other end only the program holds. When the program is gone, for whatever reason,
the kernel closes that end, the keeper reads end-of-file and stops the command: first with the chosen signal, after a
grace with SIGKILL. Nothing here is particular to Linux, and a terminal's Ctrl-C reaches the program alone, which then
stops its children in the order it chooses.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

DEFAULT_GRACE_SECONDS = 10
LOG_LIMIT_BYTES = 5_000_000
"""A log longer than this is put aside (one generation) when the child starts again."""

# $1 signal, $2 grace in tenths of a second, then the command. Descriptor 0 is the pipe, 1 tells the command's pid, 2 is
# the log. Lists in the background would read from /dev/null, hence the copy of the pipe on 4. The keeper leads its own
# process group, so the last line also ends whatever the command left behind in it.
_KEEPER = """
stop=$1; tenths=$2; shift 2
exec 4<&0 </dev/null
"$@" >&2 4<&- &
child=$!
echo "$child"
exec >&2
trap 'kill -s "$stop" "$child" 2>/dev/null' HUP INT TERM
(
    trap - HUP INT TERM
    read -r _ <&4
    kill -s "$stop" "$child" 2>/dev/null
    while [ "$tenths" -gt 0 ] && kill -0 "$child" 2>/dev/null; do
        sleep 0.1
        tenths=$((tenths - 1))
    done
    kill -s KILL "$child" 2>/dev/null
) &
exec 4<&-
code=127
while :; do
    wait "$child"
    code=$?
    kill -0 "$child" 2>/dev/null || break
done
trap '' TERM
kill -s TERM -- "-$$" 2>/dev/null
exit "$code"
"""


@dataclass(frozen=True, slots=True)
class RunAs:
    """Another user to run a child as (only root may)."""

    user_id: int
    group_id: int


class Child:
    """One running command with its keeper. Made by `start`."""

    def __init__(self, name: str, keeper: subprocess.Popen[bytes], pipe: int, pid: int, grace_seconds: float) -> None:
        self.name = name
        self.pid = pid
        self._keeper = keeper
        self._pipe: int | None = pipe
        self._grace_seconds = grace_seconds
        self._ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        # A daemon thread, so that a child still running never holds up the end of the program.
        threading.Thread(target=self._watch, args=(loop,), name=f"watch {name}", daemon=True).start()

    @classmethod
    async def start(
        cls,
        argv: Sequence[str],
        *,
        name: str,
        log_path: Path,
        stop_signal: signal.Signals = signal.SIGTERM,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        grace_seconds: float = DEFAULT_GRACE_SECONDS,
        run_as: RunAs | None = None,
    ) -> Child:
        """Run a command whose output goes to `log_path`. Raises `FileNotFoundError` where there is no such command.

        `stop_signal` is what asks it to end. SIGINT only suits commands that install a handler for it themselves, since
        a shell starts background commands with SIGINT ignored.
        """
        search = None if env is None else env.get("PATH")
        if shutil.which(argv[0], path=search) is None:
            raise FileNotFoundError(f"there is no command {argv[0]}")
        spawning = asyncio.ensure_future(
            asyncio.to_thread(_spawn, argv, log_path, stop_signal, env, cwd, grace_seconds, run_as)
        )
        try:
            keeper, pipe, pid = await asyncio.shield(spawning)
        except asyncio.CancelledError:
            # It runs all the same, and nobody but us knows of it.
            await cls(name, *await spawning, grace_seconds).stop()
            raise
        return cls(name, keeper, pipe, pid, grace_seconds)

    def alive(self) -> bool:
        """Whether it still runs."""
        return self._keeper.poll() is None

    @property
    def exit_code(self) -> int | None:
        """How it ended: its exit code, 128 + n where signal n ended it, or None while it runs."""
        return self._keeper.poll()

    async def ended(self) -> int:
        """Wait until it ends by itself or is stopped; its exit code."""
        await self._ended.wait()
        return self._keeper.wait()

    async def stop(self) -> int:
        """Ask it to end, insist after the grace, and wait. Its exit code. May be called again."""
        self._let_go()
        try:
            await asyncio.wait_for(self._ended.wait(), self._grace_seconds + 5)
        except TimeoutError:
            # The keeper itself hangs, which only a stopped (SIGSTOP) one does.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._keeper.pid, signal.SIGKILL)
            await self._ended.wait()
        return self._keeper.wait()

    def _let_go(self) -> None:
        if self._pipe is not None:
            os.close(self._pipe)
            self._pipe = None

    def _watch(self, loop: asyncio.AbstractEventLoop) -> None:
        self._keeper.wait()
        # The loop may be closed by now: then nobody waits for the event.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(self._set_ended)

    def _set_ended(self) -> None:
        self._let_go()
        self._ended.set()


def open_log(log_path: Path) -> BinaryIO:
    """The log for appending, readable by its owner only; an overlong one is put aside as `.1` first."""
    log_path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileNotFoundError):
        if log_path.stat().st_size > LOG_LIMIT_BYTES:
            log_path.replace(log_path.with_name(f"{log_path.name}.1"))
    return os.fdopen(os.open(log_path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab")


def _spawn(
    argv: Sequence[str],
    log_path: Path,
    stop_signal: signal.Signals,
    env: Mapping[str, str] | None,
    cwd: Path | None,
    grace_seconds: float,
    run_as: RunAs | None,
) -> tuple[subprocess.Popen[bytes], int, int]:
    """Start keeper and command; the keeper, the pipe that keeps both alive, and the command's pid."""
    tenths = str(max(1, round(grace_seconds * 10)))
    # `kill -s` takes names without the SIG.
    keeper_argv = ["/bin/sh", "-c", _KEEPER, "keeper", stop_signal.name.removeprefix("SIG"), tenths, *argv]
    hold_read, hold_write = os.pipe()
    tell_read, tell_write = os.pipe()
    try:
        with open_log(log_path) as log:
            keeper = subprocess.Popen(
                keeper_argv,
                stdin=hold_read,
                stdout=tell_write,
                stderr=log,
                env=None if env is None else dict(env),
                cwd=cwd,
                start_new_session=True,
                user=None if run_as is None else run_as.user_id,
                group=None if run_as is None else run_as.group_id,
                extra_groups=None if run_as is None else [],
            )
    except BaseException:
        os.close(hold_write)
        os.close(tell_read)
        raise
    finally:
        os.close(hold_read)
        os.close(tell_write)
    with os.fdopen(tell_read, "rb") as told:
        pid = int(told.readline())
    return keeper, hold_write, pid
