"""What an admin writes of a program, as typed and as kept. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot import limits
from bot.errors import InvalidInput
from bot.services.characters.drafts import clean_text
from bot.services.characters.names import slug_of
from bot.texts import N_, Text
from db.models import ProgramStatus, ProgramTier

_SLUG_MAX = 60


@dataclass(frozen=True, slots=True)
class ProgramDraft:
    """A program's form as it was typed.

    `requirements` and `benefits` have one a line. `tiers` are paragraphs: a name, then lines of words about it; those
    that begin with a hyphen are what it gives. `deadline` is a day (to its end, UTC), empty for none.
    """

    name: str
    description: str = ""
    requirements: str = ""
    benefits: str = ""
    tiers: str = ""
    status: str = ProgramStatus.DRAFT.value
    deadline: str = ""
    places: str = ""
    featured: str = ""


@dataclass(frozen=True, slots=True)
class CheckedProgram:
    """What is kept of it. `featured` are usernames."""

    name: str
    slug: str
    description: str
    requirements: tuple[str, ...]
    benefits: tuple[str, ...]
    tiers: tuple[ProgramTier, ...]
    status: ProgramStatus
    deadline_at: datetime | None
    places: int | None
    featured: tuple[str, ...]


def check_program(draft: ProgramDraft) -> CheckedProgram:
    """The draft cleaned. Raises `InvalidInput` that names the first field at fault (in the form's order)."""
    name = " ".join(clean_text("name", N_("Name"), draft.name, limits.PROGRAM_NAME_MAX, required=True).split())
    slug = re.sub(r"[^a-z0-9-]", "", slug_of(name))[:_SLUG_MAX].strip("-")
    if not slug:
        raise InvalidInput(
            "name_without_letters", N_("Name: it needs letters or digits that an address can hold."), field="name"
        )
    if draft.status not in {one.value for one in ProgramStatus}:
        raise InvalidInput("no_such_choice", N_("There is no such choice any more."), field="status")
    return CheckedProgram(
        name=name,
        slug=slug,
        description=clean_text("description", N_("Description"), draft.description, limits.PROGRAM_TEXT_MAX),
        requirements=_lines("requirements", N_("What it asks"), draft.requirements),
        benefits=_lines("benefits", N_("What it gives"), draft.benefits),
        tiers=read_tiers(draft.tiers),
        status=ProgramStatus(draft.status),
        deadline_at=_deadline(draft.deadline),
        places=_places(draft.places),
        featured=tuple(
            dict.fromkeys(one.lower().removeprefix("@") for one in re.split(r"[,\s]+", draft.featured) if one)
        ),
    )


def read_tiers(typed: str) -> tuple[ProgramTier, ...]:
    """Tiers out of paragraphs. Raises `InvalidInput` (field `tiers`)."""
    label = N_("Tiers")
    whole = clean_text("tiers", label, typed, limits.PROGRAM_TEXT_MAX)
    tiers = [_tier(block, label) for block in re.split(r"\n\s*\n", whole) if block.strip()]
    if len(tiers) > limits.PROGRAM_TIERS_MAX:
        raise InvalidInput(
            "tiers_too_many",
            N_("Tiers: at most {maximum} are allowed; you wrote {count}."),
            field="tiers",
            maximum=int(limits.PROGRAM_TIERS_MAX),
            count=len(tiers),
        )
    names = [one.name.casefold() for one in tiers]
    if len(set(names)) < len(names):
        raise InvalidInput("tiers_alike", N_("Tiers: each needs a name of its own."), field="tiers")
    return tuple(tiers)


def written_tiers(tiers: Sequence[ProgramTier]) -> str:
    """Tiers as they would be typed."""
    blocks = [
        "\n".join((one.name, *one.description.splitlines(), *(f"- {gift}" for gift in one.benefits))) for one in tiers
    ]
    return "\n\n".join(blocks)


def _tier(block: str, label: Text) -> ProgramTier:
    first, *rest = [line.strip() for line in block.strip().splitlines()]
    name = clean_text("tiers", label, first.lstrip("# "), limits.PROGRAM_NAME_MAX, required=True)
    gifts = [line.lstrip("-*• ").strip() for line in rest if line.startswith(("-", "*", "•"))]
    words = "\n".join(line for line in rest if not line.startswith(("-", "*", "•")))
    return ProgramTier(
        name=name,
        description=clean_text("tiers", label, words, limits.PROGRAM_TIER_TEXT_MAX),
        benefits=[clean_text("tiers", label, gift, limits.PROGRAM_TIER_TEXT_MAX) for gift in gifts if gift],
    )


def _lines(field: str, label: Text, typed: str) -> tuple[str, ...]:
    whole = clean_text(field, label, typed, limits.PROGRAM_TEXT_MAX)
    return tuple(line for raw in whole.splitlines() if (line := raw.strip().lstrip("-*• ").strip()))


def _deadline(typed: str) -> datetime | None:
    text = typed.strip()
    if not text:
        return None
    try:
        day = datetime.strptime(text, "%Y-%m-%d")  # noqa: DTZ007 - the zone follows
    except ValueError:
        raise InvalidInput(
            "deadline_unreadable", N_("Deadline: write a day such as 2026-12-31, or leave it empty."), field="deadline"
        ) from None
    return day.replace(hour=23, minute=59, second=59, tzinfo=UTC)


def _places(typed: str) -> int | None:
    text = typed.strip()
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,6}", text) or int(text) < 1:
        raise InvalidInput(
            "places_out_of_range", N_("Places: write a whole number from 1 on, or leave it empty."), field="places"
        )
    return int(text)
