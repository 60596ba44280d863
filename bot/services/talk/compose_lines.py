"""Lines of a conversation as messages of a prompt."""

from __future__ import annotations

from collections.abc import Sequence

from bot.ports import PromptMessage, PromptPart, Role
from bot.services.talk import macros, sections
from bot.services.talk.compose_budget import NO_ROOM
from bot.services.talk.compose_names import Names, clean_name, clean_text, same_name
from bot.services.talk.compose_types import Line

# A message may hold a picture or a sticker only; the turn is still theirs.
_WORDLESS = "(no words)"
# Characters per token, roughly, for the account of lines that were never counted.
_CHARACTERS_PER_TOKEN = 4


def written(text: str, names: Names) -> str:
    """What a creator or a memory wrote, ready for the system message: macros expanded, unable to begin a section."""
    return sections.neutral(clean_text(macros.expand(text, char=names.character, user=names.user)))


def is_own(line: Line, names: Names) -> bool:
    """Whether the answering character said this."""
    return line.is_character and same_name(line.speaker, names.character)


def speaker(line: Line, names: Names) -> str:
    """The name that stands before a line."""
    return clean_name(line.speaker) if line.is_character else names.of_person(line.speaker)


def render_line(line: Line, names: Names) -> str:
    """One line as it stands in the prompt: bare for the character's own, `Name: …` for everybody else's."""
    text = clean_text(line.text) or _WORDLESS
    return text if is_own(line, names) else sections.turn(speaker(line, names), text)


def history_messages(lines: Sequence[tuple[Line, str]], names: Names) -> tuple[PromptMessage, ...]:
    """(line, its rendered text) pairs as alternating messages, beginning with a user's.

    Neighbours of one role are joined: several chat templates (Gemma's, Mistral's) refuse two messages of one role in
    a row or a conversation that the assistant begins.
    """
    messages: list[PromptMessage] = []
    for line, text in lines:
        own = is_own(line, names)
        role = Role.ASSISTANT if own else Role.USER
        name = names.character if own else speaker(line, names)
        if messages and messages[-1].role is role:
            previous = messages[-1]
            joined = f"{previous.content}\n{text}"
            messages[-1] = PromptMessage(role, joined, name if previous.name == name else None)
        else:
            messages.append(PromptMessage(role, text, name))
    if not messages or messages[0].role is Role.ASSISTANT:
        messages.insert(0, PromptMessage(Role.USER, sections.OPENING))
    return tuple(messages)


def older_lines(lines: Sequence[Line]) -> tuple[PromptPart, ...]:
    """The account of earlier lines that did not go in: one part for all of them, its size estimated."""
    if not lines:
        return ()
    size = sum(len(line.text) + len(line.speaker) for line in lines) // _CHARACTERS_PER_TOKEN
    return (
        PromptPart(
            "history", f"{len(lines)} earlier lines", size, included=False, reason=f"{NO_ROOM} (size estimated)"
        ),
    )
