"""The gateway: connecting, heartbeats, compression, resuming, and every way it hangs up."""

import asyncio
import json
import zlib
from typing import Any

import aiohttp
import discord
import pytest

from sandbox.gateway.intents import Intent
from sandbox.server import Sandbox
from tests.sandbox.visitors import Bot, Person, connected


async def test_unpatched_discord_py_connects_compressed(sandbox: Sandbox, bot: Bot) -> None:
    (guild,) = bot.guilds
    assert guild.name == "The Copper Kettle"
    assert {member.name for member in guild.members} == {"robin", "sasha", "alex", "BotCafé"}
    assert guild.me.guild_permissions.manage_webhooks
    assert [c.name for c in guild.text_channels][:2] == ["welcome", "lantern-archive"]
    assert bot.ws._decompressor is not None, "discord.py asked for a zlib stream"


async def test_resume_replays_what_was_missed(sandbox: Sandbox, bot: Bot, robin: Person) -> None:
    before = bot.ws.session_id
    sandbox.core.hub.poke("drop", user_id=None, code=4000, resumable=True)
    await bot.until("disconnect")
    await robin.say("tavern", "while you were out")
    message = await bot.until("message")
    assert message.content == "while you were out"
    await bot.until("resumed")
    assert bot.ws.session_id == before


async def test_op_7_asks_to_reconnect(sandbox: Sandbox, bot: Bot, robin: Person) -> None:
    sandbox.core.hub.poke("reconnect", user_id=None, code=0, resumable=True)
    await bot.until("resumed")
    await robin.say("tavern", "still there?")
    assert (await bot.until("message")).content == "still there?"


async def test_op_9_asks_to_identify_anew(sandbox: Sandbox, bot: Bot, robin: Person, monkeypatch: Any) -> None:
    # discord.py waits up to five seconds before it identifies again; the wait is its own, not what is tested here.
    slept: list[float] = []
    original = asyncio.sleep

    async def quick(delay: float, *args: Any) -> Any:
        slept.append(delay)
        return await original(0 if delay in (5, 5.0) else delay, *args)

    monkeypatch.setattr("discord.gateway.asyncio.sleep", quick)
    before, heard = bot.ws.session_id, len(bot.heard)
    sandbox.core.hub.poke("invalidate", user_id=None, code=0, resumable=False)
    await bot.until("ready", after=heard)
    assert bot.ws.session_id != before
    await robin.say("tavern", "hello again")
    assert (await bot.until("message")).content == "hello again"


async def test_an_unknown_session_gets_op_9(sandbox: Sandbox) -> None:
    async with _Raw.connect(sandbox) as raw:
        await raw.send(6, {"token": sandbox.bot_token, "session_id": "gone", "seq": 1})
        assert (await raw.receive())["op"] == 9


async def test_missing_intent_is_4014() -> None:
    async with Sandbox.start() as sandbox:
        sandbox.application.approved_intents = 0
        with pytest.raises(discord.PrivilegedIntentsRequired):
            async with connected(sandbox, Bot(discord.Intents.all())):
                pass
        assert _last_close(sandbox) == 4014


async def test_without_message_content_others_words_are_blank(sandbox: Sandbox, robin: Person) -> None:
    intents = discord.Intents.all()
    intents.message_content = False
    async with connected(sandbox, Bot(intents)) as bot:
        await robin.say("tavern", "secret")
        await robin.say("tavern", f"to you <@{sandbox.application.id}>")
        blank = await bot.until("message")
        named = await bot.until("message", lambda m: bool(m.mentions))
    assert blank.content == ""
    assert named.content.startswith("to you")


async def test_events_without_their_intent_are_not_sent(sandbox: Sandbox, robin: Person) -> None:
    intents = discord.Intents(guilds=True, guild_messages=True, message_content=True)
    async with connected(sandbox, Bot(intents)) as bot:
        channel = sandbox.channel_id("tavern")
        assert (await robin.call("POST", f"/channels/{channel}/typing"))[0] == 204
        await robin.say("tavern", "done")
        await bot.until("message")
        assert not [1 for name, _ in bot.heard if name in ("typing", "raw_typing")]


async def test_a_wrong_token_is_4004_and_401(sandbox: Sandbox) -> None:
    async with _Raw.connect(sandbox) as raw:
        await raw.send(2, {"token": "nobody", "intents": 0, "properties": {}})
        assert await raw.closed() == 4004


class _Raw:
    """A gateway connection by hand."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket

    @classmethod
    def connect(cls, sandbox: Sandbox, query: str = "v=10&encoding=json") -> "_Connecting":
        return _Connecting(sandbox, query)

    async def send(self, opcode: int, data: Any) -> None:
        await self._socket.send_json({"op": opcode, "d": data})

    async def send_text(self, text: str) -> None:
        await self._socket.send_str(text)

    async def receive(self) -> Any:
        return json.loads((await self._socket.receive(timeout=10)).data)

    async def closed(self) -> int | None:
        while not self._socket.closed:
            await self._socket.receive(timeout=10)
        return self._socket.close_code


class _Connecting:
    def __init__(self, sandbox: Sandbox, query: str) -> None:
        self._url = f"{sandbox.url}/?{query}"

    async def __aenter__(self) -> _Raw:
        self._http = aiohttp.ClientSession()
        raw = _Raw(await self._http.ws_connect(self._url))
        if "v=10" in self._url and "compress" not in self._url:
            assert (await raw.receive())["op"] == 10
        return raw

    async def __aexit__(self, *_: object) -> None:
        await self._http.close()


def _identity(sandbox: Sandbox, **more: Any) -> Any:
    return {"token": sandbox.bot_token, "intents": 0, "properties": {}, **more}


def _last_close(sandbox: Sandbox) -> int:
    return [e for e in sandbox.journal.entries(kind="gateway") if e.path == "close"][-1].request["code"]


async def _close_code(sandbox: Sandbox, *payloads: Any) -> int | None:
    async with _Raw.connect(sandbox) as raw:
        for payload in payloads:
            if isinstance(payload, str):
                await raw.send_text(payload)
            else:
                await raw.send(*payload)
        return await raw.closed()


async def test_close_codes(sandbox: Sandbox) -> None:
    identify = (2, _identity(sandbox))
    assert await _close_code(sandbox, (99, {})) == 4001
    assert await _close_code(sandbox, "no json") == 4002
    assert await _close_code(sandbox, json.dumps({"op": 3, "d": "x" * 5000})) == 4002
    assert await _close_code(sandbox, (3, {})) == 4003
    assert await _close_code(sandbox, identify, identify) == 4005
    assert await _close_code(sandbox, *[(1, None)] * 121) == 4008
    assert await _close_code(sandbox, (2, _identity(sandbox, shard=[2, 1]))) == 4010
    assert await _close_code(sandbox, (2, _identity(sandbox, intents=1 << 40))) == 4013


async def test_an_old_version_is_4012(sandbox: Sandbox) -> None:
    async with _Raw.connect(sandbox, "v=6&encoding=json") as raw:
        assert await raw.closed() == 4012


async def test_heartbeats_are_answered_before_identify(sandbox: Sandbox) -> None:
    async with _Raw.connect(sandbox) as raw:
        await raw.send(1, None)
        assert (await raw.receive())["op"] == 11


async def test_one_zlib_stream_per_connection(sandbox: Sandbox) -> None:
    inflate = zlib.decompressobj()
    seen: list[Any] = []
    url = sandbox.url + "/?v=10&encoding=json&compress=zlib-stream"
    async with aiohttp.ClientSession() as http, http.ws_connect(url) as socket:
        await socket.send_json({"op": 2, "d": _identity(sandbox, intents=int(Intent.GUILDS))})
        while len(seen) < 3:
            frame = await socket.receive(timeout=10)
            assert frame.type is aiohttp.WSMsgType.BINARY
            assert frame.data.endswith(b"\x00\x00\xff\xff")
            seen.append(json.loads(inflate.decompress(frame.data)))
    assert [one["op"] for one in seen] == [10, 0, 0]
    assert [one["t"] for one in seen[1:]] == ["READY", "GUILD_CREATE"]


async def test_who_asks_for_zstd_gets_plain_frames(sandbox: Sandbox) -> None:
    url = sandbox.url + "/?v=10&encoding=json&compress=zstd-stream"
    async with aiohttp.ClientSession() as http, http.ws_connect(url) as socket:
        assert (await socket.receive_json(timeout=10))["op"] == 10


async def test_members_are_chunked_with_their_nonce(sandbox: Sandbox, bot: Bot) -> None:
    found = await bot.guilds[0].query_members("sa")
    assert [member.name for member in found] == ["sasha"]


async def test_shards_get_their_own_servers(sandbox: Sandbox) -> None:
    number = (int(sandbox.guild.id) >> 22) % 2
    async with _Raw.connect(sandbox) as mine, _Raw.connect(sandbox) as other:
        for raw, shard in ((mine, number), (other, 1 - number)):
            await raw.send(2, _identity(sandbox, intents=1, shard=[shard, 2]))
        assert len((await mine.receive())["d"]["guilds"]) == 1
        assert (await other.receive())["d"]["guilds"] == []


async def test_people_see_only_what_they_may(robin: Person, alex: Person) -> None:
    def names(person: Person) -> set[str]:
        return {channel["name"] for channel in person.heard("READY")[0]["guilds"][0]["channels"]}

    assert "backstage" in names(alex)
    assert "backstage" not in names(robin)
    await alex.say("backstage", "hush")
    await alex.say("tavern", "hello")
    await robin.event("MESSAGE_CREATE", lambda m: m["content"] == "hello")
    assert not [m for m in robin.heard("MESSAGE_CREATE") if m["content"] == "hush"]
