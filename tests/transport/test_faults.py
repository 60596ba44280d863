"""Many replies, every kind of fault, crashes in between: the channel ends with each reply once, whole and in order."""

import asyncio
import random
from uuid import UUID, uuid4

import aiohttp
import discord
import pytest

from bot.transport.chunking import split
from bot.transport.harmless import harmless
from bot.transport.lookback import Lookback
from bot.transport.marks import marks_in
from bot.transport.performance import LivePerformance
from tests.transport.hall import Hall, Notes, hall
from tests.transport.meddler import break_off, limit, lose_answer, refuse_to_work

FAULTS = [lose_answer, break_off, refuse_to_work, limit(0.7)]
REPLIES_PER_SEED = 6


def prose(rng: random.Random) -> str:
    words = rng.choice([12, 60, 450, 900])
    spaces = [" ", " ", " ", ". ", "\n", "\n\n", " ```py\n", "\n```\n"]
    return "".join(rng.choice(["kettle", "steam", "lantern", "ok", "tea"]) + rng.choice(spaces) for _ in range(words))


async def calm(here: Hall) -> None:
    """Until the sandbox has dealt with everything that was on its way, even for somebody who is gone."""
    quiet = 0
    while quiet < 25:
        await asyncio.sleep(0)
        quiet = 0 if here.meddler.busy or here.executor.in_flight else quiet + 1


def meddle(here: Hall, rng: random.Random) -> None:
    for method in ("POST", "PATCH"):
        for _ in range(rng.choice([0, 1, 1, 2])):
            here.meddler.play(method, "/webhooks/", rng.choice(FAULTS))


async def crash(performance: LivePerformance) -> None:
    task = performance._stream.task  # pyright: ignore[reportPrivateUsage]
    if task is not None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def remembered(notes: Notes) -> tuple[dict[int, int], frozenset[int]]:
    """What a part log in a database would say after the crash."""
    known = {number: message_id for what, number, message_id in notes.events if what == "opened" and message_id}
    return known, frozenset(number for what, number, _ in notes.events if what == "opening") - known.keys()


async def reply(here: Hall, rng: random.Random, turn_id: UUID, text: str) -> None:
    notes = Notes()
    for crashes in range(rng.choice([0, 1, 2]), -1, -1):
        known, unsure = remembered(notes)
        scene = here.scene(turn_id=turn_id, known=known, unsure=unsure)
        performance = here.perform(scene, notes)
        for share in sorted(rng.random() for _ in range(rng.choice([0, 1, 3]))):
            performance.show(text[: int(len(text) * share)])
            for _ in range(rng.randrange(60)):
                await asyncio.sleep(0)
        if crashes:
            await crash(performance)
            await calm(here)
        else:
            await performance.finish(text)


@pytest.mark.parametrize("number", range(12))
async def test_every_reply_stands_once_whole_and_in_order(number: int, seed: int) -> None:
    rng = random.Random(f"{seed} {number}")
    async with hall() as here:
        await here.speaker.webhook(here.place)
        expected: list[str] = []
        for _ in range(REPLIES_PER_SEED):
            here.meddler.tricks.clear()
            meddle(here, rng)
            text = prose(rng)
            await reply(here, rng, uuid4(), text)
            await calm(here)
            expected += split(harmless(text))
        assert [message.content for message in here.said] == [content.strip() for content in expected]
        assert sum(bool(marks_in(message.components)) for message in here.said) == REPLIES_PER_SEED


async def test_control_without_looking_back_a_lost_answer_shows_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    async def blind(*_: object, **__: object) -> dict[int, list[int]]:
        return {}

    monkeypatch.setattr(Lookback, "parts", blind)
    async with hall() as here:
        await here.speaker.webhook(here.place)
        here.meddler.play("POST", "/webhooks/", lose_answer)
        await here.perform().finish("Only once, please.")
        assert len(here.said) == 2


async def test_control_discordpys_own_sender_shows_a_lost_answer_twice() -> None:
    """Why there is an executor of our own."""
    async with hall() as here, aiohttp.ClientSession() as session:
        hook = await here.speaker.webhook(here.place)
        here.meddler.play("POST", "/webhooks/", lose_answer)
        await discord.Webhook.partial(hook.id, hook.token, session=session).send("Only once, please.", wait=True)
        assert len(here.said) == 2
