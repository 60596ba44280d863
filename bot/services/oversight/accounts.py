"""Accounts as staff see them: the list, one account, tags and notes. Every look is in the audit log."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot import limits
from bot.clock import Clock
from bot.errors import InvalidInput, NotFound
from bot.services.oversight.audit import Oversight, StaffWork, not_about_yourself
from bot.services.oversight.standings import Standing, Standings
from bot.texts import N_
from db import functions_oversight
from db.functions_oversight import PersonCounts
from db.ids import new_id
from db.models import AdminNote
from db.queries import sessions as session_queries
from db.queries.oversight import people as queries
from db.queries.oversight.people import PeopleOrder, PersonRow, WantedPeople

__all__ = ["Account", "Accounts", "Note", "PeopleOrder", "PersonRow", "WantedPeople"]

_TAGS_KNOWN = 50


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody of staff noted; `author` is empty where they left."""

    id: UUID
    text: str
    author: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Account:
    """One account with everything staff may know of it."""

    id: UUID
    discord_id: int | None
    username: str
    display_name: str
    locale: str | None
    created_at: datetime
    standing: Standing
    counts: PersonCounts
    tags: tuple[str, ...]
    notes: tuple[Note, ...]


class Accounts:
    """Everything staff do with accounts, but for deciding how somebody stands (`Standings`)."""

    def __init__(self, oversight: Oversight, standings: Standings, clock: Clock) -> None:
        self._oversight = oversight
        self._standings = standings
        self._clock = clock

    async def search(
        self,
        staff: UUID,
        wanted: WantedPeople,
        *,
        order: PeopleOrder = PeopleOrder.NEWEST,
        after: tuple[str, UUID] | None = None,
        limit: int,
    ) -> Sequence[PersonRow]:
        """People, in order, from after a mark (their username and id) on."""
        async with self._oversight.at_work(staff, "user.listed", "list") as work:
            asked = {"words": wanted.words, "role": wanted.role, "status": wanted.status, "tag": wanted.tag}
            work.tell(**{name: value for name, value in asked.items() if value})
            return await queries.search(work.session, wanted, order=order, after=after, most=limit)

    async def tags(self, staff: UUID) -> Sequence[str]:
        """Tags in use, the most used first."""
        async with self._oversight.at_work(staff, "user.listed", "tags") as work:
            return await queries.tags_known(work.session, _TAGS_KNOWN)

    async def look(self, work: StaffWork, user_id: UUID) -> Account:
        """One account, in a work that `Oversight` opened for it. Raises `NotFound`."""
        user = await queries.person(work.session, user_id)
        if user is None:
            raise NotFound("no_such_person", N_("There is no such person."))
        notes = await queries.notes(work.session, user_id, int(limits.STAFF_NOTES_SHOWN))
        return Account(
            id=user.id,
            discord_id=user.discord_id,
            username=user.username,
            display_name=user.display_name,
            locale=user.locale,
            created_at=user.created_at,
            standing=await self._standings.of(work, user_id),
            counts=await functions_oversight.person_for_staff(work.session, user_id),
            tags=tuple(await queries.tags(work.session, user_id)),
            notes=tuple(Note(row.note.id, row.note.text, row.author_name or "", row.note.created_at) for row in notes),
        )

    async def names(self, work: StaffWork, user_ids: Sequence[UUID]) -> Mapping[UUID, str]:
        """What these people are called, where they are still here."""
        return await queries.names(work.session, user_ids) if user_ids else {}

    async def tag(self, staff: UUID, user_id: UUID, typed: Sequence[str]) -> Sequence[str]:
        """Let exactly these be a person's tags; what was kept. Raises `UserError`."""
        wanted = clean_tags(typed)
        async with self._oversight.at_work(staff, "user.tagged", "user", user_id, of=user_id) as work:
            await self.refuse_nobody(work, user_id)
            before = await queries.tags(work.session, user_id)
            await queries.put_tags(work.session, user_id, wanted, staff)
            work.tell(tags=[list(before), list(wanted)])
        return wanted

    async def note(self, staff: UUID, user_id: UUID, typed: str) -> None:
        """Write a note about somebody, for staff alone. Raises `UserError`."""
        words = typed.strip()
        if not words:
            raise InvalidInput("note_missing", N_("Note: write something, or leave it."), field="text")
        if len(words) > limits.STAFF_NOTE_MAX:
            raise InvalidInput(
                "note_too_long",
                N_("Note: write at most {maximum} letters; yours has {length}."),
                field="text",
                maximum=int(limits.STAFF_NOTE_MAX),
                length=len(words),
            )
        async with self._oversight.at_work(staff, "user.noted", "user", user_id, of=user_id) as work:
            await self.refuse_nobody(work, user_id)
            note = AdminNote(id=new_id(), user_id=user_id, author_id=staff, text=words)
            work.session.add(note)
            work.tell(note=str(note.id))

    async def remove_note(self, staff: UUID, user_id: UUID, note_id: UUID) -> None:
        """Take a note away. Raises `NotFound`."""
        async with self._oversight.at_work(staff, "user.note_removed", "user", user_id, of=user_id) as work:
            if not await queries.remove_note(work.session, user_id, note_id):
                raise NotFound("no_such_note", N_("That note is gone already."))
            work.tell(note=str(note_id))

    async def sign_out(self, staff: UUID, user_id: UUID) -> int:
        """Sign a person out of every browser; of how many. Raises `NotFound`."""
        async with self._oversight.at_work(staff, "user.signed_out", "user", user_id, of=user_id) as work:
            await self.refuse_nobody(work, user_id)
            await self._standings.refuse_other_staff(work, user_id)
            ended = await session_queries.end_all(work.session, user_id, self._clock.now())
            work.tell(browsers=ended)
            return ended

    async def withdraw(self, staff: UUID, user_id: UUID, *, why: str) -> int:
        """Make everything a person published their own again; how many things. Raises `NotFound`."""
        async with self._oversight.at_work(staff, "user.withdrawn", "user", user_id, of=user_id, why=why) as work:
            await self.refuse_nobody(work, user_id)
            await self._standings.refuse_other_staff(work, user_id)
            taken = await functions_oversight.withdraw_everything_of(work.session, user_id)
            work.tell(withdrawn=taken)
            return taken

    async def erase_from_log(self, staff: UUID, user_id: UUID) -> int:
        """Erase the differences that the audit log holds of a person; of how many lines. For admins.

        The lines stay, with ids only, and so does what they did as staff; nobody erases what is told of themselves.
        This line itself is written afterwards, and says no more than that it was done.
        """
        if staff == user_id:
            raise not_about_yourself()
        async with self._oversight.at_work(staff, "audit.details_erased", "user", user_id, admin=True) as work:
            erased = await functions_oversight.erase_audit_details(work.session, user_id)
            work.tell(lines=erased)
            return erased

    async def refuse_nobody(self, work: StaffWork, user_id: UUID) -> None:
        """Raise `NotFound` where there is nobody of this id (any more)."""
        if await queries.person(work.session, user_id) is None:
            raise NotFound("no_such_person", N_("There is no such person."))


def clean_tags(typed: Sequence[str]) -> tuple[str, ...]:
    """Tags as they are kept: in small letters, each once. Raises `InvalidInput`. Pure."""
    found: dict[str, None] = {}
    for one in typed:
        tag = " ".join(unicodedata.normalize("NFKC", one).casefold().split())
        if len(tag) > limits.STAFF_TAG_MAX:
            raise InvalidInput(
                "tag_too_long",
                N_("Tags: “{tag}” is longer than {maximum} letters."),
                field="tags",
                tag=tag[:60],
                maximum=int(limits.STAFF_TAG_MAX),
            )
        if tag:
            found[tag] = None
    if len(found) > limits.STAFF_TAGS_MAX:
        raise InvalidInput(
            "too_many_tags",
            N_("Tags: at most {maximum}; you wrote {length}."),
            field="tags",
            maximum=int(limits.STAFF_TAGS_MAX),
            length=len(found),
        )
    return tuple(sorted(found))
