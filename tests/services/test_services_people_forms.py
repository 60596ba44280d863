"""A profile and a persona, each as one form: kept as typed, refused beside the field, and never over another tab."""

from __future__ import annotations

from typing import Any

import pytest

from bot.errors import Conflict, NotFound, UserError
from bot.services.editing import ChangedMeanwhile, SeveralWrong
from bot.services.people.forms import (
    EMPTY_PERSONA,
    GENDER_WORDS,
    PERSONA_FIELDS,
    PROFILE_FIELDS,
    PRONOUN_WORDS,
    PersonaForm,
    PersonaForms,
    ProfileForms,
)
from bot.services.people.personas import PersonaGender, Personas, Pronouns
from bot.services.people.profiles import Profiles
from db.ids import new_id
from tests.services.stagecraft import ROBIN, SASHA, Program

PROFILE = {
    "name": "Robin",
    "nickname": "Rob",
    "pronouns": "other",
    "custom_pronouns": "xe/xem",
    "description": "Likes boats.\nAnd rain.",
    "time_zone": "Europe/Madrid",
    "language": "es",
}
PERSONA = {
    "name": "Captain",
    "description": "Old and salty",
    "gender": "other",
    "age": "301",
    "pronouns": "they_them",
    "custom_pronouns": "",
    "appearance": "A coat",
    "topics": "boats\n- gold",
    "custom_instructions": "Call me captain",
}


def forms(program: Program) -> PersonaForms:
    return PersonaForms(Personas(program.characters.pictures))


async def made(program: Program, **typed: str) -> PersonaForm:
    async with program.people.at_work(ROBIN) as (robin, work):
        return await forms(program).create(work, robin, {**PERSONA, **typed})


async def saved(program: Program, persona: Any, typed: dict[str, str], **more: Any) -> PersonaForm:
    async with program.people.at_work(ROBIN) as (robin, work):
        return await forms(program).save(work, robin, persona, typed, **more)


def test_every_choice_has_words() -> None:
    assert set(PRONOUN_WORDS) == set(Pronouns)
    assert set(GENDER_WORDS) == set(PersonaGender)
    assert set(PROFILE) == set(PROFILE_FIELDS)
    assert set(PERSONA) == set(PERSONA_FIELDS) == set(EMPTY_PERSONA)


async def test_a_profile_is_kept_as_typed_and_emptied_again(program: Program) -> None:
    profiles = ProfileForms(Profiles())
    async with program.people.at_work(ROBIN) as (robin, work):
        first = await profiles.get(work, robin)
        assert set(first.typed.values()) == {""}
        kept = await profiles.save(
            work, robin, {**PROFILE, "description": "Likes boats.\r\nAnd rain."}, mark=first.mark
        )
        assert kept.typed == PROFILE
        chosen = await profiles.save(work, robin, {**PROFILE, "pronouns": "she_her"}, mark=kept.mark)
        assert (chosen.typed["pronouns"], chosen.typed["custom_pronouns"]) == ("she_her", "")
        with pytest.raises(ChangedMeanwhile) as refused:
            await profiles.save(work, robin, PROFILE, mark=kept.mark)
        assert refused.value.now == chosen.typed
        assert (await profiles.save(work, robin, dict.fromkeys(PROFILE, ""))).typed == first.typed


@pytest.mark.parametrize(
    ("typed", "fields"),
    [
        ({"pronouns": "other", "custom_pronouns": " "}, ["custom_pronouns"]),
        ({"pronouns": "fae"}, ["pronouns"]),
        ({"time_zone": "Nowhere/Land", "language": "tlh"}, ["time_zone", "language"]),
        ({"description": "x" * 1001}, ["description"]),
        ({"name": "a:b"}, ["name"]),
    ],
)
async def test_what_is_wrong_with_a_profile_is_told_by_field(
    program: Program, typed: dict[str, str], fields: list[str]
) -> None:
    with pytest.raises(UserError) as refused:
        async with program.people.at_work(ROBIN) as (robin, work):
            await ProfileForms(Profiles()).save(work, robin, {**PROFILE, **typed})
    error = refused.value
    assert [one.field for one in (error.errors if isinstance(error, SeveralWrong) else [error])] == fields


async def test_a_persona_is_kept_as_typed_and_changed(program: Program) -> None:
    captain = await made(program)
    assert captain.typed == PERSONA
    changes = {"gender": "unspecified", "age": "", "pronouns": "other", "custom_pronouns": "arr/arrs", "name": "Cap"}
    kept = await saved(program, captain.persona.id, changes, mark=captain.mark)
    assert kept.typed == {**PERSONA, **changes}
    with pytest.raises(ChangedMeanwhile):
        await saved(program, captain.persona.id, {"name": "Admiral"}, mark=captain.mark)
    plain = await saved(program, captain.persona.id, {"pronouns": "", "custom_pronouns": "left over"})
    assert (plain.typed["pronouns"], plain.typed["custom_pronouns"]) == ("", "")


async def test_what_is_wrong_with_a_persona_is_told_and_nothing_is_kept(program: Program) -> None:
    captain = await made(program)
    with pytest.raises(SeveralWrong) as refused:
        await saved(program, captain.persona.id, {"description": "", "age": "old", "gender": "dragon"})
    assert [one.field for one in refused.value.errors] == ["description", "age", "gender"]
    with pytest.raises(Conflict):
        await made(program)
    async with program.people.at_work(ROBIN) as (robin, work):
        assert (await forms(program).get(work, robin, captain.persona.id)).typed == PERSONA


async def test_a_persona_is_its_owners_alone(program: Program) -> None:
    captain = await made(program)
    async with program.people.at_work(SASHA) as (sasha, work):
        for there in (captain.persona.id, new_id()):
            with pytest.raises(NotFound):
                await forms(program).get(work, sasha, there)
            with pytest.raises(NotFound):
                await forms(program).save(work, sasha, there, {"name": "Mine"})
