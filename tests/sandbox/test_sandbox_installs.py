"""An application that a person has for themselves: in servers without the bot, in groups, and in direct messages."""

import aiohttp
import discord
import pytest
from discord import app_commands

from sandbox import trouble
from sandbox.permissions import Permission
from sandbox.server import Sandbox
from tests.sandbox.visitors import Bot, Person, connected

EVERYWHERE = {"guilds": True, "dms": True, "private_channels": True}


async def _refused(doing: object) -> int:
    with pytest.raises(discord.HTTPException) as caught:
        await doing  # type: ignore[misc]
    return caught.value.code


class _Traveller(Bot):
    """A bot with one command that people can take along, and one that only servers have."""

    def __init__(self) -> None:
        super().__init__(discord.Intents.all())
        self.asked: list[discord.Interaction] = []

        @self.tree.command(description="Answer")
        @app_commands.allowed_installs(guilds=True, users=True)
        @app_commands.allowed_contexts(**EVERYWHERE)
        async def say(interaction: discord.Interaction) -> None:
            await interaction.response.send_message("here")
            self.asked.append(interaction)
            self.dispatch("asked", interaction)

        @self.tree.command(description="Only where the bot is")
        @app_commands.allowed_installs(guilds=True, users=False)
        async def inside(interaction: discord.Interaction) -> None:
            await interaction.response.send_message("inside")

        @self.tree.context_menu(name="Look")
        @app_commands.allowed_installs(guilds=True, users=True)
        @app_commands.allowed_contexts(**EVERYWHERE)
        async def look(interaction: discord.Interaction, message: discord.Message) -> None:
            await interaction.response.send_message(f"{message.author.name}: {message.content}", ephemeral=True)

    async def setup_hook(self) -> None:
        await self.tree.sync()


async def test_in_a_server_without_the_bot(sandbox: Sandbox, robin: Person) -> None:
    async with connected(sandbox, _Traveller()) as bot:
        await robin.slash("pier", "say")
        asked: discord.Interaction = await bot.until("asked")
        club = next(guild for guild in sandbox.world.guilds if guild.name == "Harbour Club")
        assert (asked.guild_id, asked.context.guild) == (int(club.id), True)
        assert asked.is_user_integration()
        assert not asked.is_guild_integration()
        assert bot.get_guild(int(club.id)) is None
        assert isinstance(asked.user, discord.Member)
        assert asked.channel is not None
        assert asked.permissions.send_messages
        # Nothing but answers: no sends, no webhooks, no history.
        assert await _refused(bot.http.send_message(asked.channel_id, params=_text("x"))) == 50001  # type: ignore[arg-type]
        assert await _refused(bot.http.logs_from(asked.channel_id, 5)) == 50001  # type: ignore[arg-type]
        for number in range(5):
            await asked.followup.send(f"{number}")
        assert await _refused(asked.followup.send("one too many")) == 40094
        await asked.edit_original_response(content="edits are free")
        await robin.event("MESSAGE_UPDATE", lambda data: data["content"] == "edits are free")
        assert not [args for event, args in bot.heard if event == "message"]


async def test_its_answers_are_whispers_where_apps_from_outside_may_not_speak(sandbox: Sandbox, robin: Person) -> None:
    club = next(guild for guild in sandbox.world.guilds if guild.name == "Harbour Club")
    everyone = sandbox.world.role(club.id, club.id)
    everyone.permissions &= ~Permission.USE_EXTERNAL_APPS
    async with connected(sandbox, _Traveller()) as bot:
        await robin.slash("pier", "say")
        asked = await bot.until("asked")
        assert (await asked.original_response()).flags.ephemeral


async def test_only_who_installed_it_and_only_commands_meant_for_it(sandbox: Sandbox, robin: Person) -> None:
    async with connected(sandbox, _Traveller()), Person.arrive(sandbox, "sasha") as sasha:
        found = await robin.call("GET", f"/channels/{sandbox.channel_id('pier')}/application-commands/search?limit=100")
        assert {one["name"] for one in found[1]["application_commands"]} >= {"say"}
        assert "inside" not in {one["name"] for one in found[1]["application_commands"]}
        command = next(one for one in sandbox.world.commands if one.body["name"] == "inside")
        data = {"id": command.id, "name": "inside", "type": 1}
        assert (await robin.interact("pier", 2, data))[0] == 403
        command = next(one for one in sandbox.world.commands if one.body["name"] == "say")
        data = {"id": command.id, "name": "say", "type": 1}
        assert (await sasha.interact("pier", 2, data))[1]["code"] == 50001
        async with aiohttp.ClientSession() as http:
            await http.post(f"{sandbox.url}/sandbox/installs", json={"user_id": sasha.id})
            assert (await sasha.interact("pier", 2, data))[0] == 204
            await http.post(f"{sandbox.url}/sandbox/installs", json={"user_id": sasha.id, "installed": False})
            assert (await sasha.interact("pier", 2, data))[1]["code"] == 50001


async def test_in_a_conversation_of_several_people(sandbox: Sandbox, robin: Person) -> None:
    async with connected(sandbox, _Traveller()) as bot, Person.arrive(sandbox, "sasha") as sasha:
        said = await sasha.say("Tea at four", "who pours?")
        await robin.slash("Tea at four", "say")
        asked: discord.Interaction = await bot.until("asked")
        assert isinstance(asked.channel, discord.GroupChannel)
        assert asked.context.private_channel
        assert asked.guild is None
        assert isinstance(asked.user, discord.User)
        await sasha.event("MESSAGE_CREATE", lambda data: data["content"] == "here")
        assert await _refused(bot.http.send_message(asked.channel_id, params=_text("x"))) == 50001  # type: ignore[arg-type]
        command = next(one for one in sandbox.world.commands if one.body["name"] == "Look")
        data = {"id": command.id, "name": "Look", "type": 3, "target_id": said["id"]}
        assert (await robin.interact("Tea at four", 2, data))[0] == 204
        whisper = await robin.event("MESSAGE_CREATE", lambda data: data["content"] == "sasha: who pours?")
        assert whisper["flags"] & 64
        assert not [one for one in sasha.heard("MESSAGE_CREATE") if one["id"] == whisper["id"]]


async def test_in_direct_messages_with_the_bot(sandbox: Sandbox, robin: Person) -> None:
    async with connected(sandbox, _Traveller()) as bot:
        status, direct = await robin.call("POST", "/users/@me/channels", {"recipient_id": sandbox.application.id})
        assert status == 200
        name = "direct with the bot"
        sandbox.world.channel(direct["id"]).name = name
        await robin.say(name, "hello you")
        heard = await bot.until("message", lambda message: message.content == "hello you")
        assert isinstance(heard.channel, discord.DMChannel)
        await robin.slash(name, "say")
        asked: discord.Interaction = await bot.until("asked")
        assert (asked.context.dm_channel, asked.guild) == (True, None)
        for number in range(7):
            await asked.followup.send(f"{number}")
        await heard.channel.send("and messages of its own")
        trouble.cause(sandbox.core, "close_direct", user_id=robin.id)
        assert await _refused(heard.channel.send("x")) == 50007
        # Answers still come through: the person asked for them.
        await asked.followup.send("an answer")


async def test_a_token_ends_after_a_quarter_of_an_hour(sandbox: Sandbox, robin: Person) -> None:
    async with connected(sandbox, _Traveller()) as bot, aiohttp.ClientSession() as http:
        await robin.slash("pier", "say")
        asked = await bot.until("asked")
        await http.post(f"{sandbox.url}/sandbox/clock", json={"advance": 901})
        assert await _refused(asked.followup.send("late")) == 50027
        assert await _refused(asked.edit_original_response(content="late")) == 50027


async def test_installing_on_the_page(sandbox: Sandbox) -> None:
    application, sasha = sandbox.application, sandbox.person("sasha")
    query = {"client_id": application.id, "scope": "applications.commands", "integration_type": "1"}
    async with aiohttp.ClientSession() as http:
        async with http.get(f"{sandbox.url}/oauth2/authorize", params=query) as page:
            text = await page.text()
            assert "Use its commands wherever you are" in text
            assert "<select" not in text
        form = {**query, "answer": "authorize", "person": sasha.id}
        async with http.post(f"{sandbox.url}/oauth2/authorize", data=form) as page:
            assert page.status == 200
        assert sasha.id in application.installed_by
        async with http.get(f"{sandbox.url}/oauth2/authorize", params={**query, "scope": "bot"}) as page:
            assert page.status == 400


async def test_people_begin_groups_and_bots_do_not(sandbox: Sandbox, robin: Person, bot: Bot) -> None:
    others = [sandbox.person("sasha").id, sandbox.person("alex").id]
    status, group = await robin.call("POST", "/users/@me/channels", {"recipients": others})
    assert (status, group["type"], group["owner_id"]) == (200, 3, robin.id)
    assert {one["id"] for one in group["recipients"]} == set(others)
    crowd = [sandbox.application.id, *others]
    assert (await robin.call("POST", "/users/@me/channels", {"recipients": crowd}))[1]["code"] == 50007
    route = discord.http.Route("POST", "/users/@me/channels")
    assert await _refused(bot.http.request(route, json={"recipients": others})) == 20001


def _text(content: str) -> discord.http.MultipartParameters:
    return discord.http.MultipartParameters({"content": content}, None, None)
