"""Wallet, gifts, plans. Tokens are whole numbers; prices are in the smallest unit of their currency."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from bot import limits
from bot.services.money.gifts import Gift as GiftSeen
from bot.services.money.gifts import GiftDraft, GiftState
from bot.services.money.limits_of import Use
from bot.services.money.plans import PlanSeen
from web.api.call import Call, after
from web.api.cursors import not_ours
from web.api.kinds import WHOLE, Area, Endpoint, Id, In, Listed, ListQuery, Out, OutSnowflake, Scope, Words

_TOKENS_MOST = 10**15
"""More than all the tokens there will ever be, and small enough for JavaScript; the rule's own bound is lower."""


class Wallet(Out):
    """What you have. `free` can be spent now, `giveable` given on; `held` waits, for a gift or a reply."""

    paid: int
    promo: int
    """Of your plan, or on top of what you bought: spent first, and may end."""
    held: int
    free: int
    giveable: int
    expiring: int
    """Of the free ones, those that end next, at `expires_at`."""
    expires_at: datetime | None
    next_allowance: int
    """What your plan gives you at `next_at`."""
    next_at: datetime
    is_charged: bool
    """Whether replies cost tokens in this house."""


class Movement(Out):
    """One line of your history. `amount` is below zero for what went."""

    id: UUID
    at: datetime
    kind: str
    amount: int
    pocket: str
    balance_after: int
    """Of that pocket."""
    about: UUID | None
    reverses_id: UUID | None


class Movements(Listed):
    """What came and went, the newest first."""

    items: tuple[Movement, ...]


class Gift(Out):
    """A gift from or for you. A name is null where that account is gone."""

    id: UUID
    is_from_me: bool
    sender: str | None
    sender_discord_id: OutSnowflake | None
    recipient: str | None
    recipient_discord_id: OutSnowflake | None
    amount: int
    message: str
    character_id: UUID | None
    character: str | None
    state: GiftState
    created_at: datetime
    expires_at: datetime
    settled_at: datetime | None


class Gifts(Listed):
    """Gifts from and for you, the newest first."""

    items: tuple[Gift, ...]


class NewGift(In):
    """A gift as you give it. The tokens wait for `recipient` to accept them."""

    recipient: Annotated[Words, Field(min_length=1, max_length=40)]
    """A Discord name, Discord's id, or a creator's username."""
    amount: Annotated[int, Field(ge=1, le=_TOKENS_MOST), WHOLE]
    message: Annotated[Words, Field(max_length=int(limits.GIFT_MESSAGE_MAX))] = ""
    character_id: Id | None = None
    """A character it is about."""


class UseOut(Out):
    """How a counted limit stands. `most` null: without end."""

    used: int
    most: int | None
    resets_at: datetime | None


class PlanLimitsOut(Out):
    """What a plan holds. Null: as much as this house allows anybody."""

    characters: int | None
    messages_per_month: int | None
    file_uploads: int | None
    file_size_mb: int | None
    website_sources: int | None
    text_sources: int | None
    history_days: int | None
    providers: tuple[str, ...] | None
    api_access: bool
    custom_branding: bool
    analytics_level: str
    support_level: str


class MyPlan(Out):
    """Your plan, what it holds for you, and how much of that is used."""

    is_enforced: bool
    """Whether plans are on in this house; where not, everything is included."""
    code: str
    name: str
    until: datetime | None
    token_allowance: int
    changed: tuple[str, ...]
    """Limits that the house's staff set for you."""
    limits: PlanLimitsOut
    characters: UseOut
    messages_per_month: UseOut
    file_uploads: UseOut


class Plan(Out):
    """A plan. A price that is null is agreed on by hand."""

    id: UUID
    code: str
    name: str
    description: str
    price_monthly_cents: int | None
    price_yearly_cents: int | None
    currency: str
    token_allowance: int
    features: tuple[str, ...]
    limits: PlanLimitsOut
    is_default: bool


class Plans(Listed):
    """The plans of this house, the smallest first."""

    items: tuple[Plan, ...]


class Package(Out):
    """Tokens on sale."""

    id: UUID
    code: str
    name: str
    description: str
    tokens: int
    bonus_tokens: int
    price_cents: int
    currency: str


class Packages(Listed):
    """The packages of this house."""

    items: tuple[Package, ...]


# ------------------------------------------------------------------------------------------------ the wallet


async def get_wallet(call: Call) -> Wallet:
    """What you have, and what waits."""
    async with call.work() as work:
        seen = await call.desk.wallets.look(work, call.me)
    one = seen.balance
    return Wallet(
        paid=one.paid,
        promo=one.promo,
        held=one.held,
        free=one.free,
        giveable=seen.giveable,
        expiring=one.expiring,
        expires_at=one.expires_at,
        next_allowance=seen.next_allowance,
        next_at=seen.next_at,
        is_charged=seen.is_charged,
    )


async def list_movements(call: Call) -> Movements:
    """What came and went."""
    mark, most = call.mark(UUID), call.query(ListQuery).limit
    async with call.work() as work:
        found = await call.desk.wallets.history(work, call.me, None if mark is None else str(mark[0]), most)
    items = tuple(
        Movement(
            id=one.transfer_id,
            at=one.at,
            kind=one.kind.value,
            amount=one.amount,
            pocket=one.pocket.value,
            balance_after=one.balance_after,
            about=one.about,
            reverses_id=one.reverses_id,
        )
        for one in found.rows
    )
    return Movements(items=items, next=after(None if found.next is None else (found.next,)))


# ------------------------------------------------------------------------------------------------ gifts


async def list_gifts(call: Call) -> Gifts:
    """Gifts from and for you."""
    mark, most = call.mark(UUID), call.query(ListQuery).limit
    before = mark[0] if mark is not None else None
    if before is not None and not isinstance(before, UUID):
        raise not_ours()
    async with call.work() as work:
        found = await call.desk.gifts.page(work, call.me, before, most)
    end = found[-1].id if len(found) == most else None
    return Gifts(items=tuple(_gift(one) for one in found), next=after(None if end is None else (end,)))


async def give_gift(call: Call) -> Gift:
    """Give somebody tokens. They wait, and are yours again if they are not accepted in time."""
    sent = call.body(NewGift)
    async with call.work() as work:
        recipient = await call.desk.gifts.find(work, sent.recipient)
        draft = GiftDraft(sent.amount, sent.message, sent.character_id)
        given = await call.desk.gifts.give(work, call.me, recipient.user_id, draft, key=f"api:{call.me}:{call.once}")
    return _gift(given)


async def get_gift(call: Call) -> Gift:
    """One gift."""
    async with call.work() as work:
        return _gift(await call.desk.gifts.get(work, call.me, call.id("gift_id")))


async def accept_gift(call: Call) -> Gift:
    """Accept a gift: its tokens are yours. Accepted twice, it is accepted once."""
    async with call.work() as work:
        return _gift(await call.desk.gifts.accept(work, call.me, call.id("gift_id")))


async def decline_gift(call: Call) -> Gift:
    """Decline a gift: its tokens go back."""
    async with call.work() as work:
        return _gift(await call.desk.gifts.decline(work, call.me, call.id("gift_id")))


async def take_back_gift(call: Call) -> Gift:
    """Take back a gift of yours that nobody accepted yet."""
    async with call.work() as work:
        return _gift(await call.desk.gifts.take_back(work, call.me, call.id("gift_id")))


def _gift(one: GiftSeen) -> Gift:
    return Gift(
        id=one.id,
        is_from_me=one.is_from_me,
        sender=one.sender_name,
        sender_discord_id=None if one.sender_discord_id is None else str(one.sender_discord_id),
        recipient=one.recipient_name,
        recipient_discord_id=None if one.recipient_discord_id is None else str(one.recipient_discord_id),
        amount=one.amount,
        message=one.message,
        character_id=one.character_id,
        character=one.character_name,
        state=one.state,
        created_at=one.created_at,
        expires_at=one.expires_at,
        settled_at=one.settled_at,
    )


# ------------------------------------------------------------------------------------------------ plans


async def get_my_plan(call: Call) -> MyPlan:
    """Your plan and its use. What each limit does where it is reached is said when it is."""
    async with call.work() as work:
        allowed = await call.desk.limits.allowed(work, call.me)
    uses = {one.name.value: _use(one) for one in allowed.uses}
    return MyPlan(
        is_enforced=allowed.is_enforced,
        code=allowed.plan_code,
        name=allowed.plan_name,
        until=allowed.until,
        token_allowance=allowed.token_allowance,
        changed=tuple(sorted(allowed.changed)),
        limits=PlanLimitsOut.model_validate(allowed.limits.model_dump()),
        **uses,
    )


async def list_plans(call: Call) -> Plans:
    """What people can subscribe to."""
    async with call.work() as work:
        found = await call.desk.plans.list(work)
    return Plans(items=tuple(_plan(one) for one in found))


async def list_packages(call: Call) -> Packages:
    """Tokens that can be bought, in the dashboard."""
    async with call.work() as work:
        found = await call.desk.packages.list(work)
    return Packages(
        items=tuple(
            Package(
                id=one.id,
                code=one.code,
                name=one.name,
                description=one.description,
                tokens=one.tokens,
                bonus_tokens=one.bonus_tokens,
                price_cents=one.price_cents,
                currency=one.currency,
            )
            for one in found
        )
    )


def _use(one: Use) -> UseOut:
    return UseOut(used=one.used, most=one.most, resets_at=one.resets_at)


def _plan(one: PlanSeen) -> Plan:
    return Plan(
        id=one.id,
        code=one.code,
        name=one.name,
        description=one.description,
        price_monthly_cents=one.price_monthly_cents,
        price_yearly_cents=one.price_yearly_cents,
        currency=one.currency,
        token_allowance=one.token_allowance,
        features=one.features,
        limits=PlanLimitsOut.model_validate(one.limits.model_dump()),
        is_default=one.is_default,
    )


_AREA, _WRITE = Area.MONEY, Scope.WRITE

ENDPOINTS = (
    Endpoint("GET", "/wallet", get_wallet, _AREA, "Your wallet", Wallet),
    Endpoint("GET", "/wallet/movements", list_movements, _AREA, "What came and went", Movements, query=ListQuery),
    Endpoint("GET", "/gifts", list_gifts, _AREA, "Gifts", Gifts, query=ListQuery),
    Endpoint(
        "POST", "/gifts", give_gift, _AREA, "Give somebody tokens", Gift, _WRITE,
        body=NewGift, status=201, makes="gift_id", is_once=True,
    ),
    Endpoint("GET", "/gifts/{gift_id}", get_gift, _AREA, "One gift", Gift),
    Endpoint("POST", "/gifts/{gift_id}/accept", accept_gift, _AREA, "Accept a gift", Gift, _WRITE),
    Endpoint("POST", "/gifts/{gift_id}/decline", decline_gift, _AREA, "Decline a gift", Gift, _WRITE),
    Endpoint("POST", "/gifts/{gift_id}/take-back", take_back_gift, _AREA, "Take a gift back", Gift, _WRITE),
    Endpoint("GET", "/me/plan", get_my_plan, _AREA, "Your plan", MyPlan),
    Endpoint("GET", "/plans", list_plans, _AREA, "Plans", Plans),
    Endpoint("GET", "/packages", list_packages, _AREA, "Packages of tokens", Packages),
)  # fmt: skip
