"""Whether what was answered is what is there: the ledger's own promises, then everything the clients were told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import aiohttp

from bench.ledger_parts.clients import Bank, Intent, Journal
from bot.services.money.verifying import verify
from db.raw import RawConnection
from db.work import Database

_MOVES = ("buy", "bonus", "allow", "take", "refund")


@dataclass
class Reads:
    """What everybody's balances were, again and again, in one look each."""

    count: int = 0
    wrong: list[str] = field(default_factory=list)


@dataclass
class Judgement:
    """By promise: how much was looked at and what was wrong."""

    looked: Counter[str] = field(default_factory=Counter[str])
    wrong: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    def see(self, promise: str, looked: int, wrong: Sequence[str]) -> None:
        """Add what was found."""
        self.looked[promise] += looked
        if wrong:
            self.wrong.setdefault(promise, []).extend(wrong)

    @property
    def violations(self) -> int:
        """How much was wrong."""
        return sum(len(found) for found in self.wrong.values())


async def judge(bank: Bank, database: Database, owner: RawConnection, reads: Reads, *, again: int) -> Judgement:
    """Everything, at the end of a run."""
    judgement = Judgement()
    verdict = await verify(database, is_durable=False)
    for check in verdict.checks:
        judgement.see(check.name, check.looked, list(check.examples) or ["?"] * check.wrong if check.wrong else [])
    judgement.see("I4", reads.count, reads.wrong)
    await _answers(bank.journal, owner, judgement)
    await _nothing_more(bank.journal, owner, judgement)
    await _again(bank, judgement, again)
    journal = bank.journal
    judgement.see("answers", len(journal.intents), journal.strange)
    judgement.see("deadlocks", len(journal.intents), ["deadlock"] * journal.deadlocks)
    return judgement


async def _answers(journal: Journal, owner: RawConnection, judgement: Judgement) -> None:
    """I5: everything that was acknowledged is there, as it was acknowledged; what was refused is not."""
    moved: dict[str, list[tuple[int, set[str]]]] = {}
    for row in await owner.fetch("SELECT key, sum(amount), array_agg(id) FROM transfers GROUP BY key"):
        moved.setdefault(_meant(row[0]), []).append((int(row[1]), {str(one) for one in row[2]}))
    holds = {
        str(row[0]): row[1:]
        for row in await owner.fetch("SELECT id, key, amount, state, coalesce(posted, 0), short FROM holds")
    }
    held = {_meant(row[0]) for row in holds.values()}
    wrong: list[str] = []
    for one in journal.intents:
        problem = _wrong_answer(one, moved, holds) if one.answer is not None else _wrong_refusal(one, moved, held)
        if problem:
            wrong.append(f"{one.op} {one.key}: {problem}")
    judgement.see("I5", len(journal.intents), wrong)


def _wrong_answer(one: Intent, moved: Mapping[str, Any], holds: Mapping[str, Any]) -> str:
    told = one.answer or {}
    if one.op in _MOVES:
        there = moved.get(_key(one), [])
        return "" if (told["amount"], set(told["ids"])) in there else f"told {told}, there is {there}"
    hold = holds.get(told["hold"])
    if hold is None:
        return "the hold is gone"
    if one.op == "hold":
        return "" if (_meant(hold[0]), hold[1]) == (one.key, told["amount"]) else f"there is {hold}"
    if one.op == "void":
        return "" if hold[2] in ("voided", "expired") else f"it is {hold[2]}"
    is_there = hold[2] == "posted" and (hold[3], hold[4]) == (told["posted"], told["short"])
    return "" if is_there else f"told {told}, there is {hold}"


def _wrong_refusal(one: Intent, moved: Mapping[str, Any], held: set[str]) -> str:
    if one.op in ("post", "void"):
        return ""
    return "it was refused and is there" if _key(one) in moved or one.key in held else ""


def _key(one: Intent) -> str:
    return f"allowance:{one.body['who']}:{one.body['period']}" if one.op == "allow" else one.key


def _meant(key: str) -> str:
    """The key a client gave, of the one that is there: the forgetful control makes others of it."""
    return ":".join(key.split(":")[:3])


async def _nothing_more(journal: Journal, owner: RawConnection, judgement: Judgement) -> None:
    """I6: nothing is there that nobody was told of. Sums cannot see that; only who asked can."""
    of_moves = "SELECT DISTINCT key FROM transfers WHERE hold_id IS NULL AND kind <> 'expiry' AND key NOT LIKE 'load:%'"
    moves = [row[0] for row in await owner.fetch(of_moves)]
    holds = [row[0] for row in await owner.fetch("SELECT key FROM holds WHERE key NOT LIKE 'load:%'")]
    of_posted = "SELECT id FROM holds WHERE state = 'posted' AND key NOT LIKE 'load:%'"
    posted = [str(row[0]) for row in await owner.fetch(of_posted)]
    wrong: list[str] = []
    for there, wanted in (
        ([_meant(key) for key in moves], {_key(one) for one in journal.done(*_MOVES)}),
        ([_meant(key) for key in holds], {one.key for one in journal.done("hold")}),
        (posted, {one.body["hold"] for one in journal.done("post")}),
    ):
        counted = Counter(there)
        wrong += [f"{key} is there and nobody was told of it" for key in counted.keys() - wanted]
        wrong += [f"{key} was carried out {times} times" for key, times in counted.items() if times > 1]
        wrong += [f"{key} is missing" for key in wanted - counted.keys()]
    judgement.see("I6", len(moves) + len(holds), wrong)


async def _again(bank: Bank, judgement: Judgement, most: int) -> None:
    """I7: the same request gets the same answer, another one under the same key is refused."""
    done = bank.journal.done("buy", "hold", "take", "allow")
    step = max(len(done) // max(most, 1), 1)
    wrong: list[str] = []
    chosen = done[::step][:most]
    async with aiohttp.ClientSession() as session:
        for one in chosen:
            status, told = await _post(session, bank, one, one.body)
            if (status, told) != (200, one.answer):
                wrong.append(f"{one.op} {one.key}: first {one.answer}, then {told}")
            if one.op == "allow":
                continue
            status, told = await _post(session, bank, one, {**one.body, "amount": one.body["amount"] + 1})
            if (status, told.get("refused")) != (409, "key_reused"):
                wrong.append(f"{one.op} {one.key}: asked for more under the same key: {status} {told}")
    judgement.see("I7", 2 * len(chosen), wrong)


async def _post(
    session: aiohttp.ClientSession, bank: Bank, one: Intent, body: Mapping[str, Any]
) -> tuple[int, dict[str, Any]]:
    async with session.post(f"{bank.url}/do", json={"op": one.op, **body}) as answer:
        return answer.status, await answer.json()


async def look(owner: RawConnection, reads: Reads, known: set[UUID]) -> None:
    """One look at all balances: Jepsen's bank, whose total never changes and which nobody leaves below zero."""
    rows = await owner.fetch("SELECT user_id, kind, balance, held FROM wallets")
    reads.count += 1
    total = sum(row[2] for row in rows)
    if total:
        reads.wrong.append(f"read {reads.count}: the total was {total}")
    for user_id, kind, balance, held in rows:
        if balance is None or (kind != "issued" and balance < 0) or not 0 <= held <= max(balance, 0):
            reads.wrong.append(f"read {reads.count}: a {kind} wallet had {balance}, {held} held")
        if user_id is not None and user_id not in known:
            reads.wrong.append(f"read {reads.count}: nobody knows {user_id}")
