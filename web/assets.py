"""The files of `web/static`, read once: style sheets, scripts, drawings. Nothing else is served from a disk by name."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "static"
TYPES: Mapping[str, str] = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file. `digest` changes with its content, so that its address can be kept for good."""

    data: bytes
    mime: str
    digest: str


@cache
def assets() -> Mapping[str, Asset]:
    """All of them, by their path below the folder."""
    found: dict[str, Asset] = {}
    for path in sorted(FOLDER.rglob("*")):
        if path.is_file() and (mime := TYPES.get(path.suffix)):
            data = path.read_bytes()
            name = path.relative_to(FOLDER).as_posix()
            found[name] = Asset(data, mime, hashlib.sha256(data).hexdigest()[:16])
    return found


def address(name: str) -> str:
    """Where a browser finds a file. Raises KeyError where there is none."""
    return f"/static/{name}?v={assets()[name].digest}"
