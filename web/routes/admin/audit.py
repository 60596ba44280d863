"""The audit log: searched, as a file, and its chain checked."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import cast
from uuid import UUID

from aiohttp import web

from bot.errors import InvalidInput, UserError
from bot.services.oversight.actions import ACTIONS
from bot.services.oversight.auditing import Head, LogLine, Wanted
from bot.services.oversight.checking import Fault
from bot.texts import N_, Text
from web.csv import csv_file
from web.forms import Form, form
from web.lists import Asked, Choice, Cursor, Filter, Shelf, Sort, cut
from web.pages import Access, Rate, desk, get, post, render, signed, status_of
from web.routes.admin.marks import mark_of

_FILE_ROWS = 1000
_NOBODY = UUID(int=0)
_LONGEST = 100

SHELF = Shelf(
    sorts=(Sort("at", N_("When"), falling=True),),
    filters=(Filter("action", N_("What was done"), tuple(Choice(name, words) for name, words in ACTIONS.items())),),
    searches=False,
    csv="admin_audit_csv",
)

FAULTS: Mapping[Fault, Text] = {
    Fault.NUMBER_MISSING: N_("a batch is missing before this one"),
    Fault.LINK_BROKEN: N_("it does not follow the batch before it"),
    Fault.LINE_MISSING: N_("lines are missing, or were put in"),
    Fault.LINE_CHANGED: N_("a line was changed"),
    Fault.HASH_WRONG: N_("its hash is not that of its lines"),
    Fault.SIGNATURE_WRONG: N_("it was not sealed with the house's key"),
    Fault.SIGNATURE_MISSING: N_("its seal was taken away"),
    Fault.BACKDATED: N_("a line says that it is older than it can be"),
    Fault.DETAILS_CHANGED: N_("the differences beside a line were changed"),
    Fault.DETAILS_MISSING: N_("the differences beside a line are gone, and nobody erased them"),
    Fault.UNSEALED: N_("a line should long have been sealed"),
    Fault.HEAD_MISSING: N_("the head that was noted is not in the chain: its end was cut off"),
}


async def show(request: web.Request) -> web.Response:
    """A page of lines, the newest first."""
    return await _page(request, Form())


async def file(request: web.Request) -> web.StreamResponse:
    """The same lines as a file, without the differences."""
    asked, wanted = SHELF.asked(request), _wanted(request)

    async def rows() -> AsyncIterator[Sequence[object]]:
        after: tuple[datetime, UUID] | None = None
        while True:
            found = await _read(request, asked, wanted, _FILE_ROWS, after)
            for one in found:
                yield (
                    one.at,
                    one.actor_kind,
                    one.actor_id,
                    one.action,
                    one.target_kind,
                    one.target_id,
                    one.of_user_id,
                    one.request_id,
                    one.batch,
                )
            if len(found) < _FILE_ROWS:
                return
            after = (found[-1].at, found[-1].id)

    heads = ("at", "actor_kind", "actor", "action", "target_kind", "target", "of", "request", "batch")
    return await csv_file(request, "audit", heads, rows())


async def verify(request: web.Request) -> web.Response:
    """Have the chain checked."""
    typed = await form(request)
    try:
        typed.only({"head"})
        noted = typed.text("head")
        try:
            expected = Head.parse(noted) if noted else None
        except ValueError as error:
            raise InvalidInput(
                "head_not_understood",
                N_("A head is a number, a colon and 64 digits, as it was noted: 12:9f86…"),
                field="head",
            ) from error
        verdict = await desk(request).audit_log.verify(signed(request).user_id, expected=expected)
    except UserError as error:
        return await _page(request, typed.failed(error), status=status_of(error))
    return render(request, "admin/audit_verified.html", verdict=verdict, faults=FAULTS)


async def _page(request: web.Request, shown: Form, *, status: int = 200) -> web.Response:
    asked, wanted = SHELF.asked(request), _wanted(request)
    rows, last = cut(await _read(request, asked, wanted, asked.limit + 1, None), asked)
    next_ = None if last is None else Cursor(last.at.isoformat(), last.id)
    return render(
        request,
        "admin/audit.html",
        status=status,
        listing=SHELF.page(rows=rows, asked=asked, next_=next_),
        query={name: request.query.get(name, "")[:_LONGEST] for name in ("actor", "of", "target", "request", "day")},
        actions=ACTIONS,
        form=shown,
        written=_written,
    )


async def _read(
    request: web.Request, asked: Asked, wanted: Wanted, limit: int, after: tuple[datetime, UUID] | None
) -> Sequence[LogLine]:
    return await desk(request).audit_log.search(
        signed(request).user_id, wanted, after=after or mark_of(asked), limit=limit
    )


def _wanted(request: web.Request) -> Wanted:
    asked = SHELF.asked(request)
    day = _day(request.query.get("day", ""))
    return Wanted(
        actor_id=_id(request.query.get("actor", "")),
        of_user_id=_id(request.query.get("of", "")),
        action=asked.filters.get("action", ""),
        target_id=_words(request, "target"),
        request_id=_words(request, "request"),
        since=day,
        until=None if day is None else day + timedelta(days=1),
    )


def _words(request: web.Request, name: str) -> str:
    return request.query.get(name, "").replace("\x00", "").strip()[:_LONGEST]


def _id(written: str) -> UUID | None:
    """Who is meant. What is no id means nobody, and not everybody."""
    try:
        return UUID(written.strip())
    except ValueError:
        return _NOBODY if written.strip() else None


def _day(written: str) -> datetime | None:
    try:
        return datetime.strptime(written, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        return None


def _written(value: object) -> str:
    """A difference as the page shows it."""
    pair = cast("list[object]", value) if isinstance(value, list) else []
    return f"{_plain(pair[0])} → {_plain(pair[1])}" if len(pair) == 2 else _plain(cast(object, value))


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


PAGES = (
    get("/admin/audit", show, "admin_audit", Access.ADMIN),
    get("/admin/audit.csv", file, "admin_audit_csv", Access.ADMIN, rate=Rate.LIST_FILE),
    post("/admin/audit/verify", verify, "admin_audit_verify", Access.ADMIN, menu="admin_audit"),
)
