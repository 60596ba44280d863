"""What the doctor finds, and how it is shown."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

from bot.redaction import one_line


class Level(StrEnum):
    """How bad it is: fine, worth knowing, or in the way."""

    OK = "ok"
    WARN = "warn"
    RED = "red"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report: what was looked at, what was seen, and (unless ok) what to do."""

    check: str
    level: Level
    seen: str
    advice: str = ""


def ok(check: str, seen: str) -> Finding:
    """Nothing to do."""
    return Finding(check, Level.OK, seen)


def warn(check: str, seen: str, advice: str) -> Finding:
    """It works, and could work better."""
    return Finding(check, Level.WARN, seen, advice)


def red(check: str, seen: str, advice: str) -> Finding:
    """It does not work until somebody does something."""
    return Finding(check, Level.RED, seen, advice)


def render_text(findings: Sequence[Finding]) -> str:
    """The report for people: a line each, advice below it, and a last line that sums up."""
    width = max((len(finding.check) for finding in findings), default=0)
    lines: list[str] = []
    for finding in findings:
        lines.append(f"{finding.level:<5} {finding.check:<{width}}  {one_line(finding.seen)}")
        if finding.advice:
            lines.append(f"{'':<5} {'':<{width}}  → {one_line(finding.advice)}")
    reds = sum(finding.level is Level.RED for finding in findings)
    warns = sum(finding.level is Level.WARN for finding in findings)
    if reds:
        lines.append(f"\n{reds} to mend before BotCafé can work as it should; {warns} worth knowing.")
    elif warns:
        lines.append(f"\nEverything needed is there; {warns} worth knowing.")
    else:
        lines.append("\nAll is well.")
    return "\n".join(lines)


def render_json(findings: Sequence[Finding]) -> str:
    """The report for machines: `{"ok": bool, "findings": [{"check", "level", "seen", "advice"}]}`."""
    healthy = all(finding.level is not Level.RED for finding in findings)
    return json.dumps(
        {"ok": healthy, "findings": [asdict(finding) for finding in findings]}, ensure_ascii=False, indent=1
    )
