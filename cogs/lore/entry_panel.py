"""The panel of an entry: its words, every rule that is not the usual one, and forms for all of them."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import Any, Self
from uuid import UUID

import discord

from bot import limits
from bot.services.cafe import Cafe
from bot.services.lore.fields.kinds import Kind
from bot.services.lore.fields.of_entries import ENTRY_FIELDS
from bot.services.lore.shown import EntryChoice, LoreEntry, May
from bot.services.lore.wording import ENTRY_FORMS as FORMS
from bot.texts import Say
from bot.transport.views import LastingButton, LastingSelect
from cogs.asking import Asked, caller_of, plain, say_for
from cogs.lore.controls import parted
from cogs.lore.forms import (
    FieldsForm,
    around_of,
    names_of_characters,
    names_of_personas,
    names_of_servers,
    settle,
)
from cogs.lore.parts import ID, answer, cafe_of, line, panel, redraw, row, short, show, within_a_second, words
from cogs.lore.words import is_said, state, tokens, told

_CONTENT_SHOWN = 1000
_RULES_SHOWN = 2200
_BESIDE_RULES = frozenset({"name", "content", "folder", "tags", "is_enabled", "case_sensitive", "whole_words"})
"""Shown elsewhere in the panel: above the rules, or with each key."""


class EntryForms(LastingSelect, template=rf"lore:entry:{ID}:form"):
    """Opens one of the forms of an entry."""

    def __init__(self, menu: discord.ui.Select[discord.ui.View], entry_id: str) -> None:
        super().__init__(menu)
        self.entry_id = UUID(entry_id)

    @classmethod
    def of(cls, entry_id: UUID, say: Say) -> Self:
        """The menu."""
        options = [
            discord.SelectOption(
                label=say(title)[:100],
                value=code,
                description=short(", ".join(say(ENTRY_FIELDS[name].label) for name in names), 100),
            )
            for code, (title, names) in FORMS.items()
        ]
        menu = discord.ui.Select[discord.ui.View](
            custom_id=f"lore:entry:{entry_id}:form", options=options, placeholder=say("Change something…")
        )
        return cls(menu, str(entry_id))

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The menu as it was used."""
        assert isinstance(item, discord.ui.Select)
        return cls(item, match["id"])

    async def pressed(self, interaction: Asked) -> None:
        """Open the form as the entry is."""
        form = await within_a_second(entry_form(interaction, cafe_of(interaction), self.entry_id, self.item.values[0]))
        if form.is_empty:
            await interaction.response.defer()
            await answer(interaction, say_for(interaction)("There is nothing to choose from here. Try it in a server."))
            return
        await interaction.response.send_modal(form)


class EntryButton(LastingButton, template=rf"lore:entry:{ID}:(?P<deed>on|off|undo|whole|history|delete)"):
    """Does one thing with an entry, and shows its panel anew."""

    def __init__(self, entry_id: str, deed: str, label: str) -> None:
        super().__init__(discord.ui.Button(label=label[:80], custom_id=f"lore:entry:{entry_id}:{deed}"))
        self.entry_id = UUID(entry_id)
        self.deed = deed

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button as it was pressed."""
        return cls(match["id"], match["deed"], "…")

    async def pressed(self, interaction: Asked) -> None:
        """Do it."""
        cafe = cafe_of(interaction)
        if self.deed == "whole":
            await interaction.response.defer(ephemeral=True, thinking=True)
            await show_whole(interaction, cafe, self.entry_id)
            return
        if self.deed == "history":
            # Here and not above: from the versions one comes back to the panel.
            from cogs.lore.history import history

            await interaction.response.defer(ephemeral=True, thinking=True)
            await show(interaction, await history(interaction, cafe, self.entry_id))
            return
        await interaction.response.defer()
        if self.deed == "delete":
            await _delete(interaction, cafe, self.entry_id)
            return
        async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            if self.deed == "undo":
                entry = await cafe.lore.entries.undo(work, user_id, self.entry_id)
            else:
                entry = await cafe.lore.entries.enable(work, user_id, self.entry_id, self.deed == "on")
        await redraw(interaction, await entry_panel(interaction, cafe, entry))


ITEMS = (EntryForms, EntryButton)


async def entry_form(interaction: Asked, cafe: Cafe, entry_id: UUID, code: str) -> FieldsForm:
    """One form of an entry as it is. Raises `UserError` where who asks may not change it."""
    title, names = FORMS[code]
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        entry = await cafe.lore.entries.get(work, user_id, entry_id, may=May.WRITE)
        shown = await cafe.lore.entries.typed(work, entry, *names)
    is_long = len(shown.get("content", "")) > limits.FORM_FIELD_MAX
    if is_long:
        del shown["content"]
    fields = [ENTRY_FIELDS[name] for name in names if name != "content" or not is_long]
    say = say_for(interaction)

    async def save(asked: Asked, changed: dict[str, str]) -> None:
        await settle(asked)
        async with cafe.people.at_work(caller_of(asked)) as (user_id, work):
            kept = await cafe.lore.entries.edit(work, user_id, entry_id, changed)
        await redraw(asked, await entry_panel(asked, cafe, kept))

    around = await around_of(interaction, cafe, fields, shown)
    form = FieldsForm(say(title), fields, shown, say, around, save)
    if is_long:
        form.take_file(say("Content"), say("Too long for a form: choose a text file; without one it stays as it is."))
    return form


async def show_entry(interaction: Asked, cafe: Cafe, entry: LoreEntry) -> None:
    """Answer a deferred interaction with the panel of an entry, for who asked only."""
    await show(interaction, await entry_panel(interaction, cafe, entry))


async def show_whole(interaction: Asked, cafe: Cafe, entry_id: UUID) -> None:
    """Answer a deferred interaction with all words of an entry, as a file."""
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        entry = await cafe.lore.entries.get(work, user_id, entry_id)
    file = discord.File(io.BytesIO(entry.state.content.encode()), filename=f"entry-{entry.number}.txt")
    await interaction.followup.send(file=file, ephemeral=True, allowed_mentions=discord.AllowedMentions.none())


async def _delete(interaction: Asked, cafe: Cafe, entry_id: UUID) -> None:
    """Delete it, with a button that brings it back in place of its panel."""
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        gone = await cafe.lore.entries.delete(work, user_id, entry_id)
    await redraw(interaction, gone_panel(gone, say_for(interaction)))


def gone_panel(gone: EntryChoice, say: Say) -> discord.ui.LayoutView:
    """What is said of an entry that was deleted, with the way back."""
    told = say("**{entry}** is deleted. /lore entry undo brings it back.", entry=labelled(gone))
    return panel(words(told), row(EntryButton(str(gone.id), "undo", say("Undo"))))


def labelled(one: EntryChoice) -> str:
    """An entry's number and name, with nothing in the name that Discord would format."""
    return f"#{one.number} {plain(one.label.partition(' ')[2])}"


async def entry_panel(interaction: Asked, cafe: Cafe, entry: LoreEntry) -> discord.ui.LayoutView:
    """The panel as the entry stands, with what who looks may do."""
    async with cafe.people.at_work(caller_of(interaction)) as (_, work):
        shown = await cafe.lore.entries.typed(work, entry, *ENTRY_FIELDS)
    names = await _names(interaction, cafe, shown)
    return drawn(entry, shown, names, say_for(interaction))


def drawn(entry: LoreEntry, shown: Mapping[str, str], names: Mapping[str, str], say: Say) -> discord.ui.LayoutView:
    """The panel. Pure."""
    items: list[discord.ui.Item[Any]] = [words(_heading(entry, say))]
    content = entry.state.content
    items.append(words(plain(short(content, _CONTENT_SHOWN)) or say("It has no words yet.")))
    items += [line(), words(_rules(entry, shown, names, say))]
    buttons: list[discord.ui.Item[Any]] = []
    if entry.may.includes(May.WRITE):
        items.append(row(EntryForms.of(entry.id, say)))
        deed, label = ("off", say("Switch off")) if entry.is_enabled else ("on", say("Switch on"))
        buttons.append(EntryButton(str(entry.id), deed, label))
        if entry.version > 1:
            buttons.append(EntryButton(str(entry.id), "undo", say("Undo")))
            buttons.append(EntryButton(str(entry.id), "history", say("Versions")))
        buttons.append(EntryButton(str(entry.id), "delete", say("Delete")))
    if len(content) > _CONTENT_SHOWN:
        buttons.append(EntryButton(str(entry.id), "whole", say("All of its words")))
    if buttons:
        items.append(row(*buttons))
    return panel(*items)


def _heading(entry: LoreEntry, say: Say) -> str:
    about = [plain(entry.book_name)]
    if entry.folder:
        about.append(plain(entry.folder))
    about += [state(entry.is_enabled, say), tokens(entry.tokens, say)]
    about += [f"#{plain(tag)}" for tag in entry.tags]
    if entry.last_used_at is not None:
        used = say.plural("used {n} time", "used {n} times", entry.uses)
        about.append(f"{used}, <t:{int(entry.last_used_at.timestamp())}:R>")
    name = plain(entry.name) or say("An entry without a name")
    return f"### #{entry.number} {short(name, 200)}\n-# {short(' · '.join(about), 400)}"


def _rules(entry: LoreEntry, shown: Mapping[str, str], names: Mapping[str, str], say: Say) -> str:
    lines: list[str] = []
    for name, field in ENTRY_FIELDS.items():
        if name in _BESIDE_RULES or not (is_said(field, shown.get(name, "")) or name == "mode"):
            continue
        lines.append(f"**{say(field.label)}:** {told(field, shown[name], names, say)}")
    if entry.origin.url:
        speaker, link = plain(entry.origin.speaker) or say("somebody"), f"<{entry.origin.url}>"
        lines.append(say("**Saved from a message of {person}:** {link}", person=speaker, link=link))
    if not shown.get("keys") and shown.get("mode") == "keyword":
        lines.append(say("It has no keys yet, so nothing brings it in."))
    text = "\n".join(lines)
    return short(text, _RULES_SHOWN)


async def _names(interaction: Asked, cafe: Cafe, shown: Mapping[str, str]) -> dict[str, str]:
    """The names of everybody and everything that an entry is for, as far as who looks may know them."""
    ids = {
        kind: [one for name, field in ENTRY_FIELDS.items() if field.kind is kind for one in parted(shown.get(name, ""))]
        for kind in (Kind.CHARACTERS, Kind.PERSONAS, Kind.SERVERS)
    }
    names = await names_of_characters(interaction, cafe, ids[Kind.CHARACTERS])
    if ids[Kind.PERSONAS]:
        names |= await names_of_personas(interaction, cafe)
    return names | names_of_servers(interaction, ids[Kind.SERVERS])
