"""Gifts: tokens one person gives another.

What is given lies in escrow (a hold of the ledger) until its recipient accepts it; declined, taken back or waited for
too long, it is the giver's again. Only tokens that were bought or given can be given on: a plan's monthly ones are for
oneself, or the allowances of many accounts would flow into one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from bot import limits
from bot.clock import Clock
from bot.errors import Conflict, InvalidInput, LimitReached, NotAllowed, NotFound
from bot.services.money.gifts_checked import CheckedGift, GiftDraft, check
from bot.services.money.ledger import Ledger, NotEnoughTokens
from bot.services.oversight import audit
from bot.texts import N_, Text
from db.ids import new_id
from db.models import GiftState, HoldKind, WalletKind
from db.queries import characters as character_queries
from db.queries.money import gifts as queries
from db.queries.money import usage
from db.work import Actor, Database, Work

__all__ = ["Gift", "GiftDraft", "GiftState", "Gifts", "Recipient"]

JOB = "gifts"

_DAY = timedelta(days=1)
_WAITS = timedelta(days=int(limits.GIFT_DAYS))
_AT_ONCE = 100
_NAME_MAX = 40
"""The longest name of Discord (32) or of a creator, and a Discord id, fit."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Gift:
    """A gift as one of its two people sees it. `is_from_me`: they gave it; else it is for them.

    The other's name is None where their account is gone; so is the character's where not both may know of it.
    """

    id: UUID
    is_from_me: bool
    sender_name: str | None
    sender_discord_id: int | None
    recipient_name: str | None
    recipient_discord_id: int | None
    amount: int
    message: str
    character_id: UUID | None
    character_name: str | None
    state: GiftState
    channel_id: int | None
    message_id: int | None
    created_at: datetime
    expires_at: datetime
    settled_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether it still waits."""
        return self.state is GiftState.OFFERED

    @property
    def other_name(self) -> str | None:
        """The other person's name."""
        return self.recipient_name if self.is_from_me else self.sender_name


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who was found by their name."""

    user_id: UUID
    username: str
    display_name: str


class Gifts:
    """Gives, accepts, declines, takes back. `work` is in the name of who asks."""

    def __init__(
        self, database: Database, ledger: Ledger, clock: Clock, *, refuse_closed: Callable[[], None] = lambda: None
    ) -> None:
        """`refuse_closed` raises where the house takes no gifts now (the switch)."""
        self._database = database
        self._ledger = ledger
        self._clock = clock
        self._refuse_closed = refuse_closed

    # ------------------------------------------------------------------------------------------------ giving

    def check(self, draft: GiftDraft) -> CheckedGift:
        """The draft cleaned. Raises `InvalidInput` naming field and limit. Touches nothing."""
        return check(draft)

    async def find(self, work: Work, typed: str) -> Recipient:
        """The one person with this Discord name, Discord id or creator's name. Raises `NotFound`."""
        name = typed.strip().removeprefix("@")
        found = await queries.called(work.session, name) if 0 < len(name) <= _NAME_MAX else ()
        if len(found) != 1:
            raise NotFound(
                "no_such_recipient",
                N_("Nobody here has that name. Write their whole Discord name, or the number Copy User ID gives you."),
                field="recipient",
            )
        return Recipient(found[0].user_id, found[0].username, found[0].display_name)

    async def give(
        self, work: Work, user_id: UUID, recipient_id: UUID, draft: GiftDraft, *, key: str, guild_id: int | None = None
    ) -> Gift:
        """Put tokens into escrow for somebody. The same `key` gives once, however often it is asked.

        Raises `InvalidInput`, `NotAllowed` (to oneself, to who takes none), `LimitReached` (the day's limits, not
        enough to give) or `Conflict` (another gift under the same key).
        """
        checked = check(draft)
        if recipient_id == user_id:
            raise InvalidInput(
                "gift_to_oneself", N_("That is you. A gift is for somebody else; nothing was given."), field="recipient"
            )
        # Of two gifts at once the second sees the first, so that both together keep to the day's limits.
        await usage.take_turns(work.session, user_id, "gifts")
        before = await self._before(work, user_id, recipient_id, checked, key)
        if before is not None:
            return before
        self._refuse_closed()
        await self._refuse_recipient(work, recipient_id)
        await self._refuse_more(work, user_id, checked.amount)
        if checked.character_id is not None:
            await self._refuse_unknown(work, checked.character_id)
        gift_id = new_id()
        await self._keep(work, user_id, recipient_id, checked, key=key, gift_id=gift_id, guild_id=guild_id)
        await audit.record(work, "gift.given", "gift", gift_id, of=recipient_id, details={"amount": checked.amount})
        return await self.get(work, user_id, gift_id)

    async def announced(self, work: Work, gift_id: UUID, channel_id: int, message_id: int) -> None:
        """Remember where the giver's gift was announced. Only the first counts."""
        await queries.announced(work.session, gift_id, channel_id, message_id)

    # ------------------------------------------------------------------------------------------------ answered

    async def get(self, work: Work, user_id: UUID, gift_id: UUID) -> Gift:
        """One gift that is from or for who asks. Raises `NotFound`."""
        rows = await queries.mine(work.session, gift_id=gift_id, limit=1)
        if not rows:
            raise no_such_gift()
        return self._shown(rows[0], user_id)

    async def open(self, work: Work, user_id: UUID) -> tuple[Gift, ...]:
        """Gifts that wait, for and from a person, the newest first."""
        most = int(limits.GIFTS_WAITING_MAX) + int(limits.GIFTS_DAILY) * int(limits.GIFT_DAYS)
        rows = await queries.mine(work.session, only_open=True, limit=most)
        return tuple(one for one in (self._shown(row, user_id) for row in rows) if one.is_open)

    async def page(self, work: Work, user_id: UUID, after: UUID | None = None, limit: int = 25) -> tuple[Gift, ...]:
        """Every gift from and for a person, the newest first; after one of them, those before it."""
        rows = await queries.mine(work.session, before=after, limit=max(1, min(limit, 100)))
        return tuple(self._shown(row, user_id) for row in rows)

    async def accept(self, work: Work, user_id: UUID, gift_id: UUID) -> Gift:
        """The tokens are the recipient's; accepted twice, once. Raises `NotFound`, `NotAllowed` or `Conflict`."""
        gift = await self._settled(work, user_id, gift_id, GiftState.ACCEPTED)
        if gift is None:
            hold_id = (await queries.mine(work.session, gift_id=gift_id, limit=1))[0].hold_id
            await self._ledger.post(work, hold_id)
        return await self.get(work, user_id, gift_id)

    async def decline(self, work: Work, user_id: UUID, gift_id: UUID) -> Gift:
        """The tokens go back to the giver, by the recipient's wish. Raises as `accept`."""
        return await self._give_back(work, user_id, gift_id, GiftState.DECLINED)

    async def take_back(self, work: Work, user_id: UUID, gift_id: UUID) -> Gift:
        """The tokens go back to the giver, by their own wish. Raises as `accept`."""
        return await self._give_back(work, user_id, gift_id, GiftState.TAKEN_BACK)

    async def expire(self, _: Mapping[str, str] | None = None) -> int:
        """A job: end the gifts nobody accepted in time; how many. Each by itself, so that one in trouble stops none."""
        now, ended = self._clock.now(), 0
        async with self._database.work(Actor.job(JOB)) as work:
            over = await queries.over(work.session, now, _AT_ONCE)
        for gift_id, hold_id in over:
            async with self._database.work(Actor.job(JOB)) as work:
                if await queries.settle(work.session, gift_id, GiftState.EXPIRED, now):
                    await self._ledger.void(work, hold_id)
                    ended += 1
        if ended:
            _log.info("gifts_expired", gifts=ended)
        return ended

    # ------------------------------------------------------------------------------------------------ within

    async def _before(
        self, work: Work, user_id: UUID, recipient_id: UUID, checked: CheckedGift, key: str
    ) -> Gift | None:
        """The gift that was given under this key already. Raises `Conflict` where it was another."""
        known = await queries.keyed(work.session, key)
        if known is None:
            return None
        row = (await queries.mine(work.session, gift_id=known, limit=1))[0]
        same = (row.sender_id, row.recipient_id, row.amount, row.message, row.character_id) == (
            user_id, recipient_id, checked.amount, checked.message, checked.character_id,
        )  # fmt: skip
        if not same:
            raise Conflict(
                "key_reused", N_("Another gift was sent from this form before. Nothing was given; begin anew.")
            )
        return self._shown(row, user_id)

    async def _refuse_recipient(self, work: Work, recipient_id: UUID) -> None:
        match await queries.recipient(work.session, recipient_id, int(limits.GIFTS_WAITING_MAX)):
            case "ready":
                return
            case "full":
                raise NotAllowed(
                    "recipient_full",
                    N_("So many gifts wait for them that no more can. Nothing was given; they must answer some first."),
                    field="recipient",
                )
            case _:
                raise NotAllowed(
                    "recipient_takes_none",
                    N_("They cannot be given anything here. Nothing was given."),
                    field="recipient",
                )

    async def _refuse_more(self, work: Work, user_id: UUID, amount: int) -> None:
        count, given = await queries.given_since(work.session, user_id, self._clock.now() - _DAY)
        if count >= limits.GIFTS_DAILY:
            raise LimitReached(
                "gifts_daily",
                N_("You gave {maximum} gifts within 24 hours, as many as can be given. Nothing was given; wait a day."),
                maximum=int(limits.GIFTS_DAILY),
            )
        if given + amount > limits.GIFT_TOKENS_DAILY:
            raise LimitReached(
                "gift_tokens_daily",
                N_(
                    "Within 24 hours {maximum} tokens can be given, and you gave {given}. Nothing was given; "
                    "give at most {left} now."
                ),
                field="amount",
                maximum=int(limits.GIFT_TOKENS_DAILY),
                given=given,
                left=max(int(limits.GIFT_TOKENS_DAILY) - given, 0),
            )

    async def _refuse_unknown(self, work: Work, character_id: UUID) -> None:
        if await character_queries.by_id(work.session, character_id) is None:
            raise NotFound(
                "no_such_character",
                N_("There is no such character. Pick one from the suggestions."),
                field="character",
            )

    async def _keep(
        self, work: Work, user_id: UUID, recipient_id: UUID, checked: CheckedGift, *, key: str, gift_id: UUID,
        guild_id: int | None,
    ) -> None:  # fmt: skip
        now = self._clock.now()
        try:
            hold = await self._ledger.hold(
                work, user_id, checked.amount, key, now + _WAITS,
                kind=HoldKind.GIFT, about=gift_id, to=recipient_id, only=WalletKind.PAID,
            )  # fmt: skip
        except NotEnoughTokens as error:
            raise LimitReached(
                "not_enough_to_give",
                N_(
                    "You have {free} tokens that can be given: those you bought or were given. The ones of each month "
                    "are for yourself. Nothing was given."
                ),
                field="amount",
                free=error.free,
            ) from error
        kept = await queries.offer(
            work.session,
            gift_id=gift_id,
            key=key,
            recipient_id=recipient_id,
            amount=checked.amount,
            message=checked.message,
            character_id=checked.character_id,
            hold_id=hold.id,
            guild_id=guild_id,
            at=now,
            expires_at=hold.expires_at,
        )
        if not kept:
            raise AssertionError(f"the escrow of gift {gift_id} is not what was asked for")

    async def _give_back(self, work: Work, user_id: UUID, gift_id: UUID, state: GiftState) -> Gift:
        gift = await self._settled(work, user_id, gift_id, state)
        if gift is None:
            hold_id = (await queries.mine(work.session, gift_id=gift_id, limit=1))[0].hold_id
            await self._ledger.void(work, hold_id)
        return await self.get(work, user_id, gift_id)

    async def _settled(self, work: Work, user_id: UUID, gift_id: UUID, state: GiftState) -> Gift | None:
        """End a gift; the gift where it had ended so before. Raises where it is another's, or ended otherwise."""
        gift = await self.get(work, user_id, gift_id)
        if gift.is_from_me is not (state is GiftState.TAKEN_BACK):
            raise NotAllowed("not_your_gift", _NOT_YOURS[state])
        if gift.state is state:
            return gift
        if gift.is_open and await queries.settle(work.session, gift_id, state, self._clock.now()):
            await audit.record(work, _DEEDS[state], "gift", gift_id, details={"amount": gift.amount})
            return None
        raise Conflict("gift_over", _OVER[(await self.get(work, user_id, gift_id)).state])

    def _shown(self, row: queries.GiftRow, user_id: UUID) -> Gift:
        # Past its time it is over, whether the job that ends it has come by or not.
        is_late = row.state is GiftState.OFFERED and row.expires_at <= self._clock.now()
        return Gift(
            id=row.id,
            is_from_me=row.sender_id == user_id,
            sender_name=row.sender_name,
            sender_discord_id=row.sender_discord_id,
            recipient_name=row.recipient_name,
            recipient_discord_id=row.recipient_discord_id,
            amount=row.amount,
            message=row.message,
            character_id=row.character_id,
            character_name=row.character_name,
            state=GiftState.EXPIRED if is_late else row.state,
            channel_id=row.channel_id,
            message_id=row.message_id,
            created_at=row.created_at,
            expires_at=row.expires_at,
            settled_at=row.expires_at if is_late else row.settled_at,
        )


_DEEDS: Mapping[GiftState, str] = {
    GiftState.ACCEPTED: "gift.accepted",
    GiftState.DECLINED: "gift.declined",
    GiftState.TAKEN_BACK: "gift.taken_back",
}

_NOT_YOURS: Mapping[GiftState, Text] = {
    GiftState.ACCEPTED: N_("This gift is from you: only who it is for can accept it."),
    GiftState.DECLINED: N_("This gift is from you: take it back instead."),
    GiftState.TAKEN_BACK: N_("This gift is for you: only who gave it can take it back. You can decline it."),
}

_OVER: Mapping[GiftState, Text] = {
    GiftState.OFFERED: N_("Somebody was quicker. Look at the gift again."),
    GiftState.ACCEPTED: N_("This gift was accepted already. Nothing was changed."),
    GiftState.DECLINED: N_("This gift was declined. Its tokens are back with who gave it."),
    GiftState.TAKEN_BACK: N_("This gift was taken back. Its tokens are with who gave it."),
    GiftState.EXPIRED: N_("This gift waited too long. Its tokens are back with who gave it."),
}


def no_such_gift() -> NotFound:
    """The refusal for a gift that is not there, or neither from nor for this person."""
    return NotFound("no_such_gift", N_("There is no such gift, or it is not yours. /wallet shows those that are."))
