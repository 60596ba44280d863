"""Check-ins: a person's diary of how they are, for that person alone.

Nothing is kept without their yes (`moods_options`), and all of it but the moment is sealed with a key of their own
(`sealing`). Many entries are opened in a thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from bot import limits
from bot.clock import Clock
from bot.errors import Conflict
from bot.services.keys.vault import Vault, VaultError
from bot.services.tables import Mark, beyond, mark_of, moment
from bot.services.wellbeing.consent import MoodOptions
from bot.services.wellbeing.daylio_kept import Daylio
from bot.services.wellbeing.entries import (
    CheckedEntry,
    CheckIn,
    CheckInDraft,
    Rules,
    check_draft,
    day_bounds,
    no_such_entry,
    too_many_in_all,
    too_many_that_day,
    zone_info,
)
from bot.services.wellbeing.entries_kept import (
    Shown,
    Wanted,
    all_opened,
    new_entry,
    opened,
    place_of,
    wanted_of,
    written,
)
from bot.services.wellbeing.moods_options import MoodsOptions
from bot.services.wellbeing.sealing import PersonSeal
from bot.texts import N_
from db.models import MoodSource
from db.queries.keyset import Beyond
from db.queries.wellbeing import moods as queries
from db.queries.wellbeing.moods import EntryRow
from db.work import Work

__all__ = ["EntryPage", "Moods"]

_AT_ONCE = 500
"""Rows read in one go where a search opens all."""
_IN_A_THREAD = 30
"""More rows than this are opened off the loop."""
_ZONES_APART = timedelta(hours=40)
"""From the begin of a day in UTC, so far away it can begin and end elsewhere."""
_EARLIEST, _LATEST = datetime(1, 1, 5, tzinfo=UTC), datetime(9999, 12, 25, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class EntryPage:
    """Some entries, newest first. `after` is where the next page begins; None: there is none."""

    entries: tuple[CheckIn, ...]
    after: Mark | None


class Moods(MoodsOptions):
    """Everything about check-ins. Each method works in the person's name: `work` is theirs, `user_id` is them."""

    def __init__(self, clock: Clock, vault: Vault) -> None:
        """`vault` seals people's keys, with which everything here is sealed."""
        super().__init__(clock, vault)
        self.daylio = Daylio(self)

    # -------------------------------------------------------------------------------------------- keeping

    async def add(
        self, work: Work, user_id: UUID, draft: CheckInDraft, *, source: MoodSource, once: str = ""
    ) -> CheckIn:
        """Keep a check-in. The same `once` again (a form sent twice) gives back the one that is kept already.

        Raises `InvalidInput`, `LimitReached`, `NotAllowed` without their yes.
        """
        await self._alone(work, user_id)
        checked = check_draft(draft, await self.rules(work, user_id))
        seal = await self.seals.for_writing(work, user_id)
        made = new_entry(seal, user_id, checked, source=source, once=once)
        kept = await queries.entry_of(work.session, user_id, made.fingerprint)
        if kept is None:
            await self._refuse_full(work, user_id, checked)
            if await queries.count(work.session, user_id) >= limits.CHECK_INS_MAX:
                raise too_many_in_all()
            await queries.add_entries(work.session, [made])
            kept = await queries.entry(work.session, user_id, made.id)
        if kept is None:
            raise no_such_entry()
        return opened(seal, kept)

    async def edit(
        self, work: Work, user_id: UUID, entry_id: UUID, draft: CheckInDraft, *, seen: datetime | None = None
    ) -> CheckIn:
        """Change one. `seen` is the `updated_at` that its form showed.

        Raises `NotFound`, `InvalidInput`, `LimitReached`, and `Conflict` where it was changed since.
        """
        await self._alone(work, user_id)
        rules = await self.rules(work, user_id)
        seal = await self.seals.for_writing(work, user_id)
        row = await queries.entry(work.session, user_id, entry_id, to_change=True)
        if row is None:
            raise no_such_entry()
        if seen is not None and row.updated_at != seen:
            raise Conflict(
                "check_in_changed",
                N_("This check-in was changed on another device meanwhile. Nothing was saved; look at it, then go on."),
            )
        before = opened(seal, row)
        checked = check_draft(draft, rules, before)
        if checked.felt_at.astimezone(before.local.tzinfo).date() != before.day:
            await self._refuse_full(work, user_id, checked)
        sealed = seal.seal(written(checked.words), place_of(entry_id))
        await queries.change_entry(work.session, user_id, entry_id, checked.felt_at, sealed)
        return await self.one(work, user_id, entry_id)

    async def remove(self, work: Work, user_id: UUID, entry_id: UUID) -> None:
        """Delete one. Raises `NotFound`."""
        if not await queries.remove_entry(work.session, user_id, entry_id):
            raise no_such_entry()

    async def remove_between(self, work: Work, user_id: UUID, first: date, last: date) -> int:
        """Delete those of some days, both ends included; how many."""
        found = await self.between(work, user_id, first, last)
        return await queries.remove_entries(work.session, user_id, [one.id for one in found])

    async def remove_all(self, work: Work, user_id: UUID) -> int:
        """Delete every check-in; the yes, choices and reminders stay. How many."""
        return await queries.remove_entries(work.session, user_id)

    # -------------------------------------------------------------------------------------------- looking

    async def one(self, work: Work, user_id: UUID, entry_id: UUID) -> CheckIn:
        """One of theirs. Raises `NotFound`."""
        row = await queries.entry(work.session, user_id, entry_id)
        if row is None:
            raise no_such_entry()
        return opened(await self._seal(work, user_id), row)

    async def newest(self, work: Work, user_id: UUID) -> CheckIn | None:
        """The one felt last."""
        rows = await queries.entries(work.session, user_id, limit=1)
        return opened(await self._seal(work, user_id), rows[0]) if rows else None

    async def between(self, work: Work, user_id: UUID, first: date, last: date) -> tuple[CheckIn, ...]:
        """Those of some days, both ends included, newest first; days as the person's clock had them."""
        since, until = _reach(first, last)
        rows = await queries.entries(work.session, user_id, since=since, until=until)
        seal = await self._seal(work, user_id)
        return tuple(await self._opened(seal, rows, Wanted(first=first, last=last)))

    async def everything(self, work: Work, user_id: UUID) -> tuple[CheckIn, ...]:
        """All there are, newest first."""
        rows = await queries.entries(work.session, user_id)
        return tuple(await self._opened(await self._seal(work, user_id), rows, Wanted()))

    async def page(
        self,
        work: Work,
        user_id: UUID,
        *,
        after: Mark | None = None,
        limit: int = 25,
        search: str = "",
        scores: Collection[int] = (),
        moods: Collection[str] = (),
        first: date | None = None,
        last: date | None = None,
        shown: Shown = str,
    ) -> EntryPage:
        """A list, newest first: those that hold all words of `search`, of these steps, moods and days.

        `shown` is how the face shows the house's names (`say`), so that they are found in its language too.
        """
        wanted = wanted_of(search, scores, moods, first, last)
        since = _reach(first, first)[0] if first else None
        until = _reach(last, last)[1] if last else None
        seal, mark = await self._seal(work, user_id), beyond(after, moment)
        found: list[CheckIn] = []
        at_once = limit + 1 if wanted.is_all else _AT_ONCE
        while len(found) <= limit:
            rows = await queries.entries(work.session, user_id, since=since, until=until, after=mark, limit=at_once)
            found += await self._opened(seal, rows, wanted, shown)
            if len(rows) < at_once:
                break
            mark = Beyond(rows[-1].felt_at, rows[-1].id)
        here = tuple(found[:limit])
        return EntryPage(here, mark_of(here[-1].felt_at, here[-1].id) if len(found) > limit and here else None)

    async def count(self, work: Work, user_id: UUID) -> int:
        """How many there are; opens nothing."""
        return await queries.count(work.session, user_id)

    async def count_on(self, work: Work, user_id: UUID, day: date) -> int:
        """How many there are of a day of the person's present zone; opens nothing."""
        held = await self._found(work, user_id)
        since, until = day_bounds(day, held.options.time_zone if held else "UTC")
        return await queries.count(work.session, user_id, since=since, until=until)

    async def today(self, work: Work, user_id: UUID) -> date:
        """Which day it is where the person's clock stands."""
        held = await self._found(work, user_id)
        return self._clock.now().astimezone(zone_info(held.options.time_zone if held else "UTC")).date()

    async def export_csv(self, work: Work, user_id: UUID) -> bytes:
        """Every check-in in Daylio's columns and ours; read again, it gives the same ones."""
        return await self.daylio.csv(work, user_id)

    async def export_json(self, work: Work, user_id: UUID) -> bytes:
        """Everything that is kept: settings, own choices, reminders, check-ins."""
        return await self.daylio.json(work, user_id)

    # -------------------------------------------------------------------------------------------- within

    async def wait_turn(self, work: Work, user_id: UUID) -> None:
        """Two devices at once take turns, from here until the work ends."""
        await self._alone(work, user_id)

    async def needed_options(self, work: Work, user_id: UUID) -> MoodOptions:
        """As `options`, for what keeps something new. Raises `NotAllowed` without their yes to today's words."""
        return (await self._current(work, user_id)).options

    async def rules(self, work: Work, user_id: UUID) -> Rules:
        """What drafts are held against now. Raises `NotAllowed` without their yes to today's words."""
        held = await self._current(work, user_id)
        return Rules(
            now=self._clock.now(),
            time_zone=held.options.time_zone,
            choices=await self.choices(work, user_id),
            keep_days=held.options.keep_days,
        )

    async def _refuse_full(self, work: Work, user_id: UUID, checked: CheckedEntry) -> None:
        day = checked.felt_at.astimezone(zone_info(checked.words.zone)).date()
        since, until = day_bounds(day, checked.words.zone)
        if await queries.count(work.session, user_id, since=since, until=until) >= limits.CHECK_INS_PER_DAY:
            raise too_many_that_day()

    async def _seal(self, work: Work, user_id: UUID) -> PersonSeal | None:
        """To open with; None where there is no key, or none that this house can open."""
        try:
            return await self.seals.of(work, user_id)
        except VaultError:
            return None

    async def _opened(
        self, seal: PersonSeal | None, rows: Sequence[EntryRow], wanted: Wanted, shown: Shown = str
    ) -> list[CheckIn]:
        if len(rows) <= _IN_A_THREAD:
            return all_opened(seal, rows, wanted, shown)
        return await asyncio.to_thread(all_opened, seal, rows, wanted, shown)


def _reach(first: date, last: date) -> tuple[datetime, datetime]:
    """A span of time that holds these days in every zone of the world."""
    begins = datetime(first.year, first.month, first.day, tzinfo=UTC)
    ends = datetime(last.year, last.month, last.day, tzinfo=UTC)
    return max(begins, _EARLIEST) - _ZONES_APART, min(ends, _LATEST) + _ZONES_APART
