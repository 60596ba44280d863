"""Characters through the API: every field of one, all or nothing, two who change one, and what others see."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.cafe import Site

EVERY_FIELD: dict[str, Any] = {
    "nickname": "Mimi",
    "description": "Keeps the books of a drowned city",
    "tags": ["library", "sea-side"],
    "gender": "female",
    "age": 40,
    "is_adult": True,
    "system_prompt": "You are Mira.\nYou keep the books.",
    "definition": "A librarian.",
    "personality": "Calm",
    "scenario": "A library under water",
    "last_instructions": "Stay calm.",
    "note": {"text": "It rains.", "depth": 2, "role": "user"},
    "tone": "wise",
    "formality": "formal",
    "humor": "light",
    "style": "elaborate",
    "length": "short",
    "creativity": "creative",
    "knowledge": "generous",
    "phrases": ["By the tides!", "Quiet, please."],
    "examples": [{"user": "Where am I?", "character": "In a library."}, {"user": "", "character": "Shh."}],
    "greeting": "Welcome.",
    "other_greetings": ["Ah, you.", "Mind the water.\nAnd the books."],
    "group_greetings": ["Welcome, all of you."],
    "model": "scripted/owl",
    "temperature": 0.75,
    "creator_notes": "Made for the harbour.",
    "card_version": "2.1",
}
"""One value for each field that can be sent."""

HEAD = {"nickname", "description", "tags", "gender", "age", "is_adult", "greeting", "creator_notes"}
TRAITS = {"tone", "formality", "humor", "style", "length", "creativity", "knowledge"}


def said(body: Any, field: str) -> Any:
    """What an answer says of a field that was sent."""
    if field in HEAD:
        return body[field]
    return body["traits"][field] if field in TRAITS else body["behind"][field]


def test_every_field_that_can_be_sent_is_tried() -> None:
    from web.api.resources.character_shapes import CharacterChange

    assert EVERY_FIELD.keys() == CharacterChange.model_fields.keys() - {"name", "version"}


async def test_all_fields_are_kept_as_they_were_sent(site: Site) -> None:
    robin = await site.person(101)
    made = await site.call(robin, "POST", "/characters", {"name": "Mira", **EVERY_FIELD})
    assert made.status == 201, made.body
    looked = await site.call(robin, "GET", f"/characters/{made['id']}")
    assert looked.body == made.body
    for field, value in EVERY_FIELD.items():
        assert said(looked.body, field) == value, field


async def test_each_field_is_changed_by_itself(site: Site) -> None:
    robin = await site.person(101)
    where = await _mira(site, robin)
    for field, value in EVERY_FIELD.items():
        before = (await site.call(robin, "GET", where)).body
        after = await site.call(robin, "PATCH", where, {field: value})
        assert after.status == 200, (field, after.body)
        assert said(after.body, field) == value, field
        others = EVERY_FIELD.keys() - {field} - ({"note"} if field == "note" else set())
        assert {one: said(after.body, one) for one in others} == {one: said(before, one) for one in others}, field
    for field, empty in (("gender", None), ("age", None), ("tone", None), ("model", None), ("temperature", None),
                         ("tags", []), ("phrases", []), ("examples", []), ("greeting", ""), ("note", {})):  # fmt: skip
        after = await site.call(robin, "PATCH", where, {field: empty})
        assert after.status == 200, (field, after.body)
        assert said(after.body, field) == (empty if field != "note" else {"text": "", "depth": 4, "role": "system"})


async def test_a_change_is_kept_whole_or_not_at_all(site: Site) -> None:
    robin = await site.person(101)
    where = await _mira(site, robin)
    before = (await site.call(robin, "GET", where)).body
    bad = {"description": "New", "tags": ["fine"], "nickname": "@everyone", "model": "nobody/nothing"}
    refused = await site.call(robin, "PATCH", where, bad)
    assert refused.status == 422
    assert {one["at"] for one in refused["faults"]} == {"body.nickname", "body.model"}, "all that is wrong is said"
    assert (await site.call(robin, "GET", where)).body == before


async def test_of_two_who_change_one_the_second_is_told(site: Site) -> None:
    robin = await site.person(101)
    where = await _mira(site, robin)
    version = (await site.call(robin, "GET", where))["behind"]["version"]
    first = await site.call(robin, "PATCH", where, {"description": "First", "version": version})
    second = await site.call(robin, "PATCH", where, {"description": "Second", "version": version})
    assert (first.status, second.status, second["code"]) == (200, 409, "changed_meanwhile")
    third = {"description": "Third", "version": first["behind"]["version"]}
    assert (await site.call(robin, "PATCH", where, third)).status == 200


async def test_a_published_character_is_met_by_everybody_and_known_by_its_maker(site: Site) -> None:
    robin, sasha = await site.person(101), await site.person(102)
    where = await _mira(site, robin)
    assert (await site.call(sasha, "GET", where)).status == 404
    assert (await site.call(robin, "POST", f"{where}/publish", {}))["is_public"]
    seen = await site.call(sasha, "GET", where)
    assert (seen.status, seen["behind"], seen["is_mine"], seen["maker"]) == (200, None, False, "User 101")
    assert "secret" not in str(seen.body)
    assert (await site.call(sasha, "PATCH", where, {"description": "Mine now"})).status == 403
    found = await site.call(sasha, "GET", "/discover", query={"words": "mira"})
    assert [one["name"] for one in found["items"]] == ["Mira"]
    assert (await site.call(robin, "POST", f"{where}/publish", {"is_adult": True}))["is_adult"]
    assert (await site.call(sasha, "GET", where)).status == 403, "the web is no age-restricted channel"
    assert (await site.call(sasha, "GET", "/discover"))["items"] == []
    assert not (await site.call(robin, "POST", f"{where}/unpublish"))["is_public"]
    assert (await site.call(sasha, "GET", where)).status == 404


async def test_deleted_for_a_day(site: Site) -> None:
    robin = await site.person(101)
    where = await _mira(site, robin)
    gone = await site.call(robin, "DELETE", where)
    assert (gone.status, gone["name"]) == (200, "Mira")
    assert (await site.call(robin, "GET", where)).status == 404
    assert (await site.call(robin, "GET", "/characters"))["items"] == []
    assert (await site.call(robin, "POST", f"{where}/restore"))["name"] == "Mira"
    assert (await site.call(robin, "GET", where)).status == 200


async def test_a_list_goes_on_from_each_cursor_to_its_end(site: Site) -> None:
    robin = await site.person(101)
    names = [f"Name {number:02}" for number in range(7)]
    for name in reversed(names):
        await site.call(robin, "POST", "/characters", {"name": name, "system_prompt": "x"})
    for size in (1, 2, 3, 7, 100):
        seen, cursor, pages = list[str](), None, 0
        while True:
            query = {"limit": str(size), **({"cursor": cursor} if cursor else {})}
            page = await site.call(robin, "GET", "/characters", query=query)
            assert len(page["items"]) <= size
            seen += [one["name"] for one in page["items"]]
            cursor, pages = page["next"], pages + 1
            if cursor is None:
                break
        assert seen == names
        assert pages == max(1, -(-7 // size))


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"name": "Mira"}, 422, "system_prompt"),
        ({"name": "@everyone", "system_prompt": "x"}, 422, "name"),
        ({"name": "Mira", "system_prompt": "x", "age": 0}, 400, None),
        ({"name": "Mira", "system_prompt": "x", "age": True}, 400, None),
        ({"name": "Mira", "system_prompt": "x", "age": "40"}, 400, None),
        ({"name": "Mira", "system_prompt": "x", "temperature": 2.1}, 400, None),
        ({"name": "Mira", "system_prompt": "x", "tone": "warm"}, 400, None),
        ({"name": "Mira", "system_prompt": "x" * 32_001}, 400, None),
        ({"name": "Mira", "system_prompt": "x", "is_public": True}, 400, None),
        ({"name": "Mi\u202era", "system_prompt": "x"}, 422, "name"),
    ],
)
async def test_bad_characters_are_refused(site: Site, body: Any, status: int, field: str | None) -> None:
    robin = await site.person(101)
    answer = await site.call(robin, "POST", "/characters", body)
    assert (answer.status, answer["field"]) == (status, field), answer.body
    assert (await site.call(robin, "GET", "/characters"))["items"] == []


async def _mira(site: Site, person: Any) -> str:
    body = {"name": "Mira", "description": "Keeps books", "system_prompt": "secret words"}
    made = await site.call(person, "POST", "/characters", body)
    assert made.status == 201, made.body
    return f"/characters/{made['id']}"
