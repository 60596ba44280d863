"""Pages of personas: made with a picture, changed, worn, deleted, and nobody else's."""

from __future__ import annotations

import io

import pytest
from aiohttp import FormData
from PIL import Image

from bot.services.people.personas import Persona
from db.ids import new_id
from tests.web.conftest import Site, Visitor
from tests.web.test_web_account import VERSION, version

PERSONA = {"name": "Captain", "description": "Old & salty", "gender": "other", "age": "301", "pronouns": "they_them",
           "custom_pronouns": "", "appearance": "A coat", "topics": "boats\r\n- gold",
           "custom_instructions": "Call me captain"}  # fmt: skip


def png(side: int = 64) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (side, side), (40, 90, 160)).save(out, "PNG")
    return out.getvalue()


async def sent_with(visitor: Visitor, path: str, fields: dict[str, str], file: bytes, name: str, mime: str) -> int:
    data = FormData()
    for field, value in {"form_token": await visitor.token(), **fields}.items():
        data.add_field(field, value)
    data.add_field("picture", file, filename=name, content_type=mime)
    answer = await visitor.client.post(path, data=data, headers={"Origin": visitor.origin}, allow_redirects=False)
    return answer.status


async def personas(site: Site, visitor: Visitor) -> tuple[Persona, ...]:
    assert visitor.user_id is not None
    async with site.desk.at_work(visitor.user_id) as work:
        return await site.desk.personas.all(work, visitor.user_id)


async def made(site: Site, visitor: Visitor) -> Persona:
    assert (await visitor.send("/personas/new", PERSONA)).status == 303
    return (await personas(site, visitor))[0]


async def test_a_persona_is_made_with_its_picture_and_shown(site: Site) -> None:
    robin = await site.sign_in()
    assert "You have no persona yet" in await robin.page("/personas")
    assert await sent_with(robin, "/personas/new", PERSONA, png(), "me.png", "image/png") == 303
    (captain,) = await personas(site, robin)
    assert captain.picture_sha256 is not None
    assert captain.avoided_topics == ("gold",)
    page = await robin.page("/personas")
    assert "Old &amp; salty" in page
    assert f"/media/{captain.picture_sha256}.png" in page
    assert 'value="301"' in await robin.page(f"/personas/{captain.id}")


@pytest.mark.parametrize(
    ("file", "name", "mime"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "a.png", "image/png"),
        (b"<!doctype html><script>alert(1)</script>", "a.png", "image/png"),
        (b"GIF89a but no more", "a.gif", "image/gif"),
        (b"", "a.png", "image/png"),
        (png(8), "a.png", "image/png"),
    ],
)
async def test_a_picture_that_lies_about_its_kind_is_refused_and_nothing_is_made(
    site: Site, file: bytes, name: str, mime: str
) -> None:
    robin = await site.sign_in()
    assert await sent_with(robin, "/personas/new", PERSONA, file, name, mime) == 422
    assert await personas(site, robin) == ()
    captain = await made(site, robin)
    assert await sent_with(robin, f"/personas/{captain.id}/picture", {}, file, name, mime) == 422
    assert (await personas(site, robin))[0].picture_sha256 is None
    assert await sent_with(robin, f"/personas/{captain.id}/picture", {}, png(), "b.png", "image/png") == 303
    assert (await personas(site, robin))[0].picture_sha256 is not None


async def test_changes_are_saved_and_two_tabs_do_not_overwrite_each_other(site: Site) -> None:
    robin = await site.sign_in()
    path = f"/personas/{(await made(site, robin)).id}"
    seen = await version(robin, path)
    assert (await robin.send(path, {**PERSONA, "name": "Admiral", "version": seen})).status == 303
    answer = await robin.send(path, {**PERSONA, "age": "302", "version": seen})
    page = await answer.text()
    assert answer.status == 409
    assert "What differs" in page
    assert ">Admiral<" in page
    assert 'value="302"' in page
    found = VERSION.search(page)
    assert found is not None
    assert (await robin.send(path, {**PERSONA, "age": "302", "version": found[1]})).status == 303
    assert [(one.name, one.age) for one in await personas(site, robin)] == [("Captain", 302)]


async def test_what_is_wrong_is_told_all_at_once(site: Site) -> None:
    robin = await site.sign_in()
    path = f"/personas/{(await made(site, robin)).id}"
    wrong = {**PERSONA, "description": "", "age": "old", "version": await version(robin, path)}
    answer = await robin.send(path, wrong)
    page = await answer.text()
    assert answer.status == 422
    assert 'href="#f-description"' in page
    assert 'href="#f-age"' in page
    assert 'value="old"' in page


async def test_one_is_worn_by_default_taken_off_and_deleted(site: Site) -> None:
    robin = await site.sign_in()
    captain = await made(site, robin)
    assert (await robin.send(f"/personas/{captain.id}/wear")).status == 303
    assert "Worn by default" in await robin.page("/personas")
    assert (await robin.send("/personas/none")).status == 303
    assert not (await personas(site, robin))[0].is_default
    assert (await robin.send(f"/personas/{captain.id}/delete")).status == 303
    assert await personas(site, robin) == ()


async def test_somebody_elses_persona_is_not_there_like_a_missing_one(site: Site) -> None:
    robin, sasha = await site.sign_in(), await site.sign_in(number=901)
    captain = await made(site, robin)
    for there in (captain.id, new_id()):
        missing = await sasha.page(f"/personas/{there}", 404)
        assert "Captain" not in missing
        for deed in ("", "/picture", "/wear", "/delete"):
            assert (await sasha.send(f"/personas/{there}{deed}", PERSONA)).status == 404
    assert len(await personas(site, robin)) == 1
