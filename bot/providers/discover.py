"""Model servers that already run on this machine, found on their usual ports. Loopback only, half a second."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import httpx2

from bot.ports import Profile

WITHIN_SECONDS = 0.5
# Ollama: docs/faq ("binds 127.0.0.1 port 11434"); LM Studio: docs, local server (1234); llama.cpp: tools/server (8080).
USUAL_PORTS: tuple[tuple[str, int], ...] = (("Ollama", 11434), ("LM Studio", 1234), ("llama.cpp", 8080))
# What these servers give a conversation unless told otherwise (Ollama's and LM Studio's default).
USUAL_CONTEXT_TOKENS = 4096
_MOST_BYTES = 1_000_000
_NOT_FOR_CHAT = re.compile(r"embed|rerank|whisper|clip|tts|bge-|e5-|minilm", re.IGNORECASE)
_SIZE = re.compile(r"(?<![\d.])(\d+(?:\.\d+)?)\s?(b|m)(?![a-z])", re.IGNORECASE)
# Below this many billion parameters a model loses a long system message.
_SMALL_BILLIONS = 2.0


@dataclass(frozen=True, slots=True)
class Found:
    """A server that answered, and the model of its that is fit for chat."""

    name: str
    base_url: str
    model: str


async def discover(ports: Sequence[tuple[str, int]] = USUAL_PORTS) -> list[Found]:
    """The servers that answer within half a second, in the order of `ports`. Never raises for what is not there."""
    # Without the environment's proxies: these addresses mean this machine.
    async with httpx2.AsyncClient(trust_env=False, follow_redirects=False, timeout=WITHIN_SECONDS) as client:
        looks = [asyncio.create_task(_look(client, name, port)) for name, port in ports]
        if not looks:
            return []
        done, late = await asyncio.wait(looks, timeout=WITHIN_SECONDS)
        for look in late:
            look.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        return [found for look in looks if look in done and (found := look.result())]


def profile_of(model: str) -> Profile:
    """How to lay out prompts, by the size in a model's name (`llama3.2:1b`); FULL where none is named."""
    sizes = [float(number) / (1000 if unit in "mM" else 1) for number, unit in _SIZE.findall(model)]
    return Profile.COMPACT if sizes and max(sizes) < _SMALL_BILLIONS else Profile.FULL


async def _look(client: httpx2.AsyncClient, name: str, port: int) -> Found | None:
    base_url = f"http://127.0.0.1:{port}/v1"
    try:
        response = await client.get(f"{base_url}/models")
        if response.status_code != 200 or len(response.content) > _MOST_BYTES:
            return None
        model = chat_model(response.json())
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError):  # not there, too slow, or something else lives there
        return None
    return Found(name, base_url, model) if model else None


def chat_model(listed: object) -> str | None:
    """The first model of a `/v1/models` answer that is fit for chat; None where the answer is something else."""
    data = cast(Mapping[str, object], listed).get("data") if isinstance(listed, Mapping) else None
    entries = cast(list[object], data) if isinstance(data, list) else []
    names = (cast(Mapping[str, object], entry).get("id") for entry in entries if isinstance(entry, Mapping))
    return next((name for name in names if isinstance(name, str) and name and not _NOT_FOR_CHAT.search(name)), None)
