"""Money: the ledger of tokens, gifts, packages, plans, and what was paid."""

from db.models.money.gifts import Gift, GiftState, TokenPackage
from db.models.money.ledger import (
    Entry,
    Hold,
    HoldKind,
    HoldPart,
    HoldState,
    Transfer,
    TransferKind,
    Wallet,
    WalletKind,
)
from db.models.money.payments import (
    Entitlement,
    Payment,
    PaymentEvent,
    PaymentSource,
    PaymentState,
    StripeCustomer,
    TokenDebt,
)
from db.models.money.plans import (
    AnalyticsLevel,
    Interval,
    Plan,
    PlanLimits,
    Subscription,
    SubscriptionState,
    SupportLevel,
    UsageCounter,
)

__all__ = [
    "AnalyticsLevel",
    "Entitlement",
    "Entry",
    "Gift",
    "GiftState",
    "Hold",
    "HoldKind",
    "HoldPart",
    "HoldState",
    "Interval",
    "Payment",
    "PaymentEvent",
    "PaymentSource",
    "PaymentState",
    "Plan",
    "PlanLimits",
    "StripeCustomer",
    "Subscription",
    "SubscriptionState",
    "SupportLevel",
    "TokenDebt",
    "TokenPackage",
    "Transfer",
    "TransferKind",
    "UsageCounter",
    "Wallet",
    "WalletKind",
]
