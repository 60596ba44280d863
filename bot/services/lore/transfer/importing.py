"""Lore books out of files: read and reported at once, stored by a durable job, whole or not at all.

What is stored becomes visible in one transaction, so an import that was broken off leaves nothing behind, and the job
begins it anew. The file is kept until then. A small one is stored while its sender waits; the job finds it done.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from bot import limits
from bot.clock import Clock, SystemClock
from bot.errors import Conflict, LimitReached, NotFound, UserError
from bot.services.lore.books import LoreBooks
from bot.services.lore.entries import LoreEntries
from bot.services.lore.formats.reading import Format
from bot.services.lore.shown import Bulk, BulkKind, May, Which
from bot.services.lore.transfer.apart import apart, unpacked
from bot.services.lore.transfer.diffs import Choice, Kind
from bot.services.lore.transfer.files import kept_book, kept_entry, leaves, settings_in
from bot.services.lore.transfer.parsing import FileRead, read_file
from bot.services.lore.transfer.planning import compared, planned
from bot.services.money.limits_of import Limits
from bot.texts import N_, Say
from db.models import ImportState, LoreImport
from db.queries.lore import files as queries
from db.work import Actor, Database, Work

__all__ = ["JOB", "Choice", "ImportState", "LoreImports", "Progress"]

JOB = "lore_import"
FORMATS = frozenset(one.value for one in Format)
_OVER = frozenset({ImportState.DONE, ImportState.FAILED, ImportState.CANCELLED})
_TOLD_EVERY = 500
_LIGHT_PAGES = 6
_SHOWN = 10
_LOOK_SECONDS = 1.0
_LOOKS = 120


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one import has come. `waits` for its sender's choice where file and book differ (`differ`, by kind).

    `mapped`, `kept`, `changed` and `refused` count fields of the file. `report` has a line for each entry, in the
    language of who sent it, `remarks` some of those that say more than that all is well; `failure` says why it ended.
    """

    id: UUID
    book_id: UUID | None
    book_name: str
    file_name: str
    format: Format | None
    state: ImportState
    done: int
    total: int
    waits: bool
    is_update: bool
    differ: Mapping[Kind, int]
    mapped: int
    kept: int
    changed: int
    refused: int
    report: str
    remarks: tuple[str, ...]
    failure: str | None
    created_at: datetime

    @property
    def is_over(self) -> bool:
        """Whether nothing will change any more."""
        return self.state in _OVER


class LoreImports:
    """Brings files into lore books."""

    def __init__(
        self,
        database: Database,
        books: LoreBooks,
        entries: LoreEntries,
        clock: Clock | None = None,
        *,
        plan_limits: Limits | None = None,
    ) -> None:
        self._database = database
        self._books = books
        self._entries = entries
        self._clock = clock or SystemClock()
        self._plan_limits = plan_limits or Limits()

    async def begin(
        self,
        user_id: UUID,
        data: bytes,
        file_name: str,
        language: str,
        *,
        book_id: UUID | None = None,
        character_id: UUID | None = None,
        called: str = "",
    ) -> Progress:
        """A file that becomes a new book (then it is being stored), or a newer state of one (then it may wait).

        `character_id`: the character whose card it came with; `called`: the book's name where the file gives none.
        Raises `InvalidInput` for a file that is none, `NotFound` or `NotAllowed` for a book this person may not write
        in, `LimitReached`.
        """
        await self._refuse_more(user_id)
        read = await read_file(data, called or file_name, language)
        report: dict[str, Any] = {**_told(read), "name": read.head.book.name}
        choices: dict[str, Any] = {"language": language, "called": called or file_name}
        if book_id is not None:
            pages = await self._pages(user_id, book_id)
            differ, lines = await apart(compared, read, pages, language, heavy=_is_heavy(read, pages))
            report |= {"differ": differ, "text": f"{lines}\n\n{report['text']}"}
        elif character_id is not None:
            choices["character_id"] = str(character_id)
        async with self._database.work(Actor.user(user_id)) as work:
            if character_id is None:  # else it is a card's, which counted already
                await self._plan_limits.upload(work, user_id, len(data))
            row = LoreImport(
                user_id=user_id, book_id=book_id, file_name=file_name[: limits.FILE_NAME_MAX], total=read.total,
                format=read.head.format.value, content=data, choices=choices, report=report,
            )  # fmt: skip
            if set(report.get("differ") or ()) == {Kind.SAME.value}:
                # There is nothing to decide, and nothing to keep the file for.
                row.state, row.content, row.finished_at = ImportState.CANCELLED, None, self._clock.now()
            await queries.add(work.session, row)
            if book_id is None:
                await self._enqueue(work, row.id, user_id)
            told = await _progress(work, row)
        if book_id is None and read.total <= limits.LORE_IMPORT_AT_ONCE:
            return await self._store(user_id, told.id, read)
        return told

    async def choose(self, user_id: UUID, import_id: UUID, choice: Choice) -> Progress:
        """Go on with an import that waits. Raises `NotFound` or `Conflict`."""
        async with self._database.work(Actor.user(user_id)) as work:
            row = await self._waiting(work, import_id)
            row.choices = {**row.choices, "choice": choice.value}
            await self._enqueue(work, row.id, user_id)
            total = row.total
        if total <= limits.LORE_IMPORT_AT_ONCE:
            return await self._store(user_id, import_id, None)
        return await self.progress(user_id, import_id)

    async def cancel(self, user_id: UUID, import_id: UUID) -> Progress:
        """Leave everything as it is. Raises `NotFound` or `Conflict`."""
        async with self._database.work(Actor.user(user_id)) as work:
            row = await self._waiting(work, import_id)
            row.state, row.content, row.finished_at = ImportState.CANCELLED, None, self._clock.now()
            return await _progress(work, row)

    async def progress(self, user_id: UUID, import_id: UUID) -> Progress:
        """How far an import has come. Raises `NotFound`."""
        async with self._database.work(Actor.user(user_id)) as work:
            return await _progress(work, await self._row(work, import_id))

    async def next_step(self, user_id: UUID, import_id: UUID, done: int) -> Progress | None:
        """Wait until an import is further than `done` and tell; None where that takes longer than anybody looks."""
        for _ in range(_LOOKS):
            await self._clock.sleep(_LOOK_SECONDS)
            told = await self.progress(user_id, import_id)
            if told.is_over or told.done != done:
                return told
        return None

    async def recent(self, user_id: UUID) -> tuple[Progress, ...]:
        """A person's newest imports."""
        async with self._database.work(Actor.user(user_id)) as work:
            rows = await queries.recent(work.session, user_id, tuple(FORMATS), limit=_SHOWN)
            return tuple([await _progress(work, row) for row in rows])

    async def run(self, payload: Mapping[str, str]) -> None:
        """The job: store what was sent, unless that is done already."""
        await self._store(UUID(payload["user_id"]), UUID(payload["import_id"]), None)

    # ------------------------------------------------------------------------------------------------ storing

    async def _store(self, user_id: UUID, import_id: UUID, read: FileRead | None) -> Progress:
        async with self._database.work(Actor.user(user_id)) as work:
            row = await self._row(work, import_id)
            if row.state in _OVER or row.content is None:
                return await _progress(work, row)
            data, choices, book_id = row.content, row.choices, row.book_id
            if read is None:
                row.state = ImportState.READING
        try:
            read = read or await read_file(data, str(choices["called"]), str(choices["language"]))
            await self._stored(user_id, import_id, book_id, choices, read)
        except UserError as error:
            said = Say(str(choices["language"])).error(error)
            await self._note(user_id, import_id, state=ImportState.FAILED, failure=said, content=None,
                             finished_at=self._clock.now())  # fmt: skip
        return await self.progress(user_id, import_id)

    async def _stored(
        self, user_id: UUID, import_id: UUID, book_id: UUID | None, choices: Mapping[str, Any], read: FileRead
    ) -> None:
        """Everything in one transaction, beside which another one tells how far it is."""
        await self._note(user_id, import_id, state=ImportState.STORING, done=0)
        async with self._database.work(Actor.user(user_id)) as work:
            await queries.alone(work.session, import_id)
            row = await queries.one(work.session, import_id)
            if row is None or row.state in _OVER:
                return
            if book_id is None:
                book_id = await self._new_book(work, user_id, import_id, choices, read)
            else:
                choice = Choice(str(choices.get("choice")))
                await self._renew_book(work, user_id, import_id, book_id, choice, read)
            await self._entries.settle(work, user_id, book_id)
            over = {"state": ImportState.DONE, "done": read.total, "content": None, "finished_at": self._clock.now()}
            await queries.set_state(work.session, import_id, book_id=book_id, **over)

    async def _new_book(
        self, work: Work, user_id: UUID, import_id: UUID, choices: Mapping[str, Any], read: FileRead
    ) -> UUID:
        head = read.head
        character_id = choices.get("character_id")
        book = await self._books.create_read(
            work, user_id, head.book.name, head.description, settings_in(head), raw=kept_book(read),
            source_format=head.format.value, character_id=None if character_id is None else UUID(str(character_id)),
        )  # fmt: skip
        done = 0
        for batch in read.batches():
            new = [kept_entry(one, head.format) for one in batch]
            await self._entries.add_read(work, user_id, book.id, new)
            done += len(new)
            if done % _TOLD_EVERY == 0:
                await self._note(user_id, import_id, done=done)
        if book.character_id is not None:
            await queries.put_in_force(work.session, user_id, book.id, book.character_id)
        return book.id

    async def _renew_book(
        self, work: Work, user_id: UUID, import_id: UUID, book_id: UUID, choice: Choice, read: FileRead
    ) -> None:
        pages = await self._pages(user_id, book_id, work)
        plan = await apart(planned, read, pages, choice, heavy=_is_heavy(read, pages))
        done = 0
        # Telling takes another connection. A small file's sender waits anyway, and so may many at once.
        is_told = read.total > limits.LORE_IMPORT_AT_ONCE
        for added in unpacked(plan.added):
            await self._entries.add_read(work, user_id, book_id, added)
            done += len(added)
            if is_told:
                await self._note(user_id, import_id, done=done)
        for replaced in unpacked(plan.replaced):
            await self._entries.replace_read(work, user_id, book_id, dict(replaced))
            done += len(replaced)
            if is_told:
                await self._note(user_id, import_id, done=done)
        if plan.removed:
            await self._entries.bulk(work, user_id, book_id, Which(ids=plan.removed), Bulk(BulkKind.DELETE))
        for stay in unpacked(plan.stay):
            await queries.come_from(work.session, dict(stay))

    async def _pages(self, user_id: UUID, book_id: UUID, work: Work | None = None) -> list[bytes]:
        """A book's leaves, packed. Raises `NotFound` or `NotAllowed`."""
        if work is None:
            async with self._database.work(Actor.user(user_id)) as own:
                return await self._pages(user_id, book_id, own)
        await self._books.get(work, user_id, book_id, may=May.WRITE)
        return await leaves(work, book_id)

    # ------------------------------------------------------------------------------------------------ rows

    async def _refuse_more(self, user_id: UUID) -> None:
        async with self._database.work(Actor.user(user_id)) as work:
            waiting = await queries.count_waiting(work.session, user_id)
        if waiting >= limits.LORE_IMPORTS_WAITING:
            raise LimitReached(
                "imports_waiting",
                N_("{maximum} files of yours wait to be imported. Decide about them, or wait until they are in."),
                maximum=int(limits.LORE_IMPORTS_WAITING),
            )

    async def _enqueue(self, work: Work, import_id: UUID, user_id: UUID) -> None:
        payload = {"import_id": str(import_id), "user_id": str(user_id)}
        await work.enqueue(JOB, payload, once=f"{JOB}:{import_id}")

    async def _note(self, user_id: UUID, import_id: UUID, **values: Any) -> None:
        """Tell how far it is, in a transaction of its own so that others see it at once."""
        async with self._database.work(Actor.user(user_id)) as work:
            await queries.set_state(work.session, import_id, **values)

    async def _row(self, work: Work, import_id: UUID) -> LoreImport:
        row = await queries.one(work.session, import_id)
        if row is None or row.format not in FORMATS:
            raise _no_such_import()
        return row

    async def _waiting(self, work: Work, import_id: UUID) -> LoreImport:
        row = await self._row(work, import_id)
        if row.state is not ImportState.WAITING or row.book_id is None or "choice" in row.choices:
            raise Conflict(
                "import_decided", N_("This was decided already. Look at your imports with /lore book import.")
            )
        return row


def _told(read: FileRead) -> dict[str, Any]:
    account = read.account
    return {
        "remarks": list(read.remarks),
        "text": read.text[: limits.LORE_REPORT_MAX],
        "fields": [account.mapped, account.kept, account.changed, account.refused],
    }


def _is_heavy(read: FileRead, pages: list[bytes]) -> bool:
    return len(read.packed) + len(pages) > _LIGHT_PAGES


async def _progress(work: Work, row: LoreImport) -> Progress:
    report = row.report
    mapped, kept, changed, refused = cast("list[int]", report.get("fields") or [0, 0, 0, 0])
    book = None if row.book_id is None else await queries.book(work.session, row.book_id)
    return Progress(
        id=row.id,
        book_id=row.book_id,
        book_name=str(report.get("name") or "") if book is None else book.name,
        file_name=row.file_name,
        format=None if row.format is None else Format(row.format),
        state=row.state,
        done=row.done,
        total=row.total,
        waits=row.state is ImportState.WAITING and "differ" in report and "choice" not in row.choices,
        is_update="differ" in report,
        differ={Kind(kind): number for kind, number in cast("dict[str, int]", report.get("differ") or {}).items()},
        mapped=mapped,
        kept=kept,
        changed=changed,
        refused=refused,
        report=str(report.get("text") or ""),
        remarks=tuple(report.get("remarks") or ()),
        failure=row.failure,
        created_at=row.created_at,
    )


def _no_such_import() -> NotFound:
    return NotFound(
        "no_such_import", N_("There is no such import any more. Send the file again with /lore book import.")
    )
