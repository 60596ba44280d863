"""The pages of characters: the list, the editor of every field, two tabs, the preview, faces, the end and back."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bot.services.characters import Character
from bot.services.characters.whole import EMPTY, FIELDS
from db.ids import new_id
from tests.services.test_services_character_whole import EVERYTHING
from tests.web.conftest import Site, Visitor
from tests.web.test_web_account import VERSION, version
from tests.web.test_web_personas import png, sent_with

MIRA = {**EMPTY, "name": "Mira", "description": "Keeps <the> lighthouse", "system_prompt": "You are Mira."}
HOUSES = {**EVERYTHING, "model": "scripted/parrot"}


async def characters(site: Site, visitor: Visitor) -> dict[str, Character]:
    assert visitor.user_id is not None
    async with site.desk.at_work(visitor.user_id) as work:
        page = await site.desk.characters.directory.page(work, visitor.user_id)
        return {one.name: one for one in page.characters if one.owner_id == visitor.user_id}


async def made(site: Site, visitor: Visitor, **typed: str) -> Character:
    answer = await visitor.send("/characters/new", {**MIRA, **typed})
    assert answer.status == 303, await answer.text()
    return (await characters(site, visitor))[typed.get("name", "Mira")]


async def typed_of(site: Site, visitor: Visitor, character: Character) -> dict[str, str]:
    assert visitor.user_id is not None
    async with site.desk.at_work(visitor.user_id) as work:
        return dict((await site.desk.whole.get(work, visitor.user_id, character.id)).typed)


async def test_every_field_is_typed_kept_and_shown_again(site: Site) -> None:
    robin = await site.sign_in()
    assert "You have no character yet" in await robin.page("/characters")
    page = await robin.page("/characters/new")
    for name in FIELDS:
        assert f'name="{name}"' in page, name
    mira = await made(site, robin, **HOUSES)
    assert await typed_of(site, robin, mira) == HOUSES
    page = await robin.page(f"/characters/{mira.id}")
    for name, value in HOUSES.items():
        assert value.split("\n")[0] in page, name
    assert '<option value="wise" selected>' in page
    assert "Keeps the lighthouse" in await robin.page("/characters")


async def test_saving_the_form_as_it_is_changes_nothing(site: Site) -> None:
    robin = await site.sign_in()
    mira = await made(site, robin, **HOUSES)
    path = f"/characters/{mira.id}"
    answer = await robin.send(path, {**HOUSES, "version": await version(robin, path)})
    assert answer.status == 303
    assert await typed_of(site, robin, mira) == HOUSES


async def test_what_is_wrong_is_told_at_its_fields_and_nothing_is_lost(site: Site) -> None:
    robin = await site.sign_in()
    mira = await made(site, robin)
    path = f"/characters/{mira.id}"
    wrong = {**MIRA, "name": "M", "age": "young", "personality": "Patient & kind",
             "version": await version(robin, path)}  # fmt: skip
    answer = await robin.send(path, wrong)
    page = await answer.text()
    assert answer.status == 422
    for field in ("name", "age"):
        assert f'href="#f-{field}"' in page
        assert f'id="{field}-trouble"' in page
    assert "Patient &amp; kind" in page
    assert (await typed_of(site, robin, mira))["personality"] == ""
    answer = await robin.send("/characters/new", {**MIRA, "system_prompt": "", "name": "Tock"})
    assert answer.status == 422
    assert 'id="system_prompt-trouble"' in await answer.text()


async def test_two_tabs_saving_one_form(site: Site) -> None:
    robin = await site.sign_in()
    mira = await made(site, robin)
    path = f"/characters/{mira.id}"
    seen = await version(robin, path)
    assert (await robin.send(path, {**MIRA, "personality": "Kind", "version": seen})).status == 303
    answer = await robin.send(path, {**MIRA, "personality": "Stern", "version": seen})
    page = await answer.text()
    assert answer.status == 409
    assert re.search(r"<td[^>]*>Kind</td><td[^>]*>Stern</td>", page)
    assert (await typed_of(site, robin, mira))["personality"] == "Kind"
    found = VERSION.search(page)
    assert found is not None
    assert (await robin.send(path, {**MIRA, "personality": "Stern", "version": found[1]})).status == 303
    assert (await typed_of(site, robin, mira))["personality"] == "Stern"


async def test_the_preview_follows_what_is_typed_with_and_without_scripts(site: Site) -> None:
    robin = await site.sign_in()
    mira = await made(site, robin)
    path = f"/characters/{mira.id}"
    assert "You are Mira." in await robin.page(path)
    typed = {**MIRA, "scenario": "A <b>storm</b> comes.", "said": "Is it safe?", "version": await version(robin, path)}
    for where in (f"{path}/preview", "/characters/new/preview"):
        answer = await robin.send(where, typed)
        page = await answer.text()
        assert answer.status == 200
        assert "<h1>" in page
        assert "A &lt;b&gt;storm&lt;/b&gt; comes." in page
        assert "Is it safe?" in page
        assert "<b>storm" not in page
        answer = await robin.send(where, typed, headers={"X-Fragment": "preview"})
        alone = await answer.text()
        assert answer.status == 200
        assert "<h1>" not in alone
        assert "A &lt;b&gt;storm&lt;/b&gt; comes." in alone
    assert (await typed_of(site, robin, mira))["scenario"] == ""
    # The form that comes back can still be saved.
    assert (await robin.send(path, typed)).status == 303


async def test_a_face_is_worn_and_a_file_that_lies_is_refused(site: Site) -> None:
    robin = await site.sign_in()
    mira = await made(site, robin)
    path = f"/characters/{mira.id}/picture"
    assert await sent_with(robin, path, {}, b"<svg onload=alert(1)>", "a.png", "image/png") == 422
    assert (await robin.send(path)).status == 422
    assert await sent_with(robin, path, {}, png(), "a.png", "image/png") == 303
    face = (await characters(site, robin))["Mira"].picture_sha256
    assert face is not None
    assert f"/media/{face}.png" in await robin.page(f"/characters/{mira.id}")


async def test_it_is_published_taken_back_deleted_and_had_back(site: Site) -> None:
    robin, sasha = await site.sign_in(), await site.sign_in(number=901)
    mira = await made(site, robin, description="")
    path = f"/characters/{mira.id}"
    answer = await robin.send(f"{path}/publish")
    assert answer.status == 422
    assert 'id="description-trouble"' in await answer.text()
    await robin.send(path, {**MIRA, "version": await version(robin, path)})
    assert (await robin.send(f"{path}/publish")).status == 303
    assert (await characters(site, robin))["Mira"].is_public
    # Who may know of it does not come to its editor for that.
    for deed in ("", "/unpublish", "/delete", "/picture", "/preview", "/card"):
        assert (await sasha.send(f"{path}{deed}", MIRA)).status == 404
    assert (await robin.send(f"{path}/unpublish")).status == 303
    assert not (await characters(site, robin))["Mira"].is_public
    assert (await robin.send(f"{path}/delete")).status == 303
    assert await characters(site, robin) == {}
    assert "Deleted within the last day" in await robin.page("/characters")
    assert (await robin.send(f"{path}/restore")).status == 303
    assert "Mira" in await characters(site, robin)


async def test_somebody_elses_is_missing_whatever_one_asks(site: Site) -> None:
    robin, sasha = await site.sign_in(), await site.sign_in(number=901)
    mira = await made(site, robin)
    for there in (mira.id, new_id()):
        for path in (f"/characters/{there}", f"/characters/{there}/card"):
            assert "Mira" not in await sasha.page(path, 404)
        for deed in ("", "/preview", "/picture", "/publish", "/unpublish", "/delete", "/restore", "/card"):
            assert (await sasha.send(f"/characters/{there}{deed}", MIRA)).status == 404, deed
        assert (await sasha.send(f"/characters/import/{there}", {"take": "theirs"})).status == 404
    assert (await typed_of(site, robin, mira)) == MIRA


async def test_the_list_is_searched_sorted_paged_and_had_as_a_file(site: Site, monkeypatch: Any) -> None:
    robin = await site.sign_in()
    for name, description in (("Anna", "=1+1"), ("Bela", "Sea"), ("Cato", "Sea")):
        await made(site, robin, name=name, description=description)
    page = await robin.page("/characters?sort=-name")
    assert page.index("Cato") < page.index("Bela") < page.index("Anna")
    page = await robin.page("/characters?search=sea")
    assert "Bela" in page
    assert "Anna" not in page
    assert "None of your characters fits" in await robin.page("/characters?visibility=public")
    answer = await robin.get("/characters.csv?search=&sort=name")
    text = await answer.text()
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert [line.split(",")[0] for line in text.strip().splitlines()][1:] == ["Anna", "Bela", "Cato"]
    assert "'=1+1" in text
    from web.routes import characters as routes

    monkeypatch.setattr(routes.limits, "TABLE_PAGE", 2)
    first = await robin.page("/characters?sort=name")
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following is not None
    assert "Cato" not in first
    second = await robin.page(following[1].replace("&amp;", "&"))
    assert "Cato" in second
    assert "Anna" not in second
    assert len((await (await robin.get("/characters.csv")).text()).strip().splitlines()) == 4


@pytest.mark.parametrize("after", ["x", "e30", "WyJBIiwgIm5vIl0", "a" * 900])
async def test_no_mark_in_the_address_breaks_the_list(site: Site, after: str) -> None:
    robin = await site.sign_in()
    await made(site, robin)
    assert "Mira" in await robin.page(f"/characters?after={after}")
