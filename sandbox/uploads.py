"""A file on its way in."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.rules.messages import FileInfo


@dataclass(frozen=True)
class Upload:
    """A file of a multipart body."""

    index: int
    filename: str
    data: bytes
    content_type: str

    @property
    def info(self) -> FileInfo:
        """What the rules want to know of it."""
        return FileInfo(self.index, self.filename, len(self.data), self.content_type)
