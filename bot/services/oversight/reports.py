"""Reports: somebody tells staff of what should not be, staff look and decide, who reported learns what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from bot import limits
from bot.clock import Clock
from bot.errors import Conflict, InvalidInput, LimitReached, NotFound
from bot.services.oversight import audit
from bot.services.oversight.audit import Oversight
from bot.texts import N_, Text
from db import functions_oversight as functions
from db.functions_oversight import BookForStaff, CharacterForStaff
from db.ids import new_id
from db.models import ReportedKind, ReportReason, ReportState
from db.queries.oversight import waiting as queries
from db.queries.oversight.waiting import Mark, ReportRow
from db.work import Work

__all__ = [
    "KINDS",
    "REASONS",
    "STATES",
    "MyReport",
    "Report",
    "ReportDraft",
    "ReportReason",
    "ReportState",
    "ReportedKind",
    "Reports",
]

REASONS: dict[ReportReason, Text] = {
    ReportReason.HARASSMENT: N_("Harassment or hate"),
    ReportReason.SEXUAL: N_("Sexual, and not where it belongs"),
    ReportReason.MINORS: N_("Endangers children or young people"),
    ReportReason.SELF_HARM: N_("Encourages self-harm"),
    ReportReason.IMPERSONATION: N_("Pretends to be somebody else"),
    ReportReason.COPYRIGHT: N_("Somebody else's work"),
    ReportReason.SPAM: N_("Spam or fraud"),
    ReportReason.OTHER: N_("Something else"),
}

KINDS: dict[ReportedKind, Text] = {
    ReportedKind.MESSAGE: N_("Message"),
    ReportedKind.CHARACTER: N_("Character"),
    ReportedKind.CREATOR: N_("Creator"),
    ReportedKind.BOOK: N_("Lore book"),
    ReportedKind.PERSON: N_("Person"),
}

STATES: dict[ReportState, Text] = {
    ReportState.OPEN: N_("waits"),
    ReportState.TAKEN: N_("is looked at"),
    ReportState.RESOLVED: N_("something was done"),
    ReportState.DISMISSED: N_("nothing was found"),
}

MINE_SHOWN = 25
_STILL_OPEN = (ReportState.OPEN, ReportState.TAKEN)


@dataclass(frozen=True, slots=True)
class ReportDraft:
    """What somebody reports. `target_id` is ours, or for a message the Discord id of its author.

    `excerpt` is the reported words as Discord handed them to who reports; `link` leads to them.
    """

    kind: ReportedKind
    target_id: str
    reason: ReportReason
    words: str = ""
    excerpt: str = ""
    link: str = ""
    message_id: int | None = None


@dataclass(frozen=True, slots=True)
class MyReport:
    """A report as who filed it sees it."""

    id: UUID
    kind: ReportedKind
    reason: ReportReason
    words: str
    state: ReportState
    answer: str
    created_at: datetime
    handled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Report:
    """A report as staff see it; names are empty where somebody left. `character` or `book` is what it is about."""

    id: UUID
    kind: ReportedKind
    target_id: str
    reason: ReportReason
    words: str
    excerpt: str
    link: str
    state: ReportState
    answer: str
    created_at: datetime
    handled_at: datetime | None
    reporter_id: UUID | None
    reporter: str
    about_user_id: UUID | None
    about: str
    handled_by: UUID | None
    handler: str
    character: CharacterForStaff | None = None
    book: BookForStaff | None = None


class Reports:
    """Everything about reports."""

    def __init__(self, oversight: Oversight, clock: Clock) -> None:
        self._oversight = oversight
        self._clock = clock

    async def file(self, work: Work, user_id: UUID, draft: ReportDraft) -> UUID:
        """Tell staff of something; the same report again is the first one. `work` is the reporter's own.

        Raises `InvalidInput`, `LimitReached`, or `NotFound` where there is no such thing for who reports.
        """
        words = draft.words.strip()
        if len(words) > limits.REPORT_WORDS_MAX:
            raise InvalidInput(
                "words_too_long",
                N_("What is wrong: write at most {maximum} letters; yours has {length}."),
                field="words",
                maximum=int(limits.REPORT_WORDS_MAX),
                length=len(words),
            )
        if draft.reason is ReportReason.OTHER and not words:
            raise InvalidInput(
                "words_missing",
                N_("What is wrong: write a sentence, so that staff know what to look for."),
                field="words",
            )
        since = self._clock.now() - timedelta(days=1)
        if await queries.reports_since(work.session, user_id, since) >= limits.REPORTS_PER_DAY:
            raise LimitReached(
                "too_many_reports",
                N_(
                    "You reported {maximum} things within a day, which is as many as are taken. The earlier ones are "
                    "kept; try again tomorrow, or write to whoever runs this café."
                ),
                maximum=int(limits.REPORTS_PER_DAY),
            )
        fresh = new_id()
        found = await functions.file_report(
            work.session,
            fresh,
            kind=draft.kind,
            target_id=draft.target_id,
            reason=draft.reason,
            words=words,
            excerpt=draft.excerpt[: limits.REPORT_EXCERPT_MAX],
            link=draft.link,
            message_id=draft.message_id,
        )
        if found is None:
            raise NotFound("nothing_to_report", N_("There is no such thing, so nothing was reported."))
        if found == fresh:
            await audit.record(work, "report.filed", "report", found, details={"reason": draft.reason})
        return found

    async def mine(self, work: Work, user_id: UUID) -> tuple[MyReport, ...]:
        """What somebody reported, the newest first, and what came of it."""
        return tuple(
            MyReport(row.id, row.kind, row.reason, row.words, row.state, row.answer, row.created_at, row.handled_at)
            for row in await queries.reports_of(work.session, user_id, MINE_SHOWN)
        )

    # ------------------------------------------------------------------------------------------ staff

    async def search(
        self,
        staff: UUID,
        *,
        states: Sequence[ReportState] = _STILL_OPEN,
        kind: ReportedKind | None = None,
        reason: ReportReason | None = None,
        about: UUID | None = None,
        oldest_first: bool = True,
        after: Mark | None = None,
        limit: int,
    ) -> tuple[Report, ...]:
        """Reports, from after a mark on."""
        async with self._oversight.at_work(staff, "report.listed", "list") as work:
            rows = await queries.reports(
                work.session,
                states=states,
                kind=kind,
                reason=reason,
                about=about,
                oldest_first=oldest_first,
                after=after,
                most=limit,
            )
            return tuple(_shown(row) for row in rows)

    async def look(self, staff: UUID, report_id: UUID) -> Report:
        """One report with what it is about. Raises `NotFound`."""
        async with self._oversight.at_work(staff, "report.looked_at", "report", report_id) as work:
            row = await queries.report(work.session, report_id)
            if row is None:
                raise NotFound("no_such_report", N_("There is no such report."))
            character = book = None
            if row.report.kind is ReportedKind.CHARACTER:
                character = await functions.character_for_staff(work.session, UUID(row.report.target_id))
            elif row.report.kind is ReportedKind.BOOK:
                book = await functions.book_for_staff(work.session, UUID(row.report.target_id))
            return _shown(row, character, book)

    async def take(self, staff: UUID, report_id: UUID) -> None:
        """Take an open report in hand. Raises `Conflict` where somebody has it, `NotFound`."""
        async with self._oversight.at_work(staff, "report.taken", "report", report_id) as work:
            if not await queries.put_report(
                work.session, report_id, was=(ReportState.OPEN,), state=ReportState.TAKEN, by=staff
            ):
                raise _not_open()

    async def close(self, staff: UUID, report_id: UUID, *, was_right: bool, answer: str) -> None:
        """Say what came of it; who reported reads `answer`. Raises `InvalidInput`, `Conflict`, `NotFound`."""
        answer = answer.strip()
        if len(answer) > limits.REASON_MAX:
            raise InvalidInput(
                "answer_too_long",
                N_("Answer: write at most {maximum} letters; yours has {length}."),
                field="answer",
                maximum=int(limits.REASON_MAX),
                length=len(answer),
            )
        state = ReportState.RESOLVED if was_right else ReportState.DISMISSED
        action = "report.resolved" if was_right else "report.dismissed"
        async with self._oversight.at_work(staff, action, "report", report_id) as work:
            if not await queries.put_report(
                work.session, report_id, was=_STILL_OPEN, state=state, by=staff, answer=answer
            ):
                raise _not_open()
            work.tell(answer=answer)


def _not_open() -> Conflict:
    return Conflict(
        "report_not_open", N_("Somebody else has this report in hand, or closed it. Nothing was changed: look again.")
    )


def _shown(row: ReportRow, character: CharacterForStaff | None = None, book: BookForStaff | None = None) -> Report:
    found = row.report
    return Report(
        id=found.id,
        kind=found.kind,
        target_id=found.target_id,
        reason=found.reason,
        words=found.words,
        excerpt=found.excerpt,
        link=found.link,
        state=found.state,
        answer=found.answer,
        created_at=found.created_at,
        handled_at=found.handled_at,
        reporter_id=found.reporter_id,
        reporter=row.reporter_name or "",
        about_user_id=found.about_user_id,
        about=row.about_name or "",
        handled_by=found.handled_by,
        handler=row.handler_name or "",
        character=character,
        book=book,
    )
