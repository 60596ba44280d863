"""Greetings through the whole program: one as long as a card's, posted in parts, and one of several by the command."""

from bot.services.characters import Part, PartDraft
from tests.fakes.scripted_provider import Say
from tests.whole.cafe import Whole, slash


async def test_a_long_greeting_is_posted_in_parts_and_told_whole(here: Whole) -> None:
    sentences = [f"Stair {n} creaks under whoever climbs it in the dark." for n in range(100)]
    mira, tavern = await here.make("sasha", "Mira", greeting=" ".join(sentences)), here.channel("tavern")
    await here.summon("robin", mira, tavern)
    parts = [one.content for one in here.spoken(tavern)]
    assert len(parts) == 3
    assert all(len(part) <= 2000 for part in parts)
    assert " ".join(parts).split() == " ".join(sentences).split()
    here.provider.will(Say("Mind them."))
    await here.ask(("robin", "Mira?", tavern))
    asked = str(here.provider.requests[-1].body["messages"])
    assert sentences[0] in asked
    assert sentences[-1] in asked


async def test_a_greeting_is_chosen_by_the_command_and_a_long_one_begins_no_post(here: Whole) -> None:
    mira, tavern = await here.make("sasha", "Mira", greeting="Hm. " * 800), here.channel("tavern")
    async with here.cafe.people.at_work(here.caller("sasha")) as (sasha, work):
        await here.cafe.characters.put(work, sasha, mira, Part.OTHER_GREETINGS, PartDraft("Ahoy, {{user}}."))
    forum = here.channel("story-corner")
    refused = await slash(here, "robin", tavern, "character post", character="Mira", forum=forum.id, title="Night")
    assert "The greeting of Mira is too long to begin a post: 3199 characters, 2000 at most." in refused.content
    await slash(here, "robin", tavern, "character summon", character="Mira", greeting=2)
    await here.cafe.turns.idle()
    assert [one.content for one in here.spoken(tavern)] == ["Ahoy, Robin."]
