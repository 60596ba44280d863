"""/character: make one, list them, look at one, ask one in, send one away."""

from __future__ import annotations

import asyncio
import re
from typing import Any, Self

import discord
from discord import app_commands
from discord.ext import commands

from bot import limits
from bot.errors import InvalidInput
from bot.services.cafe import Cafe
from bot.services.characters import Character, CharacterDraft, Page, Picture
from bot.services.characters.pictures import refuse_announced
from bot.texts import N_, Say
from bot.transport.views import CafeView, MendableModal
from cogs.asking import (
    Asked,
    caller_of,
    may_manage,
    names_taken,
    place_of,
    plain,
    present_choices,
    say_for,
    summon,
)

_L = app_commands.locale_str
NO_PINGS = discord.AllowedMentions.none()


class CharacterForm(MendableModal):
    """The form in which a character is written down. What cannot be used is said, and what was typed is kept."""

    def __init__(self, cafe: Cafe, say: Say, picture: discord.Attachment | None = None) -> None:
        super().__init__(title=say("A new character"))
        self._cafe = cafe
        self._picture = picture
        long = discord.TextStyle.paragraph
        self.name = self._field("name", say("Name"), say("2 to 32 characters; people call it by this"))
        self.description = self._field(
            "description", say("Description"), say("One or two sentences, up to 300 characters"), long, required=False
        )
        self.system_prompt = self._field(
            "system_prompt",
            say("Instructions"),
            say("Who it is and how it speaks, up to 4000 characters. “You are …”"),
            long,
        )
        self.greeting = self._field(
            "greeting", say("Greeting"), say("The first thing it says, up to 1500 characters"), long, required=False
        )
        self.examples = self._field(
            "examples",
            say("Examples"),
            say("You: Hello!\nName: Good evening. (up to 8 exchanges)"),
            long,
            required=False,
        )

    def _field(
        self,
        name: str,
        label: str,
        hint: str,
        style: discord.TextStyle = discord.TextStyle.short,
        *,
        required: bool = True,
    ) -> discord.ui.TextInput[Self]:
        # As long as Discord allows, not as long as we do: then our sentence says by how much it is too long, and the
        # text is kept, where Discord's own client would only cut it off.
        field = discord.ui.TextInput[Self](
            custom_id=name,
            style=style,
            placeholder=hint[:100],
            required=required,
            max_length=int(limits.FORM_FIELD_MAX),
        )
        self.add_item(discord.ui.Label(text=label, component=field))
        return field

    def draft(self) -> CharacterDraft:
        """What was typed."""
        fields = (self.name, self.description, self.system_prompt, self.greeting, self.examples)
        return CharacterDraft(*(field.value for field in fields))

    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Keep the character, or say what is wrong."""
        self._cafe.characters.check(self.draft())
        await interaction.response.defer(ephemeral=True, thinking=True)
        taken = await names_taken(interaction)
        picture, trouble = await self._prepared()
        async with self._cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            made = await self._cafe.characters.create(work, user_id, self.draft(), picture=picture, taken=taken)
        await interaction.followup.send(
            _made(made, trouble, say_for(interaction)),
            view=summon_view(made, say_for(interaction)),
            ephemeral=True,
            allowed_mentions=NO_PINGS,
        )

    async def _prepared(self) -> tuple[Picture | None, InvalidInput | None]:
        """The picture, or why there is none: the words are not thrown away because of it."""
        if self._picture is None:
            return None, None
        try:
            return await prepared(self._cafe, self._picture), None
        except InvalidInput as trouble:
            return None, trouble


class SummonButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=r"character:(?P<id>[0-9a-f-]{36}):summon"
):
    """Asks the character above it into the channel. Survives restarts."""

    def __init__(self, character_id: str, label: str) -> None:
        button = discord.ui.Button[discord.ui.View](
            label=label, style=discord.ButtonStyle.primary, custom_id=f"character:{character_id}:summon"
        )
        super().__init__(button)
        self.character_id = character_id

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button as it was pressed."""
        return cls(match["id"], "…")

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Summon."""
        try:
            await summon(interaction, _cafe(interaction), self.character_id)
        except Exception as error:  # a border: discord.py would swallow it and leave the person waiting
            await interaction.client.border.answer(interaction, error)


class ListButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=r"characters:page:(?P<number>[0-9]{1,6})"
):
    """Turns a page of the list. Survives restarts."""

    def __init__(self, number: int, label: str, *, disabled: bool = False) -> None:
        button = discord.ui.Button[discord.ui.View](
            label=label, custom_id=f"characters:page:{number}", disabled=disabled
        )
        super().__init__(button)
        self.number = number

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button as it was pressed."""
        return cls(int(match["number"]), "…")

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Show the page in place of this one."""
        try:
            await interaction.response.defer()
            page = await _page(_cafe(interaction), interaction, self.number)
            say = say_for(interaction)
            await interaction.edit_original_response(embed=_listed(page, say), view=_turning(page, say))
        except Exception as error:  # a border: discord.py would swallow it and leave the person waiting
            await interaction.client.border.answer(interaction, error)


class CharactersCog(
    commands.GroupCog, group_name=_L("character"), group_description=_L("Characters: make, find, summon")
):
    """The commands of /character."""

    def __init__(self, cafe: Cafe) -> None:
        self.cafe = cafe
        super().__init__()

    @app_commands.command(name=_L("create"), description=_L("Make a character of your own"))
    @app_commands.rename(picture=_L("picture"))
    @app_commands.describe(picture=_L("Its face: PNG, JPEG, WebP or GIF, up to 10 MB"))
    async def create(self, interaction: Asked, picture: discord.Attachment | None = None) -> None:
        """Open the form."""
        if picture is not None:
            refuse_announced(picture.size, picture.filename, picture.content_type)
        await interaction.response.send_modal(CharacterForm(self.cafe, say_for(interaction), picture))

    @app_commands.command(name=_L("list"), description=_L("The characters you can summon"))
    async def list(self, interaction: Asked) -> None:
        """One's own characters and the public ones."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        page, say = await _page(self.cafe, interaction, 0), say_for(interaction)
        await interaction.followup.send(embed=_listed(page, say), view=_turning(page, say), ephemeral=True)

    @app_commands.command(name=_L("show"), description=_L("Look at a character"))
    @app_commands.rename(character=_L("character"))
    @app_commands.describe(character=_L("Begin to type its name"))
    async def show(self, interaction: Asked, character: str) -> None:
        """Description and greeting, with a button to summon it."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            chosen = await self.cafe.characters.chosen(work, user_id, character)
            found = await self.cafe.characters.get(work, chosen)
        say = say_for(interaction)
        await interaction.followup.send(embed=_card(found, say), view=summon_view(found, say), ephemeral=True)

    @app_commands.command(name=_L("picture"), description=_L("Give a character of yours another face"))
    @app_commands.rename(character=_L("character"), picture=_L("picture"))
    @app_commands.describe(
        character=_L("Begin to type its name"), picture=_L("Its face: PNG, JPEG, WebP or GIF, up to 10 MB")
    )
    async def picture(self, interaction: Asked, character: str, picture: discord.Attachment) -> None:
        """Change the picture."""
        refuse_announced(picture.size, picture.filename, picture.content_type)
        await interaction.response.defer(ephemeral=True, thinking=True)
        ready = await prepared(self.cafe, picture)
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            chosen = await self.cafe.characters.chosen(work, user_id, character)
            changed = await self.cafe.characters.wear(work, user_id, chosen, ready)
        say = say_for(interaction)
        await interaction.followup.send(say("**{name}** has a new face.", name=plain(changed.name)), ephemeral=True)

    @app_commands.command(name=_L("summon"), description=_L("Ask a character into this channel"))
    @app_commands.rename(character=_L("character"))
    @app_commands.describe(character=_L("Begin to type its name"))
    async def summon(self, interaction: Asked, character: str) -> None:
        """The character listens here from now on."""
        await summon(interaction, self.cafe, character)

    @app_commands.command(name=_L("dismiss"), description=_L("Send a character away from this channel"))
    @app_commands.rename(character=_L("character"))
    @app_commands.describe(character=_L("One of the characters in this channel"))
    async def dismiss(self, interaction: Asked, character: str) -> None:
        """The character listens here no more."""
        place = place_of(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        user_id = await self.cafe.people.arrive(caller_of(interaction))
        chosen = self.cafe.conversations.present(place, character).character_id
        name = await self.cafe.conversations.dismiss(user_id, place, chosen, may_manage=may_manage(interaction))
        say = say_for(interaction)
        await interaction.followup.send(say("**{name}** has left this channel.", name=plain(name)), ephemeral=True)

    @show.autocomplete("character")
    @picture.autocomplete("character")
    @summon.autocomplete("character")
    async def suggest(self, interaction: Asked, typed: str) -> list[app_commands.Choice[str]]:
        """Characters whose names begin like this."""
        try:
            async with (
                asyncio.timeout(limits.AUTOCOMPLETE_MS / 1000),
                self.cafe.people.at_work(caller_of(interaction)) as (user_id, work),
            ):
                found = await self.cafe.characters.find(work, user_id, typed)
        except TimeoutError:
            return []
        return [app_commands.Choice(name=one.name[: limits.CHOICE_LABEL_MAX], value=str(one.id)) for one in found]

    @dismiss.autocomplete("character")
    async def suggest_present(self, interaction: Asked, typed: str) -> list[app_commands.Choice[str]]:
        """The characters in this channel."""
        return present_choices(self.cafe, interaction, typed)


async def prepared(cafe: Cafe, attachment: discord.Attachment) -> Picture:
    """The picture of an attachment, ready to be kept. Raises `InvalidInput`."""
    try:
        data = await attachment.read()
    except (discord.HTTPException, OSError) as error:
        raise InvalidInput(
            "picture_not_fetched",
            N_("The picture could not be fetched from Discord. Choose it again."),
            field="picture",
        ) from error
    return await cafe.characters.pictures.prepare(data)


def summon_view(character: Character, say: Say) -> discord.ui.View:
    """A button that asks the character into the channel."""
    view = CafeView(timeout=None)
    view.add_item(SummonButton(str(character.id), say("Summon {name} here", name=character.name)))
    return view


def _cafe(interaction: Asked) -> Cafe:
    cog = interaction.client.get_cog(CharactersCog.__cog_name__)
    if not isinstance(cog, CharactersCog):
        raise TypeError("the characters' cog is not loaded")
    return cog.cafe


async def _page(cafe: Cafe, interaction: Asked, number: int) -> Page:
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        return await cafe.characters.page(work, user_id, number)


def _made(made: Character, trouble: InvalidInput | None, say: Say) -> str:
    lines = [say("**{name}** is ready. Only you can summon it.", name=plain(made.name))]
    if trouble is not None:
        lines += [say.error(trouble), say("It has no picture yet: use /character picture to choose another one.")]
    return "\n".join(lines)


def _listed(page: Page, say: Say) -> discord.Embed:
    embed = discord.Embed(title=say("Characters you can summon"), colour=discord.Colour.from_str("#c8763a"))
    if not page.characters:
        embed.description = say("There are none yet. Make one with /character create.")
    for one in page.characters:
        whose = say("public") if one.is_public else say("yours")
        embed.add_field(name=f"{plain(one.name)} · {whose}", value=_short(plain(one.description)) or "—", inline=False)
    embed.set_footer(
        text=say("Page {number} of {last} · /character summon", number=page.number + 1, last=page.last + 1)
    )
    return embed


def _turning(page: Page, say: Say) -> discord.ui.View:
    view = CafeView(timeout=None)
    if page.last:
        view.add_item(ListButton(max(0, page.number - 1), say("Back"), disabled=page.number == 0))
        view.add_item(ListButton(page.number + 1, say("Next"), disabled=page.number == page.last))
    return view


def _card(one: Character, say: Say) -> discord.Embed:
    embed = discord.Embed(
        title=plain(one.name), description=plain(one.description) or None, colour=discord.Colour.from_str("#c8763a")
    )
    if one.greeting:
        embed.add_field(name=say("Greeting"), value=_short(one.greeting, 1024), inline=False)
    return embed


def _short(text: str, most: int = 200) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
