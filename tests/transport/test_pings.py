"""Whatever a character says or is called, nobody is pinged by it."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import uuid4

import pytest

from bot.ports import Face, RepliedTo, Scene, Via
from bot.transport import pings
from sandbox.journal import Entry
from tests.transport.hall import Hall, hall
from tests.transport.test_voices import asked, direct

CORE = [
    "@everyone",
    "@here",
    "<@{user}>",
    "<@!{user}>",
    "<@&{role}>",
    "<#{channel}>",
    "<@{user}><@&{role}>@everyone@here",
]
WRAPPINGS = [
    "{}",
    "Hello {} and welcome",
    "**{}**",
    "||{}||",
    "> {}",
    "- {}",
    "# {}",
    "`{}`",
    "```\n{}\n```",
    "```{}",
    "\u200b{}\u200b",
    "\u202e{}\u202c",
    "[{}](https://example.org)",
    "{}\n" * 3,
    "\\{}",
    "-# {}",
    "~~{}~~",
    "x" * 1990 + " {}",
    "```py\n" + "y = 1\n" * 330 + "{}",
    "1. {}",
    ">>> {}",
    "__{}__",
    "*{}*",
    "***||{}||***",
    "[x]({})",
    "<{}>",
    "({})",
    "{}{}",
    "\u2066{}\u2069",
    "{}\u0301",
    "`` {} ``",
    "~~~\n{}\n~~~",
    "```\n```{}```\n```",
    "| a | b |\n|---|---|\n| {} | x |",
    "| {} | b |\n|---|---|\n| y | x |",
    "- [ ] {}",
    "### {}",
    "\t{}",
    "Paragraph.\n\n{}\n\nParagraph.",
    "https://example.org/{}",
    "<a:wave:1>{}",
    "{}!",
    "y " * 995 + "{}",
    "\u00a0{}\u00a0",
    "&lt;{}&gt;",
]
MORE = [
    "@\u200beveryone",
    "@everyone" * 200,
    "＠everyone",
    "@EVERYONE",
    "<@&{guild}>",
    "</kick:1>",
    "<id:customize>",
    "<t:1:R>",
    "@\u0435veryone",
    "<@{user}",
    "@here\x00",
    "\ud800@everyone",
    "\x1b[31m@everyone",
    "e\u0301" * 5000 + "@everyone",
]


def corpus(here: Hall) -> list[str]:
    guild = here.sandbox.guild
    facts = {
        "user": here.sandbox.person("robin").id,
        "role": next(role.id for role in here.sandbox.world.roles.of(guild.id) if role.mentionable),
        "channel": here.channel.id,
        "guild": guild.id,
    }
    lines = [wrapping.replace("{}", core) for wrapping in WRAPPINGS for core in CORE] + MORE
    for name, value in facts.items():
        lines = [line.replace(f"{{{name}}}", value) for line in lines]
    return lines


def writes(here: Hall) -> Iterator[Entry]:
    for entry in here.sandbox.journal.entries(after=here.began):
        body = entry.request or {}
        ours = entry.transport == "rest" and entry.actor.kind != "user" and entry.method in ("POST", "PATCH")
        if ours and ("content" in body or "components" in body):
            yield entry


def words(entry: Entry) -> str:
    return str(entry.request.get("content") or entry.request["components"])


def has_pinged(entry: Entry) -> bool:
    response = entry.response
    return bool(response["mention_everyone"] or response["mentions"] or response["mention_roles"])


async def say_everything(here: Hall, lines: list[str], scene: Scene) -> None:
    """Each as a name, a quotation, a growing reply, a final one, a second message and a remark."""
    for number, line in enumerate(lines):
        answering = RepliedTo(int(here.channel.id), 1, line[:300], excerpt=line[:300])
        one = replace(scene, turn_id=uuid4(), answering=answering if number % 5 == 0 else None)
        show = here.perform(one)
        show.show(f"First {line}"[:1500])
        await here.settle()
        parts = await show.finish(line)
        if number % 7 == 0:
            known = {part.number: part.message_id for part in parts}
            await here.perform(replace(one, known=known, replaces=True)).finish(f"{line}\n\n{'z' * 1990}\n\n{line}")
        await here.stage.remark(scene.place, line, key=str(number), token=scene.token)


def check(here: Hall, lines: list[str]) -> None:
    entries = list(writes(here))
    assert len(lines) >= 300
    assert sum(entry.method == "PATCH" for entry in entries) >= len(lines)
    assert sum(entry.method == "POST" for entry in entries) >= len(lines) / 7
    assert [words(entry)[:60] for entry in entries if entry.status != 200] == []
    assert [entry for entry in entries if entry.request.get("allowed_mentions") != {"parse": []}] == []
    assert [words(entry)[:60] for entry in entries if has_pinged(entry)] == []
    assert any("@everyone" in words(entry) for entry in entries)


async def test_by_webhook_nobody_is_pinged_by_three_hundred_hostile_texts() -> None:
    async with hall() as here:
        lines = corpus(here)
        await say_everything(here, lines, here.scene(face=Face("@everyone")))
        check(here, lines)


async def test_in_direct_messages_nobody_is_pinged_by_them() -> None:
    async with hall() as here:
        lines = corpus(here)
        await say_everything(here, lines, here.scene(place=direct(here), face=Face("@everyone")))
        check(here, lines)


async def test_by_an_interactions_answers_nobody_is_pinged_by_them() -> None:
    async with hall() as here, asked(here, "tavern") as (scene, _):
        lines = corpus(here)
        place = replace(scene.place, via=Via.INTERACTION)
        await say_everything(here, lines, replace(scene, place=place, face=Face("@everyone")))
        check(here, lines)


async def test_threads_posts_and_letters_ping_nobody() -> None:
    async with hall() as here:
        hostile = f"@everyone <@{here.sandbox.person('robin').id}>"
        for face in (None, Face(hostile)):
            for is_private in (False, True):
                await here.stage.open_thread(here.place, hostile, first=hostile, is_private=is_private, face=face)
            await here.stage.open_thread(
                here.place_of(here.sandbox.world.channel(here.sandbox.channel_id("story-corner"))),
                hostile,
                first=hostile,
                face=face,
            )
        await here.stage.tell(int(here.sandbox.person("robin").id), hostile)
        entries = list(writes(here))
        assert len(entries) >= 6
        for entry in here.sandbox.journal.entries(after=here.began, method="POST"):
            if entry.transport == "rest" and "@everyone" in str(entry.request):
                inner = entry.request.get("message") or entry.request
                assert "content" not in inner or inner["allowed_mentions"] == {"parse": []}
        assert not any(has_pinged(entry) for entry in entries)


@pytest.mark.parametrize("guard", ["off", "everything"])
@pytest.mark.parametrize("via", list(Via))
async def test_control_without_the_guard_the_same_texts_do_ping(
    guard: str, via: Via, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The checks above must be able to go red: with Discord's own default the sandbox does ping, on send and edit."""
    allowed = None if guard == "off" else {"parse": ["everyone", "users", "roles"]}
    monkeypatch.setattr(pings, "nobody", lambda: allowed)
    async with hall() as here:
        hostile = f"@everyone <@{here.sandbox.person('robin').id}>"
        if via is Via.INTERACTION:
            async with asked(here, "tavern") as (scene, _):
                await here.perform(replace(scene, place=replace(scene.place, via=via))).finish(hostile)
        else:
            scene = here.scene(place=direct(here) if via is Via.BOT else None)
            (part,) = await here.perform(scene).finish("Quiet.")
            assert not any(has_pinged(entry) for entry in writes(here))
            await here.perform(replace(scene, known={0: part.message_id})).finish(hostile)
        assert any(has_pinged(entry) for entry in writes(here))
