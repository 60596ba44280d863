"""The bytes of uploads, by their SHA-256; beside the world's file, or in memory when there is none."""

from __future__ import annotations

import hashlib
from pathlib import Path


class Blobs:
    """Content-addressed bytes."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._memory: dict[str, bytes] = {}

    def put(self, data: bytes) -> str:
        """Keep `data`; answers its SHA-256 in hex."""
        digest = hashlib.sha256(data).hexdigest()
        if self._folder is None:
            self._memory[digest] = data
            return digest
        target = self._folder / digest
        if not target.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            fresh = target.with_suffix(".new")
            fresh.write_bytes(data)
            fresh.replace(target)
        return digest

    def get(self, digest: str) -> bytes | None:
        """The bytes, or None."""
        if self._folder is None:
            return self._memory.get(digest)
        try:
            return (self._folder / digest).read_bytes()
        except FileNotFoundError:
            return None
