"""What follows an interaction's first answer, in the ways that are easily got wrong."""

import discord

from sandbox.server import Sandbox
from tests.sandbox.visitors import Bot, Person


async def test_a_followup_fills_a_deferral_and_stands_alone_where_that_was_deleted(
    sandbox: Sandbox, bot: Bot, robin: Person
) -> None:
    @bot.tree.command(name="think", description="Think")
    async def think(interaction: discord.Interaction, *, forget: bool) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        if forget:
            await interaction.delete_original_response()
        await interaction.followup.send(f"forgot {forget}", ephemeral=not forget)

    await bot.tree.sync()
    await robin.slash("tavern", "think", [{"type": 5, "name": "forget", "value": False}])
    filled = await robin.event("MESSAGE_UPDATE", lambda m: m["content"] == "forgot False")
    assert filled["flags"] & 64
    await robin.slash("tavern", "think", [{"type": 5, "name": "forget", "value": True}])
    fresh = await robin.event("MESSAGE_CREATE", lambda m: m["content"] == "forgot True")
    # No longer bound to whether the deferral was for one person's eyes.
    assert not fresh["flags"] & 64
    assert [one.content for one in sandbox.world.history(sandbox.channel_id("tavern"))] == ["forgot True"]
