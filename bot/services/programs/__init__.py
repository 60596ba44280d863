"""Creator programs: what the house offers creators, who applies, who takes part.

Creators apply in their own name; staff work by `Oversight`, so that each look and answer is in the log. Admins alone
make and change programs; moderators may answer applications.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from bot import limits
from bot.clock import Clock, SystemClock
from bot.errors import Conflict, InvalidInput, LimitReached, NotFound
from bot.services.characters.drafts import clean_text
from bot.services.oversight.audit import Oversight, record, refuse_own
from bot.services.people.creators import Creators, no_profile
from bot.services.people.creators.shown import CreatorCard
from bot.services.programs.drafts import CheckedProgram, ProgramDraft, check_program, written_tiers
from bot.services.programs.shown import (
    Application,
    ApplicationState,
    Enrolment,
    EnrolmentState,
    Program,
    ProgramStatus,
    application_of,
    enrolment_of,
    program_of,
)
from bot.texts import N_
from db.models import Application as ApplicationModel
from db.models import Enrolment as EnrolmentModel
from db.models import Program as ProgramModel
from db.queries import creators as creator_queries
from db.queries import programs as queries
from db.work import Work

__all__ = [
    "Application", "ApplicationList", "ApplicationState", "Enrolment", "EnrolmentState", "Program", "ProgramDraft",
    "ProgramPage", "ProgramStatus", "Programs",
]  # fmt: skip

_ROWS = 25
_ENROLLED_SHOWN = 200


class OpenGate(Protocol):
    """Whether programs are taken applications for now (`bot.services.oversight.switches`)."""

    def __call__(self) -> None:
        """Raise `NotAllowed` where an admin switched them off."""
        ...


@dataclass(frozen=True, slots=True)
class ProgramPage:
    """A program as who looks sees it: with their last application and their part in it."""

    program: Program
    featured: tuple[CreatorCard, ...]
    application: Application | None = None
    enrolment: Enrolment | None = None


@dataclass(frozen=True, slots=True)
class ApplicationList:
    """One screen of applications, the oldest first."""

    rows: tuple[Application, ...]
    next: UUID | None


class Programs:
    """Programs, applications and enrolments."""

    def __init__(
        self, creators: Creators, oversight: Oversight, clock: Clock | None = None, *, gate: OpenGate | None = None
    ) -> None:
        self._creators = creators
        self._oversight = oversight
        self._clock = clock or SystemClock()
        self._gate = gate or _open

    # ------------------------------------------------------------------------------------------------ looked at

    async def listed(self, work: Work) -> tuple[Program, ...]:
        """The programs who asks may see: staff at work also drafts."""
        now = self._clock.now()
        return tuple(program_of(row, now) for row in await queries.listed(work.session))

    async def page(self, work: Work, viewer_id: UUID | None, slug: str) -> ProgramPage:
        """One program. Raises `NotFound`."""
        row = await queries.by_slug(work.session, slug.lower()[:100])
        if row is None:
            raise no_program()
        featured = await self._creators.some(work, row.featured_creators)
        if viewer_id is None:
            return ProgramPage(program_of(row, self._clock.now()), featured)
        last = await queries.newest_of(work.session, viewer_id, row.id)
        part = await queries.enrolment(work.session, viewer_id, row.id)
        return ProgramPage(
            program_of(row, self._clock.now()),
            featured,
            None if last is None else application_of(last, row),
            None if part is None else enrolment_of(part, row),
        )

    async def chosen(self, work: Work, typed: str) -> Program:
        """The program meant by an option: its id, slug or name. Raises `NotFound`."""
        wanted = typed.strip().casefold()
        for one in await self.listed(work):
            if wanted in (str(one.id), one.slug, one.name.casefold()):
                return one
        raise no_program()

    async def applications(self, work: Work, user_id: UUID) -> tuple[Application, ...]:
        """A person's own applications, the newest first."""
        rows = await queries.of_person(work.session, user_id)
        return tuple(application_of(row.application, row.program) for row in rows)

    async def enrolments(self, work: Work, user_id: UUID) -> tuple[Enrolment, ...]:
        """What a person takes part in."""
        rows = await queries.enrolments_of(work.session, user_id)
        return tuple(enrolment_of(part, program) for part, program in rows)

    # ------------------------------------------------------------------------------------------------ applying

    async def apply(self, work: Work, user_id: UUID, program_id: UUID, words: str, tier: str = "") -> Application:
        """Apply. Raises `NotFound`, `InvalidInput`, `NotAllowed`, `LimitReached`, or `Conflict`.

        The last where one has no profile, the program takes nobody now, one applied already, or takes part.
        """
        self._gate()
        if await self._creators.mine(work, user_id) is None:
            raise no_profile()
        row = await queries.by_id(work.session, program_id)
        if row is None:
            raise no_program()
        program = program_of(row, self._clock.now())
        if not program.is_open:
            raise Conflict("program_closed", N_("{name} takes no applications now. Nothing was sent."), name=row.name)
        chosen = _tier(program, tier)
        text = clean_text("words", N_("Why you"), words, limits.APPLICATION_WORDS_MAX, required=True)
        await self._refuse_again(work, user_id, row)
        sent = ApplicationModel(
            program_id=program_id, user_id=user_id, tier=chosen, words=text, state=ApplicationState.SUBMITTED, answer=""
        )
        try:
            await queries.add(work.session, sent)
        except IntegrityError as error:
            raise _applied_already() from error
        await work.session.refresh(sent)
        await record(work, "application.sent", "program", program_id, of=user_id)
        return application_of(sent, row)

    async def withdraw(self, work: Work, user_id: UUID, program_id: UUID) -> Application:
        """Take an application back while it waits. Raises `NotFound` or `Conflict`."""
        row = await queries.by_id(work.session, program_id)
        if row is None:
            raise no_program()
        last = await queries.newest_of(work.session, user_id, program_id)
        if last is None or last.state not in (ApplicationState.SUBMITTED, ApplicationState.IN_REVIEW):
            raise Conflict("nothing_sent", N_("No application of yours waits for an answer there."))
        last.state = ApplicationState.WITHDRAWN
        await work.session.flush()  # row security lets nobody take back what is answered by now
        return application_of(last, row)

    async def leave(self, work: Work, user_id: UUID, program_id: UUID) -> str:
        """Take part no more; returns the program's name. Raises `NotFound` or `Conflict`."""
        row = await queries.by_id(work.session, program_id)
        if row is None:
            raise no_program()
        part = await queries.enrolment(work.session, user_id, program_id)
        if part is None or part.state is not EnrolmentState.ACTIVE:
            raise Conflict("no_part", N_("You take no part in {name}."), name=row.name)
        part.state, part.ended_at = EnrolmentState.LEFT, self._clock.now()
        await work.session.flush()
        return row.name

    # ------------------------------------------------------------------------------------------------ admins

    async def for_staff(self, staff: UUID) -> tuple[Program, ...]:
        """Every program, drafts among them. Raises `NotFound` for who is no staff."""
        async with self._oversight.at_work(staff, "program.listed", "program") as work:
            return await self.listed(work)

    async def edited(self, staff: UUID, program_id: UUID) -> tuple[Program, ProgramDraft]:
        """A program with its form as it would be typed. Raises `NotFound`."""
        async with self._oversight.at_work(staff, "program.listed", "program", program_id, admin=True) as work:
            row = await queries.by_id(work.session, program_id)
            if row is None:
                raise no_program()
            cards = await self._creators.some(work, row.featured_creators)
            return program_of(row, self._clock.now()), draft_of(row, cards)

    async def save(
        self, staff: UUID, program_id: UUID | None, draft: ProgramDraft, *, seen_at: datetime | None = None
    ) -> Program:
        """A program as the form says, a new one where none is named. Its address stays when its name changes.

        Raises `NotFound`, `InvalidInput`, or `Conflict` where it was changed since `seen_at`.
        """
        checked = check_program(draft)
        action = "program.created" if program_id is None else "program.changed"
        async with self._oversight.at_work(staff, action, "program", program_id or "", admin=True) as work:
            if program_id is None:
                row = ProgramModel(slug=checked.slug, name=checked.name, created_by=staff)
            else:
                found = await queries.by_id(work.session, program_id, for_update=True)
                if found is None:
                    raise no_program()
                row = found
                if seen_at is not None and row.updated_at != seen_at:
                    raise Conflict("changed_meanwhile", N_("This was changed meanwhile. Nothing of yours was saved."))
            work.tell(status=[row.status.value if program_id else None, checked.status.value], name=checked.name)
            _write(row, checked)
            row.featured_creators = await self._named(work, checked.featured)
            try:
                await queries.add(work.session, row)
            except IntegrityError as error:
                raise InvalidInput(
                    "program_named_alike", N_("Name: another program has this address already."), field="name"
                ) from error
            await work.session.refresh(row)
            return program_of(row, self._clock.now())

    async def remove(self, staff: UUID, program_id: UUID) -> None:
        """A program goes with everything about it. Raises `NotFound`."""
        async with self._oversight.at_work(staff, "program.removed", "program", program_id, admin=True) as work:
            if not await queries.remove(work.session, program_id):
                raise no_program()

    # ------------------------------------------------------------------------------------------------ reviewing

    async def waiting(
        self, staff: UUID, program_id: UUID | None = None, *, is_open: bool = True, after: UUID | None = None
    ) -> ApplicationList:
        """Applications that wait for an answer, or those answered. Raises `NotFound` for who is no staff."""
        async with self._oversight.at_work(staff, "application.listed", "program", program_id or "") as work:
            found = await queries.waiting(work.session, program_id, is_open=is_open, after=after, most=_ROWS + 1)
            shown = found[:_ROWS]
            cards = await self._creators.of_people(work, [row.application.user_id for row in shown])
            rows = [application_of(row.application, row.program, cards.get(row.application.user_id)) for row in shown]
        return ApplicationList(tuple(rows), found[_ROWS - 1].application.id if len(found) > _ROWS else None)

    async def answer(
        self, staff: UUID, application_id: UUID, state: ApplicationState, words: str = "", tier: str | None = None
    ) -> Application:
        """Take it up (`IN_REVIEW`), accept it, which enrols, or decline it, which needs a reason.

        Raises `NotFound`, `InvalidInput`, `LimitReached` (no place left), or `Conflict` (answered already).
        """
        if state not in (ApplicationState.IN_REVIEW, ApplicationState.ACCEPTED, ApplicationState.DECLINED):
            raise InvalidInput("no_such_choice", N_("Choose: look at it, accept or decline."), field="state")
        is_no = state is ApplicationState.DECLINED
        text = clean_text("answer", N_("Answer"), words, limits.APPLICATION_WORDS_MAX, required=is_no)
        async with self._oversight.at_work(staff, "application.reviewed", "application", application_id) as work:
            found = await queries.application(work.session, application_id)
            if found is None:
                raise NotFound("no_such_application", N_("There is no such application."))
            row, program = found.application, found.program
            if row.state not in (ApplicationState.SUBMITTED, ApplicationState.IN_REVIEW):
                raise Conflict("answered_already", N_("This was answered already, or taken back."))
            await refuse_own(work, row.user_id)
            work.tell(state=[row.state.value, state.value])
            row.state, row.reviewed_by = state, staff
            row.answer = text or row.answer
            if state is not ApplicationState.IN_REVIEW:
                row.reviewed_at = self._clock.now()
            if state is ApplicationState.ACCEPTED:
                row.tier = row.tier if tier is None else _tier(program_of(program, self._clock.now()), tier)
                await self._enrol(work, row, program)
            await work.session.flush()
            cards = await self._creators.of_people(work, [row.user_id])
            return application_of(row, program, cards.get(row.user_id))

    async def enrolled(self, staff: UUID, program_id: UUID) -> tuple[Enrolment, ...]:
        """Who takes or took part in a program. Raises `NotFound`."""
        async with self._oversight.at_work(staff, "application.listed", "program", program_id) as work:
            program = await queries.by_id(work.session, program_id)
            if program is None:
                raise no_program()
            rows = await queries.enrolled(work.session, program_id, _ENROLLED_SHOWN)
            cards = await self._creators.of_people(work, [row.user_id for row in rows])
            return tuple(enrolment_of(row, program, cards.get(row.user_id)) for row in rows)

    async def settle(self, staff: UUID, enrolment_id: UUID, state: EnrolmentState, why: str = "") -> Enrolment:
        """Somebody completed a program, or was removed from it. Raises `NotFound` or `Conflict`."""
        if state not in (EnrolmentState.COMPLETED, EnrolmentState.REMOVED):
            raise InvalidInput("no_such_choice", N_("Choose: completed or removed."), field="state")
        async with self._oversight.at_work(staff, "enrolment.changed", "enrolment", enrolment_id, why=why) as work:
            row = await queries.enrolment_by_id(work.session, enrolment_id)
            program = None if row is None else await queries.by_id(work.session, row.program_id)
            if row is None or program is None:
                raise NotFound("no_such_enrolment", N_("They take no part in it."))
            if row.state is not EnrolmentState.ACTIVE:
                raise Conflict("over_already", N_("They take no part in it any more."))
            await refuse_own(work, row.user_id)
            work.tell(state=[row.state.value, state.value])
            row.state, row.ended_at = state, self._clock.now()
            await work.session.flush()
            return enrolment_of(row, program)

    # ------------------------------------------------------------------------------------------------ within

    async def _refuse_again(self, work: Work, user_id: UUID, row: ProgramModel) -> None:
        last = await queries.newest_of(work.session, user_id, row.id)
        if last is not None and last.state in (ApplicationState.SUBMITTED, ApplicationState.IN_REVIEW):
            raise _applied_already()
        part = await queries.enrolment(work.session, user_id, row.id)
        if part is not None and part.state in (EnrolmentState.ACTIVE, EnrolmentState.REMOVED):
            raise Conflict(
                "part_already",
                N_("You take part in {name}, or were removed from it. Nothing was sent."),
                name=row.name,
            )
        if await queries.count_open(work.session, user_id) >= limits.APPLICATIONS_OPEN_MAX:
            raise LimitReached(
                "applications_many",
                N_("{maximum} applications of yours wait for an answer, which is as many as can. Take one back first."),
                maximum=int(limits.APPLICATIONS_OPEN_MAX),
            )

    async def _enrol(self, work: Work, row: ApplicationModel, program: ProgramModel) -> None:
        # Locked, so that two answers given at once do not give the last place twice.
        await queries.by_id(work.session, program.id, for_update=True)
        if program.places is not None and await queries.count_enrolled(work.session, program.id) >= program.places:
            raise LimitReached(
                "program_full",
                N_("{name} has {places} places, and all are taken. Nothing was answered."),
                name=program.name,
                places=program.places,
            )
        part = await queries.enrolment(work.session, row.user_id, program.id)
        if part is None:
            part = EnrolmentModel(program_id=program.id, user_id=row.user_id, tier=row.tier)
        part.application_id, part.tier, part.state, part.ended_at = row.id, row.tier, EnrolmentState.ACTIVE, None
        await queries.add(work.session, part)

    async def _named(self, work: Work, usernames: Sequence[str]) -> list[UUID]:
        ids: list[UUID] = []
        for name in usernames:
            row = await creator_queries.by_username(work.session, name)
            if row is None:
                raise InvalidInput(
                    "no_such_creator_named",
                    N_("Shown with it: there is no creator called {name}."),
                    field="featured",
                    name=name[: limits.USERNAME_MAX],
                )
            ids.append(row.creator.id)
        return ids


def draft_of(row: ProgramModel, cards: Sequence[CreatorCard] = ()) -> ProgramDraft:
    """A row as its form shows it."""
    return ProgramDraft(
        name=row.name,
        description=row.description,
        requirements="\n".join(row.requirements),
        benefits="\n".join(row.benefits),
        tiers=written_tiers(row.tiers),
        status=row.status.value,
        deadline="" if row.deadline_at is None else row.deadline_at.date().isoformat(),
        places="" if row.places is None else str(row.places),
        featured=", ".join(card.username for card in cards),
    )


def no_program() -> NotFound:
    """The refusal for a program that is not there, or not for this person."""
    return NotFound("no_such_program", N_("There is no such program. Look through them: /creator programs."))


def _open() -> None:
    return


def _tier(program: Program, typed: str) -> str:
    """The tier meant, by its name. Raises `InvalidInput` (field `tier`)."""
    if not typed.strip() and not program.tiers:
        return ""
    meant = next((one.name for one in program.tiers if one.name.casefold() == typed.strip().casefold()), None)
    if meant is None:
        raise InvalidInput(
            "no_such_tier",
            N_("Tier: choose one of {tiers}."),
            field="tier",
            tiers=", ".join(one.name for one in program.tiers) or "—",
        )
    return meant


def _applied_already() -> Conflict:
    return Conflict("applied_already", N_("You applied already, and it waits for an answer. Nothing was sent again."))


def _write(row: ProgramModel, checked: CheckedProgram) -> None:
    row.name, row.description = checked.name, checked.description
    row.requirements, row.benefits = list(checked.requirements), list(checked.benefits)
    row.tiers = list(checked.tiers)
    row.status, row.deadline_at, row.places = checked.status, checked.deadline_at, checked.places
