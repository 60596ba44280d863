"""A creator's own pages: the profile and everything on it, verification, statistics, follows."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence

from aiohttp import web

from bot import limits
from bot.errors import InvalidInput, UserError
from bot.services.characters.gallery import GallerySort
from bot.services.characters.pictures import Shape
from bot.services.editing import mark_of
from bot.services.people.creators import OwnProfile
from bot.services.people.creators.drafts import COMMISSIONS, EXPERIENCES, KINDS, VISIBILITIES
from bot.services.people.creators.forms import LABELS, draft_of_typed, typed_of
from bot.services.people.creators.languages import LANGUAGES
from bot.services.people.creators.links import SITES
from bot.services.people.creators.statistics import Span, StatisticsPage
from bot.services.people.creators.verification import Asked
from bot.services.people.creators.verification import RequestState as State
from bot.texts import N_, Text
from web.changes import Compared, again, typed_in
from web.csv import csv_file
from web.forms import VERSION_FIELD, Form, form
from web.lists import Cursor
from web.markdown import html_of, plain_of
from web.pages import Access, Rate, at_work, back, desk, get, post, render, row_id, say_for, signed, status_of
from web.plots import Plot, PlotKind, draw
from web.routes.creators import Mark, next_cursor

_UPLOAD_BYTES = int(limits.PICTURE_BYTES_MAX) + (1 << 20)
_ASKED: Mapping[State, Text] = {
    State.OPEN: N_("Your request waits for an answer."),
    State.GRANTED: N_("Your request was granted."),
    State.DECLINED: N_("Your request was declined."),
    State.WITHDRAWN: N_("You took your request back."),
}
_SPANS: Mapping[Span, Text] = {
    Span.WEEK: N_("A week"),
    Span.MONTH: N_("A month"),
    Span.QUARTER: N_("Three months"),
    Span.YEAR: N_("A year"),
}


# ---------------------------------------------------------------------------------------------------- the profile


async def studio(request: web.Request) -> web.Response:
    """The profile, as a form; empty for who has none."""
    mine, asked = await _mine(request)
    if mine is None:
        return await _studio(
            request, Form.filled(display_name=signed(request).name[:32], visibility="public"), mine, asked
        )
    typed = typed_of(mine.draft)
    return await _studio(request, Form.filled(**typed, **{VERSION_FIELD: mark_of(typed)}), mine, asked)


async def save(request: web.Request) -> web.StreamResponse:
    """Keep the profile."""
    me, typed, say = signed(request), await form(request), say_for(request)
    try:
        typed.only(LABELS)
        draft = draft_of_typed(typed_in(typed, LABELS))
        async with at_work(request) as work:
            kept = await desk(request).creators.save(work, me.user_id, draft, mark=typed.value(VERSION_FIELD) or None)
    except UserError as error:
        shown, compared = again(typed, error, LABELS)
        mine, asked = await _mine(request)
        return await _studio(request, shown, mine, asked, compared, status=status_of(error))
    return back(request, "/creator", say("Saved. Your page is at {path}.", path=kept.page.card.path))


async def picture(request: web.Request) -> web.StreamResponse:
    """Another picture, or another head of the page; or none."""
    me, typed, say = signed(request), await form(request), say_for(request)
    creators = desk(request).creators
    try:
        typed.only({"which", "picture", "remove"})
        shape = Shape.BANNER if typed.text("which") == "banner" else Shape.FACE
        if typed.ticked("remove"):
            async with at_work(request) as work:
                await creators.unwear(work, me.user_id, is_banner=shape is Shape.BANNER)
            return back(request, "/creator", say("The picture is taken off."))
        file = typed.file("picture")
        if file is None or not file.data:
            raise InvalidInput("picture_missing", N_("Choose a PNG, JPEG, WebP or GIF file first."), field="picture")
        prepared = await creators.pictures.prepare(file.data, shape)
        async with at_work(request) as work:
            await creators.wear(work, me.user_id, prepared)
    except UserError as error:
        return back(request, "/creator", say.error(error), kind="trouble")
    return back(request, "/creator", say("Your page wears it now."))


async def feature(request: web.Request) -> web.StreamResponse:
    """Which characters stand first."""
    me, typed, say = signed(request), await form(request), say_for(request)
    try:
        typed.only({"featured"})
        async with at_work(request) as work:
            await desk(request).creators.feature(work, me.user_id, typed.ids("featured"))
    except UserError as error:
        return back(request, "/creator", say.error(error), kind="trouble")
    return back(request, "/creator", say("Saved. These characters stand first on your page."))


async def remove(request: web.Request) -> web.StreamResponse:
    """The page goes."""
    async with at_work(request) as work:
        await desk(request).creators.remove(work, signed(request).user_id)
    say = say_for(request)
    return back(request, "/creator", say("Your creator page is gone, and its followers with it. Your characters stay."))


async def verification(request: web.Request) -> web.StreamResponse:
    """Ask to be verified, or take that back."""
    me, typed, say = signed(request), await form(request), say_for(request)
    try:
        typed.only({"words", "withdraw"})
        async with at_work(request) as work:
            if typed.ticked("withdraw"):
                await desk(request).creating.verifications.withdraw(work, me.user_id)
                return back(request, "/creator", say("Taken back."))
            await desk(request).creating.verifications.ask(work, me.user_id, typed.text("words"))
    except UserError as error:
        return back(request, "/creator", say.error(error), kind="trouble")
    return back(request, "/creator", say("Asked. You find the answer here."))


async def _mine(request: web.Request) -> tuple[OwnProfile | None, Asked | None]:
    me = signed(request)
    async with at_work(request) as work:
        mine = await desk(request).creators.mine(work, me.user_id)
        return mine, None if mine is None else await desk(request).creating.verifications.last(work, me.user_id)


async def _studio(
    request: web.Request,
    shown: Form,
    mine: OwnProfile | None,
    asked: Asked | None,
    compared: Compared = (),
    *,
    status: int = 200,
) -> web.Response:
    say = say_for(request)
    published: Sequence[object] = ()
    if mine is not None:
        async with at_work(request) as work:
            gallery = desk(request).creators.gallery
            own = await gallery.page(
                work, owner_id=signed(request).user_id, sort=GallerySort.NEWEST, most=int(limits.CHARACTERS_PER_PERSON)
            )
        published = [entry.character for entry in own.entries]

    def listed(choices: Mapping[object, Text]) -> list[tuple[str, str]]:
        return [(str(getattr(one, "value", one)), say(label)) for one, label in choices.items()]

    return render(
        request,
        "creator_studio.html",
        status=status,
        form=shown,
        compared=compared,
        mine=mine,
        asked=asked,
        asked_words=_ASKED,
        published=published,
        labels=LABELS,
        sites=[site.value for site in SITES],
        kinds=listed(KINDS),  # pyright: ignore[reportArgumentType]
        experiences=listed(EXPERIENCES),  # pyright: ignore[reportArgumentType]
        commissions=listed(COMMISSIONS),  # pyright: ignore[reportArgumentType]
        visibilities=listed(VISIBILITIES),  # pyright: ignore[reportArgumentType]
        language_names=list(LANGUAGES.values()),
        bio=html_of(mine.page.card.bio) if mine is not None else "",
        most=limits,
    )


# ---------------------------------------------------------------------------------------------------- numbers


async def statistics(request: web.Request) -> web.Response:
    """What others do with one's characters."""
    span = _span(request)
    async with at_work(request) as work:
        page = await desk(request).creating.statistics.page(work, signed(request).user_id, span)
    say = say_for(request)
    days = [one.day.isoformat() for one in page.days]
    people = await draw(
        request,
        PlotKind.LINES,
        say("People and conversations"),
        say("Day"),
        days,
        {
            say("People"): [one.people for one in page.days],
            say("Conversations"): [one.conversations for one in page.days],
        },
    )
    said = await draw(
        request,
        PlotKind.BARS,
        say("Messages"),
        say("Day"),
        days,
        {say("Messages"): [one.messages for one in page.days]},
    )
    tokens = await draw(
        request, PlotKind.BARS, say("Tokens"), say("Day"), days, {say("Tokens"): [one.tokens for one in page.days]}
    )
    followers = await draw(
        request, PlotKind.BARS, say("New followers"), say("Day"), days,
        {say("New followers"): [one.followers for one in page.days]},
    )  # fmt: skip
    return render(
        request,
        "creator_statistics.html",
        page=page,
        span=span,
        spans=_SPANS,
        plots=[plot for plot in (people, said, tokens, followers) if _says(plot)],
        least=int(limits.PEOPLE_TOLD_MIN),
    )


def _says(plot: Plot) -> bool:
    """Whether there is anything to see: a plot of nothing only takes room."""
    return any(value for row in plot.rows for value in row[1:])


async def statistics_file(request: web.Request) -> web.StreamResponse:
    """The same as a file."""
    async with at_work(request) as work:
        page = await desk(request).creating.statistics.page(work, signed(request).user_id, _span(request))
    return await csv_file(
        request,
        "creator-statistics",
        (
            "kind",
            "name",
            "people",
            "conversations",
            "messages",
            "tokens",
            "new followers",
            "likes",
            "favorites",
            "stars",
        ),
        _rows(page),
    )


async def _rows(page: StatisticsPage) -> AsyncIterator[Sequence[object]]:
    for one in page.days:
        yield "day", one.day.isoformat(), one.people, one.conversations, one.messages, one.tokens, one.followers
    for each in page.characters:
        numbers = (each.people, each.conversations, each.messages, each.tokens)
        yield "character", each.name, *numbers, None, each.likes, each.favorites, each.stars


def _span(request: web.Request) -> Span:
    try:
        return Span(int(request.query.get("days", "")[:4]))
    except ValueError:
        return Span.MONTH


# ---------------------------------------------------------------------------------------------------- follows


async def following(request: web.Request) -> web.Response:
    """Whom one follows."""
    async with at_work(request) as work:
        listed = await desk(request).follows.followed(work, signed(request).user_id, after=_after(request))
    return render(request, "creator_following.html", listed=listed, next_page=next_cursor(listed.next), plain=plain_of)


async def followers(request: web.Request) -> web.Response:
    """Who follows one's page."""
    async with at_work(request) as work:
        listed = await desk(request).follows.followers(work, signed(request).user_id, after=_after(request))
    return render(request, "creator_followers.html", listed=listed, next_page=next_cursor(listed.next))


async def unfollow(request: web.Request) -> web.StreamResponse:
    """Follow a page no more, also one that is not there any more."""
    async with at_work(request) as work:
        ended = await desk(request).follows.unfollow(work, signed(request).user_id, row_id(request, "creator_id"))
    return back(request, "/creator/following", say_for(request)("You follow them no more.") if ended else "")


def _after(request: web.Request) -> Mark | None:
    cursor = Cursor.read(request.query.get("after", ""))
    return None if cursor is None else Mark(cursor.value or "", cursor.id)


_MENU = "creator_studio"
PAGES = (
    get("/creator", studio, "creator_studio", Access.MEMBER),
    post("/creator", save, "creator_save", Access.MEMBER, menu=_MENU),
    post(
        "/creator/picture", picture, "creator_picture", Access.MEMBER, rate=Rate.UPLOAD, body_bytes=_UPLOAD_BYTES,
        menu=_MENU,
    ),
    post("/creator/featured", feature, "creator_feature", Access.MEMBER, menu=_MENU),
    post("/creator/remove", remove, "creator_remove", Access.MEMBER, menu=_MENU),
    post("/creator/verification", verification, "creator_verification", Access.MEMBER, menu=_MENU),
    get("/creator/statistics", statistics, "creator_statistics", Access.MEMBER, menu=_MENU),
    get(
        "/creator/statistics.csv", statistics_file, "creator_statistics_csv", Access.MEMBER, rate=Rate.LIST_FILE,
        menu=_MENU,
    ),
    get("/creator/following", following, "creator_following", Access.MEMBER, menu=_MENU),
    get("/creator/followers", followers, "creator_followers", Access.MEMBER, menu=_MENU),
    post("/creator/following/{creator_id}/end", unfollow, "creator_unfollow", Access.MEMBER, menu=_MENU),
)  # fmt: skip
