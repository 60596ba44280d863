"""Lore books for tests of the road: written as rows, attached, changed, without the services that people use."""

import hashlib
import itertools
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from bot.errors import ProviderError
from bot.ports import Caller
from bot.ports.embedding import Kind
from bot.services.lore.engine.book import Entry, Key, Mode
from bot.services.lore.meanings.chunks import Chunks
from bot.services.lore.stored import rules_of
from db.ids import new_id
from db.models import AttachmentOverrides, BookSettings, LoreAttachment, LoreBook, LoreEntry, LoreScope, Visibility
from db.models import Mode as StoredMode
from db.work import Actor
from tests.services.stagecraft import ROBIN, TAVERN, Program

_codes = itertools.count(1)


def entry(name: str, content: str = "", *keys: str, **fields: Any) -> Entry:
    """An entry by keys; without any, one that is always there."""
    mode = fields.pop("mode", Mode.KEYWORD if keys else Mode.CONSTANT)
    content = content or f"All about {name}."
    return Entry(
        new_id(),
        name=name,
        content=content,
        tokens=fields.pop("tokens", len(content.split())),
        mode=mode,
        keys=tuple(Key(key) for key in keys),
        **fields,
    )


async def book(
    program: Program,
    *entries: Entry,
    by: Caller = ROBIN,
    name: str = "The harbour",
    visibility: Visibility = Visibility.PRIVATE,
    raws: dict[UUID, dict[str, Any]] | None = None,
    **settings: Any,
) -> UUID:
    """A book of theirs; its id."""
    owner_id = await program.people.arrive(by)
    async with program.database.work(Actor.user(owner_id)) as work:
        row = LoreBook(
            id=new_id(),
            owner_id=owner_id,
            code=f"b{next(_codes):07}",
            name=name,
            visibility=visibility,
            settings=BookSettings(**settings),
        )
        work.session.add(row)
        await work.session.flush()
        for number, one in enumerate(entries, start=1):
            work.session.add(_row(row.id, number, one, (raws or {}).get(one.id, {})))
    return row.id


def _row(book_id: UUID, number: int, one: Entry, raw: dict[str, Any]) -> LoreEntry:
    is_on = one.mode is not Mode.DISABLED
    return LoreEntry(
        id=one.id,
        book_id=book_id,
        number=number,
        name=one.name,
        content=one.content,
        tokens=one.tokens,
        is_enabled=is_on,
        mode=StoredMode(one.mode.value) if is_on else StoredMode.KEYWORD,
        rules=rules_of(one),
        raw=raw,
        content_sha256=hashlib.sha256(one.content.encode()).hexdigest(),
    )


async def attach(program: Program, book_id: UUID, *, by: Caller = ROBIN, **where: Any) -> UUID:
    """Put it in force: in the tavern, or where `guild_id`, `character_id`, … says; the attachment's id."""
    overrides = where.pop("overrides", AttachmentOverrides())
    where = where or {"channel_id": TAVERN.channel_id}
    scope = LoreScope(next(iter(where)).removesuffix("_id").replace("guild", "server"))
    user_id = await program.people.arrive(by)
    async with program.database.work(Actor.user(user_id)) as work:
        row = LoreAttachment(book_id=book_id, scope=scope, attached_by=user_id, overrides=overrides, **where)
        work.session.add(row)
        await work.session.flush()
        return row.id


async def edited(program: Program, entry_id: UUID, by: Caller = ROBIN, **values: Any) -> None:
    """Change an entry's columns; its book has a new version."""
    user_id = await program.people.arrive(by)
    async with program.database.work(Actor.user(user_id)) as work:
        await work.session.execute(update(LoreEntry).where(LoreEntry.id == entry_id).values(**values))
        book_id = await work.session.scalar(select(LoreEntry.book_id).where(LoreEntry.id == entry_id))
        await work.session.execute(update(LoreBook).where(LoreBook.id == book_id).values(version=LoreBook.version + 1))


def prompt_text(program: Program, number: int = -1) -> str:
    """All that a model was asked."""
    return "\n".join(one.content for one in program.models.asked[number].prompt.messages)


class FakeEmbedder:
    """`bot.ports.embedding.Embedder` that knows two things: what speaks of light, and everything else."""

    model, dimensions, threshold, window = "two-things", 256, 0.5, 200

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.trouble: ProviderError | None = None

    def count(self, text: str) -> int:
        return len(text.split())

    async def embed(self, texts: Sequence[str], kind: Kind) -> list[list[float]]:
        if self.trouble is not None:
            raise self.trouble
        self.asked += texts
        return [self._vector(any(word in text.lower() for word in ("light", "lit", "lamp"))) for text in texts]

    def _vector(self, is_of_light: bool) -> list[float]:
        return [float(is_of_light), float(not is_of_light)] + [0.0] * 254

    async def close(self) -> None:
        return None


async def learnt(program: Program, book_id: UUID, embedder: FakeEmbedder | None = None) -> None:
    """Learn the meanings of a book's entries."""
    robin = await program.people.arrive(ROBIN)
    await Chunks(program.database, embedder or FakeEmbedder()).run({"book": str(book_id), "user": str(robin)})
