"""Finds every text in the source and keeps the catalogues equal to it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import jinja2
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from jinja2 import nodes

from bot.texts import DOMAIN, LOCALE_DIR

ROOT = Path(__file__).parents[2]
ROOMS = ("bot", "cogs", "web")
NOT_OURS = "bot/rehearsal/"
"""The rehearsal stands in for a language model: what it says are a character's words, no text of ours."""

KEYWORDS: dict[str, int] = {"N_": 1, "say": 1, "_L": 1, "plural": 2}
"""Function or method name → how many leading arguments are texts."""
SAY_IS_MADE = re.compile(r"\b(?:Say|say_for)\(")


@dataclass(frozen=True, slots=True)
class Found:
    """One text (and its plural form), what it was given to, and where it stands."""

    keyword: str
    text: str
    plural: str | None
    path: str
    line: int


class NotAConstant(Exception):
    """A text is put together at run time, so no catalogue can hold it."""


def _called(node: ast.Call) -> str | None:
    """The bare name of what is called: `say(…)`, `self._say(…)`, `Say(locale)(…)` and `say_for(x)(…)` are all `say`."""
    match node.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            pass
        case ast.Call() | ast.BoolOp() as made:
            return "say" if SAY_IS_MADE.search(ast.unparse(made)) else None
        case _:
            return None
    for candidate in (name, name.lstrip("_")):
        if candidate in KEYWORDS:
            return candidate
    return None


def find_in(source: str, path: str) -> Iterator[Found]:
    """The texts of one module. Raises `NotAConstant` for `say(f"…")`; `say(variable)` shows one marked elsewhere."""
    for node in ast.walk(ast.parse(source, path)):
        if not isinstance(node, ast.Call) or (keyword := _called(node)) is None:
            continue
        wanted = node.args[: KEYWORDS[keyword]]
        texts = [arg.value for arg in wanted if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
        if any(isinstance(arg, ast.JoinedStr | ast.BinOp) for arg in wanted):
            raise NotAConstant(f"{path}:{node.lineno}: the text given to {keyword}() must be one plain string")
        if len(texts) == KEYWORDS[keyword]:
            yield Found(keyword, texts[0], texts[1] if len(texts) > 1 else None, path, node.lineno)


def find_in_template(source: str, path: str) -> Iterator[Found]:
    """The texts of one Jinja template. Raises `NotAConstant` as `find_in` does."""
    for call in jinja2.Environment().parse(source).find_all(nodes.Call):  # noqa: S701 - read, never rendered
        keyword = call.node.attr if isinstance(call.node, nodes.Getattr) else getattr(call.node, "name", "")
        if keyword not in KEYWORDS:
            continue
        wanted = call.args[: KEYWORDS[keyword]]
        texts = [str(arg.value) for arg in wanted if isinstance(arg, nodes.Const)]
        if any(isinstance(arg, nodes.Concat | nodes.Add | nodes.Mod) for arg in wanted):
            raise NotAConstant(f"{path}:{call.lineno}: the text given to {keyword}() must be one plain string")
        if len(texts) == KEYWORDS[keyword]:
            yield Found(keyword, texts[0], texts[1] if len(texts) > 1 else None, path, call.lineno)


def find_all(root: Path = ROOT) -> tuple[Found, ...]:
    """Every text of the source, by file."""
    found: list[Found] = []
    for path in sorted(path for room in ROOMS for path in (root / room).rglob("*")):
        name = path.relative_to(root).as_posix()
        if name.startswith(NOT_OURS):
            continue
        if path.suffix == ".py":
            found += find_in(path.read_text("utf-8"), name)
        elif path.suffix == ".html":
            found += find_in_template(path.read_text("utf-8"), name)
    return tuple(found)


def template(root: Path = ROOT) -> Catalog:
    """What a complete catalogue holds."""
    catalogue = Catalog(domain=DOMAIN, project="BotCafé", charset="utf-8", fuzzy=False)
    for found in find_all(root):
        key = found.text if found.plural is None else (found.text, found.plural)
        catalogue.add(key, locations=[(found.path, 0)])
    return catalogue


def po_path(language: str) -> Path:
    """Where a language's texts are written by people."""
    return LOCALE_DIR / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def languages() -> tuple[str, ...]:
    """The languages with a catalogue of their own."""
    return tuple(sorted(path.parent.parent.name for path in LOCALE_DIR.glob(f"*/LC_MESSAGES/{DOMAIN}.po")))


def load(language: str) -> Catalog:
    """A language's catalogue as it stands."""
    with po_path(language).open("rb") as file:
        return read_po(file, locale=language, domain=DOMAIN)


def save(language: str, catalogue: Catalog) -> None:
    """Write the catalogue for people (.po) and for the program (.mo). The same texts give the same bytes."""
    path = po_path(language)
    with path.open("wb") as file:
        write_po(file, catalogue, width=120, sort_output=True, ignore_obsolete=True, include_lineno=False)
    with path.with_suffix(".mo").open("wb") as file:
        write_mo(file, catalogue)


def update(language: str) -> None:
    """Take in new texts (untranslated, for a person to fill) and drop those the source no longer has."""
    catalogue = load(language)
    catalogue.update(template(), no_fuzzy_matching=True, update_creation_date=False)
    save(language, catalogue)


def untranslated(catalogue: Catalog) -> tuple[str, ...]:
    """The texts a language has no words for yet."""
    return tuple(_first(message) for message in catalogue if message.id and not _complete(message))


def _first(message: Message) -> str:
    return message.id if isinstance(message.id, str) else str(message.id[0])


def _complete(message: Message) -> bool:
    forms = [message.string] if isinstance(message.string, str) else list(message.string or ("",))
    return all(forms) and not message.fuzzy
