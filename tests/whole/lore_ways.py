"""The ways by which words of lore books come out again: panels, lists, what tells why, reports on files."""

from __future__ import annotations

import contextlib
import json
import re
import sys
from typing import Protocol
from uuid import UUID

import pytest

from bot.errors import InvalidInput
from bot.services.lore.attaching import Target
from bot.services.talk.conversations import Asking
from sandbox.world.models import Channel
from tests.whole.cafe import Whole, slash


class Town(Protocol):
    """What a way needs: the program, a place where Mirabel is, and the line of a number."""

    here: Whole

    def line(self, number: int) -> str: ...
    def place(self, number: int) -> Channel: ...
    async def robin(self) -> UUID: ...


def passable(line: str) -> str:
    """What Discord's own client could send: no lone surrogates, no NUL."""
    return line.replace("\x00", "").encode("utf-8", "ignore").decode()


async def in_a_lore_book(town: Town, number: int) -> None:
    """A book and its entry: everything that is said of them in panels, lists, pages of history and suggestions."""
    here, tavern, line = town.here, town.here.channel("tavern"), passable(town.line(number))
    book_id = await written(town, line)
    for command, options in (
        ("lore book open", {"book": str(book_id)}),
        ("lore book list", {}),
        ("lore book share", {"book": str(book_id)}),
        ("lore entry list", {"book": str(book_id)}),
        ("lore entry search", {"words": "everything"}),
    ):
        await slash(here, "robin", tavern, command, **options)
    async with here.cafe.people.at_work(here.caller("robin")) as (robin, work):
        (first, *_) = await here.cafe.lore.entries.find(work, robin, "", book_id=book_id)
    for command in ("show", "history"):
        await slash(here, "robin", tavern, f"lore entry {command}", entry=str(first.id))
    await given_up(town, book_id)


async def in_what_lore_was_told(town: Town, number: int) -> None:
    """An entry that is always there: what says why, and what tries it with the line itself."""
    here, tavern, line = town.here, town.here.channel("tavern"), passable(town.line(number))
    book_id = await written(town, line)
    async with here.cafe.people.at_work(here.caller("robin")) as (robin, work):
        asking = Asking(robin, here.place(tavern))
        await here.cafe.lore.attachments.attach(work, asking, book_id, Target.conversation())
    await here.ask(("robin", f"Mirabel, lantern {number}?", tavern))
    await slash(here, "robin", tavern, "lore why")
    await slash(here, "robin", tavern, "lore test", text=line[:1000] or "?")
    await slash(here, "robin", tavern, "lore book here")
    await given_up(town, book_id)


async def in_a_report_on_a_file(town: Town, number: int) -> None:
    """Names, keys and unknown fields of a file, and the file's own name."""
    here, tavern, line = town.here, town.here.channel("tavern"), passable(town.line(number))
    entry = {"uid": 0, "comment": line, "key": [line, f"/{line}/"], "content": line, line[:60] or "x": line}
    data = json.dumps({"entries": {"0": entry, "1": {**entry, "key": ["/(?<=a)b/", line], "position": line}}}).encode()
    name = re.sub(r"[^\w @<>&!-]", "", line)[:40] or "file"
    await slash(here, "robin", tavern, "lore book import", upload=(f"{name}.json", data))
    await slash(here, "robin", tavern, "lore book import")
    async with here.cafe.people.at_work(here.caller("robin")) as (robin, work):
        for book in (await here.cafe.lore.books.page(work, robin)).books:
            await here.cafe.lore.books.delete(work, robin, book.id)


async def written(town: Town, line: str) -> UUID:
    """A book of Robin's that says the line wherever it can."""
    cafe = town.here.cafe
    async with cafe.people.at_work(town.here.caller("robin")) as (robin, work):
        name = line[:60] if " ".join(line.split()) else "A book"
        try:
            book = await cafe.lore.books.create(work, robin, {"name": name, "description": line[:500]})
        except InvalidInput:
            book = await cafe.lore.books.create(work, robin, {"name": "A book", "description": "Of everything"})
        content = f"{line[:500]} everything"
        most = {"name": line[:60], "keys": line[:60], "folder": line[:30]}
        for typed in (
            {**most, "content": content},
            {"name": "An entry", "content": content},
            {"content": "everything"},
        ):
            # What is refused in a name or a key may still stand in a content.
            with contextlib.suppress(InvalidInput):
                await cafe.lore.entries.add(work, robin, book.id, {**typed, "mode": "constant"})
                break
        return book.id


async def given_up(town: Town, book_id: UUID) -> None:
    async with town.here.cafe.people.at_work(town.here.caller("robin")) as (robin, work):
        await town.here.cafe.lore.books.delete(work, robin, book_id)


WAYS = (in_a_lore_book, in_what_lore_was_told, in_a_report_on_a_file)
"""In all of them every mention is taken apart before it is shown."""


def show_raw(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let panels show words as they are: so a ping that nothing but that keeps away can be seen."""
    for name, module in list(sys.modules.items()):
        if name.startswith(("cogs.creators", "cogs.lore", "cogs.money", "cogs.wellbeing")) and hasattr(module, "plain"):
            monkeypatch.setattr(module, "plain", lambda text: text)
