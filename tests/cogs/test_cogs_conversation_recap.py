"""/conversation recap, as people use it."""

import pytest
import simcord

from bot.errors import Down
from tests.cogs.conftest import Town
from tests.cogs.test_cogs_characters import create, last, summon, words
from tests.cogs.test_cogs_panel import labels
from tests.services.test_services_turns import rows


@pytest.fixture
async def talked(town: Town) -> Town:
    """Mira has answered Robin once."""
    await create(town, town.robin, greeting="")
    await summon(town, town.robin)
    town.program.models.script = [["One."], ["They met under the *lantern*. @everyone <@1>"]]
    await town.robin.slash(town.channel, "say", character="Mira", text="Hello?")
    await town.settle()
    return town


async def recap(town: Town, actor: simcord.MemberActor) -> simcord.InteractionResult:
    return await actor.slash(town.channel, "conversation recap")


def told(result: simcord.InteractionResult) -> str:
    message = last(result)
    assert message.ephemeral
    embed = message.embeds[0]
    return "\n".join([embed.description or "", *(field.value or "" for field in embed.fields)])


async def test_it_is_shown_to_who_asks_with_what_it_took(talked: Town) -> None:
    shown = await recap(talked, talked.robin)
    assert "They met under the *lantern*." in told(shown)
    assert "worded by parrot (scripted)" in told(shown)
    assert "10 tokens in and 5 out" in told(shown)
    assert labels(shown) == {"Change it by hand", "Make it afresh"}


async def test_it_is_changed_by_hand(talked: Town) -> None:
    shown = await recap(talked, talked.robin)
    form = await talked.robin.click(last(shown), label="Change it by hand")
    assert form.modal is not None
    await talked.robin.submit_modal(form, {"text": "The heron is Robin's."})
    assert "The heron is Robin's." in told(shown)
    assert "Written by" in told(shown)
    assert await rows(talked.program, "SELECT summary FROM conversations") == [("The heron is Robin's.",)]


async def test_it_is_made_afresh(talked: Town) -> None:
    shown = await recap(talked, talked.robin)
    talked.program.models.script = [["All anew."]]
    await talked.robin.click(last(shown), label="Make it afresh")
    assert "All anew." in told(shown)


async def test_a_stranger_and_an_empty_channel_are_told_what_to_do(talked: Town) -> None:
    assert "You take no part in this conversation yet" in words(await recap(talked, talked.sasha))
    other = talked.guild.create_text_channel("empty")
    await talked.settle()
    refused = await talked.robin.slash(other, "conversation recap")
    assert "No conversation goes on in this channel" in words(refused)


async def test_who_manages_messages_may_read_and_change_it(talked: Town) -> None:
    shown = await recap(talked, talked.owner)
    assert "They met" in told(shown)
    assert labels(shown) == {"Change it by hand", "Make it afresh"}


async def test_where_no_model_answers_the_person_reads_that_nothing_was_changed(talked: Town) -> None:
    talked.program.models.script = [[Down("gone", provider="scripted")]]
    assert "No recap was made" in words(await recap(talked, talked.robin))
    assert await rows(talked.program, "SELECT summary, recap_begun_at FROM conversations") == [("", None)]
