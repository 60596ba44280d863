"""A bot with one of everything, on the real discord.py, for trying the client."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import discord
from discord import app_commands, ui

from bot.transport.pointing import pointed_at
from sandbox.server import Sandbox

NAMES = ("Mira", "Orrin", "Moss")


class Form(ui.Modal, title="A new character"):
    """A field of every kind that takes something."""

    about = ui.TextDisplay("Tell us about **somebody**.")
    name = ui.Label(text="Name", component=ui.TextInput(max_length=12, min_length=2))
    words = ui.Label(
        text="Words",
        description="In a line or two",
        component=ui.TextInput(style=discord.TextStyle.long, required=False),
    )
    mood = ui.Label(
        text="Mood", component=ui.Select(options=[discord.SelectOption(label=m, value=m) for m in ("Calm", "Merry")])
    )
    face = ui.Label(text="Picture", component=ui.FileUpload(required=False))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        files = [file.filename for file in self.face.component.values]
        text = f"{self.name.component.value}|{self.words.component.value}|{self.mood.component.values}|{files}"
        await interaction.response.send_message(text)


class Choices(ui.Modal, title="Choices"):
    """The other kinds."""

    who = ui.Label(text="People", component=ui.UserSelect(max_values=2, required=False))
    size = ui.Label(
        text="Size",
        component=ui.RadioGroup(
            options=[
                discord.RadioGroupOption(label="Small", value="s"),
                discord.RadioGroupOption(label="Large", value="l"),
            ]
        ),
    )
    extra = ui.Label(
        text="Extras",
        component=ui.CheckboxGroup(
            required=False,
            min_values=0,
            options=[
                discord.CheckboxGroupOption(label="Milk", value="m"),
                discord.CheckboxGroupOption(label="Ice", value="i"),
            ],
        ),
    )
    sure = ui.Label(text="I am sure", component=ui.Checkbox())

    async def on_submit(self, interaction: discord.Interaction) -> None:
        people = sorted(user.name for user in self.who.component.values)
        text = f"{people}|{self.size.component.value}|{self.extra.component.values}|{self.sure.component.value}"
        await interaction.response.send_message(text, ephemeral=True)


class Panel(ui.View):
    """Buttons and selects."""

    def __init__(self) -> None:
        super().__init__(timeout=None)

    @ui.button(label="Whisper", style=discord.ButtonStyle.primary, emoji="☕")
    async def whisper(self, interaction: discord.Interaction, _: Any) -> None:
        await interaction.response.send_message("only for you", ephemeral=True)

    @ui.button(label="Change", style=discord.ButtonStyle.success)
    async def change(self, interaction: discord.Interaction, _: Any) -> None:
        await interaction.response.edit_message(content="changed")

    @ui.button(label="Silent", style=discord.ButtonStyle.danger)
    async def silent(self, interaction: discord.Interaction, _: Any) -> None:
        """Says nothing, so that the interaction fails."""

    @ui.button(label="Off", disabled=True)
    async def off(self, interaction: discord.Interaction, _: Any) -> None:
        """Cannot be pressed."""

    @ui.select(
        placeholder="One drink", options=[discord.SelectOption(label=d, value=d) for d in ("Tea", "Cocoa")], row=1
    )
    async def drink(self, interaction: discord.Interaction, select: ui.Select[Any]) -> None:
        await interaction.response.send_message(f"drink {select.values}")

    @ui.select(
        placeholder="Some things",
        min_values=1,
        max_values=3,
        options=[discord.SelectOption(label=f"Thing {n}", value=str(n)) for n in range(12)],
        row=2,
    )
    async def things(self, interaction: discord.Interaction, select: ui.Select[Any]) -> None:
        await interaction.response.send_message(f"things {sorted(select.values)}")

    @ui.select(cls=ui.UserSelect, placeholder="A person", row=3)
    async def person(self, interaction: discord.Interaction, select: ui.UserSelect[Any]) -> None:
        await interaction.response.send_message(f"person {select.values[0].name}")


class Layout(ui.LayoutView):
    """Components V2."""

    def __init__(self) -> None:
        super().__init__(timeout=None)
        box: ui.Container[Any] = ui.Container(accent_color=0xE08A4F)
        box.add_item(ui.Section("## The Archive\nA *quiet* house.", accessory=ui.Thumbnail("attachment://a.png")))
        box.add_item(ui.Separator())
        box.add_item(ui.MediaGallery(discord.MediaGalleryItem("attachment://a.png")))
        box.add_item(ui.File("attachment://notes.txt"))
        row: ui.ActionRow[Any] = ui.ActionRow()
        row.add_item(ui.Button(label="Map", url="https://example.org/map"))
        box.add_item(row)
        menu: ui.ActionRow[Any] = ui.ActionRow()
        options = [discord.SelectOption(label=room, value=room) for room in ("Stairs", "Cellar")]
        menu.add_item(ui.Select[Any](placeholder="A room", options=options))
        box.add_item(menu)
        self.add_item(box)


PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d4944415478da63fccff0bf1e0005fe02fea1399f2d0000000049454e44ae426082"
)


class HouseBot(discord.Client):
    """The bot; `ready` is set once its commands are there."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents.all(), guild_ready_timeout=0.05)
        self.tree = app_commands.CommandTree(self)
        self.ready = asyncio.Event()
        self.gate = asyncio.Event()
        _commands(self)

    async def setup_hook(self) -> None:
        await self.tree.sync()

    async def on_ready(self) -> None:
        self.ready.set()

    def place(self, name: str) -> discord.TextChannel:
        """A channel by name."""
        found = discord.utils.get(self.get_all_channels(), name=name)
        assert isinstance(found, discord.TextChannel)
        return found

    async def layout(self, name: str) -> None:
        """Post Components V2 in a channel."""
        files = [discord.File(io.BytesIO(PIXEL), "a.png"), discord.File(io.BytesIO(b"ink"), "notes.txt")]
        await self.place(name).send(view=Layout(), files=files)


def _commands(bot: HouseBot) -> None:
    group = app_commands.Group(name="character", description="Characters who live here")

    @group.command(name="create", description="Make a character")
    async def create(interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(Form())

    @group.command(name="summon", description="Bring a character here")
    async def summon(interaction: discord.Interaction, name: str, quietly: bool = False) -> None:
        await interaction.response.send_message(f"summoned {name} {quietly}")

    @summon.autocomplete("name")
    async def names(_: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=n, value=f"id-{n}") for n in NAMES if typed.lower() in n.lower()]

    bot.tree.add_command(group)

    @bot.tree.command(description="Every kind of option")
    @app_commands.choices(size=[app_commands.Choice(name=n, value=n[0]) for n in ("Small", "Large")])
    async def options(
        interaction: discord.Interaction,
        text: app_commands.Range[str, 2, 20],
        count: app_commands.Range[int, 1, 10],
        size: app_commands.Choice[str],
        who: discord.Member | None = None,
        file: discord.Attachment | None = None,
    ) -> None:
        await interaction.response.send_message(
            f"text={text} count={count} size={size.value} who={who and who.name} file={file and file.filename}"
        )

    @bot.tree.command(description="Answers after a while")
    async def think(interaction: discord.Interaction) -> None:
        await interaction.response.defer()
        await bot.gate.wait()
        await interaction.followup.send("thought it over")

    @bot.tree.command(description="Never answers")
    async def silent(interaction: discord.Interaction) -> None:
        """Says nothing."""

    @bot.tree.command(description="A panel for one")
    async def panel(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("a quiet panel", view=Panel(), ephemeral=True)

    @bot.tree.command(description="A form of choices")
    async def choices(interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(Choices())

    @bot.tree.context_menu(name="Remember")
    async def remember(interaction: discord.Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(f"remembered: {message.content}", ephemeral=True)

    @bot.tree.context_menu(name="Wave")
    async def wave(interaction: discord.Interaction, user: discord.Member) -> None:
        await interaction.response.send_message(f"waves at {user.name}")


@asynccontextmanager
async def house_bot(sandbox: Sandbox) -> AsyncIterator[HouseBot]:
    """The bot, connected to this sandbox and ready."""
    with pointed_at(sandbox.url):
        bot = HouseBot()
        running = asyncio.create_task(bot.start(sandbox.bot_token))
        waiting = asyncio.create_task(bot.ready.wait())
        try:
            await asyncio.wait({running, waiting}, return_when=asyncio.FIRST_COMPLETED, timeout=20)
            if running.done():
                running.result()
            yield bot
        finally:
            waiting.cancel()
            await bot.close()
            await running
