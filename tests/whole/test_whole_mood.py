"""Check-ins through the whole program: reminders by a worker without a gateway, a restart, closed letters."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from bot.app import Program
from bot.providers.openai_models import Server
from bot.roles import Role
from bot.services.wellbeing.consent import VERSION
from db.models import SaidIn
from db.work import Actor
from sandbox import trouble
from sandbox.world.models import Message
from tests.whole.cafe import HurriedClock, Whole, pressed, slash, until

EPHEMERAL = 64


async def opted_in(here: Whole, *, due: datetime) -> UUID:
    """Robin keeps check-ins, and wanted to be asked at this minute of every day."""
    async with here.cafe.people.at_work(here.caller("robin")) as (robin, work):
        await here.cafe.moods.opt_in(work, robin, version=VERSION, said_in=SaidIn.DISCORD)
        await here.cafe.reminders.add(work, robin, due.hour * 60 + due.minute)
        await work.session.execute(text("UPDATE mood_reminders SET next_at = :due"), {"due": due})
    return robin


def just_now() -> datetime:
    return datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=1)


@asynccontextmanager
async def a_worker(here: Whole) -> AsyncIterator[Program]:
    """Another process' part: jobs and their clock, without a gateway."""
    async with AsyncExitStack() as exits:
        server = Server("scripted", here.provider.base_url, "parrot", is_ours=True, context_tokens=16_000)
        worker = Program(here.settings, server, exits=exits, role=Role.WORKER, clock=HurriedClock())
        await worker.open()
        await worker.connect()
        yield worker


async def press(here: Whole, by: str, message: Message, custom_id: str) -> Message:
    return await pressed(here, by, message.channel_id, 3, {"component_type": 2, "custom_id": custom_id}, on=message)


def custom_id(message: Message, label: str) -> str:
    """The button of a panel or a plain message that has this label."""
    return next(one["custom_id"] for one in _pieces(message.components) if one.get("label") == label)


def told(message: Message | None) -> str:
    assert message is not None
    return "\n".join(str(one["content"]) for one in _pieces(message.components) if "content" in one)


def _pieces(components: object) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for one in components if isinstance(components, list) else []:
        found += [one, *_pieces(one.get("components"))]
    return found


async def test_a_worker_reminds_and_the_button_still_works_after_a_restart(here: Whole) -> None:
    robin = await opted_in(here, due=just_now())
    letters = here.letters("robin")
    async with a_worker(here):
        await until(lambda: here.sandbox.world.history(letters.id), "the reminder is written")
    (letter,) = here.sandbox.world.history(letters.id)
    assert letter.content.startswith("You asked to be reminded.")
    assert not letter.mentions
    await here.restart()
    asked = await press(here, "robin", letter, custom_id(letter, "Check in"))
    assert asked.flags & EPHEMERAL
    assert "How are you?" in told(asked)
    await here.restart()
    await press(here, "robin", asked, custom_id(asked, "🙂 Good"))
    await until(lambda: "Saved: **🙂 Good**" in told(here.sandbox.world.whispers.get(asked.id)), "the press is saved")
    async with here.program.database.work(Actor.user(robin)) as work:
        (entry,) = await here.cafe.moods.everything(work, robin)
    assert entry.mood.id == "good"
    # Only Robin has a letter, and it says nothing of what came of it.
    assert [one.content for one in here.sandbox.world.history(letters.id)] == [letter.content]


async def test_closed_letters_end_reminders_and_that_is_said(here: Whole) -> None:
    trouble.cause(here.sandbox.core, "close_direct", user_id=here.sandbox.person("robin").id)
    robin = await opted_in(here, due=just_now())
    async with a_worker(here) as worker:
        refused: list[datetime] = []

        async def look() -> None:
            async with worker.database.work(Actor.user(robin)) as work:
                refused.extend(one.refused_at for one in await here.cafe.reminders.all(work, robin) if one.refused_at)

        for _ in range(2000):
            await look()
            if refused:
                break
    assert refused
    assert here.sandbox.world.history(here.letters("robin").id) == []
    shown = await slash(here, "robin", here.channel("tavern"), "mood remind")
    assert shown.flags & EPHEMERAL
    assert "Discord let no direct message through to you" in told(shown)
    assert custom_id(shown, "Switch on again")
