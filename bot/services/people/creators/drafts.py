"""What a creator tells of themselves, as typed and as kept. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from bot import limits
from bot.errors import InvalidInput
from bot.services.characters.details import clean_tag, clean_tags
from bot.services.characters.drafts import clean_text
from bot.services.characters.names import clean_name
from bot.services.characters.searching import words_of
from bot.services.people.creators.languages import LANGUAGES, clean_languages
from bot.services.people.creators.links import Link, Site, clean_link, clean_links
from bot.services.people.creators.usernames import clean_username
from bot.texts import N_, Text
from db.models import Commissions, CreatorKind, Experience, PageVisibility

E = TypeVar("E", bound=StrEnum)

KINDS: Mapping[CreatorKind, Text] = {
    CreatorKind.WRITER: N_("Writer"),
    CreatorKind.ARTIST: N_("Artist"),
    CreatorKind.WORLDBUILDER: N_("Builder of worlds"),
    CreatorKind.GAME_MASTER: N_("Game master"),
    CreatorKind.DEVELOPER: N_("Developer"),
    CreatorKind.EDUCATOR: N_("Teacher"),
    CreatorKind.STUDIO: N_("Studio or team"),
    CreatorKind.HOBBYIST: N_("For the joy of it"),
    CreatorKind.OTHER: N_("Something else"),
}
EXPERIENCES: Mapping[Experience, Text] = {
    Experience.BEGINNER: N_("Just begun"),
    Experience.INTERMEDIATE: N_("Some experience"),
    Experience.ADVANCED: N_("Much experience"),
    Experience.PROFESSIONAL: N_("Does it for a living"),
}
COMMISSIONS: Mapping[Commissions, Text] = {
    Commissions.CLOSED: N_("Takes no commissions"),
    Commissions.OPEN: N_("Takes commissions"),
    Commissions.WAITLIST: N_("Takes commissions, with a waiting list"),
}
VISIBILITIES: Mapping[PageVisibility, Text] = {
    PageVisibility.PUBLIC: N_("Everybody finds it"),
    PageVisibility.UNLISTED: N_("Whoever has its address; it is in no list"),
    PageVisibility.PRIVATE: N_("Nobody but you"),
}


@dataclass(frozen=True, slots=True)
class CreatorDraft:
    """A creator's form as it was typed. Choices are their values, "" for none; lists stand between commas or lines."""

    username: str
    display_name: str
    bio: str
    kind: str = ""
    specialties: str = ""
    experience: str = ""
    location: str = ""
    languages: str = ""
    tags: str = ""
    links: Mapping[Site, str] = field(default_factory=dict[Site, str])
    other_links: str = ""
    accepts_collaborations: bool = False
    commissions: str = Commissions.CLOSED.value
    commission_info: str = ""
    visibility: str = PageVisibility.PUBLIC.value


@dataclass(frozen=True, slots=True)
class CheckedCreator:
    """What is kept of it."""

    username: str
    display_name: str
    bio: str
    kind: CreatorKind | None
    specialties: tuple[str, ...]
    experience: Experience | None
    location: str
    languages: tuple[str, ...]
    tags: tuple[str, ...]
    links: Mapping[Site, str]
    other_links: tuple[Link, ...]
    accepts_collaborations: bool
    commissions: Commissions
    commission_info: str
    visibility: PageVisibility

    def search_words(self) -> list[str]:
        """The folded words by which the directory finds them."""
        return words_of(
            self.username,
            self.display_name,
            *self.tags,
            *self.specialties,
            *(LANGUAGES.get(one, one) for one in self.languages),
            self.location,
            self.bio,
        )


def check_creator(draft: CreatorDraft) -> CheckedCreator:
    """The draft cleaned. Raises `InvalidInput` that names the first field at fault (in the form's order)."""
    return CheckedCreator(
        username=clean_username(draft.username),
        display_name=clean_display_name(draft.display_name),
        bio=clean_text("bio", N_("About you"), draft.bio, limits.CREATOR_BIO_MAX, required=True),
        kind=_chosen(CreatorKind, "kind", draft.kind),
        specialties=clean_specialties(draft.specialties),
        experience=_chosen(Experience, "experience", draft.experience),
        location=_one_line("location", N_("Where you are"), draft.location, limits.CREATOR_LOCATION_MAX),
        languages=clean_languages(draft.languages),
        tags=clean_tags(draft.tags),
        links={site: kept for site in Site if (kept := clean_link(site, draft.links.get(site, "")))},
        other_links=clean_links(draft.other_links),
        accepts_collaborations=draft.accepts_collaborations,
        commissions=_chosen(Commissions, "commissions", draft.commissions) or Commissions.CLOSED,
        commission_info=clean_text(
            "commission_info", N_("About commissions"), draft.commission_info, limits.COMMISSION_WORDS_MAX
        ),
        visibility=_chosen(PageVisibility, "visibility", draft.visibility) or PageVisibility.PRIVATE,
    )


def clean_display_name(typed: str) -> str:
    """The name shown, by the rules of characters' names. Raises `InvalidInput` (field `display_name`)."""
    try:
        return clean_name(typed)
    except InvalidInput as error:
        values = {**error.values, "label": N_("The name shown")}
        raise InvalidInput(f"display_{error.code}", error.message, field="display_name", **values) from None


def clean_specialties(typed: str) -> tuple[str, ...]:
    """What somebody is good at, between commas, as tags are. Raises `InvalidInput` (field `specialties`)."""
    pieces = [piece for piece in typed.replace("\n", ",").replace(";", ",").split(",") if piece.strip()]
    try:
        found = tuple(dict.fromkeys(clean_tag(piece) for piece in pieces))
    except InvalidInput as error:
        message = N_(
            "Specialties: “{tag}” must have {minimum} to {maximum} letters or digits. Put commas between them."
        )
        raise InvalidInput("specialty_length", message, field="specialties", **error.values) from None
    if len(found) > limits.CREATOR_SPECIALTIES_MAX:
        raise InvalidInput(
            "specialties_too_many",
            N_("Specialties: at most {maximum} are allowed; you wrote {count}."),
            field="specialties",
            maximum=int(limits.CREATOR_SPECIALTIES_MAX),
            count=len(found),
        )
    return found


def chosen_characters(ids: Sequence[object]) -> None:
    """Raise `InvalidInput` where more characters are chosen than stand first on a page."""
    if len(ids) > limits.CREATOR_FEATURED_MAX:
        raise InvalidInput(
            "featured_too_many",
            N_("Shown first: at most {maximum} characters; you chose {count}."),
            field="featured",
            maximum=int(limits.CREATOR_FEATURED_MAX),
            count=len(ids),
        )


def _one_line(field_name: str, label: Text, typed: str, maximum: limits.Limit) -> str:
    return " ".join(clean_text(field_name, label, typed, maximum).split())


def _chosen(kind: type[E], field_name: str, value: str) -> E | None:
    if not value:
        return None
    try:
        return kind(value)
    except ValueError:
        raise InvalidInput(
            "no_such_choice", N_("There is no such choice any more. Look at the list again."), field=field_name
        ) from None
