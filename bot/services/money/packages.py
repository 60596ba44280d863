"""Packages: tokens on sale. Read by everybody, changed by admins. Buying one is `payments`'."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.clock import Clock, SystemClock
from bot.errors import Conflict, NotFound
from bot.services.money.plans import refuse_changed, tell
from bot.services.money.plans_checked import CheckedPackage, PackageDraft, check_package, written_price
from bot.texts import N_
from db.models import TokenPackage
from db.queries.money import plans as queries
from db.work import Work

__all__ = ["PackageDraft", "PackageSeen", "Packages"]


@dataclass(frozen=True, slots=True)
class PackageSeen:
    """A package as people see it. `bonus_tokens` come on top, as given ones: they are spent first."""

    id: UUID
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
    updated_at: datetime

    @property
    def total(self) -> int:
        """All the tokens in it."""
        return self.tokens + self.bonus_tokens

    def draft(self) -> PackageDraft:
        """What its form shows."""
        return PackageDraft(
            code=self.code,
            name=self.name,
            description=self.description,
            tokens=str(self.tokens),
            bonus_tokens=str(self.bonus_tokens),
            price=written_price(self.price_cents),
            currency=self.currency,
            is_active=self.is_active,
            place=str(self.place),
            discord_sku_id="" if self.discord_sku_id is None else str(self.discord_sku_id),
        )


class Packages:
    """The packages of the house. Whoever changes them works as an admin (`Oversight.at_work`)."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()

    async def list(self, work: Work, *, only_active: bool = True) -> tuple[PackageSeen, ...]:
        """Every package, in the order they are shown."""
        return tuple(seen(row) for row in await queries.packages(work.session, only_active=only_active))

    async def get(self, work: Work, package_id: UUID) -> PackageSeen:
        """One package. Raises `NotFound`."""
        return seen(await self._row(work, package_id))

    # ------------------------------------------------------------------------------------------------ by admins

    async def create(self, work: Work, draft: PackageDraft) -> PackageSeen:
        """A new package. Raises `InvalidInput` or `Conflict` (its code is taken)."""
        checked = check_package(draft)
        await self._refuse_taken(work, checked.code, None)
        row = TokenPackage(code=checked.code, name=checked.name)
        _put(row, checked)
        await queries.add(work.session, row)
        tell(work, code=[None, row.code])
        return seen(row)

    async def edit(
        self, work: Work, package_id: UUID, draft: PackageDraft, *, version: datetime | None = None
    ) -> PackageSeen:
        """A package changed; what was bought before stays what it was.

        `version` is the `updated_at` of what was edited: `Conflict` where somebody changed it since.
        """
        checked, row = check_package(draft), await self._row(work, package_id)
        refuse_changed(row.updated_at, version)
        await self._refuse_taken(work, checked.code, package_id)
        before = _kept(row)
        _put(row, checked)
        row.updated_at = self._clock.now()
        await work.session.flush()
        changed = {name: [was, now] for name, was in before.items() if (now := _kept(row)[name]) != was}
        tell(work, **changed)
        return seen(row)

    # ------------------------------------------------------------------------------------------------ within

    async def _row(self, work: Work, package_id: UUID) -> TokenPackage:
        row = await queries.package(work.session, package_id)
        if row is None:
            raise no_such_package()
        return row

    async def _refuse_taken(self, work: Work, code: str, package_id: UUID | None) -> None:
        other = await queries.package_coded(work.session, code)
        if other is not None and other.id != package_id:
            raise Conflict(
                "package_code_taken",
                N_("There is a package with the code {code} already. Choose another."),
                field="code",
                code=code,
            )


def seen(row: TokenPackage) -> PackageSeen:
    """A row as people see it."""
    return PackageSeen(**{name: getattr(row, name) for name in PackageSeen.__dataclass_fields__})


def no_such_package() -> NotFound:
    """The refusal for a package that is not there."""
    return NotFound("no_such_package", N_("There is no such package any more. Look at the wallet for those there are."))


def _put(row: TokenPackage, checked: CheckedPackage) -> None:
    for name, value in _kept(checked).items():
        setattr(row, name, value)


def _kept(of: TokenPackage | CheckedPackage) -> dict[str, object]:
    return {name: getattr(of, name) for name in CheckedPackage.__dataclass_fields__}
