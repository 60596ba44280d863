"""Books and entries in words: what their fields hold, as people read it in panels."""

from __future__ import annotations

from collections.abc import Mapping

from bot.services.lore.fields.kinds import Field, Kind, written
from bot.texts import Say
from cogs.asking import plain
from cogs.lore.controls import parted
from cogs.lore.parts import short

_VALUE_MAX = 300


def told(field: Field, shown: str, names: Mapping[str, str], say: Say) -> str:
    """A value in words. `shown` is the value as it is written in forms; `names` those of ids in it."""
    match field.kind:
        case Kind.FLAG:
            return say("yes") if shown == "yes" else say("no")
        case Kind.CHOICE:
            labels = dict(field.choices)
            return say(labels[shown]) if shown in labels else say("not said")
        case Kind.CHOICES:
            labels = dict(field.choices)
            return ", ".join(say(labels[one]) for one in parted(shown) if one in labels)
        case Kind.CHANNELS:
            return " ".join(f"<#{one}>" for one in parted(shown))
        case Kind.ROLES:
            return " ".join(f"<@&{one}>" for one in parted(shown))
        case Kind.CHARACTERS | Kind.PERSONAS | Kind.SERVERS:
            return ", ".join(plain(names[one]) if one in names else say("one you do not see") for one in parted(shown))
        case Kind.ENTRIES:
            return shown
        case _:
            return plain(" · ".join(short(shown, _VALUE_MAX).splitlines()))


def is_said(field: Field, shown: str) -> bool:
    """Whether a value is another than what something new has."""
    return shown != written(field, field.default) and bool(shown)


def state(is_on: bool, say: Say) -> str:
    """Whether an entry takes part."""
    return say("on") if is_on else say("off")


def tokens(count: int, say: Say) -> str:
    """How long something is for a model."""
    return say.plural("{n} token", "{n} tokens", count)


def entries(count: int, say: Say) -> str:
    """How many entries."""
    return say.plural("{n} entry", "{n} entries", count)
