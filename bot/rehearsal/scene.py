"""A prompt, read back into who is there and what was said (`bot.services.talk.sections` is the contract)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.services.talk import sections

_ANSWERING = re.compile(re.escape(sections.ANSWERING_AS) + r" (?P<name>.+?), a character in ")
_FALLBACK_LANGUAGE = re.compile(re.escape(sections.IF_UNCLEAR) + r" (?P<language>\w+)\.")
_CHOSEN_LANGUAGE = re.compile(re.escape(sections.WRITE_IN) + r" (?P<language>\w+): ")
_OPTION = re.compile(r"(?P<label>[A-Z][\w ]*): (?P<option>[a-z ]+)\. ")
# A line of its own about a character that nobody says aloud.
_NOT_SAID = "What you and your stories are about"
_NAMED = re.compile(r"\b(?:You are|Your name is|Eres|Te llamas) (?P<name>[A-ZÁÉÍÓÚÑ][\w'’-]+)")
_SOMEBODY = "friend"
_CARD = (sections.CHARACTER, sections.PERSONALITY, sections.SCENARIO)
"""What tells who a character is."""


@dataclass(frozen=True, slots=True)
class Said:
    """One turn of the conversation."""

    speaker: str
    text: str
    is_own: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Exchange:
    """One example of how the character talks; `asked` is empty for first words."""

    asked: str
    answer: str


@dataclass(frozen=True, slots=True)
class Scene:
    """All the rehearsal knows. `manner` is what its maker chose (`Length` → `very short`), `asker` what the person
    tells of themselves, `reactions` who reacted to its last words; `is_private` is so where nobody else reads along.
    """

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
    chosen_language: str | None = None
    manner: Mapping[str, str] = field(default_factory=dict[str, str])
    asker: Mapping[str, str] = field(default_factory=dict[str, str])
    recap: str = ""
    reactions: str = ""
    goes_on: bool = False
    wants_recap: bool = False
    is_private: bool = False

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
    rules = body.get(sections.RULES, "")
    fallback, chosen = _FALLBACK_LANGUAGE.search(rules), _CHOSEN_LANGUAGE.search(rules)
    facts = [fact for fact in sections.read_entries(body.get(sections.FACTS, "")) if not fact.startswith(_NOT_SAID)]
    last = messages[-1][1].strip() if messages else ""
    return Scene(
        character=character,
        user=present.get(sections.TALKING_WITH) or (speakers[-1] if speakers else _SOMEBODY),
        card="\n".join([*(body.get(one, "") for one in _CARD), *facts]).strip() if body else system,
        description=body.get(sections.DESCRIPTION, ""),
        sayings=tuple(sections.read_entries(body.get(sections.SAYINGS, ""))),
        examples=tuple(_exchange(item) for item in sections.read_entries(body.get(sections.EXAMPLES, ""))),
        others=tuple(name for name in present.get(sections.OTHER_CHARACTERS, "").split(", ") if name),
        lore=tuple(sections.read_entries(body.get(sections.LORE, ""))),
        memories=tuple(sections.read_entries(body.get(sections.MEMORIES, ""))),
        history=tuple(history),
        fallback_language=fallback["language"] if fallback else None,
        chosen_language=chosen["language"] if chosen else None,
        manner={
            found["label"]: found["option"]
            for entry in sections.read_entries(body.get(sections.MANNER, ""))
            if (found := _OPTION.match(entry))
        },
        asker=dict(
            entry.split(": ", 1) for entry in sections.read_entries(body.get(sections.ASKER, "")) if ": " in entry
        ),
        recap=body.get(sections.RECAP, ""),
        reactions=_reactions(messages),
        goes_on=last == sections.CONTINUE,
        wants_recap=sections.RECAP_TASK in body,
        is_private=present.get(sections.WHERE, "").startswith(sections.PRIVATE),
    )


def _history(messages: Sequence[tuple[str, str]]) -> list[Said]:
    said: list[Said] = []
    for role, content in messages:
        if role == "assistant":
            said.append(Said("", content.strip(), is_own=True))
        elif role == "user" and content.strip() not in _HOUSE_WORDS:
            bare = sections.read_notes(content)[0]
            turns = sections.read_turns(content) or ([(_SOMEBODY, bare)] if bare else [])
            said.extend(_said(name, text) for name, text in turns)
    return said


_HOUSE_WORDS = frozenset({sections.OPENING, sections.CONTINUE, sections.RECAP_NOW})


def _said(name: str, text: str) -> Said:
    words, notes = sections.read_notes(text.removesuffix(sections.RECAP_NOW))
    return Said(name, words, notes=tuple(notes))


def _reactions(messages: Sequence[tuple[str, str]]) -> str:
    """Who reacted to what the character said last."""
    role, content = messages[-1] if messages else ("", "")
    first = content.split("\n", 1)[0]
    prefix = f"{sections.REACTIONS_TO_YOU}: "
    notes = sections.read_notes(first)[1] if role == "user" else []
    return next((note.removeprefix(prefix) for note in notes if note.startswith(prefix)), "")


def _exchange(text: str) -> Exchange:
    turns = sections.read_turns(text)
    answer = turns[-1][1] if turns else text
    return Exchange(turns[0][1] if len(turns) > 1 else "", answer)


def _name(match: re.Match[str] | None) -> str | None:
    return match["name"] if match else None
