"""Rate limits, OAuth2, the journal, the files a world is kept in, and the hooks only tests pull."""

import asyncio
import base64
import hashlib
import json
import signal
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import aiohttp
import discord
import pytest

from sandbox.cdn import default_avatar
from sandbox.limits import Limit
from sandbox.server import Sandbox
from tests.sandbox.visitors import Bot, Person, pointed

SEND = "POST /channels/{channel_id}/messages"


# ---------------------------------------------------------------------------------------------------- rate limits


async def test_a_bucket_answers_429_and_discord_py_waits(
    sandbox: Sandbox, bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.core.limits.set(SEND, Limit(2, 0.3))
    tavern = bot.place("tavern")
    await asyncio.gather(*[tavern.send(str(number)) for number in range(5)])
    assert len(sandbox.world.history(sandbox.channel_id("tavern"))) == 5
    async with aiohttp.ClientSession(headers={"Authorization": f"Bot {sandbox.bot_token}"}) as http:
        url = f"{sandbox.url}/api/v10/channels/{tavern.id}/messages"
        answers = [await http.post(url, json={"content": "x"}) for _ in range(3)]
        refused = next(answer for answer in answers if answer.status == 429)
        body = await refused.json()
    assert refused.headers["Via"]
    assert refused.headers["X-RateLimit-Scope"] == "user"
    assert (body["global"], body["retry_after"] > 0) == (False, True)
    assert answers[0].headers["X-RateLimit-Bucket"] == refused.headers["X-RateLimit-Bucket"]


async def test_the_global_limit_says_so(sandbox: Sandbox) -> None:
    sandbox.core.limits.set("global", Limit(1, 60))
    async with aiohttp.ClientSession(headers={"Authorization": f"Bot {sandbox.bot_token}"}) as http:
        await http.get(f"{sandbox.url}/api/v10/users/@me")
        refused = await http.get(f"{sandbox.url}/api/v10/users/@me")
        assert (refused.status, refused.headers["X-RateLimit-Global"]) == (429, "true")
        assert (await refused.json())["global"] is True


async def test_all_webhooks_of_a_channel_share_a_limit(sandbox: Sandbox, bot: Bot) -> None:
    sandbox.core.limits.set("webhooks", Limit(1, 60))
    first = await bot.place("tavern").create_webhook(name="A")
    second = await bot.place("tavern").create_webhook(name="B")
    await first.send("x")
    async with aiohttp.ClientSession() as http:
        refused = await http.post(f"{sandbox.url}/api/v10/webhooks/{second.id}/{second.token}", json={"content": "x"})
    assert (refused.status, refused.headers["X-RateLimit-Scope"]) == (429, "shared")


# ---------------------------------------------------------------------------------------------------- OAuth2


def _query(sandbox: Sandbox, **more: str) -> dict[str, str]:
    return {
        "client_id": sandbox.application.id,
        "redirect_uri": "http://127.0.0.1:1/back",
        "response_type": "code",
        "scope": "identify guilds",
        "state": "s1",
        **more,
    }


def _basic(client_id: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()}


async def _code(sandbox: Sandbox, http: aiohttp.ClientSession, **more: str) -> str:
    fields = {**_query(sandbox, **more), "person": sandbox.person("alex").id, "answer": "authorize"}
    answer = await http.post(f"{sandbox.url}/oauth2/authorize", data=fields, allow_redirects=False)
    assert answer.status == 302, await answer.text()
    back = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert back["state"] == ["s1"]
    return back["code"][0]


async def test_oauth2_from_page_to_revocation(sandbox: Sandbox) -> None:
    api = sandbox.url + "/api/v10"
    basic = _basic(sandbox.application.id, sandbox.application.client_secret)
    async with aiohttp.ClientSession() as http:
        page = await (await http.get(f"{sandbox.url}/oauth2/authorize", params=_query(sandbox))).text()
        assert "BotCafé asks for access" in page
        assert "Alex" in page
        code = await _code(sandbox, http)
        exchange = {"grant_type": "authorization_code", "code": code, "redirect_uri": "http://127.0.0.1:1/back"}
        tokens = await (await http.post(f"{api}/oauth2/token", data=exchange, headers=basic)).json()
        assert (tokens["token_type"], tokens["expires_in"], tokens["scope"]) == ("Bearer", 604800, "identify guilds")
        again = await http.post(f"{api}/oauth2/token", data=exchange, headers=basic)
        assert (again.status, (await again.json())["error"]) == (400, "invalid_grant")

        bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
        assert (await (await http.get(f"{api}/users/@me", headers=bearer)).json())["username"] == "alex"
        guilds = await (await http.get(f"{api}/users/@me/guilds", headers=bearer)).json()
        assert int(guilds[0]["permissions"]) & 0x20
        assert (await (await http.get(f"{api}/oauth2/@me", headers=bearer)).json())["user"]["username"] == "alex"
        channel = sandbox.channel_id("tavern")
        assert (await http.get(f"{api}/channels/{channel}/messages", headers=bearer)).status == 401

        refresh = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
        fresh = await (await http.post(f"{api}/oauth2/token", data=refresh, headers=basic)).json()
        assert fresh["access_token"] != tokens["access_token"]
        await http.post(f"{api}/oauth2/token/revoke", data={"token": fresh["access_token"]}, headers=basic)
        bearer = {"Authorization": f"Bearer {fresh['access_token']}"}
        assert (await http.get(f"{api}/users/@me", headers=bearer)).status == 401


async def test_oauth2_refusals(sandbox: Sandbox) -> None:
    token = f"{sandbox.url}/api/v10/oauth2/token"
    async with aiohttp.ClientSession() as http:
        wrong = await http.post(token, data={"grant_type": "refresh_token"}, headers=_basic("1", "x"))
        assert (wrong.status, (await wrong.json())["error"]) == (401, "invalid_client")
        basic = _basic(sandbox.application.id, sandbox.application.client_secret)
        as_json = await http.post(token, json={"grant_type": "refresh_token"}, headers=basic)
        assert as_json.status == 400
        code = await _code(sandbox, http)
        elsewhere = {"grant_type": "authorization_code", "code": code, "redirect_uri": "http://127.0.0.1:1/other"}
        refused = await http.post(token, data=elsewhere, headers=basic)
        assert (await refused.json())["error"] == "invalid_grant"
        page = f"{sandbox.url}/oauth2/authorize"
        for more in ({"client_id": "1"}, {"redirect_uri": "https://example.com/x"}, {"scope": "everything"}):
            assert (await http.get(page, params=_query(sandbox, **more))).status == 400
        fields = {**_query(sandbox), "answer": "cancel"}
        denied = await http.post(page, data=fields, allow_redirects=False)
        assert "error=access_denied" in denied.headers["Location"]


async def test_pkce(sandbox: Sandbox) -> None:
    verifier = "v" * 43
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    basic = _basic(sandbox.application.id, sandbox.application.client_secret)
    async with aiohttp.ClientSession() as http:
        for given, status in (("w" * 43, 400), (verifier, 200)):
            code = await _code(sandbox, http, code_challenge=challenge, code_challenge_method="S256")
            exchange = {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": "http://127.0.0.1:1/back",
                "code_verifier": given,
            }
            answer = await http.post(f"{sandbox.url}/api/oauth2/token", data=exchange, headers=basic)
            assert answer.status == status


async def test_a_bot_is_invited_by_who_manages_the_server(sandbox: Sandbox, alex: Person) -> None:
    async with aiohttp.ClientSession() as http:
        made = await http.post(f"{sandbox.url}/sandbox/guilds", json={"name": "Second", "owner_id": alex.id})
        guild = await made.json()
        page = f"{sandbox.url}/oauth2/authorize"
        fields = {
            "client_id": sandbox.application.id,
            "scope": "bot applications.commands",
            "permissions": "2048",
            "server": guild["id"],
            "answer": "authorize",
        }
        assert (await http.post(page, data={**fields, "person": sandbox.person("robin").id})).status == 400
        assert (await http.post(page, data={**fields, "person": alex.id})).status == 200
    assert sandbox.world.membership(guild["id"], sandbox.application.id) is not None


# ---------------------------------------------------------------------------------------------------- journal


async def test_the_journal_tells_everything_but_secrets(sandbox: Sandbox, bot: Bot, robin: Person) -> None:
    webhook = await bot.place("tavern").create_webhook(name="Café")
    await webhook.send("hello", wait=True)
    async with aiohttp.ClientSession() as http:
        entries = await (await http.get(f"{sandbox.url}/sandbox/journal?after=0")).json()
        rest = await (await http.get(f"{sandbox.url}/sandbox/journal?kind=rest&path=/webhooks/")).json()
    assert [entry["n"] for entry in entries] == list(range(1, len(entries) + 1))
    posted = rest[-1]
    assert (posted["method"], posted["status"], posted["transport"]) == ("POST", 200, "rest")
    assert posted["request"]["content"] == "hello"
    assert posted["response"]["webhook_id"] == str(webhook.id)
    assert {"IDENTIFY", "READY", "GUILD_CREATE", "MESSAGE_CREATE"} <= {entry["method"] for entry in entries}
    text = json.dumps(entries)
    for secret in (sandbox.bot_token, str(webhook.token), robin.user.token):
        assert secret not in text


async def test_the_journal_can_be_listened_to(sandbox: Sandbox, robin: Person) -> None:
    heard: list[str] = []
    stop = sandbox.journal.subscribe(lambda entry: heard.append(entry.method))
    await robin.say("tavern", "one")
    stop()
    await robin.say("tavern", "two")
    assert heard.count("POST") == 1


async def test_error_codes_are_not_blotted(sandbox: Sandbox, robin: Person) -> None:
    await robin.call("POST", f"/channels/{sandbox.channel_id('tavern')}/messages", {"content": "x" * 2001})
    error = sandbox.journal.entries(kind="rest")[-1].response
    assert error["errors"]["content"]["_errors"][0]["code"] == "BASE_TYPE_MAX_LENGTH"


# ---------------------------------------------------------------------------------------------------- the world's files


async def test_a_world_is_kept_and_found_again(tmp_path: Path) -> None:
    file = tmp_path / "world.json"
    async with Sandbox.start(world=file) as first:
        async with Person.arrive(first, "robin") as robin:
            said = await robin.say("tavern", "remember me")
        entries = first.journal.last
        token = first.bot_token
    async with Sandbox.start(world=file) as second:
        assert second.bot_token == token
        assert second.world.message(second.channel_id("tavern"), said["id"]).content == "remember me"
        assert second.journal.entries(path="/messages")[0].request == {"content": "remember me"}
        assert second.journal.last >= entries
        assert int(second.world.new_id()) > int(said["id"])


async def test_pictures_follow_the_world_to_another_port(tmp_path: Path) -> None:
    file = tmp_path / "world.json"
    form = aiohttp.FormData()
    body = {"embeds": [{"title": "look", "image": {"url": "attachment://a.png"}}]}
    form.add_field("payload_json", json.dumps(body))
    form.add_field("files[0]", default_avatar(1), filename="a.png")
    async with Sandbox.start(world=file) as first, aiohttp.ClientSession() as http:
        path = f"/api/v10/channels/{first.channel_id('tavern')}/messages"
        headers = {"Authorization": first.person("robin").token}
        assert (await http.post(first.url + path, data=form, headers=headers)).status == 200
    async with Sandbox.start(world=file) as second, aiohttp.ClientSession() as http:
        (message,) = await (await http.get(second.url + path, headers=headers)).json()
        picture = message["embeds"][0]["image"]["url"]
        assert picture.startswith(second.url)
        assert await (await http.get(picture)).read() == default_avatar(1)


async def test_an_interaction_outlives_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "world.json"
    headers: dict[str, str] = {}
    async with Sandbox.start(world=file) as first:
        application = first.application.id
        api = f"{first.url}/api/v10"
        headers["Authorization"] = f"Bot {first.bot_token}"
        async with aiohttp.ClientSession() as http, Person.arrive(first, "robin") as robin:
            commands = [{"name": "brew", "description": "Brew"}]
            await http.put(f"{api}/applications/{application}/commands", json=commands, headers=headers)
            await robin.slash("tavern", "brew")
            (interaction,) = first.world.interactions
            path = f"/interactions/{interaction.id}/{interaction.token}/callback"
            assert (await http.post(api + path, json={"type": 5})).status == 204
    async with Sandbox.start(world=file) as second, aiohttp.ClientSession() as http:
        original = f"{second.url}/api/v10/webhooks/{application}/{interaction.token}/messages/@original"
        edited = await (await http.patch(original, json={"content": "done"})).json()
        assert (edited["content"], edited["flags"]) == ("done", 0)


async def _spawn(file: Path) -> tuple[asyncio.subprocess.Process, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox", "--port", "0", "--world", str(file), "--bot-token", "bot.token.x",
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    line = (await process.stdout.readline()).decode()
    return process, line.split(" at ")[1].split()[0]


def _cut_off(log: Path) -> None:
    """Leave a line behind as a kill in the middle of a write would."""
    log.write_bytes(log.read_bytes() + b'["messages", "9", {"cut off')


def _size(file: Path) -> int:
    return file.stat().st_size


async def test_what_was_answered_survives_a_kill(tmp_path: Path) -> None:
    file = tmp_path / "world.json"
    process, url = await _spawn(file)
    headers = {"Authorization": "Bot bot.token.x"}
    async with aiohttp.ClientSession(headers=headers) as http:
        guild = (await (await http.get(f"{url}/api/v10/users/@me/guilds")).json())[0]["id"]
        channels = await (await http.get(f"{url}/api/v10/guilds/{guild}/channels")).json()
        tavern = next(one["id"] for one in channels if one["name"] == "tavern")
        posted = await http.post(f"{url}/api/v10/channels/{tavern}/messages", json={"content": "last words"})
        assert posted.status == 200
        process.send_signal(signal.SIGKILL)
        await process.wait()
        _cut_off(Path(f"{file}.log"))
        process, url = await _spawn(file)
        history = await (await http.get(f"{url}/api/v10/channels/{tavern}/messages")).json()
        journal = await (await http.get(f"{url}/sandbox/journal?path=/messages&method=POST")).json()
    process.send_signal(signal.SIGTERM)
    assert await process.wait() == 0
    assert [message["content"] for message in history] == ["last words"]
    assert journal[0]["request"] == {"content": "last words"}
    assert _size(Path(f"{file}.log")) == 0, "SIGTERM folds the log into the snapshot"


async def test_one_world_is_kept_by_one_sandbox(tmp_path: Path) -> None:
    file = tmp_path / "world.json"
    async with Sandbox.start(world=file):
        with pytest.raises(OSError, match="another sandbox keeps"):
            await Sandbox.open(port=0, world=file)
    async with Sandbox.start(world=file):
        pass


async def test_a_port_in_use_is_a_sentence(sandbox: Sandbox, tmp_path: Path) -> None:
    port = sandbox.url.rsplit(":", 1)[1]
    file = tmp_path / "world.json"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox", "--port", port, "--world", str(file), stderr=asyncio.subprocess.PIPE
    )
    _, complaint = await process.communicate()
    assert process.returncode == 1
    assert "cannot start" in complaint.decode()
    assert not file.exists()


# ---------------------------------------------------------------------------------------------------- hooks and doors


async def test_a_new_person_joins_and_can_speak(sandbox: Sandbox, bot: Bot) -> None:
    async with aiohttp.ClientSession() as http:
        made = await http.post(f"{sandbox.url}/sandbox/people", json={"username": "kim", "global_name": "Kim"})
        kim = await made.json()
        people = await (await http.get(f"{sandbox.url}/sandbox/people")).json()
    assert kim in people
    assert {person["role"] for person in people} == {"member", "creator", "admin"}
    assert (await bot.until("member_join")).display_name == "Kim"
    async with Person.arrive(sandbox, "kim") as person:
        await person.say("tavern", "hi")


async def test_hooks_poke_the_gateway_and_tell_the_state(sandbox: Sandbox, bot: Bot, robin: Person) -> None:
    async with aiohttp.ClientSession() as http:
        poked = await http.post(f"{sandbox.url}/sandbox/gateway/reconnect", json={})
        assert (await poked.json())["sessions"] == 1
        await bot.until("resumed")
        poked = await http.post(f"{sandbox.url}/sandbox/gateway/drop", json={"user_id": robin.id, "code": 4000})
        assert (await poked.json())["sessions"] == 1
        state = await (await http.get(f"{sandbox.url}/sandbox/state")).text()
        wrong = await http.post(f"{sandbox.url}/sandbox/limits", json={"route": "x"})
        assert wrong.status == 400
    assert "The Copper Kettle" in state
    assert sandbox.bot_token not in state
    assert sandbox.application.client_secret not in state


async def test_other_sites_cannot_use_the_hooks(sandbox: Sandbox) -> None:
    async with aiohttp.ClientSession() as http:
        for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Host": "evil.example"}):
            refused = await http.get(f"{sandbox.url}/sandbox/people", headers=headers)
            assert refused.status == 403


async def test_an_unapproved_intent_shows_in_the_applications_flags(sandbox: Sandbox) -> None:
    async with aiohttp.ClientSession() as http:
        await http.post(f"{sandbox.url}/sandbox/intents", json={"approved": 1 << 1})
        headers = {"Authorization": f"Bot {sandbox.bot_token}"}
        shown = await (await http.get(f"{sandbox.url}/api/v10/applications/@me", headers=headers)).json()
    assert shown["flags"] == 1 << 15


async def test_the_client_is_served_and_nothing_beside_it(sandbox: Sandbox) -> None:
    async with aiohttp.ClientSession() as http:
        page = await http.get(sandbox.url + "/")
        assert page.content_type == "text/html"
        for path in ("/js/../../server.py", "/js/%2e%2e/%2e%2e/server.py"):
            assert (await http.get(sandbox.url + path)).status == 404
        assert (await http.get(f"{sandbox.url}/embed/avatars/0.png")).content_type == "image/png"
        assert (await http.get(f"{sandbox.url}/embed/avatars/9.png")).status == 404


async def test_a_wrong_token_cannot_log_in(sandbox: Sandbox) -> None:
    async with pointed(sandbox):
        client = Bot(discord.Intents.none())
        with pytest.raises(discord.LoginFailure):
            await client.login("wrong")
        await client.close()
