"""/conversation through the whole program: where no bot is, and after the program was started anew."""

from tests.whole.cafe import Whole, pressed, slash, until

PIER = "pier"
_EPHEMERAL = 1 << 6


async def test_where_no_bot_is_one_begins_afresh_all_the_same(here: Whole) -> None:
    await here.make("sasha", "Mira")
    pier = here.channel(PIER)
    refused = await slash(here, "robin", pier, "conversation show")
    assert refused.content.startswith("No conversation goes on in this channel.")
    await slash(here, "robin", pier, "character summon", character="Mira")
    titled = await slash(here, "robin", pier, "conversation title", title="On the pier")
    assert titled.content == "It is called **On the pier** from now on."
    told = await slash(here, "robin", pier, "conversation new", title="Again")
    assert told.flags & _EPHEMERAL
    assert told.content.startswith("A new conversation has begun: **Again**.")
    listed = await slash(here, "robin", pier, "conversation list")
    assert [field["name"] for field in listed.embeds[0]["fields"]] == ["Again", "📦 On the pier"]
    # Not even who made the character learns of it.
    assert not (await slash(here, "sasha", here.channel("tavern"), "conversation list")).embeds[0].get("fields")


async def test_buttons_of_a_card_work_after_a_restart(here: Whole) -> None:
    mira, tavern = await here.make("robin", "Mira"), here.channel("tavern")
    await here.summon("robin", mira, tavern)
    card = await slash(here, "robin", tavern, "conversation show")
    (mute,) = [one for row in card.components for one in row["components"] if one.get("label") == "Mute"]
    await here.restart()
    here.say("robin", "Mira?", tavern)
    await here.cafe.turns.idle()
    data = {"component_type": 2, "custom_id": mute["custom_id"]}
    await pressed(here, "robin", tavern.id, 3, data, on=card)
    await until(lambda: "Muted: nobody answers." in str(card_now(here, card.id)), "the card says so")


def card_now(here: Whole, message_id: str) -> object:
    found = here.sandbox.world.whispers.get(message_id) or here.sandbox.world.messages.get(message_id)
    return found.embeds if found is not None else None
