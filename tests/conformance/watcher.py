"""Looks over the sandbox's shoulder: every journal entry is held against the specification, and counted."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from tests.conformance import events
from tests.conformance.corrections import CORRECTIONS
from tests.conformance.exceptions import EXEMPT, Used, is_undescribed
from tests.conformance.spec import Specification, Violation

_BLOT = "•••"
_API = re.compile(r"^/api(/v\d+)?(?=/)")
#: What a person's own client is told beyond what bots are (the sandbox's protocol for people).
_PEOPLE_EVENTS = re.compile(
    r"INTERACTION_(SUCCESS|FAILURE|MODAL_CREATE|CREATE)|APPLICATION_COMMAND_AUTOCOMPLETE_RESPONSE"
)


class Actor(Protocol):
    """Who acted."""

    @property
    def kind(self) -> str:
        """bot, user or none."""
        ...


class Entry(Protocol):
    """What is read of a journal entry."""

    @property
    def n(self) -> int: ...
    @property
    def actor(self) -> Actor: ...
    @property
    def transport(self) -> str: ...
    @property
    def method(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def status(self) -> int | None: ...
    @property
    def request(self) -> Any: ...
    @property
    def response(self) -> Any: ...


class Row:
    """A journal entry read back from JSON."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.n: int = data["n"]
        self.actor = _Who(data["actor"]["kind"])
        self.transport: str = data["transport"]
        self.method: str = data["method"]
        self.path: str = data["path"]
        self.status: int | None = data["status"]
        self.request: Any = data["request"]
        self.response: Any = data["response"]


class _Who:
    def __init__(self, kind: str) -> None:
        self.kind = kind


def _general(path: str) -> str:
    """A path without its ids."""
    return re.sub(r"[0-9]{5,}", "…", path)


def _is_no_route(body: Any) -> bool:
    """Whether an answer is the sandbox's 404 for a route it does not have."""
    return isinstance(body, Mapping) and body.get("code") == 0


def _unblotted(value: Any) -> Any:
    """A body with an ordinary word where the journal hides a secret: the blot is no part of an address."""
    if isinstance(value, Mapping):
        return {key: _unblotted(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_unblotted(inner) for inner in value]
    if isinstance(value, str) and _BLOT in value:
        return value.replace(_BLOT, "hidden")
    return value


class Watcher:
    """Violations not yet taken, and what was covered so far."""

    def __init__(self, specification: Specification) -> None:
        self._specification = specification
        self._violations: list[Violation] = []
        self.used = Used()
        self.calls: Counter[tuple[str, int]] = Counter()
        self.events: Counter[tuple[str, str]] = Counter()
        self.undescribed: Counter[str] = Counter()
        self.unknown: Counter[str] = Counter()
        self.absent: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.checked = 0

    def see(self, entry: Entry) -> None:
        """Judge one entry."""
        if entry.transport == "rest":
            found = self._see_call(entry)
        elif entry.path == "out" and entry.method.isupper():
            found = self._see_event(entry)
        else:
            return
        self._violations += self.used.remaining(found)

    def take(self) -> list[Violation]:
        """The violations since this was last asked, each once."""
        taken = list(dict.fromkeys(self._violations))
        self._violations.clear()
        return taken

    def read(self, lines: Iterable[bytes | str]) -> None:
        """Judge what a sandbox in another process filed (its journal.jsonl); a cut-off line is passed over."""
        for line in lines:
            try:
                row = json.loads(line)
            except ValueError:
                continue
            self.see(Row(row))

    def read_file(self, path: Path) -> None:
        """Judge a journal file and the part turned away from it."""
        for one in (path.with_name(path.name + ".1"), path):
            if one.is_file():
                self.read(one.read_bytes().splitlines())

    def _see_call(self, entry: Entry) -> list[Violation]:
        bare = urlsplit(entry.path).path
        if not _API.match(bare):
            return []
        path = _API.sub("", bare)
        assert entry.status is not None
        operation = self._specification.find(entry.method, entry.path)
        if operation is not None and entry.status == 404 and _is_no_route(entry.response):
            self.absent[operation.subject] += 1
            return []
        if operation is None:
            if is_undescribed(entry.method, path):
                self.undescribed[f"{entry.method} {_general(path)}"] += 1
                return []
            self.unknown[f"{entry.method} {_general(path)}"] += 1
            if entry.status == 404:
                return []
            return [Violation("response", f"{entry.method} {path}", "", "route", "not in the specification")]
        self.calls[operation.subject, entry.status] += 1
        self.checked += 1
        found = self._specification.response(operation, entry.status, _unblotted(entry.response))
        # What was refused may be wrong: refusing it is what Discord does.
        if entry.status < 300:
            found += self._specification.request(operation, entry.path, _unblotted(entry.request))
        elif entry.actor.kind == "bot" and entry.status == 400:
            self.refused[operation.subject] += 1
        return found

    def _see_event(self, entry: Entry) -> list[Violation]:
        if entry.actor.kind != "bot":
            self.events[entry.method, "people"] += 1
            if _PEOPLE_EVENTS.fullmatch(entry.method) or entry.method == "READY":
                return []
        else:
            self.events[entry.method, "bots"] += 1
        self.checked += 1
        return events.judge(self._specification, entry.method, entry.response)

    # ------------------------------------------------------------------------------------------------ report

    def told(self) -> dict[str, Any]:
        """What was counted, as JSON can hold it: for `add` of another watcher."""
        counted = {name: [[key, count] for key, count in counter.items()] for name, counter in self._counters().items()}
        exempt = [self.used.counts[one] for one in EXEMPT]
        return {"checked": self.checked, "counted": counted, "exempt": exempt}

    def add(self, told: Mapping[str, Any]) -> None:
        """Count what another watcher counted too."""
        self.checked += told["checked"]
        for name, counter in self._counters().items():
            for key, count in told["counted"][name]:
                counter[tuple(key) if isinstance(key, list) else key] += count
        for one, count in zip(EXEMPT, told["exempt"], strict=True):
            self.used.counts[one] += count

    def _counters(self) -> dict[str, Counter[Any]]:
        return {
            "calls": self.calls,
            "events": self.events,
            "undescribed": self.undescribed,
            "unknown": self.unknown,
            "absent": self.absent,
            "refused": self.refused,
        }

    def summary(self) -> str:
        """What was covered, in a line."""
        operations = len({subject for subject, _ in self.calls})
        return (
            f"conformance: {self.checked} calls and events held against Discord's specification "
            f"({operations} endpoints, {len({event for event, _ in self.events})} events; "
            f"{sum(self.used.counts.values())} let pass with reason)"
        )

    def report(self) -> str:
        """The coverage tables, as text."""
        lines = ["# Held against Discord's specification", ""]
        lines += [f"{self.checked} calls and events checked", "", "## Endpoints", ""]
        by_operation: dict[str, Counter[int]] = {}
        for (subject, status), count in self.calls.items():
            by_operation.setdefault(subject, Counter())[status] = count
        for subject in sorted(by_operation, key=lambda one: one.split(" ")[::-1]):
            statuses = by_operation[subject]
            told = ", ".join(f"{status} × {count}" for status, count in sorted(statuses.items()))
            lines.append(f"{statuses.total():6}  {subject}  ({told})")
        for title, counter in (
            ("Endpoints outside the specification", self.undescribed),
            ("Asked for, in the specification, not built here (404)", self.absent),
            ("Asked for, but not in the specification", self.unknown),
            ("Refused to bots with 400", self.refused),
        ):
            if counter:
                lines += ["", f"## {title}", ""]
                lines += [f"{count:6}  {subject}" for subject, count in sorted(counter.items())]
        lines += ["", "## Events", ""]
        for event in sorted({event for event, _ in self.events}):
            judged = "" if event in events.PARTS else "  (no schema)"
            told = ", ".join(
                f"{who} × {self.events[event, who]}" for who in ("bots", "people") if self.events[event, who]
            )
            lines.append(f"{sum(self.events[event, who] for who in ('bots', 'people')):6}  {event}  ({told}){judged}")
        return "\n".join([*lines, *self._reasons(), ""])

    def _reasons(self) -> list[str]:
        lines = ["", "## Let pass, with reason", ""]
        for exempt in EXEMPT:
            lines.append(f"{self.used.counts[exempt]:6}  {exempt.whose}: {exempt.pointer} ({exempt.subject})")
            lines.append(f"        {exempt.reason}")
        lines += ["", "## Corrections to the specification", ""]
        for what, why in CORRECTIONS:
            lines += [f"        {what}", f"        {why}"]
        return lines
