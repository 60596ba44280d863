"""Forums, as unpatched discord.py and a person use them."""

import aiohttp
import discord
import pytest

from sandbox.server import Sandbox
from tests.sandbox.visitors import Bot, Person


async def _refused(doing: object) -> int:
    with pytest.raises(discord.HTTPException) as caught:
        await doing  # type: ignore[misc]
    return caught.value.code


async def _forum(alex: Person, sandbox: Sandbox, **more: object) -> dict[str, object]:
    tags = [{"name": "Open", "emoji_name": "🟢"}, {"name": "Sealed", "moderated": True}]
    body = {"name": "Tall Tales", "type": 15, "available_tags": tags, **more}
    status, made = await alex.call("POST", f"/guilds/{sandbox.guild.id}/channels", body)
    assert status == 201, made
    return made


async def test_a_forum_has_tags_and_a_shown_name(sandbox: Sandbox, bot: Bot, alex: Person) -> None:
    made = await _forum(alex, sandbox, topic="x" * 2000, default_thread_rate_limit_per_user=5)
    forum = await bot.until("guild_channel_create", lambda channel: channel.id == int(str(made["id"])))
    assert isinstance(forum, discord.ForumChannel)
    assert (forum.name, [tag.name for tag in forum.available_tags]) == ("tall-tales", ["Open", "Sealed"])
    assert forum.available_tags[1].moderated
    assert forum.default_thread_slowmode_delay == 5
    tags = [{"id": str(forum.available_tags[0].id), "name": "Opened"}]
    status, changed = await alex.call("PATCH", f"/channels/{forum.id}", {"available_tags": tags})
    assert status == 200
    assert [one["id"] for one in changed["available_tags"]] == [tags[0]["id"]]
    both = [{"name": "x", "emoji_id": "1", "emoji_name": "🟢"}]
    assert (await alex.call("PATCH", f"/channels/{forum.id}", {"available_tags": both}))[1]["code"] == 50035
    assert (await alex.call("PATCH", f"/channels/{forum.id}", {"available_tags": [{"name": ""}]}))[1]["code"] == 50035


async def test_a_post_begins_with_a_message_of_its_own_id(sandbox: Sandbox, bot: Bot) -> None:
    forum = bot.get_channel(int(sandbox.channel_id("story-corner")))
    assert isinstance(forum, discord.ForumChannel)
    before = len(bot.heard)
    # discord.py asks for a day where the forum says nothing of its own.
    made = await forum.create_thread(name="A lamp", content="It burns.", applied_tags=[forum.available_tags[0]])
    assert made.thread.id == made.message.id == made.message.channel.id
    assert made.thread.applied_tags == [forum.available_tags[0]]
    await bot.until("message", lambda message: message.id == made.message.id)
    heard = [event for event, _ in bot.heard[before:] if event in ("thread_create", "message")]
    assert heard == ["thread_create", "message"]
    assert made.thread.message_count == 0
    answer = await made.thread.send("Who lit it?")
    fresh = await bot.fetch_channel(made.thread.id)
    assert isinstance(fresh, discord.Thread)
    assert (fresh.message_count, fresh.total_message_sent) == (1, 1)
    await answer.delete()
    await made.message.delete()
    again = await bot.fetch_channel(made.thread.id)
    assert isinstance(again, discord.Thread)
    assert (again.message_count, again.total_message_sent) == (0, 1)


async def test_a_forum_itself_takes_and_shows_no_messages(sandbox: Sandbox, robin: Person) -> None:
    forum = sandbox.channel_id("story-corner")
    assert (await robin.call("POST", f"/channels/{forum}/messages", {"content": "hi"}))[1]["code"] == 40058
    assert (await robin.call("GET", f"/channels/{forum}/messages"))[1]["code"] == 50024


async def test_what_a_post_must_have(sandbox: Sandbox, robin: Person, alex: Person) -> None:
    forum = await _forum(alex, sandbox)
    threads = f"/channels/{forum['id']}/threads"
    open_tag, sealed = (one["id"] for one in forum["available_tags"])  # type: ignore[attr-defined]
    good = {"name": "x", "message": {"content": "x"}}
    for body, field in (
        ({"name": "x"}, "message"),
        ({"message": {"content": "x"}}, "name"),
        ({**good, "message": {"content": "x" * 2001}}, "message"),
        ({**good, "applied_tags": [open_tag] * 6}, "applied_tags"),
    ):
        status, answer = await robin.call("POST", threads, body)
        assert (status, answer["code"], set(answer["errors"])) == (400, 50035, {field}), body
    assert (await robin.call("POST", threads, {**good, "message": {}}))[1]["code"] == 50006
    assert (await robin.call("POST", threads, {**good, "applied_tags": ["1"]}))[1]["code"] == 10087
    assert (await robin.call("POST", threads, {**good, "applied_tags": [sealed]}))[1]["code"] == 50013
    assert (await alex.call("POST", threads, {**good, "applied_tags": [sealed]}))[0] == 201
    assert (await alex.call("PATCH", f"/channels/{forum['id']}", {"flags": 16}))[1]["flags"] == 16
    assert (await robin.call("POST", threads, good))[1]["code"] == 40067
    assert (await robin.call("POST", threads, {**good, "applied_tags": [open_tag]}))[0] == 201


async def test_the_slow_mode_of_a_forum_holds_back_new_posts_of_people(
    sandbox: Sandbox, robin: Person, alex: Person
) -> None:
    forum = await _forum(alex, sandbox, rate_limit_per_user=60)
    good = {"name": "x", "message": {"content": "x"}}
    assert (await robin.call("POST", f"/channels/{forum['id']}/threads", good))[0] == 201
    status, answer = await robin.call("POST", f"/channels/{forum['id']}/threads", good)
    assert (status, answer["code"]) == (429, 20016)
    assert (await alex.call("POST", f"/channels/{forum['id']}/threads", good))[0] == 201


async def test_a_webhook_begins_a_post_or_answers_in_one(sandbox: Sandbox, bot: Bot) -> None:
    forum = bot.get_channel(int(sandbox.channel_id("story-corner")))
    assert isinstance(forum, discord.ForumChannel)
    hook = await forum.create_webhook(name="cafe")
    tag = forum.available_tags[2]
    first = await hook.send("Once…", username="Mira", thread_name="A tale", applied_tags=[tag], wait=True)
    post = await bot.until("thread_create", lambda thread: thread.name == "A tale")
    assert first.id == post.id == first.channel.id
    assert (post.owner_id, post.applied_tags) == (hook.id, [tag])
    second = await hook.send("… and twice.", username="Mira", thread=post, wait=True)
    assert second.channel.id == post.id
    edited = await hook.edit_message(second.id, content="… and thrice.", thread=post)
    assert edited.content == "… and thrice."
    assert await _refused(hook.edit_message(second.id, content="lost")) == 10008
    assert await _refused(hook.send("nowhere", wait=True)) == 220001
    async with aiohttp.ClientSession() as http:
        url = f"{sandbox.url}/api/v10/webhooks/{hook.id}/{hook.token}?thread_id={post.id}"
        async with http.post(url, json={"content": "x", "thread_name": "y"}) as answer:
            assert (await answer.json())["code"] == 220002
    plain = await bot.place("tavern").create_webhook(name="cafe")
    assert await _refused(plain.send("x", thread_name="y", wait=True)) == 220003
    assert await _refused(plain.send("x", thread=discord.Object(post.id), wait=True)) == 10003


async def test_moderators_pin_and_tag_posts(sandbox: Sandbox, bot: Bot, robin: Person, alex: Person) -> None:
    forum = sandbox.world.channel(sandbox.channel_id("story-corner"))
    _, post = await robin.call("POST", f"/channels/{forum.id}/threads", {"name": "x", "message": {"content": "x"}})
    path = f"/channels/{post['id']}"
    picks = forum.available_tags[3]["id"]
    assert (await robin.call("PATCH", path, {"applied_tags": [picks]}))[1]["code"] == 50013
    assert (await robin.call("PATCH", path, {"flags": 2}))[1]["code"] == 50013
    status, changed = await alex.call("PATCH", path, {"applied_tags": [picks], "flags": 2})
    assert (status, changed["applied_tags"], changed["flags"]) == (200, [picks], 2)
    _, seen = await bot.until("thread_update", lambda before, after: after.id == int(post["id"]))
    assert [tag.name for tag in seen.applied_tags] == ["Kettle's pick"]
