"""`python -m bot card inspect FILE` and `python -m bot lore inspect FILE`: what an import would make of a file.

Nothing is written anywhere and no database is needed. Exit code 1 where the file is refused; the sentence says why.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Any

from bot.errors import InvalidInput
from bot.services.characters.cards import told as cards_told
from bot.services.characters.cards.card import read_card
from bot.services.characters.cards.columns import fitted
from bot.services.characters.cards.containers import opened
from bot.services.characters.cards.json_files import JsonObject
from bot.services.lore.formats import told as lore_told
from bot.services.lore.transfer.parsing import parsed
from bot.texts import Say

Account = Mapping[str, Any]
_LANGUAGE = "en"


def told(arguments: argparse.Namespace) -> tuple[bool, str]:
    """Whether the file would be taken, and what is to be said of it."""
    try:
        account = arguments.inspect(arguments.file)
    except OSError as error:
        return False, f"{arguments.file} cannot be read: {error.strerror}."
    except InvalidInput as error:
        sentence = Say(_LANGUAGE).error(error)
        refused = {"file": arguments.file.name, "refused": sentence, "code": error.code}
        return False, json.dumps(refused, ensure_ascii=False) if arguments.json else f"{refused['file']}: {sentence}"
    if arguments.json:
        return True, json.dumps(account, ensure_ascii=False, indent=1)
    return True, "\n".join(_lines(account))


def inspect_book(path: Path) -> Account:
    """What becomes of a lore book, field by field. Raises `InvalidInput` or `OSError`."""
    return account_of_book(path.read_bytes(), path.name)


def inspect_card(path: Path) -> Account:
    """What becomes of a card and the book in it. Raises `InvalidInput` or `OSError`."""
    return account_of_card(path.read_bytes(), path.name)


def account_of_book(data: bytes, name: str) -> Account:
    """As `inspect_book`, of a file at hand."""
    found = parsed(data, name)
    account = lore_told.counted(found)
    return {
        "file": name,
        "format": found.format.value,
        "entries": len(found.entries),
        "fields_in": len(lore_told.leaves(found.raw)),
        "understood": account.mapped,
        "kept": account.kept,
        "changed": account.changed,
        "refused": account.refused,
        "written": _written(lore_told.written_everywhere(found, PurePath(name).stem)),
        "report": list(lore_told.lines(found, Say(_LANGUAGE))),
    }


def account_of_card(data: bytes, name: str) -> Account:
    """As `inspect_card`, of a file at hand."""
    found = opened(data)
    card = read_card(found.data)
    made = fitted(card)
    account: dict[str, Any] = {
        "file": name,
        "container": found.container.value,
        "spec": card.spec.value,
        "name": made.columns.name,
        "fields_in": len(lore_told.leaves(found.data)),
        "written": _written(cards_told.written_both(card)),
        "report": list(cards_told.lines(card, made, found.assets, Say(_LANGUAGE))),
    }
    if _has_entries(card.book):
        account["book"] = account_of_book(data, name)
    return account


def _has_entries(book: JsonObject | None) -> bool:
    return book is not None and bool(book.get("entries"))


def _written(some: tuple[Any, ...]) -> list[dict[str, Any]]:
    return [
        {
            "as": (one.spec if isinstance(one, cards_told.WrittenCard) else one.format).value,
            "fields_out": one.fields_out,
            "lost": list(one.lost),
        }
        for one in some
    ]


def _lines(account: Account, indent: str = "") -> list[str]:
    lines = [
        f"{indent}{name.replace('_', ' ')}: {value}"
        for name, value in account.items()
        if name not in {"written", "report", "book"}
    ]
    for one in account["written"]:
        lost = f"{len(one['lost'])} lost" + (f" ({', '.join(one['lost'])})" if one["lost"] else "")
        lines.append(f"{indent}written as {one['as']}: {one['fields_out']} fields, {lost}")
    lines += [f"{indent}  {line}" for line in account["report"]]
    if "book" in account:
        lines += [f"{indent}its lore book:", *_lines(account["book"], indent + "  ")]
    return lines
