"""Personas: masks people wear towards characters. Nobody but their owner ever sees one here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, Field

from bot import limits
from bot.services.desk import Work
from bot.services.people.drafts import written_topics
from bot.services.people.personas import Persona as PersonaSeen
from bot.services.people.personas import PersonaDraft, PersonaGender, Pronouns
from web.api.call import Call
from web.api.kinds import WHOLE, Area, Endpoint, In, Listed, Out, Scope, Sha256, Word, Words


def _without_minus(text: str) -> str:
    # In a form it stands before what is to be avoided.
    return text.lstrip("-\u2010\u2011\u2012\u2013\u2014\u2212 ")


Topic = Annotated[Word, AfterValidator(_without_minus), Field(max_length=int(limits.TOPIC_MAX))]
"""A few words."""
Topics = Annotated[tuple[Topic, ...], Field(max_length=int(limits.TOPICS_MAX))]


class Persona(Out):
    """One of your personas."""

    id: UUID
    name: str
    description: str
    gender: PersonaGender
    age: int | None
    pronouns: Pronouns | None
    custom_pronouns: str
    appearance: str
    picture_sha256: Sha256 | None
    """The picture lies at /media/{this}.png."""
    preferred_topics: tuple[str, ...]
    avoided_topics: tuple[str, ...]
    custom_instructions: str
    is_default: bool
    """Worn wherever you chose nothing else."""
    uses: int
    """How many of your messages were written under it."""


class Personas(Listed):
    """Your personas, the default first, then by name."""

    items: tuple[Persona, ...]


class _Rest(In):
    appearance: Annotated[Words, Field(max_length=int(limits.PERSONA_APPEARANCE_MAX))] = ""
    gender: PersonaGender = PersonaGender.UNSPECIFIED
    age: Annotated[int, Field(ge=1, le=int(limits.PERSONA_AGE_MAX)), WHOLE] | None = None
    pronouns: Pronouns | None = None
    custom_pronouns: Annotated[Words, Field(max_length=int(limits.PRONOUNS_MAX))] = ""
    preferred_topics: Topics = ()
    avoided_topics: Topics = ()
    custom_instructions: Annotated[Words, Field(max_length=int(limits.INSTRUCTIONS_MAX))] = ""
    is_default: bool = False
    """Whether you wear it wherever you chose nothing else; true takes that from the one that has it."""


class PersonaChange(_Rest):
    """What is to be different. `custom_pronouns` makes `pronouns` “other”."""

    name: Annotated[Words, Field(max_length=int(limits.CHARACTER_NAME_MAX))] = ""
    description: Annotated[Words, Field(max_length=int(limits.PERSONA_DESCRIPTION_MAX))] = ""


class NewPersona(_Rest):
    """A persona as you make it. `custom_pronouns` makes `pronouns` “other”."""

    name: Annotated[Words, Field(min_length=2, max_length=int(limits.CHARACTER_NAME_MAX))]
    description: Annotated[Words, Field(min_length=1, max_length=int(limits.PERSONA_DESCRIPTION_MAX))]


async def list_personas(call: Call) -> Personas:
    """All your personas; there are never so many that a list goes on."""
    async with call.work() as work:
        found = await call.desk.personas.all(work, call.me)
    return Personas(items=tuple(Persona.model_validate(one) for one in found))


async def create_persona(call: Call) -> Persona:
    """Make a persona."""
    given = call.body(NewPersona).given()
    async with call.work() as work:
        made = await call.desk.personas.create(work, call.me, _draft(None, given))
        return Persona.model_validate(await _finish(call, work, made, given))


async def get_persona(call: Call) -> Persona:
    """One of your personas."""
    async with call.work() as work:
        return Persona.model_validate(await call.desk.personas.get(work, call.me, call.id("persona_id")))


async def change_persona(call: Call) -> Persona:
    """Change a persona: all that was sent, or nothing. What was said under its old name keeps that name."""
    given, persona_id = call.body(PersonaChange).given(), call.id("persona_id")
    async with call.work() as work:
        one = await call.desk.personas.get(work, call.me, persona_id)
        if given.keys() & _FORM:
            one = await call.desk.personas.edit(work, call.me, persona_id, _draft(one, given))
        return Persona.model_validate(await _finish(call, work, one, given))


async def delete_persona(call: Call) -> None:
    """Delete a persona for good. What was said under it keeps its name."""
    async with call.work() as work:
        await call.desk.personas.delete(work, call.me, call.id("persona_id"))


_FORM = frozenset({"name", "description", "appearance", "preferred_topics", "avoided_topics", "custom_instructions"})


def _draft(before: PersonaSeen | None, given: Mapping[str, Any]) -> PersonaDraft:
    def said(name: str, nothing: Any = "") -> Any:
        return given.get(name, nothing if before is None else getattr(before, name))

    return PersonaDraft(
        name=said("name"),
        description=said("description"),
        appearance=said("appearance"),
        topics=written_topics(tuple(said("preferred_topics", ())), tuple(said("avoided_topics", ()))),
        custom_instructions=said("custom_instructions"),
    )


async def _finish(call: Call, work: Work, one: PersonaSeen, given: Mapping[str, Any]) -> PersonaSeen:
    """What the form does not hold."""
    personas = call.desk.personas
    if "gender" in given:
        one = await personas.set_gender(work, call.me, one.id, given["gender"])
    if "age" in given or "custom_pronouns" in given:
        age = given.get("age", one.age)
        own = given.get("custom_pronouns", one.custom_pronouns)
        one = await personas.set_details(
            work, call.me, one.id, age="" if age is None else str(age), custom_pronouns=own
        )
    wanted = given.get("pronouns")
    if "pronouns" in given and not given.get("custom_pronouns") and wanted is not one.pronouns:
        one = await personas.set_pronouns(work, call.me, one.id, wanted)
    if "is_default" in given and given["is_default"] != one.is_default:
        await personas.default(work, call.me, one.id if given["is_default"] else None)
    return await personas.get(work, call.me, one.id)


ENDPOINTS = (
    Endpoint("GET", "/personas", list_personas, Area.PERSONAS, "Your personas", Personas),
    Endpoint(
        "POST",
        "/personas",
        create_persona,
        Area.PERSONAS,
        "Make a persona",
        Persona,
        Scope.WRITE,
        body=NewPersona,
        status=201,
        makes="persona_id",
    ),
    Endpoint("GET", "/personas/{persona_id}", get_persona, Area.PERSONAS, "One persona", Persona),
    Endpoint(
        "PATCH",
        "/personas/{persona_id}",
        change_persona,
        Area.PERSONAS,
        "Change a persona",
        Persona,
        Scope.WRITE,
        body=PersonaChange,
    ),
    Endpoint("DELETE", "/personas/{persona_id}", delete_persona, Area.PERSONAS, "Delete a persona", None, Scope.WRITE),
)
