"""How a prompt is written down, and how to read it back. Imports nothing of ours.

Two rooms share this: `compose` writes prompts, the rehearsal (a pretend model) answers out of nothing but the prompt it
receives. The contract:

- The first message is the system's. Each section begins with one of `HEADINGS` alone on a line; entries of lists begin
  with `- ` and their further lines are indented by two spaces.
- What people and other characters say comes as user messages, one or more *turns* each. A turn begins at the left
  margin with `Name: `; further lines of the same turn are indented by two spaces, so that nothing a person types can
  begin a turn.
- What the answering character said before comes as assistant messages, without a name.
- `OPENING` stands alone in a user message where a conversation begins with the character's own words.
"""

from __future__ import annotations

import re

RULES = "## How this works"
CHARACTER = "## Who you are"
DESCRIPTION = "## How others describe you"
SAYINGS = "## Things you like to say"
EXAMPLES = "## How you talk"
PRESENT = "## Who is here"
LORE = "## What you know"
MEMORIES = "## What you remember"

HEADINGS = (RULES, CHARACTER, DESCRIPTION, SAYINGS, EXAMPLES, PRESENT, LORE, MEMORIES)

OPENING = "(The conversation begins.)"

ANSWERING_AS = "You are answering as"
TALKING_WITH = "You are talking with"
OTHER_CHARACTERS = "Other characters here"
OTHER_PEOPLE = "Other people here"

_INDENT = "  "
_TURN = re.compile(r"^(?P<name>[^\s:][^:\n]{0,79}): ?(?P<text>.*)$")


def section(heading: str, body: str) -> str:
    """One section of the system message."""
    return f"{heading}\n{body}"


def entry(text: str) -> str:
    """One item of a section's list; its further lines are indented."""
    first, *rest = text.splitlines() or [""]
    return "\n".join([f"- {first}", *(f"{_INDENT}{line}" for line in rest)])


def neutral(text: str) -> str:
    """The same text, unable to begin a section: a line that equals a heading is indented."""
    known = {heading.casefold() for heading in HEADINGS}
    return "\n".join(f"{_INDENT}{line}" if line.strip().casefold() in known else line for line in text.splitlines())


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
