"""What finds lore by meaning: is the model there, does the server answer."""

from __future__ import annotations

from pathlib import Path

from bot.doctor.findings import Finding, ok, red, warn
from bot.errors import ProviderError
from bot.local.embeddings import chosen, embedder_of, prepare_embeddings
from bot.local.errors import StartError
from bot.ports.embedding import Kind
from bot.settings import EmbeddingsChoice, Settings

_CHECK = "meaning"


async def check(settings: Settings, env_file: Path) -> list[Finding]:
    """Findings about what finds lore by meaning. Asks it for the meaning of one word."""
    choice = chosen(settings)
    if choice is EmbeddingsChoice.OFF:
        return [ok(_CHECK, "EMBEDDINGS=off: lore is found by its keys only")]
    if choice is EmbeddingsChoice.ENDPOINT:
        try:
            await prepare_embeddings(settings, lambda _: None)
        except StartError as error:
            return [red(_CHECK, "the server for embeddings is not named in full", str(error))]
    embedder = embedder_of(settings)
    if embedder is None:
        kind = "multilingual" if choice is EmbeddingsChoice.MULTILINGUAL else "run"
        advice = f"make start installs it, or: python bot/local/install.py {kind}"
        return [warn(_CHECK, "the embedding model is not installed: lore is found by its keys only", advice)]
    try:
        (vector,) = await embedder.embed(["lore"], Kind.QUERY)
    except ProviderError as error:
        advice = "Look at EMBEDDINGS_BASE_URL, EMBEDDINGS_MODEL and EMBEDDINGS_API_KEY, or write EMBEDDINGS=local."
        return [red(_CHECK, f"{embedder.model} does not answer: {error}", advice)]
    finally:
        await embedder.close()
    return [ok(_CHECK, f"{embedder.model} answers, with {len(vector)} numbers; near from {embedder.threshold:g} on")]
