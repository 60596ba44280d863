"""One entry of a book: a form of all its fields, its history, and the way back."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from uuid import UUID

from aiohttp import web

from bot import limits
from bot.errors import InvalidInput, UserError
from bot.services.characters.tables import characters_table_of
from bot.services.desk import Work
from bot.services.lore.fields import ENTRY_FIELDS, Kind
from bot.services.lore.shown import May
from bot.services.lore.whole import EMPTY_ENTRY, EntryForm
from bot.services.lore.wording import CHANGES, ENTRY_FORMS
from bot.texts import N_, Text
from web.changes import Compared, again, typed_in
from web.controls import Around, Control, labels, of_lore, said_in_words
from web.forms import VERSION_FIELD, Form, form
from web.pages import Access, at_work, back, desk, get, post, render, row_id, say_for, signed, status_of
from web.routes.lore import book_words
from web.theirs import theirs

LABELS: Mapping[str, Text] = labels(ENTRY_FIELDS.values())
_GROUPS: Mapping[str, tuple[str, ...]] = {
    **{code: names for code, (_, names) in ENTRY_FORMS.items()},
    "keys": ("is_enabled", *ENTRY_FORMS["keys"][1]),
}
_UNFOLDED = frozenset({"words", "keys"})


async def new(request: web.Request) -> web.Response:
    """The form of an entry that is not there yet."""
    me, book_id = signed(request), row_id(request, "book_id")
    async with at_work(request) as work:
        await desk(request).lore.books.get(work, me.user_id, book_id, may=May.WRITE)
    return await _page(request, Form.filled(**EMPTY_ENTRY), book_id)


async def create(request: web.Request) -> web.StreamResponse:
    """Write it."""
    me, typed, book_id = signed(request), await form(request), row_id(request, "book_id")
    try:
        typed.only({*LABELS, "then"})
        async with at_work(request) as work:
            made = await desk(request).lore.forms.create_entry(work, me.user_id, book_id, typed_in(typed, LABELS))
    except InvalidInput as error:
        return await _page(request, typed.failed(error), book_id, status=status_of(error))
    told = say_for(request)("#{number} {name} is written.", number=made.entry.number, name=made.entry.name)
    onwards = f"/lore/{book_id}/entries/new" if typed.text("then") == "another" else f"/lore/entries/{made.entry.id}"
    return back(request, onwards, told)


async def show(request: web.Request) -> web.StreamResponse:
    """The form as the entry stands; for who may only read it, what it says."""
    async with at_work(request) as work:
        found = await _found(request, work)
    if found.entry.is_deleted:
        return back_to_book(request, found)
    if not found.entry.may.includes(May.WRITE):
        return await _read_only(request, found)
    return await _page(request, _filled(found), found.entry.book_id, found)


async def save(request: web.Request) -> web.StreamResponse:
    """Keep what was changed."""
    me, typed, entry_id = signed(request), await form(request), row_id(request, "entry_id")
    try:
        typed.only(LABELS)
        async with at_work(request) as work:
            kept = await desk(request).lore.forms.save_entry(
                work, me.user_id, entry_id, typed_in(typed, LABELS), mark=typed.value(VERSION_FIELD)
            )
    except UserError as error:
        async with at_work(request) as work:
            found = await _found(request, work, May.WRITE)
        shown, compared = again(typed, error, LABELS)
        return await _page(request, shown, found.entry.book_id, found, compared, status=status_of(error))
    told = say_for(request)("#{number} {name} is saved.", number=kept.entry.number, name=kept.entry.name)
    return back(request, f"/lore/entries/{entry_id}", told)


async def switch(request: web.Request) -> web.StreamResponse:
    """On, or off."""
    me, typed, entry_id = signed(request), await form(request), row_id(request, "entry_id")
    is_on = typed.text("to") == "on"
    async with at_work(request) as work:
        kept = await desk(request).lore.entries.enable(work, me.user_id, entry_id, is_on)
    say, name = say_for(request), kept.name or f"#{kept.number}"
    told = say("{name} is on.", name=name) if is_on else say("{name} is off: no character hears of it.", name=name)
    return back(request, f"/lore/entries/{entry_id}", told)


async def move(request: web.Request) -> web.StreamResponse:
    """To another place in its book, or into another book."""
    me, typed, entry_id = signed(request), await form(request), row_id(request, "entry_id")
    lore, say = desk(request).lore, say_for(request)
    try:
        typed.only({"before", "book"})
        async with at_work(request) as work:
            found = await lore.entries.get(work, me.user_id, entry_id, may=May.WRITE)
            target = typed.id("book") if typed.text("book") else found.book_id
            before = None
            if typed.text("before"):
                before = await _numbered(request, work, target, typed.text("before"))
            moved = await lore.entries.move(work, me.user_id, entry_id, before=before, book_id=target)
    except UserError as error:
        async with at_work(request) as work:
            there = await _found(request, work, May.WRITE)
        return await _page(request, _filled(there).failed(error), there.entry.book_id, there, status=status_of(error))
    told = say("It is #{number} of {book} now.", number=moved.number, book=moved.book_name)
    return back(request, f"/lore/entries/{entry_id}", told)


async def _numbered(request: web.Request, work: Work, book_id: UUID, typed: str) -> UUID:
    """The entry of a book that a number means. Raises `InvalidInput`."""
    wanted = f"#{typed.lstrip('#').strip()}"
    try:
        return await desk(request).lore.entries.chosen(work, signed(request).user_id, wanted, book_id=book_id)
    except UserError as error:
        raise InvalidInput(
            "no_such_number", N_("There is no entry #{number} in that book."), field="before", number=typed[:20]
        ) from error


async def delete(request: web.Request) -> web.StreamResponse:
    """Delete it; the book's list has the way back."""
    me, entry_id = signed(request), row_id(request, "entry_id")
    async with at_work(request) as work:
        gone = await desk(request).lore.entries.delete(work, me.user_id, entry_id)
    told = say_for(request)("{entry} is deleted. Below the list you can have it back.", entry=gone.label)
    return back(request, f"/lore/{gone.book_id}/entries", told)


async def history(request: web.Request) -> web.Response:
    """What was done to it, newest first."""
    me, entry_id = signed(request), row_id(request, "entry_id")
    asked = request.query.get("before", "")
    before = int(asked) if asked.isdecimal() and len(asked) < 9 else None
    async with at_work(request) as work:
        entry = await desk(request).lore.entries.get(work, me.user_id, entry_id, may=May.WRITE)
        page = await desk(request).lore.entries.history(work, me.user_id, entry_id, before=before)
    return render(request, "lore/history.html", entry=entry, page=page, before=before, changes=CHANGES, labels=LABELS)


async def undo(request: web.Request) -> web.StreamResponse:
    """Undo the last change, or go back to a version; a deleted entry comes back."""
    me, typed, entry_id = signed(request), await form(request), row_id(request, "entry_id")
    async with at_work(request) as work:
        await desk(request).lore.entries.get(work, me.user_id, entry_id, may=May.WRITE)
        to = typed.optional_whole("to")
        kept = await desk(request).lore.entries.undo(work, me.user_id, entry_id, to=to)
    told = say_for(request)("#{number} {name} is as it was.", number=kept.number, name=kept.name)
    return back(request, f"/lore/entries/{entry_id}", told)


# ---------------------------------------------------------------------------------------------------- within


def _filled(found: EntryForm) -> Form:
    values = {name: _values(name, text) for name, text in found.typed.items()}
    return Form.filled(**values, **{VERSION_FIELD: found.mark})


def _values(name: str, text: str) -> object:
    """A field's text as its control holds it: pieces where it is ticks."""
    kind = ENTRY_FIELDS[name].kind
    if kind is Kind.CHOICES or kind in (Kind.CHARACTERS, Kind.PERSONAS):
        return [piece.strip() for piece in text.split(",") if piece.strip()]
    return text


def back_to_book(request: web.Request, found: EntryForm) -> web.StreamResponse:
    """An entry that is gone stands in its book's list alone."""
    told = say_for(request)("That entry was deleted. Below the list you can have it back.")
    return back(request, f"/lore/{found.entry.book_id}/entries", told, kind="note")


async def _found(request: web.Request, work: Work, may: May = May.READ) -> EntryForm:
    return await desk(request).lore.forms.entry(work, signed(request).user_id, row_id(request, "entry_id"), may=may)


async def around_of(request: web.Request, work: Work, chosen: Mapping[str, str]) -> Around:
    """What can be chosen of characters and personas: one's own, and those chosen already whom one may know of."""
    me, house = signed(request), desk(request)
    table = await characters_table_of(work, me.user_id, size=int(limits.CHARACTERS_PER_PERSON))
    characters = {str(one.character.id): one.character.name for one in table.rows}
    personas = {str(one.id): one.name for one in await house.personas.all(work, me.user_id)}
    for name, one in ENTRY_FIELDS.items():
        if one.kind is Kind.CHARACTERS:
            for piece in chosen.get(name, "").split(","):
                if piece.strip() and piece.strip() not in characters:
                    with contextlib.suppress(UserError, ValueError):
                        characters[piece.strip()] = (await house.characters.get(work, UUID(piece.strip()))).name
    return {Kind.CHARACTERS: tuple(characters.items()), Kind.PERSONAS: tuple(personas.items())}


async def _page(
    request: web.Request,
    shown: Form,
    book_id: UUID,
    found: EntryForm | None = None,
    compared: Compared = (),
    *,
    status: int = 200,
) -> web.Response:
    me, lore = signed(request), desk(request).lore
    async with at_work(request) as work:
        around = await around_of(request, work, typed_in(shown, LABELS))
        book = await lore.books.get(work, me.user_id, book_id)
        others = await lore.books.find(work, me.user_id, "", may=May.WRITE) if found else ()
    return render(
        request,
        "lore/entry.html",
        status=status,
        form=shown,
        entry=None if found is None else found.entry,
        book=book,
        compared=compared,
        groups=_controls(request, around, shown),
        others=tuple((str(one.id), one.label) for one in others if one.id != book_id),
    )


def _controls(request: web.Request, around: Around, shown: Form) -> list[tuple[str, str, bool, list[Control]]]:
    """The groups of the form; those that say nothing unusual and hold no mistake are folded."""
    say = say_for(request)
    made: list[tuple[str, str, bool, list[Control]]] = []
    typed = typed_in(shown, LABELS)
    for code, (title, _) in ENTRY_FORMS.items():
        names = _GROUPS[code]
        is_open = code in _UNFOLDED or any(
            shown.error(name) is not None or typed[name].strip() not in ("", EMPTY_ENTRY[name]) for name in names
        )
        made.append((code, say(title), is_open, [of_lore(ENTRY_FIELDS[name], say, around) for name in names]))
    return made


async def _read_only(request: web.Request, found: EntryForm) -> web.Response:
    say = say_for(request)
    async with at_work(request) as work:
        around = await around_of(request, work, found.typed)
    rules = [
        (say(one.label), said_in_words(one, found.typed[name], around, say))
        for name, one in ENTRY_FIELDS.items()
        if name not in ("name", "content") and found.typed[name] not in ("", EMPTY_ENTRY[name])
    ]
    return render(request, "lore/entry_read.html", entry=found.entry, rules=rules, **book_words(found.entry.may))


PAGES = (
    get("/lore/{book_id}/entries/new", theirs(new), "lore_entry_new", Access.MEMBER, menu="lore"),
    post("/lore/{book_id}/entries/new", theirs(create), "lore_entry_create", Access.MEMBER, menu="lore"),
    get("/lore/entries/{entry_id}", theirs(show), "lore_entry", Access.MEMBER, menu="lore"),
    post("/lore/entries/{entry_id}", theirs(save), "lore_entry_save", Access.MEMBER, menu="lore"),
    post("/lore/entries/{entry_id}/switch", theirs(switch), "lore_entry_switch", Access.MEMBER, menu="lore"),
    post("/lore/entries/{entry_id}/move", theirs(move), "lore_entry_move", Access.MEMBER, menu="lore"),
    post("/lore/entries/{entry_id}/delete", theirs(delete), "lore_entry_delete", Access.MEMBER, menu="lore"),
    get("/lore/entries/{entry_id}/history", theirs(history), "lore_entry_history", Access.MEMBER, menu="lore"),
    post("/lore/entries/{entry_id}/undo", theirs(undo), "lore_entry_undo", Access.MEMBER, menu="lore"),
)
