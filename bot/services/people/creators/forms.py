"""The whole profile on one form: each field by name, as it is typed. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from bot.services.people.creators.drafts import CreatorDraft
from bot.services.people.creators.links import SITES, Site
from bot.texts import N_, Text

YES = "on"

LABELS: Mapping[str, Text] = {
    "username": N_("Username"),
    "display_name": N_("The name shown"),
    "bio": N_("About you"),
    "kind": N_("What you mainly do"),
    "specialties": N_("Specialties"),
    "experience": N_("Experience"),
    "location": N_("Where you are"),
    "languages": N_("Languages"),
    "tags": N_("Tags"),
    **{site.value: label for site, label in SITES.items()},
    "other_links": N_("Other links"),
    "accepts_collaborations": N_("I make characters together with others"),
    "commissions": N_("Commissions"),
    "commission_info": N_("About commissions"),
    "visibility": N_("Who finds the page"),
}
"""Every field of the form, in its order."""


def typed_of(draft: CreatorDraft) -> dict[str, str]:
    """A draft as the form shows it."""
    shown: dict[str, str] = {}
    for name in LABELS:
        if name in {site.value for site in Site}:
            shown[name] = draft.links.get(Site(name), "")
        elif name == "accepts_collaborations":
            shown[name] = YES if draft.accepts_collaborations else ""
        else:
            shown[name] = str(getattr(draft, name))
    return shown


def draft_of_typed(typed: Mapping[str, str]) -> CreatorDraft:
    """What the form was sent with, as a draft."""
    return CreatorDraft(
        username=typed.get("username", ""),
        display_name=typed.get("display_name", ""),
        bio=typed.get("bio", ""),
        kind=typed.get("kind", ""),
        specialties=typed.get("specialties", ""),
        experience=typed.get("experience", ""),
        location=typed.get("location", ""),
        languages=typed.get("languages", ""),
        tags=typed.get("tags", ""),
        links={site: typed.get(site.value, "") for site in Site},
        other_links=typed.get("other_links", ""),
        accepts_collaborations=bool(typed.get("accepts_collaborations")),
        commissions=typed.get("commissions", ""),
        commission_info=typed.get("commission_info", ""),
        visibility=typed.get("visibility", ""),
    )
