"""Which models take pictures, by their names. Unknown is no."""

from __future__ import annotations

import re
from collections.abc import Collection

# Families as their makers describe them (August 2026): every model of a family takes pictures, or its name says so.
_SEEING = re.compile(
    r"""
    \bgpt-4o\b | \bgpt-4\.[15]\b | \bgpt-4-turbo\b | \bgpt-[5-9]\b | \bo[134]\b
    | \bclaude-3\b | \bclaude-[a-z]+-\d | \bgemini-(?:1\.5|[2-9]) | \bgrok-[4-9]\b
    | \bpixtral\b | \bmistral-(?:small-3\.[1-9]|medium-3)
    | llava\b | \bmoondream | \bminicpm-v\b | \binternvl | \bidefics | \bsmolvlm | \bmolmo\b
    | \bqwen[\d.]*-?(?:vl|omni)\b | \bqvq\b | \bgemma-?3\b(?!.*\b(?:1b|270m)\b) | \bllama-?4\b
    | vision | multimodal | [-_/](?:vl|vlm)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_NOT_SEEING = re.compile(r"\bo[13]-mini|\bo1-preview|embed|-(?:audio|realtime|transcribe|tts|search)\b", re.IGNORECASE)


def sees(model: str, told: Collection[str] = ()) -> bool:
    """Whether a model takes pictures: the operator says so (`told`), or its name does."""
    if model in told:
        return True
    return bool(_SEEING.search(model)) and not _NOT_SEEING.search(model)
