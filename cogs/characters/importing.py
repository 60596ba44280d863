"""/character import: a character out of a card, or one's own brought up to date by a newer card."""

from __future__ import annotations

import io
import re
from typing import Any, Self
from uuid import UUID

import discord
from discord import app_commands
from discord.ext import commands

from bot import limits
from bot.errors import Conflict, InvalidInput, StageClosed
from bot.services.cafe import Cafe
from bot.services.characters.importing import BroughtIn, Difference
from bot.services.lore.transfer.diffs import Choice
from bot.services.lore.transfer.importing import ImportState
from bot.texts import N_, Say
from bot.transport.files import fetched, is_discords
from bot.transport.views import LastingButton
from cogs.asking import Asked, caller_of, plain, say_for
from cogs.characters.panel import show_panel
from cogs.characters.parts import NO_PINGS, cafe_of, suggest_own, view_of
from cogs.naming import names_taken

_L = app_commands.locale_str
_MESSAGE = re.compile(r"https?://[^/\s]+/channels/(?:@me|[0-9]+)/(?P<channel>[0-9]{15,20})/(?P<message>[0-9]{15,20})/?")
_ENDINGS = (".json", ".png", ".apng", ".charx", ".zip", ".jpg", ".jpeg")
_LINES_SHOWN = 10
_MOST = int(limits.CARD_FILE_BYTES_MAX)
_DIFFERENCES = {
    Difference.CHANGED: N_("{field}: new in the card"),
    Difference.BOTH: N_("{field}: new in the card, and changed here"),
    Difference.OURS: N_("{field}: changed here only"),
}


class CardButton(LastingButton, template=r"card:(?P<id>[0-9a-f]{8}-[0-9a-f-]{27}):(?P<deed>theirs|ours|leave)"):
    """Decides about a card that waits."""

    def __init__(self, import_id: str, deed: str, label: str) -> None:
        style = discord.ButtonStyle.primary if deed == "theirs" else discord.ButtonStyle.secondary
        super().__init__(discord.ui.Button(label=label[:80], custom_id=f"card:{import_id}:{deed}", style=style))
        self.import_id = UUID(import_id)
        self.deed = deed

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button as it was pressed."""
        return cls(match["id"], match["deed"], "…")

    async def pressed(self, interaction: Asked) -> None:
        """Do it and say what became of it."""
        await interaction.response.defer()
        cafe, say = cafe_of(interaction), say_for(interaction)
        user_id = await cafe.people.arrive(caller_of(interaction))
        if self.deed == "leave":
            await cafe.card_imports.leave(user_id, self.import_id)
            told = say("Nothing was changed.")
        else:
            taken = await names_taken(interaction)
            done = await cafe.card_imports.choose(user_id, self.import_id, Choice(self.deed), say, taken=taken)
            told = _told(say("**{name}** is up to date.", name=plain(done.character.name)), done, say)
        await interaction.edit_original_response(content=told, view=None, allowed_mentions=NO_PINGS)


ITEMS = (CardButton,)


class ImportingCommands(commands.Cog):
    """The command that brings cards in."""

    cafe: Cafe

    @app_commands.command(name=_L("import"), description=_L("Make a character of a card, or update one of yours"))
    @app_commands.rename(file=_L("file"), link=_L("link"), character=_L("character"), name=_L("name"))
    @app_commands.describe(
        file=_L("The card: PNG, JSON or CHARX"),
        link=_L("Or Discord's link of the file, or of a message with it"),
        character=_L("Yours, to bring up to date by the card"),
        name=_L("Another name than the card's"),
    )
    @app_commands.autocomplete(character=suggest_own)
    async def import_card(
        self,
        interaction: Asked,
        file: discord.Attachment | None = None,
        link: str | None = None,
        character: str | None = None,
        name: str | None = None,
    ) -> None:
        """Read the card; make the character, or show what differs."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        data, file_name = await sent(interaction, file, link)
        if character is None:
            await _create(interaction, self.cafe, data, file_name, name)
        else:
            await _compare(interaction, self.cafe, data, file_name, character)


async def _create(interaction: Asked, cafe: Cafe, data: bytes, file_name: str, name: str | None) -> None:
    say = say_for(interaction)
    read = await cafe.card_imports.read(data, file_name, say, name=name)
    user_id = await cafe.people.arrive(caller_of(interaction))
    taken = await names_taken(interaction, read.made.columns.name)
    try:
        made = await cafe.card_imports.create(user_id, read, say, taken=taken)
    except Conflict as error:
        raise _had_already(error) from error
    told = say("**{name}** is ready. Only you can summon it.", name=plain(made.character.name))
    await show_panel(interaction, made.character, _told(told, made, say))
    await _report(interaction, made, say)


def _had_already(error: Conflict) -> Conflict:
    """The same refusal, with what the options of this command can do about it."""
    if error.code != "same_name":
        return error
    return Conflict(
        error.code,
        N_(
            "You already have a character called “{name}”. Nothing was made: name it in the option character to bring "
            "it up to date by this card, or give this one another name in the option name."
        ),
        field="name",
        **error.values,
    )


async def _compare(interaction: Asked, cafe: Cafe, data: bytes, file_name: str, typed: str) -> None:
    say = say_for(interaction)
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        chosen = await cafe.characters.chosen(work, user_id, typed)
        named = (await cafe.characters.get(work, chosen)).name
    read = await cafe.card_imports.read(data, file_name, say, otherwise=named)
    found = await cafe.card_imports.compare(user_id, chosen, read, say)
    if found.waits is None:
        told = say("The card says nothing that **{name}** does not say already.", name=plain(named))
        await interaction.followup.send(told, ephemeral=True, allowed_mentions=NO_PINGS)
        return
    lines = [say("Card and character differ. What holds for **{name}**?", name=plain(named))]
    lines += [f"- {say(_DIFFERENCES[how], field=field)}" for field, how in (found.differ or {}).items()]
    if read.has_book:
        lines.append(say("- The card's lore book is compared entry by entry, and follows your choice."))
    waits = str(found.waits)
    view = view_of(
        CardButton(waits, "theirs", say("Take all from the card")),
        CardButton(waits, "ours", say("Take what is new, keep mine")),
        CardButton(waits, "leave", say("Change nothing")),
    )
    await interaction.followup.send("\n".join(lines), view=view, ephemeral=True, allowed_mentions=NO_PINGS)


def _told(first: str, done: BroughtIn, say: Say) -> str:
    lines = [first]
    if done.book is not None and done.book.state is ImportState.DONE:
        lines.append(
            say.plural(
                "Its lore book **{book}** came along ({n} entry) and is in force wherever it speaks.",
                "Its lore book **{book}** came along ({n} entries) and is in force wherever it speaks.",
                done.book.total,
                book=plain(done.book.book_name),
            )
        )
    elif done.book is not None:
        waits = say("Its lore book is being brought in: /lore book import tells how far it is.")
        lines.append(done.book.failure or waits)
    if done.book_refused is not None:
        lines.append(say("Its lore book was not brought in: {reason}", reason=done.book_refused))
    return "\n".join(lines)


async def _report(interaction: Asked, made: BroughtIn, say: Say) -> None:
    """What is to be said of the card and its book, as a file; the first lines at once."""
    some = list(made.report)
    if made.book is not None:
        some += ["", *made.book.report.splitlines()]
    shown = [f"-# {plain(line)}"[:180] for line in made.report[:_LINES_SHOWN]]
    await interaction.followup.send(
        "\n".join([say("What became of the card:"), *shown]),
        file=discord.File(io.BytesIO("\n".join(some).encode()), "report.txt"),
        ephemeral=True,
        allowed_mentions=NO_PINGS,
    )


# ------------------------------------------------------------------------------------------------ where it lies


async def sent(interaction: Asked, file: discord.Attachment | None, link: str | None) -> tuple[bytes, str]:
    """The bytes and the name of a file that came with a command, or that its link leads to. Raises `InvalidInput`."""
    if file is None and link:
        linked = _MESSAGE.fullmatch(link.strip())
        if linked is None:
            return await _linked(link.strip()), link.strip().partition("?")[0].rpartition("/")[2]
        file = await _attached(interaction, int(linked["channel"]), int(linked["message"]))
    if file is None:
        raise InvalidInput(
            "no_card_sent", N_("Choose a file, or give the link of one that lies with Discord."), field="file"
        )
    if file.size > _MOST:
        told = N_("The file is too large: at most {maximum} MB.")
        raise InvalidInput("card_too_large", told, field="file", maximum=_MOST // 1_000_000)
    try:
        return await file.read(), file.filename
    except (discord.HTTPException, OSError) as error:
        raise _gone() from error


async def _linked(address: str) -> bytes:
    if not is_discords(address):
        raise InvalidInput(
            "file_elsewhere",
            N_("Only files that lie with Discord are read. Send it in a message and give that message's link."),
            field="link",
        )
    try:
        return await fetched(address, most_bytes=_MOST)
    except StageClosed as error:
        raise _gone() from error


def _gone() -> InvalidInput:
    return InvalidInput(
        "file_not_fetched",
        N_("The file could not be fetched from Discord; links of files end after a day. Send it again."),
        field="file",
    )


async def _attached(interaction: Asked, channel_id: int, message_id: int) -> discord.Attachment:
    """The card in a message that who asks may read."""
    message = await _message(interaction, channel_id, message_id)
    found = [one for one in message.attachments if one.filename.lower().endswith(_ENDINGS)] if message else []
    if not found:
        raise InvalidInput(
            "no_card_in_message",
            N_("There is no card in that message, or you or I cannot read it there. Send the file itself."),
            field="link",
        )
    return found[0]


async def _message(interaction: Asked, channel_id: int, message_id: int) -> discord.Message | None:
    channel: Any = interaction.channel
    if channel_id != interaction.channel_id:
        channel = None if interaction.guild is None else interaction.guild.get_channel_or_thread(channel_id)
        user = interaction.user
        if channel is None or not isinstance(user, discord.Member):
            return None
        may = channel.permissions_for(user)
        if not (may.view_channel and may.read_message_history):
            return None
    try:
        return await channel.fetch_message(message_id)
    except (discord.HTTPException, AttributeError):
        return None
