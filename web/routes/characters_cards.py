"""Characters as cards: out in three forms, in as new ones, and beside one's own to bring it up to date."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from bot import limits
from bot.errors import Conflict, InvalidInput, UserError
from bot.services.characters.exporting import CardFormat
from bot.services.characters.importing import BroughtIn, CardRead, Difference
from bot.services.lore.transfer.importing import Choice
from bot.texts import N_, Text
from web.forms import Form, form
from web.pages import (
    Access,
    Rate,
    back,
    desk,
    download,
    get,
    post,
    render,
    row_id,
    say_for,
    signed,
    status_of,
)
from web.routes.characters import filled, found_here, refused
from web.theirs import theirs
from web.uploads import wanted

CARD_BODY = int(limits.CARD_FILE_BYTES_MAX) + (1 << 20)
CARD = "card"

_DIFFERENCES: Mapping[Difference, Text] = {
    Difference.CHANGED: N_("new in the card"),
    Difference.BOTH: N_("new in the card, and changed here"),
    Difference.OURS: N_("changed here only"),
}
_MIME = {CardFormat.PNG: "image/png"}


async def out(request: web.Request) -> web.StreamResponse:
    """The character as a card."""
    asked = request.query.get("as", CardFormat.PNG.value)
    kind = CardFormat(asked) if asked in {one.value for one in CardFormat} else CardFormat.PNG
    made = await desk(request).card_exports.export(signed(request).user_id, row_id(request, "character_id"), kind)
    return download(made.data, made.file_name, _MIME.get(kind, "application/json"))


async def ask(request: web.Request) -> web.Response:
    """The form for a card."""
    return render(request, "characters/import.html", form=Form())


async def take(request: web.Request) -> web.StreamResponse:
    """Make a character of it, and tell what became of the card."""
    me, typed, say = signed(request), await form(request), say_for(request)
    try:
        typed.only({CARD, "name"})
        read = await _read(request, typed, name=typed.optional("name"))
        made = await desk(request).card_imports.create(me.user_id, read, say)
    except UserError as error:
        shown = typed.failed(_had_already(error))
        return render(request, "characters/import.html", status=status_of(error), form=shown)
    return render(request, "characters/imported.html", done=made, is_new=True)


async def compare(request: web.Request) -> web.StreamResponse:
    """Show what differs between a card and one's own character."""
    me, typed, found = signed(request), await form(request), await found_here(request)
    try:
        typed.only({CARD})
        read = await _read(request, typed, otherwise=found.character.name)
        beside = await desk(request).card_imports.compare(me.user_id, found.character.id, read, say_for(request))
    except UserError as error:
        return await refused(request, filled(found), error)
    if beside.waits is None:
        told = say_for(request)(
            "The card says nothing that {name} does not say already. Nothing was changed.", name=found.character.name
        )
        return back(request, f"/characters/{found.character.id}", told, kind="note")
    return render(
        request,
        "characters/compare.html",
        beside=beside,
        differ=[(field, _DIFFERENCES[how]) for field, how in (beside.differ or {}).items()],
        has_book=read.has_book,
    )


async def decide(request: web.Request) -> web.StreamResponse:
    """Do with a card that waits what was chosen."""
    me, typed, say = signed(request), await form(request), say_for(request)
    import_id = row_id(request, "import_id")
    if typed.text("take") == "nothing":
        await desk(request).card_imports.leave(me.user_id, import_id)
        return back(request, "/characters", say("Nothing was changed."), kind="note")
    choice = typed.choice("take", Choice)
    done: BroughtIn = await desk(request).card_imports.choose(me.user_id, import_id, choice, say)
    return render(request, "characters/imported.html", done=done, is_new=False)


async def _read(
    request: web.Request, typed: Form, *, name: str | None = None, otherwise: str | None = None
) -> CardRead:
    sent = wanted(typed, CARD)
    if len(sent.data) > limits.CARD_FILE_BYTES_MAX:
        raise InvalidInput(
            "card_too_large",
            N_("The file is too large: at most {maximum} MB."),
            field=CARD,
            maximum=int(limits.CARD_FILE_BYTES_MAX) // 1_000_000,
        )
    try:
        return await desk(request).card_imports.read(
            sent.data, sent.name, say_for(request), name=name, otherwise=otherwise
        )
    except InvalidInput as error:
        # What is wrong with a file stands beside it, whatever of it is meant.
        raise InvalidInput(error.code, error.message, field=CARD, **error.values) from error


def _had_already(error: UserError) -> UserError:
    """The same refusal, with what can be done about it here."""
    if error.code != "same_name":
        return error
    return Conflict(
        error.code,
        N_(
            "You already have a character called “{name}”. Nothing was made: open that one and compare it with this "
            "card, or give this one another name here."
        ),
        field="name",
        **error.values,
    )


PAGES = (
    get("/characters/import", ask, "character_import", Access.MEMBER, menu="characters"),
    post(
        "/characters/import", take, "character_import_take", Access.MEMBER, rate=Rate.UPLOAD, body_bytes=CARD_BODY,
        menu="characters",
    ),
    post("/characters/import/{import_id}", decide, "character_card_decide", Access.MEMBER, menu="characters"),
    get(
        "/characters/{character_id}/card", theirs(out), "character_card", Access.MEMBER, rate=Rate.LIST_FILE,
        menu="characters",
    ),
    post(
        "/characters/{character_id}/card", theirs(compare), "character_card_compare", Access.MEMBER, rate=Rate.UPLOAD,
        body_bytes=CARD_BODY, menu="characters",
    ),
)  # fmt: skip
