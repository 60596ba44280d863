"""The plans and packages a house begins with. An admin changes them; they are written once, where there are none.

Names, characters, messages and prices are those of the first plan; a year costs ten months. A reply takes some 2,000
tokens, and an allowance is enough for the messages of its plan with some to spare.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.texts import N_
from db.models import AnalyticsLevel, Plan, PlanLimits, SupportLevel, TokenPackage

MONTHS_OF_A_YEAR = 10
"""How many months' price a year costs."""

_MILLION = 1_000_000


def plans() -> Sequence[Plan]:
    """Free, Starter, Professional, Enterprise: rows that belong to no session yet."""
    return (_free(), _starter(), _professional(), _enterprise())


def _free() -> Plan:
    return Plan(
        code="free",
        name=N_("Free"),
        description=N_("To look around: one character of your own, and whatever others have published."),
        price_monthly_cents=0,
        price_yearly_cents=0,
        token_allowance=_MILLION // 4,
        limits=PlanLimits(
            characters=1,
            messages_per_month=100,
            file_uploads=10,
            file_size_mb=5,
            website_sources=1,
            text_sources=5,
            history_days=30,
            providers=[],
        ),
        features=[N_("Talk with every published character"), N_("Personas and lore books of your own")],
        is_default=True,
        place=0,
    )


def _starter() -> Plan:
    return Plan(
        code="starter",
        name=N_("Starter"),
        description=N_("For who makes characters and talks with them every day."),
        price_monthly_cents=150_00,
        price_yearly_cents=150_00 * MONTHS_OF_A_YEAR,
        token_allowance=12 * _MILLION,
        limits=PlanLimits(
            characters=5,
            messages_per_month=5_000,
            file_uploads=100,
            file_size_mb=10,
            website_sources=5,
            text_sources=25,
            history_days=180,
            providers=None,
            support_level=SupportLevel.EMAIL,
        ),
        features=[N_("Every model of the house"), N_("Help by e-mail")],
        place=1,
    )


def _professional() -> Plan:
    return Plan(
        code="professional",
        name=N_("Professional"),
        description=N_(
            "For creators with an audience: more of everything, figures in depth, and programs of your own."
        ),
        price_monthly_cents=499_00,
        price_yearly_cents=499_00 * MONTHS_OF_A_YEAR,
        token_allowance=120 * _MILLION,
        limits=PlanLimits(
            characters=20,
            messages_per_month=50_000,
            file_uploads=1_000,
            file_size_mb=25,
            website_sources=20,
            text_sources=100,
            history_days=365,
            providers=None,
            api_access=True,
            custom_branding=True,
            analytics_level=AnalyticsLevel.ADVANCED,
            support_level=SupportLevel.PRIORITY,
        ),
        features=[N_("Statistics in depth"), N_("Programs of yours may use it (API)"), N_("Help comes first")],
        place=2,
    )


def _enterprise() -> Plan:
    return Plan(
        code="enterprise",
        name=N_("Enterprise"),
        description=N_("Without limits, at a price agreed on with the house."),
        price_monthly_cents=None,
        price_yearly_cents=None,
        token_allowance=500 * _MILLION,
        limits=PlanLimits(
            api_access=True,
            custom_branding=True,
            analytics_level=AnalyticsLevel.ADVANCED,
            support_level=SupportLevel.PRIORITY,
        ),
        features=[N_("Statistics in depth"), N_("Programs of yours may use it (API)"), N_("Help comes first")],
        place=3,
    )


def packages() -> Sequence[TokenPackage]:
    """A small, a middle and a large package: rows that belong to no session yet."""
    return (
        TokenPackage(code="cup", name=N_("A cup"), tokens=_MILLION, bonus_tokens=0, price_cents=5_00, place=0),
        TokenPackage(
            code="pot", name=N_("A pot"), tokens=5 * _MILLION, bonus_tokens=_MILLION // 2, price_cents=20_00, place=1
        ),
        TokenPackage(
            code="barrel",
            name=N_("A barrel"),
            tokens=25 * _MILLION,
            bonus_tokens=5 * _MILLION,
            price_cents=80_00,
            place=2,
        ),
    )
