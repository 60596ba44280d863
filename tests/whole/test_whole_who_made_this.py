"""Whatever became of a character's message: whoever asks is told who made the character and who asked it.

The everyday run asks about some 80 messages; `make test-proofs` about more than a thousand.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field

import pytest

from bot.errors import UserError
from bot.ports import NO_RIGHTS
from sandbox import trouble
from sandbox.acts import webhooks
from sandbox.acts.threads import start_thread
from sandbox.world.models import Channel, ChannelType, Message
from tests.fakes.scripted_provider import Heard, Say
from tests.whole.cafe import Whole, menu

IN_FULL = os.environ.get("PROOFS") == "1"
ROUNDS = 85 if IN_FULL else 6
MESSAGES = 1000 if IN_FULL else 50
MAKERS = {"Mirabel": "sasha", "Junobel": "robin", "Octavo": "alex"}
EVERYBODY = ("robin", "sasha", "alex")
LENGTHS = (1_500, 3_400, 13_000)
"""One message, a few, and as many as a reply may have; so a reply that is worded anew gains or loses some."""


def about(number: int, length: int) -> str:
    """Words of this many characters whose every paragraph says which lantern they are about."""
    line = f"Lantern {number} is lit and burns. "
    return "\n\n".join([(line * (580 // len(line))).strip()] * max(1, length // 580))


def numbers_in(text: str) -> list[int]:
    return [int(found) for found in re.findall(r"[Ll]antern (\d+)", text)]


@dataclass
class Town:
    """Characters in every kind of place, and who asked for which lantern."""

    here: Whole
    places: list[Channel] = field(default_factory=list)
    asked: dict[int, str] = field(default_factory=dict)
    answers: int = 0

    def answer(self, heard: Heard) -> Say:
        self.answers += 1
        number = numbers_in(str(heard.body["messages"]))[-1]
        return Say("", pieces=(about(number, LENGTHS[self.answers % len(LENGTHS)]),))

    async def settle(self) -> None:
        here = self.here
        here.provider.otherwise = self.answer
        core, tavern = here.sandbox.core, here.channel("tavern")
        robin = here.sandbox.person("robin").id
        thread = start_thread(core, tavern, "A quiet corner", robin, kind=ChannelType.PUBLIC_THREAD, auto_archive=None)
        post = next(one for one in here.sandbox.world.channels if one.name == "The clock that runs backwards")
        self.places = [tavern, here.channel("greenhouse"), thread, post, here.letters("robin")]
        for name, maker in MAKERS.items():
            made = await here.make(maker, name)
            for place in self.places:
                await here.summon("robin" if place.guild_id is None else maker, made, place)

    async def round(self) -> None:
        """Everybody's turn to ask, in every place, each time somebody else."""
        lines: list[tuple[str, str, Channel]] = []
        for place in self.places:
            number = len(self.asked) + 1
            by = "robin" if place.guild_id is None else EVERYBODY[number % 3]
            self.asked[number] = by
            lines.append((by, f"{list(MAKERS)[number // 3 % 3]}, is lantern {number} lit?", place))
        await self.here.ask(*lines)

    def standing(self) -> list[tuple[Channel, Message]]:
        return [(place, one) for place in self.places for one in self.here.spoken(place)]

    async def change(self) -> int:
        """Reword, lengthen, edit, choose and delete some of what stands; how many of that Discord let us do."""
        here, done = self.here, 0
        replies = {await here.cafe.replies.turn_at(int(one.id)): one for _, one in self.standing()}
        for at, (turn_id, message) in enumerate(replies.items()):
            number = numbers_in(words(message))[0]
            by = await here.cafe.people.arrive(here.caller(self.asked[number]))
            control = here.cafe.control
            try:
                match at % 7:
                    case 0:
                        await control.regenerate(turn_id, by, NO_RIGHTS)
                        outcome = await control.choose(turn_id, by, NO_RIGHTS, at // 7 % 2)
                    case 1:
                        outcome = await control.edit(turn_id, by, NO_RIGHTS, about(number, 500 * (1 + at % 6)))
                    case 2:
                        outcome = await control.go_on(turn_id, by, NO_RIGHTS)
                    case 3 if at % 2:
                        await here.cafe.replies.delete(turn_id, by, NO_RIGHTS)
                        continue
                    case _:
                        continue
            except UserError:
                continue  # too long for a form, or its webhook is gone: said to who pressed
            done += outcome.is_well
        return done


def words(message: Message) -> str:
    return f"{message.content}{message.components}{message.embeds}"


def name_of(message: Message) -> str:
    """The character a message shows itself to be of."""
    return message.webhook_name or next(name for name in MAKERS if name in words(message))


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_every_message_says_who_made_it(here: Whole) -> None:
    town, core = Town(here), here.sandbox.core
    await town.settle()
    for number in range(ROUNDS):
        await town.round()
        if number == ROUNDS // 3:
            assert await town.change()
            for place in (one for one in town.places if one.guild_id and not one.is_thread):
                assert trouble.cause(core, "delete_webhooks", channel_id=place.id)["webhook_ids"]
        if number == ROUNDS // 2:
            await here.restart()
    assert await town.change()
    await here.restart()
    standing = town.standing()
    assert len(standing) >= MESSAGES
    assert len({one.webhook_id for _, one in standing}) > 3, "some of webhooks that are gone"
    assert any(one.edited_at for _, one in standing)
    people = {name: here.sandbox.person(name).id for name in EVERYBODY}
    for at, (place, message) in enumerate(standing):
        (number,) = set(numbers_in(words(message)))
        character = name_of(message)
        told = await menu(here, "robin" if place.guild_id is None else EVERYBODY[at % 3], "Character…", message)
        assert f"**{character}** is a character" in told, (message, told)
        assert f"Made by <@{people[MAKERS[character]]}>." in told
        assert f"Asked by <@{people[town.asked[number]]}>." in told


async def test_what_no_character_said_is_claimed_by_nobody(here: Whole) -> None:
    """The control: the answers above are not given for just any message."""
    tavern = here.channel("tavern")
    mine = here.say("robin", "I am nobody's character.", tavern)
    hook = webhooks.make_webhook(
        here.sandbox.core, tavern, "Notices", user_id=here.sandbox.person("alex").id, application_id=None, avatar=None
    )
    status, theirs = await here.people["alex"].call(
        "POST", f"/webhooks/{hook.id}/{hook.token}?wait=true", {"content": "Mirabel, they say."}
    )
    assert status == 200, theirs
    for message in (mine, here.sandbox.world.messages.get(theirs["id"])):
        assert message is not None
        assert "No character said this" in await menu(here, "sasha", "Character…", message)
