"""What an admin or Discord does to a channel: mended where nobody is needed, named precisely where somebody is."""

from dataclasses import replace
from typing import Any

import pytest

from bot.errors import Closed, StageClosed
from bot.ports import Place
from bot.texts import Say
from bot.transport.border import stage_sentence
from bot.transport.executor import Refused
from bot.transport.refusals import closed
from bot.transport.speaker import Speaker
from bot.transport.stage import WebhookStage
from sandbox import trouble
from sandbox.acts.channels import make_channel
from sandbox.acts.threads import start_thread
from sandbox.world.models import Channel, ChannelType, Message
from tests.transport.hall import Hall, hall
from tests.transport.town import town


def thread_in(here: Hall, kind: ChannelType = ChannelType.PUBLIC_THREAD) -> Channel:
    us = here.sandbox.application.id
    return start_thread(here.sandbox.core, here.channel, "side table", us, kind=kind, auto_archive=None)


def cause(here: Hall, what: str, /, **about: Any) -> None:
    trouble.cause(here.sandbox.core, what, **about)


def spoken(here: Hall, channel: Channel) -> list[Message]:
    return [one for one in here.sandbox.world.history(channel.id) if one.webhook_id]


def restart(here: Hall) -> None:
    """A new process: what it knows of webhooks is what was stored."""
    here.speaker = Speaker(here.executor, here.webhooks, here.application_id)
    here.stage = WebhookStage(executor=here.executor, speaker=here.speaker, faces=here.faces, clock=here.clock)


async def test_a_moved_webhook_says_nothing_where_it_stands_now() -> None:
    """Told of it by the gateway: nothing is said elsewhere, not even for a moment."""
    async with hall() as here:
        lantern = here.sandbox.world.channel(here.sandbox.channel_id("lantern-archive"))
        await here.perform().finish("Before.")
        cause(here, "move_webhooks", channel_id=here.channel.id, to=lantern.id)
        here.speaker.doubt(int(here.channel.id))
        await here.perform().finish("After.")
        assert [one.content for one in here.said] == ["Before.", "After."]
        assert spoken(here, lantern) == []
        assert len(here.webhooks.kept) == 1


async def test_a_webhook_moved_while_we_were_away_is_noticed_before_it_speaks() -> None:
    async with hall() as here:
        lantern = here.sandbox.world.channel(here.sandbox.channel_id("lantern-archive"))
        await here.perform().finish("Before.")
        cause(here, "move_webhooks", channel_id=here.channel.id, to=lantern.id)
        restart(here)
        posts = len(here.calls("POST", "/webhooks/"))
        await here.perform().finish("After.")
        assert [one.content for one in here.said] == ["Before.", "After."]
        assert spoken(here, lantern) == []
        assert len([one for one in here.calls("POST", "/webhooks/") if "wait" in one.path]) == posts + 1


async def test_what_a_moved_webhook_said_elsewhere_unnoticed_is_taken_back_at_once() -> None:
    async with hall() as here:
        lantern = here.sandbox.world.channel(here.sandbox.channel_id("lantern-archive"))
        await here.perform().finish("Before.")
        cause(here, "move_webhooks", channel_id=here.channel.id, to=lantern.id)
        await here.perform().finish("After.")
        assert [one.content for one in here.said] == ["Before.", "After."]
        assert spoken(here, lantern) == []


async def test_a_moved_webhook_is_replaced_for_its_channels_threads_too() -> None:
    async with hall() as here:
        lantern = here.sandbox.world.channel(here.sandbox.channel_id("lantern-archive"))
        thread = thread_in(here)
        scene = here.scene(place=here.place_of(thread))
        await here.perform(scene).finish("Before.")
        cause(here, "move_webhooks", channel_id=here.channel.id, to=lantern.id)
        await here.perform(here.scene(place=here.place_of(thread))).finish("After.")
        assert [one.content for one in spoken(here, thread)] == ["Before.", "After."]


async def test_a_deleted_webhook_is_made_anew() -> None:
    async with hall() as here:
        await here.perform().finish("Before.")
        cause(here, "delete_webhooks", channel_id=here.channel.id)
        await here.perform().finish("After.")
        assert [one.content for one in here.said] == ["Before.", "After."]


async def test_a_full_channel_needs_an_admin_and_works_again_after() -> None:
    async with hall() as here:
        cause(here, "fill_webhooks", channel_id=here.channel.id)
        with pytest.raises(StageClosed) as caught:
            await here.perform().finish("No room.")
        assert (caught.value.reason, caught.value.channel_id) == (Closed.TOO_MANY_WEBHOOKS, int(here.channel.id))
        assert "Integrations" in stage_sentence(caught.value, Say())
        cause(here, "unfill_webhooks", channel_id=here.channel.id)
        await here.perform().finish("Room.")
        assert [one.content for one in here.said] == ["Room."]


@pytest.mark.parametrize(
    ("denied", "known", "named"),
    [
        ("MANAGE_WEBHOOKS", (), ("manage_webhooks",)),
        ("VIEW_CHANNEL", (), ("view_channel",)),
        ("MANAGE_WEBHOOKS", ("manage_webhooks", "read_message_history"), ("manage_webhooks", "read_message_history")),
    ],
)
async def test_missing_permissions_are_named_with_the_channel(
    denied: str, known: tuple[str, ...], named: tuple[str, ...]
) -> None:
    async with hall() as here:
        here.speaker.missing = lambda place: known
        cause(here, "deny", channel_id=here.channel.id, permissions=[denied])
        with pytest.raises(StageClosed) as caught:
            await here.perform().finish("Hello?")
        assert (caught.value.reason, caught.value.permissions) == (Closed.MISSING_PERMISSIONS, named)
        assert f"<#{here.channel.id}>" in stage_sentence(caught.value, Say())
        cause(here, "permit", channel_id=here.channel.id)
        await here.perform().finish("Hello.")
        assert [one.content for one in here.said] == ["Hello."]


async def test_an_archived_thread_is_opened_by_speaking_in_it() -> None:
    async with hall() as here:
        thread = thread_in(here)
        cause(here, "archive", thread_id=thread.id)
        scene = here.scene(place=here.place_of(thread))
        (part,) = await here.perform(scene).finish("Anybody here?")
        assert not here.sandbox.world.channel(thread.id).archived
        cause(here, "archive", thread_id=thread.id)
        await here.perform(replace(scene, known={0: part.message_id})).finish("Anybody still here?")
        assert [one.content for one in spoken(here, thread)] == ["Anybody still here?"]
        assert not here.sandbox.world.channel(thread.id).archived


@pytest.mark.parametrize("archived", [True, False])
async def test_a_locked_thread_needs_a_moderator(archived: bool) -> None:
    async with hall() as here:
        thread = thread_in(here)
        cause(here, "lock", thread_id=thread.id, archived=archived)
        with pytest.raises(StageClosed) as caught:
            await here.perform(here.scene(place=here.place_of(thread))).finish("Knock, knock.")
        assert caught.value.reason is Closed.LOCKED
        stands = here.sandbox.world.channel(thread.id)
        assert (stands.locked, stands.archived) == (True, archived)  # nobody overrules who locked it
        assert "moderator" in stage_sentence(caught.value, Say())
        cause(here, "unlock", thread_id=thread.id)
        await here.perform(here.scene(place=here.place_of(thread))).finish("Thank you.")
        assert [one.content for one in spoken(here, thread)] == ["Thank you."]


async def test_slow_mode_holds_back_people_and_not_characters() -> None:
    async with hall() as here:
        cause(here, "slow_mode", channel_id=here.channel.id, seconds=600)
        for number in range(3):
            await here.perform().finish(f"Line {number}.")
        assert len(here.said) == 3


async def test_a_renamed_channel_changes_nothing_and_a_deleted_one_is_gone() -> None:
    async with hall() as here:
        await here.perform().finish("Before.")
        cause(here, "rename_channel", channel_id=here.channel.id, name="the old tavern")
        await here.perform().finish("After.")
        assert len(here.said) == 2
        cause(here, "delete_channel", channel_id=here.channel.id)
        with pytest.raises(StageClosed, match="unknown_channel"):
            await here.perform(here.scene(place=here.place)).finish("Hello?")


async def test_a_deleted_thread_is_gone_and_its_webhook_is_not() -> None:
    async with hall() as here:
        thread = thread_in(here)
        await here.perform(here.scene(place=here.place_of(thread))).finish("Before.")
        cause(here, "delete_channel", channel_id=thread.id)
        with pytest.raises(StageClosed, match="unknown_channel"):
            await here.perform(here.scene(place=here.place_of(thread))).finish("Hello?")
        await here.perform().finish("Here I am.")
        assert [one.content for one in here.said] == ["Here I am."]
        assert len(here.sandbox.world.webhooks.of(here.channel.id)) == 1


async def test_a_server_that_removed_the_bot_is_closed() -> None:
    async with hall() as here:
        cause(here, "remove_bot", guild_id=here.sandbox.guild.id)
        with pytest.raises(StageClosed) as caught:
            await here.perform().finish("Hello?")
        assert caught.value.reason in (Closed.MISSING_PERMISSIONS, Closed.UNKNOWN_CHANNEL, Closed.SERVER_LEFT)
        assert await here.stage.tell(int(here.sandbox.person("robin").id), "I was sent away.")


async def test_a_private_thread_without_us_says_how_we_come_in() -> None:
    async with town() as here:
        us, guild_id = here.sandbox.application.id, here.sandbox.guild.id
        trouble.cause(here.sandbox.core, "deny", guild_id=guild_id, permissions=["MANAGE_THREADS"])
        kind = ChannelType.PRIVATE_THREAD
        thread = start_thread(here.sandbox.core, here.tavern, "hush", us, kind=kind, auto_archive=None)
        place = Place(int(here.sandbox.guild.id), int(thread.id), int(here.tavern.id))
        assert await here.client.history(place, 0, 5) == []
        trouble.cause(here.sandbox.core, "remove_from_thread", thread_id=thread.id)
        with pytest.raises(StageClosed) as caught:
            await here.client.history(place, 0, 5)
        assert caught.value.reason is Closed.PRIVATE_THREAD
        assert "Mention me in it" in stage_sentence(caught.value, Say())


def test_no_access_to_a_thread_of_an_open_channel_is_a_private_thread() -> None:
    refusal = Refused(403, 50001)
    inside, outside = Place(1, 6, 5), Place(1, 5, 5)
    assert closed(refusal, "x", inside, lambda place: ()).reason is Closed.PRIVATE_THREAD
    hidden = closed(refusal, "x", inside, lambda place: ("view_channel",))
    for error in (hidden, closed(refusal, "x", inside), closed(refusal, "x", outside, lambda place: ())):
        assert (error.reason, error.permissions) == (Closed.MISSING_PERMISSIONS, ("view_channel",))


async def test_a_channel_that_is_not_there_is_named_as_such() -> None:
    async with hall() as here:
        with pytest.raises(StageClosed, match="unknown_channel"):
            await here.perform(here.scene(place=Place(here.place.guild_id, 5, 5))).finish("Hello?")


# ------------------------------------------------------------------------------------------------ threads and forums


def tag(tag_id: str, name: str, *, moderated: bool = False) -> dict[str, Any]:
    return {"id": tag_id, "name": name, "moderated": moderated, "emoji_id": None, "emoji_name": None}


def forum(here: Hall, *, tags: list[dict[str, Any]] | None = None, requires: bool = False) -> Channel:
    made = make_channel(here.sandbox.core, here.sandbox.guild.id, "tales", kind=ChannelType.FORUM)
    if tags is not None:
        made.available_tags = tags
    if requires:
        made.flags |= 1 << 4
    return made


async def test_a_thread_is_opened_beside_a_place_and_from_inside_one() -> None:
    async with hall() as here:
        robin = int(here.sandbox.person("robin").id)
        opened = await here.stage.open_thread(here.place, "What if\nshe stayed?", first="Forked. @everyone")
        thread = here.sandbox.world.channel(str(opened.channel_id))
        assert (thread.name, thread.type, thread.parent_id) == ("What if she stayed?", 11, here.channel.id)
        assert opened == Place(here.place.guild_id, int(thread.id), int(here.channel.id))
        assert here.sandbox.world.history(thread.id)[-1].content == "Forked. @everyone"
        assert not here.sandbox.world.history(thread.id)[-1].mention_everyone
        secret = await here.stage.open_thread(opened, "Between us", first="Psst.", is_private=True, members=(robin,))
        hidden = here.sandbox.world.channel(str(secret.channel_id))
        assert (hidden.type, hidden.parent_id) == (12, here.channel.id)
        assert str(robin) in {one.user_id for one in hidden.followers}
        await here.perform(here.scene(place=secret)).finish("In here.")
        assert [one.content for one in spoken(here, hidden)] == ["In here."]


async def test_a_character_begins_a_forum_post_with_the_tag_it_needs() -> None:
    async with hall() as here:
        tales = forum(
            here,
            tags=[tag("900000000000000001", "Official", moderated=True), tag("900000000000000002", "Tale")],
            requires=True,
        )
        place = here.place_of(tales)
        face = here.scene().face
        for speaker in (face, None):
            opened = await here.stage.open_thread(place, "A tale", first="Once upon a time", face=speaker)
            post = here.sandbox.world.channel(str(opened.channel_id))
            assert (post.name, post.parent_id, post.applied_tags) == ("A tale", tales.id, ["900000000000000002"])
            (first,) = here.sandbox.world.history(post.id)
            assert first.content == "Once upon a time"
            assert first.webhook_name == (face.name if speaker else None)
            await here.perform(here.scene(place=opened)).finish("And then?")
            assert spoken(here, post)[-1].content == "And then?"
            sibling = await here.stage.open_thread(opened, "Another tale", first="Twice", face=speaker)
            assert here.sandbox.world.channel(str(sibling.channel_id)).parent_id == tales.id


async def test_a_forum_whose_tags_are_for_moderators_is_closed() -> None:
    async with hall() as here:
        official = tag("900000000000000001", "Official", moderated=True)
        with pytest.raises(StageClosed, match="tag_required"):
            await here.stage.open_thread(
                here.place_of(forum(here, tags=[official], requires=True)), "A tale", first="Once"
            )


async def test_threads_need_their_permission() -> None:
    async with hall() as here:
        cause(here, "deny", channel_id=here.channel.id, permissions=["CREATE_PUBLIC_THREADS"])
        with pytest.raises(StageClosed) as caught:
            await here.stage.open_thread(here.place, "x", first="y")
        assert (caught.value.reason, caught.value.permissions) == (
            Closed.MISSING_PERMISSIONS,
            ("create_public_threads",),
        )
