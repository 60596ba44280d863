"""Verification and featuring: asked for by creators, decided by staff, shown on pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from bot import limits
from bot.clock import Clock, SystemClock
from bot.errors import Conflict, InvalidInput, NotFound
from bot.services.characters.drafts import clean_text
from bot.services.oversight.audit import Oversight, record, refuse_own
from bot.services.people.creators import Creators, no_creator, no_profile
from bot.services.people.creators.shown import CreatorCard, Verification
from bot.texts import N_
from db.models import RequestState, VerificationRequest
from db.queries import creators as queries
from db.work import Work

__all__ = ["Asked", "AskedList", "RequestState", "Verification", "Verifications"]

_ROWS = 25


@dataclass(frozen=True, slots=True)
class Asked:
    """What a creator asked of the house, and what came of it."""

    id: UUID
    creator: CreatorCard | None
    words: str
    state: RequestState
    answer: str
    at: datetime
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class AskedList:
    """One screen of open requests, the oldest first."""

    rows: tuple[Asked, ...]
    next: UUID | None


class Verifications:
    """Creators ask in their own name; staff answer by `Oversight`, so that each look and answer is in the log."""

    def __init__(self, creators: Creators, oversight: Oversight, clock: Clock | None = None) -> None:
        self._creators = creators
        self._oversight = oversight
        self._clock = clock or SystemClock()

    # ------------------------------------------------------------------------------------------------ creators

    async def last(self, work: Work, user_id: UUID) -> Asked | None:
        """What a person asked last, None where they never did or have no profile."""
        row = await queries.of_user(work.session, user_id)
        found = None if row is None else await queries.last_request(work.session, row.creator.id)
        return None if found is None else _asked(found, None)

    async def ask(self, work: Work, user_id: UUID, words: str) -> Asked:
        """Ask to be verified. Raises `InvalidInput`, or `Conflict` (no profile, verified already, asked already)."""
        row = await queries.of_user(work.session, user_id)
        if row is None:
            raise no_profile()
        if row.verification is not Verification.UNVERIFIED:
            raise Conflict("verified_already", N_("You are verified already. Nothing was sent."))
        text = clean_text("words", N_("Why"), words, limits.VERIFICATION_WORDS_MAX, required=True)
        request = VerificationRequest(creator_id=row.creator.id, user_id=user_id, words=text, state=RequestState.OPEN)
        request.answer = ""
        if await queries.open_request(work.session, row.creator.id) is not None:
            raise _asked_already()
        try:
            await queries.add_request(work.session, request)
        except IntegrityError as error:
            raise _asked_already() from error
        await work.session.refresh(request)
        await record(work, "verification.asked", "creator", row.creator.id, of=user_id)
        return _asked(request, None)

    async def withdraw(self, work: Work, user_id: UUID) -> None:
        """Take back what is asked. Raises `Conflict` where nothing is."""
        row = await queries.of_user(work.session, user_id)
        request = None if row is None else await queries.open_request(work.session, row.creator.id)
        if request is None:
            raise Conflict("nothing_asked", N_("Nothing waits for an answer any more."))
        request.state = RequestState.WITHDRAWN
        await work.session.flush()

    # ------------------------------------------------------------------------------------------------ staff

    async def waiting(self, staff: UUID, *, after: UUID | None = None) -> AskedList:
        """What waits for an answer. Raises `NotFound` for who is no staff."""
        async with self._oversight.at_work(staff, "verification.listed", "verification") as work:
            found = await queries.requests(work.session, after=after, most=_ROWS + 1)
            rows = [await self._with_card(work, one) for one in found[:_ROWS]]
        return AskedList(tuple(rows), found[_ROWS - 1].id if len(found) > _ROWS else None)

    async def answer(self, staff: UUID, request_id: UUID, verdict: Verification | None, words: str = "") -> Asked:
        """Verify the creator (as `verified` or `premium`), or decline (None), which needs a reason.

        Raises `NotFound`, `InvalidInput`, or `Conflict` where somebody answered already.
        """
        text = clean_text("answer", N_("Answer"), words, limits.VERIFICATION_WORDS_MAX, required=verdict is None)
        if verdict is Verification.UNVERIFIED:
            raise InvalidInput("no_such_choice", N_("Choose how, or decline."), field="verdict")
        action = "verification.granted" if verdict else "verification.declined"
        async with self._oversight.at_work(staff, action, "verification", request_id) as work:
            request = await queries.request(work.session, request_id)
            if request is None:
                raise NotFound("no_such_request", N_("There is no such request."))
            if request.state is not RequestState.OPEN:
                raise Conflict("answered_already", N_("This was answered already, or taken back."))
            await refuse_own(work, request.user_id)
            request.state = RequestState.GRANTED if verdict else RequestState.DECLINED
            request.answer, request.decided_by, request.decided_at = text, staff, self._clock.now()
            if verdict is not None:
                await queries.put_standing(work.session, request.creator_id, staff, verification=verdict)
            await work.session.flush()
            work.tell(verification=verdict.value if verdict else None)
            return await self._with_card(work, request)

    async def standing(
        self, staff: UUID, creator_id: UUID, *, verification: Verification, is_featured: bool, why: str = ""
    ) -> CreatorCard:
        """What the house says of a creator from now on, asked or not. Raises `NotFound`."""
        async with self._oversight.at_work(staff, "creator.standing_changed", "creator", creator_id, why=why) as work:
            row = await queries.by_id(work.session, creator_id)
            if row is None:
                raise no_creator()
            await refuse_own(work, row.creator.user_id)
            work.tell(
                verification=[row.verification.value, verification.value], featured=[row.is_featured, is_featured]
            )
            at = self._clock.now() if is_featured and not row.is_featured else None
            values: dict[str, object] = {"verification": verification, "is_featured": is_featured}
            if at is not None:
                values["featured_at"] = at
            await queries.put_standing(work.session, creator_id, staff, **values)
            found = await queries.by_id(work.session, creator_id)
            assert found is not None
            return (await self._creators.cards(work, [found]))[0]

    async def _with_card(self, work: Work, request: VerificationRequest) -> Asked:
        row = await queries.by_id(work.session, request.creator_id)
        cards = await self._creators.cards(work, [] if row is None else [row])
        return _asked(request, next(iter(cards), None))


def _asked(request: VerificationRequest, card: CreatorCard | None) -> Asked:
    return Asked(request.id, card, request.words, request.state, request.answer, request.created_at, request.decided_at)


def _asked_already() -> Conflict:
    return Conflict("asked_already", N_("You asked already, and it waits for an answer. Nothing was sent again."))
