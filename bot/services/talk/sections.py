"""How a prompt is written down, and how to read it back. Imports nothing of ours.

Two rooms share this: `compose` writes prompts, the rehearsal (a pretend model) answers out of nothing but the prompt it
receives. The contract:

- The first message is the system's. Each section begins with one of `HEADINGS` alone on a line; entries of lists begin
  with `- ` and their further lines are indented by two spaces.
- What people and other characters say comes as user messages, one or more *turns* each. A turn begins at the left
  margin with `Name: `; further lines of the same turn are indented by two spaces, so that nothing a person types can
  begin a turn.
- What came with a line, what it answers and who reacted to it stands in *notes* within its turn, between the brackets
  of `note`, which nothing that people type contains. Reactions to the answering character's own words are a note at
  the left margin of the user message that follows.
- What a creator wants known at a certain line stands before that line: as a section in a system message of its own,
  as a note that begins with `ASIDE` in a user message, or as words of the character's own.
- `LORE` may stand in several places. What stands before or after it matters to models only.
- What the answering character said before comes as assistant messages, without a name.
- `OPENING` stands alone in a user message where a conversation begins with the character's own words. `CONTINUE` ends
  a prompt whose last words are the character's own and unfinished.
- A system message that begins with `RECAP_TASK` wants no answer but a recap of the turns that follow.
"""

from __future__ import annotations

import re

RULES = "## How this works"
CHARACTER = "## Who you are"
PERSONALITY = "## What you are like"
SCENARIO = "## What is going on"
NOTE = "## Keep in mind"
LAST = "## Before you answer"
FACTS = "## About you"
MANNER = "## Your manner"
DESCRIPTION = "## How others describe you"
SAYINGS = "## Things you like to say"
EXAMPLES = "## How you talk"
PRESENT = "## Who is here"
ASKER = "## About the one you are talking with"
MOOD = "## How they are"
RECAP = "## What was said before"
LORE = "## What you know"
MEMORIES = "## What you remember"

RECAP_TASK = "## What to write"

HEADINGS = (
    RULES, CHARACTER, FACTS, MANNER, DESCRIPTION, SAYINGS, EXAMPLES, PRESENT, ASKER, RECAP, LORE, MEMORIES, RECAP_TASK,
    PERSONALITY, SCENARIO, NOTE, LAST, MOOD,
)  # fmt: skip

_KNOWN = frozenset(heading.casefold() for heading in HEADINGS)

OPENING = "(The conversation begins.)"
CONTINUE = (
    "(Your last message is not finished. Go on exactly where it stops, in the same voice and language. Do not repeat "
    "or comment on what is there already.)"
)
RECAP_NOW = "(Write the recap now.)"

WRITE_IN = "Write in"
IF_UNCLEAR = "If that is unclear, write"
ANSWERING_AS = "You are answering as"
TALKING_WITH = "You are talking with"
OTHER_CHARACTERS = "Other characters here"
OTHER_PEOPLE = "Other people here"
WHERE = "Where"
PRIVATE = "a private conversation of two"

# Entries of ASKER begin with these.
NAME, PRONOUNS, GENDER, AGE = "Name", "Pronouns", "Gender", "Age"
ABOUT, APPEARANCE = "About them", "How they look"
LIKES, AVOIDS, ASKS = "Likes to talk about", "Would rather not talk about", "Asks of you"

# Notes begin with these.
ANSWERS, PICTURE, TEXT_FILE, VOICE, FILE = "answers", "picture", "text file", "voice message", "file"
STICKER, REACTIONS, REACTIONS_TO_YOU = "sticker", "reactions", "reactions to what you said"
ASIDE = "aside"

_INDENT = "  "
_TURN = re.compile(r"^(?P<name>[^\s:⟦][^:\n]{0,79}): ?(?P<text>.*)$")
_NOTE = re.compile(r"⟦([^⟦⟧]*)⟧")
_BRACKETS = str.maketrans("⟦⟧", "[]")


def section(heading: str, body: str) -> str:
    """One section of the system message."""
    return f"{heading}\n{body}"


def entry(text: str) -> str:
    """One item of a section's list; its further lines are indented."""
    first, *rest = text.splitlines() or [""]
    return "\n".join([f"- {first}", *(f"{_INDENT}{line}" for line in rest)])


def neutral(text: str) -> str:
    """The same text, unable to begin a section: a line that equals a heading is indented."""
    return "\n".join(f"{_INDENT}{line}" if line.strip().casefold() in _KNOWN else line for line in text.splitlines())


def note(text: str) -> str:
    """Something about a line that is not its words."""
    return f"⟦{text}⟧"


def aside(text: str) -> str:
    """Something that holds from here on and that nobody said, as it stands in a user message."""
    first, *rest = text.splitlines() or [""]
    return note("\n".join([f"{ASIDE}: {first}", *(f"{_INDENT}{line}" for line in rest)]))


def without_notes(text: str) -> str:
    """What somebody typed, unable to pose as a note."""
    return text.translate(_BRACKETS)


def read_notes(text: str) -> tuple[str, list[str]]:
    """The words of a turn, and its notes."""
    return _NOTE.sub("", text).strip(), _NOTE.findall(text)


def turn(name: str, text: str) -> str:
    """What somebody else said, as it stands in a user message. `name` holds neither newline nor colon."""
    first, *rest = text.splitlines() or [""]
    return "\n".join([f"{name}: {first}", *(f"{_INDENT}{line}" for line in rest)])


def read_sections(system: str) -> dict[str, str]:
    """Heading → body of a system message. Text before the first heading is left out."""
    found: dict[str, list[str]] = {}
    current: list[str] | None = None
    for line in system.splitlines():
        if line in HEADINGS:
            current = found.setdefault(line, [])
        elif current is not None:
            current.append(line)
    return {heading: "\n".join(lines).strip() for heading, lines in found.items()}


def read_entries(body: str) -> list[str]:
    """The items of a section's list."""
    items: list[list[str]] = []
    for line in body.splitlines():
        if line.startswith("- "):
            items.append([line[2:]])
        elif items:
            items[-1].append(line.removeprefix(_INDENT))
    return ["\n".join(lines).strip() for lines in items]


def read_turns(content: str) -> list[tuple[str, str]]:
    """The (name, text) turns of a user message, in order. `OPENING` and text before the first turn belong to nobody."""
    turns: list[tuple[str, list[str]]] = []
    for line in content.splitlines():
        begins = _TURN.match(line)
        if begins:
            turns.append((begins["name"], [begins["text"]]))
        elif turns:
            turns[-1][1].append(line.removeprefix(_INDENT))
    return [(name, "\n".join(lines).strip()) for name, lines in turns]
