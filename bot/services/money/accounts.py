"""What the ledger answers with: balances, receipts, holds, histories; and how much may be asked for at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot import limits
from bot.errors import InvalidInput, LimitReached
from bot.texts import N_
from db.models import HoldKind, HoldState, TransferKind, WalletKind
from db.queries.money.ledger import TransferRow as TransferRow


@dataclass(frozen=True, slots=True)
class Balance:
    """What a person has. `free` is what can be spent now; of it `expiring` ends at `expires_at`, next of all."""

    paid: int = 0
    promo: int = 0
    held: int = 0
    free: int = 0
    expiring: int = 0
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was moved. `is_replay`: it was moved before, under the same key."""

    transfer_ids: tuple[UUID, ...]
    amount: int
    is_replay: bool = False

    @property
    def transfer_id(self) -> UUID:
        """The transfer, or the first of several."""
        return self.transfer_ids[0]


@dataclass(frozen=True, slots=True)
class Refunded:
    """What was given back. `short` is what was to be taken back and was not there."""

    amount: int
    short: int
    transfer_id: UUID | None = None
    is_replay: bool = False


@dataclass(frozen=True, slots=True)
class Hold:
    """Tokens kept back. `posted` is what was moved of it, `short` what was to be moved beyond what there was."""

    id: UUID
    user_id: UUID | None
    to_user_id: UUID | None
    kind: HoldKind
    about: UUID | None
    state: HoldState
    amount: int
    expires_at: datetime
    posted: int = 0
    short: int = 0
    is_replay: bool = False

    def is_waiting(self, now: datetime) -> bool:
        """Whether it can still be posted."""
        return self.state is HoldState.PENDING and self.expires_at > now


@dataclass(frozen=True, slots=True)
class Movement:
    """One line of a person's history. `amount` is below zero for what went; `balance_after` is that wallet's."""

    transfer_id: UUID
    at: datetime
    kind: TransferKind
    amount: int
    pocket: WalletKind
    expires_at: datetime | None
    about: UUID | None
    balance_after: int
    reverses_id: UUID | None
    key: str


@dataclass(frozen=True, slots=True)
class History:
    """A page of movements, newest first; `next` asks for the following one."""

    rows: tuple[Movement, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class Swept:
    """What was over: holds let go, wallets emptied, and the tokens that ended in them."""

    holds: int
    pockets: int
    tokens: int


@dataclass(frozen=True, slots=True)
class HouseTotals:
    """All tokens there are. `issued` is `paid` + `promo` + `spent` + `expired`, or the ledger is wrong."""

    issued: int = 0
    paid: int = 0
    promo: int = 0
    spent: int = 0
    expired: int = 0
    held: int = 0
    people: int = 0


class NotEnoughTokens(LimitReached):
    """Less is free than is needed. Nothing was taken or kept back."""

    def __init__(self, need: int, free: int) -> None:
        super().__init__(
            "not_enough_tokens",
            N_("This takes {need} tokens and you have {free} to spend. Nothing was taken; /wallet tells more."),
            need=need,
            free=free,
        )
        self.need = need
        self.free = free


class OwnCapReached(LimitReached):
    """It would take more than the person let themselves spend. Nothing was taken or kept back."""

    def __init__(self, need: int, left: int) -> None:
        super().__init__(
            "own_cap",
            N_(
                "This takes {need} tokens, and by the cap you set yourself {left} are left to spend now. Nothing was "
                "taken; /limits spending tells when it begins anew."
            ),
            field="amount",
            need=need,
            left=left,
        )
        self.need = need
        self.left = left


def tokens(amount: object, *, field: str = "amount") -> int:
    """A number of tokens somebody asked for. Raises `InvalidInput` for what is none: 0, -5, 10^30, 1.5."""
    most = int(limits.TOKENS_AT_ONCE_MAX)
    if not isinstance(amount, int) or isinstance(amount, bool) or not 1 <= amount <= most:
        raise InvalidInput(
            "no_such_amount",
            N_("Choose a whole number of tokens from 1 to {maximum}. Nothing was changed."),
            field=field,
            maximum=most,
        )
    return amount
