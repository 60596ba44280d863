"""Diaries in and out: Daylio's CSV (and our own), and everything as JSON. Reading and writing happen in threads."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from bot import limits
from bot.errors import InvalidInput
from bot.services.wellbeing.choices import MoodOption, fold
from bot.services.wellbeing.daylio import RefusedRow, parse
from bot.services.wellbeing.daylio_out import written_csv, written_json
from bot.services.wellbeing.daylio_plan import DaylioMood, Plan, as_chosen, plan
from bot.services.wellbeing.entries import CheckedEntry, CheckIn, Rules, too_many_in_all, zone_info
from bot.services.wellbeing.entries_kept import new_entry
from bot.services.wellbeing.sealing import PersonSeal
from bot.texts import N_
from db.models import MoodSource
from db.queries.wellbeing import moods as queries
from db.queries.wellbeing import reminders
from db.queries.wellbeing.moods import NewEntry
from db.work import Work

if TYPE_CHECKING:
    from bot.services.wellbeing.moods import Moods

__all__ = ["Daylio", "DaylioMood", "DaylioPreview", "DaylioResult", "RefusedRow"]

_AT_ONCE = 2000
_NO_STEPS: Mapping[str, int] = {}


@dataclass(frozen=True, slots=True)
class DaylioPreview:
    """What a file would bring: nothing is kept yet.

    `n` entries would be added, of the days `first` to `last`; `entries` are the first of them. `unmapped` moods must be
    given a step before anything is imported. `has_zone` False: times are read as UTC. `too_old`: before the time for
    which check-ins are kept (`keep_days`).
    """

    n: int
    first: date | None
    last: date | None
    entries: tuple[CheckIn, ...]
    moods: tuple[DaylioMood, ...]
    already_here: int
    too_old: int
    refused: tuple[RefusedRow, ...]
    is_ours: bool
    has_zone: bool
    time_zone: str
    keep_days: int | None
    unmapped: tuple[DaylioMood, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class DaylioResult:
    """What an import did. Moods and activities added are the person's own from now on."""

    added: int
    already_here: int
    too_old: int
    refused: tuple[RefusedRow, ...]
    moods_added: int
    activities_added: int


class Daylio:
    """Files of diaries, of one person each. Each method works in their name."""

    def __init__(self, moods: Moods) -> None:
        self._moods = moods

    async def read(
        self, work: Work, user_id: UUID, data: bytes, mapping: Mapping[str, int] = _NO_STEPS
    ) -> DaylioPreview:
        """What a file would bring. Raises `InvalidInput` naming `file` or `mapping`, `NotAllowed` without their yes."""
        options = await self._moods.needed_options(work, user_id)
        planned, _ = await self._planned(work, user_id, data, mapping)
        days = [one.felt_at.astimezone(zone_info(one.words.zone)).date() for one in planned.new]
        return DaylioPreview(
            n=len(planned.new),
            first=min(days, default=None),
            last=max(days, default=None),
            entries=planned.shown(),
            moods=planned.moods,
            already_here=planned.already_here,
            too_old=planned.too_old,
            refused=planned.refused,
            is_ours=planned.is_ours,
            has_zone=options.has_zone,
            time_zone=options.time_zone,
            keep_days=options.keep_days,
            unmapped=planned.unmapped,
        )

    async def bring_in(
        self, work: Work, user_id: UUID, data: bytes, mapping: Mapping[str, int] = _NO_STEPS
    ) -> DaylioResult:
        """Keep what a file has and the diary has not: the same file again adds nothing.

        Raises as `read`, `InvalidInput` (`moods_unmapped`) while a mood has no step, `LimitReached` where it is too
        much.
        """
        await self._moods.wait_turn(work, user_id)
        planned, count = await self._planned(work, user_id, data, mapping)
        if planned.unmapped:
            raise InvalidInput(
                "moods_unmapped",
                N_("Say first how good these moods are: {names}. Nothing was imported yet."),
                field="mapping",
                names=", ".join(one.name for one in planned.unmapped[:10]),
            )
        if count + len(planned.new) > limits.CHECK_INS_MAX:
            raise too_many_in_all()
        moods = [MoodOption("", one.name, one.emoji, one.score or 0) for one in planned.moods]
        names = [name for name, _ in planned.activities]
        moods_added, activities_added = await self._moods.adopt(work, user_id, moods, names)
        choices = await self._moods.choices(work, user_id)
        named = {fold(one.name): one for one in choices.own_moods}
        seal = await self._moods.seals.for_writing(work, user_id)
        added = 0
        for begin in range(0, len(planned.new), _AT_ONCE):
            some = [as_chosen(one, named) for one in planned.new[begin : begin + _AT_ONCE]]
            rows = await asyncio.to_thread(_sealed, seal, user_id, some)
            added += await queries.add_entries(work.session, rows)
        return DaylioResult(
            added, planned.already_here, planned.too_old, planned.refused, moods_added, activities_added
        )

    async def csv(self, work: Work, user_id: UUID) -> bytes:
        """Every check-in in Daylio's columns and ours, newest first; read again, it gives the same ones."""
        entries = await self._moods.everything(work, user_id)
        return await asyncio.to_thread(written_csv, entries)

    async def json(self, work: Work, user_id: UUID) -> bytes:
        """Everything that is kept: settings, own choices, reminders, check-ins."""
        entries = await self._moods.everything(work, user_id)
        options = await self._moods.options(work, user_id)
        choices = await self._moods.choices(work, user_id)
        asked = await reminders.all_of(work.session, user_id)
        times = [(one.at_minute, one.weekdays, one.refused_at) for one in asked]
        return await asyncio.to_thread(written_json, options, choices, times, entries)

    # -------------------------------------------------------------------------------------------- within

    async def _planned(self, work: Work, user_id: UUID, data: bytes, mapping: Mapping[str, int]) -> tuple[Plan, int]:
        rules = await self._moods.rules(work, user_id)
        existing = await self._moods.everything(work, user_id)
        return await asyncio.to_thread(_plan, data, rules, dict(mapping), existing), len(existing)


def _plan(data: bytes, rules: Rules, mapping: Mapping[str, int], existing: Sequence[CheckIn]) -> Plan:
    return plan(parse(data), rules, mapping, existing)


def _sealed(seal: PersonSeal, user_id: UUID, entries: Sequence[CheckedEntry]) -> list[NewEntry]:
    return [new_entry(seal, user_id, one, source=MoodSource.IMPORT) for one in entries]
