"""Clients that ask until they are answered, and write down what they were told. What they know is all the judge has."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import aiohttp

_ANSWER_SECONDS = 6.0
_LOST = 0.03
"""How many answers get lost on their way, so that what was done is asked for again."""


@dataclass
class Intent:
    """One thing somebody wants, however often it must be asked for. `answer` and `refused` are final."""

    key: str
    op: str
    body: Mapping[str, Any]
    answer: Mapping[str, Any] | None = None
    refused: str | None = None
    attempts: int = 0
    trouble: str = ""
    asked_at: float = 0.0
    answered_at: float = 0.0


@dataclass
class Journal:
    """Everything that was wanted and answered, and what went wrong on the way."""

    intents: list[Intent] = field(default_factory=list)
    retries: int = 0
    lost: int = 0
    deadlocks: int = 0
    strange: list[str] = field(default_factory=list)

    @property
    def acked(self) -> int:
        """How many intents were carried out, as far as those who wanted them know."""
        return sum(one.answer is not None for one in self.intents)

    def done(self, *ops: str) -> list[Intent]:
        """Those that were carried out."""
        return [one for one in self.intents if one.answer is not None and one.op in ops]


class Bank:
    """Sixteen people's worth of clients at one program. `people` are whose tokens move: some hot, many cold."""

    def __init__(self, url: str, people: Sequence[UUID], *, hot: int, seed: int) -> None:
        self.journal = Journal()
        self.is_over = asyncio.Event()
        self.url = url
        self._hot, self._cold = people[:hot], people[hot:]
        self._seed = seed
        self._loss = random.Random(f"lost:{seed}")
        self._waiting: list[tuple[str, str, str, int]] = []
        """Gifts nobody has answered yet: hold, giver, receiver, amount."""
        self._refundable: list[tuple[str, int]] = []
        self._allowed: set[tuple[UUID, str]] = set()
        self._count = 0

    def only(self, people: Sequence[UUID]) -> None:
        """These alone give and are given; the others' tokens lie still."""
        hot = len(self._hot)
        self._hot, self._cold = people[:hot], people[hot:]

    async def client(self, number: int) -> None:
        """Want one thing after the other until it is over; the last one is asked for until it is answered."""
        dice = random.Random(f"{self._seed}:{number}")
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_ANSWER_SECONDS)) as session:
            while not self.is_over.is_set():
                intent = self._next(dice)
                await self.ask(session, intent)
                self._learn(intent)

    async def ask(self, session: aiohttp.ClientSession, intent: Intent) -> None:
        """Ask until there is an answer that is one."""
        self.journal.intents.append(intent)
        intent.asked_at = time.monotonic()
        while intent.answer is None and intent.refused is None:
            intent.attempts += 1
            if intent.attempts > 1:
                self.journal.retries += 1
                await asyncio.sleep(min(0.02 * intent.attempts, 0.3))
            await self._attempt(session, intent)
        intent.answered_at = time.monotonic()

    async def _attempt(self, session: aiohttp.ClientSession, intent: Intent) -> None:
        try:
            async with session.post(f"{self.url}/do", json={"op": intent.op, **intent.body}) as answer:
                told = await answer.json()
                if self._loss.random() < _LOST:
                    self.journal.lost += 1
                elif answer.status == 200:
                    intent.answer = told
                elif answer.status == 409:
                    intent.refused = told["refused"]
                elif answer.status == 503:
                    intent.trouble = str(told)
                    self.journal.deadlocks += bool(told["deadlock"])
                else:
                    self.journal.strange.append(f"{intent.op}: {answer.status}")
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            intent.trouble = type(error).__name__
            return  # whether it was done nobody knows: the next attempt tells

    # -------------------------------------------------------------------------------------------- what is wanted

    def _next(self, dice: random.Random) -> Intent:
        self._count += 1
        key = f"bank:{self._seed}:{self._count}"
        who = self._somebody(dice)
        amount = dice.randint(1, 9)
        choice = dice.random()
        if choice < 0.34:
            ends = timedelta(seconds=2 if dice.random() < 0.08 else 3600)
            return _intent(key, "hold", who, who=who, amount=amount, to=self._somebody(dice, but=who), ends=_in(ends))
        if choice < 0.68 and self._waiting:
            return self._answered(key, dice)
        if choice < 0.78:
            return _intent(key, "hold", who, who=who, amount=amount, to=None, ends=_in(timedelta(hours=1)))
        return self._from_the_house(key, who, amount, choice, dice)

    def _from_the_house(self, key: str, who: UUID, amount: int, choice: float, dice: random.Random) -> Intent:
        if choice < 0.84:
            seconds = 2 if dice.random() < 0.3 else 7200 + dice.randint(0, 3)
            return _intent(key, "bonus", None, who=who, amount=amount, ends=_in(timedelta(seconds=seconds)))
        if choice < 0.88:
            period = f"2026-{dice.randint(1, 12):02d}"
            ends = datetime(2027, 1, 1, tzinfo=UTC).isoformat()
            return _intent(key, "allow", None, keyless=True, who=who, amount=10, period=period, ends=ends)
        if choice < 0.92 and self._refundable:
            transfer, most = self._refundable.pop(dice.randrange(len(self._refundable)))
            return _intent(key, "refund", None, transfer=transfer, amount=dice.randint(1, most + 1))
        if choice < 0.95:
            return _intent(key, "take", None, who=who, amount=amount)
        return _intent(key, "buy", None, who=who, amount=dice.randint(5, 40))

    def _answered(self, key: str, dice: random.Random) -> Intent:
        hold, giver, receiver, amount = self._waiting.pop(dice.randrange(len(self._waiting)))
        if not receiver:
            actual = dice.choice([amount, 0, amount + 3, max(amount - 1, 0)])
            op = "void" if dice.random() < 0.1 else "post"
            return _intent(
                key, op, UUID(giver), keyless=True, hold=hold, **({"actual": actual} if op == "post" else {})
            )
        if dice.random() < 0.15:
            by = UUID(dice.choice([giver, receiver]))
            return _intent(key, "void", by, keyless=True, hold=hold)
        return _intent(key, "post", UUID(receiver), keyless=True, hold=hold, actual=None)

    def _learn(self, intent: Intent) -> None:
        if intent.answer is None:
            return
        if intent.op == "hold":
            to = intent.body["to"] or ""
            self._waiting.append((intent.answer["hold"], intent.body["who"], to, intent.answer["amount"]))
        elif intent.op == "buy" and len(self._refundable) < 500:
            self._refundable.append((intent.answer["ids"][0], intent.answer["amount"]))

    def _somebody(self, dice: random.Random, but: UUID | None = None) -> UUID:
        while True:
            who = dice.choice(self._hot if dice.random() < 0.5 else self._cold)
            if who != but:
                return who


def _in(time_left: timedelta) -> str:
    return (datetime.now(UTC) + time_left).isoformat()


def _intent(key: str, op: str, by: UUID | None, *, keyless: bool = False, **body: Any) -> Intent:
    said = {name: str(value) if isinstance(value, UUID) else value for name, value in body.items()}
    who = {"by": None if by is None else str(by)}
    return Intent(key, op, {**who, **said} if keyless else {**who, **said, "key": key})
