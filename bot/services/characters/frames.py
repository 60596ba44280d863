"""How many frames an animated picture claims to have, without decoding any. Pure.

GIF: blocks after https://www.w3.org/Graphics/GIF/spec-gif89a.txt; WebP: `ANMF` chunks after
https://developers.google.com/speed/webp/docs/riff_container; PNG: the `acTL` chunk of
https://www.w3.org/TR/png-3/#acTL-chunk.
"""

from __future__ import annotations

_GIF_EXTENSION, _GIF_IMAGE = 0x21, 0x2C


def frame_count(data: bytes, *, at_most: int) -> int:
    """Frames in a GIF, WebP or PNG file, counted no further than `at_most`; 1 for anything else or a broken file."""
    if data.startswith((b"GIF87a", b"GIF89a")):
        return max(1, _gif_frames(data, at_most))
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return max(1, _webp_frames(data, at_most))
    if data.startswith(b"\x89PNG"):
        return max(1, min(at_most, _png_frames(data)))
    return 1


def _gif_frames(data: bytes, at_most: int) -> int:
    if len(data) < 13:
        return 0
    position = 13 + _colour_table(data[10])
    frames = 0
    while position + 1 < len(data) and frames < at_most:
        if data[position] == _GIF_IMAGE and position + 10 < len(data):
            frames += 1
            position = _after_sub_blocks(data, position + 11 + _colour_table(data[position + 9]))
        elif data[position] == _GIF_EXTENSION:
            position = _after_sub_blocks(data, position + 2)
        else:
            break
    return frames


def _colour_table(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _after_sub_blocks(data: bytes, position: int) -> int:
    end = len(data)
    while position < end and data[position]:
        position += data[position] + 1
    return position + 1


def _webp_frames(data: bytes, at_most: int) -> int:
    position, frames = 12, 0
    while position + 8 <= len(data) and frames < at_most:
        if data[position : position + 4] == b"ANMF":
            frames += 1
        size = int.from_bytes(data[position + 4 : position + 8], "little")
        position += 8 + size + (size & 1)
    return frames


def _png_frames(data: bytes) -> int:
    position = 8
    while position + 12 <= len(data):
        kind = data[position + 4 : position + 8]
        if kind == b"acTL":
            return int.from_bytes(data[position + 8 : position + 12], "big")
        if kind in {b"IDAT", b"IEND"}:
            break
        position += 12 + int.from_bytes(data[position : position + 4], "big")
    return 1
