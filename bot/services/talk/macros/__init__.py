"""Macros in what creators write: the one place where they are expanded. Pure.

What creators write is kept as they typed it; macros are filled in when a prompt or a greeting is made. Names are read
in any case and with inner blanks. Whatever is not known stays as it stands. What members write (names, messages,
personas, values of variables) is inserted and never expanded. A text that asks for too much is filled as far as the
limits in `world` go, the rest stays as typed; nothing ever raises.
"""

from __future__ import annotations

from bot.services.talk.macros.engine import Run, Shared
from bot.services.talk.macros.table import RULES
from bot.services.talk.macros.variables import Variables
from bot.services.talk.macros.world import Changes, World, applied, outlet_name

__all__ = ["Changes", "Macros", "World", "applied", "expand", "outlet_name"]


class Macros:
    """The texts of one prompt, expanded one after the other: what one sets, the next ones read.

    A text that comes twice is expanded once. Setting variables has no effect outside: `changes` tells what to store.
    In a preview (a picker, a token count, a search for keys) nothing is set at all.
    """

    def __init__(self, world: World, *, is_preview: bool = False) -> None:
        self._shared = Shared(world, Variables(world.variables, is_preview=is_preview))
        self._done: dict[tuple[str, str], str] = {}

    def expand(self, text: str, *, original: str | None = None) -> str:
        """The text with its macros filled in. `original` is what it replaces (`{{original}}`), None: the world's."""
        if "{{" not in text and "<" not in text:
            return text
        original = self._shared.world.original if original is None else original
        if (text, original) not in self._done:
            self._shared.original = original
            self._done[text, original] = Run(self._shared, RULES, text).expanded(text)
        return self._done[text, original]

    def preview(self, text: str) -> str:
        """The same text, without anything being set."""
        return Macros(self._shared.world, is_preview=True).expand(text)

    @property
    def changes(self) -> Changes:
        """Variables set or deleted so far."""
        return dict(self._shared.variables.changes)

    @property
    def hidden(self) -> tuple[str, ...]:
        """Words of `{{hidden_key:…}}`: in no prompt, but seen where keys are looked for."""
        return tuple(self._shared.hidden)

    @property
    def banned(self) -> tuple[str, ...]:
        """Words a creator does not want to read, in order, each once."""
        return tuple(dict.fromkeys(self._shared.banned))

    @property
    def outlets(self) -> dict[str, bool]:
        """The outlets that texts asked for, by `outlet_name`, and whether anything stands in them."""
        return dict(self._shared.outlets)

    @property
    def uses_persona(self) -> bool:
        """Whether `{{persona}}` put the asker's private words into a creator's text."""
        return self._shared.uses_persona


def expand(text: str, *, char: str, user: str, world: World | None = None) -> str:
    """One text on its own, with nothing stored: `char` and `user` are the names; `world` tells more, where given."""
    return Macros(world or World(char, user), is_preview=True).expand(text)
