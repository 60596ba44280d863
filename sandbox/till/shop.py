"""What the till knows: rows by kind, the time, and what happened."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sandbox.clock import Clock
from sandbox.world.models import Json
from sandbox.world.store import Store

KINDS = (
    "customers",
    "products",
    "prices",
    "sessions",
    "portals",
    "subscriptions",
    "invoices",
    "intents",
    "charges",
    "refunds",
    "disputes",
    "events",
    "endpoints",
    "answers",
)
API_VERSION = "2026-10-28.endive"


class TillError(Exception):
    """What Stripe answers with an error: its type, code and message, and the parameter at fault."""

    def __init__(self, status: int, message: str, *, code: str = "", param: str = "", kind: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.param = param
        self.kind = kind or "invalid_request_error"

    def body(self) -> Json:
        """The answer's body."""
        error = {"type": self.kind, "message": self.message, "code": self.code, "param": self.param}
        return {"error": {key: value for key, value in error.items() if value}}


class Shop:
    """Everything the till keeps. Whoever changes a row puts it back."""

    def __init__(self, path: Path | None, clock: Clock) -> None:
        self.clock = clock
        #: Where the till is reached, such as "http://127.0.0.1:3900/till".
        self.origin = ""
        #: Told of each event, in order.
        self.told: Callable[[Json], None] = lambda event: None
        self._store = Store(path)
        self._rows: dict[str, dict[str, Json]] = {kind: {} for kind in KINDS}

    def open(self) -> None:
        """Read what was kept. Raises OSError where another till has the file."""
        self._store.lock()

        def apply(kind: str, key: str, row: Any) -> None:
            if kind == "clock":
                self.clock.advance(float(row["ahead"]) - self._ahead())
            elif kind in self._rows:
                self._rows[kind][key] = row

        self._store.load(apply)
        self._store.open(self.dump)

    def close(self) -> None:
        """Write everything down."""
        self._store.close()

    def dump(self) -> dict[str, dict[str, Json]]:
        """Every row, and how far the time was put forward."""
        return {**self._rows, "clock": {"clock": {"ahead": self._ahead()}}}

    def _ahead(self) -> float:
        return self.clock.now() - Clock().now()

    def now(self) -> int:
        """Unix time in whole seconds, as Stripe tells it."""
        return int(self.clock.now())

    def pass_time(self, seconds: float) -> None:
        """Put the clock forward, and remember it."""
        self.clock.advance(seconds)
        self._store.record("clock", "clock", {"ahead": self._ahead()})

    def new_id(self, prefix: str) -> str:
        """An id that looks like Stripe's."""
        return f"{prefix}_{secrets.token_hex(12)}"

    def put(self, kind: str, row: Json) -> Json:
        """Keep a row under its id."""
        self._rows[kind][row["id"]] = row
        self._store.record(kind, row["id"], row)
        return row

    def drop(self, kind: str, row_id: str) -> None:
        """Forget a row."""
        del self._rows[kind][row_id]
        self._store.record(kind, row_id, None)

    def find(self, kind: str, row_id: str | None) -> Json | None:
        """The row, or None."""
        return self._rows[kind].get(row_id or "")

    def get(self, kind: str, row_id: str) -> Json:
        """The row. Raises `TillError` (404) in Stripe's words."""
        row = self.find(kind, row_id)
        if row is None:
            what = "checkout.session" if kind == "sessions" else kind[:-1]
            raise TillError(404, f"No such {what}: '{row_id}'", code="resource_missing", param="id")
        return row

    def all(self, kind: str) -> list[Json]:
        """Every row, newest first."""
        return list(self._rows[kind].values())[::-1]

    def happened(self, kind: str, thing: Json) -> Json:
        """Write an event down and tell of it."""
        event: Json = {
            "id": self.new_id("evt"),
            "object": "event",
            "api_version": API_VERSION,
            "created": self.now(),
            "data": {"object": {key: value for key, value in thing.items() if not key.startswith("_")}},
            "livemode": False,
            "pending_webhooks": len(self._rows["endpoints"]),
            "request": {"id": None, "idempotency_key": None},
            "type": kind,
        }
        self.put("events", event)
        self.told(event)
        return event
