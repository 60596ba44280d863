"""Macros that leave something to chance. The same seed and place in the text give the same outcome."""

from __future__ import annotations

import random
import re

from bot.services.talk.macros.world import MOST_DICE, MOST_SIDES

_DICE = re.compile(r"\s*(?P<count>\d{1,9})?\s*d\s*(?P<sides>\d{1,12})\s*(?P<plus>[+-]\s*\d{1,9})?\s*", re.IGNORECASE)
_BARE = re.compile(r"\s*(?P<sides>\d{1,12})\s*")


def dice(formula: str, seed: str) -> str | None:
    """The sum of a throw: `d6`, `6`, `2d6+1`; None for what is no throw, or more dice than anybody holds."""
    found = _DICE.fullmatch(formula)
    bare = None if found else _BARE.fullmatch(formula)
    if bare:
        count, sides, plus = 1, int(bare["sides"]), 0
    elif found:
        count, sides = int(found["count"] or 1), int(found["sides"])
        plus = int((found["plus"] or "0").replace(" ", ""))
    else:
        return None
    if not 1 <= count <= MOST_DICE or not 1 <= sides <= MOST_SIDES:
        return None
    rng = random.Random(seed)  # noqa: S311  (a game, not a secret)
    return str(sum(rng.randint(1, sides) for _ in range(count)) + plus)


def chosen(count: int, seed: str) -> int:
    """Which of `count` things, from 0."""
    return random.Random(seed).randrange(count)  # noqa: S311  (a game, not a secret)
