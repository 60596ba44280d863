"""What came with a message, where it was said, and what happens around messages."""

import struct
import zlib
from typing import Any

import discord
import pytest

from bot.ports import Attached, AttachedKind, Place, Reacted, Sensitivity, Surroundings, Via
from bot.transport import cards
from bot.transport.surroundings import surroundings
from sandbox import trouble
from sandbox.acts import channels, messages
from sandbox.acts.threads import start_thread
from sandbox.uploads import Upload
from sandbox.world.models import Channel, ChannelType, Overwrite
from tests.sandbox.visitors import Person
from tests.transport.town import Listener, Town, town

VIEW_CHANNEL = 1 << 10


def picture(width: int = 3, height: int = 2) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + b"\x80" * 3 * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def hide(here: Town, channel: Channel) -> None:
    guild_id = here.sandbox.guild.id
    channel.overwrites = [Overwrite(guild_id, 0, deny=VIEW_CHANNEL), *channel.overwrites]
    own = next(one for one in here.sandbox.world.roles.of(guild_id) if one.bot_id == here.us)
    channel.overwrites.append(Overwrite(own.id, 0, allow=VIEW_CHANNEL))
    channels.change_channel(here.sandbox.core, channel)


def thread_in(here: Town, parent: Channel, kind: ChannelType) -> Channel:
    return start_thread(here.sandbox.core, parent, "side table", here.us, kind=kind, auto_archive=None)


async def test_files_are_told_by_what_a_character_can_do_with_them() -> None:
    uploads = [
        Upload(0, "cat.png", picture(), "image/png"),
        Upload(1, "notes.md", b"# Notes", "text/markdown; charset=utf-8"),
        Upload(2, "main.rs", b"fn main() {}", "application/octet-stream"),
        Upload(3, "song.mp3", b"ID3", "audio/mpeg"),
        Upload(4, "drawing.svg", b"<svg/>", "image/svg+xml"),
    ]
    named = [{"id": one.index, "filename": one.filename} for one in uploads]
    named[0]["description"] = "a cat on a shelf"
    async with town() as here:
        draft = messages.Draft(
            here.tavern, here.sandbox.person("robin").id, {"content": "Look", "attachments": named}, uploads
        )
        written = messages.write(here.sandbox.core, draft)
        await here.until(lambda: bool(here.ears.heard))
        (one,) = here.ears.heard
        assert [file.kind for file in one.attached] == [
            AttachedKind.IMAGE,
            AttachedKind.TEXT,
            AttachedKind.TEXT,
            AttachedKind.FILE,
            AttachedKind.FILE,
        ]
        assert one.attached[0] == Attached(
            int(written.attachments[0].id),
            AttachedKind.IMAGE,
            "cat.png",
            "image/png",
            len(picture()),
            3,
            2,
            "a cat on a shelf",
        )


@pytest.mark.parametrize(
    ("hidden", "kind", "expected"),
    [
        (False, None, Surroundings(Sensitivity.PUBLIC)),
        (True, None, Surroundings(Sensitivity.PRIVATE)),
        (False, ChannelType.PUBLIC_THREAD, Surroundings(Sensitivity.PUBLIC, is_thread=True)),
        (True, ChannelType.PUBLIC_THREAD, Surroundings(Sensitivity.PRIVATE, is_thread=True)),
        (False, ChannelType.PRIVATE_THREAD, Surroundings(Sensitivity.PRIVATE, is_thread=True, is_private_thread=True)),
    ],
)
async def test_who_could_hear_it(hidden: bool, kind: ChannelType | None, expected: Surroundings) -> None:
    async with town() as here:
        if hidden:
            hide(here, here.tavern)
        where = thread_in(here, here.tavern, kind) if kind else here.tavern
        here.say("psst", channel=where, by="alex")
        await here.until(lambda: "psst" in here.ears.words)
        assert here.ears.heard[-1].around == expected


async def test_what_is_known_of_a_channel_is_forgotten_when_it_changes() -> None:
    async with town() as here:
        thread = thread_in(here, here.tavern, ChannelType.PUBLIC_THREAD)
        here.say("one")
        here.say("two", channel=thread)
        await here.until(lambda: len(here.ears.words) >= 2)
        hide(here, here.tavern)
        trouble.cause(here.sandbox.core, "age_restrict", channel_id=here.tavern.id)
        here.say("three", by="alex")
        here.say("four", channel=thread, by="alex")
        await here.until(lambda: {"three", "four"} <= set(here.ears.words))
        found = {one.content: one.around for one in here.ears.heard}
        assert found["one"] == Surroundings(Sensitivity.PUBLIC)
        assert found["three"] == Surroundings(Sensitivity.PRIVATE, is_age_restricted=True)
        assert found["two"] == Surroundings(Sensitivity.PUBLIC, is_thread=True)
        assert found["four"] == Surroundings(Sensitivity.PRIVATE, is_age_restricted=True, is_thread=True)


async def test_a_forum_post_is_one() -> None:
    async with town() as here:
        forum = channels.make_channel(here.sandbox.core, here.sandbox.guild.id, "tales", kind=ChannelType.FORUM)
        await here.until(lambda: here.client.get_channel(int(forum.id)) is not None)
        post = thread_in(here, forum, ChannelType.PUBLIC_THREAD)
        here.say("Once upon", channel=post)
        await here.until(lambda: "Once upon" in here.ears.words)
        one = here.ears.heard[-1]
        assert one.around == Surroundings(Sensitivity.PUBLIC, is_thread=True, is_forum_post=True)
        assert one.place == Place(int(here.sandbox.guild.id), int(post.id), int(forum.id))


async def test_direct_messages_are_between_two() -> None:
    async with town() as here:
        robin = here.sandbox.person("robin")
        channel = channels.direct_channel(here.sandbox.core, robin.id, here.us)
        here.ears.is_interested = False  # asked only of servers
        here.say("just us", channel=channel)
        await here.until(lambda: bool(here.ears.heard))
        (one,) = here.ears.heard
        assert one.around == Surroundings(Sensitivity.CONFIDENTIAL)
        assert one.place == Place(None, int(channel.id), int(channel.id), Via.BOT)


def test_what_is_not_known_is_private_and_for_everybody() -> None:
    assert surroundings(object(), None) == Surroundings(Sensitivity.PRIVATE)


async def test_who_speaks_may_be_somebody() -> None:
    async with town() as here:
        here.say("as an admin", by="alex")
        here.say("as a guest")
        await here.until(lambda: len(here.ears.heard) == 2)
        admin, guest = here.ears.heard
        assert (admin.rights.may_manage, admin.rights.may_administer) == (True, True)
        assert (guest.rights.may_manage, guest.rights.may_administer) == (False, False)


async def test_what_concerns_nobody_is_not_looked_at_but_a_mention_is() -> None:
    async with town(Listener(is_interested=False)) as here:
        here.say("hello there")
        here.say(f"<@{here.us}> hello")
        await here.until(lambda: bool(here.ears.heard))
        assert here.ears.words == ["@BotCafé hello"]
        assert here.ears.considered == [(int(here.tavern.id), False)] * 2


async def test_a_reply_to_a_card_quotes_its_words() -> None:
    async with town() as here:
        robin = here.sandbox.person("robin")
        channel = channels.direct_channel(here.sandbox.core, robin.id, here.us)
        body = cards.body_of(cards.card(cards.Face("Mira"), None, "Good evening, dear.", []))
        ours = messages.write(here.sandbox.core, messages.Draft(channel, here.us, body))
        here.say(
            "And to you",
            channel=channel,
            message_reference={"message_id": ours.id, "channel_id": channel.id, "type": 0},
        )
        await here.until(lambda: bool(here.ears.heard))
        answered = here.ears.heard[0].reply_to
        assert answered is not None
        assert answered.excerpt == "Good evening, dear."


async def react(person: Person, channel_id: str, message_id: str, emoji: str, method: str = "PUT") -> None:
    await person.call(method, f"/channels/{channel_id}/messages/{message_id}/reactions/{emoji}/@me")


async def test_reactions_are_told_and_ours_are_not() -> None:
    async with town() as here, Person.arrive(here.sandbox, "robin") as robin:
        message = here.say("funny")
        await react(robin, here.tavern.id, message.id, "😀")
        await react(robin, here.tavern.id, message.id, "😀", "DELETE")
        await here.until(lambda: len(here.ears.reactions) == 2)
        added, taken = here.ears.reactions
        robin_id = int(here.sandbox.person("robin").id)
        assert added.author is not None
        assert added.author.username == "robin"
        assert added == Reacted(here.place(), int(message.id), added.author, robin_id, "😀", is_added=True)
        assert (taken.emoji, taken.is_added, taken.discord_id) == ("😀", False, robin_id)


async def test_places_that_go_and_change_are_told() -> None:
    async with town() as here:
        guild_id, core = int(here.sandbox.guild.id), here.sandbox.core
        thread = thread_in(here, here.tavern, ChannelType.PUBLIC_THREAD)
        trouble.cause(core, "lock", thread_id=thread.id)
        in_thread = Place(guild_id, int(thread.id), int(here.tavern.id))
        await here.until(lambda: in_thread in here.ears.changed)
        trouble.cause(core, "deny", channel_id=here.tavern.id, permissions=["MANAGE_WEBHOOKS"])
        await here.until(lambda: here.place() in here.ears.changed)
        assert here.client.missing_in(here.place()) == ("manage_webhooks",)
        trouble.cause(core, "permit", channel_id=here.tavern.id)
        await here.until(lambda: here.client.missing_in(here.place()) == ())
        trouble.cause(core, "delete_channel", channel_id=thread.id)
        trouble.cause(core, "delete_channel", channel_id=here.tavern.id)
        trouble.cause(core, "remove_bot", guild_id=here.sandbox.guild.id)
        await here.until(lambda: (guild_id, None) in here.ears.gone)
        assert here.ears.gone == [(guild_id, int(thread.id)), (guild_id, int(here.tavern.id)), (guild_id, None)]


async def test_a_server_that_is_away_is_not_gone() -> None:
    async with town() as here:
        trouble.cause(here.sandbox.core, "outage", guild_id=here.sandbox.guild.id)
        trouble.cause(here.sandbox.core, "outage", guild_id=here.sandbox.guild.id, over=True)
        here.say("back again")
        await here.until(lambda: "back again" in here.ears.words)
        assert here.ears.gone == []


async def test_our_own_roles_change_what_we_may_everywhere() -> None:
    async with town() as here:
        trouble.cause(here.sandbox.core, "deny", guild_id=here.sandbox.guild.id, permissions=["MANAGE_WEBHOOKS"])
        await here.until(lambda: here.place() in here.ears.changed)
        assert "manage_webhooks" in here.client.missing_in(here.place())


async def test_changed_webhooks_are_told() -> None:
    changed: list[int] = []
    async with town() as here:
        here.client.webhooks_changed = changed.append
        tavern: Any = here.client.get_channel(int(here.tavern.id))
        assert isinstance(tavern, discord.TextChannel)
        await tavern.create_webhook(name="somebody's")
        await here.until(lambda: bool(changed))
        assert changed == [int(here.tavern.id)]
