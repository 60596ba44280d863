"""What stands in a chat completion, whole or in chunks, read without trusting its shape: servers differ and err."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import cast

import httpx2
import openai

# Names under which servers send what a model thinks before it speaks (DeepSeek, OpenRouter).
_THOUGHTS = ("reasoning_content", "reasoning")


@dataclass(frozen=True, slots=True)
class Piece:
    """One event of an answer."""

    text: str = ""
    is_thought: bool = False
    finish: str | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    reported_dollars: object = None


def read_chunk(chunk: object) -> Piece:
    """A streamed chunk, as the library hands it out (unchecked)."""
    choices = _get(chunk, "choices")
    choice = cast(list[object], choices)[0] if isinstance(choices, list) and choices else None
    return _piece(choice, _get(choice, "delta"), _get(chunk, "usage"))


def pieces_of_completion(body: bytes) -> Iterator[Piece]:
    """A whole completion. Raises `ValueError` where it is none, and `openai.APIError` where it is an error object."""
    loaded: object = json.loads(body)
    error = _get(loaded, "error")
    if error:
        raise openai.APIError("error", httpx2.Request("POST", "http://answer"), body=error)
    choices = _get(loaded, "choices")
    if not isinstance(choices, list) or not choices:
        raise ValueError("no choices")
    choice = cast(list[object], choices)[0]
    yield _piece(choice, _get(choice, "message"), _get(loaded, "usage"))


def _piece(choice: object, words: object, usage: object) -> Piece:
    text = _get(words, "content")
    finish = _get(choice, "finish_reason")
    return Piece(
        text=text if isinstance(text, str) else "",
        is_thought=any(_get(words, name) for name in _THOUGHTS),
        finish=finish if isinstance(finish, str) else None,
        tokens_in=_tokens(usage, "prompt_tokens"),
        tokens_out=_tokens(usage, "completion_tokens"),
        reported_dollars=_get(usage, "cost"),
    )


def _get(value: object, name: str) -> object:
    if isinstance(value, Mapping):
        return cast(Mapping[str, object], value).get(name)
    return getattr(value, name, None)


def _tokens(usage: object, name: str) -> int | None:
    value = _get(usage, name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
