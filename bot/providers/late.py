"""System messages among the turns, and servers whose chat template takes one at the beginning only."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.ports import PromptMessage, Role

LATE = "late system messages"
"""How a model that refuses them is remembered by."""

# What templates say: “Conversation roles must alternate user/assistant/…” (Mistral, Gemma), “System message must be at
# the beginning.” (Qwen), “System role not supported” (Gemma); llama.cpp passes it on as an error of its own, 500.
_SPEAKS_OF_ROLES = re.compile(
    r"roles? must alternate|system (?:message|role|prompt)|unexpected role|after.{0,20}role", re.I
)


def refuses(message: str, messages: Sequence[PromptMessage]) -> bool:
    """Whether an error means that one of these should not have been a system message."""
    return any(one.role is Role.SYSTEM for one in messages[1:]) and bool(_SPEAKS_OF_ROLES.search(message))


def folded(messages: Sequence[PromptMessage]) -> tuple[PromptMessage, ...]:
    """The same, with every system message but the first told by the user; neighbours of one role are one message."""
    kept: list[PromptMessage] = []
    for number, one in enumerate(messages):
        message = replace(one, role=Role.USER) if number and one.role is Role.SYSTEM else one
        if kept and kept[-1].role is message.role:
            before = kept[-1]
            text = f"{before.content}\n\n{message.content}"
            kept[-1] = replace(before, content=text, pictures=before.pictures + message.pictures)
        else:
            kept.append(message)
    return tuple(kept)
