"""What a persona and a profile say reaches their owner and the model that answers them; nobody else, nowhere."""

from structlog.testing import capture_logs

from tests.cogs.conftest import Town
from tests.cogs.test_cogs_characters import create as create_character
from tests.cogs.test_cogs_characters import last, summon
from tests.cogs.test_cogs_people import ADA, card, create, show, tell
from tests.services.test_services_turns import rows

CANARIES = {
    "description": "canary-description",
    "appearance": "canary-appearance",
    "topics": "canary-liked\n- canary-avoided",
    "custom_instructions": "canary-wishes",
}
WORDS = ("canary-description", "canary-appearance", "canary-liked", "canary-avoided", "canary-wishes")
PROFILE = {"description": "canary-about-me", "custom_pronouns": "canary-pronouns"}


async def say(town: Town, who: str, text: str) -> str:
    """Say something to Mira; returns the prompt that was made of it."""
    await getattr(town, who).slash(town.channel, "say", character="Mira", text=text)
    await town.settle()
    return str(town.program.models.asked[-1].prompt.messages)


async def test_words_of_a_persona_and_a_profile_stay_with_their_owner(town: Town) -> None:
    with capture_logs() as logs:
        # Sasha made the character, the owner is the server's admin; it is Robin's persona.
        await create_character(town, town.sasha)
        await summon(town, town.sasha)
        await tell(town, town.robin, description="canary-about-me", custom_pronouns="canary-pronouns")
        plainly = await say(town, "robin", "Evening.")
        await create(town, town.robin, **CANARIES)
        await town.robin.slash(town.channel, "persona use", persona=ADA["name"])
        worn = await say(town, "robin", "Ahoy!")
        others = await say(town, "sasha", "Hello!")
        foreign = [
            str(last(result).embeds and [one.to_dict() for one in last(result).embeds]) + last(result).content
            for result in [
                await town.sasha.slash(town.channel, "persona list"),
                await town.sasha.slash(town.channel, "persona show", persona=ADA["name"]),
                await town.sasha.slash(town.channel, "me show"),
                await town.sasha.slash(town.channel, "doctor"),
                await town.owner.slash(town.channel, "persona list"),
            ]
        ]
    # The controls: the owner's own card and the owner's own prompts hold every word.
    shown = await show(town, town.robin)
    assert all(word in shown for word in WORDS)
    assert all(word in worn for word in WORDS)
    assert all(word in plainly for word in PROFILE.values())
    told = card(await town.robin.slash(town.channel, "me show"))
    assert all(word in told for word in PROFILE.values())
    secret = (*WORDS, *PROFILE.values())
    public = str(town.program.channels.posts) + str(town.program.channels.remarks)
    stored = str(await rows(town.program, "SELECT content, speaker_name FROM messages"))
    accounts = str(await rows(town.program, "SELECT prompt_parts::text FROM message_variants"))
    inbox = str(await rows(town.program, "SELECT heard::text FROM inbox"))
    spoken = [str(message.content) for message in town.channel.history()]
    for text in (others, *foreign, str(logs), public, stored, accounts, inbox, *spoken):
        assert not [word for word in secret if word in text]
    assert ADA["name"] in stored
    assert "asker" in accounts


async def test_another_member_in_the_same_conversation_wears_nothing_of_it(town: Town) -> None:
    await create_character(town, town.robin)
    await summon(town, town.robin)
    await create(town, town.robin, **CANARIES)
    await town.robin.slash(town.channel, "persona default", persona=ADA["name"])
    assert "canary-wishes" in await say(town, "robin", "Ahoy!")
    heard = await say(town, "sasha", "Hello!")
    assert "canary" not in heard
    # What was said before is in the history under the name it was said under.
    assert ADA["name"] in heard
