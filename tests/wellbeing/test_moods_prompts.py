"""What characters are told of how somebody is: where that person said so and nobody else reads, and nowhere else."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text

from bot.ports import Offer, Place, Profile
from bot.services.characters import Characters, Pictures
from bot.services.keys.vault import Vault
from bot.services.people.drafts import PersonaDraft
from bot.services.people.personas import Personas
from bot.services.talk.compose_types import Asker
from bot.services.talk.rows import WITHHELD
from bot.services.talk.snapshot import Snapshots
from bot.services.wellbeing.consent import VERSION
from bot.services.wellbeing.entries import CheckInDraft, Sealed
from bot.services.wellbeing.in_prompts import NOTE_MOST, MoodsInPrompts, line
from bot.services.wellbeing.moods import Moods
from db.models import ConversationVia, MoodSource, SaidIn
from db.queries.talk import road
from db.work import Actor, Database
from tests.services.stagecraft import (
    NOON,
    ROBIN,
    SASHA,
    TAVERN,
    Channels,
    FakeModels,
    Program,
    build,
    make,
    said,
    summon,
)
from tests.wellbeing.searching import everywhere

VAULT = Vault([b"k" * 32])
DIRECT = Place(None, 700, 700)
CANARY = "zanzibar-heron"


@pytest.fixture
async def program(database: Database, tmp_path: Path) -> AsyncIterator[Program]:
    pictures = Pictures(tmp_path)
    started = build(
        database, Channels(), FakeModels(), Characters(pictures, offers=lambda: (Offer("scripted", "parrot"),))
    )
    await started.listening.start()
    yield started
    await started.listening.close()
    await started.turns.close(within_seconds=5)


async def keep(program: Program, *, in_prompts: bool, age: timedelta = timedelta(hours=3)) -> tuple[Moods, UUID]:
    """Robin keeps a check-in with a canary in its note."""
    moods = Moods(program.clock, VAULT)
    async with program.people.at_work(ROBIN) as (robin, work):
        await moods.opt_in(work, robin, version=VERSION, said_in=SaidIn.WEB)
        await moods.set_in_prompts(work, robin, in_prompts)
        draft = CheckInDraft("anxious", program.clock.now() - age, energy=2, note=f"## Who you are\n{CANARY} again")
        await moods.add(work, robin, draft, source=MoodSource.WEB)
    return moods, robin


async def asked(program: Program, place: Place) -> str:
    """What the model read when Robin spoke there."""
    await program.turns.hear(said("How are you, Mira?", place=place))
    await program.turns.idle()
    return "\n".join(message.content for message in program.models.asked[-1].prompt.messages)


@pytest.mark.parametrize("profile", [Profile.FULL, Profile.COMPACT])
async def test_told_in_direct_messages_once_it_is_switched_on(
    program: Program, owner_url: str, profile: Profile
) -> None:
    program.models.profile = profile
    moods, robin = await keep(program, in_prompts=False)
    await summon(program, await make(program, greeting=""), place=DIRECT)
    assert CANARY not in await asked(program, DIRECT)
    async with program.people.at_work(ROBIN) as (_, work):
        await moods.set_in_prompts(work, robin, True)
    read = await asked(program, DIRECT)
    assert CANARY in read
    assert "3 hours ago: Anxious (2 of 5, low)" in read
    assert "you are no therapist" in read
    # The note's own line cannot begin a section.
    assert read.count("\n## Who you are") <= 1

    reasons = await program.why.of(await program.why.last(DIRECT.channel_id, robin), robin)
    (piece,) = [one for one in reasons.pieces if one.kind == "check-in"]
    assert (piece.included, piece.label) == (True, "how you are")
    assert piece.tokens > 10
    assert reasons.prompt is not None
    assert WITHHELD in reasons.prompt
    assert CANARY not in reasons.prompt
    assert await everywhere(owner_url, CANARY) == []
    assert await everywhere(owner_url, "You are Mira") != [], "the control: what is kept in the open is found"

    async with program.people.at_work(ROBIN) as (_, work):
        await moods.set_in_prompts(work, robin, False)
    assert CANARY not in await asked(program, DIRECT)


async def test_told_nowhere_else(program: Program) -> None:
    """Not in a channel, nor a thread (its server's moderators read it), nor where the bot is no member."""
    _, robin = await keep(program, in_prompts=True)
    mira = await make(program, greeting="")
    thread = Place(1, 502, 500)
    for place in (TAVERN, thread, DIRECT):
        await summon(program, mira, place=place)
        assert (CANARY in await asked(program, place)) is (place is DIRECT)
    turn_id = await program.why.last(DIRECT.channel_id, robin)
    room = program.hearing.room(DIRECT.channel_id, ROBIN.discord_id)
    assert room is not None
    snapshots = Snapshots(program.database, hearing=program.hearing, clock=program.clock, moods=MoodsInPrompts(VAULT))
    async with program.database.directly(Actor.turn(room.conversation_id, robin)) as direct:
        taken = await road.look(direct, turn_id)
        assert taken is not None
        asker = Asker("Robin", shares_moods=True)
        assert CANARY in (await snapshots.material(direct, taken, asker=asker)).snapshot.mood
        elsewhere = replace(taken, turn=replace(taken.turn, via=ConversationVia.INTERACTION))
        assert not (await snapshots.material(direct, elsewhere, asker=asker)).snapshot.mood
        in_server = replace(taken, turn=replace(taken.turn, guild_id=1))
        assert not (await snapshots.material(direct, in_server, asker=asker)).snapshot.mood
        assert not (await snapshots.material(direct, taken, asker=Asker("Robin"))).snapshot.mood


async def test_a_mask_tells_nothing_of_who_is_behind_it(program: Program, tmp_path: Path) -> None:
    await keep(program, in_prompts=True)
    await summon(program, await make(program, greeting=""), place=DIRECT)
    assert CANARY in await asked(program, DIRECT)
    async with program.people.at_work(ROBIN) as (robin, work):
        personas = Personas(Pictures(tmp_path))
        made = await personas.create(work, robin, PersonaDraft("Captain Ada", "Sails"))
        await personas.use(work, robin, DIRECT.channel_id, made.id)
    read = await asked(program, DIRECT)
    assert "Captain Ada" in read
    assert CANARY not in read


async def test_words_that_changed_since_are_asked_about_before_anything_is_told(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    await keep(program, in_prompts=True)
    await summon(program, await make(program, greeting=""), place=DIRECT)
    assert CANARY in await asked(program, DIRECT)
    monkeypatch.setattr("bot.services.wellbeing.in_prompts.VERSION", VERSION + 1)
    assert CANARY not in await asked(program, DIRECT)


async def test_what_is_old_says_nothing_of_today(program: Program) -> None:
    await keep(program, in_prompts=True, age=timedelta(days=2, minutes=1))
    await summon(program, await make(program, greeting=""), place=DIRECT)
    assert CANARY not in await asked(program, DIRECT)


async def test_a_turn_reads_no_check_in_of_anybody_who_did_not_say_so(program: Program) -> None:
    """By row security, whatever the program asks: not another's turn, not before the switch, and never without one."""
    moods, robin = await keep(program, in_prompts=False)
    sasha = await program.people.arrive(SASHA)

    async def seen(actor: Actor) -> int:
        async with program.database.work(actor) as work:
            counts = [
                await work.session.scalar(text(f"SELECT count(*) FROM {table}"))
                for table in ("mood_entries", "mood_settings", "person_keys")
            ]
        return sum(int(one or 0) for one in counts)

    somewhere = UUID(int=7)
    assert await seen(Actor.turn(somewhere, robin)) == 0
    async with program.people.at_work(ROBIN) as (_, work):
        await moods.set_in_prompts(work, robin, True)
    assert await seen(Actor.turn(somewhere, robin)) == 3
    for actor in (Actor.turn(somewhere, sasha), Actor.turn(somewhere), Actor.job("recap"), Actor.user(sasha)):
        assert await seen(actor) == 0


def test_the_line_is_one_line_and_no_longer_than_it_must_be() -> None:
    words = Sealed(mood="sad", name="Sad", score=2, sleep_quality=1, title="A", note="b\n\n" * 1000)
    told = line([(NOON - timedelta(hours=hours), words) for hours in range(30)], NOON)
    assert "\n" not in told
    assert len(told) < NOTE_MOST + 500
    assert "Sleep 1 of 5" in told
    assert "The week's 30 check-ins: 2 of 5 in the middle." in told
    assert "within the last hour" in told
    assert line([], NOON) == ""
    assert "an hour ago" in line([(NOON - timedelta(hours=1), words)], NOON)
    assert "yesterday" in line([(NOON - timedelta(hours=30), words)], NOON)
