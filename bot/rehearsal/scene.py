"""A prompt, read back into who is there and what was said (`bot.services.talk.sections` is the contract)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.services.talk import sections

_ANSWERING = re.compile(re.escape(sections.ANSWERING_AS) + r" (?P<name>.+?), a character in ")
_FALLBACK_LANGUAGE = re.compile(r"If that is unclear, write (?P<language>\w+)\.")
_NAMED = re.compile(r"\b(?:You are|Your name is|Eres|Te llamas) (?P<name>[A-ZÁÉÍÓÚÑ][\w'’-]+)")
_SOMEBODY = "friend"


@dataclass(frozen=True, slots=True)
class Said:
    """One turn of the conversation."""

    speaker: str
    text: str
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class Exchange:
    """One example of how the character talks; `asked` is empty for first words."""

    asked: str
    answer: str


@dataclass(frozen=True, slots=True)
class Scene:
    """All the rehearsal knows."""

    character: str
    user: str
    card: str
    description: str = ""
    sayings: tuple[str, ...] = ()
    examples: tuple[Exchange, ...] = ()
    others: tuple[str, ...] = ()
    lore: tuple[str, ...] = ()
    memories: tuple[str, ...] = ()
    history: tuple[Said, ...] = ()
    fallback_language: str | None = None

    @property
    def last(self) -> Said:
        """The line to answer; an empty one where nobody has spoken."""
        spoken = [said for said in self.history if not said.is_own]
        return spoken[-1] if spoken else Said(self.user, "")

    @property
    def own_lines(self) -> list[str]:
        """What the character said so far, oldest first."""
        return [said.text for said in self.history if said.is_own]

    @property
    def user_lines(self) -> list[str]:
        """What the person now answered said so far, oldest first, without the line to answer."""
        lines = [said.text for said in self.history if said.speaker == self.last.speaker and not said.is_own]
        return lines[:-1]

    @property
    def answered_character(self) -> str | None:
        """The other character whose line is to be answered, if it is one's."""
        return self.last.speaker if self.last.speaker in self.others else None


def read(messages: Sequence[tuple[str, str]]) -> Scene:
    """The scene behind (role, content) messages; any chat prompt will do, ours tells most."""
    system = "\n".join(content for role, content in messages if role in {"system", "developer"})
    body = sections.read_sections(system)
    history = _history(messages)
    present = dict(line.split(": ", 1) for line in body.get(sections.PRESENT, "").splitlines() if ": " in line)
    character = _name(_ANSWERING.search(system)) or _name(_NAMED.search(system)) or "I"
    speakers = [said.speaker for said in history if not said.is_own]
    fallback = _FALLBACK_LANGUAGE.search(body.get(sections.RULES, ""))
    return Scene(
        character=character,
        user=present.get(sections.TALKING_WITH) or (speakers[-1] if speakers else _SOMEBODY),
        card=body.get(sections.CHARACTER, "") if body else system,
        description=body.get(sections.DESCRIPTION, ""),
        sayings=tuple(sections.read_entries(body.get(sections.SAYINGS, ""))),
        examples=tuple(_exchange(item) for item in sections.read_entries(body.get(sections.EXAMPLES, ""))),
        others=tuple(name for name in present.get(sections.OTHER_CHARACTERS, "").split(", ") if name),
        lore=tuple(sections.read_entries(body.get(sections.LORE, ""))),
        memories=tuple(sections.read_entries(body.get(sections.MEMORIES, ""))),
        history=tuple(history),
        fallback_language=fallback["language"] if fallback else None,
    )


def _history(messages: Sequence[tuple[str, str]]) -> list[Said]:
    said: list[Said] = []
    for role, content in messages:
        if role == "assistant":
            said.append(Said("", content.strip(), is_own=True))
        elif role == "user" and content.strip() != sections.OPENING:
            turns = sections.read_turns(content) or [(_SOMEBODY, content.strip())]
            said.extend(Said(name, text) for name, text in turns)
    return said


def _exchange(text: str) -> Exchange:
    turns = sections.read_turns(text)
    answer = turns[-1][1] if turns else text
    return Exchange(turns[0][1] if len(turns) > 1 else "", answer)


def _name(match: re.Match[str] | None) -> str | None:
    return match["name"] if match else None
