"""Examples of how a character speaks, read from one text field. Pure.

    You: What is this place?
    Mira: A library, when the weather is kind.

A line that begins with the person's or the character's name and a colon starts a new speech; other lines continue the
one before. `{{user}}`, `{{char}}` and `<START>`, as character cards write them, are understood.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot import limits
from bot.errors import InvalidInput
from bot.texts import N_

FIELD = "examples"
_SPEAKER = re.compile(r"^\s*(?:\*\*)?(?P<who>[^:\n*]{1,40}?)(?:\*\*)?\s*[:：](?:\*\*)?\s*(?P<words>.*)$")
_START = re.compile(r"^[ \t]*<START>[ \t]*$", re.IGNORECASE | re.MULTILINE)
_PERSON = frozenset({"you", "user", "{{user}}", "me", "person"})
_CHARACTER = frozenset({"char", "{{char}}", "character"})


@dataclass(frozen=True, slots=True)
class Exchange:
    """What a person says and how the character answers. `user` may be empty: the character speaks first."""

    user: str
    character: str


def parse_examples(text: str, character_name: str) -> tuple[Exchange, ...]:
    """The exchanges in `text`. Raises `InvalidInput` that says which one cannot be read, or which limit it breaks."""
    if len(text) > limits.EXAMPLES_TEXT_MAX:
        raise _invalid(
            "examples_too_long",
            N_("{label}: at most {maximum} characters are allowed; you wrote {length}."),
            maximum=int(limits.EXAMPLES_TEXT_MAX),
            length=len(text),
        )
    exchanges = _pair(_speeches(text, character_name), character_name)
    if len(exchanges) > limits.EXAMPLES_MAX:
        raise _invalid(
            "examples_too_many",
            N_("{label}: at most {maximum} exchanges are allowed; you wrote {count}."),
            maximum=int(limits.EXAMPLES_MAX),
            count=len(exchanges),
        )
    return exchanges


def read_examples(
    text: str, character_name: str, people: Iterable[str] = (), *, prose: bool = False
) -> tuple[Exchange, ...]:
    """The exchanges in a text that was not typed into our form (a card's, a lore entry's); none where nobody speaks.

    Never raises and knows no limits. `<START>` begins anew, several speeches of one side in a row belong together, and
    what nobody answers is left out. `people` are further names a person may go by. With `prose`, words that no name
    stands before are the character's.
    """
    sides = dict.fromkeys(_PERSON | {one.casefold() for one in people}, False)
    sides |= dict.fromkeys(_CHARACTER | {character_name.casefold()}, True)
    found = (_exchanges(block, sides, prose=prose) for block in _START.split(text))
    return tuple(exchange for some in found for exchange in some)


def _exchanges(block: str, sides: Mapping[str, bool], *, prose: bool) -> list[Exchange]:
    speeches: list[tuple[bool, list[str]]] = []
    for line in block.strip().splitlines():
        match = _SPEAKER.match(line)
        side = sides.get(match["who"].strip().casefold()) if match else None
        words = match["words"] if match and side is not None else line
        if speeches and side in {None, speeches[-1][0]}:
            speeches[-1][1].append(words)
        elif side is not None or prose:
            speeches.append((side is not False, [words]))
    return _answered([(is_character, "\n".join(words).strip()) for is_character, words in speeches])


def _answered(speeches: Iterable[tuple[bool, str]]) -> list[Exchange]:
    exchanges: list[Exchange] = []
    asked = ""
    for is_character, words in speeches:
        if is_character and words:
            exchanges.append(Exchange(asked, words))
        asked = "" if is_character else words
    return exchanges


def write_examples(exchanges: tuple[Exchange, ...], character_name: str) -> str:
    """The text field's content for these exchanges; `parse_examples` reads it back."""
    blocks = (
        (f"You: {exchange.user}\n" if exchange.user else "") + f"{character_name}: {exchange.character}"
        for exchange in exchanges
    )
    return "\n\n".join(blocks)


def _speeches(text: str, character_name: str) -> list[tuple[bool, str]]:
    """(is the character speaking, words) in order."""
    speeches: list[tuple[bool, list[str]]] = []
    names = _CHARACTER | {character_name.casefold()}
    for line in text.splitlines():
        if line.strip().upper() == "<START>":
            continue
        match = _SPEAKER.match(line)
        who = match["who"].strip().casefold() if match else ""
        if match and (who in names or who in _PERSON):
            speeches.append((who in names, [match["words"]]))
        elif speeches:
            speeches[-1][1].append(line)
        elif line.strip():
            raise _invalid(
                "examples_speaker",
                N_("{label}: begin with “You:” or “{name}:”, so that it is clear who speaks."),
                name=character_name,
            )
    return [(is_character, "\n".join(lines).strip()) for is_character, lines in speeches]


def _pair(speeches: list[tuple[bool, str]], character_name: str) -> tuple[Exchange, ...]:
    exchanges: list[Exchange] = []
    waiting: str | None = None
    for is_character, words in speeches:
        number = len(exchanges) + 1
        if not words:
            raise _invalid(
                "examples_empty_line", N_("{label}: a line of exchange {number} has no words."), number=number
            )
        if len(words) > limits.EXAMPLE_LINE_MAX:
            raise _invalid(
                "examples_line_too_long",
                N_("{label}: a line of exchange {number} has {length} characters; at most {maximum} are allowed."),
                number=number,
                length=len(words),
                maximum=int(limits.EXAMPLE_LINE_MAX),
            )
        if is_character:
            exchanges.append(Exchange(waiting or "", words))
            waiting = None
        elif waiting is None:
            waiting = words
        else:
            raise _unanswered(number, character_name)
    if waiting is not None:
        raise _unanswered(len(exchanges) + 1, character_name)
    return tuple(exchanges)


def _unanswered(number: int, character_name: str) -> InvalidInput:
    return _invalid(
        "examples_unanswered",
        N_("{label}: exchange {number} has no answer. After a line of “You:” write one of “{name}:”."),
        number=number,
        name=character_name,
    )


def _invalid(code: str, message: str, /, **values: object) -> InvalidInput:
    return InvalidInput(code, message, field=FIELD, **{"label": N_("Examples"), **values})
