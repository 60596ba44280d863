"""Creators: the public face of whoever makes characters. Follows, verification and statistics have their own modules.

Each method works in the name of who asks: `work` is theirs, or a visitor's. What they may not see is not there for
them, and a page at an old address is found at its new one (`Moved`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from bot import limits
from bot.clock import Clock, SystemClock
from bot.errors import Conflict, InvalidInput, LimitReached, NotFound
from bot.services.characters.details import tag_of
from bot.services.characters.gallery import TAGS_SECONDS, Gallery, GalleryPage, GallerySort, Looked, is_number
from bot.services.characters.names import skeleton
from bot.services.characters.pictures import MIME, Picture, Pictures, Shape
from bot.services.characters.searching import asked_for, tsquery
from bot.services.editing import refuse_changed
from bot.services.money.limits_of import Limits
from bot.services.oversight.audit import record
from bot.services.people.creators.drafts import CheckedCreator, CreatorDraft, check_creator, chosen_characters
from bot.services.people.creators.forms import typed_of
from bot.services.people.creators.portfolios import Portfolios
from bot.services.people.creators.shown import (
    CreatorCard,
    CreatorKind,
    CreatorPage,
    OwnProfile,
    card_of,
    draft_of,
    page_of,
)
from bot.services.people.creators.usernames import is_username, taken
from bot.texts import N_
from db import functions_creators as functions
from db.functions_creators import CreatorsAsked, Figures, Mark
from db.models import Creator as CreatorModel
from db.models import CreatorLinks, OtherLink
from db.queries import characters as media
from db.queries import creators as queries
from db.queries.creators import CreatorRow
from db.work import Work

JOB = "creators"
"""The job that comes round once a day."""

__all__ = [
    "JOB", "CreatorCard", "CreatorDraft", "CreatorList", "CreatorPage", "CreatorSearch", "CreatorSort", "Creators",
    "Mark", "Moved", "OwnProfile", "no_creator",
]  # fmt: skip


class Moved(NotFound):
    """The creator is called otherwise now."""

    def __init__(self, username: str) -> None:
        super().__init__("creator_moved", N_("This creator is called {username} now."), username=username)
        self.username = username


class CreatorSort(StrEnum):
    """In which order the directory shows creators."""

    FOLLOWERS = "followers"
    NEWEST = "newest"
    ACTIVE = "active"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class CreatorSearch:
    """What is looked for in the directory. `is_open`: for commissions or collaboration; `is_vouched`: verified."""

    words: str = ""
    tag: str = ""
    kind: CreatorKind | None = None
    language: str = ""
    is_open: bool = False
    is_vouched: bool = False
    sort: CreatorSort = CreatorSort.FOLLOWERS


@dataclass(frozen=True, slots=True)
class CreatorList:
    """One screen of creators. `next` is where it goes on, None at the end; `total` counts all that fit."""

    cards: tuple[CreatorCard, ...]
    total: int
    next: Mark | None


class Creators:
    """Profiles, pages and the directory."""

    def __init__(
        self,
        pictures: Pictures,
        gallery: Gallery | None = None,
        clock: Clock | None = None,
        *,
        plan_limits: Limits | None = None,
    ) -> None:
        self.pictures = pictures
        self.gallery = gallery or Gallery(clock)
        self._clock = clock or SystemClock()
        self._plan_limits = plan_limits or Limits()
        self._portfolios = Portfolios(self._clock)
        self._tags: tuple[float, int, tuple[str, ...]] | None = None

    # ------------------------------------------------------------------------------------------------ one's own

    def check(self, draft: CreatorDraft) -> CheckedCreator:
        """The draft cleaned. Raises `InvalidInput` naming field and limit. Touches nothing."""
        return check_creator(draft)

    async def mine(self, work: Work, user_id: UUID) -> OwnProfile | None:
        """A person's own profile, None where they have none yet."""
        row = await queries.of_user(work.session, user_id)
        if row is None or row.creator.user_id != user_id:
            return None
        page = await self._page(work, row, user_id)
        return OwnProfile(page, draft_of(row.creator), tuple(row.creator.featured_characters))

    async def save(self, work: Work, user_id: UUID, draft: CreatorDraft, *, mark: str | None = None) -> OwnProfile:
        """A profile as the form says, made where there is none. Raises `InvalidInput`, `LimitReached`, or
        `ChangedMeanwhile` where it is not what the form showed any more (`mark`: `editing.mark_of(typed_of(…))`).

        Another username keeps the old address for a while: it leads here, and nobody else can take it.
        """
        checked = check_creator(draft)
        row = await queries.owned(work.session, user_id)
        looks = skeleton(checked.username)
        if row is None:
            row = CreatorModel(user_id=user_id, username=checked.username, username_looks=looks, bio="")
            await self._refuse_taken(work, checked.username, looks)
            work.session.add(row)
        else:
            refuse_changed(typed_of(draft_of(row)), mark)
        if row.username != checked.username:
            await self._rename(work, row, checked.username, looks)
        _write(row, checked)
        row.last_active_at = self._clock.now()
        try:
            await work.session.flush()
        except IntegrityError as error:
            # Two forms sent at once both passed the check above.
            raise taken(checked.username) from error
        await queries.forget_former(work.session, checked.username)
        found = await self.mine(work, user_id)
        assert found is not None
        return found

    async def feature(self, work: Work, user_id: UUID, ids: Sequence[UUID]) -> None:
        """Which of their own public characters stand first on their page. Raises `NotFound` or `InvalidInput`."""
        wanted = list(dict.fromkeys(ids))
        chosen_characters(wanted)
        row = await self._own(work, user_id)
        mine = {entry.character.id for entry in await self.gallery.some(work, wanted) if entry.is_own}
        if set(wanted) - mine:
            raise InvalidInput(
                "featured_not_public",
                N_("Only published characters of your own can stand first. Nothing was changed."),
                field="featured",
            )
        row.featured_characters = wanted
        await work.session.flush()

    async def wear(self, work: Work, user_id: UUID, picture: Picture) -> None:
        """Another (prepared) picture of theirs or, where it is a banner, of their page's head.

        Raises `Conflict` or `LimitReached`.
        """
        row = await self._own(work, user_id)
        if picture.size_bytes:
            await self._plan_limits.upload(work, user_id, picture.size_bytes)
        await self.pictures.keep(picture)
        kept = await media.keep_media(
            work.session,
            user_id,
            picture.sha256,
            mime=MIME,
            size=len(picture.png),
            side=picture.side,
            height=picture.side // picture.shape.value,
        )
        if picture.shape is Shape.BANNER:
            row.banner_id = kept
        else:
            row.avatar_id = kept
        await work.session.flush()

    async def unwear(self, work: Work, user_id: UUID, *, is_banner: bool = False) -> None:
        """No picture any more. Raises `Conflict`."""
        row = await self._own(work, user_id)
        if is_banner:
            row.banner_id = None
        else:
            row.avatar_id = None
        await work.session.flush()

    async def remove(self, work: Work, user_id: UUID) -> None:
        """The page goes, with who follows it; characters stay as they are. Raises `NotFound`."""
        if not await queries.remove(work.session, user_id):
            raise no_profile()

    # ------------------------------------------------------------------------------------------------ looked at

    async def page(self, work: Work, viewer_id: UUID | None, username: str) -> CreatorPage:
        """A creator's page. Raises `NotFound`, or `Moved`."""
        return await self._page(work, await self._found(work, username), viewer_id)

    async def named(self, work: Work, viewer_id: UUID | None, typed: str) -> CreatorPage:
        """The creator meant by an option: an id of a suggestion, a username (with or without @). As `page`."""
        try:
            row = await queries.by_id(work.session, UUID(typed))
        except ValueError:
            return await self.page(work, viewer_id, typed.strip().removeprefix("@").lower())
        if row is None:
            raise no_creator()
        return await self._page(work, row, viewer_id)

    async def work_of(
        self, work: Work, page: CreatorPage, *, after: Mark | None = None, sort: GallerySort = GallerySort.NEWEST
    ) -> GalleryPage:
        """A creator's published characters, a screen at a time."""
        return await self.gallery.page(
            work, owner_id=page.card.user_id, sort=sort, after=after, most=int(limits.WEB_LIST_PAGE)
        )

    async def character(
        self, work: Work, viewer_id: UUID | None, username: str, slug: str
    ) -> tuple[CreatorPage, Looked]:
        """A character at `/<username>/<slug>`, and whose it is. Raises `NotFound`, or `Moved`."""
        row = await self._found(work, username)
        found = await self.gallery.of_slug(work, row.creator.user_id, slug.lower(), viewer_id)
        if found is None:
            raise no_creator()
        return await self._page(work, row, viewer_id, is_short=True), found

    async def found(
        self, work: Work, search: CreatorSearch, *, after: Mark | None = None, most: int = int(limits.WEB_LIST_PAGE)
    ) -> CreatorList:
        """One screen of the directory. A mark that is none begins anew."""
        beginnings = asked_for(search.words)
        if search.words.strip() and not beginnings:
            return CreatorList((), 0, None)
        asked = CreatorsAsked(
            words=tsquery(beginnings),
            tag=tag_of(search.tag),
            kind=search.kind.value if search.kind else "",
            language=search.language,
            is_open=search.is_open,
            is_vouched=search.is_vouched,
            sort=search.sort.value,
        )
        is_mark = after is not None and (search.sort is CreatorSort.NAME or is_number(after.value))
        rows = await functions.creators_found(work.session, asked, after if is_mark else None, most + 1)
        more = len(rows.ids) > most
        cards = await self.cards(work, await queries.by_ids(work.session, rows.ids[:most]))
        return CreatorList(cards, rows.total, rows.marks[most - 1] if more else None)

    async def featured(self, work: Work, most: int = 6) -> tuple[CreatorCard, ...]:
        """Whom the house features."""
        return await self.cards(work, await queries.featured(work.session, most))

    async def some(self, work: Work, ids: Sequence[UUID]) -> tuple[CreatorCard, ...]:
        """Those of these creators who looks may see, in the order of the ids."""
        return await self.cards(work, await queries.by_ids(work.session, ids))

    async def of_people(self, work: Work, user_ids: Sequence[UUID]) -> dict[UUID, CreatorCard]:
        """The public pages of these people, by person."""
        return {one: card_of(row) for one, row in (await queries.of_users(work.session, user_ids)).items()}

    async def tags(self, work: Work, beginning: str = "", most: int = 20) -> tuple[str, ...]:
        """Tags of public pages that begin like this, the most used first; those of all are remembered a while."""
        asked, now = tag_of(beginning), self._clock.monotonic()
        if not asked and self._tags is not None and now - self._tags[0] < TAGS_SECONDS and most <= self._tags[1]:
            return self._tags[2][:most]
        found = tuple(await functions.creator_tags(work.session, asked, most))
        if not asked:
            self._tags = now, most, found
        return found

    async def suggestions(self, work: Work, typed: str) -> tuple[CreatorCard, ...]:
        """Creators offered while somebody types."""
        search = CreatorSearch(words=typed.removeprefix("@"))
        return (await self.found(work, search, most=int(limits.CHOICES_MAX))).cards

    async def cards(self, work: Work, rows: Sequence[CreatorRow]) -> tuple[CreatorCard, ...]:
        """Rows as lists show them, with their numbers."""
        numbers = await functions.figures(work.session, [row.creator.id for row in rows]) if rows else {}
        return tuple(card_of(row, numbers.get(row.creator.id, Figures())) for row in rows)

    async def tidy(self, work: Work) -> int:
        """Note who was active lately, and let former usernames go. `work` is a job's."""
        return await functions.tidy(work.session)

    # ------------------------------------------------------------------------------------------------ within

    async def _found(self, work: Work, username: str) -> CreatorRow:
        name = username.lower()
        if not is_username(name):
            raise no_creator()
        row = await queries.by_username(work.session, name)
        if row is not None:
            return row
        now = await queries.former(work.session, name)
        raise no_creator() if now is None else Moved(now)

    async def _page(
        self, work: Work, row: CreatorRow, viewer_id: UUID | None, *, is_short: bool = False
    ) -> CreatorPage:
        one = row.creator
        numbers = await functions.figures(work.session, [one.id])
        follows = viewer_id is not None and one.id in await queries.follows(work.session, viewer_id, [one.id])
        if is_short:
            return page_of(row, viewer_id, figures=numbers.get(one.id), is_followed=follows)
        return page_of(
            row,
            viewer_id,
            figures=numbers.get(one.id),
            portfolio=await self._portfolios.of(work, one.id, is_own=one.user_id == viewer_id),
            first=[
                entry
                for entry in await self.gallery.some(work, one.featured_characters)
                if entry.character.owner_id == one.user_id
            ],
            is_followed=follows,
        )

    async def _own(self, work: Work, user_id: UUID) -> CreatorModel:
        row = await queries.owned(work.session, user_id)
        if row is None:
            raise no_profile()
        return row

    async def _rename(self, work: Work, row: CreatorModel, username: str, looks: str) -> None:
        now = self._clock.now()
        changed = row.username_changed_at
        # What it was called before may be had back at any time.
        if changed is not None and await queries.former(work.session, username) != row.username:
            self._refuse_soon(changed, now)
        await self._refuse_taken(work, username, looks)
        await queries.keep_former(work.session, row, timedelta(days=int(limits.USERNAME_KEPT_DAYS)))
        await record(
            work, "creator.renamed", "creator", row.id, of=row.user_id, details={"username": [row.username, username]}
        )
        row.username, row.username_looks, row.username_changed_at = username, looks, now

    def _refuse_soon(self, changed: datetime, now: datetime) -> None:
        free = changed + timedelta(days=int(limits.USERNAME_WAIT_DAYS))
        if now < free:
            raise LimitReached(
                "username_changed_lately",
                N_("Username: it can be changed again on {day}, {days} days after the last time. Nothing was saved."),
                field="username",
                day=free.date().isoformat(),
                days=int(limits.USERNAME_WAIT_DAYS),
            )

    async def _refuse_taken(self, work: Work, username: str, looks: str) -> None:
        if await queries.is_taken(work.session, username, looks):
            raise taken(username)


def no_creator() -> NotFound:
    """The refusal for a page that is not there, or not for this person."""
    return NotFound("no_such_creator", N_("There is no such creator. Look through the directory: /creator directory."))


def no_profile() -> Conflict:
    """The refusal where somebody has no profile yet."""
    return Conflict("no_profile", N_("You have no creator profile yet. Make one with /creator profile."))


def _write(row: CreatorModel, checked: CheckedCreator) -> None:
    row.display_name, row.bio = checked.display_name, checked.bio
    row.kind, row.experience = checked.kind, checked.experience
    row.specialties, row.languages, row.tags = list(checked.specialties), list(checked.languages), list(checked.tags)
    row.location = checked.location
    row.links = CreatorLinks(
        **{site.value: kept for site, kept in checked.links.items()},
        others=[OtherLink(platform=link.platform, url=link.url) for link in checked.other_links],
    )
    row.accepts_collaborations, row.commissions = checked.accepts_collaborations, checked.commissions
    row.commission_info = checked.commission_info
    row.visibility = checked.visibility
    row.search_words = checked.search_words()
