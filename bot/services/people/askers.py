"""Whom a character talks with: the persona worn in a conversation, else the profile, else a Discord name alone."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from bot.services.talk.compose_types import Asker
from bot.texts import N_
from db.direct import Direct
from db.models import Persona, PersonaGender, Profile, Pronouns
from db.queries import people as queries

SOMEBODY = N_("Somebody")
"""What a person is called whose account is gone."""

PRONOUNS: Mapping[Pronouns, str] = {
    Pronouns.HE_HIM: "he/him",
    Pronouns.SHE_HER: "she/her",
    Pronouns.THEY_THEM: "they/them",
    Pronouns.HE_THEY: "he/they",
    Pronouns.SHE_THEY: "she/they",
    Pronouns.ANY: "any pronouns",
}
"""Pronouns as a prompt says them; `OTHER` comes in the person's own words."""

GENDERS: Mapping[PersonaGender, str] = {
    PersonaGender.MALE: "male",
    PersonaGender.FEMALE: "female",
    PersonaGender.NON_BINARY: "non-binary",
    PersonaGender.OTHER: "another gender than male or female",
}
"""Genders as a prompt says them; of `UNSPECIFIED` nothing is said."""


async def asker_of(direct: Direct, user_id: UUID, conversation_id: UUID) -> Asker:
    """The person as they wish to be known in a conversation.

    Open the work as the person, or as a turn on their behalf: in anybody else's name the database hands over neither
    persona nor profile, and only the Discord name is left.
    """
    found = await queries.asker(direct, user_id, conversation_id)
    if found is None:
        return Asker(SOMEBODY)
    profile = found.profile
    if found.persona is not None:
        return as_persona(found.persona, profile)
    if profile is None:
        return Asker(found.display_name, shares_moods=found.shares_moods)
    return Asker(
        name=profile.nickname or profile.name or found.display_name,
        pronouns=_pronouns(profile.pronouns, profile.custom_pronouns),
        description=profile.description,
        time_zone=profile.time_zone,
        language=profile.language,
        shares_moods=found.shares_moods,
    )


def as_persona(persona: Persona, profile: Profile | None) -> Asker:
    """The mask alone; of the person behind it only where their clock stands and what they can read."""
    return Asker(
        name=persona.name,
        pronouns=_pronouns(persona.pronouns, persona.custom_pronouns),
        description=persona.description,
        appearance=persona.appearance,
        age=persona.age,
        gender=GENDERS.get(persona.gender, ""),
        preferred_topics=tuple(persona.preferred_topics),
        avoided_topics=tuple(persona.avoided_topics),
        custom_instructions=persona.custom_instructions,
        persona_id=persona.id,
        time_zone=profile.time_zone if profile else None,
        language=profile.language if profile else None,
    )


def _pronouns(chosen: Pronouns | None, own: str) -> str:
    return own if chosen is Pronouns.OTHER else PRONOUNS.get(chosen, "") if chosen else ""
