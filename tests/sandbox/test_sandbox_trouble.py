"""What admins and Discord do to a bot: each trouble, with the events and refusals that follow."""

from typing import Any

import aiohttp
import discord
import pytest

from sandbox import trouble
from sandbox.server import Sandbox
from tests.sandbox.visitors import Bot, Person, connected


async def _refused(doing: object) -> int:
    with pytest.raises(discord.HTTPException) as caught:
        await doing  # type: ignore[misc]
    return caught.value.code


async def _thread(bot: Bot, kind: discord.ChannelType = discord.ChannelType.public_thread) -> discord.Thread:
    return await bot.place("tavern").create_thread(name="aside", type=kind)


async def test_webhooks_are_deleted_moved_and_crowded_out(sandbox: Sandbox, bot: Bot) -> None:
    tavern, greenhouse = bot.place("tavern"), bot.place("greenhouse")
    hook = await tavern.create_webhook(name="cafe")
    sent = await hook.send("here", wait=True)
    trouble.cause(sandbox.core, "move_webhooks", channel_id=str(tavern.id), to=str(greenhouse.id))
    for place in (tavern, greenhouse):
        await bot.until("webhooks_update", lambda channel, place=place: channel.id == place.id)
    assert (await hook.send("there", wait=True)).channel.id == greenhouse.id
    # What it said before belongs to a channel that is no longer its own.
    assert await _refused(hook.edit_message(sent.id, content="x")) == 10008
    trouble.cause(sandbox.core, "delete_webhooks", channel_id=str(greenhouse.id))
    assert await _refused(hook.send("gone", wait=True)) == 10015
    trouble.cause(sandbox.core, "fill_webhooks", channel_id=str(greenhouse.id))
    assert await _refused(greenhouse.create_webhook(name="cafe")) == 30007
    other = await tavern.create_webhook(name="cafe")
    with pytest.raises(discord.HTTPException):
        await other.edit(channel=greenhouse)
    trouble.cause(sandbox.core, "unfill_webhooks", channel_id=str(greenhouse.id))
    assert await greenhouse.create_webhook(name="cafe")


async def test_rights_are_taken_in_a_channel_or_everywhere_and_come_back(sandbox: Sandbox, bot: Bot) -> None:
    tavern = bot.place("tavern")
    trouble.cause(sandbox.core, "deny", channel_id=str(tavern.id), permissions=["MANAGE_WEBHOOKS"])
    await bot.until("guild_channel_update", lambda _, after: after.id == tavern.id)
    assert not tavern.permissions_for(tavern.guild.me).manage_webhooks
    assert await _refused(tavern.create_webhook(name="x")) == 50013
    assert await bot.place("greenhouse").create_webhook(name="x")
    trouble.cause(sandbox.core, "permit", channel_id=str(tavern.id))
    assert await tavern.create_webhook(name="x")
    trouble.cause(sandbox.core, "deny", guild_id=sandbox.guild.id, permissions=["MANAGE_WEBHOOKS", "SEND_MESSAGES"])
    await bot.until("guild_role_update", lambda _, after: after.is_bot_managed())
    assert await _refused(tavern.create_webhook(name="x")) == 50013
    trouble.cause(sandbox.core, "deny", channel_id=str(tavern.id), permissions=["VIEW_CHANNEL"])
    assert await _refused(tavern.send("x")) == 50001


async def test_a_locked_thread_is_closed_to_who_does_not_manage_threads(sandbox: Sandbox, bot: Bot) -> None:
    thread = await _thread(bot)
    hook = await bot.place("tavern").create_webhook(name="cafe")
    sent = await hook.send("before", thread=thread, wait=True)
    trouble.cause(sandbox.core, "archive", thread_id=str(thread.id))
    await bot.until("thread_update", lambda _, after: after.archived)
    assert await _refused(hook.edit_message(sent.id, content="x", thread=thread)) == 50083
    # The first message opens an archived thread again.
    assert await hook.send("and back", thread=thread, wait=True)
    assert not sandbox.world.channel(str(thread.id)).archived
    trouble.cause(sandbox.core, "lock", thread_id=str(thread.id))
    assert await _refused(hook.send("x", thread=thread, wait=True)) == 50083
    trouble.cause(sandbox.core, "lock", thread_id=str(thread.id), archived=False)
    assert await _refused(hook.send("x", thread=thread, wait=True)) == 160005
    assert await thread.send("the bot manages threads")
    trouble.cause(sandbox.core, "deny", guild_id=sandbox.guild.id, permissions=["MANAGE_THREADS"])
    assert await _refused(thread.send("not any more")) == 160005
    trouble.cause(sandbox.core, "unlock", thread_id=str(thread.id))
    assert await hook.send("open", thread=thread, wait=True)


async def test_a_quiet_thread_is_archived_when_its_time_has_passed(sandbox: Sandbox, bot: Bot) -> None:
    thread = await _thread(bot)
    async with aiohttp.ClientSession() as http:
        await http.post(f"{sandbox.url}/sandbox/clock", json={"advance": 86_000})
        assert not sandbox.world.channel(str(thread.id)).archived
        await http.post(f"{sandbox.url}/sandbox/clock", json={"advance": 1_000})
    _, after = await bot.until("thread_update", lambda _, after: after.id == thread.id)
    assert after.archived


async def test_a_private_thread_is_hidden_until_the_bot_is_added(sandbox: Sandbox, bot: Bot, robin: Person) -> None:
    trouble.cause(sandbox.core, "deny", guild_id=sandbox.guild.id, permissions=["MANAGE_THREADS"])
    path = f"/channels/{sandbox.channel_id('tavern')}/threads"
    _, made = await robin.call("POST", path, {"name": "whispers", "type": 12})
    assert (await robin.call("POST", f"/channels/{made['id']}/messages", {"content": "psst"}))[0] == 200
    await robin.say("tavern", "aloud")
    await bot.until("message", lambda message: message.content == "aloud")
    assert not [args for event, args in bot.heard if event == "thread_create" or (args and "psst" in str(args))]
    assert await _refused(bot.fetch_channel(int(made["id"]))) == 50001
    assert (await robin.call("PUT", f"/channels/{made['id']}/thread-members/{sandbox.application.id}"))[0] == 204
    thread = await bot.until("thread_join")
    assert thread.id == int(made["id"])
    assert thread.me is not None
    assert (await robin.call("POST", f"/channels/{made['id']}/messages", {"content": "hear me"}))[0] == 200
    await bot.until("message", lambda message: message.content == "hear me")
    assert await thread.send("I do")
    trouble.cause(sandbox.core, "remove_from_thread", thread_id=made["id"])
    await bot.until("thread_remove", lambda gone: gone.id == thread.id)
    assert await _refused(thread.send("x")) == 50001


async def test_members_of_threads_are_no_news_without_the_members_intent(sandbox: Sandbox, alex: Person) -> None:
    intents = discord.Intents.all()
    intents.members = False
    async with connected(sandbox, Bot(intents)) as bot:
        thread = await _thread(bot)
        robin = sandbox.person("robin").id
        assert (await alex.call("PUT", f"/channels/{thread.id}/thread-members/{robin}"))[0] == 204
        await alex.event("THREAD_MEMBERS_UPDATE", lambda data: data["id"] == str(thread.id))
        trouble.cause(sandbox.core, "kick", guild_id=sandbox.guild.id, user_id=robin)
        await alex.event("GUILD_MEMBER_REMOVE")
        await alex.say("tavern", "done")
        await bot.until("message", lambda message: message.content == "done")
        quiet = {"raw_thread_member_remove", "thread_member_join", "member_remove", "raw_member_remove"}
        assert not quiet & {event for event, _ in bot.heard}
    assert robin not in [one.user_id for one in sandbox.world.channel(str(thread.id)).followers]


async def test_who_is_let_into_a_channel_is_told_of_its_threads(sandbox: Sandbox, bot: Bot, alex: Person) -> None:
    backstage = sandbox.channel_id("backstage")
    _, made = await alex.call("POST", f"/channels/{backstage}/threads", {"name": "plans", "type": 11})
    assert bot.guilds[0].get_thread(int(made["id"])) is None
    allow = {"type": 1, "allow": "1024", "deny": "0"}
    await alex.call("PUT", f"/channels/{backstage}/permissions/{sandbox.application.id}", allow)
    thread = await bot.until("thread_join", lambda one: one.id == int(made["id"]))
    assert thread.name == "plans"
    (sync,) = [one for one in sandbox.journal.entries(method="THREAD_LIST_SYNC") if one.actor.kind == "bot"]
    assert sync.response["channel_ids"] == [backstage]


async def test_a_deleted_channel_takes_its_threads_along(sandbox: Sandbox, bot: Bot, robin: Person) -> None:
    thread = await _thread(bot)
    trouble.cause(sandbox.core, "delete_channel", channel_id=sandbox.channel_id("tavern"))
    await bot.until("guild_channel_delete")
    assert (await robin.event("CHANNEL_DELETE"))["name"] == "tavern"
    assert not robin.heard("THREAD_DELETE")
    assert await _refused(thread.send("x")) == 10003


async def test_the_bot_is_thrown_out_and_invited_again(sandbox: Sandbox, bot: Bot, alex: Person) -> None:
    tavern, guild = bot.place("tavern"), bot.guilds[0]
    hook = await tavern.create_webhook(name="cafe")
    role = next(one for one in guild.roles if one.is_bot_managed())
    trouble.cause(sandbox.core, "outage", guild_id=str(guild.id))
    await bot.until("guild_unavailable")
    trouble.cause(sandbox.core, "outage", guild_id=str(guild.id), over=True)
    await bot.until("guild_available", after=len(bot.heard) - 1)
    trouble.cause(sandbox.core, "remove_bot", guild_id=str(guild.id))
    assert (await bot.until("guild_remove")).id == guild.id
    assert (await alex.event("GUILD_ROLE_DELETE"))["role_id"] == str(role.id)
    assert await _refused(tavern.send("x")) == 50001
    assert await hook.send("webhooks outlive the bot", wait=True)
    trouble.cause(sandbox.core, "add_bot", guild_id=str(guild.id))
    again = await bot.until("guild_join")
    assert again.me.guild_permissions.manage_webhooks


async def test_slow_mode_is_for_people(sandbox: Sandbox, bot: Bot, robin: Person, alex: Person) -> None:
    tavern = bot.place("tavern")
    hook = await tavern.create_webhook(name="cafe")
    trouble.cause(sandbox.core, "slow_mode", channel_id=str(tavern.id), seconds=60)
    await bot.until("guild_channel_update", lambda _, after: after.slowmode_delay == 60)
    for _ in range(2):
        await tavern.send("bots go on")
        await hook.send("so do webhooks", wait=True)
        await alex.say("tavern", "and moderators")
    await robin.say("tavern", "once")
    status, refused = await robin.call("POST", f"/channels/{tavern.id}/messages", {"content": "twice"})
    assert (status, refused["code"]) == (429, 20016)
    assert refused["retry_after"] > 50


async def test_a_member_who_closed_direct_messages_gets_none(sandbox: Sandbox, bot: Bot, robin: Person) -> None:
    user = await bot.fetch_user(int(robin.id))
    await user.send("hello")
    trouble.cause(sandbox.core, "close_direct", user_id=robin.id)
    assert await _refused(user.send("hello?")) == 50007
    trouble.cause(sandbox.core, "close_direct", user_id=robin.id, closed=False)
    assert await user.send("hello!")


async def test_a_message_is_deleted_by_a_moderator(sandbox: Sandbox, bot: Bot) -> None:
    sent = await bot.place("tavern").send("here for now")
    trouble.cause(sandbox.core, "delete_message", message_id=str(sent.id))
    assert (await bot.until("message_delete")).id == sent.id


async def test_troubles_over_http_answer_faults_of_the_caller(sandbox: Sandbox) -> None:
    async with aiohttp.ClientSession() as http:
        for name, body, status in (
            ("fill_webhooks", {"channel_id": sandbox.channel_id("tavern")}, 200),
            ("fill_webhooks", {}, 400),
            ("no_such_thing", {}, 400),
            ("delete_channel", {"channel_id": "1"}, 404),
            ("delete_message", {"message_id": "1"}, 400),
        ):
            async with http.post(f"{sandbox.url}/sandbox/trouble/{name}", json=body) as answer:
                assert answer.status == status, (name, await answer.text())


async def test_a_bot_that_comes_during_an_outage_finds_the_server_lost(sandbox: Sandbox) -> None:
    trouble.cause(sandbox.core, "outage", guild_id=sandbox.guild.id)
    async with connected(sandbox, Bot(discord.Intents.all())) as bot:
        assert bot.guilds[0].unavailable
        trouble.cause(sandbox.core, "outage", guild_id=sandbox.guild.id, over=True)
        await bot.until("guild_available")
        assert not bot.guilds[0].unavailable
        assert bot.place("tavern")


async def test_one_right_comes_back_without_the_others(sandbox: Sandbox, bot: Bot) -> None:
    tavern = bot.place("tavern")
    both = ["MANAGE_WEBHOOKS", "SEND_MESSAGES"]
    trouble.cause(sandbox.core, "deny", channel_id=str(tavern.id), permissions=both)
    trouble.cause(sandbox.core, "permit", channel_id=str(tavern.id), permissions=both[:1])
    assert await tavern.create_webhook(name="x")
    assert await _refused(tavern.send("x")) == 50013
    trouble.cause(sandbox.core, "permit", channel_id=str(tavern.id), permissions=both)
    assert await tavern.send("x")


async def test_the_state_is_told_to_each_as_they_may_change_it(sandbox: Sandbox, bot: Bot) -> None:
    await bot.place("tavern").create_webhook(name="cafe")
    tavern = sandbox.channel_id("tavern")
    trouble.cause(sandbox.core, "deny", channel_id=tavern, permissions=["EMBED_LINKS"])
    async with aiohttp.ClientSession() as http:

        async def state(name: str) -> dict[str, Any]:
            query = {"user_id": sandbox.person(name).id, "channel_id": tavern}
            async with http.get(f"{sandbox.url}/sandbox/trouble", params=query) as answer:
                assert answer.status == 200
                return await answer.json()

        alex, robin = await state("alex"), await state("robin")
    assert (alex["channel"]["webhooks"], alex["channel"]["foreign_webhooks"]) == (1, 0)
    assert [one["name"] for one in alex["channel"]["rights"] if not one["allowed"]] == ["EMBED_LINKS"]
    assert "SEND_MESSAGES" not in [one["name"] for one in alex["guild"]["rights"]]
    assert alex["application"]["connected"]
    assert [(one["name"], one["has_bot"], one["lost"]) for one in alex["guilds"]] == [
        ("The Copper Kettle", True, False)
    ]
    assert (robin["channel"], robin["guild"], robin["application"], robin["guilds"]) == (None, None, None, [])
    assert robin["person"] == {"closed_to_direct": False, "installed": True}
