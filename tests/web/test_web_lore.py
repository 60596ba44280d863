"""The pages of lore: books and entries made, found, changed on forms of every field, tried, attached, shared."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from uuid import UUID

import pytest

from bot.services.lore.fields import BOOK_FIELDS, ENTRY_FIELDS, Kind
from bot.services.lore.shown import BookPage, EntryPage, LoreBook, Which
from bot.services.lore.whole import EMPTY_BOOK, EMPTY_ENTRY
from db.ids import new_id
from tests.services.test_services_lore_fields import TYPED, TYPED_BOOK
from tests.web.conftest import Site, Visitor
from tests.web.filed import sent_file
from tests.web.test_web_account import VERSION, version
from tests.web.test_web_characters import made as a_character
from tests.web.test_web_personas import png

BOOK = {**EMPTY_BOOK, "name": "The harbour"}
LAMP = {**EMPTY_ENTRY, "name": "Lamp", "content": "It burns <oil>.", "keys": "lamp"}


def ticked(typed: dict[str, str]) -> dict[str, str]:
    """A form as a browser sends it: what is not ticked is not there."""
    fields = {**BOOK_FIELDS, **ENTRY_FIELDS}
    return {name: value for name, value in typed.items() if fields[name].kind is not Kind.FLAG or value == "yes"}


@dataclass
class Shelf:
    """Somebody with a book."""

    site: Site
    robin: Visitor
    book: UUID

    @property
    def path(self) -> str:
        return f"/lore/{self.book}"

    async def write(self, **typed: str) -> UUID:
        answer = await self.robin.send(f"{self.path}/entries/new", ticked({**LAMP, **typed}))
        assert answer.status == 303, await answer.text()
        return UUID(answer.headers["Location"].rpartition("/")[2])

    async def entries(self, which: Which = Which()) -> EntryPage:  # noqa: B008
        assert self.robin.user_id is not None
        async with self.site.desk.at_work(self.robin.user_id) as work:
            return await self.site.desk.lore.entries.page(work, self.robin.user_id, self.book, which=which)

    async def typed(self, entry: UUID) -> dict[str, str]:
        assert self.robin.user_id is not None
        async with self.site.desk.at_work(self.robin.user_id) as work:
            return dict((await self.site.desk.lore.forms.entry(work, self.robin.user_id, entry)).typed)


async def books(site: Site, visitor: Visitor) -> BookPage:
    assert visitor.user_id is not None
    async with site.desk.at_work(visitor.user_id) as work:
        return await site.desk.lore.books.page(work, visitor.user_id)


async def the_book(site: Site, visitor: Visitor, book: UUID) -> LoreBook:
    assert visitor.user_id is not None
    async with site.desk.at_work(visitor.user_id) as work:
        return await site.desk.lore.books.get(work, visitor.user_id, book)


@pytest.fixture
async def shelf(site: Site) -> Shelf:
    robin = await site.sign_in()
    answer = await robin.send("/lore/new", ticked(BOOK))
    assert answer.status == 303, await answer.text()
    return Shelf(site, robin, UUID(answer.headers["Location"].rpartition("/")[2]))


# ---------------------------------------------------------------------------------------------------- books


async def test_a_book_is_listed_shown_and_changed_on_all_its_fields(shelf: Shelf) -> None:
    robin = shelf.robin
    assert "The harbour" in await robin.page("/lore")
    assert "The harbour" in await robin.page(shelf.path)
    page = await robin.page(f"{shelf.path}/edit")
    for name in BOOK_FIELDS:
        assert f'name="{name}"' in page, name
    typed = {**TYPED_BOOK, "version": await version(robin, f"{shelf.path}/edit")}
    sent = {**ticked(TYPED_BOOK), "version": typed["version"]}
    answer = await robin.send(f"{shelf.path}/edit", sent)
    assert answer.status == 303, await answer.text()
    book = await the_book(shelf.site, robin, shelf.book)
    assert shelf.site.desk.lore.books.typed(book, *BOOK_FIELDS) == TYPED_BOOK
    answer = await robin.send(f"{shelf.path}/edit", sent)
    assert answer.status == 409
    now = await version(robin, f"{shelf.path}/edit")
    wrong = {**ticked(TYPED_BOOK), "name": "", "scan_depth": "x", "version": now}
    answer = await robin.send(f"{shelf.path}/edit", wrong)
    page = await answer.text()
    assert answer.status == 422
    assert 'id="name-trouble"' in page
    assert 'id="scan_depth-trouble"' in page


async def test_books_are_searched_sorted_narrowed_and_had_as_a_file(shelf: Shelf) -> None:
    robin = shelf.robin
    await robin.send("/lore/new", ticked({**BOOK, "name": "=Attic", "description": "Dust"}))
    await robin.page("/lore")  # which says once that it is there
    page = await robin.page("/lore?sort=-name")
    assert page.index("The harbour") < page.index("=Attic")
    page = await robin.page("/lore?search=dust&whose=mine")
    assert "=Attic" in page
    assert "The harbour" not in page
    assert "No book fits that" in await robin.page("/lore?whose=shared")
    text = await (await robin.get("/lore.csv?sort=name")).text()
    assert [line.split(",")[0] for line in text.strip().splitlines()][1:] == ["'=Attic", "The harbour"]


async def test_a_book_is_copied_deleted_and_had_back(shelf: Shelf) -> None:
    await shelf.write()
    answer = await shelf.robin.send(f"{shelf.path}/fork", {"name": "The quay"})
    assert answer.status == 303
    assert {one.name for one in (await books(shelf.site, shelf.robin)).books} == {"The harbour", "The quay"}
    assert (await shelf.robin.send(f"{shelf.path}/delete")).status == 303
    assert (await shelf.robin.get(shelf.path)).status == 404
    assert "Deleted within the last day" in await shelf.robin.page("/lore")
    assert (await shelf.robin.send(f"{shelf.path}/restore")).status == 303
    assert "Lamp" in await shelf.robin.page(f"{shelf.path}/entries")


# ---------------------------------------------------------------------------------------------------- entries


async def test_an_entry_is_written_and_every_field_of_it_is_on_its_form(shelf: Shelf) -> None:
    first, second = await shelf.write(), await shelf.write(name="Moon", content="Cheese.", keys="moon")
    page = await shelf.robin.page(f"/lore/entries/{first}")
    assert len(ENTRY_FIELDS) == 53
    for name in ENTRY_FIELDS:
        assert f'name="{name}"' in page or f'id="f-{name}"' in page, name
    assert "It burns &lt;oil&gt;." in page
    path = f"/lore/entries/{second}"
    typed = {name: value for name, value in TYPED.items() if ENTRY_FIELDS[name].kind not in (Kind.ENTRIES,)}
    sent = {**ticked(typed), "requires": "#1", "version": await version(shelf.robin, path)}
    answer = await shelf.robin.send(path, sent)
    assert answer.status == 303, await answer.text()
    kept = await shelf.typed(second)
    assert kept["requires"] == "#1"
    different = {
        name for name, value in typed.items()
        if sorted(kept[name].replace(" ", "").split(",")) != sorted(value.replace(" ", "").split(","))
    }  # fmt: skip
    # Written in one way: keys with their marks, Discord's ids bare.
    assert different <= {"keys", "secondary", "channels_only", "roles_only", "case_sensitive", "whole_words"}
    again = {**ticked(kept), "version": await version(shelf.robin, path)}
    assert (await shelf.robin.send(path, again)).status == 303
    assert await shelf.typed(second) == kept
    # Characters that are nobody's stay ticked as ones that are not seen.
    assert "one you do not see" in await shelf.robin.page(path)


async def test_what_is_wrong_with_an_entry_stands_beside_its_fields_and_unfolds_them(shelf: Shelf) -> None:
    entry = await shelf.write()
    path = f"/lore/entries/{entry}"
    wrong = {**ticked(LAMP), "probability": "200", "level": "x", "version": await version(shelf.robin, path)}
    answer = await shelf.robin.send(path, wrong)
    page = await answer.text()
    assert answer.status == 422
    for name in ("probability", "level"):
        assert f'id="{name}-trouble"' in page
        assert f'href="#f-{name}"' in page
    assert re.search(r'<details class="group" id="group-waking" open>', page)
    assert (await shelf.typed(entry))["probability"] == "100"
    answer = await shelf.robin.send(f"{shelf.path}/entries/new", ticked({**LAMP, "content": ""}))
    assert answer.status == 422
    assert 'id="content-trouble"' in await answer.text()


async def test_two_tabs_on_one_entry(shelf: Shelf) -> None:
    entry = await shelf.write()
    path = f"/lore/entries/{entry}"
    seen = await version(shelf.robin, path)
    assert (await shelf.robin.send(path, {**ticked(LAMP), "name": "Lantern", "version": seen})).status == 303
    answer = await shelf.robin.send(path, {**ticked(LAMP), "name": "Light", "version": seen})
    page = await answer.text()
    assert answer.status == 409
    assert re.search(r"<td[^>]*>Lantern</td><td[^>]*>Light</td>", page)
    found = VERSION.search(page)
    assert found is not None
    assert (await shelf.robin.send(path, {**ticked(LAMP), "name": "Light", "version": found[1]})).status == 303
    assert (await shelf.typed(entry))["name"] == "Light"


async def test_entries_are_searched_narrowed_sorted_and_had_as_a_file(shelf: Shelf) -> None:
    await shelf.write(folder="Lights", tags="sea")
    await shelf.write(name="=Moon", content="Cheese, and nothing but cheese.", keys="moon", is_enabled="")
    path = f"{shelf.path}/entries"
    page = await shelf.robin.page(f"{path}?sort=-tokens")
    assert page.index("=Moon") < page.index("Lamp")
    for narrowed, there, not_there in (
        ("search=cheese", "=Moon", "Lamp</a>"), ("folder=n:Lights", "Lamp</a>", "=Moon"),
        ("tag=sea", "Lamp</a>", "=Moon"), ("state=off", "=Moon", "Lamp</a>"), ("folder=n:", "=Moon", "Lamp</a>"),
    ):  # fmt: skip
        page = await shelf.robin.page(f"{path}?{narrowed}")
        assert there in page, narrowed
        assert not_there not in page, narrowed
    text = await (await shelf.robin.get(f"{path}.csv?sort=number")).text()
    assert [line.split(",")[1] for line in text.strip().splitlines()][1:] == ["Lamp", "'=Moon"]


async def test_many_are_changed_at_once_after_being_asked(shelf: Shelf) -> None:
    ids = [await shelf.write(name=f"Lamp {number}") for number in range(3)]
    path = f"{shelf.path}/entries"
    deed = {"do": "tag", "value": "sea", "entry": str(ids[0])}
    answer = await shelf.robin.send(path, deed)
    page = await answer.text()
    assert answer.status == 200
    assert "1 entry is meant" in page
    assert (await shelf.entries(Which(tag="sea"))).total == 0
    assert (await shelf.robin.send(path, {**deed, "sure": "yes"})).status == 303
    assert (await shelf.entries(Which(tag="sea"))).total == 1
    everyone = {"do": "set", "field": "probability", "value": "50", "all": "yes", "search": "", "sure": "yes"}
    assert (await shelf.robin.send(path, everyone)).status == 303
    assert {(await shelf.typed(one))["probability"] for one in ids} == {"50"}
    narrowed = {"do": "delete", "all": "yes", "tag": "sea", "sure": "yes"}
    assert (await shelf.robin.send(path, narrowed)).status == 303
    assert (await shelf.entries()).total == 2
    assert "Deleted entries" in await shelf.robin.page(path)
    assert (await shelf.robin.send(f"/lore/entries/{ids[0]}/undo")).status == 303
    assert (await shelf.entries()).total == 3
    for wrong in ({"do": "tag", "value": "x", "all": "yes"}, {"do": "delete"}, {"do": "set", "all": "yes"},
                  {"do": "set", "field": "probability", "value": "many", "all": "yes"}, {"do": "burn"}):  # fmt: skip
        assert (await shelf.robin.send(path, {**wrong, "sure": "yes"})).status == 422, wrong


async def test_an_entry_is_switched_moved_deleted_and_goes_back_in_its_history(shelf: Shelf) -> None:
    first, second = await shelf.write(), await shelf.write(name="Moon")
    path = f"/lore/entries/{second}"
    assert (await shelf.robin.send(f"{path}/switch", {"to": "off"})).status == 303
    assert (await shelf.typed(second))["is_enabled"] == "no"
    assert (await shelf.robin.send(f"{path}/move", {"before": "1"})).status == 303
    assert [one.id for one in (await shelf.entries()).entries] == [second, first]
    answer = await shelf.robin.send(f"{path}/move", {"before": "99"})
    assert answer.status == 422
    assert 'id="before-trouble"' in await answer.text()
    page = await shelf.robin.page(f"{path}/history")
    assert "switched off" in page
    assert (await shelf.robin.send(f"{path}/undo", {"to": "1"})).status == 303
    assert (await shelf.typed(second))["is_enabled"] == "yes"
    assert (await shelf.robin.send(f"{path}/delete")).status == 303
    assert (await shelf.robin.get(path)).status == 303
    assert (await shelf.robin.send(f"{path}/undo")).status == 303
    other = (await shelf.robin.send("/lore/new", ticked({**BOOK, "name": "The quay"}))).headers["Location"]
    target = other.rpartition("/")[2]
    assert (await shelf.robin.send(f"{path}/move", {"before": "", "book": target})).status == 303
    assert "Moon" in await shelf.robin.page(f"/lore/{target}/entries")


# ---------------------------------------------------------------------------------------------------- beside


async def test_a_dry_run_tells_what_comes_in_and_why_the_rest_does_not(shelf: Shelf) -> None:
    await shelf.write()
    await shelf.write(name="Never", probability="0")
    path = f"{shelf.path}/try"
    assert "Nothing is said or kept" in await shelf.robin.page(path)
    answer = await shelf.robin.send(path, {"said": "Is the lamp <lit>?", "character": "", "persona": ""})
    page = await answer.text()
    assert answer.status == 200
    assert "the key “lamp” in the newest message" in page
    assert "the die fell on" in page
    assert "Is the lamp &lt;lit&gt;?" in page
    for wrong in ({"said": ""}, {"said": "x" * 5000}, {"said": "lamp", "character": "nobody"}):
        assert (await shelf.robin.send(path, wrong)).status == 422
    assert (await shelf.robin.send(path, {"said": "lamp", "character": str(new_id())})).status == 404


async def test_a_book_is_attached_to_a_character_rests_and_is_detached(shelf: Shelf) -> None:
    mira = await a_character(shelf.site, shelf.robin)
    path = f"{shelf.path}/attached"
    assert "It counts nowhere" in await shelf.robin.page(path)
    assert (await shelf.robin.send(path, {"to": f"character:{mira.id}"})).status == 303
    page = await shelf.robin.page(path)
    assert "the character Mira" in page
    found = re.search(rf"{re.escape(path)}/([0-9a-f-]{{36}})", page)
    assert found is not None
    one = f"{path}/{found[1]}"
    assert (await shelf.robin.send(one, {"do": "override", f"scan_depth-{found[1]}": "9"})).status == 303
    assert 'value="9"' in await shelf.robin.page(path)
    assert (await shelf.robin.send(one, {"do": "override", f"scan_depth-{found[1]}": "deep"})).status == 422
    assert (await shelf.robin.send(one, {"do": "rest"})).status == 303
    assert "rests" in await shelf.robin.page(path)
    await shelf.write(mode="constant", content="The lamp never goes out.")
    assert "The lamp never goes out." not in await shelf.robin.page(f"/characters/{mira.id}")
    assert (await shelf.robin.send(one, {"do": "count"})).status == 303
    # What the editor shows of its prompt has the book in it.
    assert "The lamp never goes out." in await shelf.robin.page(f"/characters/{mira.id}")
    assert (await shelf.robin.send(one, {"do": "detach"})).status == 303
    assert "It counts nowhere" in await shelf.robin.page(path)
    for wrong in ("", "server:1", "character:x", f"channel:{mira.id}"):
        assert (await shelf.robin.send(path, {"to": wrong})).status == 422, wrong
    assert (await shelf.robin.send(path, {"to": f"character:{new_id()}"})).status == 404


async def test_a_book_is_shared_by_its_code_opened_and_closed_again(shelf: Shelf) -> None:
    sasha = await shelf.site.sign_in(number=901)
    await shelf.write()
    code = (await the_book(shelf.site, shelf.robin, shelf.book)).code
    assert (await sasha.send("/lore/open", {"code": code, "password": ""})).status == 404
    answer = await shelf.robin.send(f"{shelf.path}/sharing", {"password": "open sesame", "until": ""})
    assert answer.status == 303
    answer = await sasha.send("/lore/open", {"code": code, "password": "wrong one"})
    assert answer.status == 403
    assert "wrong one" not in await answer.text()
    assert (await sasha.send("/lore/open", {"code": code, "password": "open sesame"})).status == 303
    assert "Lamp" in await sasha.page(f"{shelf.path}/entries")
    # Who may only read finds no way to write.
    page = await sasha.page(f"{shelf.path}/entries")
    assert "New entry" not in page
    assert "Many at once" not in page
    for there in ("/edit", "/sharing", "/entries/new"):
        assert (await sasha.get(f"{shelf.path}{there}")).status == 404
    for deed in ("/edit", "/sharing", "/sharing/end", "/delete", "/entries/new"):
        assert (await sasha.send(f"{shelf.path}{deed}", ticked(LAMP))).status == 404, deed
    assert (await sasha.send(f"{shelf.path}/entries", {"do": "delete", "all": "yes", "sure": "yes"})).status == 404
    entry = (await shelf.entries()).entries[0].id
    page = await sasha.page(f"/lore/entries/{entry}")
    assert "It burns &lt;oil&gt;." in page
    assert "<form" not in page.partition("<main")[2]
    for deed in ("", "/switch", "/move", "/delete", "/undo"):
        assert (await sasha.send(f"/lore/entries/{entry}{deed}", {"to": "off"})).status == 404, deed
    for wrong in ("yesterday", "2001-01-01T00:00", "99999-01-01"):
        assert (await shelf.robin.send(f"{shelf.path}/sharing", {"password": "", "until": wrong})).status == 422, wrong
    assert (await shelf.robin.send(f"{shelf.path}/sharing/end")).status == 303
    assert (await sasha.get(shelf.path)).status == 404


async def test_a_book_goes_out_as_a_file_and_comes_in_again(shelf: Shelf) -> None:
    await shelf.write()
    answer = await shelf.robin.get(f"{shelf.path}/file?as=world")
    data = await answer.read()
    assert "attachment" in answer.headers["Content-Disposition"]
    assert "It burns <oil>." in json.dumps(json.loads(data))
    answer = await sent_file(shelf.robin, "/lore/import", {"book": ""}, "file", data, "world.json")
    assert answer.status == 303, await answer.text()
    page = await shelf.robin.page(answer.headers["Location"])
    assert "1 entry was read" in page
    assert (await books(shelf.site, shelf.robin)).total == 2
    assert "world.json" in await shelf.robin.page("/lore/import")
    changed = data.replace(b"burns", b"smokes")
    answer = await sent_file(shelf.robin, "/lore/import", {"book": str(shelf.book)}, "file", changed, "world.json")
    there = answer.headers["Location"]
    assert "File and book differ" in await shelf.robin.page(there)
    assert (await shelf.robin.send(there, {"take": "theirs"})).status == 303
    entry = (await shelf.entries()).entries[0].id
    assert (await shelf.typed(entry))["content"] == "It smokes <oil>."
    assert (await shelf.robin.send(there, {"take": "theirs"})).status == 409
    for wrong in (b"", b"no json", b"[1, 2]", png()):
        answer = await sent_file(shelf.robin, "/lore/import", {"book": ""}, "file", wrong, "x.json")
        assert answer.status == 422, wrong[:10]
        assert 'id="file-trouble"' in await answer.text()


async def test_somebody_elses_book_is_missing_whatever_one_asks(shelf: Shelf) -> None:
    entry = await shelf.write()
    sasha = await shelf.site.sign_in(number=901)
    for book, one in ((shelf.book, entry), (new_id(), new_id())):
        for there in (
            "",
            "/edit",
            "/entries",
            "/entries.csv",
            "/entries/new",
            "/try",
            "/attached",
            "/sharing",
            "/file",
        ):
            answer = await sasha.get(f"/lore/{book}{there}")
            assert answer.status == 404, there
            assert "harbour" not in await answer.text()
        for deed in ("/edit", "/fork", "/delete", "/restore", "/entries", "/entries/new", "/try", "/attached",
                     "/sharing", "/sharing/end", "/leave", "/ask", f"/attached/{new_id()}"):  # fmt: skip
            answer = await sasha.send(f"/lore/{book}{deed}", {"do": "delete", "all": "yes", "said": "lamp"})
            assert answer.status in (404, 422), (deed, answer.status)
            assert "harbour" not in await answer.text()
        for there in ("", "/history"):
            assert (await sasha.get(f"/lore/entries/{one}{there}")).status == 404
        for deed in ("", "/switch", "/move", "/delete", "/undo"):
            assert (await sasha.send(f"/lore/entries/{one}{deed}", {"to": "1"})).status == 404, deed
        assert (await sasha.get(f"/lore/imports/{one}")).status == 404
    assert (await shelf.entries()).total == 1


async def test_a_book_is_asked_to_be_published_and_that_is_taken_back(shelf: Shelf) -> None:
    answer = await shelf.robin.send(f"{shelf.path}/publish", {"words": "Please"})
    assert answer.status == 422  # there is nothing in it yet
    await shelf.write()
    assert "Ask for it to be published" in await shelf.robin.page(shelf.path)
    assert (await shelf.robin.send(f"{shelf.path}/publish", {"words": "Please"})).status == 303
    page = await shelf.robin.page(shelf.path)
    assert "You asked for it to be published" in page
    found = re.search(r"/account/publication/[0-9a-f-]{36}/take-back", page)
    assert found is not None
    assert (await shelf.robin.send(found[0])).status == 303
    assert "Ask for it to be published" in await shelf.robin.page(shelf.path)
