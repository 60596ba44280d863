"""The tables in the documentation that come out of the code: settings, limits, what each table holds, the API's calls.

`make docs` writes them between their markers; `tests/house/test_docs.py` fails when one is stale.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from pydantic import SecretStr

import db.models  # noqa: F401 - every model must be known before its declaration can be read
from bot.limits import all_limits
from bot.settings import Settings
from db.base import Base
from db.personal import Export, Personal, Sharing
from db.queue import TABLES as QUEUE_TABLES
from web.api.kinds import Standing
from web.api.table import ENDPOINTS

DOCS = Path(__file__).parent


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def settings() -> str:
    """Every setting: name, what it is as delivered, what it is for."""
    rows: list[tuple[str, ...]] = []
    for name, field in Settings.model_fields.items():
        default = field.default
        value = default.get_secret_value() if isinstance(default, SecretStr) else default
        secret = " Secret." if field.annotation is SecretStr else ""
        shown = "" if value in (None, "") else f"`{value}`"
        rows.append((f"`{name.upper()}`", shown, f"{field.description}{secret}"))
    return table(("setting", "as delivered", "what it is for"), rows)


def limits() -> str:
    """Every limit: name, number, why, and Discord's own."""
    rows = [
        (
            f"`{name}`",
            f"{int(limit):,} {limit.unit}",
            limit.reason,
            "" if limit.discord is None else f"{limit.discord:,}",
        )
        for name, limit in all_limits().items()
    ]
    return table(("limit", "number", "why", "Discord's own"), rows)


def data() -> str:
    """Every database table: whose data, why, how long, who sees it, copy and erasure."""
    rows: list[tuple[str, ...]] = []
    for mapper in sorted(Base.registry.mappers, key=lambda mapper: str(mapper.local_table)):
        declared: Personal = mapper.class_.personal
        seen = declared.sharing.value
        if declared.sharing is Sharing.SYSTEM:
            seen += f": {declared.system_reason}"
        copy = "in the copy" if declared.export is Export.ROWS else f"not in the copy ({declared.note})"
        rows.append(
            (
                f"`{mapper.local_table}`",
                declared.whose,
                declared.purpose,
                declared.retention,
                seen,
                f"{copy}; erasure: {declared.erase.value}",
            )
        )
    rows += [
        (
            f"`{name}`",
            "nobody",
            "durable jobs (PgQueuer's own)",
            "until the job is done; its log keeps a line per job",
            "system: payloads hold ids only",
            "not in the copy (ids only); erasure: nothing",
        )
        for name in QUEUE_TABLES
    ]
    return table(("table", "whose", "why it is kept", "how long", "who sees it", "copy and erasure"), rows)


def api() -> str:
    """Every endpoint of the API: how it is called, what it does, what a token needs for it."""
    rows = [
        (
            f"`{one.method} {one.path}`",
            one.summary,
            f"`{one.scope}`" + ("" if one.standing is Standing.MEMBER else f", {one.standing}"),
        )
        for one in ENDPOINTS
    ]
    return table(("call", "what it does", "needs"), rows)


PLACES: dict[str, tuple[str, Callable[[], str]]] = {
    "settings": ("settings.md", settings),
    "limits": ("limits.md", limits),
    "data": ("data.md", data),
    "api": ("api.md", api),
}


def marked(name: str) -> re.Pattern[str]:
    """Where a table stands in its page."""
    return re.compile(rf"(<!-- from the code: {name} -->\n)(.*?)(<!-- end: {name} -->)", re.DOTALL)


def written(name: str) -> str:
    """The table as it stands in its page. Raises `LookupError` without markers."""
    page, _ = PLACES[name]
    found = marked(name).search((DOCS / page).read_text("utf-8"))
    if found is None:
        raise LookupError(f"docs/{page} has no markers for the table {name}")
    return found.group(2).strip()


def main() -> int:
    """Write every table into its page."""
    for name, (page, make) in PLACES.items():
        written(name)
        text = (DOCS / page).read_text("utf-8")
        fresh = make()
        (DOCS / page).write_text(
            marked(name).sub(lambda found, new=fresh: found[1] + new + "\n" + found[3], text), "utf-8"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
