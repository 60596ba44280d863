"""Characters through the API: made, changed, published, deleted; other people's are not there."""

from tests.api.cafe import Site


async def test_a_character_is_made_changed_and_had_back(site: Site) -> None:
    robin = await site.person(101)
    made = await site.call(robin, "POST", "/characters", {"name": "Mira", "system_prompt": "A librarian."})
    assert made.status == 201, made.body
    where = f"/characters/{made['id']}"
    changed = await site.call(robin, "PATCH", where, {"description": "Keeps the books", "tone": "wise", "age": 40})
    assert changed.status == 200, changed.body
    assert changed["description"] == "Keeps the books"
