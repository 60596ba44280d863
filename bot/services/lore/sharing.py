"""Who else may read and write a book: by its code, by invitation, or because they asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot import limits
from bot.clock import Clock, SystemClock
from bot.errors import InvalidInput, LimitReached, NotAllowed, NotFound
from bot.services.characters.drafts import clean_text
from bot.services.lore import passwords
from bot.services.lore.access import may_of, no_such_book, opened, seen
from bot.services.lore.passwords import Tries
from bot.services.lore.shown import LoreBook, May
from bot.texts import N_
from db import functions_lore as functions
from db.models import Grant, GrantStatus, Permission, Visibility
from db.models import LoreBook as BookModel
from db.queries import grants_of
from db.queries.lore import books, grants
from db.work import Actor, Work

JOB = "lore"

_CODE_MOST = 20

_PERMISSIONS = {May.READ: Permission.READ, May.WRITE: Permission.WRITE, May.ADMIN: Permission.ADMIN}
_MAY = {permission: may for may, permission in _PERMISSIONS.items()}


@dataclass(frozen=True, slots=True)
class Collaborator:
    """Somebody who was let into a book. `by_code`: they opened it themselves. `discord_id` is None for the house."""

    user_id: UUID
    discord_id: int | None
    name: str
    permission: May
    expires_at: datetime | None
    is_over: bool
    by_code: bool


@dataclass(frozen=True, slots=True)
class AccessRequest:
    """Somebody who asks to write in a book. `permission` is what they may do meanwhile, None: nothing of their own."""

    book_id: UUID
    book_name: str
    user_id: UUID
    discord_id: int | None
    name: str
    words: str
    permission: May | None
    at: datetime


class LoreSharing:
    """Everything about other people in one's books. Each method works in somebody's name: `work` is theirs.

    A book that is not for them looks as if there were none, whether it is private, its sharing is over, or it was taken
    away from them.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._tries = Tries(self._clock)

    # ------------------------------------------------------------------------------------------------ by code

    async def share(
        self,
        work: Work,
        user_id: UUID,
        book_id: UUID,
        *,
        password: str | None = None,
        until: datetime | None = None,
    ) -> LoreBook:
        """Whoever has its code may read the book from now on, until then (None: without an end).

        `password` None leaves it as it is, empty takes it away; with another one, those who opened the book by the old
        one must open it again. A public book stays so until it gets one. For its owner. Raises `InvalidInput`.
        """
        await opened(work, user_id, book_id, May.OWN)
        if until is not None and until <= self._clock.now():
            raise InvalidInput(
                "until_is_past", N_("Until: choose a moment that is still to come, or none."), field="until"
            )
        hashed = await passwords.hashed(passwords.clean(password)) if password else None
        row = await self._owned(work, user_id, book_id)
        if password is not None:
            row.password_hash = hashed
            await grants.end_opened(work.session, book_id, self._clock.now())
        stays_public = row.visibility is Visibility.PUBLIC and not password
        row.visibility = Visibility.PUBLIC if stays_public else Visibility.SHARED
        row.shared_until = until
        return await self._changed(work, user_id, row)

    async def unshare(self, work: Work, user_id: UUID, book_id: UUID) -> LoreBook:
        """Nobody opens the book by its code any more, and those who did cannot read it. Who was invited still may."""
        await opened(work, user_id, book_id, May.OWN)
        row = await self._owned(work, user_id, book_id)
        row.visibility, row.shared_until, row.password_hash = Visibility.PRIVATE, None, None
        await grants.end_opened(work.session, book_id, self._clock.now())
        return await self._changed(work, user_id, row)

    async def open(self, work: Work, user_id: UUID, code: str, password: str = "") -> LoreBook:
        """Read the book of a code from now on. Raises `NotFound`, `NotAllowed` (the password is), `LimitReached`."""
        self._tries.refuse_many(user_id)
        job = await work.become(Actor.job(JOB))
        found = await functions.coded(job.session, code.strip().lower()[:_CODE_MOST])
        await work.become(work.actor)
        if found is not None and found.owner_id != user_id:
            await self._check(user_id, found, password)
            job = await work.become(Actor.job(JOB))
            is_in = await functions.admit(job.session, found.book_id, user_id)
            await work.become(work.actor)
            found = found if is_in else None
        if found is None:
            self._tries.count(user_id)
            raise NotFound(
                "no_such_code",
                N_("No shared lore book has this code. Ask its owner whether it is still shared."),
                field="code",
            )
        return await seen(work, user_id, await opened(work, user_id, found.book_id))

    async def leave(self, work: Work, user_id: UUID, book_id: UUID) -> str:
        """Read and write a book of another's no more; returns its name. Raises `NotFound`."""
        found = await opened(work, user_id, book_id)
        if not await grants_of.leave(work.session, grants_of.books([book_id]), user_id):
            raise NotFound(
                "nothing_to_leave",
                N_("{book} was not shared with you by itself: there is nothing to leave."),
                book=found.book.name,
            )
        return found.book.name

    # ------------------------------------------------------------------------------------------------ by invitation

    async def invite(
        self,
        work: Work,
        user_id: UUID,
        book_id: UUID,
        guest_id: UUID,
        permission: May = May.READ,
        *,
        until: datetime | None = None,
    ) -> Collaborator:
        """Let somebody in, or change what they may. For owner and admins; only the owner makes admins, or changes them.

        Raises `InvalidInput`, `NotFound`, `NotAllowed` or `LimitReached`.
        """
        found = await opened(work, user_id, book_id, May.ADMIN)
        if guest_id == found.book.owner_id:
            raise InvalidInput(
                "owner_invited", N_("{book} belongs to them already."), field="member", book=found.book.name
            )
        if permission is May.OWN:
            raise InvalidInput("no_such_permission", N_("Choose read, write or admin."), field="permission")
        if until is not None and until <= self._clock.now():
            raise InvalidInput(
                "until_is_past", N_("Until: choose a moment that is still to come, or none."), field="until"
            )
        row = await grants_of.of_guest(work.session, grants_of.books([book_id]), guest_id)
        self._refuse_ruling(may_of(user_id, found), row, permission)
        if row is None or row.status is not GrantStatus.ACTIVE:
            await self._refuse_too_many(work, book_id)
        if row is None:
            row = Grant(user_id=guest_id, book_id=book_id, permission=_PERMISSIONS[permission], message="")
        _let_in(row, user_id, permission, until)
        await grants_of.add(work.session, row)
        return await self._collaborator(work, row)

    async def revoke(self, work: Work, user_id: UUID, book_id: UUID, guest_id: UUID) -> Collaborator:
        """Take the book away from somebody, for good: its code does not let them in again. Raises `NotFound`."""
        found = await opened(work, user_id, book_id, May.ADMIN)
        row = await grants_of.of_guest(work.session, grants_of.books([book_id]), guest_id)
        if row is None or row.status is not GrantStatus.ACTIVE:
            raise no_such_guest()
        self._refuse_ruling(may_of(user_id, found), row, May.READ)
        row.status, row.is_asking = GrantStatus.REVOKED, False
        row.revoked_at, row.revoked_by = self._clock.now(), user_id
        await work.session.flush()
        return await self._collaborator(work, row)

    async def collaborators(self, work: Work, user_id: UUID, book_id: UUID) -> tuple[Collaborator, ...]:
        """Who was let into a book. For owner and admins."""
        await opened(work, user_id, book_id, May.ADMIN)
        names = await self._people(work, book_id)
        rows = await grants_of.active(work.session, grants_of.books([book_id]))
        return tuple(self._shown(row, names) for row in rows)

    # ------------------------------------------------------------------------------------------------ by asking

    async def ask(self, work: Work, user_id: UUID, book_id: UUID, words: str = "") -> str:
        """Ask to write in a book one may read; returns its name. Raises `NotFound`, `NotAllowed` or `InvalidInput`."""
        found = await opened(work, user_id, book_id)
        message = clean_text("words", N_("Message"), words, limits.LORE_REQUEST_WORDS_MAX)
        if may_of(user_id, found).includes(May.WRITE):
            raise NotAllowed(
                "writes_already", N_("You may write in {book} already. Nothing was asked."), book=found.book.name
            )
        if not await functions.ask(work.session, book_id, message, int(limits.LORE_REQUESTS_MAX)):
            raise NotAllowed(
                "takes_no_requests",
                N_("The owner of {book} takes no requests now. Nothing was sent."),
                book=found.book.name,
            )
        return found.book.name

    async def requests(self, work: Work, user_id: UUID, book_id: UUID | None = None) -> tuple[AccessRequest, ...]:
        """Who asks to write, in one book or in all of those one may let others into; the oldest first."""
        if book_id is not None:
            await opened(work, user_id, book_id, May.ADMIN)
        ids = [book_id] if book_id is not None else list(await grants.ruled_books(work.session, user_id))
        rows = await grants_of.requests(work.session, grants_of.books(ids))
        named = {row.book_id for row in rows if row.book_id is not None}
        found = await books.by_ids(work.session, user_id, list(named))
        people = {(one.book_id, one.user_id): one for one in await functions.people(work.session, list(named))}
        shown: list[AccessRequest] = []
        for row in rows:
            if row.book_id is None:
                continue
            who, book = people.get((row.book_id, row.user_id)), found.get(row.book_id)
            if who is not None and book is not None:
                has = _MAY[row.permission] if row.status is GrantStatus.ACTIVE else None
                shown.append(
                    AccessRequest(
                        row.book_id, book.book.name, row.user_id, who.discord_id, who.display_name, row.message, has,
                        row.updated_at,
                    )
                )  # fmt: skip
        return tuple(shown)

    async def answer(
        self, work: Work, user_id: UUID, book_id: UUID, guest_id: UUID, permission: May | None
    ) -> Collaborator | None:
        """Let somebody in who asked, or not (None); who could read still can. Raises `NotFound` or `NotAllowed`."""
        found = await opened(work, user_id, book_id, May.ADMIN)
        row = await grants_of.of_guest(work.session, grants_of.books([book_id]), guest_id)
        if row is None or not row.is_asking:
            raise NotFound("no_such_request", N_("This request was answered already, or taken back."))
        if permission is not None:
            self._refuse_ruling(may_of(user_id, found), row, permission)
            _let_in(row, user_id, permission, row.expires_at)
        else:
            row.is_asking = False
            if row.status is GrantStatus.ASKED:
                row.status = GrantStatus.DECLINED
        await work.session.flush()
        return None if permission is None else await self._collaborator(work, row)

    # ------------------------------------------------------------------------------------------------ within

    async def _check(self, user_id: UUID, found: functions.Coded, password: str) -> None:
        if found.password_hash is None:
            return
        if not password:
            raise NotAllowed(
                "password_needed",
                N_("This lore book needs a password: its owner can tell you. Give it in the option password."),
                field="password",
            )
        # Counted before it is looked at: many may guess at once while one is.
        self._tries.refuse_many(user_id)
        self._tries.count(user_id)
        if not await passwords.fits(password, found.password_hash):
            raise NotAllowed(
                "password_wrong", N_("That is not the password. Nothing was opened; try again."), field="password"
            )
        self._tries.forgive(user_id)

    def _refuse_ruling(self, has: May, row: Grant | None, permission: May) -> None:
        is_admin = row is not None and row.status is GrantStatus.ACTIVE and row.permission is Permission.ADMIN
        if has is not May.OWN and (is_admin or permission is May.ADMIN):
            raise NotAllowed("admins_are_the_owners", N_("Only the owner decides about admins. Nothing was changed."))

    async def _refuse_too_many(self, work: Work, book_id: UUID) -> None:
        if await grants_of.count(work.session, grants_of.books([book_id])) >= limits.LORE_GUESTS_MAX:
            raise LimitReached(
                "too_many_guests",
                N_("{maximum} people share this book already, which is as many as can. Take it away from one first."),
                maximum=int(limits.LORE_GUESTS_MAX),
            )

    async def _owned(self, work: Work, user_id: UUID, book_id: UUID) -> BookModel:
        row = await books.owned(work.session, user_id, book_id)
        if row is None:
            raise no_such_book()
        return row

    async def _changed(self, work: Work, user_id: UUID, row: BookModel) -> LoreBook:
        row.version += 1
        await work.session.flush()
        return await seen(work, user_id, await opened(work, user_id, row.id))

    async def _people(self, work: Work, book_id: UUID) -> dict[UUID, functions.PersonOfBook]:
        return {one.user_id: one for one in await functions.people(work.session, [book_id])}

    async def _collaborator(self, work: Work, row: Grant) -> Collaborator:
        return self._shown(row, {} if row.book_id is None else await self._people(work, row.book_id))

    def _shown(self, row: Grant, names: dict[UUID, functions.PersonOfBook]) -> Collaborator:
        who = names.get(row.user_id)
        return Collaborator(
            user_id=row.user_id,
            discord_id=who.discord_id if who else None,
            name=who.display_name if who else "",
            permission=_MAY[row.permission],
            expires_at=row.expires_at,
            is_over=row.expires_at is not None and row.expires_at <= self._clock.now(),
            by_code=row.granted_by == row.user_id,
        )


def no_such_guest() -> NotFound:
    """The refusal for somebody who has no part in a book."""
    return NotFound("no_such_guest", N_("They have no part in this lore book. Nothing was changed."))


def _let_in(row: Grant, by: UUID, permission: May, until: datetime | None) -> None:
    row.permission, row.status, row.granted_by = _PERMISSIONS[permission], GrantStatus.ACTIVE, by
    row.expires_at, row.is_asking, row.revoked_at, row.revoked_by = until, False, None, None
