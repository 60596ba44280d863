"""Cards as people meet them: a picture becomes a character that speaks, with its lore, and goes out again."""

from __future__ import annotations

import base64
import json
import struct
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from bot.demo.cast import MIRA
from tests.e2e.conftest import Open
from tests.e2e.guests import Chosen, Guest, Town, visit
from tests.fakes.scripted_provider import Say

pytestmark = [pytest.mark.browser]

Comes = Callable[[str, str], Awaitable[Guest]]
SECRET = "The ninth oar is kept under the altar of Saint Brack."
CARD = {
    "spec": "chara_card_v2",
    "spec_version": "2.0",
    "data": {
        "name": "Halvard",
        "description": "{{char}} is a ferryman with one glove, who counts in sevens.",
        "personality": "Dry, slow to laugh.",
        "scenario": "A landing stage in the rain.",
        "first_mes": "*He does not look up.* Seven coins, {{user}}, or a song.",
        "mes_example": "<START>\n{{user}}: Is it far?\n{{char}}: Seven strokes. Then seven more.",
        "creator_notes": "",
        "system_prompt": "",
        "post_history_instructions": "",
        "alternate_greetings": [],
        "tags": ["river"],
        "creator": "somebody",
        "character_version": "1.2",
        "extensions": {"of_another_program": {"moon": 7}},
        "character_book": {
            "name": "The crossing",
            "extensions": {},
            "entries": [
                {"id": 4, "keys": ["oar", "oars"], "content": SECRET, "enabled": True, "insertion_order": 100,
                 "name": "The ninth oar", "extensions": {"unheard_of": True}},
            ],
        },
    },
}  # fmt: skip


def chunks(png: bytes) -> list[tuple[bytes, bytes]]:
    """What a PNG is made of: kind and data of each part."""
    found, at = [], 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        found.append((png[at + 4 : at + 8], png[at + 8 : at + 8 + length]))
        at += 12 + length
    return found


def picture_of(card: dict[str, Any]) -> bytes:
    """A face with the card in it, as other programs write them."""
    text = b"chara\0" + base64.b64encode(json.dumps(card).encode())
    parts = chunks(MIRA.face.read_bytes())
    parts.insert(1, (b"tEXt", text))
    body = b"".join(struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in parts)
    return b"\x89PNG\r\n\x1a\n" + body


def card_in(png: bytes, keyword: bytes) -> dict[str, Any]:
    """The card of a picture."""
    text = next(data for kind, data in chunks(png) if kind == b"tEXt" and data.startswith(keyword + b"\0"))
    found: dict[str, Any] = json.loads(base64.b64decode(text.partition(b"\0")[2]))
    return found


@pytest.fixture
async def comes(shared: Open, browser: Browser) -> AsyncIterator[Comes]:
    """`await comes("creator", "tavern")`: a person at the browser. Errors of the page fail the test."""
    errors: list[str] = []
    town = Town(shared.sandbox.url, {one.name: one.id for one in shared.sandbox.world.channels})
    async with AsyncExitStack() as stack:

        async def arrive(who: str, channel: str) -> Guest:
            guest = await visit(browser, town, who, channel)
            stack.push_async_callback(guest.page.context.close)
            guest.page.on("pageerror", lambda error: errors.append(str(error)))
            return guest

        yield arrive
    assert not errors, errors


async def test_a_card_comes_in_speaks_with_its_lore_and_goes_out(shared: Open, comes: Comes) -> None:
    sasha = await comes("creator", "tavern")
    await sasha.gives("character import", file=("halvard.png", picture_of(CARD)))
    await sasha.told("Its lore book The crossing came along")
    await sasha.told("What became of the card")
    await sasha.choose("character summon", starts="Halv", choice="Halvard")
    greeting = await sasha.answered("Halvard")
    assert await sasha.words_of(greeting) == "He does not look up. Seven coins, Sasha, or a song."
    shared.provider.will(Say("Under the altar."), Say("Wet."))
    await sasha.answered("Halvard", await sasha.says("Halvard, where is the ninth oar?"))
    prompt = next(str(one.body) for one in reversed(shared.provider.requests) if "ninth oar?" in str(one.body))
    for words in (SECRET, "a ferryman with one glove", "A landing stage in the rain.", "Seven strokes."):
        assert words in prompt, words
    # Control: without its key the lore stays out, and the card's words stay in.
    for filler in ("I wait.", "I wait on."):
        await sasha.says(filler)
    await sasha.answered("Halvard", await sasha.says("Halvard, how is the river?"))
    prompt = next(str(one.body) for one in reversed(shared.provider.requests) if "the river?" in str(one.body))
    assert SECRET not in prompt
    assert "a ferryman with one glove" in prompt
    # Out again: what nobody here knows of is still in it.
    await sasha.gives("character export", character=Chosen("Halv", "Halvard"))
    sent = await sasha.told("Halvard as a card")
    picture = sent.locator("img").last
    address = await picture.evaluate("image => image.src.split('?').length ? image.src : ''")
    response = await sasha.page.request.get(address)
    assert response.ok
    written = card_in(await response.body(), b"chara")["data"]
    for field in ("name", "description", "personality", "scenario", "first_mes", "tags", "character_version"):
        assert written[field] == CARD["data"][field], field  # type: ignore[index]
    assert written["extensions"]["of_another_program"] == {"moon": 7}
    assert written["character_book"]["entries"][0]["content"] == SECRET
    assert written["character_book"]["entries"][0]["extensions"]["unheard_of"] is True


async def test_what_is_no_card_is_refused_in_words(shared: Open, comes: Comes) -> None:
    sasha = await comes("creator", "tavern")
    face = MIRA.face.read_bytes()
    shown = sasha.page.locator(".message.ephemeral")
    for number, (name, data) in enumerate({"face.png": face, "cut.png": face[:60], "no.json": b"[1"}.items(), start=1):
        await sasha.gives("character import", file=(name, data))
        await expect(shown).to_have_count(number)
        await expect(shown.last).not_to_contain_text("is thinking")
        await expect(shown.last).not_to_contain_text("is ready")
        await expect(shown.last).not_to_contain_text("went wrong")
