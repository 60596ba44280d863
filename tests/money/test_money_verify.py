"""`ledger verify` finds every way in which a ledger can be wrong: each is made by hand, past the guards."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.services.money.verifying import verify
from db.engine import create_engine
from db.work import Actor
from tests.money.bankcraft import JOB, Bank, as_owner

WRONG = {
    "I1": "UPDATE wallets SET balance = balance + 1 WHERE kind = 'paid'",
    "I2": "UPDATE entries SET amount = amount + 1, balance_after = balance_after + 1 WHERE version = 1",
    "I2 chain": "UPDATE entries SET balance_after = balance_after + 1 WHERE version = 1",
    "I2 gap": "UPDATE entries SET version = version + 10 WHERE version = 2",
    "I3": "DELETE FROM entries WHERE amount < 0",
    "I3 side": "UPDATE transfers SET amount = amount + 1",
    "I3 hold": "UPDATE transfers SET hold_id = (SELECT id FROM holds WHERE state = 'voided') WHERE kind = 'reply'",
    "I4": "UPDATE entries SET balance_after = -1 WHERE amount < 0",
    "I6": "UPDATE transfers SET part = 1 WHERE kind = 'purchase'",
    "I7": "UPDATE transfers SET request_hash = '\\x00' WHERE kind = 'reply'",
    "I8": "UPDATE wallets SET held = held + 1 WHERE kind = 'paid'",
    "I8 parts": "UPDATE hold_parts SET amount = amount + 1",
    "I8 posted": "UPDATE holds SET posted = posted + 1 WHERE state = 'posted'",
    "I8 overdue": "UPDATE holds SET expires_at = '2020-01-01' WHERE state = 'pending'",
    "I9": "UPDATE transfers SET amount = amount * 100 WHERE kind = 'refund'",
    "I9 other": "UPDATE transfers SET credit_id = (SELECT min(id::text)::uuid FROM wallets WHERE kind = 'spent')"
    " WHERE kind = 'refund'",
    "I10": "UPDATE transfers SET period = 'same' WHERE kind = 'allowance'",
    "guards": "GRANT INSERT ON entries TO botcafe_app",
    "guards kept": "DROP TRIGGER entries_kept ON entries",
    "guards off": "ALTER TABLE transfers DISABLE TRIGGER transfers_kept",
    "guards whole": "DROP TRIGGER transfers_whole ON transfers",
}
"""By the promise that is broken: what breaks it."""


async def busy(bank: Bank) -> None:
    """A little of everything."""
    robin, ada = await bank.person(), await bank.person("Ada")
    bought = await bank.paid(robin, 1_000)
    await bank.given(robin, 10, days=3)
    for period in ("2026-05", "2026-06"):
        async with bank.database.work(JOB) as work:
            await bank.ledger.allow(work, robin, 5, period, bank.clock.now().replace(year=2027))
    await bank.post(robin, (await bank.hold(robin, 30)).id, 12)
    await bank.void(robin, (await bank.hold(robin, 3)).id)
    await bank.post(ada, (await bank.hold(robin, 100, to=ada)).id)
    await bank.hold(robin, 7)
    async with bank.database.work(JOB) as work:
        await bank.ledger.refund(work, bought.transfer_id, "back", 50)


@pytest.mark.parametrize("way", WRONG)
async def test_every_broken_promise_is_found(bank: Bank, owner_url: str, way: str) -> None:
    await busy(bank)
    await bank.assert_sound()
    engine = create_engine(owner_url, as_owner=True)
    async with engine.begin() as connection:
        await connection.execute(text("SET LOCAL session_replication_role = replica"))
        changed = await connection.execute(text(WRONG[way]))
        assert changed.rowcount != 0, "nothing was broken"
    await engine.dispose()
    verdict = await verify(bank.database, now=bank.clock.now(), is_durable=False)
    red = {check.name for check in verdict.checks if check.wrong}
    assert way.split()[0] in red, verdict.told()
    assert not verdict.is_sound
    assert "NOT sound" in verdict.told()
    assert all(check.examples for check in verdict.checks if check.wrong)


async def test_what_was_looked_at_is_counted(bank: Bank) -> None:
    await busy(bank)
    verdict = await verify(bank.database, now=bank.clock.now(), is_durable=False)
    looked = {check.name: check.looked for check in verdict.checks}
    assert list(looked) == ["I1", "I2", "I3", "I4", "I6", "I7", "I8", "I9", "I10", "guards"]
    assert looked["I2"] == 2 * looked["I3"]
    assert (looked["I8"], looked["I9"], looked["I10"]) == (4, 1, 2)
    assert "The ledger is sound." in verdict.told()


async def test_a_server_that_does_not_keep_its_word_is_named(bank: Bank) -> None:
    verdict = await verify(bank.database, now=bank.clock.now())
    (guards,) = [check for check in verdict.checks if check.name == "guards"]
    assert guards.wrong, "the tests' server is started without durability"
    assert "is off" in guards.examples[0]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE transfers SET amount = 1",
        "DELETE FROM transfers",
        "UPDATE entries SET amount = 1",
        "DELETE FROM entries",
        "TRUNCATE entries",
        "TRUNCATE transfers CASCADE",
    ],
)
async def test_what_was_written_down_stays_even_for_the_owner(bank: Bank, owner_url: str, statement: str) -> None:
    await busy(bank)
    with pytest.raises(DBAPIError, match="added to and never changed"):
        await as_owner(owner_url, statement)
    await bank.assert_sound()


async def test_half_a_transfer_is_refused_when_its_transaction_ends(bank: Bank, owner_url: str) -> None:
    await busy(bank)
    half = (
        "INSERT INTO transfers (id, key, part, request_hash, kind, debit_id, credit_id, amount, short, actor_kind)"
        " SELECT gen_random_uuid(), 'half', 0, '\\x00', 'spend', min(id::text)::uuid, max(id::text)::uuid, 5, 0, 'job'"
        " FROM wallets"
    )
    with pytest.raises(DBAPIError, match="is not whole"):
        await as_owner(owner_url, half)
    await bank.assert_sound()


async def test_the_program_itself_cannot_write(bank: Bank) -> None:
    await busy(bank)
    robin = await bank.person()
    for table in ("wallets", "transfers", "entries", "holds", "hold_parts"):
        for statement in (
            f"DELETE FROM {table}",
            f"UPDATE {table} SET amount = 1",
            f"INSERT INTO {table} DEFAULT VALUES",
        ):
            with pytest.raises(DBAPIError, match=r"permission denied|does not exist"):
                async with bank.database.work(Actor.user(robin)) as work:
                    await work.session.execute(text(statement))
    for function in ("ledger_move('k',0,'',''::text,NULL,NULL,1,NULL,NULL,NULL,NULL,0)", "ledger_enter(NULL)"):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with bank.database.work(JOB) as work:
                await work.session.execute(text(f"SELECT {function}"))
