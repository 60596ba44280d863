"""What a reply takes of who asked for it, where the house's model is paid for and where plans count replies.

Before a model is asked, what its answer may take at most is kept back; the work that saves its words pays what it took.
An answer that does not come costs nothing. After a crash the turn is taken up again and asks anew: what it kept back
before is let go then, or by its end (`limits.RESERVE_MINUTES`).
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import structlog

from bot import limits
from bot.clock import Clock
from bot.errors import LimitReached
from bot.services.money.ledger import Ledger
from bot.services.money.usage import period_of
from bot.services.wellbeing.spending import Spending, Spendings, capped_words
from bot.texts import N_, Text
from db.direct import Direct
from db.queries.money import ledger_meter as queries
from db.queries.money.ledger_meter import Reserved
from db.queries.talk.turns import Standing
from db.work import Database, Work

_log = structlog.get_logger(__name__)

NO_TOKENS = "no_tokens"
NO_MESSAGES = "no_messages"
OWN_CAP = "own_cap"
"""Why a turn ended without an answer, as its row says."""

_TOKENS = N_(
    "This answer takes up to {need} tokens, and you have {free} to spend. Nothing was taken. /wallet tells how to get "
    "more."
)
_TOKENS_COMING = N_(
    "This answer takes up to {need} tokens, and you have {free} to spend. Nothing was taken. Your plan gives {comes} "
    "on {when}; /wallet tells how to get some sooner."
)
_MESSAGES = N_(
    "Your plan {plan} includes {most} answers a month, and you had {used}. It begins anew on {when}; /plan shows what "
    "includes more."
)


class UnpaidReply(LimitReached):
    """Nobody is asked for this answer: `reason` is one of `NO_TOKENS`, `NO_MESSAGES`, `OWN_CAP`."""

    def __init__(self, reason: str, sentence: Text, **values: object) -> None:
        super().__init__(reason, sentence)
        self.sentence = sentence
        self.values.update(values)

    @classmethod
    def of(cls, answer: Reserved) -> UnpaidReply:
        """The refusal, with what is needed, what is there and when there is more."""
        when = "" if answer.resets_at is None else answer.resets_at.date().isoformat()
        if answer.outcome == "capped":
            return cls.capped(answer.need, Spending.of_answer(answer.plan, answer.used, answer.most, answer.resets_at))
        if answer.outcome == "messages":
            return cls(NO_MESSAGES, _MESSAGES, plan=answer.plan, most=answer.most, used=answer.used, when=when)
        text = _TOKENS_COMING if answer.comes > 0 and when else _TOKENS
        return cls(NO_TOKENS, text, need=answer.need, free=answer.free, comes=answer.comes, when=when)

    @classmethod
    def capped(cls, need: int, spending: Spending) -> UnpaidReply:
        """The refusal where the person's own cap on spending stands in the way."""
        sentence, values = capped_words(need, spending)
        return cls(OWN_CAP, sentence, **values)

    @property
    def reason(self) -> str:
        """Why, in a word."""
        return self.code

    @property
    def recorded(self) -> str:
        """Why, as the turn's row says: of tokens, how many it would have taken."""
        return self.code if self.code == NO_MESSAGES else f"{self.code} {self.values['need']}"


class Metering:
    """Keeps back and pays. `is_charged`: answers cost tokens; `has_plans`: they count towards a plan's month."""

    def __init__(self, database: Database, clock: Clock, *, is_charged: bool, has_plans: bool) -> None:
        self._database = database
        self._clock = clock
        self._is_charged = is_charged
        self._has_plans = has_plans
        self._spendings = Spendings(clock)
        self._beside: dict[UUID, set[UUID]] = {}

    @property
    def is_charged(self) -> bool:
        """Whether answers cost tokens."""
        return self._is_charged

    async def reserve(self, turn: Standing, estimate: int) -> None:
        """Keep back what the answer may take. Raises `UnpaidReply` where that is not there; then nothing is kept."""
        payer = payer_of(turn)
        # Answers count once their words are saved: those of the same person under way are counted here.
        others = self._beside.setdefault(payer, set())
        others.discard(turn.turn_id)
        now = self._clock.now()
        beside = len(others)
        others.add(turn.turn_id)
        answer = await queries.reserve(
            self._database,
            turn.turn_id,
            estimate=max(estimate, 1),
            beside=beside,
            month=period_of(now),
            is_charged=self._is_charged,
            has_plans=self._has_plans,
            ends=now + timedelta(minutes=int(limits.RESERVE_MINUTES)),
            moment=now,
        )
        if answer.outcome in {"tokens", "messages", "capped"}:
            self._done(turn)
            raise UnpaidReply.of(answer)

    async def settle(self, direct: Direct, turn: Standing, took: int) -> None:
        """Pay for an answer, in the work that saves its words."""
        now = self._clock.now()
        outcome, moved, lacking = await queries.settle(
            direct,
            turn.turn_id,
            actual=max(took, 1),
            month=period_of(now),
            has_plans=self._has_plans,
            moment=now,
        )
        self._done(turn)
        if lacking or outcome == "over":
            _log.warning("reply_not_paid_in_full", turn_id=str(turn.turn_id), took=took, paid=moved, outcome=outcome)

    async def release(self, direct: Direct, turn: Standing) -> None:
        """No answer comes: what was kept back is free again."""
        self._done(turn)
        if self._is_charged:
            await queries.release(direct, turn.turn_id, self._clock.now())

    async def lacking(self, work: Work, user_id: UUID, recorded: str) -> UnpaidReply | None:
        """What is still lacking for an answer that was not asked for (`recorded` by its turn); None: nothing is."""
        now = self._clock.now()
        reason, _, need = recorded.partition(" ")
        if reason == OWN_CAP:
            spending = await self._spendings.get(work)
            return UnpaidReply.capped(int(need), spending) if spending.stops(int(need)) else None
        plan = await queries.plan(work.session, user_id, period_of(now))
        free = (await Ledger(self._clock).balance(work, user_id)).free
        is_tokens = reason == NO_TOKENS
        if is_tokens and (not self._is_charged or free >= int(need)):
            return None
        if not is_tokens and (not self._has_plans or plan.most is None or plan.used < plan.most):
            return None
        outcome = "tokens" if is_tokens else "messages"
        return UnpaidReply.of(
            Reserved(outcome, int(need or 0), free, plan.used, plan.most, plan.name, plan.comes, plan.resets_at)
        )

    def _done(self, turn: Standing) -> None:
        payer = payer_of(turn)
        others = self._beside.get(payer, set())
        others.discard(turn.turn_id)
        if not others:
            self._beside.pop(payer, None)


def payer_of(turn: Standing) -> UUID:
    """Who an answer is for: who had it worded again, else who asked."""
    return turn.rewording_by or turn.asker_id
