"""What waits to be made public: lore books always, characters where the house reviews them.

The owner asks; staff read what it is, and say yes or no. What was changed after they looked is looked at again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot import limits
from bot.errors import Conflict, InvalidInput, NotFound
from bot.services.oversight import audit
from bot.services.oversight.audit import Oversight, refuse_own
from bot.services.oversight.switches import Switch, Switches
from bot.texts import N_
from db import functions_oversight as functions
from db.functions_oversight import BookForStaff, CharacterForStaff, EntryForStaff
from db.ids import new_id
from db.models import PublicationRequest, RequestState
from db.queries.oversight import waiting as queries
from db.queries.oversight.waiting import Mark, PublicationRow
from db.work import Work

__all__ = ["ENTRIES_SHOWN", "Asked", "MyRequest", "Publication", "Publications", "RequestState"]

ENTRIES_SHOWN = 50
_MINE_SHOWN = 50


@dataclass(frozen=True, slots=True)
class MyRequest:
    """A request as its owner sees it."""

    id: UUID
    book_id: UUID | None
    character_id: UUID | None
    state: RequestState
    words: str
    answer: str
    created_at: datetime
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that waits; `is_new` is False where it was asked before."""

    id: UUID
    is_new: bool


@dataclass(frozen=True, slots=True)
class Publication:
    """A request as staff see it. In a list, `character` and `book` are left out."""

    id: UUID
    is_book: bool
    target_id: UUID
    user_id: UUID
    user: str
    words: str
    state: RequestState
    answer: str
    decider: str
    created_at: datetime
    decided_at: datetime | None
    name: str = ""
    character: CharacterForStaff | None = None
    book: BookForStaff | None = None
    entries: tuple[EntryForStaff, ...] = ()


class Publications:
    """Everything about asking to publish, and deciding it."""

    def __init__(self, oversight: Oversight) -> None:
        self._oversight = oversight

    # ------------------------------------------------------------------------------------------ owners

    async def ask_for_book(self, work: Work, user_id: UUID, book_id: UUID, words: str = "") -> Asked:
        """Ask for a lore book of one's own to be made public. Raises `InvalidInput`, `Conflict`, `NotFound`."""
        book = await queries.own_book(work.session, user_id, book_id)
        if book is None:
            raise NotFound("no_such_book", N_("There is no such lore book."))
        if queries.is_public(book):
            raise Conflict("public_already", N_("Everybody may read that lore book already."))
        if not book.entry_count:
            raise InvalidInput(
                "book_empty", N_("That lore book has no entries yet. Write some, then ask for it to be published.")
            )
        return await self._ask(work, PublicationRequest(user_id=user_id, book_id=book_id, words=_checked(words)))

    async def ask_for_character(self, work: Work, user_id: UUID, character_id: UUID, words: str = "") -> Asked:
        """Ask for a character of one's own to be made public; it was looked over for what it lacks before."""
        character = await queries.own_character(work.session, user_id, character_id)
        if character is None:
            raise NotFound("no_such_character", N_("There is no such character."))
        if queries.is_public(character):
            raise Conflict("public_already", N_("Everybody may meet that character already."))
        return await self._ask(
            work, PublicationRequest(user_id=user_id, character_id=character_id, words=_checked(words))
        )

    async def of_book(self, work: Work, book_id: UUID) -> MyRequest | None:
        """What waits for a lore book of one's own."""
        row = await queries.open_request(work.session, book_id=book_id)
        return None if row is None else _mine(row)

    async def of_character(self, work: Work, character_id: UUID) -> MyRequest | None:
        """What waits for a character of one's own."""
        row = await queries.open_request(work.session, character_id=character_id)
        return None if row is None else _mine(row)

    async def mine(self, work: Work, user_id: UUID) -> tuple[MyRequest, ...]:
        """What somebody asked for, the newest first, and what came of it."""
        return tuple(_mine(row) for row in await queries.publications_of(work.session, user_id, _MINE_SHOWN))

    async def take_back(self, work: Work, user_id: UUID, request_id: UUID) -> None:
        """Ask no more. Raises `NotFound` where it does not wait any more."""
        if not await queries.take_back(work.session, user_id, request_id):
            raise NotFound("no_such_request", N_("That request does not wait any more."))
        await audit.record(work, "publication.taken_back", "publication", request_id, of=user_id)

    # ------------------------------------------------------------------------------------------ staff

    async def search(
        self,
        staff: UUID,
        *,
        state: RequestState | None = RequestState.OPEN,
        is_book: bool | None = None,
        oldest_first: bool = True,
        after: Mark | None = None,
        limit: int,
    ) -> tuple[Publication, ...]:
        """Requests, from after a mark on, with the names of what they are about."""
        async with self._oversight.at_work(staff, "publication.listed", "list") as work:
            rows = await queries.publications(
                work.session, state=state, is_book=is_book, oldest_first=oldest_first, after=after, most=limit
            )
            return tuple([await self._shown(work, row, whole=False) for row in rows])

    async def look(self, staff: UUID, request_id: UUID, *, after_entry: int = 0) -> Publication:
        """One request with all of what it is about. Raises `NotFound`."""
        async with self._oversight.at_work(staff, "publication.looked_at", "publication", request_id) as work:
            row = await queries.publication(work.session, request_id)
            if row is None:
                raise NotFound("no_such_request", N_("There is no such request."))
            work.tell(of=str(row.request.user_id))
            return await self._shown(work, row, whole=True, after_entry=after_entry)

    async def decide(self, staff: UUID, request_id: UUID, *, grants: bool, answer: str, seen: str) -> Publication:
        """Publish it, or say why not; its owner reads `answer`. `seen` is the version that staff looked at.

        Raises `InvalidInput`, `Conflict` where it was changed or decided meanwhile, `NotFound`.
        """
        words = _checked(answer, field="answer")
        if not grants and not words:
            raise InvalidInput(
                "answer_missing", N_("Answer: write why not, so that its owner can mend it."), field="answer"
            )
        action = "publication.granted" if grants else "publication.declined"
        async with self._oversight.at_work(staff, action, "publication", request_id) as work:
            row = await queries.publication(work.session, request_id)
            if row is None:
                raise NotFound("no_such_request", N_("There is no such request."))
            await refuse_own(work, row.request.user_id)
            shown = await self._shown(work, row, whole=True)
            if version_of(shown) != seen:
                raise Conflict(
                    "changed_meanwhile",
                    N_("Its owner changed it after you looked. Nothing was decided: read it again, then decide."),
                )
            verdict = RequestState.GRANTED if grants else RequestState.DECLINED
            decided = await functions.decide_publication(work.session, request_id, verdict, words)
            if decided is None:
                raise Conflict("decided_already", N_("That was decided already, or its owner took it back."))
            work.tell(of=str(decided.user_id), target=str(shown.target_id), answer=words)
            return shown

    async def withdraw(self, staff: UUID, what: str, thing_id: UUID, *, why: str) -> None:
        """Make a public character, book or creator's page its owner's alone. Raises `NotFound` where it is not public.

        `what` is `character`, `book` or `creator`.
        """
        async with self._oversight.at_work(staff, "publication.withdrawn", what, thing_id, why=why) as work:
            owner = await functions.withdraw_publication(work.session, what, thing_id)
            if owner is None:
                raise NotFound("not_public", N_("That is not public, or no longer there."))
            work.tell(of=str(owner))

    # ------------------------------------------------------------------------------------------

    async def _ask(self, work: Work, request: PublicationRequest) -> Asked:
        there = await queries.open_request(work.session, book_id=request.book_id, character_id=request.character_id)
        if there is not None:
            return Asked(there.id, is_new=False)
        request.id = new_id()
        work.session.add(request)
        what = "book" if request.book_id is not None else "character"
        await audit.record(work, "publication.asked", what, request.book_id or request.character_id)
        return Asked(request.id, is_new=True)

    async def _shown(self, work: Work, row: PublicationRow, *, whole: bool, after_entry: int = 0) -> Publication:
        request = row.request
        character = book = None
        entries: Sequence[EntryForStaff] = ()
        if request.character_id is not None:
            character = await functions.character_for_staff(work.session, request.character_id)
        elif request.book_id is not None:
            book = await functions.book_for_staff(work.session, request.book_id)
            if whole and book is not None:
                entries = await functions.book_entries_for_staff(
                    work.session, request.book_id, after=after_entry, most=ENTRIES_SHOWN
                )
        named = character or book
        return Publication(
            id=request.id,
            is_book=request.book_id is not None,
            target_id=request.book_id or request.character_id or request.id,
            user_id=request.user_id,
            user=row.user_name or "",
            words=request.words,
            state=request.state,
            answer=request.answer,
            decider=row.decider_name or "",
            created_at=request.created_at,
            decided_at=request.decided_at,
            name="" if named is None else named.name,
            character=character if whole else None,
            book=book if whole else None,
            entries=tuple(entries),
        )


class CharacterReview:
    """Has characters wait for staff while their switch is on (`bot.services.characters.Review`)."""

    def __init__(self, publications: Publications, switches: Switches) -> None:
        self._publications = publications
        self._switches = switches

    def is_wanted(self) -> bool:
        """Whether characters are reviewed now."""
        return self._switches.is_on(Switch.REVIEW_CHARACTERS)

    async def ask(self, work: Work, owner_id: UUID, character_id: UUID) -> Asked:
        """Let a character wait for staff; asked again it waits as before."""
        return await self._publications.ask_for_character(work, owner_id, character_id)


def version_of(publication: Publication) -> str:
    """What a form carries to tell which state of a thing staff looked at. Pure."""
    thing = publication.character or publication.book
    return "" if thing is None else thing.updated_at.isoformat()


def _checked(words: str, field: str = "words") -> str:
    words = words.strip()
    if len(words) > limits.REASON_MAX:
        raise InvalidInput(
            "words_too_long",
            N_("Write at most {maximum} letters; yours has {length}."),
            field=field,
            maximum=int(limits.REASON_MAX),
            length=len(words),
        )
    return words


def _mine(row: PublicationRequest) -> MyRequest:
    return MyRequest(
        row.id, row.book_id, row.character_id, row.state, row.words, row.answer, row.created_at, row.decided_at
    )
