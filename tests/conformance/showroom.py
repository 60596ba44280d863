"""One of everything that discord.py can put before a person: views, modals, commands."""

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

NONE = discord.AllowedMentions.none()


class Panel(discord.ui.View):
    """A legacy view of every kind of component."""

    def __init__(self) -> None:
        super().__init__(timeout=None)
        self.add_item(discord.ui.Button(label="A link", url="https://cafe.example", emoji="☕"))
        self.add_item(discord.ui.Select(custom_id="one", options=[discord.SelectOption(label="a", emoji="🔥")], row=1))

    @discord.ui.button(label="Press", custom_id="press", row=0)
    async def press(self, interaction: discord.Interaction, button: "discord.ui.Button[Panel]") -> None:
        await interaction.response.edit_message(content="pressed")

    @discord.ui.select(cls=discord.ui.UserSelect, custom_id="who", row=2)
    async def who(self, interaction: discord.Interaction, menu: "discord.ui.UserSelect[Panel]") -> None:
        await interaction.response.send_message(menu.values[0].name, ephemeral=True)

    @discord.ui.select(cls=discord.ui.RoleSelect, custom_id="role", row=3)
    async def role(self, interaction: discord.Interaction, menu: "discord.ui.RoleSelect[Panel]") -> None:
        await interaction.response.defer()

    @discord.ui.select(cls=discord.ui.ChannelSelect, custom_id="where", row=4)
    async def where(self, interaction: discord.Interaction, menu: "discord.ui.ChannelSelect[Panel]") -> None:
        await interaction.response.defer()

    @discord.ui.button(label="Ask", custom_id="ask", row=0, style=discord.ButtonStyle.danger)
    async def ask(self, interaction: discord.Interaction, button: "discord.ui.Button[Panel]") -> None:
        await interaction.response.send_modal(Question())


class Question(discord.ui.Modal, title="A question"):
    """A modal with what discord.py 2.7 can put into one."""

    intro = discord.ui.TextDisplay("# Tell us")
    name = discord.ui.Label(text="Name", description="Yours", component=discord.ui.TextInput(custom_id="name"))
    colour = discord.ui.Label(
        text="Colour",
        component=discord.ui.Select(custom_id="colour", options=[discord.SelectOption(label="red", value="red")]),
    )
    friend = discord.ui.Label(text="Friend", component=discord.ui.UserSelect(custom_id="friend", required=False))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message("thanks", ephemeral=True)


def layout(filename: str | None = None) -> discord.ui.LayoutView:
    """A Components V2 view of every kind of component."""
    view = discord.ui.LayoutView(timeout=None)
    ui: Any = discord.ui
    box = ui.Container(
        ui.TextDisplay("# Hello"),
        ui.Separator(),
        ui.Section(ui.TextDisplay("a"), accessory=ui.Thumbnail("https://cafe.example/x.png")),
        ui.Section(ui.TextDisplay("b"), accessory=ui.Button(label="b", custom_id="section")),
        ui.MediaGallery(discord.MediaGalleryItem("https://cafe.example/x.png", description="x")),
        accent_colour=0xAABBCC,
    )
    if filename:
        box.add_item(ui.File(f"attachment://{filename}"))
    view.add_item(box)
    return view


def register(bot: commands.Bot) -> None:
    """Commands of every kind."""
    bot.tree.add_command(_group())
    _add_others(bot.tree)


def _group() -> app_commands.Group:
    group = app_commands.Group(name="character", description="Characters")

    @group.command(name="summon", description="Call somebody")
    @app_commands.describe(who="Whom", how="How")
    @app_commands.choices(how=[app_commands.Choice(name="softly", value=1)])
    async def summon(
        interaction: discord.Interaction,
        who: str,
        how: int = 1,
        friend: discord.Member | None = None,
        role: discord.Role | None = None,
        place: discord.TextChannel | None = None,
    ) -> None:
        await interaction.response.send_message(f"{who} comes", view=Panel(), allowed_mentions=NONE)
        message = await interaction.original_response()
        await interaction.followup.send("quietly", ephemeral=True)
        await interaction.followup.send(embed=discord.Embed(title="t", description="d"), wait=True)
        await message.edit(content="came")
        await interaction.delete_original_response()

    @summon.autocomplete("who")
    async def names(interaction: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name="Mira", value="mira")]

    return group


def _add_others(tree: app_commands.CommandTree) -> None:
    @tree.command(description="Wait a moment")
    async def later(interaction: discord.Interaction) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.followup.send("done")
        await interaction.edit_original_response(content=None, view=layout())

    @tree.context_menu(name="Look")
    async def look(interaction: discord.Interaction, user: discord.Member) -> None:
        await interaction.response.send_message(user.name, ephemeral=True)

    @tree.context_menu(name="Why?")
    async def why(interaction: discord.Interaction, message: discord.Message) -> None:
        await interaction.response.send_modal(Question())
