"""The things and people of the walk, and each deed as the services do it."""

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import text

from bot.clock import SystemClock
from bot.errors import NotAllowed, NotFound
from bot.services.characters import Characters, Pictures
from bot.services.characters.drafts import CharacterDraft
from bot.services.lore.books import LoreBooks
from bot.services.lore.entries import LoreEntries
from bot.services.lore.sharing import LoreSharing
from bot.services.people.drafts import PersonaDraft
from bot.services.people.grants import Shares, Thing, ThingKind
from bot.services.people.personas import Personas
from db.engine import connection_arguments
from db.ids import new_id
from db.models import User
from db.raw import RawConnection, connect
from db.work import Actor, Database, Work

JOB = Actor.job("authz")


@dataclass(frozen=True)
class Made:
    """What the owner made, once for each example."""

    character: UUID
    book: UUID
    entry: UUID
    persona: UUID


class World:
    """The services on one database, asked in somebody's name; `run` waits for them."""

    def __init__(self, database: Database, owner: RawConnection, folder: Path, run: Callable[..., Any]) -> None:
        self.database = database
        self._rows = owner
        self._run = run
        self.characters = Characters(Pictures(folder), clock=SystemClock())
        self.personas = Personas(Pictures(folder))
        self.books = LoreBooks()
        self.entries = LoreEntries(lambda words: len(words))
        self.shares = Shares(database, self.books, LoreSharing())

    @classmethod
    async def on(cls, url: str, folder: Path, run: Callable[..., Any]) -> "World":
        return cls(
            Database(url, pool_size=2, max_overflow=0),
            await connect(connection_arguments(url, as_owner=True)),
            folder,
            run,
        )

    async def close(self) -> None:
        await self._rows.close()
        await self.database.close()

    def wait(self, deed: Coroutine[Any, Any, Any]) -> Any:
        return self._run(deed)

    # -------------------------------------------------------------------------------------------- the beginning

    def people(self, count: int) -> list[UUID]:
        async def arrive() -> list[UUID]:
            async with self.database.work(JOB) as work:
                users = [User(id=new_id(), username="somebody", display_name="Somebody") for _ in range(count)]
                work.session.add_all(users)
            return [user.id for user in users]

        return self.wait(arrive())

    def furnish(self, owner: UUID) -> Made:
        async def make(work: Work) -> Made:
            character = await self.characters.create(
                work, owner, CharacterDraft(name="Mira", system_prompt="Be kind.", description="A keeper.")
            )
            book = await self.books.create(work, owner, {"name": "Harbour"})
            entry = await self.entries.add(work, owner, book.id, {"name": "Lamp", "content": "Green.", "keys": "lamp"})
            persona = await self.personas.create(work, owner, PersonaDraft(name="Captain Ada", description="A sailor."))
            return Made(character.id, book.id, entry.id, persona.id)

        return self.does(owner, make)

    # -------------------------------------------------------------------------------------------- asking

    def does(self, who: UUID, deed: Callable[[Work], Awaitable[Any]]) -> Any:
        async def do() -> Any:
            async with self.database.work(Actor.user(who)) as work:
                return await deed(work)

        return self.wait(do())

    def tries(self, who: UUID, deed: Callable[[Work], Awaitable[Any]]) -> "Refusal | None":
        """None where it was done, else how it was refused."""
        try:
            self.does(who, deed)
        except (NotFound, NotAllowed) as error:
            return Refusal(isinstance(error, NotFound), error.code)
        return None

    def sql(self, statement: str, *values: object) -> Any:
        """As the owner of the tables, whom nothing binds."""
        return self.wait(self._execute(statement, *values))

    async def _execute(self, statement: str, *values: object) -> Any:
        return await self._rows.fetch(statement, *values)

    def expire(self, thing: Thing, guest: UUID) -> None:
        column = "character_id" if thing.kind is ThingKind.CHARACTER else "book_id"
        self.sql(
            f"UPDATE grants SET expires_at = now() - interval '1 second' WHERE {column} = $1 AND user_id = $2",
            thing.id,
            guest,
        )

    def rows_seen(self, who: UUID | None, table: str, row_id: UUID) -> tuple[bool, bool]:
        """Whether the database lets somebody (None: a visitor) see and change a row, without any service."""
        actor = Actor.visitor() if who is None else Actor.user(who)

        async def look() -> tuple[bool, bool]:
            async with self.database.work(actor) as work:
                seen = await work.session.scalar(text(f"SELECT count(*) FROM {table} WHERE id = :id"), {"id": row_id})
            async with self.database.work(actor) as work:
                changed = await work.session.execute(
                    text(f"UPDATE {table} SET name = name WHERE id = :id RETURNING id"), {"id": row_id}
                )
                return seen == 1, changed.first() is not None

        return self.wait(look())


@dataclass(frozen=True)
class Refusal:
    is_not_found: bool
    code: str


def later() -> datetime:
    return datetime.now(UTC) + timedelta(days=30)
