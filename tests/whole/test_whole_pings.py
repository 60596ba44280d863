"""Hostile words through the whole program, by every way in which somebody's words come out again: nobody is pinged.

`tests/transport/test_pings.py` brings every text past the stage each time; here a part of them takes the whole road,
from a member's message or command to what stands on Discord, and `make test-proofs` brings all of them.
"""

from __future__ import annotations

import contextlib
import os
import random
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

import discord
import pytest

from bot.errors import InvalidInput
from bot.ports import NO_RIGHTS, Rights, Sensitivity, Surroundings
from bot.services.characters.names import clean_name
from bot.services.people.drafts import PersonaDraft
from bot.services.talk.conversations import Asking
from bot.services.talk.forks import Wish
from bot.transport import pings
from sandbox.acts import messages
from sandbox.acts.threads import start_thread
from sandbox.world.models import Channel, ChannelType, Message, MessageType
from tests.fakes.scripted_provider import Heard, Say
from tests.transport.test_pings import CORE, MORE, WRAPPINGS
from tests.whole.cafe import Whole, slash, until
from tests.whole.creator_ways import WAYS as CREATOR_WAYS
from tests.whole.limits_ways import WAYS as LIMITS_WAYS
from tests.whole.lore_ways import WAYS as LORE_WAYS
from tests.whole.lore_ways import passable, show_raw
from tests.whole.money_ways import WAYS as MONEY_WAYS
from tests.whole.mood_ways import WAYS as MOOD_WAYS

IN_FULL = os.environ.get("PROOFS") == "1"
EVERYDAY = 9
WORST = "@everyone <@{user}> <@&{role}>"
Way = Callable[["Town", int], Awaitable[object]]


@dataclass(frozen=True)
class Written:
    """One message of ours as Discord took it: by which way, new or changed, whom it pinged, and what it had allowed."""

    way: str
    is_edit: bool
    words: str
    pinged: bool
    allowed: object


@dataclass
class Town:
    """Mirabel in four kinds of places, hostile lines to be said there, and everything that was written."""

    here: Whole
    lines: Sequence[str]
    mirabel: UUID
    places: Sequence[Channel]
    written: list[Written] = field(default_factory=list)
    way: str = ""
    asked: Counter[int] = field(default_factory=Counter)
    replies: dict[int, UUID] = field(default_factory=dict)

    def answer(self, heard: Heard) -> Say:
        """The line asked for; asked again, the next one."""
        (*_, number) = re.findall(r"lantern (\d+)", str(heard.body["messages"]))
        self.asked[int(number)] += 1
        line = self.line(int(number) + self.asked[int(number)] - 1)
        return Say("", pieces=(line[: len(line) // 2], line[len(line) // 2 :]))

    def line(self, number: int) -> str:
        return self.lines[number % len(self.lines)]

    def place(self, number: int) -> Channel:
        return self.places[number % len(self.places)]

    async def robin(self) -> UUID:
        return await self.here.cafe.people.arrive(self.here.caller("robin"))

    def of(self, way: str) -> list[Written]:
        return [one for one in self.written if one.way == way]


@contextlib.contextmanager
def watched(town: Town) -> Iterator[None]:
    """Every message of ours is noted, as Discord judges whom it pings."""
    world, us = town.here.sandbox.world, town.here.sandbox.application.id
    noting = messages.note_mentions

    def note(core: object, message: Message, draft: messages.Draft, *more: object) -> None:
        noting(core, message, draft, *more)  # type: ignore[arg-type]
        is_edit = message.id in world.messages or message.id in world.whispers
        shown = message.content + "".join(map(str, (*message.components, *message.embeds)))
        if (
            (message.author_id != us and not message.webhook_name)
            or not shown
            or message.type == MessageType.THREAD_CREATED
        ):
            return  # a person's, the three dots that stand until a command is answered, Discord's own line
        pinged = bool(message.mentions or message.mention_roles or message.mention_everyone)
        town.written.append(Written(town.way, is_edit, shown, pinged, draft.payload.get("allowed_mentions")))

    messages.note_mentions = note  # type: ignore[assignment]
    try:
        yield
    finally:
        messages.note_mentions = noting


async def settled(here: Whole, lines: Sequence[str]) -> Town:
    tavern, robin = here.channel("tavern"), here.sandbox.person("robin").id
    thread = start_thread(
        here.sandbox.core, tavern, "A quiet corner", robin, kind=ChannelType.PUBLIC_THREAD, auto_archive=None
    )
    post = next(one for one in here.sandbox.world.channels if one.name == "The clock that runs backwards")
    places = (tavern, thread, post, here.letters("robin"))
    town = Town(here, [filled(here, line) for line in lines], await here.make("robin", "Mirabel"), places)
    here.provider.otherwise = town.answer
    for place in places:
        await here.summon("robin", town.mirabel, place)
    return town


def filled(here: Whole, line: str) -> str:
    """A line with the ids of somebody, some role and some channel that are really there."""
    guild = here.sandbox.guild
    role = next(role.id for role in here.sandbox.world.roles.of(guild.id) if role.mentionable)
    facts = {"user": here.sandbox.person("sasha").id, "role": role, "guild": guild.id}
    for name, value in {**facts, "channel": here.sandbox.channel_id("tavern")}.items():
        line = line.replace(f"{{{name}}}", value)
    return line


# ------------------------------------------------------------------------------------------------ the ways


async def in_a_reply(town: Town, number: int) -> None:
    place = town.place(number)
    before = {one.id for one in town.here.spoken(place)}
    await town.here.ask(("robin", f"Mirabel, lantern {number}?", place))
    spoken = [one for one in town.here.spoken(place) if one.id not in before]
    if spoken:
        town.replies[number] = await town.here.cafe.replies.turn_at(int(spoken[0].id))


async def in_a_reply_worded_anew(town: Town, number: int) -> None:
    if number in town.replies:
        await town.here.cafe.control.regenerate(town.replies[number], await town.robin(), NO_RIGHTS)


async def in_a_reply_that_goes_on(town: Town, number: int) -> None:
    if number in town.replies:
        await town.here.cafe.control.go_on(town.replies[number], await town.robin(), NO_RIGHTS)


async def in_a_reply_edited_by_hand(town: Town, number: int) -> None:
    if number in town.replies:
        with contextlib.suppress(InvalidInput):
            text = f"{town.line(number)}\n\nBy hand: {town.line(number)}"
            await town.here.cafe.control.edit(town.replies[number], await town.robin(), NO_RIGHTS, text)


async def quoted_above_an_answer(town: Town, number: int) -> None:
    """What is answered is quoted in a small line where somebody wrote in between; its author's name with it."""
    here, tavern = town.here, town.places[0]
    robin = here.sandbox.person("robin")
    was, robin.global_name = robin.global_name, passable(town.line(number))[:32] or "Robin"
    line = passable(town.line(number))[:300]
    before = len(here.provider.requests)
    here.say("robin", f"Mirabel, {line} lantern {number}", tavern)
    here.say("sasha", "And I say nothing to anybody.", tavern)
    robin.global_name = was
    await until(lambda: len(here.provider.requests) > before, "the model was asked")
    await here.cafe.turns.idle()


async def in_a_greeting(town: Town, number: int) -> None:
    """The maker's words, and in them the name of who asked the character in."""
    here, place = town.here, town.place(number)
    caller = replace(here.caller("robin"), display_name=passable(town.line(number))[:32] or "Robin")
    async with here.cafe.people.at_work(caller) as (robin, work):
        try:
            await here.cafe.characters.greet(work, robin, town.mirabel, f"{town.line(number)} {{{{user}}}}")
        except InvalidInput:
            return
    await here.cafe.conversations.dismiss(robin, here.place(place), town.mirabel)
    await here.summon("robin", town.mirabel, place)


async def in_what_is_said_by_command(town: Town, number: int) -> None:
    before = len(town.here.provider.requests)
    line = passable(town.line(number))[:1400]
    if not line.strip():
        return
    told = await slash(town.here, "robin", town.places[0], "say", character="Mirabel", text=f"{line} lantern {number}")
    if "turns the reading direction around" in told.content:
        return
    await until(lambda: len(town.here.provider.requests) > before, "the model was asked")
    await town.here.cafe.turns.idle()


async def where_no_bot_is(town: Town, number: int) -> None:
    """The line and its answer in one card, where only who asks has the application."""
    here, before = town.here, len(town.here.provider.requests)
    line = passable(town.line(number))[:1400]
    if not line.strip():
        return
    told = await slash(here, "robin", here.channel("pier"), "say", character="Mirabel", text=f"{line} lantern {number}")
    if "turns the reading direction around" in told.content:
        return
    await until(lambda: len(here.provider.requests) > before, "the model was asked")
    await here.cafe.turns.idle()


async def in_a_card(town: Town, number: int) -> None:
    here = town.here
    async with here.cafe.people.at_work(here.caller("robin")) as (robin, work):
        draft = await here.cafe.characters.draft_of(work, robin, town.mirabel)
        try:
            await here.cafe.characters.edit(work, robin, town.mirabel, replace(draft, description=town.line(number)))
        except InvalidInput:
            return
    assert (await slash(here, "sasha", town.places[0], "character show", character="Mirabel")).embeds


async def in_a_refusal(town: Town, number: int) -> None:
    line = passable(town.line(number)) or "nobody"
    await slash(town.here, "robin", town.places[0], "character show", character=line[:1000])


async def in_a_persona(town: Town, number: int) -> None:
    here = town.here
    async with here.cafe.people.at_work(here.caller("robin")) as (robin, work):
        draft = PersonaDraft(f"Ada {number}", *(passable(town.line(number))[:200],) * 2, "", "")
        try:
            ada = await here.cafe.personas.create(work, robin, draft)
        except InvalidInput:
            return
    assert (await slash(here, "robin", town.places[0], "persona show", persona=f"Ada {number}")).embeds
    async with here.cafe.people.at_work(here.caller("robin")) as (robin, work):
        await here.cafe.personas.delete(work, robin, ada.id)


async def in_a_title(town: Town, number: int) -> None:
    """What a conversation is called, in answers, its card and the list."""
    here, tavern, title = town.here, town.places[0], passable(town.line(number))[:100]
    await slash(here, "robin", tavern, "conversation title", title=title or "Lanterns")
    await slash(here, "robin", tavern, "conversation pin")
    for command in ("show", "list"):
        assert (await slash(here, "robin", tavern, f"conversation {command}")).embeds


async def in_a_fork(town: Town, number: int) -> None:
    """The reply said once more, below a line that tells where it is from."""
    if number in town.replies:
        rights, around = Rights(may_open_threads=True), Surroundings(Sensitivity.CONFIDENTIAL)
        wish = Wish(await town.robin(), town.here.caller("robin"), rights, around, 10**18 + number)
        await town.here.cafe.forks.fork(town.replies[number], wish)
        await town.here.cafe.turns.idle()


async def in_a_recap(town: Town, number: int) -> None:
    """A model's words, and those written in their place by hand."""
    here, tavern = town.here, town.places[0]
    here.provider.otherwise = lambda heard: Say("", pieces=(town.line(number),))
    await here.cafe.recaps.make(Asking(await town.robin(), here.place(tavern)), afresh=True)
    assert (await slash(here, "robin", tavern, "conversation recap")).embeds
    with contextlib.suppress(InvalidInput):
        await here.cafe.recaps.edit(Asking(await town.robin(), here.place(tavern)), passable(town.line(number)))
    assert (await slash(here, "robin", tavern, "conversation recap")).embeds
    here.provider.otherwise = town.answer


WAYS: dict[str, Way] = {
    way.__name__: way
    for way in (
        in_a_reply,
        in_a_reply_worded_anew,
        in_a_reply_that_goes_on,
        in_a_reply_edited_by_hand,
        in_a_fork,
        quoted_above_an_answer,
        in_a_greeting,
        in_what_is_said_by_command,
        where_no_bot_is,
        in_a_card,
        in_a_refusal,
        in_a_persona,
        in_a_title,
        in_a_recap,
        *LORE_WAYS,
        *MONEY_WAYS,
        *CREATOR_WAYS,
        *MOOD_WAYS,
        *LIMITS_WAYS,
    )
}
EDITING = {"in_a_reply", "in_a_reply_worded_anew", "in_a_reply_that_goes_on", "in_a_reply_edited_by_hand"}
SHOWN_IN_EMBEDS = {"in_a_card", "in_a_persona", "in_a_recap"}
"""Discord pings nobody for what stands in an embed, whatever is allowed."""
NOT_REPEATED = {"in_a_refusal", "in_a_title"}
"""Refusals name fields and limits, not what was typed; titles are shown with every mention taken apart."""


async def say_everything(town: Town) -> None:
    with watched(town):
        for name, way in WAYS.items():
            town.way = name
            for number in range(len(town.lines)):
                await way(town, number)


@pytest.mark.slow
@pytest.mark.timeout(3600)
async def test_no_words_ping_anybody_by_any_way(here: Whole, seed: int) -> None:
    every = [wrapping.replace("{}", core) for wrapping in WRAPPINGS for core in CORE] + MORE
    assert len(every) >= 300
    lines = every if IN_FULL else [WORST, *random.Random(seed).sample(every, EVERYDAY)]
    town = await settled(here, lines)
    await say_everything(town)
    assert [one for one in town.written if one.pinged] == []
    assert [one for one in town.written if not isinstance(one.allowed, dict) or one.allowed["parse"] != []] == []
    for way in set(WAYS) - SHOWN_IN_EMBEDS:
        found = town.of(way)
        assert len(found) >= len(lines) * 0.5, way
        if way in EDITING:
            assert sum(one.is_edit for one in found) >= len(lines) * 0.5, way


async def test_control_without_the_guard_every_way_does_ping(here: Whole, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each way above can go red: with everything allowed the same words ping, on send and on edit."""
    everything = {"parse": ["everyone", "users", "roles"]}
    monkeypatch.setattr(pings, "nobody", lambda: everything)
    monkeypatch.setattr(discord.AllowedMentions, "to_dict", lambda self: everything)
    show_raw(monkeypatch)
    town = await settled(here, [WORST, "Tea for <@{user}>, @here?"])
    await say_everything(town)
    for way in set(WAYS) - SHOWN_IN_EMBEDS - NOT_REPEATED:
        assert any(one.pinged for one in town.of(way)), way
    assert any(one.pinged and one.is_edit for one in town.written)


def test_no_name_may_hold_what_pings() -> None:
    """Names are refused where they could: nothing that pings is left in those that are taken."""
    every = [wrapping.replace("{}", core) for wrapping in WRAPPINGS for core in CORE] + MORE
    taken: list[str] = []
    for line in [*every, *(line[:32] for line in every)]:
        with contextlib.suppress(InvalidInput):
            taken.append(clean_name(passable(line)))
    assert [name for name in taken if re.search(r"[@<>#]|everyone|here$", name)] == []
