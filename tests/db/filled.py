"""Every table filled with the rows of some people, and the question who sees which of them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    CursorResult,
    Executable,
    ForeignKeyConstraint,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from db.ids import new_id
from db.models import Base
from db.rules_house import FIXED
from db.work import SET_ACTOR, Actor
from tests.db.filled_house import HOUSE_FILL
from tests.db.filled_person import Person, Row
from tests.db.filled_wellbeing import WELLBEING_FILL

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
Key = tuple[Any, ...]


# One entry a table, in an order that foreign keys allow. A table without one fails the tests.
FILL: Mapping[str, Callable[[Person], list[Row]]] = {
    "users": lambda p: [
        {"id": p.user, "discord_id": p.number, "username": f"user{p.number}", "display_name": f"User {p.number}"}
    ],
    "media": lambda p: [{"id": p.media, "owner_id": p.user, "sha256": p.sha256, "mime": "image/png", "size_bytes": 10}],
    "characters": lambda p: [
        {
            "id": p.character,
            "owner_id": p.user,
            "name": "Mira",
            "slug": "mira",
            "visibility": "private",
            "picture_id": p.media,
        }
    ],
    "profiles": lambda p: [{"user_id": p.user, "nickname": "Al"}],
    "personas": lambda p: [{"id": p.persona, "owner_id": p.user, "name": "Captain Ada", "gender": "unspecified"}],
    "character_reactions": lambda p: [{"user_id": p.user, "character_id": p.character, "liked": True}],
    "conversations": lambda p: [
        {
            "id": p.conversation,
            "owner_id": p.user,
            "channel_id": p.channel,
            "webhook_channel_id": p.channel,
            "kind": "single",
            "status": "active",
        }
    ],
    "participants": lambda p: [
        {"id": new_id(), "conversation_id": p.conversation, "user_id": p.user, "character_id": None, "role": "primary"},
        {
            "id": new_id(),
            "conversation_id": p.conversation,
            "user_id": None,
            "character_id": p.character,
            "role": "primary",
        },
    ],
    "turns": lambda p: [
        {
            "id": p.turn,
            "conversation_id": p.conversation,
            "character_id": p.character,
            "asker_id": p.user,
            "trigger_message_id": 5000 + p.number,
            "state": "claimed",
            "boot_id": new_id(),
        }
    ],
    "turn_parts": lambda p: [{"turn_id": p.turn, "number": 0, "state": "opening"}],
    "messages": lambda p: [
        {"id": p.message, "conversation_id": p.conversation, "kind": "user", "author_id": p.user, "content": "hello"}
    ],
    "persona_choices": lambda p: [
        {
            "id": new_id(),
            "conversation_id": p.conversation,
            "user_id": p.user,
            "persona_id": p.persona,
            "chosen_at": NOON,
        }
    ],
    "message_attachments": lambda p: [
        {
            "id": new_id(),
            "message_id": p.message,
            "number": 0,
            "discord_id": 9000 + p.number,
            "kind": "image",
            "name": "cat.png",
            "size_bytes": 10,
        }
    ],
    "message_reactions": lambda p: [{"message_id": p.message, "user_id": p.user, "emoji": "👍", "created_at": NOON}],
    "message_edits": lambda p: [{"id": new_id(), "message_id": p.message, "previous": "helo", "reason": "author"}],
    "ratings": lambda p: [
        {"id": new_id(), "turn_id": p.turn, "character_id": p.character, "user_id": p.user, "stars": 5}
    ],
    "place_settings": lambda p: [{"id": new_id(), "guild_id": 7000 + p.number, "values": {}}],
    "troubles": lambda p: [{"channel_id": p.channel, "reason": "missing_permissions", "told_at": NOON}],
    "message_variants": lambda p: [
        {
            "id": p.variant,
            "message_id": p.message,
            "number": 0,
            "content": "hi",
            "provider": "rehearsal",
            "model": "rehearsal",
            "finish_reason": "stop",
        }
    ],
    "recaps": lambda p: [
        {"id": new_id(), "conversation_id": p.conversation, "made_by": p.user, "lines": 2, "model": "parrot"}
    ],
    "lore_books": lambda p: [{"id": p.book, "owner_id": p.user, "code": f"book{p.number:04}", "name": "The harbour"}],
    "lore_entries": lambda p: [
        {"id": p.entry, "book_id": p.book, "number": 1, "content": "The lamp is green.", "content_sha256": p.sha256}
    ],
    "lore_entry_versions": lambda p: [
        {
            "id": new_id(),
            "book_id": p.book,
            "entry_id": p.entry,
            "version": 1,
            "change": "created",
            "state": {
                "number": 1,
                "name": "",
                "content": "The lamp is green.",
                "is_enabled": True,
                "mode": "keyword",
                "folder": "",
                "tags": [],
                "place": 0,
                "rules": {},
                "origin": {},
            },
        }
    ],
    "lore_entry_uses": lambda p: [{"entry_id": p.entry, "book_id": p.book, "activated_count": 1}],
    "lore_attachments": lambda p: [
        {"id": new_id(), "book_id": p.book, "scope": "character", "character_id": p.character, "attached_by": p.user}
    ],
    "grants": lambda p: [{"id": new_id(), "user_id": p.user, "book_id": p.book, "permission": "read"}],
    "lore_imports": lambda p: [{"id": new_id(), "user_id": p.user, "file_name": "world.json", "format": "world"}],
    "lore_runs": lambda p: [
        {
            "id": p.run,
            "turn_id": p.turn,
            "conversation_id": p.conversation,
            "message_index": 1,
            "books": [],
            "budget": 100,
            "spent": 10,
            "beside": 0,
            "refused": 0,
            "took_us": 100,
        }
    ],
    "lore_activations": lambda p: [
        {
            "id": new_id(),
            "conversation_id": p.conversation,
            "run_id": p.run,
            "entry_id": p.entry,
            "book_id": p.book,
            "entry_name": "",
            "was_included": True,
        }
    ],
    "lore_fired": lambda p: [
        {"turn_id": p.turn, "entry_id": p.entry, "conversation_id": p.conversation, "message_at": 5}
    ],
    "lore_calls": lambda p: [
        {
            "id": new_id(),
            "conversation_id": p.conversation,
            "entry_id": p.entry,
            "user_id": p.user,
            "replies": 1,
            "after": 1,
        }
    ],
    "chunks": lambda p: [
        {
            "id": new_id(),
            "entry_id": p.entry,
            "book_id": p.book,
            "chunk_index": 0,
            "total_chunks": 1,
            "text": "The lamp is green.",
            "content_sha256": p.sha256,
            "model": "toy",
            "dimensions": 3,
            "embedding": [0.1, 0.2, 0.3],
        }
    ],
    "variant_prompts": lambda p: [{"variant_id": p.variant, "asker_id": p.user, "messages": []}],
    "inbox": lambda p: [
        {"message_id": 5000 + p.number, "channel_id": p.channel, "heard": {"content": "hello"}, "state": "received"}
    ],
    "channel_cursors": lambda p: [{"channel_id": p.channel, "last_message_id": 1}],
    "webhooks": lambda p: [{"channel_id": p.channel, "webhook_id": 1, "token_sealed": b"sealed"}],
    "faces": lambda p: [{"sha256": p.sha256, "emoji_id": 1, "emoji_name": "face"}],
    "token_factors": lambda p: [{"provider": "p", "model": f"m{p.number}", "factor": 1.0, "samples": 1}],
    "command_syncs": lambda p: [{"scope": str(p.number), "hash": "h"}],
    **HOUSE_FILL,
    **WELLBEING_FILL,
}


def tables() -> Iterable[Table]:
    return Base.metadata.sorted_tables


def key_of(table: Table, row: Mapping[str, Any]) -> Key:
    return tuple(row[column.name] for column in table.primary_key.columns)


@dataclass
class Filled:
    """Some people's rows in the database, by table and person."""

    people: tuple[Person, ...]
    rows: dict[str, dict[int, list[Row]]]

    @property
    def first(self) -> Person:
        return self.people[0]

    @property
    def second(self) -> Person:
        return self.people[1]

    def keys(self, table: Table, *people: Person) -> set[Key]:
        return {key_of(table, row) for person in people for row in self.rows[table.name][person.number]}


async def fill(connection: AsyncConnection, *, people: int = 2) -> Filled:
    """Fill every table for so many people, as an owner whom row security does not bind."""
    everybody = tuple(Person.new(number) for number in range(1, people + 1))
    rows: dict[str, dict[int, list[Row]]] = {}
    by_name = {table.name: table for table in tables()}
    for name, make in FILL.items():
        rows[name] = {person.number: make(person) for person in everybody}
        for made in rows[name].values():
            await connection.execute(insert(by_name[name]), made)
    return Filled(everybody, rows)


async def act(connection: AsyncConnection, actor: Actor) -> None:
    """Name the actor, as a unit of work does."""
    await connection.execute(
        SET_ACTOR,
        {
            "kind": actor.kind.value,
            "user_id": str(actor.user_id or ""),
            "conversation_id": str(actor.conversation_id or ""),
        },
    )


async def seen(connection: AsyncConnection, table: Table) -> set[Key]:
    """The keys of all rows the current role and actor get to see."""
    result = await connection.execute(select(*table.primary_key.columns))
    return {tuple(_plain(value) for value in row) for row in result}


async def reached_blindly(connection: AsyncConnection, statement: Executable) -> int:
    """How many rows a statement got to that reads no column, so that only its own policy binds it; it is undone."""
    undo = await connection.begin_nested()
    try:
        count = cast(CursorResult[Any], await connection.execute(statement)).rowcount
    except IntegrityError:
        # As in `reached`; how many, nobody can tell.
        count = -1
    await undo.rollback()
    return count


async def reached(connection: AsyncConnection, statement: str, table: Table) -> set[Key]:
    """The keys a data-changing statement got to; it is undone."""
    columns = ", ".join(f'"{table.name}"."{column.name}"' for column in table.primary_key.columns)
    undo = await connection.begin_nested()
    try:
        result = await connection.execute(text(f"{statement} RETURNING {columns}"))
        keys = {tuple(_plain(value) for value in row) for row in result}
    except IntegrityError:
        # It got to rows that only something else kept from it: what points at them, or a trigger.
        keys = {("kept",)}
    await undo.rollback()
    return keys


def unchanged(table: Table) -> str:
    """An UPDATE that touches every row it may and changes nothing."""
    column = next(column.name for column in table.columns if column.name not in FIXED.get(table.name, ()))
    return f'UPDATE "{table.name}" SET "{column}" = "{column}"'


def blind_update(table: Table, row: Row) -> Executable:
    """An UPDATE of every row it may that reads nothing: an ordinary column is set to a constant it could hold."""
    bound = set(FIXED.get(table.name, ())) | {
        column.name for index in table.indexes if index.unique for column in index.columns
    }
    for constraint in table.constraints:
        if isinstance(constraint, (PrimaryKeyConstraint, UniqueConstraint, ForeignKeyConstraint)):
            bound |= {column.name for column in constraint.columns}
    name = next(name for name in row if name not in bound)
    return update(table).values({name: row[name]})


def _plain(value: Any) -> Any:
    return UUID(str(value)) if hasattr(value, "bytes_le") else value
