"""Commands, components, modals and autocomplete, as discord.py and a person's client see them."""

import asyncio
import json
from typing import Any

import aiohttp
import discord
import pytest
from discord import app_commands

from sandbox.server import Sandbox
from tests.sandbox.visitors import Bot, Person, connected


async def _sync(bot: Bot) -> None:
    await bot.tree.sync()


async def test_a_slash_command_with_every_kind_of_option(sandbox: Sandbox, bot: Bot, robin: Person) -> None:
    got: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()

    @bot.tree.command(name="pour", description="Pour a cup")
    async def pour(
        interaction: discord.Interaction,
        what: str,
        cups: app_commands.Range[int, 1, 5],
        warm: bool,
        whom: discord.Member,
        where: discord.TextChannel,
        price: float,
        badge: discord.Role | None = None,
    ) -> None:
        got.set_result({"what": what, "cups": cups, "warm": warm, "whom": whom, "where": where, "price": price})
        await interaction.response.send_message(f"{what} for {whom.mention}", ephemeral=True)

    await _sync(bot)
    await robin.slash(
        "tavern",
        "pour",
        [
            {"type": 3, "name": "what", "value": "tea"},
            {"type": 4, "name": "cups", "value": 2},
            {"type": 5, "name": "warm", "value": True},
            {"type": 6, "name": "whom", "value": sandbox.person("sasha").id},
            {"type": 7, "name": "where", "value": sandbox.channel_id("greenhouse")},
            {"type": 10, "name": "price", "value": 1.5},
        ],
    )
    await robin.outcome("INTERACTION_SUCCESS")
    given = await got
    assert (given["what"], given["cups"], given["warm"], given["price"]) == ("tea", 2, True, 1.5)
    assert given["whom"].global_name == "Sasha"
    assert given["where"].name == "greenhouse"
    answer = await robin.event("MESSAGE_CREATE", lambda m: m["flags"] & 64)
    assert answer["content"].startswith("tea for")
    assert answer["interaction_metadata"]["user"]["id"] == robin.id
    assert not sandbox.world.history(sandbox.channel_id("tavern")), "ephemeral messages stay out of the history"


async def test_an_ephemeral_answer_reaches_only_its_person(
    sandbox: Sandbox, bot: Bot, robin: Person, alex: Person
) -> None:
    @bot.tree.command(name="whisper", description="Whisper")
    async def whisper(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("psst", ephemeral=True)
        await interaction.channel.send("aloud")  # type: ignore[union-attr]

    await _sync(bot)
    await robin.slash("tavern", "whisper")
    assert (await robin.event("MESSAGE_CREATE"))["content"] == "psst"
    assert (await alex.event("MESSAGE_CREATE"))["content"] == "aloud"
    assert [args[0].content for name, args in bot.heard if name == "message"] == ["aloud"]


async def test_options_are_held_against_the_command(bot: Bot, robin: Person) -> None:
    @bot.tree.command(name="count", description="Count")
    async def count_up(interaction: discord.Interaction, to: app_commands.Range[int, 1, 5]) -> None: ...

    (command,) = await bot.tree.sync()
    for options in ([], [{"name": "to", "type": 4, "value": 6}], [{"name": "from", "type": 4, "value": 1}]):
        data = {"id": str(command.id), "name": "count", "type": 1, "options": options}
        status, body = await robin.interact("tavern", 2, data)
        assert (status, body["code"]) == (400, 50035)


async def test_defer_edit_and_follow_up(sandbox: Sandbox, bot: Bot, robin: Person) -> None:
    @bot.tree.command(name="brew", description="Brew")
    async def brew(interaction: discord.Interaction) -> None:
        await interaction.response.defer(thinking=True)
        original = await interaction.original_response()
        assert original.flags.loading
        await interaction.edit_original_response(content="done")
        await interaction.followup.send("and more")
        await interaction.followup.send("for you", ephemeral=True)

    await _sync(bot)
    await robin.slash("tavern", "brew")
    update = await robin.event("MESSAGE_UPDATE")
    assert (update["content"], update["flags"] & 128) == ("done", 0)
    whisper = await robin.event("MESSAGE_CREATE", lambda m: m["content"] == "for you")
    assert whisper["flags"] & 64
    history = [m.content for m in sandbox.world.history(sandbox.channel_id("tavern"))]
    assert history == ["done", "and more"]


async def test_a_deferral_is_filled_by_the_first_followup(sandbox: Sandbox, bot: Bot, robin: Person) -> None:
    @bot.tree.command(name="brew", description="Brew")
    async def brew(interaction: discord.Interaction) -> None:
        await interaction.response.defer(thinking=True)
        await interaction.followup.send("first")
        await interaction.followup.send("second")

    await _sync(bot)
    await robin.slash("tavern", "brew")
    await robin.event("MESSAGE_CREATE", lambda m: m["content"] == "second")
    history = [m.content for m in sandbox.world.history(sandbox.channel_id("tavern"))]
    assert history == ["first", "second"]


async def test_buttons_update_and_selects_choose(sandbox: Sandbox, bot: Bot, robin: Person) -> None:
    class Menu(discord.ui.View):
        @discord.ui.button(label="More", custom_id="more")
        async def more(self, interaction: discord.Interaction, button: discord.ui.Button[Any]) -> None:
            await interaction.response.edit_message(content="pressed")

        @discord.ui.select(cls=discord.ui.UserSelect, custom_id="who")
        async def who(self, interaction: discord.Interaction, select: discord.ui.UserSelect[Any]) -> None:
            await interaction.response.send_message(f"{select.values[0].display_name} it is")

    message = await bot.place("tavern").send("menu", view=Menu())
    data = {"component_type": 2, "custom_id": "more"}
    assert (await robin.interact("tavern", 3, data, message_id=str(message.id)))[0] == 204
    assert (await robin.event("MESSAGE_UPDATE"))["content"] == "pressed"
    sasha = sandbox.person("sasha").id
    data = {"component_type": 5, "custom_id": "who", "values": [sasha]}
    assert (await robin.interact("tavern", 3, data, message_id=str(message.id)))[0] == 204
    reply = await robin.event("MESSAGE_CREATE", lambda m: "it is" in m["content"])
    assert reply["content"] == "Sasha it is"
    assert reply["message_reference"]["message_id"] == str(message.id)


@pytest.mark.parametrize(
    "data",
    [
        {"component_type": 2, "custom_id": "unknown"},
        {"component_type": 3, "custom_id": "pick", "values": ["nothing"]},
        {"component_type": 3, "custom_id": "pick", "values": []},
    ],
)
async def test_a_component_that_is_not_there_cannot_be_used(bot: Bot, robin: Person, data: Any) -> None:
    view = discord.ui.View()
    view.add_item(discord.ui.Select(custom_id="pick", options=[discord.SelectOption(label="a", value="a")]))
    message = await bot.place("tavern").send("menu", view=view)
    status, body = await robin.interact("tavern", 3, data, message_id=str(message.id))
    assert (status, body["code"]) == (400, 50035)


class _Form(discord.ui.Modal, title="A character"):
    name = discord.ui.Label(text="Name", component=discord.ui.TextInput(max_length=10, custom_id="name"))
    tone = discord.ui.Label(
        text="Tone",
        component=discord.ui.Select(
            custom_id="tone",
            options=[discord.SelectOption(label="Warm", value="warm"), discord.SelectOption(label="Dry")],
        ),
    )
    note = discord.ui.TextDisplay("Anything goes.")

    async def on_submit(self, interaction: discord.Interaction) -> None:
        name, tone = self.name.component, self.tone.component
        assert isinstance(name, discord.ui.TextInput)
        assert isinstance(tone, discord.ui.Select)
        await interaction.response.send_message(f"{name.value} is {tone.values[0]}")


async def test_a_modal_there_and_back(bot: Bot, robin: Person) -> None:
    @bot.tree.command(name="create", description="Create")
    async def create(interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(_Form())

    await _sync(bot)
    await robin.slash("tavern", "create")
    modal = await robin.outcome("INTERACTION_MODAL_CREATE")
    assert (modal["title"], modal["application"]["name"]) == ("A character", "BotCafé")

    def filled(name: str) -> Any:
        components = [
            {"type": 18, "component": {"type": 4, "custom_id": "name", "value": name}},
            {"type": 18, "component": {"type": 3, "custom_id": "tone", "values": ["warm"]}},
        ]
        return {"id": modal["id"], "custom_id": modal["custom_id"], "components": components}

    status, body = await robin.interact("tavern", 5, filled("far too long a name"))
    assert (status, body["code"]) == (400, 50035)
    assert (await robin.interact("tavern", 5, filled("Mira")))[0] == 204
    answer = await robin.event("MESSAGE_CREATE")
    assert answer["content"] == "Mira is warm"
    assert answer["interaction_metadata"]["triggering_interaction_metadata"]["type"] == 2


async def test_autocomplete(bot: Bot, robin: Person) -> None:
    @bot.tree.command(name="summon", description="Summon")
    async def summon(interaction: discord.Interaction, who: str) -> None: ...

    @summon.autocomplete("who")
    async def complete(interaction: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=f"{current}ra", value="1")]

    await _sync(bot)
    await robin.slash("tavern", "summon", [{"type": 3, "name": "who", "value": "Mi", "focused": True}], kind=4)
    answer = await robin.outcome("APPLICATION_COMMAND_AUTOCOMPLETE_RESPONSE")
    assert answer["choices"] == [{"name": "Mira", "value": "1"}]


async def test_context_menus(sandbox: Sandbox, bot: Bot, robin: Person) -> None:
    @bot.tree.context_menu(name="Greet")
    async def greet(interaction: discord.Interaction, member: discord.Member) -> None:
        await interaction.response.send_message(f"Hello {member.display_name}")

    @bot.tree.context_menu(name="Quote")
    async def quote(interaction: discord.Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(f"> {message.content}")

    await _sync(bot)
    said = await robin.say("tavern", "well said")
    for name, kind, target, answer in (
        ("Greet", 2, sandbox.person("sasha").id, "Hello Sasha"),
        ("Quote", 3, said["id"], "> well said"),
    ):
        command = next(one for one in sandbox.world.commands if one.body["name"] == name)
        data = {"id": command.id, "name": name, "type": kind, "target_id": target}
        assert (await robin.interact("tavern", 2, data))[0] == 204
        await robin.event("MESSAGE_CREATE", lambda m, answer=answer: m["content"] == answer)


async def test_a_command_in_a_direct_conversation(sandbox: Sandbox, bot: Bot, robin: Person) -> None:
    @bot.tree.command(name="hello", description="Hello")
    async def hello(interaction: discord.Interaction) -> None:
        assert interaction.guild is None
        assert interaction.context.dm_channel
        await interaction.response.send_message("just us")

    (command,) = await bot.tree.sync()
    _, channel = await robin.call("POST", "/users/@me/channels", {"recipient_id": sandbox.application.id})
    body = {
        "type": 2,
        "application_id": sandbox.application.id,
        "channel_id": channel["id"],
        "data": {"id": str(command.id), "name": "hello", "type": 1},
    }
    assert (await robin.call("POST", "/interactions", body))[0] == 204
    assert (await robin.event("MESSAGE_CREATE"))["content"] == "just us"


async def test_a_file_as_an_option_and_in_a_modal(sandbox: Sandbox, bot: Bot, robin: Person) -> None:
    got: asyncio.Queue[bytes] = asyncio.Queue()

    class Picture(discord.ui.Modal, title="A picture"):
        file = discord.ui.Label(text="File", component=discord.ui.FileUpload(custom_id="file"))

        async def on_submit(self, interaction: discord.Interaction) -> None:
            assert isinstance(self.file.component, discord.ui.FileUpload)
            await got.put(await self.file.component.values[0].read())
            await interaction.response.send_message("thanks")

    @bot.tree.command(name="frame", description="Frame")
    async def frame(interaction: discord.Interaction, picture: discord.Attachment) -> None:
        await got.put(await picture.read())
        await interaction.response.send_modal(Picture())

    (command,) = await bot.tree.sync()

    async def send(kind: int, data: Any, content: bytes) -> None:
        body = {
            "type": kind,
            "application_id": sandbox.application.id,
            "channel_id": sandbox.channel_id("tavern"),
            "data": {**data, "attachments": [{"id": "0", "filename": "a.bin"}]},
        }
        form = aiohttp.FormData()
        form.add_field("payload_json", json.dumps(body))
        form.add_field("files[0]", content, filename="a.bin")
        url = f"{sandbox.url}/api/v10/interactions"
        async with aiohttp.ClientSession(headers={"Authorization": robin.user.token}) as http:
            assert (await http.post(url, data=form)).status == 204

    options = [{"type": 11, "name": "picture", "value": "0"}]
    await send(2, {"id": str(command.id), "name": "frame", "type": 1, "options": options}, b"one")
    assert await got.get() == b"one"
    modal = await robin.event("INTERACTION_MODAL_CREATE")
    answer = {"type": 18, "component": {"type": 19, "custom_id": "file", "values": ["0"]}}
    await send(5, {"id": modal["id"], "custom_id": modal["custom_id"], "components": [answer]}, b"two")
    assert await got.get() == b"two"


async def test_five_followups_where_only_the_person_installed_it(sandbox: Sandbox, bot: Bot, alex: Person) -> None:
    outcome: asyncio.Future[discord.HTTPException] = asyncio.get_running_loop().create_future()

    @bot.tree.command(name="many", description="Many")
    @app_commands.allowed_installs(guilds=False, users=True)
    async def many(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("first")
        try:
            for number in range(6):
                await interaction.followup.send(str(number))
        except discord.HTTPException as error:
            outcome.set_result(error)

    await _sync(bot)
    sandbox.application.installed_by.append(alex.id)
    await alex.slash("tavern", "many")
    assert (await outcome).code == 40094


async def test_late_acknowledgement() -> None:
    async with Sandbox.start(acknowledge_within=0.05) as sandbox:
        released = asyncio.Event()
        outcome: asyncio.Future[discord.NotFound] = asyncio.get_running_loop().create_future()
        async with connected(sandbox) as bot, Person.arrive(sandbox, "robin") as robin:

            @bot.tree.command(name="slow", description="Slow")
            async def slow(interaction: discord.Interaction) -> None:
                await released.wait()
                try:
                    await interaction.response.send_message("too late")
                except discord.NotFound as error:
                    outcome.set_result(error)

            await _sync(bot)
            await robin.slash("tavern", "slow")
            await robin.outcome("INTERACTION_FAILURE")
            released.set()
            assert (await outcome).code == 10062


async def test_double_acknowledgement(bot: Bot, robin: Person) -> None:
    outcome: asyncio.Future[discord.HTTPException] = asyncio.get_running_loop().create_future()

    @bot.tree.command(name="twice", description="Twice")
    async def twice(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("once")
        # discord.py itself would refuse; another process of the same bot would not.
        interaction.response._response_type = None
        try:
            await interaction.response.send_message("twice")
        except discord.HTTPException as error:
            outcome.set_result(error)

    await _sync(bot)
    await robin.slash("tavern", "twice")
    error = await outcome
    assert (error.status, error.code) == (400, 40060)


async def test_a_token_dies_after_fifteen_minutes(sandbox: Sandbox, bot: Bot, robin: Person) -> None:
    outcome: asyncio.Future[discord.HTTPException] = asyncio.get_running_loop().create_future()

    @bot.tree.command(name="later", description="Later")
    async def later(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("now")
        sandbox.core.clock.advance(901)
        try:
            await interaction.followup.send("later")
        except discord.HTTPException as error:
            outcome.set_result(error)

    await _sync(bot)
    await robin.slash("tavern", "later")
    error = await outcome
    assert (error.status, error.code) == (401, 50027)


@pytest.mark.parametrize("kind", [1, 6, 7, 8, 10, 99, None])
async def test_kinds_of_answer_are_held_against_the_kind_of_interaction(bot: Bot, robin: Person, kind: Any) -> None:
    outcome: asyncio.Future[discord.HTTPException] = asyncio.get_running_loop().create_future()

    @bot.tree.command(name="wrong", description="Wrong")
    async def wrong(interaction: discord.Interaction) -> None:
        path = "/interactions/{webhook_id}/{webhook_token}/callback"
        route = discord.http.Route("POST", path, webhook_id=interaction.id, webhook_token=interaction.token)
        try:
            await bot.http.request(route, json={"type": kind, "data": {"choices": []}})
        except discord.HTTPException as error:
            outcome.set_result(error)

    await _sync(bot)
    await robin.slash("tavern", "wrong")
    assert (await outcome).code == 50035
