"""/character edit with a part: one text of a character, typed into a form or, where it is longer, sent as a file."""

from __future__ import annotations

import io
from typing import Any, Self
from uuid import UUID

import discord

from bot import limits
from bot.errors import InvalidInput
from bot.services.cafe import Cafe
from bot.services.characters import Character, Part, PartDraft, Shown
from bot.services.characters.parts import NAMES, filled_count
from bot.services.characters.wording import NOTE_ROLES, PART_HINTS
from bot.texts import N_, Say
from cogs.asking import Asked, caller_of, plain, say_for
from cogs.characters.forms import Form
from cogs.characters.parts import NO_PINGS, Suggestions, short, within_a_second

_SHOWN = 1500
_NUMBER = 6
"""Characters of a number, with some to spare for what is none."""


class PartForm(Form):
    """One text; for the note also where it stands."""

    def __init__(self, cafe: Cafe, say: Say, character_id: UUID, shown: Shown) -> None:
        super().__init__(title=shown.character[:45])
        self._cafe = cafe
        self._character_id = character_id
        self._part = shown.part
        hint, long = say(PART_HINTS[shown.part]), discord.TextStyle.paragraph
        style = discord.TextStyle.short if shown.part is Part.CARD_VERSION else long
        label = say(NAMES[shown.part])[:45]
        self.text = self.field("text", label, hint, style, required=False, typed=shown.draft.text)
        self.depth: discord.ui.TextInput[Self] | None = None
        self.role: discord.ui.Select[Self] | None = None
        if shown.part is Part.NOTE:
            self._add_place(say, shown.draft)

    def _add_place(self, say: Say, draft: PartDraft) -> None:
        hint = say("How many messages stand after it; 0 for none")
        self.depth = self.field("depth", say("Depth"), hint, typed=draft.depth, most=_NUMBER)
        options = [
            discord.SelectOption(label=say(label)[:100], value=role, default=role == draft.role)
            for role, label in NOTE_ROLES.items()
        ]
        self.role = discord.ui.Select[Self](custom_id="role", options=options, required=True)
        self.add_item(discord.ui.Label(text=say("How it is told"), component=self.role))

    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Keep it, or say what is wrong."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        depth = self.depth.value if self.depth else ""
        role = self.role.values[0] if self.role and self.role.values else ""
        draft = PartDraft(self.text.value, depth, role)
        await put(interaction, self._cafe, self._character_id, self._part, draft)


async def edit_part(
    interaction: Asked, cafe: Cafe, typed: str, part: str | None, file: discord.Attachment | None
) -> None:
    """What /character edit does with a part: open it, or take the text of a file."""
    meant = _part(part)
    if file is not None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        text = await text_of(file)
        async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            chosen = await cafe.characters.chosen(work, user_id, typed)
        await put(interaction, cafe, chosen, meant, PartDraft(text))
        return
    await open_part(interaction, cafe, typed, meant)


async def open_part(interaction: Asked, cafe: Cafe, typed: str, part: Part) -> None:
    """Open the form as the text is. A text that no form holds is shown as a file, with how to change it."""

    async def read() -> tuple[UUID, Shown]:
        async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            chosen = await cafe.characters.chosen(work, user_id, typed)
            return chosen, await cafe.characters.part_of(work, user_id, chosen, part)

    chosen, shown = await within_a_second(read())
    say = say_for(interaction)
    if shown.fits_a_form:
        await interaction.response.send_modal(PartForm(cafe, say, chosen, shown))
        return
    told = say(
        "{part} of **{name}**: {count} characters, more than a form holds ({maximum}). Change the file as you like, "
        "then use /character edit again with it as the option file.",
        part=say(NAMES[part]),
        name=plain(shown.character),
        count=len(shown.draft.text),
        maximum=int(limits.FORM_FIELD_MAX),
    )
    data = io.BytesIO(shown.draft.text.encode())
    await interaction.response.send_message(
        told, file=discord.File(data, f"{part.value}.txt"), ephemeral=True, allowed_mentions=NO_PINGS
    )


async def put(interaction: Asked, cafe: Cafe, character_id: UUID, part: Part, draft: PartDraft) -> None:
    """Keep a text and answer the deferred interaction."""
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        changed = await cafe.characters.put(work, user_id, character_id, part, draft)
        shown = await cafe.characters.part_of(work, user_id, character_id, part)
    await interaction.followup.send(
        _kept(changed, shown, say_for(interaction)), ephemeral=True, allowed_mentions=NO_PINGS
    )


def _kept(changed: Character, shown: Shown, say: Say) -> str:
    name, part, text = plain(changed.name), say(NAMES[shown.part]), shown.draft.text
    if not text:
        return say("**{name}** is changed, here and now. {part}: empty.", name=name, part=part)
    told = say(
        "**{name}** is changed, here and now. {part} ({count}):", name=name, part=part, count=counted(shown, say)
    )
    return f"{told}\n>>> {short(text, _SHOWN)}"


def counted(shown: Shown, say: Say) -> str:
    """How much a text is, in the unit one counts it in."""
    return amount(shown.part, filled_count(shown), say)


def amount(part: Part, count: int, say: Say) -> str:
    """So many characters, greetings or exchanges."""
    if part in {Part.OTHER_GREETINGS, Part.GROUP_GREETINGS}:
        return say.plural("{n} greeting", "{n} greetings", count)
    if part is Part.EXAMPLES:
        return say.plural("{n} exchange", "{n} exchanges", count)
    return say.plural("{n} character", "{n} characters", count)


async def suggest_parts(interaction: Asked, typed: str) -> Suggestions:
    """The texts a character has, by what they are called; from memory."""
    say = say_for(interaction)
    named = [(say(name), part) for part, name in NAMES.items()]
    fitting = [(name, part) for name, part in named if typed.casefold() in name.casefold()]
    return [discord.app_commands.Choice(name=name[:100], value=part.value) for name, part in fitting]


async def text_of(file: discord.Attachment) -> str:
    """The words of a text file. Raises `InvalidInput`."""
    if file.size > limits.FILE_BYTES_MAX:
        raise InvalidInput(
            "text_file_too_large",
            N_("{file} is too large: {maximum} kB at most."),
            field="file",
            file=file.filename,
            maximum=int(limits.FILE_BYTES_MAX) // 1024,
        )
    try:
        return (await file.read()).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(
            "text_file_no_text",
            N_("{file} is no plain text (UTF-8). Save it as a .txt file and send it again."),
            field="file",
            file=file.filename,
        ) from error
    except (discord.HTTPException, OSError) as error:
        raise InvalidInput(
            "text_file_not_fetched", N_("The file could not be fetched from Discord. Choose it again."), field="file"
        ) from error


def _part(typed: str | None) -> Part:
    try:
        return Part((typed or "").strip())
    except ValueError:
        pass
    raise InvalidInput(
        "no_such_part",
        N_("Choose which of its texts to change: pick one from the suggestions of “part”."),
        field="part",
    )
