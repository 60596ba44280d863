"""Stickers, voice messages and emojis reach the model as words, all the way from Discord."""

from typing import Any

import pytest

from sandbox.acts import messages
from sandbox.uploads import Upload
from sandbox.world.models import Channel, Message
from tests.fakes.scripted_provider import Say
from tests.whole.cafe import Whole, until

SOUND = b"OggS" + b"\0" * 2_044
_IS_VOICE_MESSAGE = 1 << 13


def write(here: Whole, channel: Channel, payload: dict[str, Any], *uploads: Upload) -> Message:
    draft = messages.Draft(channel, here.sandbox.person("robin").id, payload, list(uploads))
    return messages.write(here.sandbox.core, draft)


def answering(message: Message) -> dict[str, Any]:
    return {"message_reference": {"message_id": message.id, "channel_id": message.channel_id, "type": 0}}


async def heard(here: Whole) -> str:
    """Everything the model was told, once it was asked."""
    before = len(here.provider.requests)
    await until(lambda: len(here.provider.requests) > before, "the model is asked")
    await here.cafe.turns.idle()
    return str(here.provider.requests[-1].body["messages"])


@pytest.fixture
async def spoken(here: Whole) -> Message:
    """Something Mira said in the tavern."""
    tavern = here.channel("tavern")
    await here.summon("sasha", await here.make("sasha", "Mira"), tavern)
    here.provider.will(Say("Sit down."))
    await here.ask(("robin", "Mira?", tavern))
    (said,) = here.spoken(tavern)
    return said


async def test_a_sticker_answers_a_character(here: Whole, spoken: Message) -> None:
    lamp = next(one for one in here.sandbox.world.stickers if one.name == "Lamp lit")
    write(here, here.channel("tavern"), {"sticker_ids": [lamp.id], **answering(spoken)})
    told = await heard(here)
    assert "sticker: Lamp lit" in told
    assert len(here.spoken(here.channel("tavern"))) == 2


async def test_a_voice_message_answers_a_character_which_knows_that_it_cannot_hear_it(
    here: Whole, spoken: Message
) -> None:
    about = {"id": 0, "filename": "voice-message.ogg", "duration_secs": 1.5, "waveform": "AAEC"}
    payload = {"flags": _IS_VOICE_MESSAGE, "attachments": [about], **answering(spoken)}
    write(here, here.channel("tavern"), payload, Upload(0, "voice-message.ogg", SOUND, "audio/ogg"))
    told = await heard(here)
    assert "voice message (2 kB), which you cannot hear" in told
    assert len(here.spoken(here.channel("tavern"))) == 2


async def test_a_sticker_that_speaks_to_nobody_is_nobodys(here: Whole, spoken: Message) -> None:
    lamp = next(one for one in here.sandbox.world.stickers if one.name == "Lamp lit")
    tavern = here.channel("tavern")
    write(here, tavern, {"sticker_ids": [lamp.id]})
    await here.ask(("robin", "Mira, still there?", tavern))
    assert "Lamp lit" not in str(here.provider.requests[-1].body["messages"])
