"""Where only a person has the application, and no bot is: every command of theirs works there, or says why not."""

import pytest

from bot.services.talk import sections
from sandbox.acts import guilds
from sandbox.world.models import Message
from tests.fakes.scripted_provider import Say, Status
from tests.whole.cafe import Whole, menu, pressed, slash, until

PIER, TEA = "pier", "Tea at four"
_EPHEMERAL, _CARD = 1 << 6, 1 << 15


def stands_of(here: Whole, message_id: str) -> Message:
    """A message as it stands now."""
    found = here.sandbox.world.messages.get(message_id)
    assert found is not None
    return found


def said(message: Message) -> list[str]:
    """Every text of a message, from top to bottom."""
    found = [message.content] if message.content else []
    pending = list(message.components)
    while pending:
        one = pending.pop(0)
        if one["type"] == 10:
            found.append(one["content"])
        pending = [*one.get("components", []), *pending]
    return found


async def answered(here: Whole, message: Message) -> list[str]:
    """The texts of an answer, once a character has finished it and its button is under it."""
    await until(lambda: ":more" in str(stands_of(here, message.id).components), "it is answered")
    await here.cafe.turns.idle()
    return said(stands_of(here, message.id))


async def test_every_command_says_where_it_can_be_used(here: Whole) -> None:
    found = {one.body["name"]: one.body for one in here.sandbox.world.commands}
    ours = {"server", "doctor"}
    assert {"say", "character", "discover", "persona", "me", "why", "help", "Character…", "Why"} <= found.keys()
    for name, body in found.items():
        expected = ([0], [0]) if name in ours else ([0, 1], [0, 1, 2])
        assert (sorted(body["integration_types"]), sorted(body["contexts"])) == expected, name


@pytest.mark.parametrize("channel", [PIER, TEA])
async def test_a_line_and_its_answer_stand_in_one_message(here: Whole, channel: str) -> None:
    character = await here.make("sasha", "Mira")
    shown = await slash(here, "robin", here.channel(channel), "character show", character="Mira")
    assert shown.embeds[0]["title"] == "Mira"
    told = await slash(here, "robin", here.channel(channel), "character summon", character="Mira")
    assert told.flags & _EPHEMERAL
    assert "Use /say" in told.content
    here.provider.will(Say("The harbour is calm tonight."))
    line = await slash(
        here, "robin", here.channel(channel), "say", character=str(character), text="How is the sea? @everyone"
    )
    found = await answered(here, line)
    assert found == [
        "**To Mira:** How is the sea? @everyone",
        "### Mira",
        "The harbour is calm tonight.",
    ]
    stands = stands_of(here, line.id)
    assert stands.flags & _CARD
    assert not stands.flags & _EPHEMERAL
    assert not stands.mention_everyone
    asked = here.provider.requests[-1].body["messages"]
    assert "How is the sea?" in str(asked)
    assert sections.PRIVATE not in str(asked)
    # What was said before is remembered.
    await answered(here, await slash(here, "robin", here.channel(channel), "say", character="Mira", text="And now?"))
    assert "The harbour is calm tonight." in str(here.provider.requests[-1].body["messages"])


async def test_a_character_that_is_not_there_yet_comes_with_the_first_line(here: Whole) -> None:
    await here.make("sasha", "Mira")
    here.provider.will(Say("Here I am."))
    line = await slash(here, "robin", here.channel(PIER), "say", character="Mira", text="Mira, are you there?")
    assert (await answered(here, line))[1:] == ["### Mira", "Here I am."]


async def test_nobody_of_that_name_is_told_to_who_asked_alone(here: Whole) -> None:
    world, pier = here.sandbox.world, here.channel(PIER)
    before = len(world.history(pier.id))
    command = next(one for one in world.commands if one.body["name"] == "say")
    options = [{"type": 3, "name": "character", "value": "Nobody"}, {"type": 3, "name": "text", "value": "Hello?"}]
    data = {"id": command.id, "name": "say", "type": 1, "options": options}
    body = {
        "type": 2,
        "application_id": here.sandbox.application.id,
        "channel_id": pier.id,
        "guild_id": pier.guild_id,
        "session_id": "x",
        "nonce": "77",
        "data": data,
    }
    assert (await here.people["robin"].call("POST", "/interactions", body))[0] == 204
    await until(lambda: any("no such character" in one.content for one in world.whispers), "they are told")
    assert len(world.history(pier.id)) == before
    mend = next(one for one in world.whispers if "no such character" in one.content)
    assert mend.components[0]["components"][0]["label"] == "Mend"


async def test_who_made_it_and_why_are_told_of_answers_there(here: Whole) -> None:
    await here.make("sasha", "Mira")
    await slash(here, "robin", here.channel(PIER), "character summon", character="Mira")
    line = await slash(here, "robin", here.channel(PIER), "say", character="Mira", text="Good evening")
    await answered(here, line)
    stands = stands_of(here, line.id)
    sasha = here.sandbox.person("sasha").id
    assert f"Made by <@{sasha}>." in await menu(here, "robin", "Character…", stands)
    explained = await slash(here, "robin", here.channel(PIER), "why")
    assert explained.embeds[0]["title"] == "Why Mira said this"
    more = next(row for row in stands.components[1]["components"] if row["type"] == 1)["components"][-1]
    panel = await pressed(
        here, "robin", stands.channel_id, 3, {"component_type": 2, "custom_id": more["custom_id"]}, on=stands
    )
    assert "**Mira** is a character" in panel.content
    assert panel.flags & _EPHEMERAL


async def test_the_other_commands_of_a_person_work_there(here: Whole) -> None:
    await here.make("sasha", "Mira")
    pier, tea = here.channel(PIER), here.channel(TEA)
    assert "Use /say" in (await slash(here, "robin", pier, "character summon", character="Mira")).content
    assert "Here now: **Mira**." in (await slash(here, "robin", pier, "help")).embeds[0]["description"]
    assert (await slash(here, "robin", tea, "help")).embeds[0]["description"].startswith("Nobody is in this channel")
    assert "Mira" in str((await slash(here, "robin", pier, "discover")).embeds)
    assert "Mira" in str((await slash(here, "robin", pier, "character list")).embeds)
    assert (await slash(here, "robin", pier, "me show")).flags & _EPHEMERAL
    assert (await slash(here, "robin", pier, "persona list")).flags & _EPHEMERAL
    assert "no persona" in (await slash(here, "robin", pier, "persona use")).content
    assert "No conversation goes on" in (await slash(here, "robin", tea, "persona use")).content
    assert "has left" in (await slash(here, "robin", pier, "character dismiss", character="Mira")).content
    assert "No such character" in (await slash(here, "robin", pier, "character dismiss", character="Mira")).content


async def speak(here: Whole, text: str = "Tell me a tale", by: str = "robin") -> Message:
    """Mira is asked something at the pier."""
    await here.make("sasha", "Mira")
    await slash(here, by, here.channel(PIER), "character summon", character="Mira")
    return await slash(here, by, here.channel(PIER), "say", character="Mira", text=text)


def ours(here: Whole) -> list[Message]:
    history = here.sandbox.world.history(here.channel(PIER).id)
    return [one for one in history if one.author_id == here.sandbox.application.id]


async def test_of_a_long_answer_the_first_message_bears_the_line_and_the_last_the_button(here: Whole) -> None:
    here.provider.will(Say("\n\n".join(f"Chapter {number}. " + "A wave came in. " * 60 for number in range(6))))
    line = await speak(here)
    await until(lambda: ":more" in str([one.components for one in ours(here)]), "it is answered")
    await here.cafe.turns.idle()
    texts = [said(one) for one in ours(here)]
    assert len(texts) >= 3
    assert texts[0][:2] == ["**To Mira:** Tell me a tale", "### Mira"]
    assert all("To Mira" not in str(one) for one in texts[1:])
    assert [":more" in str(one.components) for one in ours(here)] == [False] * (len(texts) - 1) + [True]
    assert stands_of(here, line.id) == ours(here)[0]


async def test_the_answer_grows_under_the_line_and_who_asked_can_stop_it(here: Whole) -> None:
    here.provider.will(Say("Once there was a boat that could not float, and nobody told it so.", hold_after=9))
    line = await speak(here)
    await until(lambda: ":stop" in str(stands_of(here, line.id).components), "it is being written")
    growing = stands_of(here, line.id)
    assert said(growing)[:2] == ["**To Mira:** Tell me a tale", "### Mira"]
    stop = next(row for row in growing.components[1]["components"] if row["type"] == 1)["components"][0]
    data = {"component_type": 2, "custom_id": stop["custom_id"]}
    await here.people["robin"].interact(PIER, 3, data, message_id=line.id)
    found = await answered(here, line)
    here.provider.release()
    assert found[2]
    assert "Once there was a boat that could not float, and nobody".startswith(found[2])


async def test_when_the_model_fails_the_line_stays_and_who_asked_is_told_alone(here: Whole) -> None:
    here.provider.otherwise = Status(400, {"message": "no"})
    line = await speak(here)
    await until(lambda: any("could not answer" in one.content for one in here.sandbox.world.whispers), "they are told")
    await here.cafe.turns.idle()
    assert said(stands_of(here, line.id)) == ["**To Mira:** Tell me a tale"]
    assert len(ours(here)) == 1


async def test_after_a_quarter_of_an_hour_who_asked_is_told_by_direct_message(here: Whole) -> None:
    letters = here.letters("robin")
    here.provider.will(Say("Too late for this tale.", hold_after=1))
    await speak(here)
    await until(lambda: here.provider.requests, "the model is asked")
    here.sandbox.core.clock.advance(901)
    here.provider.release()
    await until(lambda: here.sandbox.world.history(letters.id), "they are told")
    (told,) = here.sandbox.world.history(letters.id)
    assert "15 minutes" in told.content
    assert "Ask again with /say" in told.content


async def test_a_restart_finishes_the_answer_in_the_same_message(here: Whole) -> None:
    here.provider.will(Say("Half a tale and then the rest.", hold_after=3))
    line = await speak(here)
    await until(lambda: here.provider.requests, "the model is asked")
    here.provider.otherwise = Say("The whole tale.")
    here.provider.release()
    await here.restart()
    assert (await answered(here, line))[:2] == ["**To Mira:** Tell me a tale", "### Mira"]
    assert len(ours(here)) == 1


@pytest.mark.parametrize(
    ("beside", "command", "options", "told"),
    [
        (None, "character dismiss", {"character": "Mira"}, "Nobody listens in this channel."),
        ("Juno", "character dismiss", {"character": "Mira"}, "No such character is in this channel."),
        (None, "conversation mute", {}, "This conversation is muted."),
    ],
)
async def test_no_card_waits_for_a_character_that_was_sent_away_or_muted_meanwhile(
    here: Whole, beside: str | None, command: str, options: dict[str, str], told: str
) -> None:
    if beside is not None:
        await here.make("sasha", beside)
        await slash(here, "robin", here.channel(PIER), "character summon", character=beside)
    here.provider.will(Say("Once there was a boat.", hold_after=1))
    first = await speak(here)
    await until(lambda: here.provider.requests, "the model is asked")
    second = await slash(here, "robin", here.channel(PIER), "say", character="Mira", text="And the sea?")
    assert said(stands_of(here, second.id))[1:] == ["### Mira", "-# Mira is thinking …"]
    await slash(here, "robin", here.channel(PIER), command, **options)
    here.provider.release()
    await here.cafe.turns.idle()
    assert said(stands_of(here, first.id)) == ["**To Mira:** Tell me a tale"]
    assert said(stands_of(here, second.id)) == ["**To Mira:** And the sea?"]
    assert any(told in one.content for one in here.sandbox.world.whispers)
    assert len(here.provider.requests) == 1


async def test_each_person_talks_with_characters_of_their_own(here: Whole) -> None:
    sasha = here.sandbox.person("sasha")
    guilds.install_for(here.sandbox.core, here.sandbox.application, sasha, installed=True)
    await answered(here, await speak(here, "My name is Robin and I like tea"))
    assert (
        "Nobody is in this channel" in (await slash(here, "sasha", here.channel(PIER), "help")).embeds[0]["description"]
    )
    await answered(
        here, await slash(here, "sasha", here.channel(PIER), "say", character="Mira", text="What do you know?")
    )
    assert "like tea" not in str(here.provider.requests[-1].body["messages"])


async def test_in_direct_messages_every_word_is_for_whom_is_there(here: Whole) -> None:
    letters = here.letters("robin")
    await here.make("sasha", "Mira", greeting="You wrote!")
    told = await slash(here, "robin", letters, "character summon", character="Mira")
    assert "Whatever you write is for it" in told.content
    await until(lambda: here.spoken(letters), "it greets")
    here.provider.will(Say("Of the sea."))
    await here.ask(("robin", "what do you dream of?", letters))
    assert [said(one) for one in here.spoken(letters)] == [["### Mira", "You wrote!"], ["### Mira", "Of the sea."]]
    here.provider.will(Say("Of lanterns."))
    assert sections.PRIVATE in str(here.provider.requests[-1].body["messages"])
    line = await slash(here, "robin", letters, "say", character="Mira", text="and else?")
    assert line.content == "**To Mira:** and else?"
    await until(lambda: said(here.spoken(letters)[-1]) == ["### Mira", "Of lanterns."], "it answers")
    await here.cafe.turns.idle()
    assert "**Mira** is a character" in await menu(here, "robin", "Character…", here.spoken(letters)[-1])
    assert "has left" in (await slash(here, "robin", letters, "character dismiss", character="Mira")).content


async def test_a_button_under_the_answer_lets_anybody_go_on_without_typing_the_command(here: Whole) -> None:
    line = await speak(here, "Hello")
    await answered(here, line)
    buttons = stands_of(here, line.id).components[1]["components"][-1]["components"]
    assert [one["label"] for one in buttons] == ["Answer", "⋯"]
    robin, pier = here.people["robin"], here.channel(PIER)
    await robin.interact(PIER, 3, {"component_type": 2, "custom_id": buttons[0]["custom_id"]}, message_id=line.id)
    modal = await robin.outcome("INTERACTION_MODAL_CREATE")
    (label,) = modal["components"]
    field = {"type": 4, "id": label["component"]["id"], "custom_id": "text", "value": "And how are you?"}
    components = [{"type": 18, "id": label["id"], "component": field}]
    before = len(ours(here))
    here.provider.will(Say("Windy, thank you."))
    await robin.interact(PIER, 5, {"id": modal["id"], "custom_id": modal["custom_id"], "components": components})
    await until(lambda: len(ours(here)) > before, "the line is shown")
    found = await answered(here, ours(here)[-1])
    assert found == ["**To Mira:** And how are you?", "### Mira", "Windy, thank you."]
    assert "Hello" in str(here.provider.requests[-1].body["messages"])
    assert pier.guild_id != here.sandbox.guild.id


async def test_conversations_there_are_arranged_as_anywhere(here: Whole) -> None:
    await answered(here, await speak(here, "Hello"))
    pier = here.channel(PIER)
    told = [
        await slash(here, "robin", pier, f"conversation {command}", **options)
        for command, options in (
            ("title", {"title": "Sea talk"}),
            ("mute", {}),
            ("unmute", {}),
            ("pin", {}),
            ("settings", {}),
            ("export", {}),
            ("new", {}),
            ("list", {"show": "archived"}),
        )
    ]
    assert all(one.flags & _EPHEMERAL for one in told)
    assert told[-3].attachments[0].filename.startswith("sea-talk")
    assert "Sea talk" in str(told[-1].embeds)
    await answered(here, await slash(here, "robin", pier, "say", character="Mira", text="Who am I?"))
    assert "Hello" not in str(here.provider.requests[-1].body["messages"])


async def test_what_goes_on_there_outlives_that_the_bot_left_the_server(here: Whole) -> None:
    await answered(here, await speak(here, "Hello"))
    club = here.channel(PIER).guild_id
    await here.cafe.turns.place_gone(int(club or 0), None)
    assert "Here now: **Mira**." in (await slash(here, "robin", here.channel(PIER), "help")).embeds[0]["description"]
