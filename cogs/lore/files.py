"""/lore book import and export: lore books out of files, with a report, and into them."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from pathlib import PurePath
from typing import Any, Self
from uuid import UUID

import discord
from discord import app_commands
from discord.ext import commands

from bot import limits
from bot.errors import InvalidInput
from bot.services.cafe import Cafe
from bot.services.lore.formats.reading import Format
from bot.services.lore.formats.told import FORMAT_NAMES
from bot.services.lore.shown import May
from bot.services.lore.transfer.diffs import Kind
from bot.services.lore.transfer.importing import Choice, ImportState, Progress
from bot.texts import N_, Say
from bot.transport.views import LastingButton
from cogs.asking import Asked, caller_of, plain, say_for
from cogs.lore.groups import book as group
from cogs.lore.parts import (
    ID,
    NO_PINGS,
    answer,
    cafe_of,
    line,
    panel,
    row,
    short,
    suggest_books,
    suggest_own_books,
    words,
)
from cogs.lore.words import entries

_L = app_commands.locale_str
_REPORT = "report.txt"
_LINES_SHOWN = 8
_KINDS = {
    Kind.ADDED: N_("new: {n}"),
    Kind.CHANGED: N_("changed in the file: {n}"),
    Kind.BOTH: N_("changed in the file and here: {n}"),
    Kind.GONE: N_("no longer in the file: {n}"),
    Kind.GONE_BOTH: N_("no longer in the file, changed here: {n}"),
    Kind.OURS: N_("changed or made here only: {n}"),
    Kind.SAME: N_("the same: {n}"),
}
_FORMATS = [
    app_commands.Choice(name=_L("SillyTavern world file"), value=Format.WORLD.value),
    app_commands.Choice(name=_L("Character book (V2)"), value=Format.CHARACTER_BOOK.value),
    app_commands.Choice(name=_L("Lore book (V3)"), value=Format.LOREBOOK_V3.value),
]


class ImportButton(LastingButton, template=rf"lore:import:{ID}:(?P<deed>theirs|ours|leave|look)"):
    """Decides about an import that waits, or looks how far one is."""

    def __init__(self, import_id: str, deed: str, label: str) -> None:
        style = discord.ButtonStyle.primary if deed == "theirs" else discord.ButtonStyle.secondary
        super().__init__(discord.ui.Button(label=label[:80], custom_id=f"lore:import:{import_id}:{deed}", style=style))
        self.import_id = UUID(import_id)
        self.deed = deed

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button as it was pressed."""
        return cls(match["id"], match["deed"], "…")

    async def pressed(self, interaction: Asked) -> None:
        """Do it and show how far it is."""
        await interaction.response.defer()
        cafe = cafe_of(interaction)
        user_id, imports = await cafe.people.arrive(caller_of(interaction)), cafe.lore.imports
        if self.deed == "leave":
            told = await imports.cancel(user_id, self.import_id)
        elif self.deed == "look":
            told = await imports.progress(user_id, self.import_id)
        else:
            told = await imports.choose(user_id, self.import_id, Choice(self.deed))
        await _redraw(interaction, told)
        await follow(interaction, cafe, user_id, told)


ITEMS = (ImportButton,)


class FileCommands(commands.Cog):
    """The commands about files."""

    cafe: Cafe

    @group.command(name=_L("import"), description=_L("Bring in a lore book from a file, or see your imports"))
    @app_commands.rename(file=_L("file"), book=_L("book"))
    @app_commands.describe(
        file=_L("World file, card or lore book: JSON, PNG, CHARX"), book=_L("Yours, to bring up to date")
    )
    @app_commands.autocomplete(book=suggest_own_books)
    async def import_book(
        self, interaction: Asked, file: discord.Attachment | None = None, book: str | None = None
    ) -> None:
        """Read the file, report, store; or ask where book and file differ."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        if file is None:
            await _show_recent(interaction, self.cafe)
            return
        data = await fetched(file)
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            book_id = None if book is None else await self.cafe.lore.books.chosen(work, user_id, book, may=May.WRITE)
        language, called = say_for(interaction).language, named(file)
        told = await self.cafe.lore.imports.begin(
            user_id, data, file.filename, language, book_id=book_id, called=called
        )
        layout, attached = shown(told, say_for(interaction))
        await interaction.followup.send(view=layout, file=attached, ephemeral=True, allowed_mentions=NO_PINGS)
        await follow(interaction, self.cafe, user_id, told)
        if book is None:
            await _tell_of_another(interaction, self.cafe, told.book_name)

    @group.command(name=_L("export"), description=_L("Get a lore book as a file"))
    @app_commands.rename(book=_L("book"), format=_L("format"))
    @app_commands.describe(book=_L("Begin to type its name"), format=_L("For which program; else a world file"))
    @app_commands.choices(format=_FORMATS)
    @app_commands.autocomplete(book=suggest_books)
    async def export_book(self, interaction: Asked, book: str, format: str = Format.WORLD.value) -> None:
        """Send the file."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            book_id = await self.cafe.lore.books.chosen(work, user_id, book)
        made = await self.cafe.lore.exports.export(user_id, book_id, Format(format))
        say = say_for(interaction)
        await interaction.followup.send(
            say("Here it is, with {entries}. Nothing that its file said was lost.", entries=entries(made.count, say)),
            file=discord.File(io.BytesIO(made.data), made.name),
            ephemeral=True,
            allowed_mentions=NO_PINGS,
        )


def named(file: discord.Attachment) -> str:
    """What a file was called before Discord put `_` for its blanks."""
    stem, ending = PurePath(file.filename).stem, PurePath(file.filename).suffix
    return (file.title or (stem if " " in stem else stem.replace("_", " "))) + ending


async def fetched(file: discord.Attachment, most: int = int(limits.CARD_FILE_BYTES_MAX)) -> bytes:
    """The bytes of a file that came with a command. Raises `InvalidInput`."""
    if file.size > most:
        raise InvalidInput(
            "card_too_large",
            N_("The file is too large: at most {maximum} MB."),
            field="file",
            maximum=most // 1_000_000,
        )
    try:
        return await file.read()
    except (discord.HTTPException, OSError) as error:
        raise InvalidInput(
            "file_not_fetched", N_("The file could not be fetched from Discord. Send it again."), field="file"
        ) from error


async def follow(interaction: Asked, cafe: Cafe, user_id: UUID, told: Progress) -> None:
    """Show how far an import is until it is over, or until Discord takes no more edits of the answer."""
    while not told.is_over and not told.waits:
        now = await cafe.lore.imports.next_step(user_id, told.id, told.done)
        if now is None:
            return
        told = now
        await _redraw(interaction, told)


async def _tell_of_another(interaction: Asked, cafe: Cafe, name: str) -> None:
    """Say so where there are two books of a name now: a newer file was perhaps meant for the one before."""
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        found = await cafe.lore.books.find(work, user_id, name, may=May.WRITE)
    if sum(one.label.rpartition(" (")[0] == name for one in found) > 1:
        told = say_for(interaction)(
            "You have more than one book called **{name}** now. To bring one up to date instead, name it in the option "
            "book of /lore book import; /lore book delete takes away the one too many.",
            name=plain(name),
        )
        await answer(interaction, told)


async def _redraw(interaction: Asked, told: Progress) -> None:
    layout, attached = shown(told, say_for(interaction))
    files = [] if attached is discord.utils.MISSING else [attached]
    await interaction.edit_original_response(view=layout, attachments=files, allowed_mentions=NO_PINGS)


async def _show_recent(interaction: Asked, cafe: Cafe) -> None:
    say = say_for(interaction)
    recent = await cafe.lore.imports.recent(await cafe.people.arrive(caller_of(interaction)))
    if not recent:
        await answer(interaction, say("You brought in no files lately. Choose one with the option file."))
        return
    lines = [f"- {plain(one.file_name)}: {_state(one, say)}" for one in recent]
    looks = [ImportButton(str(one.id), "look", short(one.file_name, 60)) for one in recent if not one.is_over][:5]
    items: list[discord.ui.Item[Any]] = [words("\n".join([say("Your imports:"), *lines]))]
    await interaction.followup.send(
        view=panel(*items, *([row(*looks)] if looks else [])), ephemeral=True, allowed_mentions=NO_PINGS
    )


# ------------------------------------------------------------------------------------------------ in words


def shown(told: Progress, say: Say) -> tuple[discord.ui.LayoutView, discord.File]:
    """An import as a panel, and its report as a file where there is one."""
    items: list[discord.ui.Item[Any]] = [words(f"**{plain(told.book_name)}** · {_state(told, say)}")]
    if told.differ:
        differ = [say(_KINDS[kind], n=number) for kind, number in told.differ.items() if number]
        items.append(words("\n".join(f"- {one}" for one in differ)))
    if told.state is not ImportState.FAILED:
        items += [line(), words("\n".join(_account(told, say)))]
    if told.waits:
        items.append(row(*_choices(told, say)))
    if not told.report:
        return panel(*items), discord.utils.MISSING
    file = discord.File(io.BytesIO(told.report.encode()), _REPORT)
    return panel(*items, discord.ui.File[Any](f"attachment://{_REPORT}")), file


def _choices(told: Progress, say: Say) -> Iterable[ImportButton]:
    yield ImportButton(str(told.id), "theirs", say("Take all from the file"))
    yield ImportButton(str(told.id), "ours", say("Take what is new, keep mine"))
    yield ImportButton(str(told.id), "leave", say("Change nothing"))


def _state(told: Progress, say: Say) -> str:
    if told.waits:
        return say("book and file differ; choose what holds")
    match told.state:
        case ImportState.DONE:
            return say("brought in: {entries}", entries=entries(told.total, say))
        case ImportState.FAILED:
            return told.failure or say("not brought in")
        case ImportState.CANCELLED if set(told.differ) == {Kind.SAME}:
            return say("book and file say the same; nothing was changed")
        case ImportState.CANCELLED:
            return say("left as it was")
        case ImportState.STORING:
            return say("being stored: {done} of {total}", done=told.done, total=told.total)
        case _:
            return say("being read: {entries}", entries=entries(told.total, say))


def _account(told: Progress, say: Say) -> Iterable[str]:
    kind = "" if told.format is None else say(FORMAT_NAMES[told.format])
    yield say("{file} · {kind}", file=plain(told.file_name), kind=kind)
    yield say(
        "Fields taken over: {mapped} · kept for export: {kept} · changed: {changed} · refused: {refused}",
        mapped=told.mapped,
        kept=told.kept,
        changed=told.changed,
        refused=told.refused,
    )
    remarked = [one for one in told.remarks if one][:_LINES_SHOWN]
    yield from (f"-# {plain(short(one, 180))}" for one in remarked)
