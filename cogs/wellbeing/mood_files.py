"""/mood export and /mood import: files that pass through Discord, which is said before; on the web they do not."""

from __future__ import annotations

import io
import secrets
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

import discord

from bot import limits
from bot.errors import InvalidInput, NotFound
from bot.services.cafe import Cafe
from bot.services.wellbeing.choices import STEPS
from bot.services.wellbeing.daylio_kept import DaylioPreview, DaylioResult, RefusedRow
from bot.texts import N_, Say
from cogs.asking import Asked, plain, say_for
from cogs.panels import NO_PINGS, panel, row, short, words
from cogs.wellbeing.mood_consent import at_diary
from cogs.wellbeing.mood_parts import (
    COG,
    MoodButton,
    MoodSelect,
    begin,
    draw,
    gone,
    link,
    number_in,
    on_button,
    on_menu,
    option,
    zone_button,
    zone_note,
)

_WAITS_SECONDS = 900.0
_MOST_WAITING = 20
_MENUS = 6
"""Moods asked about at a time: what is answered makes room for the next."""
_REFUSED_SHOWN = 5


# ------------------------------------------------------------------------------------------------ out


async def show_export(interaction: Asked, cafe: Cafe) -> None:
    """Offer both files, and the web. The interaction is deferred."""
    say = say_for(interaction)
    async with at_diary(interaction, cafe) as asker:
        n = await cafe.moods.count(asker.work, asker.user_id)
    told = say.plural("You have {n} check-in.", "You have {n} check-ins.", n)
    warning = say(
        "A file sent here passes through Discord with every note in it, and Discord may keep it for a while. On the "
        "web it comes to you alone."
    )
    what = say("CSV: what Daylio and spreadsheets read. JSON: everything, with your choices and settings.")
    buttons = row(
        *link(cafe, say, "/mood/files"),
        MoodButton("file:csv", say("Send the CSV here"), discord.ButtonStyle.danger),
        MoodButton("file:json", say("Send the JSON here"), discord.ButtonStyle.danger),
    )
    await draw(interaction, panel(words(f"## {say('Export')}\n{told}\n{warning}\n-# {what}"), buttons))


@on_button("file")
async def send_file(interaction: Asked, cafe: Cafe, rest: str) -> None:
    """Send it, to them alone."""
    if rest not in ("csv", "json"):
        raise gone()
    await begin(interaction)
    say = say_for(interaction)
    async with at_diary(interaction, cafe) as asker:
        write = cafe.moods.export_csv if rest == "csv" else cafe.moods.export_json
        data = await write(asker.work, asker.user_id)
    if len(data) > limits.EXPORT_BYTES_MAX:
        raise InvalidInput(
            "export_too_large",
            N_("The file is larger than Discord takes from me ({maximum} MB). Fetch it on the web."),
            maximum=int(limits.EXPORT_BYTES_MAX) // 1_000_000,
        )
    await interaction.followup.send(
        say("Here it is. Save it, then close this message."),
        file=discord.File(io.BytesIO(data), f"check-ins.{rest}"),
        ephemeral=True,
        allowed_mentions=NO_PINGS,
    )


# ------------------------------------------------------------------------------------------------ in


@dataclass(slots=True)
class _Waiting:
    """A file that was read, until it is imported: in memory for a quarter of an hour, of its owner alone."""

    discord_id: int
    data: bytes
    until: float
    steps: dict[str, int] = field(default_factory=dict[str, int])


class Waiting:
    """Files that wait for their owner to say how good a mood is, or to begin."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, _Waiting] = OrderedDict()

    def keep(self, one: _Waiting) -> str:
        """Keep a file and hand back its token; the oldest gives way, and another of the same person's."""
        for token, other in list(self._kept.items()):
            if other.discord_id == one.discord_id:
                del self._kept[token]
        token = secrets.token_hex(8)
        self._kept[token] = one
        while len(self._kept) > _MOST_WAITING:
            self._kept.popitem(last=False)
        return token

    def find(self, token: str, discord_id: int, now: float) -> _Waiting:
        """It, for its owner. Raises `NotFound`."""
        for old in [key for key, one in self._kept.items() if one.until <= now]:
            del self._kept[old]
        found = self._kept.get(token)
        if found is None or found.discord_id != discord_id:
            raise NotFound("file_forgotten", N_("That file is no longer kept here. Use /mood import again."))
        return found

    def forget(self, token: str) -> None:
        """It was imported, or is not wanted."""
        self._kept.pop(token, None)


def waiting_of(interaction: Asked) -> Waiting:
    """The files that wait, as the loaded cog holds them."""
    waiting = getattr(interaction.client.get_cog(COG), "waiting", None)
    if not isinstance(waiting, Waiting):
        raise TypeError("the cog of check-ins is not loaded")
    return waiting


async def take_import(interaction: Asked, cafe: Cafe, file: discord.Attachment) -> None:
    """Read a file and say what it would bring. The interaction is deferred."""
    async with at_diary(interaction, cafe, to_add=True):
        pass  # who keeps no check-ins is asked before their file is read
    data = await _fetched(file)
    # Read before it is kept: what is no diary is refused and forgotten at once.
    until = interaction.client.clock.monotonic() + _WAITS_SECONDS
    one = _Waiting(interaction.user.id, data, until)
    preview = await _read(interaction, cafe, one)
    await draw(interaction, _import_panel(cafe, preview, waiting_of(interaction).keep(one), say_for(interaction)))


async def _fetched(file: discord.Attachment) -> bytes:
    """The bytes of an attachment. Raises `InvalidInput`."""
    if file.size > limits.MOOD_FILE_BYTES_MAX:
        raise InvalidInput(
            "file_too_large",
            N_("The file is larger than {maximum} MB, so it was not read. Export fewer years at a time."),
            field="file",
            maximum=int(limits.MOOD_FILE_BYTES_MAX) // (1024 * 1024),
        )
    try:
        return await file.read()
    except (discord.HTTPException, OSError) as error:
        raise InvalidInput(
            "file_not_fetched", N_("The file could not be fetched from Discord. Send it again."), field="file"
        ) from error


async def _read(interaction: Asked, cafe: Cafe, one: _Waiting) -> DaylioPreview:
    async with at_diary(interaction, cafe, to_add=True) as asker:
        return await cafe.moods.daylio.read(asker.work, asker.user_id, one.data, one.steps)


def _import_panel(cafe: Cafe, preview: DaylioPreview, token: str, say: Say) -> discord.ui.LayoutView:
    items: list[discord.ui.Item[Any]] = [words(f"## {say('Import')}\n" + "\n".join(_found(preview, say)))]
    if preview.unmapped:
        items.append(words(say("Which step of the scale are these moods? Nothing is imported before.")))
        items += [row(_step_menu(one.name, one.n, number, token, say)) for number, one in _asked(preview)]
    buttons: list[discord.ui.Item[Any]] = [
        MoodButton(
            f"bring:{token}",
            say("Import"),
            discord.ButtonStyle.success,
            is_disabled=bool(preview.unmapped) or not preview.n,
        ),
        MoodButton(f"leave:{token}", say("Leave it")),
    ]
    if not preview.has_zone:
        items.append(words(say("The file names no time zone and you set none, so its times are read as UTC.")))
        buttons.append(MoodButton("zone", say("Set my time zone")))
    return panel(*items, row(*buttons, *link(cafe, say, "/mood/files")))


def _asked(preview: DaylioPreview) -> list[tuple[int, Any]]:
    """The moods asked about now, with their place among all of the file's."""
    names = [one.name for one in preview.moods]
    return [(names.index(one.name), one) for one in preview.unmapped[:_MENUS]]


def _step_menu(name: str, n: int, number: int, token: str, say: Say) -> MoodSelect:
    options = [option(f"{name[:60]}: {score} · {say(step)}", str(score)) for score, step in STEPS.items()]
    hint = say.plural("{name} ({n} check-in)", "{name} ({n} check-ins)", n, name=name[:100])
    return MoodSelect.of(f"step:{token}:{number}", hint, options)


def _found(preview: DaylioPreview, say: Say) -> list[str]:
    lines = [say.plural("{n} new check-in.", "{n} new check-ins.", preview.n)]
    if preview.first is not None and preview.last is not None:
        lines.append(say("From {first} to {last}.", first=preview.first.isoformat(), last=preview.last.isoformat()))
    if preview.already_here:
        lines.append(say.plural("{n} is here already.", "{n} are here already.", preview.already_here))
    if preview.too_old:
        lines.append(
            say.plural(
                "{n} is older than you keep check-ins ({days} days), so it is left out.",
                "{n} are older than you keep check-ins ({days} days), so they are left out.",
                preview.too_old,
                days=preview.keep_days,
            )
        )
    return lines + _refused(preview.refused, say)


def _refused(rows: tuple[RefusedRow, ...], say: Say) -> list[str]:
    if not rows:
        return []
    lines = [say.plural("{n} line cannot be read:", "{n} lines cannot be read:", len(rows))]
    for one in rows[:_REFUSED_SHOWN]:
        why = say(one.why, **{name: plain(str(value)) for name, value in one.values.items()})
        lines.append(say("- line {line}: {why}", line=one.line, why=short(why, 150)))
    if len(rows) > _REFUSED_SHOWN:
        lines.append(say("- and {n} more", n=len(rows) - _REFUSED_SHOWN))
    return lines


@on_menu("step")
async def choose_step(interaction: Asked, cafe: Cafe, rest: str, chosen: list[str]) -> None:
    """A mood of the file stands on this step."""
    token, _, number = rest.partition(":")
    score = number_in(chosen[0], 1, 5)
    await begin(interaction)
    one = waiting_of(interaction).find(token, interaction.user.id, interaction.client.clock.monotonic())
    moods = (await _read(interaction, cafe, one)).moods
    one.steps[moods[number_in(number, 0, len(moods) - 1)].name] = score
    await draw(interaction, _import_panel(cafe, await _read(interaction, cafe, one), token, say_for(interaction)))


@on_button("bring")
async def bring_in(interaction: Asked, cafe: Cafe, rest: str) -> None:
    """Import it."""
    await begin(interaction)
    say = say_for(interaction)
    one = waiting_of(interaction).find(rest, interaction.user.id, interaction.client.clock.monotonic())
    async with at_diary(interaction, cafe, to_add=True) as asker:
        result = await cafe.moods.daylio.bring_in(asker.work, asker.user_id, one.data, one.steps)
    waiting_of(interaction).forget(rest)
    buttons = [*zone_button(asker.options, say), *link(cafe, say)]
    told = [words("\n".join(_brought(result, say))), words(zone_note(asker.options, say))]
    await draw(interaction, panel(*told, *([row(*buttons)] if buttons else [])))


def _brought(result: DaylioResult, say: Say) -> list[str]:
    lines = [say.plural("{n} check-in was imported.", "{n} check-ins were imported.", result.added)]
    if result.already_here:
        lines.append(say.plural("{n} was here already.", "{n} were here already.", result.already_here))
    if result.moods_added or result.activities_added:
        lines.append(
            say(
                "New in your own choices: {moods} moods, {activities} activities.",
                moods=result.moods_added,
                activities=result.activities_added,
            )
        )
    return lines + _refused(result.refused, say)


@on_button("leave")
async def leave(interaction: Asked, cafe: Cafe, rest: str) -> None:
    """Forget the file."""
    await begin(interaction)
    waiting_of(interaction).find(rest, interaction.user.id, interaction.client.clock.monotonic())
    waiting_of(interaction).forget(rest)
    await draw(interaction, panel(words(say_for(interaction)("The file is forgotten. Nothing was imported."))))
