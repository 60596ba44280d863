"""Whatever a character says or is called, nobody is pinged by it."""

from collections.abc import Iterator

import pytest

from bot.ports import Face
from bot.transport import pings
from sandbox.journal import Entry
from tests.transport.hall import Hall, hall

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
        if entry.transport == "rest" and entry.method in ("POST", "PATCH") and "content" in (entry.request or {}):
            yield entry


def has_pinged(entry: Entry) -> bool:
    response = entry.response
    return bool(response["mention_everyone"] or response["mentions"] or response["mention_roles"])


async def say_everything(here: Hall, lines: list[str]) -> None:
    for number, line in enumerate(lines):
        show = here.perform(here.scene(face=Face("@everyone")))
        show.show(f"First {line}"[:1500])
        await here.settle()
        await show.finish(line)
        await here.stage.remark(here.place, line, key=str(number))


async def test_nobody_is_pinged_by_a_hundred_and_fifty_hostile_texts() -> None:
    async with hall() as here:
        lines = corpus(here)
        assert len(lines) >= 60
        await say_everything(here, lines)
        entries = list(writes(here))
        assert sum(entry.method == "PATCH" for entry in entries) >= len(lines)
        assert [entry.request["content"][:60] for entry in entries if entry.status != 200] == []
        assert [entry for entry in entries if entry.request.get("allowed_mentions") != {"parse": []}] == []
        assert [entry.request["content"][:60] for entry in entries if has_pinged(entry)] == []
        said = "".join(message.content for message in here.said)
        assert "@everyone" in said


@pytest.mark.parametrize("guard", ["off", "everything"])
async def test_control_without_the_guard_the_same_texts_do_ping(guard: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The check above must be able to go red: with Discord's own default the sandbox does ping."""
    allowed = None if guard == "off" else {"parse": ["everyone", "users", "roles"]}
    monkeypatch.setattr(pings, "nobody", lambda: allowed)
    async with hall() as here:
        await here.perform().finish(f"@everyone <@{here.sandbox.person('robin').id}>")
        assert any(has_pinged(entry) for entry in writes(here))
