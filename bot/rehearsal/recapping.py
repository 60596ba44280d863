"""A recap without a model: the sentences of a conversation that tell most, in order, with who said them."""

from __future__ import annotations

import re
from collections import Counter

from bot.rehearsal.scene import Scene
from bot.services.talk import relevance

_MOST = 7
_LONGEST = 160
_TELLING = re.compile(r"\b(?:I|my|we|will|promise|because|never|always|yo|mi|voy|quiero|soy|tengo)\b")
_ACTION = re.compile(r"\*[^*]*\*")


def recap(scene: Scene) -> str:
    """What was said, in at most seven sentences; what the recap so far says comes first."""
    said = [(turn.speaker or scene.character, sentence) for turn in scene.history for sentence in _sentences(turn.text)]
    seen = Counter(word for _, sentence in said for word in set(relevance.terms(sentence)))

    def weight(sentence: str) -> float:
        words = set(relevance.terms(sentence))
        telling = 1.5 if _TELLING.search(sentence) else 1.0
        return telling * sum(1 + (seen[word] > 1) for word in words) / (4 + len(sentence.split()))

    best = sorted(range(len(said)), key=lambda index: (-weight(said[index][1]), index))[:_MOST]
    told = [_told(*said[index]) for index in sorted(best)]
    before = [scene.recap.strip()] if scene.recap.strip() else []
    return "\n".join([*before, *told]) or "…"


def _sentences(text: str) -> list[str]:
    spoken = _ACTION.sub("", text)
    return [sentence for sentence in relevance.sentences(spoken) if len(relevance.terms(sentence)) > 1]


def _told(speaker: str, sentence: str) -> str:
    cut = sentence if len(sentence) <= _LONGEST else f"{sentence[: _LONGEST - 1].rstrip()}…"
    return f"{speaker}: “{cut}”"
