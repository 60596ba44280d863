"""What a person tells of themselves, and a persona, each as one form: shown as typed, saved at once, never over others.

Every rule is where it is for the small forms of Discord; here they are only brought together.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from bot.errors import InvalidInput, UserError
from bot.services.characters import Picture
from bot.services.editing import mark_of, refuse_changed, refuse_wrong, straight
from bot.services.people.drafts import PersonaDraft, ProfileDraft
from bot.services.people.personas import Persona, PersonaGender, Personas, Pronouns, own_pronouns_wanted
from bot.services.people.profiles import Profile, Profiles
from bot.texts import N_, Text
from db.queries.alone import alone_with
from db.work import Work

PRONOUN_WORDS: Mapping[Pronouns, Text] = {
    Pronouns.HE_HIM: N_("he/him"),
    Pronouns.SHE_HER: N_("she/her"),
    Pronouns.THEY_THEM: N_("they/them"),
    Pronouns.HE_THEY: N_("he/they"),
    Pronouns.SHE_THEY: N_("she/they"),
    Pronouns.ANY: N_("any"),
    Pronouns.OTHER: N_("in your own words"),
}
GENDER_WORDS: Mapping[PersonaGender, Text] = {
    PersonaGender.UNSPECIFIED: N_("not said"),
    PersonaGender.MALE: N_("male"),
    PersonaGender.FEMALE: N_("female"),
    PersonaGender.NON_BINARY: N_("non-binary"),
    PersonaGender.OTHER: N_("another gender"),
}

PROFILE_FIELDS = ("name", "nickname", "pronouns", "custom_pronouns", "description", "time_zone", "language")
PERSONA_FIELDS = (
    "name", "description", "gender", "age", "pronouns", "custom_pronouns", "appearance", "topics",
    "custom_instructions",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ProfileForm:
    """A profile with what its form shows."""

    profile: Profile
    typed: Mapping[str, str]

    @property
    def mark(self) -> str:
        """See `bot.services.editing`."""
        return mark_of(self.typed)


@dataclass(frozen=True, slots=True)
class PersonaForm:
    """A persona with what its form shows."""

    persona: Persona
    typed: Mapping[str, str]

    @property
    def mark(self) -> str:
        """See `bot.services.editing`."""
        return mark_of(self.typed)


class ProfileForms:
    """Profiles as one form."""

    def __init__(self, profiles: Profiles) -> None:
        self._profiles = profiles

    async def get(self, work: Work, user_id: UUID) -> ProfileForm:
        """What the person told of themselves."""
        profile = await self._profiles.get(work, user_id)
        return ProfileForm(profile, profile_typed(profile))

    async def save(
        self, work: Work, user_id: UUID, typed: Mapping[str, str], *, mark: str | None = None
    ) -> ProfileForm:
        """Keep what was typed. Raises `ChangedMeanwhile` or `InvalidInput`; the work must not be committed then."""
        await alone_with(work.session, f"profile {user_id}")
        now = profile_typed(await self._profiles.get(work, user_id))
        refuse_changed(now, mark)
        said = {**now, **straight(typed)}
        chosen, own = _pronouns(said)
        draft = ProfileDraft(said["name"], said["nickname"], own, said["description"], said["time_zone"])
        steps: list[Callable[[], Awaitable[object]]] = [lambda: self._profiles.edit(work, user_id, draft)]
        if chosen is not Pronouns.OTHER:
            steps.append(lambda: self._profiles.set_pronouns(work, user_id, chosen))
        if said["language"] != now["language"]:
            steps.append(lambda: self._profiles.set_language(work, user_id, said["language"] or None))
        refuse_wrong(await _errors(steps))
        return await self.get(work, user_id)


class PersonaForms:
    """Personas as one form. For their owner alone."""

    def __init__(self, personas: Personas) -> None:
        self._personas = personas

    async def get(self, work: Work, owner_id: UUID, persona_id: UUID) -> PersonaForm:
        """One persona. Raises `NotFound`."""
        persona = await self._personas.get(work, owner_id, persona_id)
        return PersonaForm(persona, persona_typed(persona))

    async def create(
        self, work: Work, owner_id: UUID, typed: Mapping[str, str], *, picture: Picture | None = None
    ) -> PersonaForm:
        """A new persona. Raises `InvalidInput`, `LimitReached` or `Conflict`."""
        await alone_with(work.session, f"personas {owner_id}")
        said = {**EMPTY_PERSONA, **straight(typed)}
        made = await self._personas.create(work, owner_id, _persona_draft(said), picture=picture)
        refuse_wrong(await _errors(self._rest(work, owner_id, made.id, EMPTY_PERSONA, said)))
        return await self.get(work, owner_id, made.id)

    async def save(
        self, work: Work, owner_id: UUID, persona_id: UUID, typed: Mapping[str, str], *, mark: str | None = None
    ) -> PersonaForm:
        """Keep what was typed. Raises as `create`, `NotFound`, or `ChangedMeanwhile`."""
        await alone_with(work.session, f"personas {owner_id}")
        now = persona_typed(await self._personas.get(work, owner_id, persona_id))
        refuse_changed(now, mark)
        said = {**now, **straight(typed)}
        steps: list[Callable[[], Awaitable[object]]] = [
            lambda: self._personas.edit(work, owner_id, persona_id, _persona_draft(said)),
            *self._rest(work, owner_id, persona_id, now, said),
        ]
        refuse_wrong(await _errors(steps))
        return await self.get(work, owner_id, persona_id)

    def _rest(
        self, work: Work, owner_id: UUID, persona_id: UUID, now: Mapping[str, str], said: Mapping[str, str]
    ) -> list[Callable[[], Awaitable[object]]]:
        """What is kept beside a persona's words, where it is another."""
        chosen, own = _pronouns(said)
        steps: list[Callable[[], Awaitable[object]]] = []
        if any(said[name] != now[name] for name in ("age", "pronouns", "custom_pronouns")):
            steps.append(
                lambda: self._personas.set_details(work, owner_id, persona_id, age=said["age"], custom_pronouns=own)
            )
            if chosen is not Pronouns.OTHER:
                steps.append(lambda: self._personas.set_pronouns(work, owner_id, persona_id, chosen))
        if said["gender"] != now["gender"]:
            steps.append(lambda: self._personas.set_gender(work, owner_id, persona_id, _gender(said["gender"])))
        return steps


def profile_typed(profile: Profile) -> dict[str, str]:
    """What the form of a profile shows. Pure."""
    draft = profile.draft()
    return {
        "name": draft.name,
        "nickname": draft.nickname,
        "pronouns": profile.pronouns.value if profile.pronouns else "",
        "custom_pronouns": draft.custom_pronouns,
        "description": draft.description,
        "time_zone": draft.time_zone,
        "language": profile.language or "",
    }


def persona_typed(persona: Persona) -> dict[str, str]:
    """What the form of a persona shows. Pure."""
    draft = persona.draft()
    return {
        "name": draft.name,
        "description": draft.description,
        "gender": persona.gender.value,
        "age": "" if persona.age is None else str(persona.age),
        "pronouns": persona.pronouns.value if persona.pronouns else "",
        "custom_pronouns": persona.custom_pronouns,
        "appearance": draft.appearance,
        "topics": draft.topics,
        "custom_instructions": draft.custom_instructions,
    }


EMPTY_PERSONA: Mapping[str, str] = {name: "" for name in PERSONA_FIELDS} | {"gender": PersonaGender.UNSPECIFIED.value}
"""What the form of a new persona shows."""


def _persona_draft(said: Mapping[str, str]) -> PersonaDraft:
    return PersonaDraft(
        said["name"], said["description"], said["appearance"], said["topics"], said["custom_instructions"]
    )


def _pronouns(said: Mapping[str, str]) -> tuple[Pronouns | None, str]:
    """What was chosen, and in which words of one's own: these count where the list says so. Raises `InvalidInput`."""
    typed = said["pronouns"]
    if not typed:
        return None, ""
    if typed not in {one.value for one in Pronouns}:
        raise InvalidInput(
            "pronouns_unknown", N_("Pronouns: choose from the list, or write your own."), field="pronouns"
        )
    chosen = Pronouns(typed)
    if chosen is not Pronouns.OTHER:
        return chosen, ""
    if not said["custom_pronouns"].strip():
        raise own_pronouns_wanted()
    return chosen, said["custom_pronouns"]


def _gender(typed: str) -> PersonaGender:
    try:
        return PersonaGender(typed)
    except ValueError:
        raise InvalidInput("gender_unknown", N_("Gender: choose from the list."), field="gender") from None


async def _errors(steps: Iterable[Callable[[], Awaitable[object]]]) -> list[UserError]:
    """Do all that can be done; what is wrong with the rest."""
    found: list[UserError] = []
    for step in steps:
        try:
            await step()
        except UserError as error:
            found.append(error)
    return found
