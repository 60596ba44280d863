"""Reminders of check-ins: times of day a person asked to be asked at, and the job that writes to them.

What is written is neutral and holds nothing of the diary. A reminder is noted as sent before it is, so that whatever
happens in between it comes once at most; what surely did not leave is tried again while it is not too late.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog

from bot import limits
from bot.clock import Clock
from bot.errors import InvalidInput, LimitReached, NotFound
from bot.ports.letters import Letter, LetterButton, LetterLink, Letters, Posted
from bot.services.wellbeing.entries import zone_info
from bot.services.wellbeing.reminders_when import (
    EVERY_DAY,
    Quiet,
    Times,
    is_sent,
    minute_shown,
    next_at,
    planned_before,
    too_near,
)
from bot.texts import N_, Say
from db.ids import new_id
from db.models import MoodReminder
from db.queries import people
from db.queries.alone import alone_with
from db.queries.wellbeing import reminders as queries
from db.work import Actor, Database, Work

JOB = "mood_reminders"
CHECK_IN = "mood:begin"
"""The custom_id of the button that begins a check-in, wherever it stands."""

AGAIN_AFTER = timedelta(minutes=5)
"""When what surely did not leave is tried again."""

Rests = Callable[[Work, UUID, datetime], Awaitable[bool]]
"""Whether a person's own limits let nothing reach them now: a night, a pause."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Reminder:
    """One time of day. `weekdays` has bit 0 for Monday. `refused_at`: Discord let no direct message through."""

    id: UUID
    at_minute: int
    weekdays: int
    next_at: datetime
    refused_at: datetime | None


class Reminders:
    """A person's reminders. Each method works in its owner's name: `work` is theirs, `user_id` is them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def all(self, work: Work, user_id: UUID) -> tuple[Reminder, ...]:
        """Every one of them, by time of day."""
        return tuple(_shown(row) for row in await queries.all_of(work.session, user_id))

    async def add(self, work: Work, user_id: UUID, at_minute: int, weekdays: int = EVERY_DAY) -> Reminder:
        """Ask at a time of day from now on; asked for again, on these weekdays. Raises `InvalidInput`, `LimitReached`.

        Who keeps no check-ins is not reminded of them: raises `NotFound`.
        """
        if not (0 <= at_minute < 24 * 60 and 1 <= weekdays <= EVERY_DAY):
            raise InvalidInput("not_a_weekday", N_("Choose at least one weekday."), field="weekdays")
        await alone_with(work.session, f"moods {user_id}")  # else it might come while the yes is taken back
        settings = await queries.settings(work.session, user_id)
        if settings is None:
            raise NotFound("no_check_ins", N_("You keep no check-ins here. Begin with /mood checkin, then come back."))
        _refuse_quiet(at_minute, _quiet(settings.quiet_from, settings.quiet_to))
        rows = await queries.all_of(work.session, user_id, to_change=True)
        same = next((row for row in rows if row.at_minute == at_minute), None)
        others = [row for row in rows if row is not same]
        _refuse_crowd(Times(at_minute, weekdays), others)
        due = next_at(at_minute, weekdays, await _zone(work, user_id), self._clock.now())
        if same is not None:
            same.weekdays, same.next_at = weekdays, due
            await work.session.flush()
            return _shown(same)
        refused = next((row.refused_at for row in rows if row.refused_at), None)
        row = MoodReminder(
            id=new_id(),
            user_id=user_id,
            at_minute=at_minute,
            weekdays=weekdays,
            next_at=due,
            refused_at=refused,
        )
        await queries.put(work.session, row)
        return _shown(row)

    async def remove(self, work: Work, user_id: UUID, reminder_id: UUID) -> None:
        """Ask there no more. Raises `NotFound`."""
        if not await queries.remove(work.session, user_id, reminder_id):
            raise NotFound("no_such_reminder", N_("There is no such reminder of yours."))

    async def again(self, work: Work, user_id: UUID) -> None:
        """Write again to who took no direct messages, from the next time on."""
        await queries.refused(work.session, user_id, None)
        await self.replan(work, user_id)

    async def replan(self, work: Work, user_id: UUID) -> None:
        """Find the next times anew: the person is in another zone, or asked for it."""
        zone, now = await _zone(work, user_id), self._clock.now()
        for row in await queries.all_of(work.session, user_id, to_change=True):
            row.next_at = next_at(row.at_minute, row.weekdays, zone, now)
        await work.session.flush()


class Reminding:
    """Writes to whoever is due. One at a time, with a pause between: a burst of direct messages looks like spam."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        letters: Letters,
        *,
        rests: Rests,
        site: Callable[[], str],
        language: str,
    ) -> None:
        """`site` is where the web app is reached, "" where that is not known; `language` where a person chose none."""
        self._database = database
        self._clock = clock
        self._letters = letters
        self._rests = rests
        self._site = site
        self._language = language

    async def run(self, _: Mapping[str, str]) -> None:
        """Write to everybody who is due, as many as a minute's pace allows."""
        now, pace = self._clock.now(), int(limits.REMINDERS_PER_MINUTE)
        async with self._database.work(Actor.job(JOB)) as work:
            rows = await queries.due(work.session, now, pace)
        for row in rows:
            try:
                await self._remind(row)
            except Exception:  # a border: the next person's turn
                log.exception("reminder_failed")

    async def _remind(self, whom: queries.DueRow) -> None:
        async with self._database.work(Actor.user(whom.user_id)) as work:
            noted = await self._noted(work, whom)
        if noted is None:
            return
        posted = await self._letters.send(whom.discord_id, noted.letter)
        if posted in (Posted.REFUSED, Posted.AWAY):
            async with self._database.work(Actor.user(whom.user_id)) as work:
                await self._unsent(work, whom.user_id, posted, noted)
        log.info("reminder", outcome=posted.value)
        await self._clock.sleep(60 / int(limits.REMINDERS_PER_MINUTE))

    async def _noted(self, work: Work, whom: queries.DueRow) -> _Noted | None:
        """What to write, noted as sent; None where nothing is to be sent now."""
        now = self._clock.now()
        rows = await queries.all_of(work.session, whom.user_id, to_change=True)
        settings = await queries.settings(work.session, whom.user_id)
        zone = await _zone(work, whom.user_id)
        quiet = _quiet(settings.quiet_from, settings.quiet_to) if settings is not None else None
        last = settings.reminded_at if settings is not None else None
        due = [row for row in rows if row.next_at <= now and row.refused_at is None]
        rests = settings is None or await self._rests(work, whom.user_id, now)
        sends = [row for row in due if not rests and _fits(row, now, last, zone, quiet)]
        for row in due:
            row.next_at = next_at(row.at_minute, row.weekdays, zone, now)
        if sends and settings is not None:
            settings.reminded_at = now
        await work.session.flush()
        if not sends:
            return None
        profile = await people.profile(work.session, whom.user_id)
        chosen = profile.language if profile else None
        return _Noted(self._letter(Say(chosen or whom.locale, self._language)), tuple(row.id for row in sends), last)

    async def _unsent(self, work: Work, user_id: UUID, posted: Posted, noted: _Noted) -> None:
        """Note that nobody was written to: for good, or until it is tried again."""
        now = self._clock.now()
        settings = await queries.settings(work.session, user_id)
        if settings is not None:
            settings.reminded_at = noted.before
        for row in await queries.all_of(work.session, user_id, to_change=True):
            if posted is Posted.AWAY and row.id in noted.reminders:
                row.next_at = min(row.next_at, now + AGAIN_AFTER)
        await work.session.flush()
        if posted is Posted.REFUSED:
            await queries.refused(work.session, user_id, now)

    def _letter(self, say: Say) -> Letter:
        buttons: list[LetterButton | LetterLink] = [LetterButton(say("Check in"), CHECK_IN)]
        site = self._site()
        if site:
            buttons.append(LetterLink(say("On the web"), f"{site}/mood"))
        text = f"{say('You asked to be reminded.')}\n-# {say('Change or end this with /mood remind.')}"
        return Letter(text, tuple(buttons))


@dataclass(frozen=True, slots=True)
class _Noted:
    """What is written, of which reminders, and when the person was written to before."""

    letter: Letter
    reminders: tuple[UUID, ...]
    before: datetime | None


def _fits(row: MoodReminder, now: datetime, last: datetime | None, zone: ZoneInfo, quiet: Quiet | None) -> bool:
    # Not the time it was due at: while the program stood still, a later one may have come.
    planned = planned_before(_times(row), zone, now)
    return planned is not None and is_sent(planned, now, last, zone, quiet)


def _times(row: MoodReminder) -> Times:
    return Times(row.at_minute, row.weekdays)


def _shown(row: MoodReminder) -> Reminder:
    return Reminder(row.id, row.at_minute, row.weekdays, row.next_at, row.refused_at)


async def _zone(work: Work, user_id: UUID) -> ZoneInfo:
    profile = await people.profile(work.session, user_id)
    return zone_info((profile.time_zone if profile else None) or "UTC")


def _quiet(begins: int | None, ends: int | None) -> Quiet | None:
    return None if begins is None or ends is None else Quiet(begins, ends)


def _refuse_quiet(at_minute: int, quiet: Quiet | None) -> None:
    if quiet is not None and quiet.holds(at_minute):
        raise InvalidInput(
            "in_quiet_hours",
            N_("{at} lies in your quiet hours, {begins} to {ends}. Choose another time, or other quiet hours first."),
            field="at",
            at=minute_shown(at_minute),
            begins=minute_shown(quiet.begins),
            ends=minute_shown(quiet.ends),
        )


def _refuse_crowd(new: Times, others: Sequence[MoodReminder]) -> None:
    near = too_near(new, [_times(row) for row in others])
    if near is not None:
        raise LimitReached(
            "reminders_too_near",
            N_("{at} is too near to {other}: at least {hours} hours lie between two reminders. Nothing was changed."),
            field="at",
            at=minute_shown(new.at_minute),
            other=minute_shown(near.at_minute),
            hours=int(limits.REMINDER_APART_MINUTES) // 60,
        )
    if len(others) >= limits.REMINDERS_PER_PERSON:
        raise LimitReached(
            "reminders_full",
            N_("You have {most} reminders, which is all there is room for. Take one away first."),
            field="at",
            most=int(limits.REMINDERS_PER_PERSON),
        )
