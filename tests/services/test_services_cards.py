"""Characters out of cards and into them, through the database: nothing lost, nothing half, only one's own."""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest
from PIL import Image
from sqlalchemy import func, select

from bot import limits
from bot.errors import Conflict, InvalidInput, NotAllowed, NotFound
from bot.ports import Caller
from bot.services.characters import CharacterDraft, Characters, Pictures
from bot.services.characters.cards.card import JsonObject, Spec, read_card, written_card
from bot.services.characters.cards.containers import chunks, opened, with_card
from bot.services.characters.exporting import CardExports, CardFormat, ExportedCard
from bot.services.characters.importing import BroughtIn, CardImports, Difference
from bot.services.lore.books import LoreBooks
from bot.services.lore.entries import LoreEntries
from bot.services.lore.transfer.diffs import Choice
from bot.services.lore.transfer.exporting import LoreExports
from bot.services.lore.transfer.importing import ImportState, LoreImports
from bot.services.people import People
from bot.texts import Say
from db.models import Character, LoreAttachment, LoreBook
from db.work import Database
from tests.services.stagecraft import ROBIN, SASHA

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "data" / "cards"
CARDS = {
    path.name: path.read_bytes()
    for path in sorted(SAMPLES.glob("*"))
    if not path.name.startswith(("invalid", "lorebooks"))
}
SAY = Say("en")


def card(**data: object) -> JsonObject:
    told = {
        "name": "Mira",
        "description": "A guide.",
        "first_mes": "Hello.",
        "tags": ["sea"],
        "extensions": {"o/x": {"a": 1}},
    }
    return {"spec": "chara_card_v2", "spec_version": "2.0", "data": {**told, **data}}


def book(*contents: str) -> JsonObject:
    some = [{"id": n, "keys": [f"k{n}"], "content": one, "enabled": True, "insertion_order": n, "extensions": {}}
            for n, one in enumerate(contents)]  # fmt: skip
    return {"name": "Harbour", "extensions": {}, "entries": some}


def face(colour: str = "red") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 64), colour).save(out, "PNG")
    return out.getvalue()


@dataclass
class Desk:
    database: Database
    people: People
    characters: Characters
    imports: CardImports
    exports: CardExports

    async def bring(self, raw: JsonObject | bytes, by: Caller = ROBIN, name: str | None = None) -> BroughtIn:
        data = raw if isinstance(raw, bytes) else orjson.dumps(raw)
        read = await self.imports.read(data, "a card.json", SAY, name=name)
        return await self.imports.create(await self.people.arrive(by), read, SAY)

    async def compare(self, character_id: UUID, raw: JsonObject | bytes, by: Caller = ROBIN) -> BroughtIn:
        data = raw if isinstance(raw, bytes) else orjson.dumps(raw)
        named = (await self.row(character_id)).name
        read = await self.imports.read(data, "a card.json", SAY, otherwise=named)
        return await self.imports.compare(await self.people.arrive(by), character_id, read, SAY)

    async def choose(self, import_id: UUID | None, choice: Choice) -> BroughtIn:
        assert import_id is not None
        return await self.imports.choose(await self.people.arrive(ROBIN), import_id, choice, SAY)

    async def export(self, character_id: UUID, kind: CardFormat, by: Caller = ROBIN) -> ExportedCard:
        return await self.exports.export(await self.people.arrive(by), character_id, kind)

    async def out(self, character_id: UUID, spec: Spec) -> JsonObject:
        kind = CardFormat.JSON_V3 if spec is Spec.V3 else CardFormat.JSON_V2
        return orjson.loads((await self.export(character_id, kind)).data)

    async def row(self, character_id: UUID, by: Caller = ROBIN) -> Character:
        async with self.people.at_work(by) as (_, work):
            found = await work.session.get(Character, character_id)
            assert found is not None
            return found

    async def count(self, table: type[Any]) -> int:
        async with self.people.at_work(ROBIN) as (user, work):
            owner = getattr(table, "owner_id", None)
            mine = table.attached_by == user if owner is None else owner == user
            return await work.session.scalar(select(func.count()).select_from(table).where(mine)) or 0


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    characters = Characters(Pictures(tmp_path))
    books, entries = LoreBooks(), LoreEntries(lambda words: len(words.split()))
    imports = CardImports(database, characters, LoreImports(database, books, entries))
    exports = CardExports(database, characters, LoreExports(database, books))
    return Desk(database, People(database), characters, imports, exports)


@pytest.mark.parametrize("name", CARDS)
async def test_a_sample_goes_out_as_it_came(desk: Desk, name: str) -> None:
    data = CARDS[name]
    brought = await desk.bring(data)
    raw = opened(data).data
    spec = read_card(raw).spec
    assert await desk.out(brought.character.id, spec) == raw
    if read_card(raw).book:
        assert brought.book is not None
        assert brought.book.state is ImportState.DONE
        assert await desk.count(LoreAttachment) == 1, "its lore book is in force wherever it speaks"
    assert (brought.character.picture_sha256 is not None) == name.endswith(".png")


@pytest.mark.parametrize("kind", CardFormat)
@pytest.mark.parametrize("name", CARDS)
async def test_export_import_export_is_a_fixed_point(desk: Desk, name: str, kind: CardFormat) -> None:
    first = await desk.bring(CARDS[name])
    once = await desk.export(first.character.id, kind)
    second = await desk.bring(once.data, by=SASHA)
    twice = await desk.export(second.character.id, kind, by=SASHA)
    assert opened(twice.data).data == opened(once.data).data
    if kind is CardFormat.PNG:
        pixels = [[body for kind, body in chunks(one.data) if kind == b"IDAT"] for one in (once, twice)]
        assert pixels[0] == pixels[1]


async def test_a_character_made_here_goes_out_and_comes_back(desk: Desk) -> None:
    async with desk.people.at_work(ROBIN) as (user, work):
        made = await desk.characters.create(
            work, user, CharacterDraft("Ann", "A pirate.", "Speak roughly.", "Ahoy!", "You: hi\nAnn: ahoy")
        )
        await desk.characters.choose(work, user, made.id, "tone", "friendly")
        await desk.characters.choose(work, user, made.id, "gender", "female")
    before = await desk.row(made.id)
    png = await desk.export(made.id, CardFormat.PNG)
    assert Image.open(io.BytesIO(png.data)).size == (512, 512)
    after = await desk.row((await desk.bring(png.data, by=SASHA)).character.id, by=SASHA)
    names = ("name", "description", "system_prompt", "greeting", "examples", "traits", "gender", "definition")
    assert {name: getattr(after, name) for name in names} == {name: getattr(before, name) for name in names}


async def test_only_what_was_changed_here_is_changed_in_the_card(desk: Desk) -> None:
    raw = card(first_mes="  Hello.\r\n", tags=["Sea", "x"], character_book=book("old"))
    brought = await desk.bring(raw)
    async with desk.people.at_work(ROBIN) as (user, work):
        await desk.characters.greet(work, user, brought.character.id, "Ahoy!")
    out: Any = await desk.out(brought.character.id, Spec.V2)
    assert out == {**raw, "data": {**raw["data"], "first_mes": "Ahoy!"}}  # type: ignore[dict-item]


async def test_a_newer_card_says_what_it_changes_and_waits(desk: Desk) -> None:
    first = await desk.bring(card(personality="kind", scenario="s", character_book=book("one", "two")))
    mine = first.character.id
    async with desk.people.at_work(ROBIN) as (user, work):
        await desk.characters.greet(work, user, mine, "Mine.")
    newer = card(first_mes="Theirs.", personality="stern", scenario="s", character_book=book("one", "new"))
    told = await desk.compare(mine, newer)
    assert told.differ == {
        "greeting": Difference.BOTH, "personality": Difference.CHANGED, "description": Difference.CHANGED,
    }  # fmt: skip
    assert (await desk.row(mine)).personality == "kind", "nothing happens before it is decided"
    done = await desk.choose(told.waits, Choice.OURS)
    row = await desk.row(mine)
    assert (row.greeting, row.personality) == ("Mine.", "stern")
    assert done.book is not None
    assert done.book.book_id == first.book.book_id  # type: ignore[union-attr]
    out: Any = await desk.out(mine, Spec.V2)
    assert [one["content"] for one in out["data"]["character_book"]["entries"]] == ["one", "new"]
    with pytest.raises(Conflict):
        await desk.choose(told.waits, Choice.THEIRS)
    again = await desk.compare(mine, newer)
    assert again.differ == {"greeting": Difference.OURS}
    await desk.choose(again.waits, Choice.THEIRS)
    assert (await desk.row(mine)).greeting == "Theirs."
    assert await desk.count(LoreBook) == 1


async def test_a_card_that_is_left_changes_nothing(desk: Desk) -> None:
    first = await desk.bring(card())
    told = await desk.compare(first.character.id, card(first_mes="Theirs."))
    assert told.waits is not None
    await desk.imports.leave(await desk.people.arrive(ROBIN), told.waits)
    with pytest.raises(Conflict):
        await desk.choose(told.waits, Choice.THEIRS)
    assert (await desk.row(first.character.id)).greeting == "Hello."
    same = await desk.compare(first.character.id, card())
    assert (same.differ, same.waits) == ({}, None)


async def test_a_picture_is_drawn_anew(desk: Desk) -> None:
    raw = with_card(face(), {"chara": orjson.dumps(card())})
    brought = await desk.bring(raw)
    kept = await desk.characters.pictures.read(brought.character.picture_sha256 or "")
    assert kept is not None
    assert b"chara" not in kept, "what else the file carried is not kept"
    inline = card(assets=[{"type": "icon", "name": "main", "ext": "png",
                           "uri": "data:image/png;base64," + base64.b64encode(face("blue")).decode()}])  # fmt: skip
    inline["data"]["name"] = "Blue"  # type: ignore[index]
    assert (await desk.bring(inline)).character.picture_sha256 is not None


async def test_a_picture_that_cannot_be_read_leaves_the_card(desk: Desk) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("card.json", orjson.dumps(card()))
        made.writestr("assets/icon/images/main.png", b"no picture")
        made.writestr("assets/audio/song.mp3", b"la")
    brought = await desk.bring(out.getvalue())
    assert brought.character.picture_sha256 is None
    assert any("picture" in line for line in brought.report)
    assert "assets/audio/song.mp3: a file beside the card; not taken over." in brought.report


def packed(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, body in files.items():
            made.writestr(name.replace("__", "/"), body)
    return out.getvalue()


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: b"{}", "not_a_card"),
        (lambda: orjson.dumps(card(name="")), "card_without_name"),
        (lambda: orjson.dumps(card(name="Discord")), "card_name_unusable"),
        (lambda: orjson.dumps(card(description="x" * 40_000)), "definition_too_long"),
        (lambda: orjson.dumps(card(character_book=book("x" * 1_000_000))), "book_entry_too_long"),
        (lambda: packed(**{"card.json": b"{}", "..__..__evil": b"x"}), "card_path_outside"),
        (lambda: packed(**{"card.json": b" " * 60_000_000}), "card_unpacks_too_large"),
    ],
)  # fmt: skip
async def test_what_is_refused_leaves_nothing(desk: Desk, make: Callable[[], bytes], code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        await desk.bring(make())
    assert caught.value.code == code
    assert (await desk.count(Character), await desk.count(LoreBook)) == (0, 0)


async def test_another_name_may_be_chosen(desk: Desk) -> None:
    brought = await desk.bring(card(name="Discord"), name="Dora")
    assert brought.character.name == "Dora"
    told = await desk.compare(brought.character.id, card(name="Discord", first_mes="New."))
    assert told.differ == {"greeting": Difference.CHANGED}


async def test_a_card_of_somebody_else_is_not_touched(desk: Desk) -> None:
    first = await desk.bring(card())
    with pytest.raises((NotFound, NotAllowed)):
        await desk.compare(first.character.id, card(first_mes="x"), by=SASHA)
    with pytest.raises((NotFound, NotAllowed)):
        await desk.export(first.character.id, CardFormat.PNG, by=SASHA)
    told = await desk.compare(first.character.id, card(first_mes="x"))
    assert told.waits is not None
    with pytest.raises(NotFound):
        await desk.imports.choose(await desk.people.arrive(SASHA), told.waits, Choice.THEIRS, SAY)


async def test_a_book_that_does_not_fit_is_told_and_the_character_is_there(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "LORE_BOOKS_PER_PERSON", 0)
    brought = await desk.bring(card(character_book=book("one")))
    assert brought.book is not None
    assert brought.book.failure is not None


async def test_a_card_without_a_book_keeps_its_empty_one(desk: Desk) -> None:
    for number, empty in enumerate((None, [], {"entries": []})):
        raw = card(name=f"Mira {number}", character_book=empty)
        brought = await desk.bring(raw)
        assert await desk.out(brought.character.id, Spec.V2) == raw


async def test_it_goes_out_in_the_other_specification(desk: Desk) -> None:
    raw = card(character_book=book("one"))
    brought = await desk.bring(raw)
    out = await desk.out(brought.character.id, Spec.V3)
    was = read_card(raw)
    again = read_card(out)
    assert again.spec is Spec.V3
    assert replace(again, spec=was.spec, raw=was.raw) == was
    assert written_card(again, Spec.V3) == out


async def test_a_number_that_only_a_database_holds_whole_goes_out(desk: Desk) -> None:
    brought = await desk.bring(card(modification_date=1e25, extensions={"seed": 2**64 - 1}))
    data: Any = (await desk.out(brought.character.id, Spec.V2))["data"]
    assert (data["modification_date"], data["extensions"]["seed"]) == (1e25, 2**64 - 1)
