"""Where a book counts: attached to one's characters and personas here; servers and channels by commands on Discord."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from aiohttp import web

from bot import limits
from bot.errors import InvalidInput, UserError
from bot.ports import Place, Via
from bot.services.characters.tables import characters_table_of
from bot.services.lore.attaching import OVERRIDES, Attached, LoreScope, Target
from bot.services.talk.conversations.seats import Asking
from bot.texts import N_, Say
from web.controls import of_lore
from web.forms import Form, form
from web.pages import Access, at_work, back, desk, get, post, render, row_id, say_for, signed, status_of
from web.routes.lore import book_words
from web.theirs import theirs

NOWHERE = Place(None, 0, 0, Via.INTERACTION)
"""A browser stands in no channel: what only holds somewhere on Discord is arranged there."""


def asking(request: web.Request) -> Asking:
    """Who wants something of a book, from nowhere."""
    return Asking(signed(request).user_id, NOWHERE)


async def show(request: web.Request) -> web.Response:
    """Where it counts, as far as one may know."""
    return await _page(request, Form())


async def attach(request: web.Request) -> web.StreamResponse:
    """Let it count wherever a character of one's own speaks, or one wears a persona."""
    typed, book_id = await form(request), row_id(request, "book_id")
    try:
        typed.only({"to"})
        async with at_work(request) as work:
            done = await desk(request).lore.attachments.attach(work, asking(request), book_id, _target(typed))
    except UserError as error:
        return await _page(request, typed.failed(error), status=status_of(error))
    say = say_for(request)
    told = say("{book} counts for {place} from now on.", book=done.book_name, place=where(done, say))
    return back(request, f"/lore/{book_id}/attached", told)


async def arrange(request: web.Request) -> web.StreamResponse:
    """What it does otherwise there, whether it rests, and its end."""
    typed, attachment_id, book_id = await form(request), row_id(request, "attachment_id"), row_id(request, "book_id")
    attachments, say = desk(request).lore.attachments, say_for(request)
    try:
        async with at_work(request) as work:
            match typed.text("do"):
                case "detach":
                    done = await attachments.detach(work, asking(request), attachment_id)
                    told = say("{book} counts for {place} no more.", book=done.book_name, place=where(done, say))
                case "rest" | "count":
                    is_on = typed.text("do") == "count"
                    done = await attachments.switch(work, asking(request), attachment_id, is_on)
                    told = say("It counts there again.") if is_on else say("It rests there.")
                case _:
                    said = {name: typed.value(_named(name, attachment_id)) for name in OVERRIDES}
                    await attachments.override(work, asking(request), attachment_id, said)
                    told = say("Saved.")
    except InvalidInput as error:
        return await _page(request, Form().failed(error), status=status_of(error))
    return back(request, f"/lore/{book_id}/attached", told)


def _named(name: str, attachment_id: UUID) -> str:
    """A field of one of several forms on the page."""
    return f"{name}-{attachment_id}"


def _target(typed: Form) -> Target:
    kind, _, _ = typed.text("to").partition(":")
    wanted = Form.filled(to=typed.text("to").partition(":")[2]).id("to")
    if kind not in ("character", "persona"):
        raise InvalidInput("no_target", N_("Choose a character or a persona of yours."), field="to")
    return Target.character(wanted) if kind == "character" else Target.persona(wanted)


def where(one: Attached, say: Say) -> str:
    """The place of an attachment, in words."""
    match one.scope:
        case LoreScope.SERVER:
            return say("the server with the id {id}", id=one.guild_id)
        case LoreScope.CHANNEL:
            return say("the channel with the id {id}", id=one.channel_id)
        case LoreScope.CHARACTER:
            return say("the character {name}", name=one.target_name or "…")
        case LoreScope.PERSONA:
            return say("the persona {name}", name=one.target_name or "…")
        case LoreScope.CONVERSATION:
            return say("the conversation {name}", name=one.target_name) if one.target_name else say("one conversation")


async def _page(request: web.Request, shown: Form, *, status: int = 200) -> web.Response:
    me, book_id, house = signed(request), row_id(request, "book_id"), desk(request)
    async with at_work(request) as work:
        book = await house.lore.books.get(work, me.user_id, book_id)
        places = await house.lore.attachments.of_book(work, asking(request), book_id)
        table = await characters_table_of(work, me.user_id, size=int(limits.CHARACTERS_PER_PERSON))
        personas = await house.personas.all(work, me.user_id)
    say = say_for(request)
    taken = {one.character_id or one.persona_id for one in places}
    targets = [
        *((f"character:{one.character.id}", one.character.name) for one in table.rows if one.character.id not in taken),
        *((f"persona:{one.id}", say("the persona {name}", name=one.name)) for one in personas if one.id not in taken),
    ]
    return render(
        request,
        "lore/attached.html",
        status=status,
        form=shown,
        book=book,
        places=[_shown(one, me.user_id == one.attached_by, say) for one in places],
        targets=targets,
        **book_words(book.may),
    )


def _shown(one: Attached, is_mine: bool, say: Say) -> Mapping[str, object]:
    return {
        "id": one.id,
        "where": where(one, say),
        "is_on": one.is_enabled,
        "may_detach": one.may_detach,
        "may_arrange": is_mine,
        "form": Form.filled(**{_named(name, one.id): text for name, text in one.typed().items()}),
        "controls": [replace(of_lore(field, say), name=_named(name, one.id)) for name, field in OVERRIDES.items()],
    }


PAGES = (
    get("/lore/{book_id}/attached", theirs(show), "lore_attached", Access.MEMBER, menu="lore"),
    post("/lore/{book_id}/attached", theirs(attach), "lore_attach", Access.MEMBER, menu="lore"),
    post("/lore/{book_id}/attached/{attachment_id}", theirs(arrange), "lore_arrange", Access.MEMBER, menu="lore"),
)
