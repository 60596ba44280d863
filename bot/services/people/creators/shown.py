"""Creators as faces show them: plain values, never rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from bot.services.characters.seen import Entry
from bot.services.people.creators.drafts import CreatorDraft
from bot.services.people.creators.languages import named
from bot.services.people.creators.links import Link, ShownLink, Site, readable, shown_link, typed_links
from db.functions_creators import Figures, Portfolio
from db.models import Commissions, CreatorKind, Experience, PageVisibility, Verification
from db.models import Creator as CreatorModel
from db.queries.creators import CreatorRow

__all__ = [
    "Commissions", "CreatorCard", "CreatorKind", "CreatorPage", "Experience", "Figures", "PageVisibility", "Portfolio",
    "Verification",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class CreatorCard:
    """A creator in a list."""

    id: UUID
    user_id: UUID
    username: str
    display_name: str
    bio: str
    avatar_sha256: str | None
    kind: CreatorKind | None
    tags: tuple[str, ...]
    verification: Verification
    is_featured: bool
    accepts_collaborations: bool
    commissions: Commissions
    figures: Figures = field(default_factory=Figures)

    @property
    def path(self) -> str:
        """Their page's address within this house."""
        return f"/{self.username}"

    @property
    def is_vouched(self) -> bool:
        """Whether the house says that they are who they say."""
        return self.verification is not Verification.UNVERIFIED


@dataclass(frozen=True, slots=True)
class CreatorPage:
    """A creator's page as who looks sees it. `first` are the characters shown first, `is_followed` by who looks."""

    card: CreatorCard
    banner_sha256: str | None
    links: tuple[ShownLink, ...]
    specialties: tuple[str, ...]
    experience: Experience | None
    location: str
    languages: tuple[str, ...]
    commission_info: str
    visibility: PageVisibility
    created_at: datetime
    last_active_at: datetime | None
    updated_at: datetime
    portfolio: Portfolio = field(default_factory=Portfolio)
    first: tuple[Entry, ...] = ()
    is_own: bool = False
    is_followed: bool = False


@dataclass(frozen=True, slots=True)
class OwnProfile:
    """A profile as its creator edits it."""

    page: CreatorPage
    draft: CreatorDraft
    featured: tuple[UUID, ...]


def card_of(row: CreatorRow, figures: Figures | None = None) -> CreatorCard:
    """A row as a list shows it."""
    one = row.creator
    return CreatorCard(
        id=one.id,
        user_id=one.user_id,
        username=one.username,
        display_name=one.display_name,
        bio=one.bio,
        avatar_sha256=row.avatar_sha256,
        kind=one.kind,
        tags=tuple(one.tags),
        verification=row.verification,
        is_featured=row.is_featured,
        accepts_collaborations=one.accepts_collaborations,
        commissions=one.commissions,
        figures=figures or Figures(),
    )


def page_of(
    row: CreatorRow,
    viewer_id: UUID | None,
    *,
    figures: Figures | None = None,
    portfolio: Portfolio | None = None,
    first: Sequence[Entry] = (),
    is_followed: bool = False,
) -> CreatorPage:
    """A row as its page shows it."""
    one = row.creator
    return CreatorPage(
        card=card_of(row, figures),
        banner_sha256=row.banner_sha256,
        links=_links(one),
        specialties=tuple(one.specialties),
        experience=one.experience,
        location=one.location,
        languages=named(one.languages),
        commission_info=one.commission_info,
        visibility=one.visibility,
        created_at=one.created_at,
        last_active_at=one.last_active_at,
        updated_at=one.updated_at,
        portfolio=portfolio or Portfolio(),
        first=tuple(first),
        is_own=one.user_id == viewer_id,
        is_followed=is_followed,
    )


def draft_of(one: CreatorModel) -> CreatorDraft:
    """A row as its form shows it."""
    return CreatorDraft(
        username=one.username,
        display_name=one.display_name,
        bio=one.bio,
        kind=one.kind.value if one.kind else "",
        specialties=", ".join(one.specialties),
        experience=one.experience.value if one.experience else "",
        location=one.location,
        languages=", ".join(named(one.languages)),
        tags=", ".join(one.tags),
        links={site: getattr(one.links, site.value) for site in Site},
        other_links=typed_links(tuple(Link(other.platform, other.url) for other in one.links.others)),
        accepts_collaborations=one.accepts_collaborations,
        commissions=one.commissions.value,
        commission_info=one.commission_info,
        visibility=one.visibility.value,
    )


def _links(one: CreatorModel) -> tuple[ShownLink, ...]:
    named_ones = [shown_link(site, kept) for site in Site if (kept := getattr(one.links, site.value))]
    return (*named_ones, *(ShownLink(other.platform, readable(other.url), other.url) for other in one.links.others))
