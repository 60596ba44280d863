"""Daylio's CSV files, and our own in the same shape: bytes in, rows out. Pure.

What the app writes (looked up in its users' files and in programs that read them, 2018 to 2026): UTF-8, mostly with a
byte order mark; a header, then a row for each entry, the newest first.

| since | header |
|---|---|
| 2026 | `full_date,date,weekday,time,mood,activities,scales,note_title,note` |
| 2020 | the same without `scales` |
| 2019 | the same without `note_title` |
| 2018 | `year,date,weekday,time,mood,activities,note`, the date as `18 May` |

`full_date` is ISO; `date` and `weekday` are in the phone's language and say nothing more. `time` is `21:30` or
`9:30 pm`. `mood` is a name that the person may have changed; which of the five steps it means is not in the file.
Activities are parted by ` | `; scales are `name: value`, parted likewise. Notes may hold simple HTML.

Our own files have these columns and more after them (`OURS`), by which they are known.
"""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time

from bot import limits
from bot.errors import InvalidInput
from bot.services.wellbeing.choices import HIGHEST, LOWEST, Weather, fold
from bot.texts import N_, Text

COLUMNS = ("full_date", "date", "weekday", "time", "mood", "activities", "scales", "note_title", "note")
OURS = ("sleep_hours", "weather", "tags", "triggers", "score", "emoji", "zone", "felt_at")
NEEDED = ("full_date", "time", "mood")

INTENSITY, ENERGY, SLEEP = "Intensity", "Energy", "Sleep"
"""Scales of ours, as a file names them."""

STEPS: Mapping[str, int] = {
    "rad": 5, "good": 4, "meh": 3, "bad": 2, "awful": 1,
    "super": 5, "gut": 4, "ok": 3, "schlecht": 2, "lausig": 1,
}  # fmt: skip
"""What the app's own moods mean, in English and German. Whoever renamed theirs is asked."""

_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_TIME = re.compile(r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?::\d{2})?\s*(?P<half>[ap]\.?\s?m\.?)?", re.IGNORECASE)
_OLD_DATE = re.compile(r"(?:(?P<day>\d{1,2})\.? (?P<month>[a-z]+)|(?P<month2>[a-z]+) (?P<day2>\d{1,2}))")
_SCALE = re.compile(r"(?P<name>.+?):\s*(?P<value>[^:]*)")
_SPACES = re.compile(r"[\u00a0\u2007\u202f]")
_BREAK = re.compile(r"<(?:br|/p|/div|/h\d|/ul|/ol)\s*/?>", re.IGNORECASE)
_ITEM = re.compile(r"<li>", re.IGNORECASE)
_TAG = re.compile(
    r"</?(?:b|i|u|s|em|strong|strike|p|div|span|font|ul|ol|li|h\d|br)(?:\s+[\w-]+=(?:\"[^\">]*\"|'[^'>]*'))*\s*/?>",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:amp|lt|gt|quot|apos|nbsp|#\d{1,6});")


@dataclass(frozen=True, slots=True)
class Row:
    """One entry as a file has it. `local` is the wall clock's time. The last five only our own files know."""

    line: int
    local: datetime
    mood: str
    activities: tuple[str, ...] = ()
    scales: tuple[tuple[str, str], ...] = ()
    title: str = ""
    note: str = ""
    sleep_hours: str = ""
    weather: Weather | None = None
    tags: tuple[str, ...] = ()
    triggers: tuple[str, ...] = ()
    score: int | None = None
    emoji: str = ""
    zone: str = ""
    felt_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that cannot be taken, and why: `line` counts the file's lines from 1; `values` fill `why`."""

    line: int
    why: Text
    values: Mapping[str, object] = field(default_factory=dict[str, object])


@dataclass(frozen=True, slots=True)
class Parsed:
    """A file as it was read."""

    rows: tuple[Row, ...]
    refused: tuple[RefusedRow, ...]
    is_ours: bool


class _RowError(Exception):
    def __init__(self, why: Text, **values: object) -> None:
        super().__init__(why)
        self.why, self.values = why, values


def parse(data: bytes) -> Parsed:
    """The file's entries. Raises `InvalidInput` for a file that is too large, no text, broken, or no such diary.

    A row that cannot be understood is left out and named; the others are read.
    """
    if len(data) > limits.MOOD_FILE_BYTES_MAX:
        raise _file(
            "file_too_large",
            N_("The file has more than {maximum} MB, so nothing was read. Export fewer years at once."),
            maximum=int(limits.MOOD_FILE_BYTES_MAX) >> 20,
        )
    text = _text(data)
    lines = _lines(text, _delimiter(text))
    _, header = next(lines, (1, ()))
    names = [name.strip().casefold() for name in header]
    is_old = {"year", "date", "time", "mood"} <= set(names)
    if not is_old and not set(NEEDED) <= set(names):
        raise _other_app(header)
    is_ours = set(OURS) <= set(names)
    rows: list[Row] = []
    refused: list[RefusedRow] = []
    for number, (line, cells) in enumerate(lines):
        if number >= limits.MOOD_FILE_ROWS_MAX:
            raise _file(
                "too_many_rows",
                N_("The file has more than {maximum} entries, so nothing was read. Split it into several files."),
                maximum=int(limits.MOOD_FILE_ROWS_MAX),
            )
        if not any(cell.strip() for cell in cells):
            continue
        try:
            rows.append(_row(line, dict(zip(names, cells, strict=False)), is_ours=is_ours))
        except _RowError as error:
            refused.append(RefusedRow(line, error.why, error.values))
    return Parsed(tuple(rows), tuple(refused), is_ours)


def _text(data: bytes) -> str:
    try:
        # A spreadsheet's "Unicode text" says by its first two bytes that it is UTF-16.
        text = data.decode("utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig")
    except UnicodeDecodeError:
        raise _file(
            "not_text",
            N_("This file is no text in UTF-8, so nothing was read. Send the CSV as Daylio exported it."),
        ) from None
    if "\0" in text:
        raise _file(
            "not_text",
            N_("This file holds bytes that no text has, so nothing was read. Send the CSV as Daylio exported it."),
        )
    return text


def _delimiter(text: str) -> str:
    """What parts the cells: a comma; where a spreadsheet saved the file, perhaps something else."""
    header = text.partition("\n")[0]
    return max((",", ";", "\t"), key=header.count)


def _lines(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Each row with the line it begins in."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begins = 1
    # The module's limit is global, 128 KB, and far above any note that is kept; a larger cell is an error like others.
    try:
        for cells in reader:
            yield begins, cells
            begins = reader.line_num + 1
    except csv.Error:
        raise _file(
            "broken_csv",
            N_("The file breaks off, or its quotes do not match, near line {line}. Nothing was imported."),
            line=begins,
        ) from None


def _row(line: int, cells: Mapping[str, str], *, is_ours: bool) -> Row:
    def cell(name: str) -> str:
        text = cells.get(name, "")
        # We write an apostrophe before whatever a spreadsheet could take for a formula.
        return text.removeprefix("'") if is_ours else text

    mood = " ".join(cell("mood").split())
    if not mood:
        raise _RowError(N_("it names no mood"))
    local = datetime.combine(_day(cells), _time(cell("time")))
    note = cell("note")
    row = Row(
        line=line,
        local=local,
        mood=mood,
        activities=_parted(cell("activities")),
        scales=tuple(_scales(cell("scales"))),
        title=cell("note_title") if is_ours else plain(cell("note_title")),
        note=note if is_ours else plain(note),
    )
    return _with_ours(row, cell) if is_ours else row


def _with_ours(row: Row, cell: Callable[[str], str]) -> Row:
    try:
        moment = datetime.fromisoformat(cell("felt_at"))
        return replace(
            row,
            sleep_hours=cell("sleep_hours"),
            weather=Weather(cell("weather")) if cell("weather") else None,
            tags=_parted(cell("tags")),
            triggers=_parted(cell("triggers")),
            score=_score(cell("score")),
            emoji=cell("emoji"),
            zone=cell("zone"),
            felt_at=moment if moment.tzinfo else None,
        )
    except ValueError:
        raise _RowError(N_("its columns after the note were changed and cannot be read")) from None


def _score(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) == 1 and LOWEST <= int(text) <= HIGHEST):
        raise _RowError(N_("its step of the scale is “{typed}”, which is none from 1 to 5"), typed=text[:20])
    return int(text)


def _day(cells: Mapping[str, str]) -> date:
    typed = cells.get("full_date", "").strip()
    try:
        return date.fromisoformat(typed) if typed or "year" not in cells else _old_day(cells)
    except ValueError:
        raise _RowError(N_("its date is “{typed}”, which is none like 2021-03-27"), typed=typed[:20]) from None


def _old_day(cells: Mapping[str, str]) -> date:
    """`2018` and `18 May`, in English. Raises ValueError."""
    found = _OLD_DATE.fullmatch(cells.get("date", "").strip().casefold())
    if found is None:
        raise ValueError
    month = found["month"] or found["month2"]
    number = next((at for at, name in enumerate(_MONTHS, 1) if len(month) >= 3 and name.startswith(month)), 0)
    return date(int(cells.get("year", "").strip()), number, int(found["day"] or found["day2"]))


def _time(typed: str) -> time:
    found = _TIME.fullmatch(_SPACES.sub(" ", typed).strip())
    hour, minute = (int(found["hour"]), int(found["minute"])) if found else (99, 0)
    if found and found["half"]:
        hour = hour % 12 + (12 if found["half"][0] in "pP" else 0) if 1 <= hour <= 12 else 99
    if hour > 23 or minute > 59:
        raise _RowError(N_("its time is “{typed}”, which is none like 21:30 or 9:30 pm"), typed=typed[:20])
    return time(hour, minute)


def _parted(cell: str) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for piece in cell.split("|"):
        bare = " ".join(piece.split())
        if bare:
            found.setdefault(fold(bare), bare)
    return tuple(found.values())


def _scales(cell: str) -> Iterable[tuple[str, str]]:
    for piece in _SPACES.sub(" ", cell).split("|"):
        found = _SCALE.fullmatch(piece.strip())
        if found and found["value"].strip():
            yield " ".join(found["name"].split()), found["value"].strip()


def plain(note: str) -> str:
    """A note without the simple HTML that the app writes; other angle brackets stay as they were typed."""
    if not (_TAG.search(note) or _ENTITY.search(note)):
        return note
    text = _ITEM.sub("\n- ", _BREAK.sub("\n", note))
    return html.unescape(_TAG.sub("", text)).replace("\u00a0", " ").strip()


def _other_app(header: Sequence[str]) -> InvalidInput:
    found = ", ".join(name.strip()[:30] for name in header[:8])
    return _file(
        "not_daylio",
        N_(
            "This is no CSV of Daylio, so nothing was read. It should begin with the columns {expected}; yours begins "
            "with: {found}."
        ),
        expected=", ".join(COLUMNS),
        found=found[:200] or "-",
    )


def _file(code: str, message: Text, **values: object) -> InvalidInput:
    return InvalidInput(code, message, field="file", **values)
