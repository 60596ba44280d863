"""A conversation that outgrows its prompts, through the whole program: a worker of its own sums it up."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from bot import limits
from bot.app import Program
from bot.providers.openai_models import Server
from bot.roles import Role
from bot.services.talk.conversations import Asking
from tests.fakes.scripted_provider import Heard, Say
from tests.whole.cafe import HurriedClock, Whole, slash, until


def wants_recap(heard: Heard) -> bool:
    return "Sum up a conversation" in str(heard.body["messages"][0]["content"])


def parrot(heard: Heard) -> Say:
    return Say("Robin counted lanterns." if wants_recap(heard) else "Another lantern.")


@pytest.fixture
async def worker(here: Whole) -> AsyncIterator[Program]:
    """A process of its own would run this beside the gateway's."""
    async with AsyncExitStack() as exits:
        server = Server("scripted", here.provider.base_url, "parrot", is_ours=True, context_tokens=16_000)
        program = Program(here.settings, server, exits=exits, role=Role.WORKER, clock=HurriedClock())
        await program.open()
        yield program


async def test_a_worker_sums_up_what_no_longer_fits_and_people_read_it(
    here: Whole, worker: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("HISTORY_LINES", 6), ("RECAP_KEPT_LINES", 2), ("RECAP_AFTER_LINES", 4)):
        monkeypatch.setattr(limits, name, value)
    here.provider.otherwise = parrot
    tavern = here.channel("tavern")
    await here.summon("robin", await here.make("robin", "Mirabel"), tavern)
    for number in range(5):
        await here.ask(("robin", f"Mirabel, lantern {number}?", tavern))
    await until(lambda: any(map(wants_recap, here.provider.requests)), "the worker asked for a recap")
    recap = next(one for one in here.provider.requests if wants_recap(one))
    assert "lantern 0" in str(recap.body["messages"])

    asking = Asking(await here.cafe.people.arrive(here.caller("robin")), here.place(tavern))
    async with asyncio.timeout(60):
        while not (told := await here.cafe.recaps.look(asking)).text:  # noqa: ASYNC110 - the worker is another program
            await asyncio.sleep(0.005)
    # Nobody asked for it, and the newest lines are left to be said as they are.
    assert (told.by, told.since > 0) == (None, True)
    shown = await slash(here, "robin", tavern, "conversation recap")
    assert "Robin counted lanterns." in str(shown.embeds)
    await here.ask(("robin", "Mirabel, and now?", tavern))
    assert "Robin counted lanterns." in str(here.provider.requests[-1].body["messages"])
