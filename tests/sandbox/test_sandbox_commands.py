"""Registering commands, showing them to whom they are for, and the application's emojis."""

import discord
import pytest
from discord import app_commands

from sandbox.cdn import default_avatar
from sandbox.server import Sandbox
from tests.sandbox.visitors import Bot, Person


async def test_commands_only_for_whom_they_are(sandbox: Sandbox, bot: Bot, robin: Person, alex: Person) -> None:
    @bot.tree.command(name="tidy", description="Tidy")
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.guild_only()
    async def tidy(interaction: discord.Interaction) -> None: ...

    (command,) = await bot.tree.sync()
    path = f"/channels/{sandbox.channel_id('tavern')}/application-commands/search?type=1&query=ti"
    assert (await robin.call("GET", path))[1]["application_commands"] == []
    found = (await alex.call("GET", path))[1]
    assert [one["name"] for one in found["application_commands"]] == ["tidy"]
    assert found["applications"][0]["name"] == "BotCafé"
    data = {"id": str(command.id), "name": "tidy", "type": 1}
    status, body = await robin.interact("tavern", 2, data)
    assert (status, body["code"]) == (403, 50013)


async def test_sync_keeps_ids_and_refuses_bad_commands(bot: Bot) -> None:
    @bot.tree.command(name="one", description="One")
    async def one(interaction: discord.Interaction) -> None: ...

    first = await bot.tree.sync()
    second = await bot.tree.sync()
    assert [c.id for c in first] == [c.id for c in second]
    assert [c.name for c in await bot.tree.fetch_commands()] == ["one"]
    with pytest.raises(discord.HTTPException) as caught:
        await bot.http.bulk_upsert_global_commands(bot.application_id, [{"name": "Bad Name", "description": "x"}])  # type: ignore[arg-type]
    assert caught.value.code == 50035


async def test_application_emojis(sandbox: Sandbox, bot: Bot) -> None:
    emoji = await bot.create_application_emoji(name="face", image=default_avatar(1))
    assert (await emoji.read())[:4] == b"\x89PNG"
    assert [one.name for one in await bot.fetch_application_emojis()] == ["face"]
    await emoji.delete()
    assert await bot.fetch_application_emojis() == []
    with pytest.raises(discord.HTTPException) as caught:
        await bot.http.create_application_emoji(bot.application_id, "x" * 40, "data:image/png;base64,AAAA")  # type: ignore[arg-type]
    assert caught.value.code == 50035
