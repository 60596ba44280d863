"""What is paid with money, as both faces reach it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.services.money.entitlements import Entitlements
from bot.services.money.payments import Payments
from bot.services.money.subscriptions import Subscriptions


@dataclass(frozen=True, slots=True)
class Paying:
    """The rules of what is paid with money."""

    payments: Payments
    subscriptions: Subscriptions
    entitlements: Entitlements
