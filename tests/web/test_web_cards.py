"""Cards on the web: out in three forms, in as a new character, beside one's own, refused where they are none."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from bot.services.people.grants import May, Thing
from tests.web.conftest import Site
from tests.web.filed import sent_file
from tests.web.test_web_account import version
from tests.web.test_web_characters import MIRA, characters, made, typed_of
from tests.web.test_web_personas import png

CARD: dict[str, Any] = {
    "spec": "chara_card_v2",
    "spec_version": "2.0",
    "data": {
        "name": "Juniper", "description": "A <gardener> of glass.", "personality": "", "scenario": "",
        "first_mes": "Hi", "mes_example": "", "creator_notes": "", "system_prompt": "", "post_history_instructions": "",
        "alternate_greetings": [], "tags": [], "creator": "", "character_version": "", "extensions": {},
        "character_book": {"entries": [{"keys": ["glass"], "content": "Glass grows.", "enabled": True,
                                        "insertion_order": 1, "extensions": {}}], "extensions": {}},
    },
}  # fmt: skip


async def test_a_card_becomes_a_character_with_its_book_and_goes_out_again(site: Site) -> None:
    robin = await site.sign_in()
    assert "The card" in await robin.page("/characters/import")
    data = json.dumps(CARD).encode()
    answer = await sent_file(robin, "/characters/import", {"name": ""}, "card", data, "juniper.json")
    page = await answer.text()
    assert answer.status == 200
    assert "Juniper is ready" in page
    assert "Its lore book" in page
    juniper = (await characters(site, robin))["Juniper"]
    assert "Juniper" in await robin.page("/lore")
    for kind, mime in (("png", "image/png"), ("json-v2", "application/json"), ("json-v3", "application/json")):
        answer = await robin.get(f"/characters/{juniper.id}/card?as={kind}")
        assert (answer.status, answer.content_type) == (200, mime)
        assert "attachment" in answer.headers["Content-Disposition"]
    out = json.loads(await (await robin.get(f"/characters/{juniper.id}/card?as=json-v2")).read())
    assert out["data"]["description"] == "A <gardener> of glass."
    # The same once more: what to do is told, and nothing is made.
    answer = await sent_file(robin, "/characters/import", {"name": ""}, "card", data, "juniper.json")
    assert answer.status == 409
    assert "open that one and compare" in await answer.text()
    answer = await sent_file(robin, "/characters/import", {"name": "June"}, "card", data, "juniper.json")
    assert answer.status == 200
    assert set(await characters(site, robin)) == {"Juniper", "June"}


async def test_a_newer_card_is_compared_and_followed_or_not(site: Site) -> None:
    robin = await site.sign_in()
    juniper = await made(site, robin, name="Juniper", personality="Kind")
    path = f"/characters/{juniper.id}/card"
    data = json.dumps(CARD).encode()
    answer = await sent_file(robin, path, {}, "card", data, "juniper.json")
    page = await answer.text()
    assert answer.status == 200
    assert "Card and character differ" in page
    waits = re.search(r"/characters/import/[0-9a-f-]{36}", page)
    assert waits is not None
    sasha = await site.sign_in(number=901)
    assert (await sasha.send(waits[0], {"take": "theirs"})).status == 404
    assert (await robin.send(waits[0], {"take": "everything"})).status == 422
    assert (await typed_of(site, robin, juniper))["greeting"] == ""
    assert (await robin.send(waits[0], {"take": "theirs"})).status == 200
    assert (await typed_of(site, robin, juniper))["greeting"] == "Hi"
    assert (await robin.send(waits[0], {"take": "theirs"})).status == 409


@pytest.mark.parametrize("data", [b"", b"no card", b"[]", b"{}", png(), b"PK\x03\x04broken"])
async def test_what_is_no_card_is_refused_beside_its_field(site: Site, data: bytes) -> None:
    robin = await site.sign_in()
    mira = await made(site, robin)
    for path in ("/characters/import", f"/characters/{mira.id}/card"):
        fields = {"name": ""} if path.endswith("import") else {}
        answer = await sent_file(robin, path, fields, "card", data, "x.png")
        assert answer.status == 422, path
        assert 'id="card-trouble"' in await answer.text()
    assert set(await characters(site, robin)) == {"Mira"}


async def test_who_was_given_a_character_to_write_edits_it_and_no_more(site: Site) -> None:
    robin, sasha = await site.sign_in(), await site.sign_in(number=901)
    mira = await made(site, robin, personality="Kind")
    path = f"/characters/{mira.id}"
    assert robin.user_id is not None
    assert sasha.user_id is not None
    assert (await sasha.get(path)).status == 404
    async with site.desk.at_work(robin.user_id) as work:
        await site.desk.shares.give(work, robin.user_id, Thing.character(mira.id), sasha.user_id, May.READ)
    assert (await sasha.get(path)).status == 404
    async with site.desk.at_work(robin.user_id) as work:
        await site.desk.shares.give(work, robin.user_id, Thing.character(mira.id), sasha.user_id, May.WRITE)
    page = await sasha.page(path)
    assert "Shared with you" in page
    for deed in ("publish", "delete"):
        assert f"{path}/{deed}" not in page
        assert (await sasha.send(f"{path}/{deed}")).status in (403, 404)
    typed = {**MIRA, "personality": "As Sasha says", "version": await version(sasha, path)}
    assert (await sasha.send(path, typed)).status == 303
    assert (await typed_of(site, robin, mira))["personality"] == "As Sasha says"
