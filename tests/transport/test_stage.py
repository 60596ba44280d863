"""Replies in channels of a real sandbox: once, whole, in order, at a bearable pace."""

import asyncio
import itertools
from uuid import uuid4

import pytest

from bot.errors import StageClosed, StageUnsure
from bot.ports import Face, Part
from bot.transport.chunking import split
from bot.transport.executor import Call, Done
from bot.transport.marks import marks_in
from bot.transport.performance import LivePerformance
from bot.transport.tempo import INTERVAL_SECONDS
from sandbox.acts import channels, webhooks
from sandbox.limits import Limit
from sandbox.permissions import Permission
from sandbox.world.models import Channel, ChannelType, Overwrite
from tests.transport.hall import Hall, Notes, hall
from tests.transport.meddler import break_off, limit, lose_answer, refuse_to_work, withhold

EDIT_ROUTE = "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}"
LONG = "\n\n".join(f"Paragraph {number}. " + "It goes on and on. " * 40 for number in range(9))


def verbs(hall: Hall) -> list[list[str]]:
    return [[mark.verb for mark in marks_in(message.components)] for message in hall.said]


async def test_a_short_reply_is_one_message_and_one_request() -> None:
    async with hall() as here:
        notes, scene = Notes(), here.scene(face=Face("Mira of the Discord"))
        parts = await here.perform(scene, notes).finish("Good evening!")
        assert [message.content for message in here.said] == ["Good evening!"]
        assert here.said[0].webhook_name == "Mira of the Dis\u200acord"
        assert verbs(here) == [["more"]]
        assert parts == (Part(0, int(here.said[0].id)),)
        assert notes.events == [("opening", 0, None), ("opened", 0, parts[0].message_id)]
        assert len(here.calls("POST", "/webhooks/")) == 1
        assert here.calls("PATCH") == []


async def test_a_second_reply_uses_the_same_webhook_even_after_a_restart() -> None:
    async with hall() as here:
        await here.perform().finish("One.")
        again = Hall(here.sandbox, here.clock, here.meddler)
        again.webhooks.kept = here.webhooks.kept
        await again.perform().finish("Two.")
        await again.executor.close()
        forgetful = Hall(here.sandbox, here.clock, here.meddler)
        await forgetful.perform().finish("Three.")
        await forgetful.executor.close()
        assert len({message.webhook_id for message in here.said}) == 1
        assert len(here.sandbox.world.webhooks.of(here.channel.id)) == 1


async def test_many_replies_at_once_make_one_webhook() -> None:
    async with hall() as here:
        await asyncio.gather(*(here.perform().finish(f"Number {number}") for number in range(10)))
        assert len(here.said) == 10
        assert len(here.sandbox.world.webhooks.of(here.channel.id)) == 1


async def test_a_stream_is_shown_by_edits_no_closer_than_the_interval() -> None:
    async with hall(self_winding=False) as here:
        performance = here.perform()
        words = [f"word{number}" for number in range(60)]
        shown = 0

        def say_more() -> None:
            nonlocal shown
            shown += 1
            performance.show(" ".join(words[:shown]))

        say_more()
        await here.pass_time(12, each=say_more)
        times = here.edit_times()
        assert 8 <= len(times) <= 10
        assert all(later - earlier >= INTERVAL_SECONDS - 1e-6 for earlier, later in itertools.pairwise(times))
        assert verbs(here) == [["stop"]]
        assert len(here.said) == 1
        await asyncio.wait_for(performance.finish(" ".join(words)), 5)
        assert here.said[0].content == " ".join(words)
        assert verbs(here) == [["more"]]
        assert len(here.calls("POST")) == 1


async def test_the_first_post_waits_for_some_words_but_not_long() -> None:
    async with hall(self_winding=False) as here:
        performance = here.perform()
        performance.show("W")
        await here.pass_time(0.5)
        assert here.said == []
        await here.pass_time(0.4)
        assert [message.content for message in here.said] == ["W"]
        quick = here.perform()
        quick.show("Quite a few words at once, more than twenty.")
        await here.pass_time(0.1)
        assert len(here.said) == 2


async def test_an_answer_that_is_whole_at_once_is_posted_once() -> None:
    async with hall(self_winding=False) as here:
        performance = here.perform()
        performance.show("Quite a few words at once, more than twenty.")
        await here.pass_time(0.05)
        await performance.finish("Quite a few words at once, more than twenty. And that is all.")
        assert [message.content for message in here.said] == [
            "Quite a few words at once, more than twenty. And that is all."
        ]
        assert verbs(here) == [["more"]]
        assert here.calls("PATCH") == []


async def test_the_same_text_is_not_written_twice() -> None:
    async with hall(self_winding=False) as here:
        performance = here.perform()
        for _ in range(20):
            performance.show("The same words again and again.")
            await here.pass_time(0.5)
        assert here.edit_times() == []


async def test_an_abandoned_stream_leaves_nothing_running() -> None:
    async with hall(self_winding=False) as here:
        performance = here.perform()
        performance.show("Some words that are long enough.")
        await here.pass_time(2)
        assert here.clock.sleepers == 0


async def test_a_long_reply_is_split_in_order_and_only_the_last_keeps_a_button() -> None:
    async with hall(self_winding=False) as here:
        performance = here.perform()
        grown = 0

        def say_more() -> None:
            nonlocal grown
            grown += 90
            performance.show(LONG[:grown])

        await here.pass_time(15, each=say_more)
        assert len(here.said) >= 2
        parts = await asyncio.wait_for(performance.finish(LONG), 5)
        assert [message.content for message in here.said] == split(LONG)
        assert [part.message_id for part in parts] == [int(message.id) for message in here.said]
        assert verbs(here) == [[]] * (len(parts) - 1) + [["more"]]


async def test_every_first_post_carries_a_mark_of_its_part() -> None:
    async with hall() as here:
        scene = here.scene()
        await here.perform(scene).finish(LONG)
        posted = [entry for entry in here.calls("POST") if "messages" not in entry.path and "content" in entry.request]
        marks = [marks_in(entry.request["components"]) for entry in posted]
        assert [(mark.turn_id, mark.part) for (mark,) in marks] == [(scene.turn_id, n) for n in range(len(posted))]


async def test_a_reply_that_ends_shorter_than_it_streamed_takes_messages_back() -> None:
    async with hall(self_winding=False) as here:
        performance = here.perform()
        performance.show(LONG[:4500])
        await here.pass_time(6)
        assert len(here.said) == 3
        parts = await performance.finish("Sorry, short after all.")
        assert [message.content for message in here.said] == ["Sorry, short after all."]
        assert len(parts) == 1


async def test_an_empty_reply_leaves_nothing() -> None:
    async with hall(self_winding=False) as here:
        performance = here.perform()
        performance.show("Some words that are long enough.")
        await here.pass_time(1)
        assert len(here.said) == 1
        assert await performance.finish(" \n ") == ()
        assert here.said == []


async def test_withdrawing_takes_everything_back_even_what_is_gone() -> None:
    async with hall(self_winding=False) as here:
        performance = here.perform()
        performance.show(LONG[:4500])
        await here.pass_time(6)
        here.sandbox.world.messages.drop(here.said[1].id)
        await performance.withdraw()
        assert here.said == []
        await here.perform().withdraw()


async def test_stopping_mid_stream_ends_with_the_words_so_far() -> None:
    async with hall(self_winding=False) as here:
        performance = here.perform()
        performance.show("Once upon a time there was a kettle")
        await here.pass_time(1)
        performance.show("Once upon a time there was a kettle that sang.")
        await performance.finish("Once upon a time there was a kettle")
        await here.pass_time(5)
        assert [message.content for message in here.said] == ["Once upon a time there was a kettle"]
        assert verbs(here) == [["more"]]


@pytest.mark.parametrize("trick", [lose_answer, break_off])
async def test_a_post_whose_answer_is_lost_is_found_and_not_repeated(trick: object) -> None:
    async with hall() as here:
        await here.speaker.webhook(here.place)
        here.meddler.play("POST", "/webhooks/", trick)  # pyright: ignore[reportArgumentType]
        notes = Notes()
        parts = await here.perform(notes=notes).finish("Only once, please.")
        assert here.meddler.played == 1
        assert [message.content for message in here.said] == ["Only once, please."]
        assert notes.events == [("opening", 0, None), ("opened", 0, parts[0].message_id)]
        assert verbs(here) == [["more"]]


async def test_a_post_that_never_happened_is_made_again() -> None:
    async with hall() as here:
        await here.speaker.webhook(here.place)
        here.meddler.play("POST", "/webhooks/", refuse_to_work, refuse_to_work)
        await here.perform().finish("Third time lucky.")
        assert [message.content for message in here.said] == ["Third time lucky."]


async def test_lost_answers_in_a_long_reply_cost_no_part() -> None:
    async with hall() as here:
        await here.speaker.webhook(here.place)
        here.meddler.play("POST", "/webhooks/", lose_answer, refuse_to_work, break_off, lose_answer)
        here.meddler.play("PATCH", "/webhooks/", lose_answer, break_off)
        await here.perform().finish(LONG)
        assert [message.content for message in here.said] == split(LONG)
        assert verbs(here)[-1] == ["more"]
        assert not any(verbs(here)[:-1])


async def test_a_lost_answer_while_streaming_is_settled_too() -> None:
    async with hall(self_winding=False) as here:
        await here.speaker.webhook(here.place)
        here.meddler.play("POST", "/webhooks/", lose_answer)
        here.meddler.play("PATCH", "/webhooks/", lose_answer)
        performance = here.perform()
        performance.show("Some words that are long enough.")
        await here.pass_time(3)
        performance.show("Some words that are long enough, and more.")
        await here.pass_time(6)
        assert [message.content for message in here.said] == ["Some words that are long enough, and more."]
        await performance.finish("Some words that are long enough, and the end.")
        assert [message.content for message in here.said] == ["Some words that are long enough, and the end."]


def deny(here: Hall, permission: Permission) -> None:
    everyone = Overwrite(here.sandbox.application.id, 1, deny=int(permission))
    here.channel.overwrites = [everyone]
    channels.change_channel(here.sandbox.core, here.channel)


async def test_an_unsure_post_is_not_repeated_where_history_cannot_be_read() -> None:
    async with hall() as here:
        await here.speaker.webhook(here.place)
        deny(here, Permission.READ_MESSAGE_HISTORY | Permission.VIEW_CHANNEL)
        here.meddler.play("POST", "/webhooks/", lose_answer)
        with pytest.raises(StageUnsure):
            await here.perform().finish("Perhaps.")
        assert len(here.said) == 1


async def test_a_database_that_fails_after_the_post_does_not_make_a_second() -> None:
    async with hall(self_winding=False) as here:
        performance = here.perform(notes=(notes := Notes(fail_at="opened")))
        performance.show("Some words that are long enough.")
        await here.pass_time(2)
        assert len(here.said) == 1
        await performance.finish("Some words that are long enough.")
        assert len(here.said) == 1
        assert notes.events[-1] == ("opened", 0, int(here.said[0].id))


async def test_after_a_restart_an_unsure_part_that_is_there_is_edited() -> None:
    async with hall(self_winding=False) as here:
        turn_id = uuid4()
        first = here.perform(here.scene(turn_id=turn_id))
        first.show("Half of the answer is here.")
        await here.pass_time(1)
        notes = Notes()
        again = here.perform(here.scene(turn_id=turn_id, unsure=frozenset({0})), notes)
        await again.finish("Half of the answer is here. And the other half.")
        assert [message.content for message in here.said] == ["Half of the answer is here. And the other half."]
        assert notes.events == [("opened", 0, int(here.said[0].id))]


async def test_after_a_restart_an_unsure_part_that_is_not_there_is_posted() -> None:
    async with hall() as here:
        await here.perform(here.scene(unsure=frozenset({0}))).finish("The whole answer.")
        assert [message.content for message in here.said] == ["The whole answer."]


async def test_after_a_restart_known_parts_are_edited_and_the_rest_is_posted() -> None:
    async with hall(self_winding=False) as here:
        turn_id = uuid4()
        first = here.perform(here.scene(turn_id=turn_id))
        first.show(LONG[:2500])
        await here.pass_time(5)
        known = {number: int(message.id) for number, message in enumerate(here.said)}
        assert len(known) == 2
        await here.perform(here.scene(turn_id=turn_id, known=known, unsure=frozenset({2}))).finish(LONG)
        assert [message.content for message in here.said] == split(LONG)
        assert verbs(here) == [[]] * (len(here.said) - 1) + [["more"]]


async def test_an_unsure_part_is_found_behind_hundreds_of_messages() -> None:
    async with hall(self_winding=False) as here:
        turn_id = uuid4()
        first = here.perform(here.scene(turn_id=turn_id))
        first.show("Half of the answer is here.")
        await here.pass_time(1)
        mine = here.said[0].id
        for number in range(250):
            write(here, f"chatter {number}")
        await here.perform(here.scene(turn_id=turn_id, unsure=frozenset({0}))).finish("All of it.")
        assert [(message.id, message.content) for message in here.said] == [(mine, "All of it.")]


async def test_without_message_content_an_unsure_part_is_found_through_its_webhook() -> None:
    async with hall(self_winding=False) as here:
        turn_id = uuid4()
        first = here.perform(here.scene(turn_id=turn_id))
        first.show("Half of the answer is here.")
        await here.pass_time(1)
        here.meddler.play("GET", f"/channels/{here.channel.id}/messages", withhold)
        await here.perform(here.scene(turn_id=turn_id, unsure=frozenset({0}))).finish("All of it.")
        assert here.meddler.played == 1
        assert len(here.calls("GET", "/webhooks/")) == 1
        assert [message.content for message in here.said] == ["All of it."]


def write(here: Hall, content: str) -> None:
    from sandbox.acts import messages

    alex = here.sandbox.person("alex")
    messages.write(here.sandbox.core, messages.Draft(here.channel, alex.id, {"content": content}))


async def test_a_webhook_deleted_between_replies_is_replaced_once() -> None:
    async with hall() as here:
        await here.perform().finish("Before.")
        (old,) = here.sandbox.world.webhooks.of(here.channel.id)
        webhooks.delete_webhook(here.sandbox.core, old)
        await here.perform().finish("After.")
        await here.perform().finish("And on.")
        assert [message.content for message in here.said] == ["Before.", "After.", "And on."]
        dead = [entry for entry in here.calls("POST", old.id) if entry.status == 404]
        assert len(dead) == 1
        assert here.webhooks.kept[here.place.webhook_channel_id][0] != int(old.id)


async def test_a_webhook_deleted_mid_stream_ends_in_one_whole_reply() -> None:
    async with hall(self_winding=False) as here:
        performance = here.perform()
        performance.show(LONG[:2500])
        await here.pass_time(5)
        (old,) = here.sandbox.world.webhooks.of(here.channel.id)
        webhooks.delete_webhook(here.sandbox.core, old)
        performance.show(LONG[:3500])
        await here.pass_time(3)
        await performance.finish(LONG)
        assert [message.content for message in here.said] == split(LONG)
        assert len(here.calls("PATCH", old.id)) >= 1
        assert sum(entry.status == 404 for entry in here.calls("PATCH", old.id) + here.calls("POST", old.id)) == 1


async def test_without_manage_messages_the_orphan_stays_and_the_reply_is_still_whole() -> None:
    async with hall(self_winding=False) as here:
        performance = here.perform()
        performance.show("Some words that are long enough.")
        await here.pass_time(1)
        (old,) = here.sandbox.world.webhooks.of(here.channel.id)
        webhooks.delete_webhook(here.sandbox.core, old)
        deny(here, Permission.MANAGE_MESSAGES)
        await performance.finish("The whole reply.")
        assert [message.content for message in here.said] == ["Some words that are long enough.", "The whole reply."]


async def test_a_reply_of_a_webhook_that_is_gone_can_be_taken_back() -> None:
    async with hall() as here:
        scene = here.scene()
        (part,) = await here.perform(scene).finish("I take that back.")
        (old,) = here.sandbox.world.webhooks.of(here.channel.id)
        webhooks.delete_webhook(here.sandbox.core, old)
        await here.perform().finish("Something else.")
        await here.perform(here.scene(turn_id=scene.turn_id, known={0: part.message_id})).withdraw()
        assert [message.content for message in here.said] == ["Something else."]


async def test_a_reply_that_somebody_deleted_is_not_forced_on_them() -> None:
    async with hall(self_winding=False) as here:
        performance = here.perform()
        performance.show("Some words that are long enough.")
        await here.pass_time(1)
        here.sandbox.world.messages.drop(here.said[0].id)
        with pytest.raises(StageClosed, match="removed"):
            await performance.finish(LONG)
        assert here.said == []


async def test_fifteen_webhooks_are_full() -> None:
    async with hall() as here:
        for number in range(15):
            webhooks.make_webhook(
                here.sandbox.core, here.channel, f"hook {number}", user_id=here.sandbox.person("alex").id,
                application_id=None, avatar=None,
            )  # fmt: skip
        with pytest.raises(StageClosed, match="too_many_webhooks"):
            await here.perform().finish("No room.")


@pytest.mark.parametrize(
    ("permission", "named"),
    [(Permission.MANAGE_WEBHOOKS, "manage_webhooks"), (Permission.VIEW_CHANNEL, "view_channel")],
)
async def test_a_missing_permission_is_named(permission: Permission, named: str) -> None:
    async with hall() as here:
        deny(here, permission)
        with pytest.raises(StageClosed) as caught:
            await here.perform().finish("May I?")
        assert (caught.value.reason, caught.value.permissions) == ("missing_permissions", (named,))
        assert here.said == []


async def test_a_channel_that_is_gone() -> None:
    async with hall() as here:
        await here.perform().finish("Still here.")
        channels.delete_channel(here.sandbox.core, here.channel)
        with pytest.raises(StageClosed, match="unknown_channel"):
            await here.perform(here.scene()).finish("Anybody?")


async def make_thread(here: Hall) -> Channel:
    ids, form = {"channel_id": here.channel.id}, {"name": "side table", "type": int(ChannelType.PUBLIC_THREAD)}
    outcome = await here.executor.request(Call("POST", "/channels/{channel_id}/threads", ids, body=form))
    assert isinstance(outcome, Done)
    return here.sandbox.world.channel(outcome.body["id"])  # pyright: ignore[reportIndexIssue, reportUnknownArgumentType]


async def test_a_thread_is_spoken_in_through_its_parent() -> None:
    async with hall() as here:
        thread = await make_thread(here)
        before = len(here.sandbox.world.history(thread.id))
        await here.perform(here.scene(place=here.place_of(thread))).finish(LONG)
        history = here.sandbox.world.history(thread.id)[before:]
        assert [message.content for message in history] == split(LONG)
        assert here.said == []
        assert all(f"thread_id={thread.id}" in entry.path for entry in here.calls("PATCH"))


async def test_a_locked_archived_thread_is_closed() -> None:
    async with hall() as here:
        thread = await make_thread(here)
        thread.archived = thread.locked = True
        with pytest.raises(StageClosed, match="locked"):
            await here.perform(here.scene(place=here.place_of(thread))).finish("Knock, knock.")


async def finish_all(here: Hall, performances: list[LivePerformance]) -> None:
    ends = [asyncio.create_task(one.finish(f"{number}: the end")) for number, one in enumerate(performances)]
    for _ in range(400):
        if all(end.done() for end in ends):
            break
        await here.pass_time(0.5)
    assert all([await end for end in ends])
    assert sorted(message.content for message in here.said) == [f"{n}: the end" for n in range(len(performances))]


async def test_edits_leave_the_last_of_a_short_limit_to_final_writes() -> None:
    """Three streams under a limit of three edits in eight seconds, told by headers: no request is ever refused."""
    async with hall(self_winding=False) as here:
        here.sandbox.core.limits.set(EDIT_ROUTE, Limit(3, 8.0))
        performances = [here.perform() for _ in range(3)]
        grown = 0

        def say_more() -> None:
            nonlocal grown
            grown += 11
            for number, performance in enumerate(performances):
                performance.show(f"{number}: {LONG[:grown]}")

        await here.pass_time(40, each=say_more)
        streamed = len(here.edit_times())
        assert 5 <= streamed <= 3 * 6
        await finish_all(here, performances)
        assert [entry.status for entry in here.calls("PATCH") if entry.status == 429] == []


async def test_refused_edits_slow_the_stream_down_and_then_end_it() -> None:
    async with hall(self_winding=False) as here:
        here.meddler.play("PATCH", "/messages/", *[limit(1.0)] * 3)
        performance = here.perform()
        grown = 0

        def say_more() -> None:
            nonlocal grown
            grown += 5
            performance.show(LONG[:grown])

        await here.pass_time(60, each=say_more)
        times = here.edit_times()
        assert here.meddler.played == 3
        assert len(times) == 3
        assert times[2] - times[1] >= 2 * (times[1] - times[0]) - 0.5
        ending = asyncio.create_task(performance.finish("The end."))
        await here.pass_time(3)
        await ending
        assert [message.content for message in here.said] == ["The end."]


async def test_a_final_write_is_not_kept_waiting_by_the_pace_of_edits() -> None:
    async with hall(self_winding=False) as here:
        performance = here.perform()
        performance.show("Some words that are long enough.")
        await here.pass_time(0.1)
        performance.show("Some words that are long enough, and more.")
        before = here.clock.monotonic()
        await asyncio.wait_for(performance.finish("The end."), 5)
        assert here.clock.monotonic() == before
        assert [message.content for message in here.said] == ["The end."]


async def test_a_final_write_waits_out_a_refusal() -> None:
    async with hall() as here:
        performance = here.perform()
        await here.speaker.webhook(here.place)
        here.meddler.play("POST", "/webhooks/", limit(2.0), limit(3.0))
        await performance.finish("At last.")
        assert [message.content for message in here.said] == ["At last."]
        assert here.clock.slept == [2.0, 3.0]


async def test_typing_is_asked_for_once_in_nine_seconds() -> None:
    async with hall(self_winding=False) as here:
        for _ in range(20):
            await here.stage.typing(here.place)
            await here.pass_time(1)
        assert len(here.calls("POST", "/typing")) == 3
        deny(here, Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES)
        await here.pass_time(10)
        await here.stage.typing(here.place)


async def test_a_remark_is_small_silent_and_not_repeated() -> None:
    async with hall() as here:
        await here.stage.remark(here.place, "Mira is out of breath.\n@everyone try later.", key="tired")
        await here.stage.remark(here.place, "Mira is out of breath.", key="tired")
        (entry,) = here.calls("POST", f"/channels/{here.channel.id}/messages")
        assert entry.request["content"] == "-# Mira is out of breath.\n-# @everyone try later."
        assert entry.request["flags"] & 4096
        assert entry.request["allowed_mentions"] == {"parse": []}
        await here.perform().finish("I am back.")
        await here.stage.remark(here.place, "Mira is out of breath.", key="tired")
        assert len(here.calls("POST", f"/channels/{here.channel.id}/messages")) == 2


async def test_a_remark_whose_answer_is_lost_is_shown_once() -> None:
    async with hall() as here:
        here.meddler.play("POST", "/messages", lose_answer)
        await here.stage.remark(here.place, "Mira is out of breath.", key="tired")
        assert [message.content for message in here.sandbox.world.history(here.channel.id)] == [
            "-# Mira is out of breath."
        ]


async def test_a_channel_closed_to_us_makes_a_remark_fail_quietly() -> None:
    async with hall() as here:
        deny(here, Permission.SEND_MESSAGES)
        await here.stage.remark(here.place, "Hello?", key="x")
