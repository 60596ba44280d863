"""/say before closed gates: who asked is told why, alone, and nothing is shown to the others."""

from datetime import UTC, datetime

from bot.ports import Via
from bot.services.talk.places import PlaceValues
from tests.cogs.conftest import Town
from tests.cogs.test_cogs_characters import create, last, summon, words
from tests.services.stagecraft import ROBIN


async def decide(town: Town, **values: object) -> None:
    by = await town.program.people.arrive(ROBIN)
    await town.program.places.change(by, town.guild.id, PlaceValues(**values))  # type: ignore[arg-type]


async def test_where_characters_may_not_speak_say_is_refused(town: Town) -> None:
    await create(town, town.robin)
    await summon(town, town.robin)
    await decide(town, may_speak=False)
    refused = await town.robin.slash(town.channel, "say", character="Mira", text="Hello?")
    assert last(refused).ephemeral
    assert "An admin decided that characters do not speak here" in words(refused)
    await decide(town, may_speak=True)
    shown = await town.robin.slash(town.channel, "say", character="Mira", text="Hello?")
    assert not last(shown).ephemeral


async def test_more_answers_than_a_minute_allows_are_refused_to_who_asks(town: Town) -> None:
    await create(town, town.robin)
    await summon(town, town.robin)
    await decide(town, replies_per_minute=1)
    assert not last(await town.robin.slash(town.channel, "say", character="Mira", text="One")).ephemeral
    refused = await town.robin.slash(town.channel, "say", character="Mira", text="Two")
    assert last(refused).ephemeral
    assert "You had 1 answers here within a minute" in words(refused)
    assert not last(await town.sasha.slash(town.channel, "say", character="Mira", text="Three")).ephemeral


async def test_a_character_summoned_into_direct_messages_answers_every_word(town: Town) -> None:
    await create(town, town.robin)
    robin = town.robin.user
    await robin.slash("character summon", character="Mira")
    await town.settle()
    town.program.clock.moment = datetime(2026, 1, 1, tzinfo=UTC)  # the simulator's own; later than that is too late
    await robin.send_dm("lovely weather")
    await town.settle()
    assert [name for name, _ in town.program.channels.texts()] == ["Mira", "Mira"]
    assert town.program.stage.performances[-1].scene.place.via is Via.BOT
