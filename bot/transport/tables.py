"""Makes Markdown tables readable where Discord would show them as rows of pipes: an aligned code block instead."""

from __future__ import annotations

import re
import unicodedata

_DELIMITER = re.compile(r"\s{0,3}\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*")
_PIPE = re.compile(r"(?<!\\)\|")
_WIDEST_ROW = 400
_MOST_COLUMNS = 20


def readable_tables(text: str) -> str:
    """The text with every table outside of code as an aligned code block; nothing else changes.

    Pure. A table is a row with pipes, a row of dashes with as many cells, and the rows with pipes that follow
    (GitHub Flavored Markdown, "Tables").
    """
    if "|" not in text or "-" not in text:
        return text
    lines = text.split("\n")
    out: list[str] = []
    at, in_code = 0, False
    while at < len(lines):
        line = lines[at]
        if line.count("```") % 2:
            in_code = not in_code
        end = 0 if in_code else _table_end(lines, at)
        if not end:
            out.append(line)
            at += 1
            continue
        out += ["```", *_aligned(lines[at:end]), "```"]
        at = end
    return "\n".join(out)


def _table_end(lines: list[str], at: int) -> int:
    """The line after the table that begins here, or 0."""
    if at + 1 >= len(lines) or not _PIPE.search(lines[at]) or "```" in lines[at]:
        return 0
    rule = lines[at + 1]
    if "|" not in rule or _DELIMITER.fullmatch(rule) is None:
        return 0
    columns = len(_cells(lines[at]))
    if len(_cells(rule)) != columns or columns > _MOST_COLUMNS:
        return 0
    end = at + 2
    while end < len(lines) and _PIPE.search(lines[end]) and "```" not in lines[end]:
        end += 1
    if any(len(line) > _WIDEST_ROW for line in lines[at:end]):
        return 0
    return end


def _aligned(rows: list[str]) -> list[str]:
    sides = [_side(cell) for cell in _cells(rows[1])]
    table = [_cells(row) for row in (rows[0], *rows[2:])]
    columns = max(len(row) for row in table)
    widths = [max((_width(row[at]) for row in table if at < len(row)), default=0) for at in range(columns)]
    shown = [_row(row, widths, sides) for row in table]
    return [shown[0], "-+-".join("-" * width for width in widths), *shown[1:]]


def _row(cells: list[str], widths: list[int], sides: list[str]) -> str:
    filled = [*cells, *[""] * (len(widths) - len(cells))]
    placed = (_placed(cell, widths[at], sides[at] if at < len(sides) else "left") for at, cell in enumerate(filled))
    return " | ".join(placed).rstrip()


def _placed(cell: str, width: int, side: str) -> str:
    room = width - _width(cell)
    if side == "right":
        return " " * room + cell
    if side == "middle":
        return " " * (room // 2) + cell + " " * (room - room // 2)
    return cell + " " * room


def _cells(row: str) -> list[str]:
    inner = row.strip()
    inner = inner.removeprefix("|")
    if inner.endswith("|") and not inner.endswith("\\|"):
        inner = inner[:-1]
    return [cell.strip().replace("\\|", "|") for cell in _PIPE.split(inner)]


def _side(rule: str) -> str:
    if rule.endswith(":"):
        return "middle" if rule.startswith(":") else "right"
    return "left"


def _width(text: str) -> int:
    """Columns in a fixed-width font: wide letters take two, marks none."""
    return sum(_columns(char) for char in text)


def _columns(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
