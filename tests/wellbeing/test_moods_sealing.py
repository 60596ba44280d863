"""Sealing per person: whose key opens what, what a change of the house's key does, and that nothing is in the clear."""

import asyncio
import secrets
from base64 import b64encode
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.local.keyring import rotate
from bot.services.keys.vault import TamperedError, UnknownKeyError, Vault, VaultError
from bot.services.people.drafts import ProfileDraft
from bot.services.people.profiles import Profiles
from bot.services.talk.stores import Webhooks
from bot.services.wellbeing.entries import CheckInDraft
from bot.services.wellbeing.moods import Moods
from bot.services.wellbeing.sealing import BLOCK, PersonSeal, PersonSeals, Rotated
from bot.settings import Settings
from db.engine import connection_arguments
from db.queries.wellbeing import moods as queries
from db.raw import connect
from db.work import Actor, Database
from tests.fakes.clock import FakeClock
from tests.wellbeing.moodcraft import KEY, diary
from tests.wellbeing.searching import everywhere

OTHER = KEY[::-1]
CANARY = "quetzal-teapot-71"


@given(st.text(), st.binary(min_size=1, max_size=40))
@settings(deadline=None)
def test_what_was_sealed_opens_in_its_place_alone(words: str, place: bytes) -> None:
    seal, sealed = PersonSeal(KEY), PersonSeal(KEY).seal(words.encode().rstrip(b" "), place)
    assert seal.open(sealed, place) == words.encode().rstrip(b" ")
    assert (len(sealed) - 29) % BLOCK == 0
    for wrong in (place + b"x", b""):
        with pytest.raises(TamperedError):
            seal.open(sealed, wrong)
    with pytest.raises(TamperedError):
        PersonSeal(OTHER).open(sealed, place)
    at = len(sealed) // 2
    with pytest.raises(TamperedError):
        seal.open(sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :], place)


def test_short_and_long_notes_of_one_block_look_alike() -> None:
    seal = PersonSeal(KEY)
    assert len(seal.seal(b"x", b"here")) == len(seal.seal(b"x" * BLOCK, b"here"))
    assert seal.seal(b"x", b"here") != seal.seal(b"x", b"here")
    assert seal.fingerprint(b"a", b"bc") == seal.fingerprint(b"a", b"bc") != seal.fingerprint(b"ab", b"c")
    assert PersonSeal(OTHER).fingerprint(b"a", b"bc") != seal.fingerprint(b"a", b"bc")
    for nothing in (b"", b"\x01" + b"\x00" * 27, b"\x02" + b"\x00" * 40):
        with pytest.raises(VaultError):
            seal.open(nothing, b"here")
    with pytest.raises(VaultError):
        PersonSeal(b"short")


async def test_two_devices_make_one_key(database: Database, clock: FakeClock) -> None:
    robin = await diary(database, clock)
    seals = PersonSeals(Vault([KEY]))

    async def sealed() -> bytes:
        async with database.work(robin.me) as work:
            return (await seals.for_writing(work, robin.id)).seal(b"words", b"here")

    made = await asyncio.gather(*(sealed() for _ in range(4)))
    async with database.work(robin.me) as work:
        seal = await seals.of(work, robin.id)
    assert seal is not None
    assert {seal.open(one, b"here") for one in made} == {b"words"}


async def test_another_persons_key_cannot_be_put_in_place(database: Database, clock: FakeClock) -> None:
    robin = await diary(database, clock)
    sasha = await diary(database, clock, discord_id=502, moods=robin.moods)
    await robin.add("sad")
    await sasha.add("happy")
    async with database.work(sasha.me) as work:
        hers = await queries.key(work.session, sasha.id)
    assert hers is not None
    with pytest.raises(TamperedError):
        PersonSeals(Vault([KEY])).opened(robin.id, hers)


async def test_the_house_changes_its_key(database: Database, clock: FakeClock) -> None:
    robin = await diary(database, clock)
    kept = await robin.add(CheckInDraft("sad", note=CANARY))
    async with database.work(robin.me) as work:
        await robin.moods.add_mood(work, robin.id, name="Fizzy", score=4)
    await Webhooks(database, Vault([KEY])).put(500, 1, 900, "a token")
    both, new = Vault([OTHER, KEY]), Vault([OTHER])
    assert await PersonSeals(new).rotate(database) == Rotated(0, 1)
    assert await PersonSeals(both).rotate(database) == Rotated(1, 0)
    assert await PersonSeals(both).rotate(database) == Rotated(0, 0)
    assert await Webhooks(database, both).rotate() == 1
    assert await Webhooks(database, both).rotate() == 0
    assert await Webhooks(database, new).get(500) == (900, "a token")
    after = Moods(clock, new)
    async with database.work(robin.me) as work:
        assert (await after.one(work, robin.id, kept.id)).note == CANARY
        assert [one.name for one in (await after.choices(work, robin.id)).own_moods] == ["Fizzy"]
        held = await queries.key(work.session, robin.id)
    assert held is not None
    with pytest.raises(UnknownKeyError):
        PersonSeals(Vault([KEY])).opened(robin.id, held)


async def test_keys_with_which_nothing_is_sealed_go(database: Database, clock: FakeClock) -> None:
    robin = await diary(database, clock)
    idle = await diary(database, clock, discord_id=502, opted_in=False)
    await robin.add("sad")
    async with database.work(idle.me) as work:
        await idle.moods.seals.for_writing(work, idle.id)
    async with database.work(Actor.job("retention")) as work:
        assert await queries.purge_keys(work.session) == 1
        assert await queries.purge_keys(work.session) == 0
    assert len(await robin.all()) == 1


async def test_nothing_that_was_said_stands_in_any_column(database: Database, clock: FakeClock, owner_url: str) -> None:
    robin = await diary(database, clock)
    async with database.work(robin.me) as work:
        await robin.moods.add_mood(work, robin.id, name=f"m {CANARY}", score=4)
        choices = await robin.moods.add_activity(work, robin.id, name=f"a {CANARY}", group=f"g {CANARY}")
    await robin.add(
        CheckInDraft(
            choices.own_moods[0].id,
            activities=[f"a {CANARY}"],
            tags=[f"t {CANARY}"],
            triggers=[f"r {CANARY}"],
            title=f"h {CANARY}",
            note=f"n {CANARY}",
        ),
        once=f"once {CANARY}",
    )
    assert await everywhere(owner_url, CANARY) == []
    async with database.work(robin.me) as work:
        told = ProfileDraft(description=f"in the open: {CANARY}")
        await Profiles().edit(work, robin.id, told)
    assert await everywhere(owner_url, CANARY) == ["profiles.description"], "the control: what is in the open is found"


async def test_no_file_of_the_database_holds_a_note_in_the_clear(
    database: Database, clock: FakeClock, owner_url: str
) -> None:
    """Proof 3: neither the tables' files nor the write-ahead log. The control, a plain column, is found in both."""
    # Of this test's own: the write-ahead log is the whole server's.
    canary, control = secrets.token_hex(12), secrets.token_hex(12)
    robin = await diary(database, clock)
    for number in range(20):
        await robin.add(CheckInDraft("sad", note=f"{canary} {number}", tags=[canary]), once=str(number))
    kept = (await robin.all())[0]
    async with database.work(robin.me) as work:
        await robin.moods.edit(work, robin.id, kept.id, CheckInDraft("sad", note=f"changed {canary}"))
        await Profiles().edit(work, robin.id, ProfileDraft(description=control))
    owner = await connect(connection_arguments(owner_url, as_owner=True))
    try:
        await owner.execute("CHECKPOINT")
        folder = Path(str(await owner.fetchval("SHOW data_directory")))
        number = await owner.fetchval("SELECT oid::text FROM pg_database WHERE datname = current_database()")
    finally:
        await owner.close()

    def holding(word: str) -> set[str]:
        files = [*(folder / "base" / str(number)).iterdir(), *(folder / "pg_wal").glob("0*")]
        return {one.parent.parent.name or one.parent.name for one in files if word.encode() in one.read_bytes()}

    found = await asyncio.to_thread(holding, control)
    assert len(found) == 2, f"the control stands in base and in pg_wal: {found}"
    assert await asyncio.to_thread(holding, canary) == set()


async def test_the_command_says_what_it_sealed_anew(
    database: Database, clock: FakeClock, owner_url: str, tmp_path: Path
) -> None:
    robin = await diary(database, clock)
    await robin.add("sad")

    def settings_with(*keys: bytes) -> Settings:
        secret = ",".join(b64encode(key).decode() for key in keys)
        return Settings(_env_file=None, database_url=owner_url, data_dir=tmp_path, secret_key=secret)  # type: ignore[call-arg]

    lines: list[str] = []
    assert not await rotate(settings_with(OTHER), tell=lines.append)
    assert "Add that key behind the others in SECRET_KEY" in lines[-1]
    assert await rotate(settings_with(OTHER, KEY), tell=lines.append)
    assert "the keys of 1 people" in "\n".join(lines)
    assert await rotate(settings_with(OTHER), tell=lines.append)
    for key in (OTHER, KEY):
        assert b64encode(key).decode() not in "\n".join(lines)
