"""Speaking where no webhook can: cards in direct messages, answers to commands where the app is only installed."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from uuid import uuid4

import discord
import pytest
from discord import app_commands
from discord.gateway import DiscordWebSocket
from structlog.testing import capture_logs
from yarl import URL

from bot.errors import StageClosed, StageUnsure
from bot.ports import Face, Place, Scene, Sensitivity, Surroundings, Via
from bot.transport import cards as cards_
from bot.transport.cards import IS_CARD
from bot.transport.chunking import split
from bot.transport.client import CafeClient
from bot.transport.executor import Call, Done
from bot.transport.marks import Mark, marks_in
from bot.transport.surroundings import around_asked, place_asked
from bot.transport.voices import MOST_ANSWERS
from sandbox import trouble
from sandbox.acts.channels import direct_channel
from sandbox.world.models import Message
from tests.sandbox.visitors import Person
from tests.transport.hall import Hall, Notes, hall
from tests.transport.meddler import break_off, lose_answer, refuse_to_work
from tests.transport.test_faces import picture
from tests.transport.town import Listener, make_client, running

LONG = "\n\n".join(f"Paragraph {number}. " + "Words and more words. " * 30 for number in range(12))
ENDLESS = LONG * 6
PICTURE = picture()
SHA = hashlib.sha256(PICTURE).hexdigest()


def words(message: Message) -> str:
    """What a card says, without its heading."""
    (container,) = message.components
    texts = [one["content"] for one in container["components"] if one["type"] == 10]
    return str(texts[-1])


def heading(message: Message) -> str:
    (container,) = message.components
    first = container["components"][0]
    return str(first["components"][0]["content"] if first["type"] == 9 else first["content"])


def direct(here: Hall) -> Place:
    channel = direct_channel(here.sandbox.core, here.sandbox.person("robin").id, here.sandbox.application.id)
    here.channel = channel
    return Place(None, int(channel.id), int(channel.id), Via.BOT)


def cards(here: Hall) -> list[Message]:
    return [one for one in here.sandbox.world.history(here.channel.id) if one.flags & IS_CARD]


# ------------------------------------------------------------------------------------------------ direct messages


async def test_in_direct_messages_a_character_is_a_card_with_its_face() -> None:
    async with hall() as here:
        here.pictures.kept[SHA] = PICTURE
        scene = here.scene(place=direct(here), face=Face("Mira *the* cat", SHA))
        parts = await here.perform(scene).finish("Good evening.")
        (message,) = cards(here)
        assert [part.message_id for part in parts] == [int(message.id)]
        assert (heading(message), words(message)) == (r"### Mira \*the\* cat", "Good evening.")
        thumbnail = message.components[0]["components"][0]["accessory"]
        assert thumbnail["media"]["url"].endswith(".png?size=128")
        assert marks_in(message.components) == [Mark(scene.turn_id, 0, "more")]
        assert not here.calls("POST", "/webhooks/")


async def test_a_card_grows_and_splits_and_only_its_last_message_has_the_button() -> None:
    async with hall(self_winding=False) as here:
        scene = here.scene(place=direct(here))
        show = here.perform(scene)
        for length in range(200, len(LONG), 400):
            show.show(LONG[:length])
            await here.pass_time(0.6)
        await show.finish(LONG)
        shown = cards(here)
        assert [words(one) for one in shown] == split(LONG)
        assert [heading(one)[:2] for one in shown] == ["##", *["-#"] * (len(shown) - 1)]
        assert [len(marks_in(one.components)) for one in shown] == [0] * (len(shown) - 1) + [1]
        assert len(here.calls("PATCH", "/channels/")) > len(shown)


@pytest.mark.parametrize("trick", [lose_answer, break_off, refuse_to_work])
async def test_a_card_whose_fate_is_unknown_is_posted_once(trick: Any) -> None:
    async with hall() as here:
        scene, notes = here.scene(place=direct(here)), Notes()
        here.meddler.play("POST", "/messages", trick)
        await here.perform(scene, notes).finish("Once.")
        assert [words(one) for one in cards(here)] == ["Once."]
        assert [event for event, _, _ in notes.events] == ["opening", "opened"]


async def test_after_a_restart_a_card_is_found_by_its_mark() -> None:
    async with hall() as here:
        scene = here.scene(place=direct(here))
        notes = Notes(fail_at="opened")
        with pytest.raises(ConnectionResetError):
            await here.perform(scene, notes).finish("Half a tale")
        again = replace(scene, unsure=frozenset({0}))
        await here.perform(again).finish("The whole tale")
        assert [words(one) for one in cards(here)] == ["The whole tale"]


async def test_a_removed_card_is_not_forced_on_anybody() -> None:
    async with hall() as here:
        scene = here.scene(place=direct(here))
        (part,) = await here.perform(scene).finish("Hello.")
        trouble.cause(here.sandbox.core, "delete_message", message_id=str(part.message_id))
        with pytest.raises(StageClosed, match="removed"):
            await here.perform(replace(scene, known={0: part.message_id})).finish("Hello again.")
        assert cards(here) == []


async def test_who_takes_no_direct_messages_is_not_written_to() -> None:
    async with hall() as here:
        scene = here.scene(place=direct(here))
        robin = here.sandbox.person("robin")
        trouble.cause(here.sandbox.core, "close_direct", user_id=robin.id)
        with pytest.raises(StageClosed, match="no_direct_messages"):
            await here.perform(scene).finish("Hello?")
        assert not await here.stage.tell(int(robin.id), "Hello?")
        trouble.cause(here.sandbox.core, "close_direct", user_id=robin.id, closed=False)
        assert await here.stage.tell(int(robin.id), "An admin must act. @everyone")
        assert here.sandbox.world.history(here.channel.id)[-1].content == "An admin must act. @everyone"


async def test_the_button_under_an_earlier_card_is_taken_away() -> None:
    async with hall() as here:
        here.pictures.kept[SHA] = PICTURE
        scene = here.scene(place=direct(here), face=Face("Mira", SHA))
        (part,) = await here.perform(scene).finish("Good evening.")
        await here.stage.strip(scene.place, part.message_id)
        (message,) = cards(here)
        assert marks_in(message.components) == []
        assert (heading(message), words(message)) == ("### Mira", "Good evening.")
        asked = len(here.calls("PATCH", "/channels/"))
        await here.stage.strip(scene.place, part.message_id)
        assert len(here.calls("PATCH", "/channels/")) == asked
        await here.stage.strip(scene.place, 1)  # gone: nobody minds


# -------------------------------------------------------------------------------------- where only a user has the app


@asynccontextmanager
async def asked(here: Hall, channel: str = "pier") -> AsyncGenerator[tuple[Scene, discord.Interaction[Any]]]:
    """A scene that answers a command somebody used where the bot is not, deferred as cogs do."""
    arrived: asyncio.Queue[discord.Interaction[Any]] = asyncio.Queue()

    async def callback(interaction: discord.Interaction[Any]) -> None:
        await interaction.response.defer(thinking=True)
        await arrived.put(interaction)

    async def prepare(client: CafeClient) -> None:
        command: Any = app_commands.Command(
            name="try",
            description="Try it",
            callback=callback,
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
            allowed_contexts=app_commands.AppCommandContext(
                **{"guild": True, "dm_channel": True, "private_channel": True}
            ),
        )
        client.tree.add_command(command)

    client = make_client(Listener(), prepare=prepare)
    DiscordWebSocket.DEFAULT_GATEWAY = URL(here.sandbox.url.replace("http", "ws", 1))
    async with running(client, here.sandbox.bot_token), Person.arrive(here.sandbox, "robin") as robin:
        await asyncio.wait_for(client.until_up(), 20)
        await robin.slash(channel, "try")
        interaction = await asyncio.wait_for(arrived.get(), 20)
        here.channel = here.sandbox.world.channel(str(interaction.channel_id))
        place = place_asked(interaction)
        yield Scene(uuid4(), place, Face("Mira"), interaction.id, token=interaction.token), interaction


async def test_where_only_a_user_has_the_app_the_answer_is_a_card() -> None:
    async with hall() as here, asked(here) as (scene, interaction):
        assert scene.place == Place(interaction.guild_id, int(here.channel.id), int(here.channel.id), Via.INTERACTION)
        assert around_asked(interaction) == Surroundings(Sensitivity.PRIVATE)
        parts = await here.perform(scene).finish("Hello from afar.")
        (message,) = cards(here)
        assert (heading(message), words(message)) == ("### Mira", "Hello from afar.")
        assert [part.message_id for part in parts] == [int(message.id)]
        assert marks_in(message.components) == [Mark(scene.turn_id, 0, "more")]


async def test_an_answer_is_streamed_into_the_first_message() -> None:
    async with hall(self_winding=False) as here, asked(here) as (scene, _):
        show = here.perform(scene)
        for length in range(20, 400, 40):
            show.show(LONG[:length])
            await here.pass_time(0.6)
        streamed = len(here.calls("PATCH", "/messages/"))
        await show.finish(LONG[:400].strip())
        assert streamed >= 3
        assert [words(one) for one in cards(here)] == [LONG[:400].strip()]


async def test_what_is_longer_than_six_messages_is_cut_and_says_so() -> None:
    async with hall() as here, asked(here) as (scene, _):
        parts = await here.perform(scene).finish(ENDLESS)
        shown = [words(one) for one in cards(here)]
        assert len(parts) == len(shown) == MOST_ANSWERS
        assert shown[:-1] == split(ENDLESS)[: MOST_ANSWERS - 1]
        assert shown[-1].endswith("\n-# There is more than fits here: ask me to continue.")
        assert all(len(one) <= 2000 for one in shown)


async def test_with_followups_spent_elsewhere_it_is_cut_earlier() -> None:
    async with hall() as here, asked(here) as (scene, interaction):
        await here.perform(scene).finish("Let me see.")
        for number in range(4):
            await interaction.followup.send(f"something else {number}")
        parts = await here.perform(replace(scene, known={0: int(cards(here)[0].id)})).finish(LONG)
        assert len(split(LONG)) > 2
        assert len(parts) == 2
        assert words(cards(here)[-1]).endswith("ask me to continue.")


async def test_after_a_quarter_of_an_hour_nothing_can_be_said_and_the_token_is_never_logged() -> None:
    async with hall() as here, asked(here) as (scene, _):
        here.sandbox.core.clock.advance(901)
        with capture_logs() as logs, pytest.raises(StageClosed, match="interaction_expired"):
            await here.perform(scene).finish("Too late.")
        assert scene.token is not None
        await here.stage.remark(scene.place, "Too late.", key="late", token=scene.token)
        assert scene.token not in repr(logs) + repr(scene)


async def test_a_lost_first_answer_is_written_again_and_a_lost_later_one_never() -> None:
    async with hall() as here, asked(here) as (scene, _):
        here.meddler.play("PATCH", "@original", lose_answer)
        await here.perform(scene).finish("Once.")
        assert [words(one) for one in cards(here)] == ["Once."]
        here.meddler.play("POST", scene.token or "", lose_answer)
        with pytest.raises(StageUnsure):
            await here.perform(replace(scene, known={0: int(cards(here)[0].id)})).finish(LONG)
        assert len(cards(here)) == 2


async def test_nothing_said_leaves_nothing_thinking() -> None:
    async with hall() as here, asked(here) as (scene, _):
        assert len(here.sandbox.world.history(here.channel.id)) >= 1
        before = len(here.sandbox.world.history(here.channel.id))
        await here.perform(scene).withdraw()
        assert len(here.sandbox.world.history(here.channel.id)) == before - 1


async def test_a_remark_takes_the_place_of_thinking_or_is_whispered() -> None:
    async with hall() as here, asked(here) as (scene, interaction):
        await here.stage.remark(scene.place, "Nobody is home.", key="one", token=scene.token)
        original = await interaction.original_response()
        assert original.content == "-# Nobody is home."
        await here.stage.remark(scene.place, "Still nobody.", key="two", token=scene.token)
        (entry,) = [one for one in here.calls("POST") if one.request.get("content") == "-# Still nobody."]
        assert entry.response["flags"] & 64
        with capture_logs() as logs:
            await here.stage.remark(scene.place, "No token.", key="three")
        assert [line["event"] for line in logs] == ["remark_failed"]


async def test_the_line_of_who_asked_stays_above_the_answer_and_when_there_is_none() -> None:
    async with hall() as here, asked(here) as (scene, interaction):
        await interaction.edit_original_response(view=cards_.waiting("**To Mira:** hi", "Mira", "-# thinking"))
        (message,) = cards(here)
        assert [one["type"] for one in message.components] == [10, 17]
        await here.perform(scene).finish("Hello.")
        line, container = cards(here)[0].components
        assert line["content"] == "**To Mira:** hi"
        assert container["components"][1]["content"] == "Hello."
        again = here.perform(replace(scene, known={0: int(message.id)}))
        await again.withdraw()
        assert [one["content"] for one in cards(here)[0].components] == ["**To Mira:** hi"]


async def test_a_card_that_waits_goes_when_nobody_will_answer() -> None:
    async with hall() as here, asked(here) as (scene, interaction):
        await interaction.edit_original_response(view=cards_.waiting("**To Mira:** hi", "Mira", "-# thinking"))
        await here.stage.remark(scene.place, "So much was said here.", key="full", token=scene.token)
        assert [one["content"] for one in cards(here)[0].components] == ["**To Mira:** hi"]
        (whispered,) = here.sandbox.world.whispers
        assert whispered.content == "-# So much was said here."


async def test_each_of_several_cards_that_wait_goes() -> None:
    async with hall() as here:
        for _ in range(2):
            async with asked(here) as (scene, interaction):
                await interaction.edit_original_response(view=cards_.waiting("**To Mira:** hi", "Mira", "-# thinking"))
                await here.stage.remark(scene.place, "So much was said here.", key="full", token=scene.token)
        assert [[one["content"] for one in card.components] for card in cards(here)] == [["**To Mira:** hi"]] * 2


async def test_under_an_answer_stands_a_button_to_go_on() -> None:
    async with hall() as here, asked(here) as (scene, _):
        character_id = uuid4()
        await here.perform(replace(scene, character_id=character_id)).finish(LONG)
        rows = [one for message in cards(here) for one in message.components[0]["components"] if one["type"] == 1]
        assert [[one["custom_id"] for one in row["components"]] for row in rows] == [
            [f"say:{character_id.hex}", Mark(scene.turn_id, len(cards(here)) - 1, "more").custom_id]
        ]


async def test_in_a_server_we_are_in_and_in_direct_messages_the_same_command_has_other_ways() -> None:
    async with hall() as here, asked(here, "tavern") as (scene, interaction):
        assert scene.place == here.place
        assert around_asked(interaction) == Surroundings(Sensitivity.PUBLIC)
    async with hall() as here:
        place = direct(here)
        here.channel.name = "direct with the bot"
        async with asked(here, "direct with the bot") as (scene, interaction):
            assert scene.place == place
            assert around_asked(interaction) == Surroundings(Sensitivity.CONFIDENTIAL)


async def test_typing_is_not_asked_for_where_the_bot_is_not() -> None:
    async with hall() as here, asked(here) as (scene, _):
        await here.stage.typing(scene.place)
        assert not here.calls("POST", "/typing")
        outcome = await here.executor.request(Call("GET", "/users/@me"))
        assert isinstance(outcome, Done)
