"""Who may do what with a book. What a person may not know of is not there for them."""

from __future__ import annotations

from uuid import UUID

from bot.errors import NotAllowed, NotFound
from bot.services.lore.shown import LoreBook, May
from bot.texts import N_
from db import functions_lore as functions
from db.models import LoreBook as BookModel
from db.models import Permission
from db.queries.lore import books as queries
from db.queries.lore.books import BookRow
from db.work import Work

_GRANTED = {Permission.READ: May.READ, Permission.WRITE: May.WRITE, Permission.ADMIN: May.ADMIN}


def may_of(user_id: UUID, row: BookRow) -> May:
    """What somebody may do with a book they can see. Pure."""
    book = row.book
    if book.owner_id == user_id:
        return May.OWN
    if row.permission is None or not book.allow_collaboration:
        return May.READ
    return _GRANTED[row.permission]


async def opened(work: Work, user_id: UUID, book_id: UUID, may: May = May.READ) -> BookRow:
    """A book that somebody may read, and do this with. Raises `NotFound` or `NotAllowed`."""
    row = await queries.by_id(work.session, user_id, book_id)
    if row is None:
        raise no_such_book()
    refuse_less(row.book, may_of(user_id, row), may)
    return row


def refuse_less(book: BookModel, has: May, wanted: May) -> None:
    """Raise `NotAllowed` where somebody may do less with a book than what is wanted."""
    if has.includes(wanted):
        return
    if wanted is May.OWN:
        raise NotAllowed(
            "not_your_book", N_("Only the owner of {book} can do that. Nothing was changed."), book=book.name
        )
    if wanted is May.ADMIN:
        raise NotAllowed(
            "not_book_admin",
            N_("Only the owner of {book} and its admins can do that. Nothing was changed."),
            book=book.name,
        )
    raise NotAllowed(
        "not_book_writer",
        N_(
            "You can read {book}, but not change it. Nothing was changed. Where its owner takes requests, ask with "
            "/lore book ask."
        ),
        book=book.name,
    )


async def seen(work: Work, user_id: UUID, row: BookRow) -> LoreBook:
    """A book as it is shown."""
    return (await all_seen(work, user_id, [row]))[0]


async def all_seen(work: Work, user_id: UUID, rows: list[BookRow]) -> list[LoreBook]:
    """Books as they are shown."""
    ids = [row.book.id for row in rows]
    if not ids:
        return []
    people = await functions.people(work.session, ids)
    owners = {one.book_id: one.display_name for one in people if one.is_owner}
    attached = await queries.attachments_of(work.session, ids)
    requests = await queries.requests_of(work.session, ids)
    return [
        _shown(
            row.book,
            may_of(user_id, row),
            owners.get(row.book.id, ""),
            attached.get(row.book.id, 0),
            requests.get(row.book.id, 0) if may_of(user_id, row).includes(May.ADMIN) else 0,
        )
        for row in rows
    ]


def no_such_book() -> NotFound:
    """The refusal for a book that is not there, or not for this person."""
    return NotFound(
        "no_such_book", N_("There is no such lore book. Pick one from the suggestions, or see /lore book list.")
    )


def _shown(row: BookModel, may: May, owner_name: str, attached: int, requests: int) -> LoreBook:
    return LoreBook(
        id=row.id,
        owner_id=row.owner_id,
        owner_name=owner_name,
        code=row.code,
        name=row.name,
        description=row.description,
        category=row.category,
        difficulty=row.difficulty,
        tags=tuple(row.tags),
        visibility=row.visibility,
        shared_until=row.shared_until,
        has_password=row.password_hash is not None,
        allow_fork=row.allow_fork,
        allow_collaboration=row.allow_collaboration,
        accepts_requests=row.accepts_requests,
        is_curated=row.is_curated,
        is_featured=row.is_featured,
        curator_notes=row.curator_notes,
        forked_from=row.forked_from,
        character_id=row.character_id,
        settings=row.settings,
        version=row.version,
        entry_count=row.entry_count,
        token_count=row.token_count,
        size_bytes=row.size_bytes,
        view_count=row.view_count,
        fork_count=row.fork_count,
        source_format=row.source_format,
        created_at=row.created_at,
        updated_at=row.updated_at,
        may=may,
        attached=attached,
        requests=requests,
        last_viewed_at=row.last_viewed_at,
    )
