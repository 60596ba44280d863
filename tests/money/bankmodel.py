"""The ledger as a few dictionaries: slow, without a database, and plain enough to be believed."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

PAID = "paid"
PROMO = "promo"
REFUSED = "refused"
OVER = "over"

Pocket = tuple[UUID, str, datetime | None]
"""Whose, of which kind, and when it ends."""


@dataclass
class ModelHold:
    """Tokens kept back of some pockets, in the order in which they are spent."""

    who: UUID
    to: UUID | None
    parts: list[tuple[Pocket, int]]
    ends: datetime
    state: str = "pending"
    asked: int | None = None
    posted: int = 0

    @property
    def amount(self) -> int:
        return sum(amount for _, amount in self.parts)


@dataclass
class ModelTransfer:
    """What can be given back: between a pocket and the house, so much of it left."""

    pocket: Pocket
    is_spent: bool
    left: int


@dataclass
class Model:
    """Balances and what is kept back, by pocket."""

    now: datetime
    balance: dict[Pocket, int] = field(default_factory=dict)
    held: dict[Pocket, int] = field(default_factory=dict)
    holds: dict[UUID, ModelHold] = field(default_factory=dict)
    allowed: dict[tuple[UUID, str], int] = field(default_factory=dict)
    issued: int = 0
    spent: int = 0
    expired: int = 0

    def put(self, pocket: Pocket, amount: int) -> None:
        self.balance[pocket] = self.balance.get(pocket, 0) + amount
        self.held.setdefault(pocket, 0)

    def issue(self, pocket: Pocket, amount: int) -> None:
        self.put(pocket, amount)
        self.issued += amount

    def free_of(self, pocket: Pocket) -> int:
        return self.balance[pocket] - self.held[pocket]

    def in_order(self, who: UUID, only: str | None = None) -> list[tuple[Pocket, int]]:
        """What is free, promo first, what ends first before what ends later."""
        last = datetime.max.replace(tzinfo=self.now.tzinfo)
        mine = [
            one
            for one in self.balance
            if one[0] == who and (only is None or one[1] == only) and (one[2] is None or one[2] > self.now)
        ]
        mine.sort(key=lambda one: (one[1] == PAID, one[2] or last))
        return [(one, self.free_of(one)) for one in mine if self.free_of(one) > 0]

    def free(self, who: UUID, only: str | None = None) -> int:
        return sum(free for _, free in self.in_order(who, only))

    def parts(self, who: UUID, amount: int, only: str | None = None) -> list[tuple[Pocket, int]]:
        found: list[tuple[Pocket, int]] = []
        for pocket, free in self.in_order(who, only):
            part = min(free, amount)
            if part:
                found.append((pocket, part))
            amount -= part
        return found

    def hold(self, key: UUID, who: UUID, amount: int, ends: datetime, to: UUID | None, only: str | None) -> None:
        parts = self.parts(who, amount, only)
        for pocket, part in parts:
            self.held[pocket] += part
        self.holds[key] = ModelHold(who, to, parts, ends)

    def post(self, key: UUID, actual: int) -> tuple[str, int, int, list[ModelTransfer]]:
        """What becomes of it, how much moved, how much was not there, and what can be given back of it."""
        hold = self.holds[key]
        if hold.state == "posted" and hold.asked == actual:
            return "replay", hold.posted, actual - hold.posted, []
        if hold.state != "pending" or hold.ends <= self.now:
            return OVER, 0, 0, []
        self.release(key, "posted")
        hold.asked = actual
        done: list[ModelTransfer] = []
        for pocket, part in hold.parts:
            self._pay(hold, pocket, min(part, actual - hold.posted), done)
        for pocket, part in self.parts(hold.who, actual - hold.posted):
            self._pay(hold, pocket, part, done)
        return "done", hold.posted, actual - hold.posted, done

    def _pay(self, hold: ModelHold, pocket: Pocket, amount: int, done: list[ModelTransfer]) -> None:
        if not amount:
            return
        self.balance[pocket] -= amount
        hold.posted += amount
        if hold.to is not None:
            self.put((hold.to, *pocket[1:]), amount)
        else:
            self.spent += amount
            done.append(ModelTransfer(pocket, True, amount))

    def release(self, key: UUID, state: str) -> None:
        hold = self.holds[key]
        for pocket, part in hold.parts:
            self.held[pocket] -= part
        hold.state = state

    def sweep(self) -> None:
        for key, hold in self.holds.items():
            if hold.state == "pending" and hold.ends <= self.now:
                self.release(key, "expired")
        for pocket in self.balance:
            if pocket[2] is not None and pocket[2] <= self.now:
                self.expired += self.free_of(pocket)
                self.balance[pocket] = self.held[pocket]

    def refund(self, transfer: ModelTransfer, asked: int | None, *, partial: bool) -> tuple[str, int, int]:
        """What becomes of it, how much moved, how much was not there."""
        wanted = transfer.left if asked is None else asked
        if not 1 <= wanted <= transfer.left:
            return REFUSED, 0, 0
        there = wanted if transfer.is_spent else min(wanted, self.free_of(transfer.pocket))
        if there < wanted and not partial:
            return "short", 0, 0
        self.put(transfer.pocket, there if transfer.is_spent else -there)
        if transfer.is_spent:
            self.spent -= there
        else:
            self.issued -= there
        transfer.left -= there
        return "done", there, wanted - there
