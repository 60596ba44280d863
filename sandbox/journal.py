"""Every REST call and gateway event, in and out, in order: what tests and people read to learn what happened.

Tokens, secrets and webhook addresses are blotted out before anything is kept.
"""

from __future__ import annotations

import os
import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

import orjson

from sandbox.clock import Clock, iso

#: How many entries are kept in memory; older ones are forgotten.
KEPT = 20_000
#: The file beside the world begins anew when it grows beyond this (bytes); the part before is kept as ".1".
TURN_AT = 20 << 20

BLOTTED = "•••"
_SECRET_KEYS = frozenset({"token", "access_token", "refresh_token", "client_secret", "authorization"})
_SUSPECT_KEYS = _SECRET_KEYS | {"code"}
#: Found in every text that one of the patterns below finds something in.
_HINT = re.compile(r"/webhooks/|/interactions/|[?&][cst]")
_SECRET_PATHS = (
    re.compile(r"(/webhooks/\d+/)[^/?\s\"]+"),
    re.compile(r"(/interactions/\d+/)[^/?\s\"]+(?=/callback)"),
    re.compile(r"([?&](?:code|client_secret|token)=)[^&\s]+"),
)

Kind = Literal["bot", "user", "none"]
Transport = Literal["rest", "gateway"]


@dataclass(frozen=True)
class Actor:
    """Who acted: a bot, a person, or somebody unknown (webhook and interaction tokens carry no name)."""

    kind: Kind
    id: str | None = None


NOBODY = Actor("none")


@dataclass(frozen=True)
class Entry:
    """One call or event. For the gateway `method` is the event or opcode and `path` is "in", "out" or "close"."""

    n: int
    at: str
    actor: Actor
    transport: Transport
    method: str
    path: str
    status: int | None
    request: Any
    response: Any
    ms: float
    #: What Discord would pass over in silence, such as "avatar_unreachable".
    remarks: list[str]

    def json(self) -> dict[str, Any]:
        """The entry as it is served."""
        actor: dict[str, Any] = {"kind": self.actor.kind, "id": self.actor.id}
        return {**self.__dict__, "actor": actor}


class Journal:
    """Keeps entries in memory and, when the world has a file, beside it, so that they survive a SIGKILL."""

    def __init__(self, clock: Clock, path: Path | None = None) -> None:
        self._clock = clock
        self._path = path
        self._file: int | None = None
        self._size = 0
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self._n = 0
        self._listeners: list[Callable[[Entry], None]] = []

    def subscribe(self, listener: Callable[[Entry], None]) -> Callable[[], None]:
        """Call `listener` with every entry as it is written; the answer ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def open(self) -> None:
        """Read what an earlier run filed and go on behind it."""
        if self._path is None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        if self._path.exists():
            for line in self._path.read_bytes().split(b"\n"):
                self._recall(line)
        self._append_to_file()

    def close(self) -> None:
        """Stop filing."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def write(
        self,
        *,
        actor: Actor,
        transport: Transport,
        method: str,
        path: str,
        status: int | None = None,
        request: Any = None,
        response: Any = None,
        ms: float = 0.0,
        remarks: list[str] | None = None,
    ) -> Entry:
        """Add one entry, blotted."""
        self._n += 1
        entry = Entry(
            n=self._n,
            at=iso(self._clock.now()),
            actor=actor,
            transport=transport,
            method=method,
            path=_blot_text(path),
            status=status,
            request=blot(request),
            response=blot(response),
            ms=round(ms, 2),
            remarks=remarks or [],
        )
        self._entries.append(entry)
        if self._file is not None:
            self._file_line(entry)
        for listener in list(self._listeners):
            listener(entry)
        return entry

    def entries(
        self,
        *,
        after: int = 0,
        kind: str | None = None,
        method: str | None = None,
        path: str | None = None,
    ) -> list[Entry]:
        """Entries behind number `after`; `kind` is a transport or an actor's kind, `path` a part of the path."""
        return [
            entry
            for entry in self._entries
            if entry.n > after
            and (kind is None or kind in (entry.transport, entry.actor.kind))
            and (method is None or method == entry.method)
            and (path is None or path in entry.path)
        ]

    @property
    def last(self) -> int:
        """The number of the newest entry; 0 when there is none."""
        return self._n

    def _file_line(self, entry: Entry) -> None:
        assert self._file is not None
        line = orjson.dumps(entry) + b"\n"
        os.write(self._file, line)
        self._size += len(line)
        if self._size > TURN_AT and self._path is not None:
            os.close(self._file)
            self._path.replace(self._path.with_name(self._path.name + ".1"))
            self._append_to_file()

    def _append_to_file(self) -> None:
        assert self._path is not None
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        self._size = os.fstat(self._file).st_size
        if self._size and os.pread(self._file, 1, self._size - 1) != b"\n":
            os.write(self._file, b"\n")  # end the line that a kill cut off, so the next one stays readable

    def _recall(self, line: bytes) -> None:
        try:
            row: dict[str, Any] = orjson.loads(line)
        except ValueError:  # empty, or cut off by a kill
            return
        row["actor"] = Actor(**row["actor"])
        entry = Entry(**row)
        self._entries.append(entry)
        self._n = max(self._n, entry.n)


def blot(value: Any) -> Any:
    """A copy of `value` without tokens, secrets and webhook addresses."""
    if isinstance(value, str):
        return value if _HINT.search(value) is None else _blot_text(value)
    kind = cast("object", type(value))
    if kind is dict:
        return {
            key: BLOTTED if key in _SUSPECT_KEYS and _is_secret(value, key) else blot(part)
            for key, part in value.items()
        }
    if kind is list:
        return [blot(part) for part in value]
    return value


def _is_secret(fields: dict[str, Any], key: str) -> bool:
    if not isinstance(fields[key], str) or not fields[key]:
        return False
    # Errors name themselves by a "code" too; OAuth2's stands beside a grant_type.
    return key in _SECRET_KEYS or (key == "code" and "grant_type" in fields)


def _blot_text(text: str) -> str:
    for pattern in _SECRET_PATHS:
        text = pattern.sub(rf"\g<1>{BLOTTED}", text)
    return text
