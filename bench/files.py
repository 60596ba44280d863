"""What becomes of cards and lore books of every format, field by field.

`python -m bench.files` tells of the files that are built here and of those in `--samples FOLDER`; with `--write` the
tables of docs/cards.md are written anew. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from bench.files_parts import built
from bot.errors import InvalidInput
from bot.inspecting import account_of_book, account_of_card
from bot.texts import Say

DOCS = Path(__file__).resolve().parent.parent / "docs" / "cards.md"
SAMPLES = Path(__file__).resolve().parents[2] / "shared" / "data" / "cards"
_SHORT = {"world": "world file", "character_book": "character book", "lorebook_v3": "V3 book", "v2": "V2", "v3": "V3"}
Row = tuple[str, ...]
Account = Callable[[bytes, str], Mapping[str, Any]]


def main(arguments: list[str]) -> int:
    """Print the tables; 1 where a field was lost or a bad file was taken."""
    parser = argparse.ArgumentParser(prog="python -m bench.files", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--samples", type=Path, default=SAMPLES, help="a folder of cards and books beside those built")
    parser.add_argument("--write", action="store_true", help="write the tables into docs/cards.md")
    chosen = parser.parse_args(arguments)
    tables, figures = told(read(chosen.samples))
    sys.stdout.write("\n\n".join(tables.values()) + "\n")
    if chosen.write:
        written = DOCS.read_text("utf-8")
        for name, table in tables.items():
            written = put(written, name, table)
        DOCS.write_text(written, "utf-8")
    sys.stdout.write(json.dumps(figures) + "\n")
    return 1 if figures["lost"] or figures["wrongly_taken"] else 0


def read(folder: Path) -> dict[str, bytes]:
    """The files in a folder by name; none where there is no such folder."""
    return {one.name: one.read_bytes() for one in sorted(folder.glob("*"))}


def told(samples: Mapping[str, bytes]) -> tuple[dict[str, str], dict[str, Any]]:
    """The tables by their name in docs/cards.md, and what they come to."""
    figures: dict[str, Any] = {"files": 0, "fields_in": 0, "lost": 0, "refused": 0, "wrongly_taken": []}
    figures["slowest_ms"] = 0.0
    good, bad = _sorted(samples)
    cards = [_row(name, data, account_of_card, figures) for name, data in (built.cards() | good[0]).items()]
    books = [_row(name, data, account_of_book, figures) for name, data in (built.books() | good[1]).items()]
    said = [_refusal(name, data, figures) for name, data in (built.refused() | bad).items()]
    head = ("file", "is", "fields in", "fields out", "lost", "lost when written as")
    return {
        "cards": _table(head, cards),
        "books": _table(head, books),
        "refused": _table(("file", "what is said"), said),
    }, figures


def put(text: str, name: str, table: str) -> str:
    """The text with a table in its place."""
    between = re.compile(rf"(<!-- {name}: .*?-->\n).*?(\n<!-- /{name} -->)", re.DOTALL)
    return between.sub(lambda found: found[1] + table + found[2], text)


def _sorted(samples: Mapping[str, bytes]) -> tuple[tuple[dict[str, bytes], dict[str, bytes]], dict[str, bytes]]:
    """Samples that are cards, those that are books, and those that are neither."""
    cards: dict[str, bytes] = {}
    books: dict[str, bytes] = {}
    bad: dict[str, bytes] = {}
    for name, data in samples.items():
        kinds = [(account_of_card, cards), (account_of_book, books)]
        taken = next((held for account, held in kinds if _said(account, name, data) is None), bad)
        taken[name] = data
    return (cards, books), bad


def _row(name: str, data: bytes, account: Account, figures: dict[str, Any]) -> Row:
    began = time.perf_counter()
    told = account(data, name)
    took = (time.perf_counter() - began) * 1000
    kind = str(told.get("spec") or told["format"])
    same = next((one for one in told["written"] if one["as"] == kind), None)
    others = [one for one in told["written"] if one is not same]
    lost = sum(len(one["lost"]) for one in told["written"])
    figures["files"] += 1
    figures["fields_in"] += told["fields_in"]
    figures["lost"] += lost
    figures["slowest_ms"] = max(figures["slowest_ms"], round(took, 1))
    return (
        f"`{name}`",
        _SHORT.get(kind, kind),
        str(told["fields_in"]),
        "read only" if same is None else str(same["fields_out"]),
        "" if same is None else _lost(same),
        ", ".join(f"{_SHORT[one['as']]}: {_lost(one)}" for one in others),
    )


def _lost(one: Mapping[str, Any]) -> str:
    return f"{len(one['lost'])} ({', '.join(one['lost'])})" if one["lost"] else "0"


def _refusal(name: str, data: bytes, figures: dict[str, Any]) -> Row:
    began = time.perf_counter()
    accounts = (account_of_card, account_of_book)
    sentences = [_said(account, name, data) for account in accounts]
    figures["slowest_ms"] = max(figures["slowest_ms"], round((time.perf_counter() - began) * 1000, 1))
    if None in sentences:
        figures["wrongly_taken"].append(name)
    figures["refused"] += 1
    # Of two sentences the one that says more of what is wrong: the other only says that it is of the other kind.
    said = sentences[1] if name.endswith("entries.json") or name.endswith("entry.json") else sentences[0]
    return f"`{name}`", said or "(it was taken)"


def _said(account: Account, name: str, data: bytes) -> str | None:
    """The sentence with which a file is refused; None where it is taken."""
    try:
        account(data, name)
    except InvalidInput as error:
        return Say("en").error(error)
    return None


def _table(head: Row, rows: Iterable[Row]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
