"""Plans: what people can subscribe to. Read by everybody, changed by admins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.clock import Clock, SystemClock
from bot.errors import Conflict, NotAllowed, NotFound
from bot.services.money import plans_seed
from bot.services.money.plans_checked import (
    CheckedPlan,
    PlanDraft,
    check_plan,
    written_limits,
    written_price,
)
from bot.services.oversight.audit import StaffWork
from bot.texts import N_
from db.models import Plan, PlanLimits
from db.queries.money import plans as queries
from db.work import Actor, Database, Work

__all__ = ["PlanDraft", "PlanLimits", "PlanSeen", "Plans"]

JOB = "plans"


@dataclass(frozen=True, slots=True)
class PlanSeen:
    """A plan as people see it. Prices in the smallest unit of `currency`; None: agreed on by hand."""

    id: UUID
    code: str
    name: str
    description: str
    price_monthly_cents: int | None
    price_yearly_cents: int | None
    currency: str
    token_allowance: int
    features: tuple[str, ...]
    limits: PlanLimits
    is_active: bool
    is_default: bool
    place: int
    discord_sku_id: int | None
    updated_at: datetime

    @property
    def is_free(self) -> bool:
        """Whether nobody pays for it."""
        return self.price_monthly_cents == 0

    @property
    def is_for_sale(self) -> bool:
        """Whether it can be bought without a word to anybody."""
        return self.is_active and bool(self.price_monthly_cents)

    def draft(self) -> PlanDraft:
        """What its form shows."""
        return PlanDraft(
            code=self.code,
            name=self.name,
            description=self.description,
            price_monthly=written_price(self.price_monthly_cents),
            price_yearly=written_price(self.price_yearly_cents),
            currency=self.currency,
            token_allowance=str(self.token_allowance),
            features="\n".join(self.features),
            limits=written_limits(self.limits),
            is_active=self.is_active,
            is_default=self.is_default,
            place=str(self.place),
            discord_sku_id="" if self.discord_sku_id is None else str(self.discord_sku_id),
        )


class Plans:
    """The plans of the house. Whoever changes them works as an admin (`Oversight.at_work`)."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()

    async def list(self, work: Work, *, only_active: bool = True) -> tuple[PlanSeen, ...]:
        """Every plan, the smallest first."""
        return tuple(seen(row) for row in await queries.plans(work.session, only_active=only_active))

    async def get(self, work: Work, plan_id: UUID) -> PlanSeen:
        """One plan. Raises `NotFound`."""
        return seen(await self._row(work, plan_id))

    async def coded(self, work: Work, code: str) -> PlanSeen:
        """One plan by its code. Raises `NotFound`."""
        row = await queries.plan_coded(work.session, code)
        if row is None:
            raise no_such_plan()
        return seen(row)

    async def seed(self, database: Database) -> bool:
        """Write the plans and packages a house begins with, where it has none. Says whether it did."""
        async with database.work(Actor.job(JOB)) as work:
            return await queries.seed(work.session, plans_seed.plans(), plans_seed.packages())

    async def are_sold_on_discord(self, database: Database) -> bool:
        """Whether any plan or package can be bought in Discord."""
        async with database.work(Actor.job(JOB)) as work:
            return await queries.has_skus(work.session)

    # ------------------------------------------------------------------------------------------------ by admins

    async def create(self, work: Work, draft: PlanDraft) -> PlanSeen:
        """A new plan. Raises `InvalidInput` or `Conflict` (its code is taken)."""
        checked = check_plan(draft)
        await self._refuse_taken(work, checked.code, None)
        row = Plan(code=checked.code, name=checked.name, limits=checked.limits)
        await self._put(work, row, checked)
        await queries.add(work.session, row)
        tell(work, code=[None, row.code])
        return seen(row)

    async def edit(self, work: Work, plan_id: UUID, draft: PlanDraft, *, version: datetime | None = None) -> PlanSeen:
        """A plan changed; who is on it has the new limits at once, and pays the old price until theirs is changed.

        `version` is the `updated_at` of what was edited: `Conflict` where somebody changed it since.
        """
        checked, row = check_plan(draft), await self._row(work, plan_id)
        refuse_changed(row.updated_at, version)
        await self._refuse_taken(work, checked.code, plan_id)
        if row.is_default and not checked.is_default:
            raise NotAllowed(
                "default_plan_needed",
                N_("{name} is the plan for everybody. Make another one that first; then this one may be changed."),
                name=row.name,
            )
        before = _kept(row)
        await self._put(work, row, checked)
        row.updated_at = self._clock.now()
        await work.session.flush()
        changed = {name: [was, now] for name, was in before.items() if (now := _kept(row)[name]) != was}
        tell(work, **changed)
        return seen(row)

    async def delete(self, work: Work, plan_id: UUID) -> PlanSeen:
        """Take away a plan that nobody ever had. Raises `NotAllowed` for any other: it can be made inactive."""
        row = await self._row(work, plan_id)
        if row.is_default or await queries.subscribers(work.session, plan_id):
            raise NotAllowed(
                "plan_in_use",
                N_("{name} is, or was, somebody's plan, so it stays. Make it inactive: then nobody new can take it."),
                name=row.name,
            )
        gone = seen(row)
        await queries.remove(work.session, row)
        tell(work, code=[gone.code, None])
        return gone

    # ------------------------------------------------------------------------------------------------ within

    async def _row(self, work: Work, plan_id: UUID) -> Plan:
        row = await queries.plan(work.session, plan_id)
        if row is None:
            raise no_such_plan()
        return row

    async def _refuse_taken(self, work: Work, code: str, plan_id: UUID | None) -> None:
        other = await queries.plan_coded(work.session, code)
        if other is not None and other.id != plan_id:
            raise Conflict(
                "code_taken",
                N_("There is a plan with the code {code} already. Choose another."),
                field="code",
                code=code,
            )

    async def _put(self, work: Work, row: Plan, checked: CheckedPlan) -> None:
        if checked.is_default and not row.is_default:
            await queries.take_default(work.session)
        for name in CheckedPlan.__dataclass_fields__:
            value = getattr(checked, name)
            setattr(row, name, list(value) if name == "features" else value)


def seen(row: Plan) -> PlanSeen:
    """A row as people see it."""
    return PlanSeen(
        id=row.id,
        code=row.code,
        name=row.name,
        description=row.description,
        price_monthly_cents=row.price_monthly_cents,
        price_yearly_cents=row.price_yearly_cents,
        currency=row.currency,
        token_allowance=row.token_allowance,
        features=tuple(row.features),
        limits=row.limits,
        is_active=row.is_active,
        is_default=row.is_default,
        place=row.place,
        discord_sku_id=row.discord_sku_id,
        updated_at=row.updated_at,
    )


def no_such_plan() -> NotFound:
    """The refusal for a plan that is not there."""
    return NotFound("no_such_plan", N_("There is no such plan. Look at /plan for those there are."))


def refuse_changed(now: datetime, version: datetime | None) -> None:
    """Raise `Conflict` where a row is no longer the one that was edited."""
    if version is not None and version != now:
        raise Conflict(
            "changed_meanwhile",
            N_("Somebody changed this while you were editing. Nothing was saved; look at both and save again."),
        )


def tell(work: Work, **differences: object) -> None:
    """Put differences into the line of the audit log that staff's work ends with."""
    if isinstance(work, StaffWork):
        work.tell(**differences)


def _kept(row: Plan) -> dict[str, object]:
    kept: dict[str, object] = {name: getattr(row, name) for name in CheckedPlan.__dataclass_fields__}
    return kept | {"limits": row.limits.model_dump(mode="json"), "features": list(row.features)}
