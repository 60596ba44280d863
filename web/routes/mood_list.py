"""All check-ins: searched, narrowed, page by page, and deleted by days or all at once.

What is searched for is sent as a form and never in an address: a browser keeps addresses, and so may whatever stands
between it and this house.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from aiohttp import web
from markupsafe import Markup

from bot.errors import InvalidInput, UserError
from bot.services.tables import Mark
from bot.services.wellbeing.choices import STEPS
from bot.texts import N_
from web.forms import Form, form
from web.lists import SEARCH_LONGEST, Cursor
from web.pages import Access, Rate, at_work, back, desk, get, post, render, say_for, signed, status_of
from web.rendering import grouped
from web.routes.mood import around, mine
from web.routes.mood_parts import day_told, shown, translated

LIST = "/mood/list"
_TAB = "mood_list"
_ASKED = ("search", "step", "from", "to")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for. Days are the check-ins' own; both ends are in it."""

    search: str = ""
    score: int | None = None
    first: date | None = None
    last: date | None = None
    after: Cursor | None = None

    @property
    def is_narrowed(self) -> bool:
        """Whether there may be check-ins that this leaves out."""
        return bool(self.search or self.score or self.first or self.last)


async def show(request: web.Request) -> web.Response:
    """The newest, or those of the days in the address."""
    query = request.query
    typed = Form.filled(**{"from": query.get("from", "")[:10] or None, "to": query.get("to", "")[:10] or None})
    try:
        wanted = Wanted(first=_day(typed, "from"), last=_day(typed, "to"))
    except InvalidInput:
        typed, wanted = Form(), Wanted()
    return await _page(request, typed, wanted)


async def find(request: web.Request) -> web.StreamResponse:
    """Those that somebody looks for."""
    typed = await form(request)
    try:
        typed.only({*_ASKED, "after"})
        score = typed.optional_whole("step")
        if score is not None and score not in STEPS:
            raise InvalidInput("no_such_step", N_("Choose one of the steps of the list."), field="step")
        wanted = Wanted(
            typed.text("search")[:SEARCH_LONGEST],
            score,
            _day(typed, "from"),
            _day(typed, "to"),
            Cursor.read(typed.text("after")),
        )
    except UserError as error:
        return await _page(request, typed.failed(error), Wanted(), status=status_of(error))
    return await _page(request, typed, wanted)


async def delete(request: web.Request) -> web.StreamResponse:
    """Delete days, or all: first how many there are, then, with a second press, the deleting."""
    me, typed, say = signed(request), await form(request), say_for(request)
    moods = desk(request).moods
    try:
        typed.only({"first", "last", "all", "sure"})
        is_all = typed.text("all") == "yes"
        first, last = (None, None) if is_all else _range(typed)
        async with at_work(request) as work:
            found = await mine(request, work)
            if typed.text("sure") == "yes":
                if first is None or last is None:
                    gone = await moods.remove_all(work, me.user_id)
                else:
                    gone = await moods.remove_between(work, me.user_id, first, last)
                count = None
            elif first is None or last is None:
                gone, count = 0, await moods.count(work, me.user_id)
            else:
                gone, count = 0, len(await moods.between(work, me.user_id, first, last))
    except UserError as error:
        return await _page(request, Form(), Wanted(), typed.failed(error), status=status_of(error))
    if count is None:
        n = grouped(gone, say.language)
        return back(request, LIST, say.plural("{n} check-in is deleted.", "{n} check-ins are deleted.", gone, n=n))
    if not count:
        return back(request, LIST, say("There is nothing to delete in these days."), kind="note")
    fields = {"all": "yes"} if is_all else {"first": typed.text("first"), "last": typed.text("last")}
    return render(
        request, "mood/delete.html", is_all=is_all, count=count, fields=fields, first=day_told(first, say),
        last=day_told(last, say),
        **around(request, found, _TAB),
    )  # fmt: skip


async def _page(
    request: web.Request, typed: Form, wanted: Wanted, ranged: Form | None = None, *, status: int = 200
) -> web.Response:
    me, say = signed(request), say_for(request)
    async with at_work(request) as work:
        found = await mine(request, work)
        page = await desk(request).moods.page(
            work,
            me.user_id,
            after=_mark(wanted.after),
            search=wanted.search,
            scores=() if wanted.score is None else (wanted.score,),
            first=wanted.first,
            last=wanted.last,
            shown=translated(say),
        )
    return render(
        request,
        "mood/list.html",
        status=status,
        form=replace(typed, trouble=typed.trouble or (ranged.trouble if ranged else None)),
        range_form=ranged or Form(),
        rows=[shown(one, say) for one in page.entries],
        next="" if page.after is None else str(Cursor(*page.after)),
        after=wanted.after,
        asked_again=_hidden(typed),
        is_narrowed=wanted.is_narrowed,
        one_day=wanted.first.isoformat() if wanted.first and wanted.first == wanted.last else "",
        steps_of=[(score, say(STEPS[score])) for score in sorted(STEPS, reverse=True)],
        **around(request, found, _TAB),
    )


def _hidden(typed: Form) -> Markup:
    """What was looked for, for the next page's form."""
    pieces = [(name, typed.text(name)) for name in _ASKED if typed.text(name)]
    return Markup("").join(
        Markup('<input type="hidden" name="{}" value="{}">').format(name, value) for name, value in pieces
    )


def _mark(cursor: Cursor | None) -> Mark | None:
    return None if cursor is None or cursor.value is None else (cursor.value, cursor.id)


def _range(typed: Form) -> tuple[date, date]:
    first, last = _day(typed, "first"), _day(typed, "last")
    if first is None or last is None:
        raise InvalidInput(
            "days_missing",
            N_("Say from which day to which. Nothing was deleted."),
            field="last" if first is not None else "first",
        )
    if last < first:
        raise InvalidInput(
            "days_turned_round", N_("The last day lies before the first. Nothing was deleted."), field="last"
        )
    return first, last


def _day(typed: Form, name: str) -> date | None:
    text = typed.text(name)
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput(
            "not_a_day", N_("“{value}” is no day. Write it like 2026-05-03."), field=name, value=text[:40]
        ) from None


PAGES = (
    get(LIST, show, "mood_list", Access.MEMBER, menu="mood"),
    post(LIST, find, "mood_find", Access.MEMBER, rate=Rate.READ, menu="mood"),
    post("/mood/delete", delete, "mood_delete", Access.MEMBER, menu="mood"),
)
