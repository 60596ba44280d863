"""What people buy at Discord: a plan as long as they have it, tokens once.

Discord's list is the truth. It is asked when the program starts and every day, and of one entitlement whenever an event
tells of it; an event alone is never believed. What was handed out is consumed at Discord afterwards, and again if that
was lost, so that nothing is handed out twice and nothing that was paid stays locked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import structlog

from bot.clock import Clock
from bot.ports.premium import Bought, Premium, PremiumAway, Sku, SkuKind
from bot.services.money.allowances import Allowances
from bot.services.money.paid_tokens import PaidTokens
from bot.services.oversight import audit
from bot.services.people import People
from db import functions, functions_payments
from db.functions_payments import EntitlementRow, PaymentRow, SubscriptionRow
from db.ids import new_id
from db.models import PaymentSource, PaymentState, Plan, SubscriptionState, TokenPackage
from db.queries.money import payments as queries
from db.work import Actor, Database, Work

JOB = "premium"
SYNC = "sync_premium"
"""Every day, and at the start: ask Discord who has what."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Offer:
    """Something on sale at Discord that stands for a plan or a package of ours."""

    sku_id: int
    plan_id: UUID | None
    package_id: UUID | None


class Entitlements:
    """Gives people what they bought at Discord, and takes it back where Discord does."""

    def __init__(
        self,
        database: Database,
        premium: Premium | None,
        *,
        people: People,
        tokens: PaidTokens,
        allowances: Allowances,
        clock: Clock,
    ) -> None:
        self._database = database
        self._premium = premium
        self._people = people
        self._tokens = tokens
        self._allowances = allowances
        self._clock = clock
        self._skus: Mapping[int, Sku] = {}

    @property
    def on_sale(self) -> frozenset[int]:
        """SKUs that Discord sells for us now: a button with any other is refused, and the message with it."""
        return frozenset(sku.id for sku in self._skus.values() if sku.is_available)

    def named(self) -> Mapping[str, int]:
        """What is on sale, by the names Discord shows."""
        return {sku.name: sku.id for sku in self._skus.values() if sku.is_available}

    async def offers(self, work: Work) -> tuple[Offer, ...]:
        """What of ours is on sale at Discord."""
        known = await queries.skus(work.session)
        return tuple(Offer(*one) for one in known if one[0] in self.on_sale)

    async def hear(self, entitlement_id: int) -> None:
        """Something happened to an entitlement: look at it. What cannot be asked now is found at the next sync."""
        if self._premium is None:
            return
        try:
            found = await self._premium.one(entitlement_id)
            await self._settle(entitlement_id, found)
        except PremiumAway as error:
            log.warning("premium_away", error=str(error))

    async def look_on_sale(self) -> None:
        """Ask what Discord sells for us."""
        if self._premium is not None:
            self._skus = {sku.id: sku for sku in await self._premium.skus()}

    async def sync(self, _: Mapping[str, str] | None = None) -> int:
        """A job: bring everything to what Discord says; how many entitlements there are."""
        if self._premium is None:
            return 0
        try:
            await self.look_on_sale()
            present = [one async for one in self._premium.bought()]
            for one in present:
                await self._settle(one.id, one)
            async with self._database.work(Actor.job(JOB)) as work:
                rows = await functions_payments.entitlements_found(work.session, "present", "")
            for row in {row.id for row in rows} - {one.id for one in present}:
                await self._settle(row, await self._premium.one(row))
        except PremiumAway as error:
            log.warning("premium_away", error=str(error))
            return 0
        log.info("premium_synced", entitlements=len(present))
        return len(present)

    # ------------------------------------------------------------------------------------------------------ within

    async def _settle(self, entitlement_id: int, found: Bought | None) -> None:
        """Bring our rows to how one entitlement stands (None: gone), then consume what was handed out."""
        user_id = await self._owner(entitlement_id) if found is None else await self._buyer(found)
        async with self._database.work(Actor.job(JOB)) as work:
            # One at a time for each person: what they have decides together which plan they are on.
            await functions_payments.one_at_a_time(work.session, f"premium:{user_id or entitlement_id}")
            rows = await functions_payments.entitlements_found(work.session, "id", entitlement_id)
            row = self._row(rows[0] if rows else None, found, user_id)
            if row is None:
                return
            row = await self._apply(work, row)
            await functions_payments.put(work.session, row)
            if row.user_id is not None:
                await self._settle_plan(work, row.user_id)
        if self._is_to_consume(row):
            await self._consume(row)

    async def _owner(self, entitlement_id: int) -> UUID | None:
        """Whose an entitlement was that is gone."""
        async with self._database.work(Actor.job(JOB)) as work:
            rows = await functions_payments.entitlements_found(work.session, "id", entitlement_id)
        return rows[0].user_id if rows else None

    async def _buyer(self, found: Bought) -> UUID | None:
        """Who bought it: somebody we know, or get to know now. A server's purchase is nobody's."""
        if found.discord_user_id is None or found.guild_id is not None:
            return None
        async with self._database.work(Actor.job(JOB)) as work:
            known = await functions.user_of(work.session, found.discord_user_id)
        if known is not None or self._premium is None or found.is_deleted:
            return known
        caller = await self._premium.person(found.discord_user_id)
        return None if caller is None else await self._people.arrive(caller)

    def _row(self, before: EntitlementRow | None, found: Bought | None, user_id: UUID | None) -> EntitlementRow | None:
        now = self._clock.now()
        if found is None:
            return None if before is None else replace(before, deleted_at=before.deleted_at or now)
        row = before or EntitlementRow(id=found.id, sku_id=found.sku_id, type=found.type)
        return replace(
            row,
            sku_id=found.sku_id,
            type=found.type,
            user_id=row.user_id or user_id,
            discord_user_id=found.discord_user_id,
            guild_id=found.guild_id,
            starts_at=found.starts_at,
            ends_at=found.ends_at,
            is_consumed=found.is_consumed,
            deleted_at=(row.deleted_at or now) if found.is_deleted else None,
        )

    async def _apply(self, work: Work, row: EntitlementRow) -> EntitlementRow:
        """Hand out the tokens of a package once, or take them back. A plan is settled with all the person has."""
        if row.user_id is None:
            return row
        package = await queries.package_of_sku(work.session, row.sku_id)
        if package is None:
            return await self._mark_plan(work, row)
        paid = await functions_payments.payments_found(work.session, "entitlement", str(row.id))
        if row.deleted_at is None:
            # Consumed without us having given anything: that was not ours to give.
            if row.granted_at is None and not paid and not row.is_consumed:
                await self._give(work, row, row.user_id, package)
                return replace(row, granted_at=self._clock.now())
        elif paid and paid[0].state is PaymentState.COMPLETED:
            back = replace(paid[0], state=PaymentState.REFUNDED, seen_at=self._clock.now())
            await functions_payments.put(work.session, await self._tokens.square(work, back, row.user_id))
            await audit.record(work, "entitlement.withdrawn", "entitlement", row.id, of=row.user_id)
        return row

    async def _give(self, work: Work, row: EntitlementRow, user_id: UUID, package: TokenPackage) -> None:
        payment = PaymentRow(
            id=new_id(),
            user_id=user_id,
            package_id=package.id,
            source=PaymentSource.DISCORD,
            reference=str(row.id),
            tokens=package.tokens,
            bonus_tokens=package.bonus_tokens,
            state=PaymentState.COMPLETED,
            completed_at=self._clock.now(),
            seen_at=self._clock.now(),
        )
        await functions_payments.put(work.session, payment)
        await self._tokens.give(work, payment, user_id)
        details = {"tokens": package.tokens + package.bonus_tokens}
        await audit.record(work, "entitlement.granted", "entitlement", row.id, of=user_id, details=details)

    async def _mark_plan(self, work: Work, row: EntitlementRow) -> EntitlementRow:
        """Remember that a plan's entitlement is ours, and when that was first so."""
        if row.granted_at is not None or await queries.plan_of_sku(work.session, row.sku_id) is None:
            return row
        return replace(row, granted_at=self._clock.now())

    async def _settle_plan(self, work: Work, user_id: UUID) -> None:
        """One subscription for the largest plan that a person has at Discord now; none where there is none."""
        now = self._clock.now()
        rows = await functions_payments.entitlements_found(work.session, "person", user_id)
        best: tuple[EntitlementRow, Plan] | None = None
        for row in rows:
            plan = await queries.plan_of_sku(work.session, row.sku_id) if _is_present(row, now) else None
            if plan is not None and (best is None or plan.place > best[1].place):
                best = (row, plan)
        live = await functions_payments.subscriptions_found(work.session, "live", user_id)
        for other in live:
            if other.source == "discord" and (best is None or other.discord_entitlement_id != best[0].id):
                await self._end(work, other, now)
        if best is not None:
            await self._put_plan(work, user_id, *best)

    async def _put_plan(self, work: Work, user_id: UUID, row: EntitlementRow, plan: Plan) -> None:
        known = await functions_payments.subscriptions_found(work.session, "discord", row.id)
        before = known[0] if known else None
        after = SubscriptionRow(
            id=new_id() if before is None else before.id,
            user_id=user_id,
            plan_id=plan.id,
            source="discord",
            state=SubscriptionState.ACTIVE,
            started_at=row.starts_at or (before.started_at if before else self._clock.now()),
            period_start=row.starts_at,
            period_end=row.ends_at,
            auto_renew=row.ends_at is None,
            discord_entitlement_id=row.id,
            seen_at=self._clock.now(),
        )
        await functions_payments.put(work.session, after)
        if before is None or not before.is_live or before.plan_id != after.plan_id:
            details = {"plan_id": [None if before is None else str(before.plan_id), str(plan.id)]}
            await audit.record(work, "entitlement.granted", "entitlement", row.id, of=user_id, details=details)
            await self._allowances.grant(work, user_id)

    async def _end(self, work: Work, row: SubscriptionRow, now: datetime) -> None:
        end = now if row.period_end is None else min(row.period_end, now)
        over = replace(row, state=SubscriptionState.CANCELED, period_end=end, auto_renew=False, canceled_at=now)
        await functions_payments.put(work.session, over)
        details = {"plan_id": [str(row.plan_id), None]}
        target = row.discord_entitlement_id or ""
        await audit.record(work, "entitlement.withdrawn", "entitlement", target, of=row.user_id, details=details)

    def _is_to_consume(self, row: EntitlementRow) -> bool:
        sku = self._skus.get(row.sku_id)
        is_consumable = sku is not None and sku.kind is SkuKind.CONSUMABLE
        return is_consumable and row.granted_at is not None and not row.is_consumed and row.deleted_at is None

    async def _consume(self, row: EntitlementRow) -> None:
        assert self._premium is not None
        await self._premium.consume(row.id)
        async with self._database.work(Actor.job(JOB)) as work:
            rows = await functions_payments.entitlements_found(work.session, "id", row.id)
            if rows:
                await functions_payments.put(work.session, replace(rows[0], is_consumed=True))


def _is_present(row: EntitlementRow, now: datetime) -> bool:
    return row.deleted_at is None and (row.ends_at is None or row.ends_at > now)
