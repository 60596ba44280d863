"""How the world outlives the process: a snapshot, and a log of every change since.

Each change is one line, written straight to the file (no buffer of ours), so a SIGKILL loses nothing that was answered;
only a machine that loses power may lose the last second. A snapshot is written to a new file and renamed over the old
one, then the log is emptied. Dying between the two does no harm: the log's lines hold whole rows, and applying them
again on top of the newer snapshot ends in the same state.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import orjson

#: A log longer than this is folded into the snapshot (bytes).
FOLD_AT = 8 << 20


class Store:
    """Writes the world to `path` (snapshot) and `path` + ".log"; with no path it keeps nothing."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._log: int | None = None
        self._lock: int | None = None
        self._size = 0
        self._snapshot: Callable[[], dict[str, Any]] | None = None

    @property
    def _log_path(self) -> Path:
        assert self._path is not None
        return self._path.with_name(self._path.name + ".log")

    def load(self, apply: Callable[[str, str, Any], None]) -> bool:
        """Read snapshot and log, calling `apply(shelf, key, row)` for each; says whether there was anything to read."""
        if self._path is None:
            return False
        found = False
        if self._path.exists():
            found = True
            for shelf, rows in cast("dict[str, dict[str, Any]]", orjson.loads(self._path.read_bytes())).items():
                for key, row in rows.items():
                    apply(shelf, key, row)
        if self._log_path.exists():
            for line in self._log_path.read_bytes().split(b"\n"):
                change = _parsed(line)
                if change is not None:
                    found = True
                    apply(*change)
        return found

    def lock(self) -> None:
        """Keep other sandboxes from the same files. Raises OSError when one has them; a killed one lets go of them."""
        if self._path is None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = os.open(self._path.with_name(self._path.name + ".lock"), os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._lock)
            self._lock = None
            raise OSError(error.errno, f"another sandbox keeps {self._path}") from error

    def open(self, snapshot: Callable[[], dict[str, Any]]) -> None:
        """Start writing; `snapshot` gives every row of every shelf. Folds what was read into a fresh snapshot."""
        self._snapshot = snapshot
        if self._path is not None:
            self.fold()

    def record(self, shelf: str, key: str, row: Any) -> None:
        """Append one change; `row` is a dataclass, which orjson writes as it is, or None.

        A line is written in one call, so a kill can only ever cut off the last one.
        """
        if self._log is None:
            return
        line = orjson.dumps([shelf, key, row]) + b"\n"
        os.write(self._log, line)
        self._size += len(line)
        if self._size > FOLD_AT:
            self.fold()

    def fold(self) -> None:
        """Write a snapshot and begin an empty log."""
        if self._path is None or self._snapshot is None:
            return
        fresh = self._path.with_name(self._path.name + ".new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(orjson.dumps(self._snapshot()))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)
        if self._log is not None:
            os.close(self._log)
        self._log = os.open(self._log_path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
        self._size = 0

    def close(self) -> None:
        """Fold and stop writing."""
        if self._log is not None:
            self.fold()
            os.close(self._log)
            self._log = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def _parsed(line: bytes) -> tuple[str, str, Any] | None:
    try:
        shelf, key, row = orjson.loads(line)
    except ValueError:  # empty, or cut off by a kill
        return None
    return shelf, key, row
