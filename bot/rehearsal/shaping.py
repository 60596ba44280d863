"""An answer brought into the manner that its maker chose: longer or shorter, and with a phrase of its tone."""

from __future__ import annotations

import re

from bot.rehearsal.turn import Turn
from bot.services.talk import relevance

# How many sentences stay, and how many paragraphs of facts are added.
_KEPT = {"very short": 1, "short": 2, "concise": 2}
_ADDED = {"long": 2, "very long": 4}
_FULL_FORMS = (
    (r"\bI'm\b", "I am"), (r"\bI've\b", "I have"), (r"\bI'll\b", "I will"), (r"\bdon't\b", "do not"),
    (r"\bcan't\b", "cannot"), (r"\bit's\b", "it is"), (r"\byou're\b", "you are"), (r"\bisn't\b", "is not"),
)  # fmt: skip
_FLAVOURS = (("Tone", "tone"), ("Humor", "humor"), ("Formality", "formality"), ("Style", "style"))


def shaped(turn: Turn, text: str) -> str:
    """The same answer in the character's manner; unchanged where none was chosen."""
    manner = turn.scene.manner
    kept = _KEPT.get(manner.get("Length", "")) or _KEPT.get(manner.get("Style", ""))
    if manner.get("Formality", "") in {"formal", "very formal"}:
        for short, full in _FULL_FORMS:
            text = re.sub(short, full, text)
    if kept and "\n" not in text:
        return _shortened(text, kept)
    flavour = _flavour(turn)
    if flavour and "\n" not in text:
        text = f"{text} {flavour}"
    return "\n\n".join([text, *_more(turn, _ADDED.get(manner.get("Length", ""), 0))])


def _shortened(text: str, most: int) -> str:
    """The first sentences that say something; an action at the start is left out."""
    spoken = re.sub(r"^(?:\*[^*]*\*\s*)+", "", text) or text
    return " ".join(relevance.sentences(spoken)[:most]) or text


def _flavour(turn: Turn) -> str | None:
    manner = turn.scene.manner
    kinds = [f"{kind}_{manner[label].replace(' ', '_')}" for label, kind in _FLAVOURS if label in manner]
    turn.rng.shuffle(kinds)
    return next((line for kind in kinds if (line := turn.say(kind))), None)


def _more(turn: Turn, paragraphs: int) -> list[str]:
    """Further facts, one to a paragraph."""
    told: list[str] = []
    for _ in range(paragraphs):
        fact = turn.lines.new_fact()
        if fact is None:
            break
        told.append(turn.lines.use(fact))
    return told
