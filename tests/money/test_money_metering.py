"""A reply costs who asked for it: kept back before the model is asked, paid with its words, let go where none come."""

import asyncio
from collections.abc import AsyncIterator, Callable
from uuid import UUID

import pytest
from sqlalchemy import text

from bot.errors import Down, NotAllowed, NotFound
from bot.ports import NO_RIGHTS, Finished, Usage
from bot.services.money.ledger import Ledger
from bot.services.money.metering import Metering
from bot.services.money.plans import Plans
from bot.services.talk.running import Interruption
from db.models import TransferKind
from db.work import Actor, Database
from tests.money.bankcraft import JOB, Bank, as_owner
from tests.services.stagecraft import PARLOUR, ROBIN, SASHA, FakeModels, Program, StillClock, make, said, summon, until

Start = Callable[..., Program]


class Till:
    """A program whose replies are metered, and the bank of its people."""

    def __init__(self, program: Program, meter: Metering, character: UUID) -> None:
        self.program = program
        self.meter = meter
        self.character = character
        self.bank = Bank(program.database, program.clock, Ledger(program.clock))  # type: ignore[arg-type]

    async def user(self, who=ROBIN) -> UUID:
        return await self.program.people.arrive(who)

    async def say(self, words: str, **more) -> None:
        await self.program.turns.hear(said(words, **more))
        await self.program.turns.idle()


@pytest.fixture
async def till_of(start: Start, database: Database) -> AsyncIterator[Callable]:
    opened: list[Program] = []

    async def open_till(*script, is_charged: bool = True, has_plans: bool = False) -> Till:
        meter = Metering(database, StillClock(), is_charged=is_charged, has_plans=has_plans)
        program = start(FakeModels(*script), meter=meter)
        await program.listening.start()
        opened.append(program)
        character = await make(program)
        await summon(program, character)
        return Till(program, meter, character)

    yield open_till
    for program in opened:
        await program.crash()


async def test_a_reply_takes_what_it_took_and_no_more(till_of: Callable) -> None:
    till = await till_of()
    robin = await till.user()
    await till.bank.paid(robin, 5_000)
    await till.say("Good evening, Mira!")
    assert till.program.channels.texts()[-1] == ("Mira", "Well met.")
    balance = await till.bank.balance(robin)
    assert (balance.free, balance.held) == (4_985, 0), "ten tokens in and five out, as the model said"
    async with till.program.database.work(Actor.user(robin)) as work:
        page = await till.bank.ledger.history(work, robin, kind=TransferKind.REPLY)
        (turn_id,) = await work.session.scalars(text("SELECT id FROM turns WHERE kind = 'reply'"))
    assert [(one.amount, one.about) for one in page.rows] == [(-15, turn_id)]
    await till.bank.assert_sound()


async def test_what_the_model_does_not_report_is_counted_and_never_nothing(till_of: Callable) -> None:
    till = await till_of(
        ["Well met, traveller.", Finished("stop", Usage(None, None, None), "scripted", "parrot", 1, 2)]
    )
    robin = await till.user()
    await till.bank.paid(robin, 5_000)
    await till.say("Good evening, Mira!")
    prompt = till.program.models.asked[-1].prompt
    assert (await till.bank.balance(robin)).free == 5_000 - prompt.tokens - 3


async def test_who_has_too_little_is_told_alone_and_no_model_is_asked(till_of: Callable) -> None:
    till = await till_of()
    robin = await till.user()
    await till.bank.paid(robin, 100)
    heard = said("Good evening, Mira!")
    await till.program.turns.hear(heard)
    await till.program.turns.idle()
    assert not till.program.models.asked
    (remark,) = till.program.channels.remarks
    assert remark[2] == "No answer to this one. The button tells whoever wrote it why, and nobody else."
    (button,) = till.program.channels.buttons
    assert button.message_id == heard.message_id
    held = till.program.turns.held_back
    reason = await held.reason(heard.message_id, ROBIN.discord_id)
    told = reason.sentence.format(**reason.values)
    need = reason.values["need"]
    assert f"takes up to {need} tokens, and you have 100 to spend" in told
    assert isinstance(need, int)
    assert need > 800
    for somebody, kind in ((SASHA, NotAllowed), (ROBIN, NotFound)):
        with pytest.raises((kind, NotFound)):
            await held.reason(heard.message_id + (somebody is ROBIN), somebody.discord_id)
    await till.bank.paid(robin, 5_000)
    assert "gone by now" in (await held.reason(heard.message_id, ROBIN.discord_id)).sentence
    assert (await till.bank.balance(robin)).held == 0
    await till.bank.assert_sound()


async def test_the_line_is_said_once_a_minute_and_not_for_what_nobody_asked(till_of: Callable) -> None:
    till = await till_of()
    await till.user()
    for number in range(3):
        await till.say(f"Good evening, Mira! {number}")
    assert len(till.program.channels.remarks) == 1


@pytest.mark.parametrize("failure", [Down("away", provider="scripted"), ValueError("a bug")])
async def test_a_reply_that_does_not_come_costs_nothing(till_of: Callable, failure: Exception) -> None:
    till = await till_of([failure], [failure])
    robin = await till.user()
    await till.bank.paid(robin, 5_000)
    await till.say("Good evening, Mira!")
    balance = await till.bank.balance(robin)
    assert (balance.free, balance.held) == (5_000, 0)
    await till.bank.assert_sound()


async def test_two_at_once_cannot_spend_the_same_tokens(till_of: Callable) -> None:
    gate = asyncio.Event()
    till = await till_of([gate.wait, "First."], ["Second."])
    await summon(till.program, till.character, place=PARLOUR)
    robin = await till.user()
    await till.bank.paid(robin, 1_400)
    await till.program.turns.hear(said("Mira, one!"))
    await until(lambda: till.program.models.asked)
    assert (await till.bank.balance(robin)).held > 800
    elsewhere = said("Mira, two!", place=PARLOUR)
    await till.program.turns.hear(elsewhere)
    await until(lambda: till.program.channels.buttons)
    gate.set()
    await till.program.turns.idle()
    assert len(till.program.models.asked) == 1
    assert [one.message_id for one in till.program.channels.buttons] == [elsewhere.message_id]
    balance = await till.bank.balance(robin)
    assert (balance.free, balance.held) == (1_385, 0)
    await till.bank.assert_sound()


async def test_a_reply_stopped_by_who_asked_is_paid_as_far_as_it_came(till_of: Callable) -> None:
    gate = asyncio.Event()
    till = await till_of(["One two three ", gate.wait, "four."])
    robin = await till.user()
    await till.bank.paid(robin, 5_000)
    await till.program.turns.hear(said("Mira, count!"))
    await until(lambda: till.program.stage.shown)
    (running,) = till.program.turns._answering.all_running()
    assert running.interrupt(Interruption.STOPPED)
    await till.program.turns.idle()
    prompt = till.program.models.asked[-1].prompt
    assert (await till.bank.balance(robin)).free == 5_000 - prompt.tokens - 3
    await till.bank.assert_sound()


async def test_after_a_crash_the_turn_pays_once(
    till_of: Callable,
    start: Start,
    database: Database,
    owner_url: str,
) -> None:
    gate = asyncio.Event()
    till = await till_of([gate.wait, "Never."])
    robin = await till.user()
    await till.bank.paid(robin, 5_000)
    await till.program.turns.hear(said("Mira!"))
    await until(lambda: till.program.models.asked)
    await till.program.crash()
    meter = Metering(database, StillClock(), is_charged=True, has_plans=False)
    again = start(FakeModels(), meter=meter)
    await again.listening.start()
    await again.turns.resume()
    await again.turns.idle()
    assert again.channels.texts()[-1] == ("Mira", "Well met.")
    balance = await till.bank.balance(robin)
    assert (balance.free, balance.held) == (4_985, 0), "what the first run kept back is free again"
    await till.bank.assert_sound()
    await again.crash()


async def test_worded_again_it_costs_again_and_whoever_wants_it_so(till_of: Callable) -> None:
    till = await till_of()
    robin = await till.user()
    await till.bank.paid(robin, 5_000)
    await till.say("Good evening, Mira!")
    async with till.program.database.work(Actor.user(robin)) as work:
        (turn_id,) = await work.session.scalars(text("SELECT id FROM turns WHERE kind = 'reply'"))
    await till.program.control.regenerate(turn_id, robin, NO_RIGHTS)
    await till.program.turns.idle()
    assert (await till.bank.balance(robin)).free == 4_970
    await till.bank.assert_sound()


async def test_where_answers_cost_nothing_the_plan_still_counts_them(
    till_of: Callable, database: Database, owner_url: str
) -> None:
    await Plans(StillClock()).seed(database)
    await as_owner(owner_url, "UPDATE plans SET limits = limits || '{\"messages_per_month\": 2}' WHERE is_default")
    till = await till_of(is_charged=False, has_plans=True)
    robin = await till.user()
    heard = [said(f"Mira {number}!") for number in range(3)]
    for one in heard:
        await till.program.turns.hear(one)
        await till.program.turns.idle()
    assert len(till.program.models.asked) == 2
    reason = await till.program.turns.held_back.reason(heard[2].message_id, ROBIN.discord_id)
    assert "includes 2 answers a month, and you had 2" in reason.sentence.format(**reason.values)
    assert (await till.bank.balance(robin)).free == 0
    async with database.work(Actor.user(robin)) as work:
        assert await work.session.scalar(text("SELECT used FROM usage_counters WHERE counter = 'messages'")) == 2


async def test_the_months_tokens_come_with_the_first_reply(
    till_of: Callable, database: Database, owner_url: str
) -> None:
    await Plans(StillClock()).seed(database)
    await as_owner(owner_url, "UPDATE plans SET token_allowance = 3000 WHERE is_default")
    till = await till_of(has_plans=True)
    robin = await till.user()
    for number in range(2):
        await till.say(f"Mira {number}!")
    balance = await till.bank.balance(robin)
    assert (balance.promo, balance.paid) == (3_000 - 30, 0)
    await till.bank.assert_sound()
    await as_owner(owner_url, "UPDATE plans SET token_allowance = 5 WHERE is_default")
    async with database.work(JOB) as work:
        await till.bank.ledger.take(work, robin, 2_900, "gone")
    heard = said("Mira, and now?", message_id=77_000)
    await till.program.turns.hear(heard)
    await till.program.turns.idle()
    reason = await till.program.turns.held_back.reason(heard.message_id, ROBIN.discord_id)
    assert "Your plan gives 5 on " in reason.sentence.format(**reason.values)
