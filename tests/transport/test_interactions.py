"""People at their clients: what they press and read, through the sandbox's own side of interactions."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import discord
from discord import app_commands
from discord.gateway import DiscordWebSocket
from yarl import URL

from bot.errors import StageClosed
from bot.texts import Say
from bot.transport.border import stage_sentence
from bot.transport.client import CafeClient
from bot.transport.marks import STOP_TEMPLATE, Mark
from bot.transport.views import CafeView, TurnButton
from sandbox.server import Sandbox
from tests.sandbox.visitors import Person
from tests.transport.hall import Hall, hall
from tests.transport.town import Listener, make_client, running, until

HOSTILE = "@everyone <@{robin}>"


@asynccontextmanager
async def visited(
    here: Hall, callback: Callable[[discord.Interaction], Any], *items: Any
) -> AsyncIterator[tuple[CafeClient, Person]]:
    async def run_it(interaction: discord.Interaction) -> None:
        await callback(interaction)

    async def prepare(client: CafeClient) -> None:
        client.tree.add_command(app_commands.Command(name="try", description="Try it", callback=run_it))
        client.add_dynamic_items(*items)

    client = make_client(Listener(), prepare=prepare)
    # The meddler before the sandbox passes on requests, not the gateway; the hall points everything back at its end.
    DiscordWebSocket.DEFAULT_GATEWAY = URL(here.sandbox.url.replace("http", "ws", 1))
    async with running(client, here.sandbox.bot_token), Person.arrive(here.sandbox, "robin") as robin:
        await asyncio.wait_for(client.until_up(), 20)
        yield client, robin


def texts_written(sandbox: Sandbox, after: int) -> list[tuple[str, dict[str, Any]]]:
    """Every body with content that left the bot, with the path it went to."""
    found: list[tuple[str, dict[str, Any]]] = []
    for entry in sandbox.journal.entries(after=after):
        if entry.transport == "rest" and entry.method in ("POST", "PATCH") and isinstance(entry.request, dict):
            body = entry.request.get("data") if "callback" in entry.path else entry.request
            if entry.actor.kind != "user" and isinstance(body, dict) and body.get("content"):
                found.append((f"{entry.method} {entry.path}", body))
    return found


async def test_whatever_discordpy_writes_for_us_pings_nobody() -> None:
    async with hall() as here:
        hostile = HOSTILE.format(robin=here.sandbox.person("robin").id)

        class Panel(CafeView):
            @discord.ui.button(label="Press", custom_id="panel")
            async def press(self, interaction: discord.Interaction, button: discord.ui.Button[Any]) -> None:
                await interaction.response.edit_message(content=f"7 {hostile}")

        async def callback(interaction: discord.Interaction) -> None:
            await interaction.response.send_message(f"1 {hostile}", view=Panel())
            await interaction.edit_original_response(content=f"2 {hostile}")
            followup = await interaction.followup.send(f"3 {hostile}", wait=True)
            await followup.edit(content=f"4 {hostile}")
            assert isinstance(interaction.channel, discord.TextChannel)
            message = await interaction.channel.send(f"5 {hostile}")
            await message.edit(content=f"6 {hostile}")

        async with visited(here, callback) as (_, robin):
            await robin.slash("tavern", "try")
            await until(lambda: len(texts_written(here.sandbox, here.began)) == 6)
            panel = next(one for one in here.sandbox.world.history(here.channel.id) if one.components)
            await robin.interact("tavern", 3, {"component_type": 2, "custom_id": "panel"}, message_id=panel.id)
            await until(lambda: len(texts_written(here.sandbox, here.began)) == 7)
        written = texts_written(here.sandbox, here.began)
        assert sorted(body["content"][0] for _, body in written) == list("1234567")
        assert [path for path, body in written if body.get("allowed_mentions") != {"parse": []}] == []
        assert not any(
            message.mention_everyone or message.mentions for message in here.sandbox.world.history(here.channel.id)
        )


async def test_an_error_is_told_in_the_persons_language() -> None:
    error = StageClosed("too_many_webhooks")

    async def callback(interaction: discord.Interaction) -> None:
        raise error

    async with hall() as here:
        here.sandbox.person("robin").locale = "es-ES"
        async with visited(here, callback) as (client, robin):
            await robin.slash("tavern", "try")
            shown = await robin.event("MESSAGE_CREATE")
            assert shown["flags"] & 64
            assert shown["content"] == stage_sentence(error, Say("es-ES"))
            assert client.user is not None


class Stop(TurnButton, template=STOP_TEMPLATE):
    pressed_marks: list[Mark] = []  # noqa: RUF012

    async def pressed(self, interaction: discord.Interaction[Any]) -> None:
        self.pressed_marks.append(self.mark)
        await interaction.response.defer()


async def test_the_stop_button_under_a_streamed_reply_names_its_turn_and_part() -> None:
    async def nothing(interaction: discord.Interaction) -> None: ...

    Stop.pressed_marks.clear()
    async with hall(self_winding=False) as here, visited(here, nothing, Stop) as (_, robin):
        scene = here.scene()
        performance = here.perform(scene)
        performance.show("Once upon a time there was a kettle that")
        await here.pass_time(1)
        (message,) = here.said
        custom_id = Mark(scene.turn_id, 0, "stop").custom_id
        await robin.interact("tavern", 3, {"component_type": 2, "custom_id": custom_id}, message_id=message.id)
        await robin.outcome("INTERACTION_SUCCESS")
        assert Stop.pressed_marks == [Mark(scene.turn_id, 0, "stop")]
        await performance.finish("Once upon a time there was a kettle that")
        status, _ = await robin.interact(
            "tavern", 3, {"component_type": 2, "custom_id": custom_id}, message_id=message.id
        )
        assert status == 400
