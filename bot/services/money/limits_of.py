"""What a person's plan lets them do, asked at the moment they do it.

A plan's number may be replaced for one person by the house's staff; None is without end. Where plans are off, what the
house itself allows (`bot.limits`) is all there is, and nothing here refuses.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar, cast
from uuid import UUID

from bot.clock import Clock, SystemClock
from bot.errors import LimitReached, NotAllowed, NotFound
from bot.ports import Offer
from bot.services.money.limits_of_words import COUNTERS, RESTS, WITHOUT_END, WITHOUT_NUMBER, WORDS, LimitName
from bot.services.money.usage import period_of, resets_at
from bot.texts import N_
from db.models import AnalyticsLevel, Plan, PlanLimits
from db.queries.money import plans as plan_queries
from db.queries.money import usage as queries
from db.work import Work

Refusal = TypeVar("Refusal", LimitReached, NotAllowed)


@dataclass(frozen=True, slots=True)
class Use:
    """One limit that is counted: how much of it is used, of how much (None: without end), and when it begins anew."""

    name: LimitName
    used: int
    most: int | None
    resets_at: datetime | None = None

    @property
    def left(self) -> int | None:
        """How much more; None where there is no end to it."""
        return None if self.most is None else max(self.most - self.used, 0)

    @property
    def over(self) -> int:
        """By how much more is there than the plan holds."""
        return 0 if self.most is None else max(self.used - self.most, 0)


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a person may do. `is_enforced`: whether plans are on; where not, everything is allowed.

    `limits` are those of the plan with what staff decided for this person (`changed`, by name) in their place. `until`
    is when what the plan rests on ends, where that is known.
    """

    is_enforced: bool
    plan_id: UUID | None
    plan_code: str
    plan_name: str
    limits: PlanLimits
    token_allowance: int
    changed: frozenset[str]
    uses: tuple[Use, ...]
    until: datetime | None = None

    def use(self, name: LimitName) -> Use:
        """How a counted limit stands. Raises `KeyError` for one that is not counted."""
        return {one.name: one for one in self.uses}[name]


def effective(plan: PlanLimits, overrides: Mapping[str, int]) -> PlanLimits:
    """A plan's limits with a person's own in place of those. Pure."""
    known = {name: value for name, value in overrides.items() if name in PlanLimits.model_fields}
    return PlanLimits.model_validate({**plan.model_dump(), **known})


def larger(plans: Iterable[Plan], limits: PlanLimits, name: LimitName) -> Plan | None:
    """The first of these plans that holds more of something. Pure."""
    return next((one for one in plans if _exceeds(getattr(one.limits, name.value), getattr(limits, name.value))), None)


def _exceeds(offered: object, had: object) -> bool:
    """Whether one value of a limit is more than another; None has no end."""
    if isinstance(had, bool):
        return bool(offered) and not had
    if had is None:
        return False
    if offered is None:
        return True
    if isinstance(offered, int) and isinstance(had, int):
        return offered > had
    if isinstance(offered, list) and isinstance(had, list):
        return not set(cast("list[str]", offered)) <= set(cast("list[str]", had))
    return False


class Limits:
    """Asks what a person may do. `work` is that person's own, a turn's on their behalf, or staff's."""

    def __init__(self, clock: Clock | None = None, *, is_on: bool = False) -> None:
        """`is_on`: whether plans are (the setting PLANS)."""
        self._clock = clock or SystemClock()
        self.is_on = is_on

    async def allowed(self, work: Work, user_id: UUID) -> Allowed:
        """Everything, with how much of it is used. Raises `NotFound` where it is none of the actor's business."""
        now = self._clock.now()
        try:
            found = await queries.limits_of(work.session, user_id, period_of(now))
        except LookupError as error:
            raise NotFound("no_such_person", N_("There is nobody of that name.")) from error
        limits = effective(found.limits, found.overrides) if self.is_on else WITHOUT_END
        uses = (
            Use(LimitName.CHARACTERS, found.characters, limits.characters),
            Use(LimitName.MESSAGES, found.messages, limits.messages_per_month, resets_at(now)),
            Use(LimitName.UPLOADS, found.uploads, limits.file_uploads, resets_at(now)),
        )
        return Allowed(
            is_enforced=self.is_on,
            plan_id=found.plan_id,
            plan_code=found.plan_code,
            plan_name=found.plan_name,
            limits=limits,
            token_allowance=found.token_allowance,
            changed=frozenset(found.overrides) if self.is_on else frozenset(),
            uses=uses,
            until=found.until,
        )

    # ------------------------------------------------------------------------------------------------ counted

    async def check(
        self, work: Work, user_id: UUID, name: LimitName, adding: int = 1, *, used: int | None = None
    ) -> None:
        """Raise `LimitReached` where so much more is more than the plan holds. Nothing is counted.

        `used` is what there is, where the caller knows it (sources, which are not counted here). Whoever asks for room
        for rows (characters) is alone with that until this work ends: of two at once that want the last room, one is
        refused.
        """
        if not self.is_on:
            return
        if name not in COUNTERS:
            await queries.take_turns(work.session, user_id, name.value)
        allowed = await self.allowed(work, user_id)
        use = allowed.use(name) if used is None else Use(name, used, getattr(allowed.limits, name.value))
        if use.most is not None and use.used + adding > use.most:
            raise await self._reached(work, allowed, use)

    async def count(self, work: Work, user_id: UUID, name: LimitName, adding: int = 1) -> None:
        """Count a use of this month, in this work: it counts if, and only if, the work is committed.

        Raises `LimitReached` where the plan holds no more; then nothing is counted.
        """
        if not self.is_on:
            return
        allowed = await self.allowed(work, user_id)
        most, period = allowed.use(name).most, period_of(self._clock.now())
        if not await queries.count_use(work.session, COUNTERS[name], period, adding, most):
            allowed = await self.allowed(work, user_id)
            raise await self._reached(work, allowed, allowed.use(name))

    async def upload(self, work: Work, user_id: UUID, size_bytes: int) -> None:
        """Count a file that is about to be kept. Raises `LimitReached` where it is too large, or one too many."""
        await self.check_file(work, user_id, size_bytes)
        await self.count(work, user_id, LimitName.UPLOADS)

    # ------------------------------------------------------------------------------------------------ not counted

    async def check_file(self, work: Work, user_id: UUID, size_bytes: int) -> None:
        """Raise `LimitReached` where a file is larger than the plan takes."""
        if not self.is_on:
            return
        allowed = await self.allowed(work, user_id)
        most = allowed.limits.file_size_mb
        if most is not None and size_bytes > most * 2**20:
            used = f"{size_bytes / 2**20:.1f}"
            raise await self._refusal(LimitReached, work, allowed, LimitName.FILE_SIZE, maximum=most, used=used)

    async def check_offer(self, work: Work, user_id: UUID, offer: Offer, house: Offer | None) -> None:
        """Raise `NotAllowed` where the plan does not include the models of that provider.

        The model the house itself speaks with (`house`) is in every plan.
        """
        if not self.is_on or offer == house:
            return
        allowed = await self.allowed(work, user_id)
        providers = allowed.limits.providers
        if providers is not None and offer.provider not in providers:
            raise await self._refusal(NotAllowed, work, allowed, LimitName.PROVIDERS, what=offer.model)

    async def check_switch(self, work: Work, user_id: UUID, name: LimitName) -> None:
        """Raise `NotAllowed` where the plan does not include something (`API`, `BRANDING`)."""
        if not self.is_on:
            return
        allowed = await self.allowed(work, user_id)
        if not getattr(allowed.limits, name.value):
            raise await self._refusal(NotAllowed, work, allowed, name)

    async def analytics(self, work: Work, user_id: UUID) -> AnalyticsLevel:
        """How much somebody's statistics tell."""
        return (await self.allowed(work, user_id)).limits.analytics_level

    async def history_since(self, work: Work, user_id: UUID) -> datetime | None:
        """Since when somebody's conversations are within reach; None: from the beginning."""
        days = (await self.allowed(work, user_id)).limits.history_days if self.is_on else None
        return None if days is None else self._clock.now() - timedelta(days=days)

    # ------------------------------------------------------------------------------------------------ out of reach

    async def resting(self, work: Work, characters: Collection[UUID]) -> frozenset[UUID]:
        """Which of these characters their maker's plan has no room for: the newest beyond its number."""
        return await queries.beyond_reach(work.session, characters) if self.is_on and characters else frozenset()

    async def refuse_resting(self, work: Work, character_id: UUID, name: str) -> None:
        """Raise `LimitReached` where a character is out of reach."""
        if character_id in await self.resting(work, [character_id]):
            raise LimitReached("character_rests", RESTS, name=name)

    # ------------------------------------------------------------------------------------------------ refusals

    async def _reached(self, work: Work, allowed: Allowed, use: Use) -> LimitReached:
        resets = "" if use.resets_at is None else use.resets_at.date().isoformat()
        return await self._refusal(
            LimitReached, work, allowed, use.name, maximum=use.most, used=use.used, resets=resets
        )

    async def _refusal(
        self, kind: type[Refusal], work: Work, allowed: Allowed, name: LimitName, **values: object
    ) -> Refusal:
        """The refusal of a limit; it names the next plan that holds more, where there is one."""
        found, words = larger(await plan_queries.plans(work.session), allowed.limits, name), WORDS[name]
        error = kind(words.code, words.alone if found is None else words.advised)
        error.values.update(values, plan=allowed.plan_name)
        if found is not None:
            more = getattr(found.limits, name.value)
            error.values.update(next=found.name, more=WITHOUT_NUMBER if more is None else more)
        return error
