"""Stickers, attachments whose addresses end, voice messages, and what people edit and delete."""

import io

import aiohttp
import discord
import pytest

from sandbox.server import Sandbox
from tests.conformance.session import PNG
from tests.sandbox.visitors import Bot, Person


async def _upload(
    sandbox: Sandbox, person: Person, payload: str, name: str, data: bytes, mime: str
) -> tuple[int, dict]:
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("payload_json", payload, content_type="application/json")
    form.add_field("files[0]", data, filename=name, content_type=mime)
    url = f"{sandbox.url}/api/v10/channels/{sandbox.channel_id('tavern')}/messages"
    async with (
        aiohttp.ClientSession() as http,
        http.post(url, data=form, headers={"Authorization": person.user.token}) as answer,
    ):
        return answer.status, await answer.json()


async def _status(url: str) -> int:
    async with aiohttp.ClientSession() as http, http.get(url) as answer:
        return answer.status


async def test_stickers_are_listed_sent_and_shown(sandbox: Sandbox, bot: Bot, robin: Person) -> None:
    guild = bot.guilds[0]
    assert {one.name for one in guild.stickers} == {"Kettle's on", "Lamp lit", "Sleepy star"}
    lamp = next(one for one in await guild.fetch_stickers() if one.name == "Lamp lit")
    said = await robin.say("tavern", "", sticker_ids=[str(lamp.id)])
    assert said["sticker_items"] == [{"id": str(lamp.id), "name": "Lamp lit", "format_type": 1}]
    heard = await bot.until("message", lambda message: message.id == int(said["id"]))
    (item,) = heard.stickers
    assert (item.name, item.format) == ("Lamp lit", discord.StickerFormatType.png)
    assert (await item.read()).startswith(b"\x89PNG")
    assert isinstance(await item.fetch(), discord.GuildSticker)
    assert (await bot.place("tavern").send(stickers=[lamp])).stickers[0].id == lamp.id


async def test_stickers_of_nowhere_or_elsewhere_are_refused(sandbox: Sandbox, robin: Person) -> None:
    lamp = next(iter(sandbox.world.stickers))
    for channel, sticker in (("tavern", "1"), ("pier", lamp.id), ("Tea at four", lamp.id)):
        path = f"/channels/{sandbox.channel_id(channel)}/messages"
        status, answer = await robin.call("POST", path, {"sticker_ids": [sticker]})
        assert (status, answer["code"]) == (400, 50081), channel
    assert (await robin.call("GET", "/stickers/1"))[1]["code"] == 10060


async def test_the_address_of_an_attachment_ends_and_is_given_anew(sandbox: Sandbox, bot: Bot, robin: Person) -> None:
    payload = '{"attachments": [{"id": 0, "description": "one dot"}]}'
    status, said = await _upload(sandbox, robin, payload, "dot.png", PNG, "image/png")
    assert status == 200
    heard = await bot.until("message", lambda message: message.id == int(said["id"]))
    (file,) = heard.attachments
    assert (file.description, file.width, file.content_type) == ("one dot", 1, "image/png")
    assert await file.read() == PNG
    assert await _status(file.url.partition("?")[0]) == 404
    assert await _status(file.url[:-1] + ("0" if file.url[-1] != "0" else "1")) == 404
    sandbox.core.clock.advance(2 * 86_400)
    assert await _status(file.url) == 404
    fresh = await heard.channel.fetch_message(heard.id)
    assert await fresh.attachments[0].read() == PNG


async def test_pictures_inside_embeds_stay_reachable(sandbox: Sandbox, bot: Bot) -> None:
    embed = (
        discord.Embed().set_thumbnail(url="attachment://dot.png").set_author(name="x", icon_url="attachment://dot.png")
    )
    sent = await bot.place("tavern").send(embed=embed, file=discord.File(io.BytesIO(PNG), "dot.png"))
    assert await _status(sent.embeds[0].thumbnail.url or "") == 200
    # A picture named by the address it was shown under has a fresh one later.
    await sent.edit(embed=discord.Embed().set_thumbnail(url=sent.embeds[0].thumbnail.url))
    sandbox.core.clock.advance(2 * 86_400)
    assert await _status(sent.embeds[0].thumbnail.url or "") == 404
    again = await bot.place("tavern").fetch_message(sent.id)
    assert await _status(again.embeds[0].thumbnail.url or "") == 200


async def test_a_text_file_is_read_as_it_was_sent(sandbox: Sandbox, bot: Bot, robin: Person) -> None:
    text = "für später\n".encode()
    _, said = await _upload(sandbox, robin, '{"content": "notes"}', "notes für später.txt", text, "text/plain")
    heard = await bot.until("message", lambda message: message.id == int(said["id"]))
    assert await heard.attachments[0].read() == text


SOUND = b"OggS" + bytes(60)
ABOUT = '"attachments": [{"id": 0, "duration_secs": 1.5, "waveform": "AAEC"}]'


async def test_a_voice_message_has_its_shape(sandbox: Sandbox, bot: Bot, robin: Person) -> None:
    status, said = await _upload(sandbox, robin, f'{{"flags": 8192, {ABOUT}}}', "voice-message.ogg", SOUND, "audio/ogg")
    assert (status, said["flags"]) == (200, 8192)
    heard = await bot.until("message", lambda message: message.id == int(said["id"]))
    assert heard.flags.voice
    assert heard.attachments[0].is_voice_message()
    assert (heard.attachments[0].duration, heard.attachments[0].waveform) == (1.5, b"\x00\x01\x02")
    path = f"/channels/{heard.channel.id}/messages/{said['id']}"
    assert (await robin.call("PATCH", path, {"content": "x"}))[1]["code"] == 50162


@pytest.mark.parametrize(
    ("payload", "mime", "code"),
    [
        (f'{{"flags": 8192, "content": "x", {ABOUT}}}', "audio/ogg", 50159),
        (f'{{"flags": 8192, {ABOUT}}}', "text/plain", 50160),
        ('{"flags": 8192}', "audio/ogg", 50161),
    ],
)
async def test_what_is_no_voice_message(sandbox: Sandbox, robin: Person, payload: str, mime: str, code: int) -> None:
    status, answer = await _upload(sandbox, robin, payload, "voice-message.ogg", SOUND, mime)
    assert (status, answer["code"]) == (400, code)


async def test_people_mend_their_own_words_and_moderators_remove_others(
    sandbox: Sandbox, bot: Bot, robin: Person, alex: Person
) -> None:
    said = await robin.say("tavern", "teh kettle")
    path = f"/channels/{said['channel_id']}/messages/{said['id']}"
    assert (await alex.call("PATCH", path, {"content": "mine now"}))[1]["code"] == 50005
    assert (await robin.call("PATCH", path, {"content": "the kettle"}))[1]["content"] == "the kettle"
    _, after = await bot.until("message_edit", lambda _, after: after.id == int(said["id"]))
    assert (after.content, after.edited_at is not None) == ("the kettle", True)
    other = await alex.say("tavern", "the boss speaks")
    foreign = f"/channels/{other['channel_id']}/messages/{other['id']}"
    assert (await robin.call("DELETE", foreign))[1]["code"] == 50013
    assert (await alex.call("DELETE", path))[0] == 204
    assert (await bot.until("message_delete")).id == int(said["id"])
