"""Which of its greetings a character says. Pure.

A character has its greeting and may have others, of which whoever summons it chooses by number or leaves it to chance.
Greetings for groups (cards of version 3 have them) are said where other characters are there already.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from bot.errors import InvalidInput
from bot.texts import N_
from db.models import Character

BY_CHANCE = 0
"""The number that leaves it to chance."""


@dataclass(frozen=True, slots=True)
class Company:
    """Who a character comes to: whether other characters are there, and what makes chance repeatable."""

    is_group: bool = False
    seed: int = 0


def greetings_of(character: Character) -> tuple[str, ...]:
    """All greetings that can be chosen, in the order of their numbers, which begin with 1."""
    found = (character.greeting, *character.other_greetings, *character.group_greetings)
    return tuple(one for one in found if one.strip())


def refuse_greeting(character: Character, number: int | None) -> None:
    """Raise `InvalidInput` where there is no greeting of this number."""
    count = len(greetings_of(character))
    if number is not None and number != BY_CHANCE and not 1 <= number <= count:
        raise InvalidInput(
            "no_such_greeting",
            N_("{name} has {count} greetings. Choose a number up to that, 0 for any, or leave it out."),
            field="greeting",
            name=character.name,
            count=count,
        )


def greeting_for(character: Character, company: Company, number: int | None = None) -> str:
    """What it says, macros unexpanded; empty where it has no greeting. Raises `InvalidInput`.

    Without a number it is its greeting, or in a group one of those for groups, if it has any.
    """
    refuse_greeting(character, number)
    several = greetings_of(character)
    for_groups = [one for one in character.group_greetings if one.strip()]
    if number is None and company.is_group and for_groups:
        return _any(for_groups, company.seed)
    if number is None or not several:
        return character.greeting
    return _any(several, company.seed) if number == BY_CHANCE else several[number - 1]


def _any(greetings: tuple[str, ...] | list[str], seed: int) -> str:
    return random.Random(seed).choice(greetings)  # noqa: S311  (a greeting, not a secret)
