"""Lines of a conversation as messages of a prompt, with notes on what came with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.ports import AttachedKind, Picture, PromptMessage, PromptPart, Role
from bot.services.talk import sections
from bot.services.talk.compose_budget import NO_ROOM, head_and_tail
from bot.services.talk.compose_names import Names, clean_name, clean_text, same_name
from bot.services.talk.compose_types import Answered, Count, Line, Response, Shown
from bot.services.talk.macros import Macros

# A message may hold nothing that can be told; the turn is still theirs.
_WORDLESS = "(no words)"
# Characters per token, roughly, for the account of lines that were never counted.
_CHARACTERS_PER_TOKEN = 4
# What is quoted of the line that another one answers, in characters.
_QUOTED = 160
_ALT = 300
_EMOJI = 32
_REACTIONS = 12
_NAMES = 6


def written(text: str, macros: Macros, *, original: str = "") -> str:
    """What a creator or a memory wrote, ready for the system message: macros expanded, unable to begin a section."""
    return sections.neutral(clean_text(macros.expand(text, original=original)))


def typed(text: str) -> str:
    """What a member wrote, ready for the system message: never expanded, unable to begin a section."""
    return sections.neutral(clean_text(text))


def is_own(line: Line, names: Names) -> bool:
    """Whether the answering character said this."""
    return line.is_character and same_name(line.speaker, names.character)


def speaker(line: Line | Answered, names: Names) -> str:
    """The name that stands before a line."""
    return clean_name(line.speaker) if line.is_character else names.of_person(line.speaker)


def render_line(line: Line, names: Names) -> str:
    """One line as it stands in the prompt: bare for the character's own, `Name: …` with notes for everybody else's."""
    words = clean_text(line.text)
    if is_own(line, names):
        return words or _WORDLESS
    notes = _notes(line, names)
    return sections.turn(speaker(line, names), "\n".join([*notes[:1], *([words] if words else []), *notes[1:]]).strip())


def _notes(line: Line, names: Names) -> list[str]:
    """What the line answers (empty if nothing), and what came with it."""
    answered = "" if line.answers is None else sections.note(f"{sections.ANSWERS} {_quoted(line.answers, names)}")
    notes = [sections.note(_shown(one)) for one in line.attached]
    if line.reactions:
        notes.append(sections.note(f"{sections.REACTIONS}: {_reactions(line.reactions, names)}"))
    return [answered, *notes] if answered or notes or clean_text(line.text) else [_WORDLESS]


def _quoted(answered: Answered, names: Names) -> str:
    words = " ".join(clean_text(answered.text).split())
    cut = words if len(words) <= _QUOTED else f"{words[: _QUOTED - 1].rstrip()}…"
    return f"{speaker(answered, names)}: “{cut}”" if cut else f"{speaker(answered, names)}"


def reactions_to_own(line: Line, names: Names) -> str:
    """The note on who reacted to the character's own line; empty where nobody did."""
    if not line.reactions or not is_own(line, names):
        return ""
    return sections.note(f"{sections.REACTIONS_TO_YOU}: {_reactions(line.reactions, names)}")


def _reactions(reactions: Sequence[Response], names: Names) -> str:
    told: list[str] = []
    for one in reactions[:_REACTIONS]:
        # A server's own emoji comes as `:name:`; a colon would make a turn of the note.
        emoji = clean_text(one.emoji).replace(":", " ").strip()[:_EMOJI] or "?"
        by = ", ".join(names.of_person(name) for name in one.by[:_NAMES])
        more = f" and {len(one.by) - _NAMES} more" if len(one.by) > _NAMES else ""
        told.append(f"{emoji} from {by}{more}" if by else emoji)
    return "; ".join(told)


def _shown(shown: Shown) -> str:
    """What came with a line, in the words of a note."""
    name = clean_name(shown.name)
    sides = f"{shown.width}×{shown.height}" if shown.width and shown.height else ""
    about = ", ".join(part for part in (sides, size(shown.size_bytes) if shown.size_bytes else "") if part)
    told = f" ({about})" if about else ""
    alt = " ".join(clean_text(shown.alt).split())[:_ALT]
    described = f", described as: {alt}" if alt else ""
    if shown.kind is AttachedKind.STICKER:
        return f"{sections.STICKER}: {name}{described}"
    if shown.kind is AttachedKind.IMAGE:
        return f"{sections.PICTURE} {name}{told}{described}"
    if shown.kind is AttachedKind.VOICE:
        return f"{sections.VOICE}{told}, which you cannot hear"
    words = clean_text(shown.text)
    if shown.kind is AttachedKind.TEXT and words:
        return f"{sections.TEXT_FILE} {name}{told}:\n{words}"
    return f"{sections.FILE} {name}{told}, which you cannot open{described}"


def size(size_bytes: int) -> str:
    """A size as one says it."""
    for unit, bytes_each in (("MB", 1_000_000), ("kB", 1000)):
        if size_bytes >= bytes_each:
            return f"{size_bytes / bytes_each:.1f}".rstrip("0").rstrip(".") + f" {unit}"
    return f"{size_bytes} bytes"


def has_notes(lines: Sequence[Line]) -> bool:
    """Whether any line comes with notes, so that a model is told how to read them."""
    return any(line.attached or line.reactions or line.answers for line in lines)


def cut_line(text: str, tokens: int, count: Count) -> str:
    """A rendered line cut to `tokens`; a note that was cut open is closed again."""
    shorter = head_and_tail(text, tokens, count)
    missing = shorter.count("⟦") - shorter.count("⟧")
    return shorter + "⟧" * missing if missing > 0 else shorter


@dataclass(frozen=True, slots=True)
class Rendered:
    """A line as it goes in: its text, the pictures that go along, and a note that follows it."""

    line: Line
    text: str
    pictures: tuple[Picture, ...] = ()
    after: str = ""


Beside = Mapping[int, Sequence[PromptMessage]]
"""Messages that nobody said, by how many lines stand before them."""


def history_messages(
    lines: Sequence[Rendered], names: Names, beside: Beside | None = None
) -> tuple[PromptMessage, ...]:
    """Lines as alternating messages, beginning with a user's (a system's may stand before it).

    Neighbours of one role are joined: several chat templates (Gemma's, Mistral's) refuse two messages of one role in
    a row or a conversation that the assistant begins.
    """
    messages: list[PromptMessage] = []
    among = beside or {}
    for number, one in enumerate(lines):
        for message in among.get(number, ()):
            join(messages, message)
        own = is_own(one.line, names)
        role = Role.ASSISTANT if own else Role.USER
        join(
            messages, PromptMessage(role, one.text, names.character if own else speaker(one.line, names), one.pictures)
        )
        is_last = number == len(lines) - 1
        if one.after and not is_last:
            join(messages, PromptMessage(Role.USER, one.after))
    for message in among.get(len(lines), ()):
        join(messages, message)
    first = next((number for number, one in enumerate(messages) if one.role is not Role.SYSTEM), len(messages))
    if first == len(messages) or messages[first].role is Role.ASSISTANT:
        messages.insert(first, PromptMessage(Role.USER, sections.OPENING))
    return tuple(messages)


def join(messages: list[PromptMessage], message: PromptMessage) -> None:
    """Put a message behind others, in one with the last where that has the same role."""
    if not messages or messages[-1].role is not message.role:
        messages.append(message)
        return
    before = messages[-1]
    name = message.name if before.name == message.name else None
    between = "\n\n" if message.role is Role.SYSTEM else "\n"
    text = f"{before.content}{between}{message.content}"
    messages[-1] = PromptMessage(message.role, text, name, before.pictures + message.pictures)


def older_lines(lines: Sequence[Line], reason: str = f"{NO_ROOM} (size estimated)") -> tuple[PromptPart, ...]:
    """The account of earlier lines that did not go in: one part for all of them, its size estimated."""
    if not lines:
        return ()
    length = sum(len(line.text) + len(line.speaker) + sum(len(one.text) for one in line.attached) for line in lines)
    return (
        PromptPart(
            "history", f"{len(lines)} earlier lines", length // _CHARACTERS_PER_TOKEN, included=False, reason=reason
        ),
    )
