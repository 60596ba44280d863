"""A plan or a package as an admin typed it, and what is kept of that. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from bot import limits
from bot.errors import InvalidInput
from bot.services.characters.drafts import clean_text
from bot.services.money.limits_of_words import LABELS, LimitName
from bot.texts import N_, Text
from db.models import AnalyticsLevel, PlanLimits, SupportLevel

Level = TypeVar("Level", AnalyticsLevel, SupportLevel)

COUNTED = (
    LimitName.CHARACTERS,
    LimitName.MESSAGES,
    LimitName.UPLOADS,
    LimitName.FILE_SIZE,
    LimitName.WEBSITES,
    LimitName.TEXTS,
    LimitName.HISTORY,
)
"""Limits that are numbers."""

_CODE = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_PRICE = re.compile(r"([0-9]{1,7})(?:[.,]([0-9]{1,2}))?")
_CURRENCY = re.compile(r"[a-z]{3}")
_WHOLE = re.compile(r"[0-9]{1,13}")


@dataclass(frozen=True, slots=True)
class PlanDraft:
    """The form of a plan as it was typed. Prices as people write them (150 or 150.00), empty: agreed on by hand.

    `limits` by the names of `LimitName`: numbers (empty: without end), `providers` with commas (`*`: all of them),
    switches `yes` or empty, levels by their names. `features` one a line.
    """

    code: str
    name: str
    description: str = ""
    price_monthly: str = ""
    price_yearly: str = ""
    currency: str = "usd"
    token_allowance: str = ""
    features: str = ""
    limits: Mapping[str, str] = field(default_factory=dict[str, str])
    is_active: bool = True
    is_default: bool = False
    place: str = "0"
    discord_sku_id: str = ""


@dataclass(frozen=True, slots=True)
class CheckedPlan:
    """A plan that may be kept."""

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


@dataclass(frozen=True, slots=True)
class PackageDraft:
    """The form of a package as it was typed."""

    code: str
    name: str
    description: str = ""
    tokens: str = ""
    bonus_tokens: str = "0"
    price: str = ""
    currency: str = "usd"
    is_active: bool = True
    place: str = "0"
    discord_sku_id: str = ""


@dataclass(frozen=True, slots=True)
class CheckedPackage:
    """A package that may be kept."""

    code: str
    name: str
    description: str
    tokens: int
    bonus_tokens: int
    price_cents: int
    currency: str
    is_active: bool
    place: int
    discord_sku_id: int | None


def check_plan(draft: PlanDraft) -> CheckedPlan:
    """The draft cleaned. Raises `InvalidInput` that names the first field at fault, in the form's order."""
    monthly = clean_price("price_monthly", draft.price_monthly)
    yearly = clean_price("price_yearly", draft.price_yearly)
    if draft.is_default and monthly != 0:
        raise InvalidInput(
            "default_plan_costs",
            N_("The plan for everybody is the one nobody pays for: its price is 0."),
            field="is_default",
        )
    return CheckedPlan(
        code=_code(draft.code),
        name=clean_text("name", N_("Name"), draft.name, limits.PLAN_NAME_MAX, required=True),
        description=clean_text("description", N_("Description"), draft.description, limits.PLAN_TEXT_MAX),
        price_monthly_cents=monthly,
        price_yearly_cents=yearly,
        currency=_currency(draft.currency),
        token_allowance=clean_count("token_allowance", N_("Tokens a month"), draft.token_allowance or "0"),
        features=_features(draft.features),
        limits=clean_limits(draft.limits),
        is_active=draft.is_active or draft.is_default,
        is_default=draft.is_default,
        place=clean_count("place", N_("Place"), draft.place or "0", most=1000),
        discord_sku_id=_sku(draft.discord_sku_id),
    )


def check_package(draft: PackageDraft) -> CheckedPackage:
    """The draft cleaned. Raises `InvalidInput` that names the first field at fault."""
    price = clean_price("price", draft.price)
    if not price:
        raise InvalidInput(
            "price_missing", N_("Price: a package costs something. Write it as 5 or 4.99."), field="price"
        )
    return CheckedPackage(
        code=_code(draft.code),
        name=clean_text("name", N_("Name"), draft.name, limits.PLAN_NAME_MAX, required=True),
        description=clean_text("description", N_("Description"), draft.description, limits.PLAN_TEXT_MAX),
        tokens=clean_count("tokens", N_("Tokens"), draft.tokens, least=1),
        bonus_tokens=clean_count("bonus_tokens", N_("Tokens on top"), draft.bonus_tokens or "0"),
        price_cents=price,
        currency=_currency(draft.currency),
        is_active=draft.is_active,
        place=clean_count("place", N_("Place"), draft.place or "0", most=1000),
        discord_sku_id=_sku(draft.discord_sku_id),
    )


def clean_price(name: str, typed: str) -> int | None:
    """A price in cents; None where nothing was typed. Raises `InvalidInput`."""
    text = typed.strip()
    if not text:
        return None
    found = _PRICE.fullmatch(text)
    if found is None:
        raise InvalidInput("price_unreadable", N_("Price: write it as 150 or 149.99, or leave it empty."), field=name)
    return int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0"))


def clean_count(name: str, label: Text, typed: str, *, least: int = 0, most: int = 10**12) -> int:
    """A whole number. Raises `InvalidInput`."""
    text = typed.strip().replace(" ", "").replace("_", "")
    if _WHOLE.fullmatch(text) is None or not least <= int(text) <= most:
        raise InvalidInput(
            f"{name}_out_of_range",
            N_("{label}: write a whole number from {minimum} to {maximum}."),
            field=name,
            label=label,
            minimum=least,
            maximum=most,
        )
    return int(text)


def clean_limits(typed: Mapping[str, str]) -> PlanLimits:
    """Every limit of a plan. Raises `InvalidInput` (field: its name), also for a name that is none."""
    unknown = set(typed) - {one.value for one in LimitName}
    if unknown:
        raise InvalidInput("no_such_limit", N_("There is no limit called {name}."), name=min(unknown))
    numbers: dict[str, int | None] = {}
    for one in COUNTED:
        text = typed.get(one.value, "").strip()
        numbers[one.value] = clean_count(one.value, LABELS[one], text) if text else None
    providers = typed.get(LimitName.PROVIDERS.value, "*").strip()
    return PlanLimits(
        characters=numbers["characters"],
        messages_per_month=numbers["messages_per_month"],
        file_uploads=numbers["file_uploads"],
        file_size_mb=numbers["file_size_mb"],
        website_sources=numbers["website_sources"],
        text_sources=numbers["text_sources"],
        history_days=numbers["history_days"],
        providers=None if providers == "*" else sorted({one.strip() for one in providers.split(",")} - {""}),
        api_access=bool(typed.get(LimitName.API.value, "").strip()),
        custom_branding=bool(typed.get(LimitName.BRANDING.value, "").strip()),
        analytics_level=_level(AnalyticsLevel, LimitName.ANALYTICS, typed, AnalyticsLevel.BASIC),
        support_level=_level(SupportLevel, LimitName.SUPPORT, typed, SupportLevel.COMMUNITY),
    )


def written_limits(held: PlanLimits) -> dict[str, str]:
    """Limits as a form shows them: what `clean_limits` reads."""
    shown: dict[str, str] = {}
    for one in COUNTED:
        value = getattr(held, one.value)
        shown[one.value] = "" if value is None else str(value)
    return shown | {
        LimitName.PROVIDERS.value: "*" if held.providers is None else ", ".join(held.providers),
        LimitName.API.value: "yes" if held.api_access else "",
        LimitName.BRANDING.value: "yes" if held.custom_branding else "",
        LimitName.ANALYTICS.value: held.analytics_level.value,
        LimitName.SUPPORT.value: held.support_level.value,
    }


def written_price(cents: int | None) -> str:
    """A price as a form shows it."""
    if cents is None:
        return ""
    return str(cents // 100) if cents % 100 == 0 else f"{cents // 100}.{cents % 100:02}"


def _level(kind: type[Level], name: LimitName, typed: Mapping[str, str], usual: Level) -> Level:
    text = typed.get(name.value, "").strip() or usual.value
    known = {one.value: one for one in kind}
    if text not in known:
        raise InvalidInput(
            "no_such_level",
            N_("{label}: choose one of these: {levels}."),
            field=name.value,
            label=LABELS[name],
            levels=", ".join(known),
        )
    return known[text]


def _code(typed: str) -> str:
    text = typed.strip()
    if _CODE.fullmatch(text) is None:
        raise InvalidInput(
            "code_unusable",
            N_("Code: a small letter, then up to 31 small letters, digits, - or _, such as “starter”."),
            field="code",
        )
    return text


def _currency(typed: str) -> str:
    text = typed.strip().lower()
    if _CURRENCY.fullmatch(text) is None:
        raise InvalidInput(
            "currency_unknown", N_("Currency: write its three letters, such as usd or eur."), field="currency"
        )
    return text


def _sku(typed: str) -> int | None:
    text = typed.strip()
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{15,19}", text) or int(text) >= 2**63:
        raise InvalidInput(
            "sku_unreadable", N_("Discord SKU: its id is 17 to 19 digits, as Discord shows it."), field="discord_sku_id"
        )
    return int(text)


def _features(typed: str) -> tuple[str, ...]:
    lines = [clean_text("features", N_("Features"), one, limits.PLAN_FEATURE_MAX) for one in typed.splitlines()]
    kept = tuple(one for one in lines if one)
    if len(kept) > limits.PLAN_FEATURES_MAX:
        raise InvalidInput(
            "too_many_features",
            N_("Features: at most {maximum} lines; you wrote {count}."),
            field="features",
            maximum=int(limits.PLAN_FEATURES_MAX),
            count=len(kept),
        )
    return kept
