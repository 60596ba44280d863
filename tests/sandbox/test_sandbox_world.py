"""The world's log: every row it writes is read again as it was."""

from pathlib import Path

import discord
import orjson

from sandbox import trouble
from sandbox.server import Sandbox
from tests.sandbox.visitors import Bot, Person, connected


async def test_what_the_log_holds_is_the_world(tmp_path: Path) -> None:
    file = tmp_path / "world.json"
    async with Sandbox.start(world=file) as sandbox:
        async with connected(sandbox, Bot(discord.Intents.all())) as bot, Person.arrive(sandbox, "robin") as robin:

            @bot.tree.command(name="here", description="Here")
            async def here(interaction: discord.Interaction) -> None:
                await interaction.response.send_message("whisper", ephemeral=True)

            await bot.tree.sync()
            await robin.slash("tavern", "here")
            await robin.event("MESSAGE_CREATE", lambda m: m["content"] == "whisper")
            tavern = bot.place("tavern")
            said = await tavern.send("look", embed=discord.Embed(title="A lamp"), file=discord.File(__file__))
            await said.add_reaction("☕")
            await said.pin()
            await tavern.create_webhook(name="cafe")
            await tavern.create_thread(name="aside", message=said)
            trouble.cause(sandbox.core, "deny", channel_id=str(tavern.id), permissions=["EMBED_LINKS"])
            trouble.cause(sandbox.core, "kick", guild_id=sandbox.guild.id, user_id=sandbox.person("sasha").id)
        world = sandbox.world.dump()
        log = file.with_name("world.json.log").read_bytes().splitlines()
        snapshot = orjson.loads(file.read_bytes())
        for line in log:
            shelf, key, row = orjson.loads(line)
            if row is None:
                del snapshot[shelf][key]
            else:
                snapshot[shelf][key] = row
        assert len(log) > 20
        assert orjson.dumps(snapshot, option=orjson.OPT_SORT_KEYS) == orjson.dumps(world, option=orjson.OPT_SORT_KEYS)
