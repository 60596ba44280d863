"""What a form is made of: one control for each field of an entry or a book, by what kind of value it holds.

A control shows a value as it is written (`bot.services.lore.fields`) and hands back what was typed or chosen, written
the same way; the service reads it. So there is one way to write a value, and none is lost that a menu cannot show.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import discord

from bot import limits
from bot.services.lore.fields.kinds import Field, Kind
from bot.texts import Say

LABEL_MAX = 45
"""Discord's bound for the label of a field in a form (Component Reference, Label)."""
HINT_MAX = 100

_YES, _NO = "yes", "no"
_UNSAID = "-"


@dataclass(frozen=True, slots=True)
class Around:
    """What menus can offer to who asks, by written id: characters, personas, servers. `guild` is where they ask."""

    characters: Mapping[str, str]
    personas: Mapping[str, str]
    servers: Mapping[str, str]
    guild: discord.Guild | None = None


NOTHING_AROUND = Around({}, {}, {})


class Control(Protocol):
    """One control of a form."""

    label: discord.ui.Label[Any]

    def written(self) -> dict[str, str]:
        """What is typed or chosen now, by the names of the fields it stands for."""
        ...


def controls(fields: Sequence[Field], shown: Mapping[str, str], say: Say, around: Around) -> list[Control]:
    """Controls for these fields as they are. What is yes or no becomes one control together."""
    made: list[Control] = []
    for field in fields:
        if field.kind is not Kind.FLAG:
            control = _control(field, shown.get(field.name, ""), say, around)
            made += [] if control is None else [control]
    flags = [field for field in fields if field.kind is Kind.FLAG]
    return [*made, _Ticks(flags, shown, say)] if flags else made


def _control(field: Field, shown: str, say: Say, around: Around) -> Control | None:
    match field.kind:
        case Kind.CHOICE:
            return _Choice(field, shown, say)
        case Kind.CHOICES:
            return _Several(field, shown, say)
        case Kind.CHARACTERS | Kind.PERSONAS | Kind.SERVERS:
            offered = {
                Kind.CHARACTERS: around.characters,
                Kind.PERSONAS: around.personas,
                Kind.SERVERS: around.servers,
            }[field.kind]
            return _Listed(field, shown, say, offered) if offered else None
        case Kind.CHANNELS | Kind.ROLES:
            return None if around.guild is None else _Discords(field, shown, say, around.guild)
        case _:
            return _Line(field, shown, say)


def _label(field: Field, component: discord.ui.Item[Any], say: Say, *, hint: bool = True) -> discord.ui.Label[Any]:
    description = say(field.hint)[:HINT_MAX] if hint and field.hint else None
    return discord.ui.Label(text=say(field.label)[:LABEL_MAX], description=description, component=component)


class _Line:
    """Words, numbers, keys."""

    def __init__(self, field: Field, shown: str, say: Say) -> None:
        is_long = field.kind in {Kind.TEXT, Kind.KEYS, Kind.GROUP_RULES}
        # As long as Discord allows, not as long as we do: then our sentence says by how much it is too long.
        self._input = discord.ui.TextInput[Any](
            custom_id=field.name,
            style=discord.TextStyle.paragraph if is_long else discord.TextStyle.short,
            default=shown or None,
            required=False,
            max_length=int(limits.FORM_FIELD_MAX),
        )
        self._name = field.name
        self.label = _label(field, self._input, say)

    def written(self) -> dict[str, str]:
        return {self._name: self._input.value}


class _Choice:
    """One of several."""

    def __init__(self, field: Field, shown: str, say: Say) -> None:
        options = [
            discord.SelectOption(label=say(label)[:100], value=value, default=value == shown)
            for value, label in field.choices
        ]
        if field.is_optional:
            options.insert(0, discord.SelectOption(label=say("not said"), value=_UNSAID, default=not shown))
        self._select = discord.ui.Select[Any](custom_id=field.name, options=options, required=True)
        self._name = field.name
        self._shown = shown
        self.label = _label(field, self._select, say)

    def written(self) -> dict[str, str]:
        value = self._select.values[0] if self._select.values else self._shown
        return {self._name: "" if value == _UNSAID else value}


class _Several:
    """Any of several."""

    def __init__(self, field: Field, shown: str, say: Say) -> None:
        chosen = parted(shown)
        options = [
            discord.CheckboxGroupOption(label=say(label)[:100], value=value, default=value in chosen)
            for value, label in field.choices
        ]
        self._group = discord.ui.CheckboxGroup[Any](
            custom_id=field.name, options=options, required=False, min_values=0, max_values=len(options)
        )
        self._name = field.name
        self.label = _label(field, self._group, say)

    def written(self) -> dict[str, str]:
        return {self._name: ", ".join(self._group.values)}


class _Ticks:
    """Everything that is yes or no in a form."""

    def __init__(self, fields: Sequence[Field], shown: Mapping[str, str], say: Say) -> None:
        self._names = [field.name for field in fields]
        options = [
            discord.CheckboxGroupOption(
                label=say(field.label)[:100],
                value=field.name,
                description=say(field.hint)[:HINT_MAX] if field.hint else None,
                default=shown.get(field.name) == _YES,
            )
            for field in fields
        ]
        self._group = discord.ui.CheckboxGroup[Any](
            custom_id="ticks", options=options, required=False, min_values=0, max_values=len(options)
        )
        self.label = discord.ui.Label(text=say("Tick what holds"), component=self._group)

    def written(self) -> dict[str, str]:
        return {name: _YES if name in self._group.values else _NO for name in self._names}


class _Listed:
    """Characters, personas or servers from a menu. What the menu does not show stays as it is."""

    def __init__(self, field: Field, shown: str, say: Say, offered: Mapping[str, str]) -> None:
        chosen = parted(shown)
        first = [*(one for one in chosen if one in offered), *(one for one in offered if one not in chosen)]
        listed = first[: limits.CHOICES_MAX]
        self._kept = [one for one in chosen if one not in listed]
        options = [
            discord.SelectOption(label=offered[one][:100] or one, value=one, default=one in chosen) for one in listed
        ]
        self._select = discord.ui.Select[Any](
            custom_id=field.name,
            options=options,
            placeholder=say("Nothing chosen"),
            required=False,
            min_values=0,
            max_values=len(options),
        )
        self._name = field.name
        self.label = _label(field, self._select, say)

    def written(self) -> dict[str, str]:
        return {self._name: ", ".join([*self._kept, *self._select.values])}


class _Discords:
    """Channels or roles of the server one is in. Those of other servers stay as they are."""

    def __init__(self, field: Field, shown: str, say: Say, guild: discord.Guild) -> None:
        chosen = parted(shown)
        is_here = guild.get_role if field.kind is Kind.ROLES else guild.get_channel_or_thread
        here = [one for one in chosen if one.isdigit() and is_here(int(one)) is not None]
        here = here[: limits.CHOICES_MAX]
        self._kept = [one for one in chosen if one not in here]
        defaults = [discord.Object(int(one)) for one in here]
        most, unsaid = int(limits.CHOICES_MAX), say("Nothing chosen")
        self._select: discord.ui.RoleSelect[Any] | discord.ui.ChannelSelect[Any]
        if field.kind is Kind.ROLES:
            roles = [discord.SelectDefaultValue.from_role(one) for one in defaults]  # pyright: ignore[reportArgumentType]
            self._select = discord.ui.RoleSelect[Any](
                custom_id=field.name,
                placeholder=unsaid,
                required=False,
                min_values=0,
                max_values=most,
                default_values=roles,
            )
        else:
            channels = [discord.SelectDefaultValue.from_channel(one) for one in defaults]  # pyright: ignore[reportArgumentType]
            self._select = discord.ui.ChannelSelect[Any](
                custom_id=field.name,
                placeholder=unsaid,
                required=False,
                min_values=0,
                max_values=most,
                default_values=channels,
            )
        self._name = field.name
        self.label = _label(field, self._select, say)

    def written(self) -> dict[str, str]:
        return {self._name: ", ".join([*self._kept, *(str(one.id) for one in self._select.values)])}


def parted(written: str) -> list[str]:
    """The pieces of a written list."""
    return [piece for part in written.split(",") if (piece := part.strip())]
