"""Three people who call the API, a stranger, and everything each of them has."""

from __future__ import annotations

from typing import Any

from tests.api.cafe import ALL, Person, Site

ROLES = ("user", "moderator", "admin")


async def fill(site: Site) -> dict[str, Person]:
    """A member, a moderator and an admin with tokens, and a stranger; each with rows of every kind they can make."""
    people = {
        role: await site.person(100 + number, role=role, scopes=ALL if role != "user" else ("read", "write"))
        for number, role in enumerate(ROLES)
    }
    people["stranger"] = await site.person(200)
    for person in people.values():
        await belongings(site, person)
    return people


async def belongings(site: Site, person: Person) -> dict[str, Any]:
    """What one person has, by the names of the paths' parameters."""
    number = person.discord_id
    character = await site.call(
        person, "POST", "/characters", {"name": f"Mira {number}", "system_prompt": f"secret words of {number}"}
    )
    persona = await site.call(
        person, "POST", "/personas", {"name": f"Captain {number}", "description": f"secret words of {number}"}
    )
    book = await site.call(person, "POST", "/lore/books", {"name": f"Harbour {number}"})
    entry = await site.call(
        person,
        "POST",
        f"/lore/books/{book['id']}/entries",
        {"name": "Bell", "content": f"secret words of {number}", "keys": ["bell"]},
    )
    for made in (character, persona, book, entry):
        assert made.status == 201, made.body
    return {
        "character_id": character["id"],
        "persona_id": persona["id"],
        "book_id": book["id"],
        "entry_id": entry["id"],
    }
