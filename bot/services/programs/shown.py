"""Programs as faces show them: plain values, never rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.services.people.creators.shown import CreatorCard
from bot.texts import N_, Text
from db.models import Application as ApplicationModel
from db.models import ApplicationState, EnrolmentState, ProgramStatus, ProgramTier
from db.models import Enrolment as EnrolmentModel
from db.models import Program as ProgramModel

__all__ = [
    "APPLICATION_STATES", "ENROLMENT_STATES", "PROGRAM_STATES", "Application", "ApplicationState", "Enrolment",
    "EnrolmentState", "Program", "ProgramStatus", "ProgramTier", "application_of", "enrolment_of", "program_of",
]  # fmt: skip

PROGRAM_STATES: Mapping[ProgramStatus, Text] = {
    ProgramStatus.DRAFT: N_("Draft: staff alone see it"),
    ProgramStatus.OPEN: N_("Open"),
    ProgramStatus.CLOSED: N_("Closed"),
}
APPLICATION_STATES: Mapping[ApplicationState, Text] = {
    ApplicationState.SUBMITTED: N_("Sent"),
    ApplicationState.IN_REVIEW: N_("Being looked at"),
    ApplicationState.ACCEPTED: N_("Accepted"),
    ApplicationState.DECLINED: N_("Declined"),
    ApplicationState.WITHDRAWN: N_("Taken back"),
}
ENROLMENT_STATES: Mapping[EnrolmentState, Text] = {
    EnrolmentState.ACTIVE: N_("Takes part"),
    EnrolmentState.COMPLETED: N_("Completed"),
    EnrolmentState.LEFT: N_("Left"),
    EnrolmentState.REMOVED: N_("Removed"),
}


@dataclass(frozen=True, slots=True)
class Program:
    """A program. `is_open`: one can apply now, deadline and all."""

    id: UUID
    slug: str
    name: str
    description: str
    requirements: tuple[str, ...]
    benefits: tuple[str, ...]
    tiers: tuple[ProgramTier, ...]
    status: ProgramStatus
    deadline_at: datetime | None
    places: int | None
    featured_creators: tuple[UUID, ...]
    updated_at: datetime
    is_open: bool

    @property
    def path(self) -> str:
        """Its page's address within this house."""
        return f"/programs/{self.slug}"


@dataclass(frozen=True, slots=True)
class Application:
    """An application. `creator` is who applied, for staff; None where their page is gone."""

    id: UUID
    program_id: UUID
    program_name: str
    program_slug: str
    user_id: UUID
    tier: str
    words: str
    state: ApplicationState
    answer: str
    created_at: datetime
    reviewed_at: datetime | None
    creator: CreatorCard | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether it is still to be answered."""
        return self.state in (ApplicationState.SUBMITTED, ApplicationState.IN_REVIEW)


@dataclass(frozen=True, slots=True)
class Enrolment:
    """Somebody's part in a program."""

    id: UUID
    program_id: UUID
    program_name: str
    program_slug: str
    user_id: UUID
    tier: str
    state: EnrolmentState
    started_at: datetime
    ended_at: datetime | None
    creator: CreatorCard | None = None


def program_of(row: ProgramModel, now: datetime) -> Program:
    """A row as it is shown."""
    in_time = row.deadline_at is None or row.deadline_at > now
    return Program(
        id=row.id,
        slug=row.slug,
        name=row.name,
        description=row.description,
        requirements=tuple(row.requirements),
        benefits=tuple(row.benefits),
        tiers=tuple(row.tiers),
        status=row.status,
        deadline_at=row.deadline_at,
        places=row.places,
        featured_creators=tuple(row.featured_creators),
        updated_at=row.updated_at,
        is_open=row.status is ProgramStatus.OPEN and in_time,
    )


def application_of(row: ApplicationModel, program: ProgramModel, creator: CreatorCard | None = None) -> Application:
    """A row as it is shown."""
    return Application(
        id=row.id,
        program_id=program.id,
        program_name=program.name,
        program_slug=program.slug,
        user_id=row.user_id,
        tier=row.tier,
        words=row.words,
        state=row.state,
        answer=row.answer,
        created_at=row.created_at,
        reviewed_at=row.reviewed_at,
        creator=creator,
    )


def enrolment_of(row: EnrolmentModel, program: ProgramModel, creator: CreatorCard | None = None) -> Enrolment:
    """A row as it is shown."""
    return Enrolment(
        id=row.id,
        program_id=program.id,
        program_name=program.name,
        program_slug=program.slug,
        user_id=row.user_id,
        tier=row.tier,
        state=row.state,
        started_at=row.started_at,
        ended_at=row.ended_at,
        creator=creator,
    )
