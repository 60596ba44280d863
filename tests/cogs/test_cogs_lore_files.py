"""/lore book import and export, as people use them: a report, a choice where file and book differ, and refusals."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
import simcord

from bot import limits
from bot.services.lore.transfer.importing import JOB
from tests.cogs.conftest import Town
from tests.cogs.test_cogs_characters import last, words
from tests.cogs.test_cogs_lore import controls, panel
from tests.services.test_services_turns import rows


def world(**contents: str) -> bytes:
    some = {
        str(n): {"uid": n, "key": [name], "comment": name, "content": content, "automationId": "x"}
        for n, (name, content) in enumerate(contents.items())
    }
    return orjson.dumps({"entries": some, "name": "Harbour"})


async def bring(
    town: Town, data: bytes, by: simcord.MemberActor | None = None, **options: Any
) -> simcord.InteractionResult:
    actor = by or town.robin
    return await actor.slash(town.channel, "lore book import", file=("harbour.json", data), **options)


async def attached(result: simcord.InteractionResult) -> dict[str, bytes]:
    return {one.filename: await one.read() for one in last(result).attachments}


async def test_a_file_is_brought_in_with_a_report(town: Town) -> None:
    told = await bring(town, world(bell="It rings.", gate="It is shut."))
    assert "**Harbour** · brought in: 2 entries" in panel(told)
    assert "kept for export: 2" in panel(told)
    assert "#0 bell: fields taken over" in panel(told)
    assert await rows(town.program, "SELECT name, entry_count FROM lore_books") == [("Harbour", 2)]
    seen = await town.robin.slash(town.channel, "lore book import")
    assert "harbour.json: brought in: 2 entries" in panel(seen)
    nothing = await town.sasha.slash(town.channel, "lore book import")
    assert "You brought in no files lately." in words(nothing)


async def test_a_book_without_a_name_has_its_files(town: Town) -> None:
    nameless = orjson.dumps({"entries": {"0": {"key": ["bell"], "content": "It rings."}}})
    await town.robin.slash(town.channel, "lore book import", file=("The_copper_kettle.json", nameless))
    assert await rows(town.program, "SELECT name FROM lore_books") == [("The copper kettle",)]


async def test_a_newer_file_shows_what_differs_and_waits(town: Town) -> None:
    await bring(town, world(bell="It rings."))
    told = await bring(town, world(bell="It is silent.", gate="It is shut."), book="Harbour")
    assert "book and file differ" in panel(told)
    assert "- new: 1" in panel(told)
    assert "- changed in the file: 1" in panel(told)
    assert {"Take all from the file", "Take what is new, keep mine", "Change nothing"} <= controls(told)
    assert await rows(town.program, "SELECT content FROM lore_entries") == [("It rings.",)]
    await town.robin.click(last(told), label="Take all from the file")
    assert "brought in: 2 entries" in panel(told)
    found = await rows(town.program, "SELECT content FROM lore_entries ORDER BY number")
    assert found == [("It is silent.",), ("It is shut.",)]
    again = await bring(town, world(bell="Other."), book="Harbour")
    await town.robin.click(last(again), label="Change nothing")
    assert "left as it was" in panel(again)
    late = await town.robin.click(last(told), label="Take all from the file") if "Take all" in panel(told) else None
    assert late is None, "what was decided has no buttons any more"


async def test_a_large_file_shows_how_far_it_is(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LORE_IMPORT_AT_ONCE", 1)
    monkeypatch.setattr("bot.services.lore.transfer.importing._LOOKS", 0)
    told = await bring(town, world(bell="It rings.", gate="It is shut."))
    assert "being read: 2 entries" in panel(told)
    assert await rows(town.program, f"SELECT count(*) FROM pgqueuer WHERE entrypoint = '{JOB}'") == [(1,)]
    assert await rows(town.program, "SELECT count(*) FROM lore_books") == [(0,)]
    listed = await town.robin.slash(town.channel, "lore book import")
    assert "harbour.json" in controls(listed)
    await town.robin.click(last(listed), label="harbour.json")
    assert "being read: 2 entries" in panel(listed)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"not json", "This is neither a card nor a lore book"),
        (b"[" * 10_000 + b"]" * 10_000, "nested more than 64 levels deep"),
        (b'{"hello": 1}', "This is no lore book known here."),
        (b'{"entries": {}}', "This lore book holds no entries"),
        (world(bell="x" * 1_000_000), "has 1000000 characters; one entry may have 30000"),
        (orjson.dumps({"spec": "chara_card_v2", "data": {"name": "N"}}), "This card brings no lore book along."),
        (b"0" * (25_000_001), "The file is too large: at most 25 MB."),
    ],
    ids=["no json", "deep", "no book", "empty", "long", "no book in it", "large"],
)
async def test_a_bad_file_is_a_sentence_and_nothing_else(town: Town, data: bytes, sentence: str) -> None:
    assert sentence in words(await bring(town, data))
    assert await rows(town.program, "SELECT count(*) FROM lore_imports") == [(0,)]
    assert await rows(town.program, "SELECT count(*) FROM lore_books") == [(0,)]


@pytest.mark.parametrize(
    ("chosen", "ending", "held"),
    [
        (None, "world.json", "entries"),
        ("lorebook_v3", "lorebook.json", "spec"),
        ("character_book", "book.json", "entries"),
    ],
)
async def test_a_book_goes_out(town: Town, chosen: str | None, ending: str, held: str) -> None:
    await bring(town, world(bell="It rings."))
    options = {} if chosen is None else {"format": chosen}
    told = await town.robin.slash(town.channel, "lore book export", book="Harbour", **options)
    assert "Here it is, with 1 entry." in words(told)
    ((name, data),) = (await attached(told)).items()
    assert name == f"harbour-{ending}"
    assert held in orjson.loads(data)
    assert await rows(town.program, "SELECT count(*) FROM lore_books") == [(1,)]


async def test_another_persons_book_is_not_there(town: Town) -> None:
    await bring(town, world(bell="It rings."))
    ((book_id,),) = await rows(town.program, "SELECT id::text FROM lore_books")
    for told in (
        await town.sasha.slash(town.channel, "lore book export", book=book_id),
        await bring(town, world(bell="Mine now."), by=town.sasha, book=book_id),
    ):
        assert "There is no such lore book" in words(told)
    assert await rows(town.program, "SELECT content FROM lore_entries") == [("It rings.",)]


async def test_the_same_file_again_asks_nothing(town: Town) -> None:
    data = world(bell="It rings.", gate="It is shut.")
    await bring(town, data)
    for _ in range(6):
        told = await bring(town, data, book="Harbour")
        assert "book and file say the same; nothing was changed" in panel(told)
        assert "Take all from the file" not in controls(told)
    # Control: one word is different, and it asks.
    assert "book and file differ" in panel(
        await bring(town, world(bell="It rang.", gate="It is shut."), book="Harbour")
    )


async def test_a_second_book_of_a_name_is_told(town: Town) -> None:
    first = await bring(town, world(bell="It rings."))
    assert "more than one book" not in words(first)
    second = await bring(town, world(bell="It rings."))
    assert words(second).startswith("You have more than one book called **Harbour** now.")
