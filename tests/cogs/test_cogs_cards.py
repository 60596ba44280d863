"""/character import and export, as people use them: by file, by link, from a message; and what is refused."""

from __future__ import annotations

import io
from typing import Any

import discord
import orjson
import pytest
import simcord
from PIL import Image

from bot.services.characters.cards.containers import opened, with_card
from tests.cogs.conftest import Town
from tests.cogs.test_cogs_characters import create, last, words
from tests.services.test_services_turns import rows


def card(**data: object) -> dict[str, Any]:
    told = {"name": "Juno", "description": "A pilot.", "first_mes": "Hello.", "extensions": {"other": 1}}
    return {"spec": "chara_card_v2", "spec_version": "2.0", "data": {**told, **data}}


def png(raw: dict[str, Any]) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 64), "blue").save(out, "PNG")
    return with_card(out.getvalue(), {"chara": orjson.dumps(raw)})


BOOK = {
    "name": "Sky",
    "extensions": {},
    "entries": [{"id": 1, "keys": ["wing"], "content": "It creaks.", "enabled": True}],
}


def told_first(result: simcord.InteractionResult) -> str:
    """What is said above the panel."""
    told = [*([result.response] if result.response else []), *result.followups]
    assert all(one.ephemeral for one in told)
    return told[-2].content


async def bring(town: Town, data: bytes, file_name: str = "juno.png", **options: Any) -> simcord.InteractionResult:
    result = await town.robin.slash(town.channel, "character import", file=(file_name, data), **options)
    await town.settle()
    return result


async def test_a_card_becomes_a_character_with_its_face_and_its_book(town: Town) -> None:
    told = await bring(town, png(card(character_book=BOOK)))
    assert "**Juno** is ready. Only you can summon it." in told_first(told)
    assert "Its lore book **Sky** came along (1 entry) and is in force wherever it speaks." in told_first(told)
    assert "extensions.other: has no meaning here; kept for export." in words(told)
    assert [one.filename for one in last(told).attachments] == ["report.txt"]
    sql = "SELECT name, definition, greeting, picture_id IS NOT NULL FROM characters"
    assert await rows(town.program, sql) == [("Juno", "A pilot.", "Hello.", True)]
    assert await rows(town.program, "SELECT scope FROM lore_attachments") == [("character",)]


async def test_it_goes_out_as_it_came(town: Town) -> None:
    raw = card(character_book=BOOK)
    await bring(town, png(raw))
    told = await town.robin.slash(town.channel, "character export", character="Juno", format="json-v2")
    assert "**Juno** as a card, its lore book in it (1 entry)." in words(told)
    assert orjson.loads(await last(told).attachments[0].read()) == raw
    picture = await town.robin.slash(town.channel, "character export", character="Juno")
    (file,) = last(picture).attachments
    assert file.filename == "juno.png"
    assert opened(await file.read()).data["data"]["name"] == "Juno"  # type: ignore[index]


async def test_a_newer_card_is_compared_and_waits(town: Town) -> None:
    await bring(town, png(card()))
    told = await bring(town, png(card(first_mes="Ahoy!")), character="Juno")
    assert "- greeting: new in the card" in words(told)
    assert await rows(town.program, "SELECT greeting FROM characters") == [("Hello.",)]
    await town.robin.click(last(told), label="Take all from the card")
    assert "**Juno** is up to date." in words(told)
    assert await rows(town.program, "SELECT greeting FROM characters") == [("Ahoy!",)]
    same = await bring(town, png(card(first_mes="Ahoy!")), character="Juno")
    assert "says nothing that **Juno** does not say already" in words(same)
    again = await bring(town, png(card(first_mes="Other.")), character="Juno")
    await town.robin.click(last(again), label="Change nothing")
    assert words(again) == "Nothing was changed."
    assert await rows(town.program, "SELECT greeting FROM characters") == [("Ahoy!",)]


async def test_a_card_is_found_in_a_message(town: Town) -> None:
    posted = await town.sasha.send(town.channel, "look", attachments=[("juno.png", png(card()))])
    link = f"https://discord.com/channels/{town.guild.id}/{town.channel.id}/{posted.id}"
    result = await town.robin.slash(town.channel, "character import", link=link)
    await town.settle()
    assert "**Juno** is ready." in told_first(result)
    empty = await town.sasha.send(town.channel, "nothing")
    link = f"https://discord.com/channels/{town.guild.id}/{town.channel.id}/{empty.id}"
    assert "There is no card in that message" in words(
        await town.robin.slash(town.channel, "character import", link=link)
    )


async def test_a_message_that_one_may_not_read_is_not_read_for_them(town: Town) -> None:
    hidden = town.guild.create_text_channel(
        "staff", overwrites={town.guild.default_role: discord.PermissionOverwrite(view_channel=False),
                             town.guild.me: discord.PermissionOverwrite(view_channel=True)},
    )  # fmt: skip
    await town.settle()
    posted = await town.owner.send(hidden, "ours", attachments=[("juno.png", png(card()))])
    link = f"https://discord.com/channels/{town.guild.id}/{hidden.id}/{posted.id}"
    told = await town.robin.slash(town.channel, "character import", link=link)
    assert "you or I cannot read it there" in words(told)
    allowed = await town.owner.slash(town.channel, "character import", link=link)
    await town.settle()
    assert "**Juno** is ready." in told_first(allowed), "the control: who may read it, may bring it in"


@pytest.mark.parametrize(
    "link", ["http://169.254.169.254/latest/meta-data", "https://example.com/card.png", "file:///etc/passwd", "x"]
)
async def test_no_address_but_discords_is_asked(town: Town, link: str) -> None:
    told = await town.robin.slash(town.channel, "character import", link=link)
    assert "Only files that lie with Discord are read." in words(told)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"{}", "no character card"),
        (orjson.dumps(card(name=" ")), "gives its character no name"),
        (orjson.dumps(card(name="Discord")), "which no character here can be called"),
        (b"\x89PNG\r\n\x1a\nnot one", "There is no card in this picture."),
    ],
)
async def test_a_bad_card_is_a_sentence_and_nothing_else(town: Town, data: bytes, sentence: str) -> None:
    assert sentence in words(await bring(town, data, "card.json"))
    assert await rows(town.program, "SELECT count(*) FROM characters") == [(0,)]


async def test_another_name_and_nothing_sent(town: Town) -> None:
    told = await bring(town, orjson.dumps(card(name="Discord")), "card.json", name="Dora")
    assert "**Dora** is ready." in told_first(told)
    nothing = await town.robin.slash(town.channel, "character import")
    assert "Choose a file" in words(nothing)


async def test_only_its_maker_gets_the_card(town: Town) -> None:
    await create(town, town.robin)
    ((one,),) = await rows(town.program, "SELECT id::text FROM characters")
    for command, options in (("export", {}), ("import", {"file": ("c.json", orjson.dumps(card()))})):
        told = await town.sasha.slash(town.channel, f"character {command}", character=one, **options)
        assert "There is no such character" in words(told)


async def test_the_same_card_again_says_how_to_bring_it_up_to_date(town: Town) -> None:
    await bring(town, png(card()))
    again = words(await bring(town, png(card())))
    assert "Nothing was made: name it in the option character to bring it up to date" in again
    assert await rows(town.program, "SELECT count(*) FROM characters WHERE name = 'Juno'") == [(1,)]
    same = await bring(town, png(card()), character="Juno")
    assert words(same) == "The card says nothing that **Juno** does not say already."
