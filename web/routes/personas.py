"""Personas: the masks one wears towards characters."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from bot import limits
from bot.errors import UserError
from bot.services.people.forms import EMPTY_PERSONA, GENDER_WORDS, PRONOUN_WORDS, PersonaForm, PersonaForms
from bot.texts import N_, Text
from web.changes import Compared, again, typed_in
from web.forms import VERSION_FIELD, Form, form
from web.pages import Access, Rate, at_work, back, desk, get, post, render, row_id, say_for, signed, status_of
from web.uploads import PICTURE_BODY, PICTURE_TYPES, picture_in, wanted

LABELS: Mapping[str, Text] = {
    "name": N_("Name"),
    "description": N_("Description"),
    "gender": N_("Gender"),
    "age": N_("Age"),
    "pronouns": N_("Pronouns"),
    "custom_pronouns": N_("Pronouns in your own words"),
    "appearance": N_("Appearance"),
    "topics": N_("Topics"),
    "custom_instructions": N_("Wishes"),
}
_PICTURE = "picture"


def _forms(request: web.Request) -> PersonaForms:
    return PersonaForms(desk(request).personas)


async def everything(request: web.Request) -> web.Response:
    """All of one's personas: there are a few dozen at most."""
    async with at_work(request) as work:
        found = await desk(request).personas.all(work, signed(request).user_id)
    return render(request, "personas/list.html", personas=found, most=int(limits.PERSONAS_PER_PERSON))


async def new(request: web.Request) -> web.Response:
    """The form of a persona that is not there yet."""
    return _page(request, Form.filled(**EMPTY_PERSONA))


async def create(request: web.Request) -> web.StreamResponse:
    """Make it."""
    me, typed = signed(request), await form(request)
    try:
        typed.only({*LABELS, _PICTURE})
        picture = await picture_in(request, typed)
        async with at_work(request) as work:
            made = await _forms(request).create(work, me.user_id, typed_in(typed, LABELS), picture=picture)
    except UserError as error:
        return _page(request, typed.failed(error), status=status_of(error))
    told = say_for(request)("{name} is ready. Wear it on Discord with /persona use.", name=made.persona.name)
    return back(request, f"/personas/{made.persona.id}", told)


async def show(request: web.Request) -> web.Response:
    """One persona."""
    found = await _found(request)
    return _page(request, Form.filled(**found.typed, **{VERSION_FIELD: found.mark}), found)


async def save(request: web.Request) -> web.StreamResponse:
    """Keep what was typed."""
    me, typed, persona_id = signed(request), await form(request), row_id(request, "persona_id")
    try:
        typed.only(LABELS)
        async with at_work(request) as work:
            kept = await _forms(request).save(
                work, me.user_id, persona_id, typed_in(typed, LABELS), mark=typed.value(VERSION_FIELD)
            )
    except UserError as error:
        found = await _found(request)
        shown, compared = again(typed, error, LABELS)
        return _page(request, shown, found, compared, status=status_of(error))
    return back(request, f"/personas/{persona_id}", say_for(request)("{name} is saved.", name=kept.persona.name))


async def picture(request: web.Request) -> web.StreamResponse:
    """Give it a face."""
    me, typed, persona_id = signed(request), await form(request), row_id(request, "persona_id")
    found = await _found(request)
    try:
        wanted(typed, _PICTURE)
        ready = await picture_in(request, typed)
        assert ready is not None
        async with at_work(request) as work:
            await desk(request).personas.picture(work, me.user_id, persona_id, ready)
    except UserError as error:
        shown = Form.filled(**found.typed, **{VERSION_FIELD: found.mark}).failed(error)
        return _page(request, shown, found, status=status_of(error))
    return back(request, f"/personas/{persona_id}", say_for(request)("It has a new face."))


async def wear(request: web.Request) -> web.StreamResponse:
    """Wear it wherever nothing else was chosen."""
    async with at_work(request) as work:
        worn = await desk(request).personas.default(work, signed(request).user_id, row_id(request, "persona_id"))
    name = "" if worn is None else worn.name
    told = say_for(request)("You come as {name} wherever you chose nothing else.", name=name)
    return back(request, "/personas", told)


async def unwear(request: web.Request) -> web.StreamResponse:
    """Come as oneself wherever nothing else was chosen."""
    async with at_work(request) as work:
        await desk(request).personas.default(work, signed(request).user_id, None)
    return back(request, "/personas", say_for(request)("You come as yourself wherever you chose nothing else."))


async def delete(request: web.Request) -> web.StreamResponse:
    """Delete it for good."""
    async with at_work(request) as work:
        name = await desk(request).personas.delete(work, signed(request).user_id, row_id(request, "persona_id"))
    told = say_for(request)("{name} is deleted. What you said under that name keeps it.", name=name)
    return back(request, "/personas", told)


async def _found(request: web.Request) -> PersonaForm:
    async with at_work(request) as work:
        return await _forms(request).get(work, signed(request).user_id, row_id(request, "persona_id"))


def _page(
    request: web.Request,
    shown: Form,
    found: PersonaForm | None = None,
    compared: Compared = (),
    *,
    status: int = 200,
) -> web.Response:
    say = say_for(request)
    return render(
        request,
        "personas/edit.html",
        status=status,
        form=shown,
        persona=None if found is None else found.persona,
        compared=compared,
        labels=LABELS,
        genders=tuple((one.value, say(words)) for one, words in GENDER_WORDS.items()),
        pronouns=tuple((one.value, say(words)) for one, words in PRONOUN_WORDS.items()),
        picture_types=PICTURE_TYPES,
    )


PAGES = (
    get("/personas", everything, "personas", Access.MEMBER),
    get("/personas/new", new, "persona_new", Access.MEMBER, menu="personas"),
    post(
        "/personas/new", create, "persona_create", Access.MEMBER, rate=Rate.UPLOAD, body_bytes=PICTURE_BODY,
        menu="personas",
    ),
    post("/personas/none", unwear, "persona_none", Access.MEMBER, menu="personas"),
    get("/personas/{persona_id}", show, "persona", Access.MEMBER, menu="personas"),
    post("/personas/{persona_id}", save, "persona_save", Access.MEMBER, menu="personas"),
    post(
        "/personas/{persona_id}/picture", picture, "persona_picture", Access.MEMBER, rate=Rate.UPLOAD,
        body_bytes=PICTURE_BODY, menu="personas",
    ),
    post("/personas/{persona_id}/wear", wear, "persona_wear", Access.MEMBER, menu="personas"),
    post("/personas/{persona_id}/delete", delete, "persona_delete", Access.MEMBER, menu="personas"),
)  # fmt: skip
