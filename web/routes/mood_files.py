"""Check-ins as files: out as CSV and JSON, and in from a diary's CSV, which is shown before anything is kept of it.

Between the two steps of bringing a file in it is kept nowhere here: it travels, packed, in the page's own form.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from bot import limits
from bot.errors import InvalidInput, UserError
from bot.services.wellbeing.choices import STEPS
from bot.services.wellbeing.daylio_kept import DaylioPreview
from bot.texts import N_, Say
from web.forms import Form, form
from web.pages import Access, Rate, at_work, back, desk, download, get, post, render, say_for, signed, status_of
from web.routes.mood import Mine, around, mine
from web.routes.mood_parts import day_told, shown
from web.uploads import wanted

FILES = "/mood/files"
_TAB = "mood_files"
FILE, PACKED = "file", "packed"
_BODY = int(limits.MOOD_FILE_BYTES_MAX) * 2
"""What a form with such a file may bring: one that is somewhat too large is refused with a sentence."""
_MAPPED = re.compile(r"(mood|step)_(\d{1,5})")
_REFUSED_SHOWN = 50


async def show(request: web.Request) -> web.Response:
    """Both ways."""
    return await _page(request, Form())


async def as_csv(request: web.Request) -> web.StreamResponse:
    """Everything as a CSV file that can be brought in again."""
    async with at_work(request) as work:
        await mine(request, work)
        data = await desk(request).moods.export_csv(work, signed(request).user_id)
    return download(data, "check-ins.csv", "text/csv; charset=utf-8")


async def as_json(request: web.Request) -> web.StreamResponse:
    """Everything as a JSON file."""
    async with at_work(request) as work:
        await mine(request, work)
        data = await desk(request).moods.export_json(work, signed(request).user_id)
    return download(data, "check-ins.json", "application/json")


async def look(request: web.Request) -> web.StreamResponse:
    """What is in a file. Keeps nothing."""
    typed = await form(request)
    try:
        typed.only({FILE})
        sent = wanted(typed, FILE)
        _refuse_large(sent.data)
        return await _dry_run(request, sent.data, Form())
    except UserError as error:
        failed = error if error.field else InvalidInput(error.code, error.message, field=FILE, **error.values)
        return await _page(request, typed.failed(failed), status=status_of(error))


async def take(request: web.Request) -> web.StreamResponse:
    """Keep what is in it, once every mood of it has a step."""
    me, typed = signed(request), await form(request)
    data = await asyncio.to_thread(unpacked, typed.value(PACKED))
    try:
        mapping = _mapping(typed)
        async with at_work(request) as work:
            found = await mine(request, work)
            result = await desk(request).moods.daylio.bring_in(work, me.user_id, data, mapping)
    except UserError as error:
        return await _dry_run(request, data, typed.failed(error), status=status_of(error))
    say = say_for(request)
    results = (
        (say("kept"), result.added),
        (say("here already, so not kept twice"), result.already_here),
        (say("older than you keep check-ins"), result.too_old),
        (say("lines that could not be read"), len(result.refused)),
    )
    made = ((say("new moods of your own"), result.moods_added), (say("new activities"), result.activities_added))
    return render(request, "mood/brought.html", results=results, made=made, **around(request, found, _TAB))


# ---------------------------------------------------------------------------------------------------- within


@dataclass(frozen=True, slots=True)
class Unmapped:
    """A mood of the file that stands on no step yet. `field` is the form's; the name goes with it, hidden."""

    number: int
    name: str
    count: int

    @property
    def field(self) -> str:
        """Where its step is chosen."""
        return f"step_{self.number}"


async def _dry_run(request: web.Request, data: bytes, shown_form: Form, *, status: int = 200) -> web.Response:
    me, say = signed(request), say_for(request)
    async with at_work(request) as work:
        found = await mine(request, work)
        preview = await desk(request).moods.daylio.read(work, me.user_id, data)
    packed_file = await asyncio.to_thread(packed, data)
    return _dry_page(request, found, preview, packed_file, shown_form, say, status)


def _dry_page(
    request: web.Request, found: Mine, preview: DaylioPreview, file: str, shown_form: Form, say: Say, status: int
) -> web.Response:
    steps = [(score, f"{score} · {say(STEPS[score])}") for score in sorted(STEPS, reverse=True)]
    unmapped = [Unmapped(place, one.name, one.n) for place, one in enumerate(preview.moods) if one.score is None]
    return render(
        request,
        "mood/dry_run.html",
        status=status,
        form=shown_form,
        packed=file,
        preview=preview,
        in_file=preview.n + preview.already_here + preview.too_old + len(preview.refused),
        known=[(one.name, one.n, STEPS[one.score]) for one in preview.moods if one.score is not None],
        unmapped=unmapped,
        first_day=day_told(preview.first, say),
        last_day=day_told(preview.last, say),
        steps=steps,
        first_lines=[shown(one, say, longest_note=200) for one in preview.entries],
        refused=[(one.line, say(one.why, **one.values)) for one in preview.refused[:_REFUSED_SHOWN]],
        refused_more=max(0, len(preview.refused) - _REFUSED_SHOWN),
        **around(request, found, _TAB),
    )


def _mapping(typed: Form) -> Mapping[str, int]:
    """The step of each mood that the form names. Raises `InvalidInput` for one that has none yet."""
    typed.only({PACKED, *(name for name in typed.fields if _MAPPED.fullmatch(name))})
    found: dict[str, int] = {}
    for name in typed.fields:
        if name.startswith("mood_"):
            field = f"step_{name.removeprefix('mood_')}"
            step = typed.optional_whole(field)
            if step is None or step not in STEPS:
                raise InvalidInput(
                    "mood_without_step",
                    N_("“{mood}” has no step yet. Choose one from 1 to 5; nothing was kept."),
                    field=field,
                    mood=typed.value(name)[:80],
                )
            found[typed.value(name)] = step
    return found


def packed(data: bytes) -> str:
    """A file as a form carries it."""
    return base64.b64encode(zlib.compress(data, 6)).decode()


def unpacked(text: str) -> bytes:
    """The file that a form carried. Raises `InvalidInput` for what is none, or grows larger than a file may be."""
    reader = zlib.decompressobj()
    most = int(limits.MOOD_FILE_BYTES_MAX)
    try:
        data = reader.decompress(base64.b64decode(text, validate=True), most)
    except (binascii.Error, ValueError, zlib.error):
        data = b""
    if not data or not reader.eof:
        raise InvalidInput("file_lost", N_("The file did not come along. Choose it once more; nothing was kept."))
    return data


def _refuse_large(data: bytes) -> None:
    if len(data) > limits.MOOD_FILE_BYTES_MAX:
        raise InvalidInput(
            "mood_file_too_large",
            N_("The file is too large: at most {maximum} MB. Nothing was kept."),
            field=FILE,
            maximum=int(limits.MOOD_FILE_BYTES_MAX) >> 20,
        )


async def _page(request: web.Request, shown_form: Form, *, status: int = 200) -> web.Response:
    async with at_work(request) as work:
        found = await mine(request, work)
    return render(
        request,
        "mood/files.html",
        status=status,
        form=shown_form,
        most_megabytes=int(limits.MOOD_FILE_BYTES_MAX) >> 20,
        most_rows=int(limits.MOOD_FILE_ROWS_MAX),
        **around(request, found, _TAB),
    )


async def looked_again(request: web.Request) -> web.StreamResponse:
    """A dry run that is loaded again has no file any more: back to where one is chosen."""
    return back(request, FILES)


PAGES = (
    get(FILES, show, "mood_files", Access.MEMBER, menu="mood"),
    get("/mood/check-ins.csv", as_csv, "mood_csv", Access.MEMBER, rate=Rate.LIST_FILE, menu="mood"),
    get("/mood/check-ins.json", as_json, "mood_json", Access.MEMBER, rate=Rate.LIST_FILE, menu="mood"),
    get("/mood/import", looked_again, "mood_import_again", Access.MEMBER, menu="mood"),
    post("/mood/import", look, "mood_import", Access.MEMBER, rate=Rate.UPLOAD, body_bytes=_BODY, menu="mood"),
    get("/mood/import/take", looked_again, "mood_import_take_again", Access.MEMBER, menu="mood"),
    post("/mood/import/take", take, "mood_import_take", Access.MEMBER, rate=Rate.UPLOAD, body_bytes=_BODY, menu="mood"),
)
