"""Names and words made safe for a prompt, so that nobody can pose as somebody else or as the system."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from bot.services.talk import sections
from bot.services.talk.compose_types import Snapshot

# A display name has at most 32 characters on Discord and a webhook's name 80.
NAME_LENGTH = 80
NOBODY = "Someone"
# Words that a chat template or a model takes for a role.
_ROLE_WORDS = frozenset({"system", "assistant", "user", "developer", "tool", "model", "human", "ai"})
# What chat templates use to mark who speaks (ChatML, Llama 2 and 3, Gemma, Mistral, Phi). Servers that run a model with
# its own template read these anywhere in a text, so a message that contains one could begin a turn of its own.
_TEMPLATE_MARK = re.compile(
    r"<(?=\|)|(?<=\|)>|\[(?=/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_RESULTS)\])|<(?=<|/?s>|/?(?:start|end)_of_turn>|bos>|eos>)",
    re.IGNORECASE,
)


def clean_text(text: str) -> str:
    """A text without control characters, template marks and our notes' brackets, with plain newlines.

    Nothing readable is lost.
    """
    lines = (
        line
        if line.isprintable()
        else "".join(c for c in line if c == "\t" or unicodedata.category(c) not in {"Cc", "Cs"})
        for line in text.splitlines()
    )
    plain = sections.without_notes("\n".join(lines))
    return _TEMPLATE_MARK.sub(lambda mark: f" {mark[0]} ", plain).strip()


@lru_cache(2048)
def clean_name(name: str) -> str:
    """A name on one line, without colons, control, format and private characters; never empty."""
    shown = " ".join(unicodedata.normalize("NFKC", clean_text(name)).split())
    kept = "".join(c for c in shown if unicodedata.category(c) not in {"Cc", "Cf", "Co", "Cs", "Cn"})
    words = " ".join(kept.replace(":", " ").split()).lstrip("#->* ").strip()
    return words[:NAME_LENGTH].strip() or NOBODY


def same_name(one: str, other: str) -> bool:
    """Whether two names read alike: case, accents' spelling and invisible characters aside."""
    return clean_name(one).casefold() == clean_name(other).casefold()


@dataclass(frozen=True, slots=True)
class Names:
    """Everybody's name as the prompt says it. `called` is what the character is called in talk."""

    character: str
    user: str
    other_characters: tuple[str, ...]
    other_people: tuple[str, ...]
    called: str = ""

    @classmethod
    def of(cls, snapshot: Snapshot) -> Names:
        """The names of a snapshot, people told apart from characters they share a name with."""
        character = clean_name(snapshot.character.name)
        heard = dict.fromkeys((line.speaker, line.is_character) for line in snapshot.history)
        others = _unique((*snapshot.others, *(name for name, is_character in heard if is_character)), {character})
        called = clean_name(snapshot.character.called)
        taken = (character, called, *others)
        user = person_name(snapshot.person.name, taken)
        people = [person_name(name, taken) for name, is_character in heard if not is_character]
        return cls(character, user, others, _unique(people, {character, user}), called)

    def of_person(self, speaker: str) -> str:
        """How a person is called in the prompt."""
        return person_name(speaker, (self.character, self.called or self.character, *self.other_characters))

    @property
    def everyone_else(self) -> tuple[str, ...]:
        """All speakers but the character itself."""
        return (self.user, *self.other_people, *self.other_characters)

    @property
    def stops(self) -> tuple[str, ...]:
        """Where an answer ends: at a line that begins with somebody else's name."""
        return tuple(f"\n{name}:" for name in self.everyone_else)


def person_name(speaker: str, characters: tuple[str, ...]) -> str:
    """A person's name, marked where it would read as a character's or as a role's."""
    name = clean_name(speaker)
    taken = {other.casefold() for other in characters} | _ROLE_WORDS
    return f"{name[: NAME_LENGTH - 8]} (guest)" if name.casefold() in taken else name


def _unique(names: tuple[str, ...] | list[str], but: set[str]) -> tuple[str, ...]:
    """Clean names in order of appearance, each once."""
    seen = {name.casefold() for name in but}
    kept: list[str] = []
    for name in map(clean_name, names):
        if name.casefold() not in seen:
            seen.add(name.casefold())
            kept.append(name)
    return tuple(kept)
