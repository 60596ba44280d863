"""Three people who call the API, a stranger, and everything each of them has."""

from __future__ import annotations

from uuid import UUID

from bot.services.people.creators import CreatorCard, CreatorDraft
from db.ids import new_id
from db.models import TransferKind
from db.work import Actor
from tests.api.cafe import ALL, Person, Site

COLLECTOR = 700_000_000_000_000_001
"""Discord's id of somebody whom everybody gives something."""

ROLES = ("user", "moderator", "admin")


async def fill(site: Site) -> tuple[dict[str, Person], dict[str, dict[str, str]]]:
    """A member, a moderator and an admin with tokens, and a stranger; and what each of them has."""
    people = {
        role: await site.person(100 + number, role=role, scopes=ALL if role != "user" else ("read", "write"))
        for number, role in enumerate(ROLES)
    }
    people["stranger"] = await site.person(200)
    return people, {name: await belongings(site, person) for name, person in people.items()}


async def belongings(site: Site, person: Person) -> dict[str, str]:
    """What one person has, by the names of the paths' parameters."""
    number = person.discord_id
    secret = f"canary-{number}"
    character = await site.call(
        person,
        "POST",
        "/characters",
        {"name": f"Mira {number}", "description": "Keeps books", "system_prompt": f"{secret} words"},
    )
    persona = await site.call(
        person, "POST", "/personas", {"name": f"Captain {number}", "description": f"{secret} mask"}
    )
    book = await site.call(person, "POST", "/lore/books", {"name": f"Harbour {number}", "description": secret})
    entry = await site.call(
        person,
        "POST",
        f"/lore/books/{book['id']}/entries",
        {"name": "Bell", "content": f"{secret} lore", "keys": ["bell"]},
    )
    for made in (character, persona, book, entry):
        assert made.status == 201, made.body
    page = await creator(site, person)
    return {
        "username": page.username,
        "creator_id": str(page.id),
        "user_id": str(person.user_id),
        "character_id": character["id"],
        "persona_id": persona["id"],
        "book_id": book["id"],
        "entry_id": entry["id"],
        "conversation_id": str(await conversation(site, person, f"{secret} said")),
        "gift_id": str(await gift(site, person, secret)),
        "token_id": (await site.call(person, "GET", "/me/tokens"))["items"][0]["id"],
    }


async def conversation(site: Site, person: Person, said: str, *, guild_id: int | None = None) -> UUID:
    """A conversation of somebody in direct messages (or a server), with a line of theirs."""
    one, number = new_id(), person.discord_id
    await site.owner(
        "INSERT INTO conversations (id, owner_id, channel_id, webhook_channel_id, guild_id, kind, status, via)"
        " VALUES (:id, :user, :channel, :channel, :guild, 'single', 'active', :via)",
        id=one, user=person.user_id, channel=9000 + number + (guild_id or 0), guild=guild_id,
        via="bot" if guild_id is None else "webhook",
    )  # fmt: skip
    await site.owner(
        "INSERT INTO participants (id, conversation_id, user_id, role) VALUES (:id, :one, :user, 'primary')",
        id=new_id(), one=one, user=person.user_id,
    )  # fmt: skip
    await site.owner(
        "INSERT INTO messages (id, conversation_id, kind, author_id, content, sensitivity)"
        " VALUES (:id, :one, 'user', :user, :said, 'confidential')",
        id=new_id(), one=one, user=person.user_id, said=said,
    )  # fmt: skip
    return one


async def creator(site: Site, person: Person) -> CreatorCard:
    """A public page of somebody."""
    draft = CreatorDraft(f"maker-{person.discord_id}", f"Maker {person.discord_id}", "Makes characters")
    async with site.database.work(Actor.user(person.user_id)) as work:
        return (await site.desk.creators.save(work, person.user_id, draft)).page.card


async def gift(site: Site, person: Person, words: str) -> UUID:
    """A gift that waits, from somebody to the house's own collector."""
    friend = site.people.get(COLLECTOR) or await site.person(COLLECTOR)
    await rich(site, person, 1_000_000)
    given = await site.call(
        person,
        "POST",
        "/gifts",
        {"recipient": str(friend.discord_id), "amount": 5, "message": words},
        headers={"Idempotency-Key": f"gift-of-{person.discord_id}"},
    )
    assert given.status == 201, given.body
    return UUID(given["id"])


async def rich(site: Site, person: Person, amount: int) -> None:
    """Tokens for somebody, as if they had bought them."""
    async with site.database.work(Actor.job("test")) as work:
        await site.desk.ledger.issue(
            work, person.user_id, amount, TransferKind.PURCHASE, f"test:{person.user_id}:{new_id()}"
        )
