"""The data directory: made, checked and held by one program at a time."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
from collections.abc import Generator
from pathlib import Path

from bot.local.errors import StartError
from bot.roles import Role

LOCK_NAME = "botcafe.lock"
SPACE_NEEDED_BYTES = 200_000_000
"""An empty database takes 39 MB and its write-ahead log grows by 16 MB at a time."""


@contextlib.contextmanager
def claimed(folder: Path, role: Role = Role.ALL) -> Generator[Path]:
    """Hold the data directory until the block ends; made first if needed. Yields its absolute path.

    Processes of different roles may share it, as they share the pictures in it; one that runs everything is alone.
    The lock is the kernel's (flock): it ends with the process, however that ends, so a killed predecessor leaves
    nothing to clean up. Raises `StartError` where another BotCafé holds it, it cannot be written to, or the disk is
    full.
    """
    if role is not Role.ALL:
        with _held(folder, LOCK_NAME, fcntl.LOCK_SH), _held(folder, f"botcafe-{role}.lock", fcntl.LOCK_EX) as held:
            yield held
        return
    with _held(folder, LOCK_NAME, fcntl.LOCK_EX) as held:
        yield held


@contextlib.contextmanager
def _held(folder: Path, name: str, how: int) -> Generator[Path]:
    """One lock file of the folder. A lock that is shared names nobody."""
    folder = folder.absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = (folder / name).open("a+", encoding="utf-8")
    except OSError as error:
        raise _unwritable(folder, error) from error
    with file:
        try:
            fcntl.flock(file, how | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise StartError(_already(folder, file.read().strip())) from None
        check_space(folder)
        try:
            file.truncate(0)
            file.write("" if how == fcntl.LOCK_SH else str(os.getpid()))
            file.flush()
        except OSError as error:
            raise _unwritable(folder, error) from error
        yield folder


def check_space(folder: Path) -> None:
    """Refuse to start on a disk that is about to be full: a database that runs out of space stops in the middle."""
    free = shutil.disk_usage(folder).free
    if free < SPACE_NEEDED_BYTES:
        raise StartError(
            f"The disk that holds {folder} has {free // 1_000_000} MB left, and BotCafé needs "
            f"{SPACE_NEEDED_BYTES // 1_000_000} MB to run safely. Nothing was started and nothing was lost. "
            "Free some space, or set DATA_DIR to a folder on another disk, then start again."
        )


def holder(folder: Path) -> int | None:
    """The process that holds the data directory now, or None when nobody does."""
    try:
        with (folder / LOCK_NAME).open("r", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return int(file.read().strip() or 0)
    except (OSError, ValueError):
        return None
    return None


def _already(folder: Path, pid: str) -> str:
    who = f" (process {pid})" if pid else ""
    return (
        f"BotCafé already runs on {folder}{who}. That one goes on; nothing was changed. "
        "Use it, or stop it with Ctrl-C where it was started, or give this one a folder of its own: "
        "DATA_DIR=other-folder make start (and other ports: WEB_PORT, SANDBOX_PORT)."
    )


def _unwritable(folder: Path, error: OSError) -> StartError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StartError(
            f"The disk that holds {folder} is full. Nothing was started and nothing was lost. "
            "Free some space, or set DATA_DIR to a folder on another disk, then start again."
        )
    return StartError(
        f"The data directory {folder} cannot be used: {error.strerror or error}. Nothing was started. "
        "Make it writable for you, or set DATA_DIR to another folder, then start again."
    )
