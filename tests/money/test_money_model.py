"""The ledger against a model of dictionaries: whatever is asked of both in whatever order, they agree.

A slice runs with the others; BOTCAFE_LEDGER_EXAMPLES=300 and BOTCAFE_LEDGER_STEPS=50 are its full length
(`make test-ledger`).
"""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.errors import Conflict, NotFound
from bot.services.money.ledger import Ledger, NotEnoughTokens
from bot.services.money.verifying import verify
from db.engine import connection_arguments
from db.ids import new_id
from db.models import HoldKind, TransferKind, User, WalletKind
from db.raw import RawConnection, connect
from db.work import Actor, Database, Work
from tests.fakes.clock import FakeClock
from tests.money.bankcraft import JOB
from tests.money.bankmodel import OVER, PAID, PROMO, REFUSED, Model, ModelTransfer, Pocket

EXAMPLES = int(os.environ.get("BOTCAFE_LEDGER_EXAMPLES", "12"))
STEPS = int(os.environ.get("BOTCAFE_LEDGER_STEPS", "30"))

T = TypeVar("T")
PEOPLE = 3
AMOUNTS = st.integers(1, 60)
WHO = st.integers(0, PEOPLE - 1)
WHICH = st.integers(0, 10**6)
DAYS = st.none() | st.integers(1, 4)


class Machine(RuleBasedStateMachine):
    """The same deeds done to the ledger and to the model, by three people, a job and a clock."""

    database: Database
    owner: RawConnection
    run: Callable[[Awaitable[Any]], Any]
    calls = 0

    def __init__(self) -> None:
        super().__init__()
        self.clock = FakeClock()
        self.ledger = Ledger(self.clock)
        self.model = Model(self.clock.now())
        self.people: list[UUID] = []
        self.transfers: dict[UUID, ModelTransfer] = {}
        self.said: list[tuple[Callable[[int], Any], Any]] = []
        """What was asked and answered, to be asked again: with 0 as it was, with 1 as something else."""

    @initialize()
    def arrive(self) -> None:
        async def make() -> list[UUID]:
            async with self.database.work(JOB) as work:
                users = [User(id=new_id(), username="somebody", display_name="Somebody") for _ in range(PEOPLE)]
                work.session.add_all(users)
            return [user.id for user in users]

        self.people = self.run(make())
        for who in range(PEOPLE):
            self.issue(who=who, amount=80, days=None, is_paid=True)
            self.issue(who=who, amount=30, days=3, is_paid=False)

    def does(self, actor: Actor, deed: Callable[[Work], Awaitable[T]]) -> T:
        async def do() -> T:
            async with self.database.work(actor) as work:
                return await deed(work)

        type(self).calls += 1
        return self.run(do())

    def refuses(self, kind: type[Exception], actor: Actor, deed: Callable[[Work], Awaitable[object]]) -> Exception:
        try:
            done = self.does(actor, deed)
        except kind as error:
            return error
        raise AssertionError(f"{kind.__name__} was to be raised; the answer was {done}")

    # -------------------------------------------------------------------------------------------- in and out

    @rule(who=WHO, amount=AMOUNTS, days=DAYS, is_paid=st.booleans())
    def issue(self, who: int, amount: int, days: int | None, is_paid: bool) -> None:
        user, key = self.people[who], f"issue:{new_id()}"
        ends = None if is_paid or days is None else self.model.now + timedelta(days=days)
        kind = TransferKind.PURCHASE if is_paid else TransferKind.BONUS

        def again(more: int) -> Any:
            return self.does(
                JOB, lambda work: self.ledger.issue(work, user, amount + more, kind, key, expires_at=ends)
            ).transfer_ids

        made = again(0)
        pocket: Pocket = (user, PAID if is_paid else PROMO, ends)
        self.model.issue(pocket, amount)
        self.transfers[made[0]] = ModelTransfer(pocket, False, amount)
        self.said.append((again, made))

    @rule(who=WHO, amount=AMOUNTS, month=st.integers(1, 3))
    def allow(self, who: int, amount: int, month: int) -> None:
        user, period, ends = self.people[who], f"2026-0{month}", datetime(2027, month, 1, tzinfo=self.model.now.tzinfo)
        given = self.does(JOB, lambda work: self.ledger.allow(work, user, amount, period, ends))
        known = self.model.allowed.get((user, period))
        assert (given.amount, given.is_replay) == (known or amount, known is not None)
        if known is None:
            self.model.allowed[user, period] = amount
            self.model.issue((user, PROMO, ends), amount)
            self.transfers[given.transfer_id] = ModelTransfer((user, PROMO, ends), False, amount)

    @rule(who=WHO, amount=AMOUNTS)
    def take(self, who: int, amount: int) -> None:
        user, key = self.people[who], f"take:{new_id()}"

        def again(more: int) -> Any:
            return self.does(JOB, lambda work: self.ledger.take(work, user, amount + more, key)).transfer_ids

        free = self.model.free(user)
        if free < amount:
            error = self.refuses(NotEnoughTokens, JOB, lambda work: self.ledger.take(work, user, amount, key))
            assert isinstance(error, NotEnoughTokens)
            assert (error.need, error.free) == (amount, free)
            return
        made, parts = again(0), self.model.parts(user, amount)
        assert len(made) == len(parts)
        for pocket, part in parts:
            self.model.issue(pocket, -part)
        self.said.append((again, made))

    @precondition(lambda self: self.transfers)
    @rule(which=WHICH, amount=st.none() | AMOUNTS, partial=st.booleans())
    def refund(self, which: int, amount: int | None, partial: bool) -> None:
        transfer_id = list(self.transfers)[which % len(self.transfers)]
        key = f"refund:{new_id()}"

        def deed(work: Work) -> Any:
            return self.ledger.refund(work, transfer_id, key, amount, partial=partial)

        outcome, moved, short = self.model.refund(self.transfers[transfer_id], amount, partial=partial)
        if outcome in (REFUSED, "short"):
            self.refuses(Conflict if outcome == REFUSED else NotEnoughTokens, JOB, deed)
            return
        done = self.does(JOB, deed)
        assert (done.amount, done.short, done.is_replay) == (moved, short, False)
        if moved:
            again = self.does(JOB, deed)
            assert (again.amount, again.short, again.is_replay) == (moved, short, True)

    # -------------------------------------------------------------------------------------------- in two steps

    @rule(
        who=WHO,
        amount=AMOUNTS,
        to=st.none() | WHO,
        only=st.sampled_from([None, WalletKind.PAID, WalletKind.PROMO]),
        hours=st.integers(1, 40),
    )
    def hold(self, who: int, amount: int, to: int | None, only: WalletKind | None, hours: int) -> None:
        user, key, ends = self.people[who], f"hold:{new_id()}", self.model.now + timedelta(hours=hours)
        taker = None if to is None or to == who else self.people[to]
        kind = HoldKind.REPLY if taker is None else HoldKind.GIFT

        def again(more: int) -> Any:
            return self.does(
                Actor.user(user),
                lambda work: self.ledger.hold(work, user, amount + more, key, ends, kind=kind, to=taker, only=only),
            ).id

        free = self.model.free(user, only and only.value)
        if free < amount:
            with pytest.raises(NotEnoughTokens) as refused:
                again(0)
            assert (refused.value.need, refused.value.free) == (amount, free)
            return
        made = again(0)
        self.model.hold(made, user, amount, ends, taker, only and only.value)
        self.said.append((again, made))

    @precondition(lambda self: self.model.holds)
    @rule(which=WHICH, actual=st.none() | st.integers(0, 90))
    def post(self, which: int, actual: int | None) -> None:
        hold_id = list(self.model.holds)[which % len(self.model.holds)]
        hold = self.model.holds[hold_id]
        actual = None if hold.to is not None else actual
        wanted = hold.amount if actual is None else actual

        def deed(work: Work) -> Any:
            return self.ledger.post(work, hold_id, actual)

        for stranger in self.people:
            if stranger != (hold.to or hold.who):
                self.refuses(NotFound, Actor.user(stranger), deed)
        actor = Actor.user(hold.to or hold.who)
        outcome, moved, short, done = self.model.post(hold_id, wanted)
        if outcome == OVER:
            self.refuses(Conflict, actor, deed)
            return
        answer = self.does(actor, deed)
        assert (answer.posted, answer.short, answer.is_replay) == (moved, short, outcome == "replay")
        if outcome == "done" and done:
            rows = self.run(
                self.owner.fetch("SELECT id, amount FROM transfers WHERE hold_id = $1 ORDER BY part", hold_id)
            )
            assert [row[1] for row in rows] == [one.left for one in done]
            self.transfers |= {row[0]: one for row, one in zip(rows, done, strict=True)}

    @precondition(lambda self: self.model.holds)
    @rule(which=WHICH, is_receiver=st.booleans())
    def void(self, which: int, is_receiver: bool) -> None:
        hold_id = list(self.model.holds)[which % len(self.model.holds)]
        hold = self.model.holds[hold_id]

        def deed(work: Work) -> Any:
            return self.ledger.void(work, hold_id)

        for stranger in self.people:
            if stranger not in (hold.to, hold.who):
                self.refuses(NotFound, Actor.user(stranger), deed)
        actor = Actor.user(hold.to if is_receiver and hold.to is not None else hold.who)
        if hold.state == "posted":
            self.refuses(Conflict, actor, deed)
            return
        answer = self.does(actor, deed)
        assert answer.is_replay == (hold.state != "pending")
        if hold.state == "pending":
            self.model.release(hold_id, "voided")

    # -------------------------------------------------------------------------------------------- time, and again

    @rule(hours=st.integers(1, 30))
    def wait(self, hours: int) -> None:
        self.clock._elapsed += hours * 3600
        self.model.now = self.clock.now()

    @rule()
    def sweep(self) -> None:
        while True:
            swept = self.does(JOB, self.ledger.sweep)
            if not (swept.holds or swept.pockets):
                break
        self.model.sweep()

    @precondition(lambda self: self.said)
    @rule(which=WHICH, other=st.booleans())
    def ask_again(self, which: int, other: bool) -> None:
        again, answer = self.said[which % len(self.said)]
        if not other:
            assert again(0) == answer
            return
        with pytest.raises(Conflict):
            again(1)

    # -------------------------------------------------------------------------------------------- agreement

    @invariant()
    def they_agree(self) -> None:
        if not self.people:
            return
        rows = self.run(
            self.owner.fetch(
                "SELECT user_id, kind, expires_at, balance, held FROM wallets WHERE user_id = ANY ($1::uuid[])",
                self.people,
            )
        )
        there = {(row[0], row[1], row[2]): (row[3], row[4]) for row in rows if row[3] or row[4]}
        model = {
            one: (self.model.balance[one], self.model.held[one])
            for one in self.model.balance
            if self.model.balance[one] or self.model.held[one]
        }
        assert there == model

    def teardown(self) -> None:
        for user in self.people:
            balance = self.does(Actor.user(user), lambda work, user=user: self.ledger.balance(work, user))
            assert balance.free == self.model.free(user)
        total = sum(self.model.balance.values())
        assert self.model.issued == total + self.model.spent + self.model.expired


def _run(
    machine: type[Machine], owner_url: str, *, examples: int, steps: int, phases: Sequence[Phase] = tuple(Phase)
) -> str:
    """Let a machine run on a database; raises where they disagree. Returns what was looked at."""
    with asyncio.Runner() as runner:
        machine.run = staticmethod(runner.run)
        machine.database = Database(owner_url, pool_size=1, max_overflow=0)
        machine.owner = runner.run(connect(connection_arguments(owner_url, as_owner=True)))
        how = settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
            print_blob=False,
            phases=phases,
            report_multiple_bugs=False,
        )
        try:
            run_state_machine_as_test(machine, settings=how)
            verdict = runner.run(verify(machine.database, now=FakeClock().now(), is_durable=False))
        finally:
            runner.run(machine.owner.close())
            runner.run(machine.database.close())
    assert verdict.is_sound, verdict.told()
    assert machine.calls > examples, "the machine did nothing"
    return f"{examples} examples of {steps} steps, {machine.calls} calls: 0 disagreements\n{verdict.told()}\n"


async def test_the_ledger_and_the_model_agree_whatever_is_asked(owner_url: str) -> None:
    machine = type("OnDatabase", (Machine,), {})
    sys.stdout.write(await asyncio.to_thread(_run, machine, owner_url, examples=EXAMPLES, steps=STEPS))


class _PaidFirst(Model):
    """Wrong in one thing: bought tokens are spent before given ones."""

    def in_order(self, who: UUID, only: str | None = None) -> list[tuple[Pocket, int]]:
        return sorted(super().in_order(who, only), key=lambda one: one[0][1] != PAID)


class _Forgetful(Model):
    """Wrong in one thing: what is let go stays kept back."""

    def release(self, key: UUID, state: str) -> None:
        self.holds[key].state = state


@pytest.mark.parametrize("wrong", [_PaidFirst, _Forgetful])
async def test_control_a_model_that_is_wrong_in_one_thing_disagrees(owner_url: str, wrong: type[Model]) -> None:
    def begin(self: Machine) -> None:
        Machine.__init__(self)
        self.model = wrong(self.clock.now())

    machine = type("Wrong", (Machine,), {"__init__": begin})
    with pytest.raises((AssertionError, ExceptionGroup)):
        await asyncio.to_thread(_run, machine, owner_url, examples=60, steps=30, phases=(Phase.generate,))
