"""Lists as CSV files: streamed, and harmless in a spreadsheet.

A cell that begins like a formula is run by spreadsheets (CWE-1236), so it gets an apostrophe in front, which they hide.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import AsyncIterable, Sequence
from datetime import UTC, datetime

from aiohttp import web

from bot.requests import request_id
from web.keys import HOUSE
from web.security import seal

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_PLAIN_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_ROWS_AT_ONCE = 200


def cell(value: object) -> str:
    """One value as a cell. Numbers stay numbers, times are UTC, words never become formulas."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return str(value)
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="seconds")
        case _:
            text = str(value).replace("\x00", "")
            # What spreadsheets skip before they look for a formula.
            begins = text.lstrip(" \u00a0\u200b\ufeff")
            if begins.startswith(_FORMULA) and not _PLAIN_NUMBER.fullmatch(text):
                return f"'{text}"
            return text


def lines(rows: Sequence[Sequence[object]]) -> bytes:
    """Rows as lines of the file (RFC 4180)."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerows([cell(value) for value in row] for row in rows)
    return buffer.getvalue().encode(errors="replace")


async def csv_file(
    request: web.Request, name: str, header: Sequence[str], rows: AsyncIterable[Sequence[object]]
) -> web.StreamResponse:
    """Answer with a file of these rows, sent as they come. `name` is the file's, without its ending."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "list"
    response = web.StreamResponse(
        headers={
            "Content-Type": "text/csv; charset=utf-8",
            "Content-Disposition": f'attachment; filename="botcafe-{plain}.csv"',
        }
    )
    seal(request.app[HOUSE], response, request_id())
    await response.prepare(request)
    # The mark by which spreadsheets know UTF-8.
    await response.write("\ufeff".encode() + lines([header]))
    waiting: list[Sequence[object]] = []
    async for row in rows:
        waiting.append(row)
        if len(waiting) == _ROWS_AT_ONCE:
            await response.write(lines(waiting))
            waiting.clear()
    if waiting:
        await response.write(lines(waiting))
    await response.write_eof()
    return response
