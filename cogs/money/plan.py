"""/plan: what one's plan includes, how much of it is used, what is out of reach, and the other plans."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import discord

from bot.services.cafe import Cafe
from bot.services.money.limits_of import Allowed, Use
from bot.services.money.limits_of_words import LABELS, LimitName
from bot.services.money.plans import PlanLimits, PlanSeen
from bot.services.money.subscriptions import SubscriptionSeen
from bot.texts import Say, Text
from bot.transport.views import LastingButton, LastingSelect
from cogs.asking import Asked, caller_of, plain, say_for
from cogs.money.premium import PLAN, buying
from cogs.money.wording import bar, day, grouped, price, tokens
from cogs.panels import line, panel, show, words

ITEMS: tuple[type[LastingButton] | type[LastingSelect], ...] = ()

_RESTING_SHOWN = 10
_COUNTED = (LimitName.CHARACTERS, LimitName.MESSAGES, LimitName.UPLOADS)


async def show_plan(interaction: Asked, cafe: Cafe) -> None:
    """Answer a deferred interaction with the plan of who asks, for them only."""
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        allowed = await cafe.money.limits.allowed(work, user_id)
        plans = await cafe.money.plans.list(work) if allowed.is_enforced else ()
        current = await cafe.paying.subscriptions.current(work, user_id)
        own = await cafe.characters.find(work, user_id, "", only_own=True)
        resting = await cafe.money.limits.resting(work, [one.id for one in own])
    names, say = tuple(one.name for one in own if one.id in resting), say_for(interaction)
    buttons = buying(cafe, [one.discord_sku_id for one in plans], PLAN, say) if allowed.is_enforced else []
    await show(interaction, drawn(Standing(allowed, current, plans, names), buttons, say))


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody's plan allows, what it rests on, which of their characters are out of reach; and every plan."""

    allowed: Allowed
    current: SubscriptionSeen | None
    plans: tuple[PlanSeen, ...]
    resting: tuple[str, ...]


def drawn(standing: Standing, buttons: list[discord.ui.Item[Any]], say: Say) -> discord.ui.LayoutView:
    """The panel. Pure."""
    allowed, plans, resting = standing.allowed, standing.plans, standing.resting
    if not allowed.is_enforced:
        told = say("There are no plans in this house: everything is included, for everybody.")
        return panel(words(f"### {say('Your plan')}"), words(told))
    name = plain(say.template(allowed.plan_name)) if allowed.plan_name else say("none")
    items: list[discord.ui.Item[Any]] = [words("### " + say("Your plan: {name}", name=name))]
    items.append(words("\n".join((*_uses(allowed, say), *_paid(standing.current, say)))))
    over = allowed.use(LimitName.CHARACTERS).over
    if over:
        shown = ", ".join(plain(one) for one in resting[:_RESTING_SHOWN])
        items.append(words(say.plural(
            "{n} character is out of reach: {names}. Nothing of it is lost. It can be looked at, exported and deleted; "
            "with a larger plan it is back as it was.",
            "{n} characters are out of reach: {names}. Nothing of them is lost. They can be looked at, exported and "
            "deleted; with a larger plan they are back as they were.",
            over,
            names=shown or "…",
        )))  # fmt: skip
    others = [one for one in plans if one.code != allowed.plan_code]
    if others:
        items += [line(), words("\n".join(_plan(one, say) for one in others))]
    return panel(*items, *buttons)


def _paid(current: SubscriptionSeen | None, say: Say) -> list[str]:
    """Until when the plan goes on, and by what."""
    if current is None:
        return []
    if current.state == "past_due" and current.grace_until is not None:
        return [
            say(
                "Your last payment failed: the plan goes on until {day}. Pay by then to keep it.",
                day=day(current.grace_until),
            )
        ]
    if current.until is None:
        return []
    if current.is_renewing:
        return ["-# " + say("Paid until {day}, then renewed by itself", day=day(current.until))]
    return ["-# " + say("Until {day}; after that you have the free plan", day=day(current.until))]


def _uses(allowed: Allowed, say: Say) -> list[str]:
    lines = [_use(one, say) for one in allowed.uses]
    lines.append("-# " + " · ".join(_also(allowed.limits, say)))
    if allowed.token_allowance:
        lines.append("-# " + say("{tokens} each month", tokens=tokens(allowed.token_allowance, say)))
    return lines


def _use(one: Use, say: Say) -> str:
    label = say(LABELS[one.name])
    if one.most is None:
        return say("{used} {label}, of any number", used=grouped(one.used), label=label)
    values = {"used": grouped(one.used), "most": grouped(one.most), "label": label}
    told = f"{bar(one.used, one.most)} " + say("{used} of {most} {label}", **values)
    return told if one.resets_at is None else told + " · " + say("anew on {day}", day=day(one.resets_at))


def _also(held: PlanLimits, say: Say) -> list[str]:
    """What is not counted, but held to."""
    told: list[str] = []
    for one in (LimitName.FILE_SIZE, LimitName.HISTORY):
        value = getattr(held, one.value)
        told.append(_many(value, LABELS[one], say))
    if held.providers is None:
        told.append(say("every model of the house"))
    elif not held.providers:
        told.append(say("the house's own model"))
    if held.api_access:
        told.append(say(LABELS[LimitName.API]))
    return told


def _many(value: int | None, label: Text, say: Say) -> str:
    number = say("any number of") if value is None else grouped(value)
    return say("{number} {label}", number=number, label=say(label))


def _plan(one: PlanSeen, say: Say) -> str:
    held = [(name, getattr(one.limits, name.value)) for name in _COUNTED]
    numbers = [_many(value, LABELS[name], say) for name, value in held if value is not None]
    numbers = numbers or [say("without limits")]
    if one.token_allowance:
        numbers.append(say("{tokens} each month", tokens=tokens(one.token_allowance, say)))
    return f"**{plain(say.template(one.name))}** · {_cost(one, say)}\n-# {' · '.join(numbers)}"


def _cost(one: PlanSeen, say: Say) -> str:
    if one.price_monthly_cents is None:
        return say("at a price agreed on with the house")
    if one.price_monthly_cents == 0:
        return say("free")
    monthly = say("{price} a month", price=price(one.price_monthly_cents, one.currency))
    if one.price_yearly_cents is None:
        return monthly
    return f"{monthly} · " + say("{price} a year", price=price(one.price_yearly_cents, one.currency))
