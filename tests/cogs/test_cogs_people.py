"""/persona and /me, as people use them; everything for their own eyes."""

from typing import Any

import discord
import pytest
import simcord

from bot import limits
from tests.cogs.conftest import Town
from tests.cogs.test_cogs_bad_input import png, typed_in
from tests.cogs.test_cogs_characters import create as create_character
from tests.cogs.test_cogs_characters import last, summon, words
from tests.services.test_services_turns import rows

ADA = {
    "name": "Captain Ada",
    "description": "Sails the inner sea",
    "appearance": "A scar over one eye",
    "topics": "sailing\n- spiders",
    "custom_instructions": "Never call her ma'am",
}
PROFILE = {
    "name": "Roberta",
    "nickname": "Bo",
    "custom_pronouns": "xe/xem",
    "description": "Likes rain",
    "time_zone": "Europe/Madrid",
}


async def create(
    town: Town, actor: simcord.MemberActor, picture: Any = None, **fields: str
) -> simcord.InteractionResult:
    options = {} if picture is None else {"picture": picture}
    shown = await actor.slash(town.channel, "persona create", **options)
    assert shown.modal is not None, words(shown)
    return await actor.submit_modal(shown, {**ADA, **fields})


def card(result: simcord.InteractionResult) -> str:
    """The card in the last answer, which only who asked can see."""
    assert last(result).ephemeral
    return str([one.to_dict() for one in last(result).embeds])


async def show(town: Town, actor: simcord.MemberActor, persona: str = "Captain Ada") -> str:
    return card(await actor.slash(town.channel, "persona show", persona=persona))


async def shown_after(town: Town, actor: simcord.MemberActor, custom_id: str, value: str) -> str:
    """The persona after a choice in the panel under it."""
    panel = await actor.slash(town.channel, "persona edit", persona="Captain Ada")
    await actor.select(last(panel), [value], custom_id=custom_id)
    await town.env.settle()
    return await show(town, actor)


async def test_a_persona_is_made_shown_worn_listed_and_deleted(town: Town) -> None:
    made = await create(town, town.robin)
    assert "**Captain Ada** is kept. Wear it with /persona use." in words(made)
    for told in ADA.values():
        assert told.split("\n")[0].replace("'", "") in card(made).replace("'", "")
    assert "spiders" in card(made)
    await create_character(town, town.robin)
    await summon(town, town.robin)
    (choice,) = await town.robin.autocomplete(town.channel, "persona use", "persona", "ada")
    used = await town.robin.slash(town.channel, "persona use", persona=choice["value"])
    assert words(used) == "You are **Captain Ada** in this conversation from now on."
    listed = card(await town.robin.slash(town.channel, "persona list"))
    assert "Captain Ada · worn here · 0 messages" in listed
    default = await town.robin.slash(town.channel, "persona default", persona="captain ada")
    assert words(default) == "You are **Captain Ada** wherever you choose no other persona."
    assert "Captain Ada · default · worn here" in card(await town.robin.slash(town.channel, "persona list"))
    assert words(await town.robin.slash(town.channel, "persona use")) == "You wear no persona in this conversation."
    assert (
        words(await town.robin.slash(town.channel, "persona default")) == "You wear no persona where you choose none."
    )
    asked = await town.robin.slash(town.channel, "persona delete", persona="Captain Ada")
    assert "Delete **Captain Ada** for good?" in words(asked)
    await town.robin.click(last(asked), label="Keep")
    assert await rows(town.program, "SELECT name FROM personas") == [("Captain Ada",)]
    asked = await town.robin.slash(town.channel, "persona delete", persona="Captain Ada")
    await town.robin.click(last(asked), label="Delete Captain Ada")
    await town.env.settle()
    assert await rows(town.program, "SELECT name FROM personas") == []
    assert "You have none yet" in card(await town.robin.slash(town.channel, "persona list"))


@pytest.mark.parametrize(
    ("custom_id", "value", "told"),
    [
        ("persona:gender", "female", "'value': 'female'"),
        ("persona:gender", "male", "'value': 'male'"),
        ("persona:gender", "non_binary", "'value': 'non-binary'"),
        ("persona:gender", "other", "'value': 'other'"),
        ("persona:pronouns", "he_him", "he/him"),
        ("persona:pronouns", "she_her", "she/her"),
        ("persona:pronouns", "they_them", "they/them"),
        ("persona:pronouns", "he_they", "he/they"),
        ("persona:pronouns", "she_they", "she/they"),
        ("persona:pronouns", "any", "'value': 'any'"),
    ],
)
async def test_each_choice_changes_the_card(town: Town, custom_id: str, value: str, told: str) -> None:
    await create(town, town.robin)
    before = await show(town, town.robin)
    after = await shown_after(town, town.robin, custom_id, value)
    assert told in after
    assert told not in before
    back = "unspecified" if custom_id == "persona:gender" else "nothing"
    assert await shown_after(town, town.robin, custom_id, back) == before


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", "Captain Bea"),
        ("description", "A cook"),
        ("appearance", "Very tall"),
        ("topics", "tea"),
        ("custom_instructions", "Speak slowly"),
    ],
)
async def test_each_word_can_be_edited_alone(town: Town, field: str, typed: str) -> None:
    await create(town, town.robin)
    before = await show(town, town.robin)
    panel = await town.robin.slash(town.channel, "persona edit", persona="Captain Ada")
    form = await town.robin.click(last(panel), custom_id="persona:words")
    assert form.modal is not None
    assert typed_in(form.modal) == ADA
    edited = card(await town.robin.submit_modal(form, {**ADA, field: typed}))
    assert typed in edited
    assert typed not in before
    assert await rows(town.program, "SELECT count(*) FROM personas") == [(1,)]


async def test_age_and_pronouns_of_ones_own_are_typed(town: Town) -> None:
    await create(town, town.robin)
    panel = await town.robin.slash(town.channel, "persona edit", persona="Captain Ada")
    form = await town.robin.select(last(panel), ["other"], custom_id="persona:pronouns")
    assert form.modal is not None
    refused = await town.robin.submit_modal(form, {"age": "0", "custom_pronouns": "xe/xem"})
    assert words(refused) == "Age: write a whole number from 1 to 10000, or leave it empty."
    again = await town.robin.click(last(refused), label="Mend")
    assert again.modal is not None
    assert typed_in(again.modal) == {"age": "0", "custom_pronouns": "xe/xem"}
    refused = await town.robin.submit_modal(again, {"age": "41", "custom_pronouns": "x" * 41})
    assert words(refused) == "Pronouns: at most 40 characters are allowed; you wrote 41."
    again = await town.robin.click(last(refused), label="Mend")
    kept = card(await town.robin.submit_modal(again, {"age": "41", "custom_pronouns": "xe/xem"}))
    assert "41" in kept
    assert "xe/xem" in kept


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("name", " ", "The name is empty. It needs 2 to 32 characters."),
        ("name", "x" * 320, "The name may have at most 32 characters; yours has 320."),
        ("name", "Moderator", "people would take it for somebody else"),
        ("name", "@everyone", "The name must not contain “@”"),
        ("description", "\u200b", "Description: nothing can be seen there. Write up to 1000 characters."),
        ("description", "x" * 1001, "Description: at most 1000 characters are allowed; you wrote 1001."),
        ("appearance", "x" * 501, "Appearance: at most 500 characters are allowed; you wrote 501."),
        ("topics", "x" * 61, "a topic may have at most 60"),
        ("custom_instructions", "x" * 1001, "Wishes: at most 1000 characters are allowed; you wrote 1001."),
    ],
)
async def test_a_persona_that_cannot_be_kept_is_mended(town: Town, field: str, typed: str, sentence: str) -> None:
    refused = await create(town, town.robin, **{field: typed})
    assert sentence in words(refused)
    assert await rows(town.program, "SELECT count(*) FROM personas") == [(0,)]
    reopened = await town.robin.click(last(refused), label="Mend")
    assert reopened.modal is not None
    assert typed_in(reopened.modal) == {**ADA, field: typed}
    assert "**Captain Ada** is kept" in words(await town.robin.submit_modal(reopened, ADA))


async def test_the_same_name_twice_is_mended(town: Town) -> None:
    await create(town, town.robin)
    assert "You already have a persona called “CAPTAIN ADA”" in words(
        await create(town, town.robin, name="CAPTAIN ADA")
    )
    assert "is kept" in words(await create(town, town.sasha))


@pytest.mark.parametrize("command", ["show", "edit", "use", "default", "delete"])
@pytest.mark.parametrize(
    "typed", ["nobody", "x" * 6000, "\u200b", "<@1>", "00000000-0000-0000-0000-000000000000", "theirs"]
)
async def test_a_persona_that_is_not_ones_own_is_not_there(town: Town, command: str, typed: str) -> None:
    if typed == "theirs":
        await create(town, town.sasha)
        ((persona_id,),) = await rows(town.program, "SELECT id FROM personas")
        typed = str(persona_id)
    refused = await town.robin.slash(town.channel, f"persona {command}", persona=typed)
    assert words(refused) == "You have no such persona. Pick one from the suggestions, or see /persona list."
    assert await town.robin.autocomplete(town.channel, f"persona {command}", "persona", "") == []


async def test_a_picture_is_worn_by_a_persona(town: Town) -> None:
    made = await create(town, town.robin, picture=("face.png", png()))
    assert "attachment://face.png" in card(made)
    assert "attachment://face.png" in await show(town, town.robin)
    ((before,),) = await rows(town.program, "SELECT picture_id FROM personas")
    edited = await town.robin.slash(town.channel, "persona edit", persona="Captain Ada", picture=("face.png", png(80)))
    assert "attachment://face.png" in card(edited)
    ((after,),) = await rows(town.program, "SELECT picture_id FROM personas")
    assert before != after
    refused = await town.robin.slash(
        town.channel, "persona edit", persona="Captain Ada", picture=("face.svg", b"<svg/>" * 10)
    )
    assert "The picture is an SVG drawing" in words(refused)
    told = words(await create(town, town.robin, name="Juno", picture=("face.exe", b"MZ" + bytes(500))))
    assert "**Juno** is kept" in told
    assert "The picture is no picture we can read." in told


async def test_a_persona_named_like_staff_is_refused_where_it_would_pass_for_them(town: Town) -> None:
    role = town.guild.create_role("Lantern Guard", permissions=discord.Permissions(kick_members=True))
    town.guild.add_member(town.env.create_user("marigold"), roles=[role])
    town.guild.add_member(town.env.create_user("dahlia"))
    await create_character(town, town.robin)
    await summon(town, town.robin)
    for name in ("Alexandra", "Marigold", "Màrigold", "Mar1gold", "Lantern Guard"):
        await create(town, town.robin, name=name)
        for command in ("use", "default"):
            refused = words(await town.robin.slash(town.channel, f"persona {command}", persona=name))
            assert f"Your persona “{name}” would look like" in refused
        asked = await town.robin.slash(town.channel, "persona delete", persona=name)
        await town.robin.click(last(asked), label=f"Delete {name}")
    # A member without any rights is nobody to pass for.
    await create(town, town.robin, name="Dahlia")
    assert "You are **Dahlia**" in words(await town.robin.slash(town.channel, "persona use", persona="Dahlia"))


async def test_no_persona_is_used_where_nobody_talks(town: Town) -> None:
    await create(town, town.robin)
    refused = words(await town.robin.slash(town.channel, "persona use", persona="Captain Ada"))
    assert refused.startswith("No conversation goes on in this channel yet.")


async def test_the_list_turns_its_pages(town: Town) -> None:
    for number in range(limits.LIST_PAGE + 1):
        await create(town, town.robin, name=f"Mask {number}")
    listed = await town.robin.slash(town.channel, "persona list")
    assert "Mask 0" in card(listed)
    assert f"Mask {limits.LIST_PAGE}" not in card(listed)
    await town.robin.click(last(listed), label="Next")
    await town.env.settle()
    turned = await town.robin.slash(town.channel, "persona list")
    assert "Page 1 of 2" in card(turned)


# ------------------------------------------------------------------------------------------------ /me


async def tell(town: Town, actor: simcord.MemberActor, **fields: str) -> simcord.InteractionResult:
    panel = await actor.slash(town.channel, "me edit")
    form = await actor.click(last(panel), custom_id="me:words")
    assert form.modal is not None
    return await actor.submit_modal(form, {**dict.fromkeys(PROFILE, ""), **fields})


async def test_a_profile_is_told_shown_and_forgotten(town: Town) -> None:
    assert "Nothing but your Discord name" in card(await town.robin.slash(town.channel, "me show"))
    told_back = card(await tell(town, town.robin, **PROFILE))
    assert all(told in told_back for told in PROFILE.values())
    shown = card(await town.robin.slash(town.channel, "me show"))
    assert all(told in shown for told in PROFILE.values())
    assert "Nothing but your Discord name" in card(await town.sasha.slash(town.channel, "me show"))
    asked = await town.robin.slash(town.channel, "me clear")
    await town.robin.click(last(asked), label="Keep")
    assert card(await town.robin.slash(town.channel, "me show")) == shown
    asked = await town.robin.slash(town.channel, "me clear")
    await town.robin.click(last(asked), label="Forget it")
    await town.env.settle()
    assert "Nothing but your Discord name" in card(await town.robin.slash(town.channel, "me show"))


@pytest.mark.parametrize("field", PROFILE)
async def test_each_word_of_a_profile_is_told_alone(town: Town, field: str) -> None:
    assert PROFILE[field] in card(await tell(town, town.robin, **{field: PROFILE[field]}))
    others = [told for name, told in PROFILE.items() if name != field]
    shown = card(await town.robin.slash(town.channel, "me show"))
    assert not any(told in shown for told in others)


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("name", "x" * 33, "The name may have at most 32 characters; yours has 33."),
        ("nickname", "system", "The nickname must not be “system”"),
        ("custom_pronouns", "x" * 41, "Pronouns: at most 40 characters are allowed; you wrote 41."),
        ("description", "x" * 1001, "About you: at most 1000 characters are allowed; you wrote 1001."),
        ("time_zone", "Mars/Olympus", "There is no time zone “Mars/Olympus”."),
    ],
)
async def test_a_profile_that_cannot_be_kept_is_mended(town: Town, field: str, typed: str, sentence: str) -> None:
    refused = await tell(town, town.robin, **{field: typed})
    assert sentence in words(refused)
    reopened = await town.robin.click(last(refused), label="Mend")
    assert reopened.modal is not None
    assert typed_in(reopened.modal)[field] == typed
    assert PROFILE[field] in card(await town.robin.submit_modal(reopened, {**PROFILE}))


async def test_pronouns_and_language_are_chosen(town: Town) -> None:
    panel = await town.robin.slash(town.channel, "me edit")
    await town.robin.select(last(panel), ["they_them"], custom_id="me:pronouns")
    await town.env.settle()
    assert "they/them" in card(await town.robin.slash(town.channel, "me show"))
    assert town.program.people.language(town.robin.id) is None
    panel = await town.robin.slash(town.channel, "me edit")
    await town.robin.select(last(panel), ["es"], custom_id="me:language")
    await town.env.settle()
    assert town.program.people.language(town.robin.id) == "es"
    # A text that has its Spanish already: the person's own language goes before their Discord's.
    refused = await town.robin.slash(town.channel, "character show", character="nobody")
    assert "No existe" in words(refused) or "no hay" in words(refused).casefold()
    assert "There is no such character" in words(
        await town.sasha.slash(town.channel, "character show", character="nobody")
    )


async def test_a_member_wears_a_persona_in_the_history(town: Town) -> None:
    """What was said keeps the name it was said under, whatever becomes of the persona."""
    await create_character(town, town.robin)
    await summon(town, town.robin)
    await create(town, town.robin)
    await town.robin.slash(town.channel, "persona use", persona="Captain Ada")
    await town.robin.slash(town.channel, "say", character="Mira", text="Ahoy!")
    await town.settle()
    await town.robin.slash(town.channel, "persona use")
    await town.robin.slash(town.channel, "say", character="Mira", text="Good evening!")
    await town.settle()
    asked = await town.robin.slash(town.channel, "persona delete", persona="Captain Ada")
    await town.robin.click(last(asked), label="Delete Captain Ada")
    await town.env.settle()
    spoken = await rows(town.program, "SELECT content, speaker_name FROM messages WHERE kind = 'user' ORDER BY id")
    assert spoken[0] == ("Ahoy!", "Captain Ada")
    assert spoken[1][0] == "Good evening!"
    assert spoken[1][1] != "Captain Ada"
