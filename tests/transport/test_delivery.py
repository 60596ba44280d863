"""Replies told in paragraphs, worded again over what stands there, with a line above, with one button at the end."""

import asyncio
import itertools
from dataclasses import replace

import pytest

from bot.errors import StageClosed
from bot.ports import Delivery, RepliedTo, Scene
from bot.transport.chunking import split
from bot.transport.marks import marks_in
from sandbox import trouble
from tests.transport.hall import Hall, Notes, hall

TALE = "Once there was a harbour.\n\nIn it lay a boat.\n\nNobody knew whose it was.\n\nUntil one night."
LONG = "\n\n".join(f"Paragraph {number}. " + "It goes on and on. " * 40 for number in range(9))


def verbs(here: Hall) -> list[list[str]]:
    return [[mark.verb for mark in marks_in(message.components)] for message in here.said]


def texts(here: Hall) -> list[str]:
    return [message.content for message in here.said]


def told(here: Hall) -> Scene:
    return replace(here.scene(), delivery=Delivery.PARAGRAPHS)


# ------------------------------------------------------------------------------------------------------- paragraphs


async def test_paragraphs_come_one_by_one_as_they_are_complete() -> None:
    async with hall(self_winding=False) as here:
        show, seen = here.perform(told(here)), []
        for length in range(1, len(TALE) + 1):
            show.show(TALE[:length])
            await here.pass_time(0.1)
            if texts(here) not in seen:
                seen.append(texts(here))
        whole = TALE.split("\n\n")
        assert seen == [whole[:number] for number in range(4)]
        finishing = asyncio.create_task(show.finish(TALE))
        await here.pass_time(4)
        parts = await finishing
        assert texts(here) == whole
        assert len(parts) == 4
        assert verbs(here) == [[], [], [], ["more"]]


async def test_the_words_of_a_paragraph_are_never_edited_only_its_button() -> None:
    async with hall() as here:
        show = here.perform(told(here))
        for length in range(1, len(TALE) + 1, 5):
            show.show(TALE[:length])
            await here.settle()
        await show.finish(TALE)
        posted = [entry.request["content"] for entry in here.calls("POST") if "wait" in entry.path]
        edited = [entry.request["content"] for entry in here.calls("PATCH")]
        assert posted == TALE.split("\n\n")
        assert set(edited) <= set(posted)


async def test_paragraphs_keep_a_readers_pace() -> None:
    async with hall() as here:
        await here.perform(told(here)).finish(TALE)
        posts = [at for at, call in here.executor.departures if call.method == "POST" and "token" in call.path]
        assert all(later - earlier >= 1.2 for earlier, later in itertools.pairwise(posts))


async def test_a_stopped_tale_keeps_what_was_told() -> None:
    async with hall(self_winding=False) as here:
        show = here.perform(told(here))
        show.show(TALE[:60])
        await here.pass_time(3)
        finishing = asyncio.create_task(show.finish(TALE[:60]))
        await here.pass_time(4)
        await finishing
        assert "\n\n".join(texts(here)) == TALE[:60]


async def test_after_a_restart_a_tale_goes_on_where_it_was() -> None:
    async with hall() as here:
        scene, notes = told(here), Notes()
        first = here.perform(scene, notes)
        first.show(TALE)
        await here.settle()
        notes.fail_at = "opened"  # the process dies when the last paragraph stands and nobody has noted it
        with pytest.raises(ConnectionResetError):
            await first.finish(TALE)
        known = {number: message_id for what, number, message_id in notes.events if what == "opened" and message_id}
        opening = {number for what, number, _ in notes.events if what == "opening"}
        assert opening - known.keys()
        await here.perform(replace(scene, known=known, unsure=frozenset(opening - known.keys()))).finish(TALE)
        assert texts(here) == TALE.split("\n\n")


# ---------------------------------------------------------------------------------------------------- worded again


async def again(here: Hall, before: str) -> Scene:
    """A scene that replaces a finished reply."""
    scene = here.scene()
    parts = await here.perform(scene).finish(before)
    return replace(scene, known={part.number: part.message_id for part in parts}, replaces=True)


@pytest.mark.parametrize(("before", "after"), [(LONG, "Shorter."), ("Short.", LONG), (LONG, LONG.replace("on", "up"))])
async def test_new_words_take_the_place_of_old_ones(before: str, after: str) -> None:
    async with hall() as here:
        scene = await again(here, before)
        show = here.perform(scene)
        show.show(after[:500])
        await here.settle()
        parts = await show.finish(after)
        assert texts(here) == split(after)
        assert [part.message_id for part in parts] == [int(one.id) for one in here.said]
        kept = min(len(split(before)), len(split(after)))
        assert [part.message_id for part in parts][:kept] == list(scene.known.values())[:kept]
        assert verbs(here) == [[]] * (len(parts) - 1) + [["more"]]


async def test_while_new_words_come_there_is_a_stop_button() -> None:
    async with hall(self_winding=False) as here:
        scene = await again(here, "The old words.")
        show = here.perform(scene)
        show.show("The new words begin, and")
        await here.pass_time(2)
        assert texts(here) == ["The new words begin, and"]
        assert verbs(here) == [["stop"]]
        await show.finish("The new words begin, and end.")
        assert verbs(here) == [["more"]]


async def test_old_words_stay_if_nothing_new_comes() -> None:
    async with hall() as here:
        scene = await again(here, LONG)
        await here.perform(scene).withdraw()
        assert texts(here) == split(LONG)
        show = here.perform(scene)
        show.show("New words that end in")
        await here.settle()
        await show.withdraw()
        assert len(here.said) == len(split(LONG))
        await show.finish(LONG)
        assert texts(here) == split(LONG)
        assert verbs(here)[-1] == ["more"]


async def test_a_reply_removed_meanwhile_is_not_worded_again() -> None:
    async with hall() as here:
        scene = await again(here, "Old.")
        trouble.cause(here.sandbox.core, "delete_message", message_id=str(scene.known[0]))
        with pytest.raises(StageClosed, match="removed"):
            await here.perform(scene).finish("New.")
        assert texts(here) == []


async def test_over_a_recreated_webhook_the_reply_is_written_anew() -> None:
    async with hall() as here:
        scene = await again(here, "Old.")
        trouble.cause(here.sandbox.core, "delete_webhooks", channel_id=here.channel.id)
        await here.perform(scene).finish("New.")
        assert texts(here) == ["New."]


# --------------------------------------------------------------------------------------------- the line, the button


async def test_where_others_wrote_between_a_line_says_what_is_answered() -> None:
    async with hall() as here:
        robin = here.sandbox.person("robin")
        answering = RepliedTo(int(here.channel.id), int(robin.id), "Robin", excerpt=f"<@{robin.id}> ||secret|| tale")
        scene = replace(here.scene(), answering=answering)
        await here.perform(scene).finish(LONG)
        line, _, rest = here.said[0].content.partition("\n")
        guild, channel = here.place.guild_id, here.place.channel_id
        assert line == (
            rf"-# ↪ Robin: \<\@{robin.id}\> ▒▒▒ tale · "
            f"[jump there](https://discord.com/channels/{guild}/{channel}/{channel})"
        )
        assert not here.said[0].mentions
        assert LONG.startswith(rest[:300])
        assert [one.content for one in here.said] == split(LONG, lead=line)


async def test_only_the_newest_reply_keeps_its_button() -> None:
    async with hall() as here:
        (first,) = await here.perform().finish("One.")
        await here.perform().finish("Two.")
        await here.stage.strip(here.place, first.message_id)
        assert texts(here) == ["One.", "Two."]
        assert verbs(here) == [[], ["more"]]
        assert await here.stage.strip(here.place, 1), "long gone"
        assert all(entry.request["allowed_mentions"] == {"parse": []} for entry in here.calls("PATCH") if entry.request)
