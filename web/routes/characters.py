"""One's characters as a list, and the editor of one with what the prompt becomes while it is typed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from aiohttp import web

from bot import limits
from bot.errors import UserError
from bot.services.characters.previewing import Preview, models_for, preview, sheet_of, snapshot_of
from bot.services.characters.tables import CharacterSort, CharacterTable, Visibility, characters_table_of
from bot.services.characters.voices import key_of
from bot.services.characters.whole import EMPTY, FIELDS, GROUPS, Whole
from bot.services.desk import Work
from bot.services.lore.replies.trying import asker_for
from bot.texts import N_, Say, Text
from web.changes import Compared, again, typed_in
from web.controls import Control, labels, of_character
from web.csv import csv_file
from web.forms import VERSION_FIELD, Form, form
from web.lists import Asked, Choice, Cursor, Filter, Shelf, Sort
from web.pages import Access, Rate, at_work, back, desk, get, post, render, row_id, say_for, signed, status_of
from web.theirs import theirs
from web.uploads import PICTURE_TYPES

LABELS: Mapping[str, Text] = labels(FIELDS.values())
SAID = "said"
"""The field of the preview: what somebody says to the character."""
FRAGMENT = "X-Fragment"
"""The header with which our script asks for the preview alone."""
EDITOR_BODY = 2 << 20
"""All texts of a character at their longest, as a form sends them."""

_SAID_MOST = 1000

SHELF = Shelf(
    sorts=(
        Sort(CharacterSort.NAME.value, N_("Name")),
        Sort(CharacterSort.CHANGED.value, N_("Last changed"), falling=True),
        Sort(CharacterSort.MADE.value, N_("Made"), falling=True),
    ),
    filters=(
        Filter(
            "visibility",
            N_("Seen by"),
            (
                Choice(Visibility.PRIVATE.value, N_("Only you")),
                Choice(Visibility.SHARED.value, N_("Those you share it with")),
                Choice(Visibility.PUBLIC.value, N_("Everybody")),
            ),
        ),
    ),
    csv="characters_file",
)


# ---------------------------------------------------------------------------------------------------- the list


async def everything(request: web.Request) -> web.Response:
    """One's own characters, and those one can have back."""
    me, asked = signed(request), SHELF.asked(request, limit=int(limits.TABLE_PAGE))
    async with at_work(request) as work:
        found = await _table(work, me.user_id, asked)
        gone = await desk(request).characters.deleted(work, me.user_id)
        resting = await desk(request).limits.resting(work, [one.character.id for one in found.rows])
    listing = SHELF.page(asked, found.rows, Cursor(*found.next) if found.next else None)
    return render(request, "characters/list.html", listing=listing, gone=gone, resting=resting)


async def as_file(request: web.Request) -> web.StreamResponse:
    """The same list as a CSV file."""
    say = say_for(request)
    columns = (
        say("Name"), say("Nickname"), say("Description"), say("Tags"), say("Seen by"), say("Likes"), say("Made"),
        say("Last changed"),
    )  # fmt: skip
    return await csv_file(request, "characters", columns, _lines(request))


async def _lines(request: web.Request) -> AsyncIterator[Sequence[object]]:
    asked = replace(SHELF.asked(request, limit=int(limits.TABLE_PAGE)), after=None)
    while True:
        async with at_work(request) as work:
            found = await _table(work, signed(request).user_id, asked)
        for one in found.rows:
            character = one.character
            yield (
                character.name, character.nickname, character.description, ", ".join(character.tags),
                one.visibility.value, one.likes, one.created_at, one.updated_at,
            )  # fmt: skip
        if found.next is None:
            return
        asked = replace(asked, after=Cursor(*found.next))


async def _table(work: Work, user_id: UUID, asked: Asked) -> CharacterTable:
    after = asked.after
    visibility = asked.filters.get("visibility")
    return await characters_table_of(
        work,
        user_id,
        text=asked.search,
        visibility=None if visibility is None else Visibility(visibility),
        sort=CharacterSort(asked.sort),
        is_down=asked.falling,
        after=None if after is None or after.value is None else (after.value, after.id),
        size=asked.limit,
    )


# ---------------------------------------------------------------------------------------------------- the editor


async def new(request: web.Request) -> web.Response:
    """The form of a character that is not there yet."""
    return await _page(request, Form.filled(**EMPTY))


async def create(request: web.Request) -> web.StreamResponse:
    """Make it."""
    me, typed = signed(request), await form(request)
    try:
        typed.only({*LABELS, SAID})
        async with at_work(request) as work:
            made = await desk(request).whole.create(work, me.user_id, typed_in(typed, LABELS))
    except UserError as error:
        return await _page(request, typed.failed(error), status=status_of(error))
    told = say_for(request)("{name} is ready. Only you can summon it: /character summon.", name=made.character.name)
    return back(request, f"/characters/{made.character.id}", told)


async def show(request: web.Request) -> web.Response:
    """The editor as the character stands."""
    found = await found_here(request)
    return await _page(request, filled(found), found)


async def save(request: web.Request) -> web.StreamResponse:
    """Keep what was changed."""
    me, typed, character_id = signed(request), await form(request), row_id(request, "character_id")
    try:
        typed.only({*LABELS, SAID})
        async with at_work(request) as work:
            kept = await desk(request).whole.save(
                work, me.user_id, character_id, typed_in(typed, LABELS), mark=typed.value(VERSION_FIELD)
            )
    except UserError as error:
        return await refused(request, typed, error)
    told = say_for(request)("{name} is changed, here and now.", name=kept.character.name)
    return back(request, f"/characters/{character_id}", told)


async def look(request: web.Request) -> web.Response:
    """What the prompt becomes of what is typed, for a character that is there: alone for our script, else the page."""
    return await _looked(request, await found_here(request))


async def look_new(request: web.Request) -> web.Response:
    """The same for one that is not there yet."""
    return await _looked(request, None)


async def _looked(request: web.Request, found: Whole | None) -> web.Response:
    typed = await form(request)
    if FRAGMENT in request.headers:
        shown = await _preview(request, typed, None if found is None else found.character.id)
        return render(request, "characters/preview.html", preview=shown)
    return await _page(request, typed, found)


# ---------------------------------------------------------------------------------------------------- within


async def found_here(request: web.Request) -> Whole:
    """The character of the address, for who may change it. Raises `NotFound`; who may not is told the same."""
    async with at_work(request) as work:
        return await opened(request, work, row_id(request, "character_id"))


async def opened(request: web.Request, work: Work, character_id: UUID) -> Whole:
    """A character for who may change it, in an open work."""
    return await desk(request).whole.get(work, signed(request).user_id, character_id)


def filled(found: Whole) -> Form:
    """The form as a character stands."""
    return Form.filled(**found.typed, **{VERSION_FIELD: found.mark})


async def refused(request: web.Request, typed: Form, error: UserError) -> web.Response:
    """The editor again, with what was typed and what stands in the way."""
    found = await found_here(request)
    shown, compared = again(typed, error, LABELS)
    return await _page(request, shown, found, compared, status=status_of(error))


async def _page(
    request: web.Request, shown: Form, found: Whole | None = None, compared: Compared = (), *, status: int = 200
) -> web.Response:
    character = None if found is None else found.character
    is_mine = character is None or character.owner_id == signed(request).user_id
    waits = None
    if character is not None and is_mine and not character.is_public:
        async with at_work(request) as work:
            waits = await desk(request).oversight.publications.of_character(work, character.id)
    return render(
        request,
        "characters/edit.html",
        status=status,
        form=shown,
        character=character,
        is_mine=is_mine,
        waits=waits,
        compared=compared,
        groups=_controls(request, shown.value("model")),
        preview=await _preview(request, shown, None if character is None else character.id),
        said_most=_SAID_MOST,
        picture_types=PICTURE_TYPES,
    )


def _controls(request: web.Request, model: str) -> list[tuple[str, str, list[Control]]]:
    """The controls of the form, by group: its name, its heading, what stands in it."""
    say = say_for(request)
    made = {name: of_character(one, say) for name, one in FIELDS.items()}
    made["model"] = replace(made["model"], choices=_models(request, model, say), none=say("the house's own choice"))
    return [
        (group.value, say(title), [made[name] for name, one in FIELDS.items() if one.group is group])
        for group, title in GROUPS.items()
    ]


def _models(request: web.Request, chosen: str, say: Say) -> tuple[tuple[str, str], ...]:
    offered = {key_of(one): f"{one.model} ({one.provider})" for one in desk(request).characters.offers()}
    if chosen and chosen not in offered:
        offered[chosen] = say("{model} (not offered any more)", model=chosen)
    return tuple(offered.items())


async def _preview(request: web.Request, typed: Form, character_id: UUID | None) -> Preview:
    me, say, house = signed(request), say_for(request), desk(request)
    raw = typed_in(typed, LABELS)
    models = models_for(raw, house.models)
    async with at_work(request) as work:
        asker = await asker_for(work, me.user_id)
    snapshot = snapshot_of(
        sheet_of(raw, nameless=say("Your character")),
        asker=asker,
        said=typed.text(SAID)[:_SAID_MOST] or say("Hello! Who are you?"),
        model=models.model,
        now=house.clock.now(),
        language=asker.language or say.language,
    )
    lore = await house.lore.trials.beside(me.user_id, character_id, snapshot, models)
    return await preview(replace(snapshot, lore=lore), models, raw["other_greetings"])


PAGES = (
    get("/characters", everything, "characters", Access.MEMBER),
    get("/characters.csv", as_file, "characters_file", Access.MEMBER, rate=Rate.LIST_FILE, menu="characters"),
    get("/characters/new", new, "character_new", Access.MEMBER, menu="characters"),
    post("/characters/new", create, "character_create", Access.MEMBER, body_bytes=EDITOR_BODY, menu="characters"),
    post(
        "/characters/new/preview", look_new, "character_new_preview", Access.MEMBER, rate=Rate.READ,
        body_bytes=EDITOR_BODY, menu="characters",
    ),
    get("/characters/{character_id}", theirs(show), "character", Access.MEMBER, menu="characters"),
    post(
        "/characters/{character_id}", theirs(save), "character_save", Access.MEMBER, body_bytes=EDITOR_BODY,
        menu="characters",
    ),
    post(
        "/characters/{character_id}/preview", theirs(look), "character_preview", Access.MEMBER, rate=Rate.READ,
        body_bytes=EDITOR_BODY, menu="characters",
    ),
)  # fmt: skip
