"""The client on a real sandbox: what it hears, what it catches up on, how it comes up when Discord does not."""

import asyncio
from typing import Any

import discord
import pytest
from discord import app_commands
from discord.gateway import DiscordWebSocket
from yarl import URL

from bot.errors import StageClosed
from bot.ports import Caller, Heard, Place
from bot.transport.client import BACKFILL_LIMIT, CafeClient
from bot.transport.pointing import pointed_at
from bot.transport.tree import sync_if_changed
from sandbox.acts import messages
from sandbox.acts.guilds import approve_intents
from sandbox.server import Sandbox
from tests.transport.meddler import Meddler
from tests.transport.town import Gap, Listener, Syncs, Town, make_client, running, town, until


async def test_a_message_is_heard_as_plain_data() -> None:
    async with town() as here:
        message = here.say("Good evening!")
        await here.until(lambda: bool(here.ears.heard))
        (one,) = here.ears.heard
        robin = here.sandbox.person("robin")
        assert (one.message_id, one.content) == (int(message.id), "Good evening!")
        assert one.place == here.place()
        assert one.author == Caller(int(robin.id), "robin", "Robin")
        assert not any([one.mentions_us, one.author_is_bot, one.content_withheld, one.webhook_id, one.reply_to])
        assert one.sent_at.tzinfo is not None


async def test_ids_become_names() -> None:
    async with town() as here:
        sasha, role = here.sandbox.person("sasha"), here.sandbox.world.roles.of(here.sandbox.guild.id)[0]
        named = next(one for one in here.sandbox.world.roles.of(here.sandbox.guild.id) if one.name == "Creators")
        assert role
        here.say(
            f"<@{sasha.id}> and <@&{named.id}> in <#{here.tavern.id}> <:tea:123456789012345678> <@1> <#1> **bold**"
        )
        await here.until(lambda: bool(here.ears.heard))
        assert here.ears.words == ["@Sasha and @Creators in #tavern :tea: @someone #a-channel **bold**"]


async def test_being_mentioned_by_name_or_role_but_not_by_the_ping_of_a_reply() -> None:
    async with town() as here:
        own_role = next(r for r in here.sandbox.world.roles.of(here.sandbox.guild.id) if r.bot_id == here.us)
        own_role.mentionable = True
        here.say(f"<@{here.us}> hello")
        here.say(f"<@&{own_role.id}> hello", by="alex")
        ours = await here.client.get_partial_messageable(int(here.tavern.id), guild_id=int(here.sandbox.guild.id)).send(
            "Hm."
        )
        reply = {"message_id": str(ours.id), "channel_id": here.tavern.id, "type": 0}
        here.say("thanks", message_reference=reply)
        await here.until(lambda: len(here.ears.heard) == 3)
        assert [one.mentions_us for one in here.ears.heard] == [True, True, False]
        answered = here.ears.heard[2].reply_to
        assert answered is not None
        assert (answered.message_id, answered.author_id, answered.excerpt) == (ours.id, int(here.us), "Hm.")


async def test_our_own_words_are_not_heard_and_a_webhooks_are_told_apart() -> None:
    async with town() as here:
        await here.client.get_partial_messageable(int(here.tavern.id)).send("I said that.")
        tavern = here.client.get_channel(int(here.tavern.id))
        assert isinstance(tavern, discord.TextChannel)
        webhook = await tavern.create_webhook(name="BotCafé")
        await webhook.send("A character speaks.", username="Mira")
        await here.until(lambda: bool(here.ears.heard))
        (one,) = here.ears.heard
        assert one.author_is_bot
        assert one.webhook_id == webhook.id
        assert one.author.display_name == "Mira"


async def test_a_thread_knows_whose_webhook_speaks_there() -> None:
    async with town() as here:
        guild_id = here.sandbox.guild.id
        tavern = here.client.get_channel(int(here.tavern.id))
        assert isinstance(tavern, discord.TextChannel)
        thread = await tavern.create_thread(name="side table", type=discord.ChannelType.public_thread)
        here.say("psst", channel=here.sandbox.world.channel(str(thread.id)))
        await here.until(lambda: "psst" in here.ears.words)
        assert here.ears.heard[-1].place == Place(int(guild_id), thread.id, int(here.tavern.id))


async def test_a_thread_we_were_never_told_of_is_looked_up() -> None:
    async with town() as here:
        tavern = here.client.get_channel(int(here.tavern.id))
        assert isinstance(tavern, discord.TextChannel)
        thread = await tavern.create_thread(name="side table", type=discord.ChannelType.public_thread)
        await here.until(lambda: here.client.get_channel(thread.id) is not None)
        tavern.guild._remove_thread(thread)  # pyright: ignore[reportPrivateUsage]
        here.say("psst", channel=here.sandbox.world.channel(str(thread.id)))
        await here.until(lambda: "psst" in here.ears.words)
        assert here.ears.heard[-1].place == Place(int(here.sandbox.guild.id), thread.id, int(here.tavern.id))


async def test_edits_and_deletions_are_told() -> None:
    async with town() as here:
        message = here.say("one")
        other = here.say("two")
        await here.until(lambda: len(here.ears.heard) == 2)
        messages.edit(here.sandbox.core, message, {"content": "eleven"})
        await here.until(lambda: bool(here.ears.edited))
        messages.delete(here.sandbox.core, message)
        messages.delete_many(here.sandbox.core, here.tavern, [other])
        await here.until(lambda: len(here.ears.deleted) == 2)
        assert here.ears.edited == [(int(message.id), "eleven")]
        assert here.ears.deleted == [int(message.id), int(other.id)]


def withdraw_content(here: Town) -> None:
    approve_intents(here.sandbox.application, 0)


async def test_without_message_content_it_knows_before_it_identifies_and_says_so() -> None:
    async with town(before=withdraw_content) as here:
        assert here.client.reads_messages is False
        assert not here.client.intents.message_content
        identifies = [entry for entry in here.sandbox.journal.entries(method="IDENTIFY") if entry.path == "in"]
        assert len(identifies) == 1
        assert "Mention me" in str(identifies[0].request)
        here.say("Hello everybody")
        here.say(f"<@{here.us}> hello you")
        await here.until(lambda: len(here.ears.heard) == 2)
        assert [(one.content, one.content_withheld) for one in here.ears.heard] == [
            ("", True),
            ("@BotCafé hello you", False),
        ]


async def test_an_intent_withdrawn_between_login_and_identify_is_survived() -> None:
    sandboxes: list[Sandbox] = []

    def note(here: Town) -> None:
        sandboxes.append(here.sandbox)

    async def withdraw(client: CafeClient) -> None:
        sandboxes[0].application.approved_intents = 0  # the flags already read say otherwise

    async with town(before=note, prepare=withdraw) as here:
        assert here.client.reads_messages is False


async def test_what_was_said_while_we_were_away_is_heard_in_order_on_ready() -> None:
    ears = Listener()

    def meanwhile(here: Town) -> None:
        first = here.say("known already")
        ears.gaps = [Gap(here.place(), int(first.id))]
        for number in range(120):
            here.say(f"while away {number}")

    async with town(ears, before=meanwhile) as here:
        await here.until(lambda: len(ears.heard) == 120)
        here.say("live again")
        await here.until(lambda: len(ears.heard) == 121)
        assert ears.words == [f"while away {number}" for number in range(120)] + ["live again"]


async def test_of_very_many_missed_messages_the_newest_are_heard() -> None:
    ears = Listener()

    def meanwhile(here: Town) -> None:
        ears.gaps = [Gap(here.place(), int(here.say("known").id))]
        for number in range(BACKFILL_LIMIT + 50):
            here.say(str(number))

    async with town(ears, before=meanwhile) as here:
        await here.until(lambda: len(ears.heard) == BACKFILL_LIMIT)
        assert ears.words == [str(number) for number in range(50, BACKFILL_LIMIT + 50)]


async def test_a_live_message_waits_for_the_older_ones_of_its_channel() -> None:
    ears, gate, told = Listener(), asyncio.Event(), asyncio.Event()

    def meanwhile(here: Town) -> None:
        ears.gaps = [Gap(here.place(), int(here.say("known").id))]
        here.say("older")

    async def slow(heard: Heard) -> None:
        ears.heard.append(heard)
        told.set()
        await gate.wait()

    ears.hear = slow  # pyright: ignore[reportAttributeAccessIssue]
    async with town(ears, before=meanwhile) as here:
        await asyncio.wait_for(told.wait(), 10)
        here.say("newer")
        garden = here.sandbox.world.channel(here.sandbox.channel_id("greenhouse"))
        here.say("elsewhere", channel=garden)
        await here.until(lambda: len(ears.heard) == 2)
        assert ears.words == ["older", "elsewhere"]
        gate.set()
        await here.until(lambda: len(ears.heard) == 3)
        assert ears.words == ["older", "elsewhere", "newer"]


async def test_a_channel_that_cannot_be_read_does_not_stop_the_others() -> None:
    ears = Listener()

    def meanwhile(here: Town) -> None:
        ears.gaps = [Gap(Place(1, 2, 2), 1), Gap(here.place(), int(here.say("known").id))]
        here.say("heard all the same")

    async with town(ears, before=meanwhile) as here:
        await here.until(lambda: ears.words == ["heard all the same"])
        with pytest.raises(StageClosed, match="unknown_channel"):
            await here.client.history(Place(1, 2, 2), 1, 10)


@pytest.mark.parametrize("how", ["drop", "reconnect", "invalidate"])
async def test_after_every_kind_of_interruption_it_reads_on(how: str) -> None:
    async with town() as here:
        await here.until(lambda: here.ears.asked == 1)
        here.sandbox.core.hub.poke(how, user_id=None, code=4000, resumable=False)
        await here.until(lambda: here.ears.asked == 2)
        here.say("still there?")
        await here.until(lambda: here.ears.words == ["still there?"])
        identifies = [entry for entry in here.sandbox.journal.entries(method="IDENTIFY") if entry.path == "in"]
        assert len(identifies) == (2 if how == "invalidate" else 1)


async def test_a_gateway_that_is_not_there_at_first_is_waited_for() -> None:
    """discord.py 2.7 dies of an AttributeError when its very first connection fails."""
    async with Sandbox.start() as sandbox, Meddler.before(sandbox.url) as meddler:
        with pointed_at(meddler.url):  # forwards requests but no gateway
            client = make_client(Listener())
            waits = client.clock.slept  # pyright: ignore[reportAttributeAccessIssue]
            async with running(client, sandbox.bot_token):
                await until(lambda: len(waits) >= 3)
                DiscordWebSocket.DEFAULT_GATEWAY = URL(sandbox.url.replace("http", "ws"))
                await asyncio.wait_for(client.until_up(), 20)
            assert waits[:3] == [1.0, 2.0, 4.0]


async def test_a_discord_that_is_not_there_at_all_is_waited_for() -> None:
    async with Sandbox.start() as sandbox:
        with pointed_at("http://127.0.0.1:9"):
            client = make_client(Listener())
            waits = client.clock.slept  # pyright: ignore[reportAttributeAccessIssue]
            async with running(client, sandbox.bot_token):
                await until(lambda: len(waits) >= 2)
                with pointed_at(sandbox.url):
                    await asyncio.wait_for(client.until_up(), 20)


async def test_a_wrong_token_is_not_tried_again() -> None:
    async with Sandbox.start() as sandbox:
        with pointed_at(sandbox.url):
            client = make_client(Listener())
            async with running(client, "not.a.token") as task:
                with pytest.raises(discord.LoginFailure):
                    await asyncio.wait_for(asyncio.shield(task), 10)


def command(name: str, description: str) -> app_commands.Command[Any, ..., Any]:
    async def callback(interaction: discord.Interaction) -> None: ...

    return app_commands.Command(name=name, description=description, callback=callback)


async def test_commands_are_synced_only_when_they_changed_or_are_missing() -> None:
    async with town() as here:
        syncs = here.client._syncs  # pyright: ignore[reportPrivateUsage]
        tree = here.client.cafe_tree
        puts = lambda: len(here.sandbox.journal.entries(method="PUT", path="/commands"))  # noqa: E731
        began = puts()
        tree.add_command(command("character", "Make somebody"))
        assert await sync_if_changed(tree, syncs)
        assert not await sync_if_changed(tree, syncs)
        tree.remove_command("character")
        tree.add_command(command("character", "Make or change somebody"))
        assert await sync_if_changed(tree, syncs)
        (known,) = await tree.fetch_commands()
        await known.delete()
        assert await sync_if_changed(tree, syncs)
        assert not await sync_if_changed(tree, syncs)
        assert puts() == began + 3


async def test_a_second_start_does_not_sync() -> None:
    syncs = Syncs()

    async def prepare(client: CafeClient) -> None:
        client.tree.add_command(command("hello", "Say hello"))

    async with Sandbox.start() as sandbox:
        with pointed_at(sandbox.url):
            for _ in range(2):
                client = make_client(Listener(), syncs, prepare)
                async with running(client, sandbox.bot_token):
                    await asyncio.wait_for(client.until_up(), 20)
        assert len(sandbox.journal.entries(method="PUT", path="/commands")) == 1


async def test_a_failing_listener_is_written_down_and_the_next_message_is_heard() -> None:
    ears = Listener()
    hear = ears.hear

    async def stumble(heard: Heard) -> None:
        ears.hear = hear  # pyright: ignore[reportAttributeAccessIssue]
        raise RuntimeError("a bug")

    ears.hear = stumble  # pyright: ignore[reportAttributeAccessIssue]
    async with town(ears) as here:
        here.say("stumbles")
        await here.until(lambda: ears.hear is hear or ears.hear == hear)
        here.say("is heard")
        await here.until(lambda: ears.words == ["is heard"])


async def test_no_identify_is_sent_while_discords_last_ones_are_left() -> None:
    async with Sandbox.start() as sandbox:
        with pointed_at(sandbox.url):
            client = make_client(Listener())
            waits = client.clock.slept  # pyright: ignore[reportAttributeAccessIssue]
            limit = {"total": 1000, "remaining": 99, "reset_after": 60_000, "max_concurrency": 1}

            async def nearly_used_up() -> tuple[int, str, dict[str, int]]:
                return 1, sandbox.url.replace("http", "ws"), limit

            client.http.get_bot_gateway = nearly_used_up  # pyright: ignore[reportAttributeAccessIssue]
            async with running(client, sandbox.bot_token):
                await until(lambda: len(waits) >= 3)
                assert sandbox.journal.entries(method="IDENTIFY") == []
                limit["remaining"] = 1000
                await asyncio.wait_for(client.until_up(), 20)


async def test_a_server_that_removed_us_while_we_were_away_is_told_and_not_asked() -> None:
    ears = Listener()

    def meanwhile(here: Town) -> None:
        first = here.say("known already")
        ears.gaps = [Gap(Place(77, 5, 5), 1), Gap(Place(77, 6, 6), 1), Gap(here.place(), int(first.id))]
        here.say("while away")

    async with town(ears, before=meanwhile) as here:
        await here.until(lambda: ears.words == ["while away"])
        assert ears.gone == [(77, None)]
        asked = [entry.path for entry in here.sandbox.journal.entries(method="GET") if entry.transport == "rest"]
        assert not any("/channels/5/" in path or "/channels/6/" in path for path in asked)


async def test_a_channel_deleted_while_we_were_away_is_told() -> None:
    ears = Listener()

    def meanwhile(here: Town) -> None:
        ears.gaps = [Gap(Place(int(here.sandbox.guild.id), 5, 5), 1)]

    async with town(ears, before=meanwhile) as here:
        await here.until(lambda: ears.gone == [(int(here.sandbox.guild.id), 5)])
