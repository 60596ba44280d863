"""What makers do with /character, and what others do with what they made: every command, its rights and refusals."""

import discord
import pytest
import simcord

from tests.cogs.conftest import Town
from tests.cogs.test_cogs_bad_input import png, typed_in
from tests.cogs.test_cogs_characters import FILLED, create, last, summon, words
from tests.services.stagecraft import until
from tests.services.test_services_turns import rows


async def use(town: Town, actor: simcord.MemberActor, command: str, **options: object) -> simcord.InteractionResult:
    result = await actor.slash(town.channel, f"character {command}", **options)
    await town.settle()
    return result


def shown(result: simcord.InteractionResult) -> str:
    """Everything the last answer shows, for who asked only."""
    message = last(result)
    assert message.ephemeral
    return " ".join([message.content, *(str(embed.to_dict()) for embed in message.embeds)])


async def published(town: Town, **options: object) -> simcord.InteractionResult:
    """Mira, made by robin and published."""
    await create(town, town.robin)
    explained = await use(town, town.robin, "publish", character="Mira", **options)
    return await town.robin.click(last(explained), label="Publish Mira")


async def test_the_panel_keeps_each_choice_at_once_and_shows_it(town: Town) -> None:
    made = await create(town, town.robin)
    ((one,),) = await rows(town.program, "SELECT id FROM characters")
    await town.robin.select(last(made), ["playful"], custom_id=f"character:{one}:trait:tone")
    assert "playful" in shown(made)
    await town.robin.click(last(made), label="How it answers")
    await town.robin.select(last(made), ["very_long"], custom_id=f"character:{one}:trait:length")
    await town.robin.select(last(made), ["female"], custom_id=f"character:{one}:trait:gender")
    await town.robin.click(last(made), label="For adults: no")
    assert "female · playful · very long answers" in shown(made)
    assert await rows(town.program, "SELECT traits->>'tone', traits->>'length', gender, is_adult FROM characters") == [
        ("playful", "very_long", "female", True)
    ]
    await town.robin.click(last(made), label="For adults: yes")
    await town.robin.select(last(made), ["unchosen"], custom_id=f"character:{one}:trait:length")
    assert "very long" not in shown(made)
    again = await use(town, town.robin, "traits", character="Mira")
    assert "playful" in shown(again)


async def test_nickname_age_and_phrases_by_a_second_form(town: Town) -> None:
    made = await create(town, town.robin)
    form = await town.robin.click(last(made), label="Nickname, age, phrases")
    refused = await town.robin.submit_modal(form, {"nickname": "Captain", "age": "old", "phrases": ""})
    assert words(refused) == "Age: write a whole number from 1 to 200, or leave it empty."
    reopened = await town.robin.click(last(refused), label="Mend")
    assert reopened.modal is not None
    assert typed_in(reopened.modal) == {"nickname": "Captain", "age": "old", "phrases": ""}
    kept = await town.robin.submit_modal(reopened, {"nickname": "Captain", "age": "34", "phrases": "Mind the stair."})
    assert "Captain" in shown(kept)
    assert "34 years old" in shown(kept)
    passing = await town.robin.click(last(kept), label="Nickname, age, phrases")
    refused = await town.robin.submit_modal(passing, {"nickname": "Alexandra", "age": "", "phrases": ""})
    assert "The nickname would look like “alexandra”" in words(refused)


async def test_edit_opens_as_the_character_is_and_reaches_the_conversation(town: Town) -> None:
    await create(town, town.robin)
    await summon(town, town.robin)
    form = await use(town, town.robin, "edit", character="Mira")
    assert form.modal is not None
    assert typed_in(form.modal) == FILLED
    refused = await town.robin.submit_modal(form, {**FILLED, "name": "Alexandra", "examples": ""})
    assert "cannot be mistaken" in words(refused)
    mend = await town.robin.click(last(refused), label="Mend")
    changed = await town.robin.submit_modal(mend, {**FILLED, "name": "Mirabel", "examples": ""})
    assert "**Mirabel** is changed" in shown(changed)
    await until(lambda: [one.name for one in town.program.turns.listeners(town.channel.id)] == ["Mirabel"])


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("edit", {}),
        ("traits", {}),
        ("avatar", {"picture": ("face.png", png())}),
        ("greeting", {}),
        ("greeting", {"text": "Boo"}),
        ("tags", {"tags": "boo"}),
        ("model", {"temperature": 1.0}),
        ("publish", {}),
        ("unpublish", {}),
        ("delete", {}),
    ],
)
async def test_what_is_the_makers_is_nobody_elses(town: Town, command: str, options: dict[str, object]) -> None:
    await create(town, town.robin)
    ((one,),) = await rows(town.program, "SELECT id FROM characters")
    for actor in (town.sasha, town.owner):
        unknown = await use(town, actor, command, character=str(one), **options)
        assert "no such character" in words(unknown)
    await rows(town.program, "UPDATE characters SET visibility = 'public', published_at = now() RETURNING 1")
    for actor in (town.sasha, town.owner):
        refused = await use(town, actor, command, character=str(one), **options)
        assert words(refused) == "Only who made Mira can change it."
        assert await actor.autocomplete(town.channel, f"character {command}", "character", "mi") == []
    assert await rows(town.program, "SELECT name, tags, picture_id, temperature FROM characters") == [
        ("Mira", [], None, None)
    ]


async def test_instructions_are_seen_by_the_maker_alone(town: Town) -> None:
    await published(town)
    mine = shown(await use(town, town.robin, "show", character="Mira"))
    assert "You are Mira Vale." in mine
    assert "the house's own" in mine
    for actor in (town.sasha, town.owner):
        theirs = shown(await use(town, actor, "show", character="Mira"))
        assert "Keeper of the Lantern Archive" in theirs
        assert f"<@{town.robin.id}>" in theirs
        assert "You are Mira Vale." not in theirs


async def test_a_card_shows_the_face(town: Town) -> None:
    await create(town, town.robin, picture=("face.png", png()))
    card = await use(town, town.robin, "show", character="Mira")
    assert "attachment://face.png" in shown(card)


async def test_the_greeting_is_seen_and_changed(town: Town) -> None:
    await create(town, town.robin)
    seen = await use(town, town.robin, "greeting", character="Mira")
    assert words(seen) == ">>> Mind the third stair, {{user}}."
    form = await town.robin.click(last(seen), label="Change the greeting")
    assert form.modal is not None
    assert typed_in(form.modal) == {"text": FILLED["greeting"]}
    refused = await town.robin.submit_modal(form, {"text": "\u202ex"})
    assert "Greeting: there is a hidden character (U+202E)" in words(refused)
    mend = await town.robin.click(last(refused), label="Mend")
    mended = await town.robin.submit_modal(mend, {"text": "@everyone hello"})
    assert "**Mira** is changed, here and now. Greeting (" in words(mended)
    await use(town, town.robin, "greeting", character="Mira", text="Good evening.")
    assert await rows(town.program, "SELECT greeting FROM characters") == [("Good evening.",)]


async def test_tags_are_set_shown_suggested_and_taken_away(town: Town) -> None:
    await published(town)
    told = await use(town, town.robin, "tags", character="Mira", tags="Fantasy, Cozy Mystery, fantasy")
    assert words(told) == "**Mira** has these tags: `fantasy`, `cozy-mystery`"
    refused = await use(town, town.robin, "tags", character="Mira", tags=",".join(f"tag{n}" for n in range(9)))
    assert words(refused) == "Tags: at most 8 are allowed; you wrote 9."
    offered = await town.robin.autocomplete(town.channel, "character tags", "tags", "sea, co", character="Mira")
    assert [one["value"] for one in offered] == ["sea, cozy-mystery"]
    offered = await town.sasha.autocomplete(town.channel, "discover", "tag", "fan")
    assert [one["value"] for one in offered] == ["fantasy"]
    await use(town, town.robin, "tags", character="Mira", tags="-")
    assert words(await use(town, town.robin, "tags", character="Mira")) == "**Mira** has no tags."


async def test_the_model_is_chosen_among_the_houses_and_given_back(town: Town) -> None:
    await create(town, town.robin)
    offered = await town.robin.autocomplete(town.channel, "character model", "model", "owl", character="Mira")
    assert [one["value"] for one in offered] == ["scripted/owl"]
    told = await use(town, town.robin, "model", character="Mira", model="scripted/owl", temperature=1.25)
    assert words(told) == "**Mira** speaks with scripted/owl, temperature 1.25."
    refused = await use(town, town.robin, "model", character="Mira", model="gpt-none")
    assert words(refused) == "Model: choose one of these: scripted/parrot, scripted/owl."
    told = await use(town, town.robin, "model", character="Mira", reset=True)
    assert words(told) == "**Mira** speaks with the house's own."


async def test_publishing_is_explained_and_asked_first(town: Town) -> None:
    await create(town, town.robin, description="")
    refused = await use(town, town.robin, "publish", character="Mira")
    assert "Description: a published character needs it" in words(refused)
    form = await use(town, town.robin, "edit", character="Mira")
    await town.robin.submit_modal(form, FILLED)
    explained = await use(town, town.robin, "publish", character="Mira")
    assert "Nobody but you sees its instructions" in words(explained)
    assert await rows(town.program, "SELECT visibility FROM characters") == [("private",)]
    assert "no such character" in words(await summon(town, town.sasha))
    done = await town.robin.click(last(explained), label="Publish Mira")
    assert "is published" in last(done).content or "is published" in last(explained).content
    assert "is here" in words(await summon(town, town.sasha))
    hidden = await use(town, town.robin, "unpublish", character="Mira")
    assert "Only you can find and summon **Mira** now." in words(hidden)
    assert "no such character" in words(await use(town, town.sasha, "show", character="Mira"))


async def test_characters_for_adults_stay_among_them(town: Town) -> None:
    await published(town, adults_only=True)
    night = town.guild.create_text_channel("night")
    await town.env.settle()
    known = town.client.get_channel(night.id)
    assert isinstance(known, discord.TextChannel)
    known.nsfw = True  # as its CHANNEL_UPDATE would say; the simulator has no age restriction
    assert "is for adults" in words(await use(town, town.sasha, "show", character=await the_id(town)))
    assert "is for adults" in words(await summon(town, town.sasha, await the_id(town)))
    assert "Mira" not in shown(await town.sasha.slash(town.channel, "discover"))
    assert "Mira" in shown(await town.sasha.slash(night, "discover"))
    assert "Keeper" in shown(await town.sasha.slash(night, "character show", character="Mira"))
    come = await town.sasha.slash(night, "character summon", character="Mira")
    await town.settle()
    assert "is here" in words(come)


async def the_id(town: Town) -> str:
    ((one,),) = await rows(town.program, "SELECT id FROM characters")
    return str(one)


async def test_likes_and_favorites_by_command_and_by_button(town: Town) -> None:
    await published(town)
    assert words(await use(town, town.sasha, "like", character="Mira")) == "You like **Mira**. (1 like)"
    assert words(await use(town, town.sasha, "like", character="Mira")) == "Your like is gone. (0 likes)"
    assert "likes are for other people's characters" in words(await use(town, town.robin, "like", character="Mira"))
    card = await use(town, town.sasha, "show", character="Mira")
    await town.sasha.click(last(card), label="Like")
    await town.sasha.click(last(card), label="Add to favorites")
    assert "1 like · favorite of 1" in shown(card)
    favorites = await use(town, town.sasha, "list", show="favorites")
    assert "Mira · public · 1 like" in shown(favorites)
    told = await use(town, town.sasha, "favorite", character="Mira")
    assert "no favorite of yours any more" in words(told)
    assert "You have none yet" in shown(await use(town, town.sasha, "list", show="favorites"))


async def test_lists_are_searched(town: Town) -> None:
    await create(town, town.robin)
    assert "Mira" in shown(await use(town, town.robin, "list", search="LANTÉRN", show="own"))
    nothing = await use(town, town.robin, "list", search="**dragon** @everyone")
    assert "None fits" in shown(nothing)
    opened = await town.robin.select(
        last(await use(town, town.robin, "list")), [await the_id(town)], custom_id="characters:look"
    )
    assert "Keeper of the Lantern Archive" in shown(opened)


async def test_the_directory_is_found_turned_and_looked_into(town: Town) -> None:
    for number in range(9):
        await create(town, town.robin, name=f"Person {number}", examples="")
    await rows(
        town.program,
        "UPDATE characters SET visibility = 'public', published_at = now() + (right(name, 1) || ' h')::interval"
        " RETURNING 1",
    )
    found = await town.sasha.slash(town.channel, "discover", words="keeper lant", sort="newest")
    assert "Person 8" in shown(found)
    assert "Person 0" not in shown(found)
    await town.sasha.click(last(found), label="Next")
    assert "Person 0" in shown(found)
    ((last_one,),) = await rows(town.program, "SELECT id FROM characters WHERE name = 'Person 0'")
    opened = await town.sasha.select(last(found), [str(last_one)], custom_id="characters:look")
    assert "Keeper of the Lantern Archive" in shown(opened)
    for typed in ("zzz", "!!! ' :* &", "x" * 6000, "\u202e"):
        assert "Nobody fits that" in shown(await town.sasha.slash(town.channel, "discover", words=typed))


async def test_the_directory_says_what_is_ones_own_and_that_alone(town: Town) -> None:
    await published(town)
    await use(town, town.robin, "tags", character="Mira", tags="cozy")
    assert "'Mira · #cozy'" in shown(await town.sasha.slash(town.channel, "discover"))
    assert "'Mira · yours · #cozy'" in shown(await town.robin.slash(town.channel, "discover"))
    assert "'Mira · yours, public · #cozy'" in shown(await use(town, town.robin, "list"))


async def test_deleting_is_asked_first_and_can_be_undone(town: Town) -> None:
    await create(town, town.robin)
    await summon(town, town.robin)
    asked = await use(town, town.robin, "delete", character="Mira")
    await town.robin.click(last(asked), label="Keep it")
    assert last(asked).content == "Nothing was changed."
    asked = await use(town, town.robin, "delete", character="Mira")
    assert "For a day you can have it back" in words(asked)
    await town.robin.click(last(asked), label="Delete Mira")
    await town.settle()
    assert "is deleted" in last(asked).content
    assert town.program.turns.listeners(town.channel.id) == ()
    assert any("has left" in text for _, _, text in town.program.channels.remarks)
    assert "no such character" in words(await use(town, town.robin, "show", character="Mira"))
    await town.robin.click(last(asked), label="Undo")
    assert "is back as it was" in last(asked).content
    assert "is here" in words(await summon(town, town.robin))
    asked = await use(town, town.robin, "delete", character="Mira")
    await town.robin.click(last(asked), label="Delete Mira")
    again = await create(town, town.robin)
    assert "/character restore" in words(again)
    (offered,) = await town.robin.autocomplete(town.channel, "character restore", "character", "mi")
    assert await town.sasha.autocomplete(town.channel, "character restore", "character", "mi") == []
    assert "nothing to bring back" in words(await use(town, town.sasha, "restore", character=offered["value"]))
    assert "is back as it was" in words(await use(town, town.robin, "restore", character=offered["value"]))


async def test_nobody_is_asked_in_who_passes_for_somebody_of_the_server(town: Town) -> None:
    await create(town, town.robin)
    await summon(town, town.robin)
    elsewhere = town.guild.create_text_channel("elsewhere")
    await create(town, town.sasha)
    refused = await town.sasha.slash(elsewhere, "character summon", character="Mira")
    assert words(refused).startswith("Mira cannot come here: people would take it for “Mira”")
