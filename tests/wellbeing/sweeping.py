"""One person who keeps a canary in every place there is, and everything that can be done and read around them."""

from __future__ import annotations

import io
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import aiohttp

from bot.errors import UserError
from bot.services.people.sessions import Browser, Sessions
from bot.services.people.tokens import ApiTokens
from bot.services.wellbeing.consent import VERSION
from bot.services.wellbeing.entries import CheckInDraft
from db.engine import connection_arguments
from db.models import MoodSource, SaidIn, TriggerKind
from db.raw import connect
from db.work import Actor, Work
from sandbox.journal import Entry
from sandbox.world.models import Channel
from tests.web.samples import TABLE_OF, WORDS
from tests.wellbeing.canaries import Canaries, Heard, in_rows, on_discord
from tests.whole.cafe import Whole, interaction, until
from web.api.kinds import PREFIX
from web.api.table import ENDPOINTS
from web.routes import all_pages

CANARIES = Canaries.of(
    "note", "title", "tag", "trigger", "activity", "own mood", "own activity", "habit", "words of a trigger"
)
OTHERS = ("sasha", "alex")
"""A member, and the admin of server and house."""
LOADING = 128
PAYLOADS = {
    "recap": ("conversation",), "lore_chunks": ("book", "user"), "lore_import": ("user_id", "import_id"),
    "triggers_of": ("user_id",), "usage.forget": ("user_id", "before"),
    "settle_double_subscription": ("subscription_id",),
}  # fmt: skip
_PLACEHOLDER = re.compile(r"\{([a-z_0-9]+)(?::[^{}]*(?:\{[^{}]*\}[^{}]*)*)?\}")


@dataclass
class Home:
    """The running program, and everything that was heard of it."""

    here: Whole
    web: str
    owner_url: str
    log: io.StringIO
    http: aiohttp.ClientSession
    handlers: Mapping[str, Callable[[Mapping[str, str]], Awaitable[object]]]
    entries: list[Entry] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    own: list[str] = field(default_factory=list)
    in_prompt: list[str] = field(default_factory=list)
    commands: int = 0
    pages: int = 0
    files: int = 0

    @property
    def robin(self) -> str:
        return self.here.sandbox.person("robin").id

    async def id_of(self, name: str) -> UUID:
        return await self.here.cafe.people.arrive(self.here.caller(name))

    async def everything(self) -> list[Heard]:
        """All that others could read."""
        requests = [Heard("model", str(n), str(one.body)) for n, one in enumerate(self.here.provider.requests)]
        asked = [one for one in requests if one.text not in self.in_prompt]
        told = [Heard("log", str(n), line) for n, line in enumerate(self.log.getvalue().splitlines())]
        discord = on_discord(self.here, self.entries, self.robin)
        return [*self.heard, *asked, *told, *discord, *await in_rows(self.owner_url)]


# -------------------------------------------------------------------------------------------------- what is kept


async def keep_everything(home: Home) -> None:
    """Robin says yes to all of it and keeps a canary in every place there is, on days that let a trigger come true."""
    cafe, me = home.here.cafe, await home.id_of("robin")
    async with home.here.program.database.work(Actor.user(me)) as work:
        await cafe.moods.opt_in(work, me, version=VERSION, said_in=SaidIn.WEB)
        await cafe.moods.set_in_discord(work, me, True)
        await cafe.moods.set_time_zone(work, me, "Europe/Madrid")
        choices = await cafe.moods.add_mood(work, me, name=CANARIES["own mood"], emoji="🪶", score=1)
        await cafe.moods.add_activity(work, me, name=CANARIES["own activity"], emoji="🪶", group="Birds")
        await keep_check_ins(home, work, me, choices.own_moods[0].id)
        await cafe.limiting.habits.add(work, me, CANARIES["habit"], 3)
        await cafe.limiting.triggers.add(work, me, TriggerKind.LOW_MOODS, times=2, words=CANARIES["words of a trigger"])
        await cafe.reminders.add(work, me, 9 * 60)


async def keep_check_ins(home: Home, work: Work, me: UUID, mood: str) -> None:
    moods = home.here.cafe.moods
    now = home.here.program.clock.now()
    for days in range(4):
        draft = CheckInDraft(
            mood,
            now - timedelta(days=days),
            intensity=4,
            activities=[CANARIES["activity"]],
            tags=[CANARIES["tag"]],
            triggers=[CANARIES["trigger"]],
            title=CANARIES["title"],
            note=f"Today again: {CANARIES['note']} & 'more' <b>of it</b>",
        )
        await moods.add(work, me, draft, source=MoodSource.WEB)


# -------------------------------------------------------------------------------------------------- every command


def options_of(home: Home, options: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What somebody types who fills in everything that is asked for, and whatever else there is a choice for."""
    world, given = home.here.sandbox, []
    for option in options:
        if not option.get("required") and not option.get("choices"):
            continue
        lowest = option.get("min_value", 1)
        value: Any = {
            3: "Mirabel", 4: lowest, 5: False, 6: world.person("sasha").id, 7: world.channel_id("tavern"), 8: "1",
            9: world.person("sasha").id, 10: lowest, 11: "0",
        }[option["type"]]  # fmt: skip
        if option.get("choices"):
            value = option["choices"][0]["value"]
        given.append({"name": option["name"], "type": option["type"], "value": value})
    return given


def leaves(home: Home) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every command that can be given, and what a client sends to give it."""
    for command in home.here.sandbox.world.commands:
        if command.body.get("type", 1) != 1:
            continue
        for path, options in _leaves(command.body):
            given = options_of(home, options)
            for depth, part in enumerate(reversed(path)):
                given = [{"name": part, "type": 2 if depth else 1, "options": given}]
            data = {"id": command.id, "name": command.body["name"], "type": 1, "options": given}
            yield " ".join((command.body["name"], *path)), data


def _leaves(body: dict[str, Any]) -> Iterator[tuple[tuple[str, ...], list[dict[str, Any]]]]:
    below = [one for one in body.get("options", []) if one["type"] in (1, 2)]
    if not below:
        yield (), body.get("options", [])
    for one in below:
        for path, options in _leaves(one):
            yield (one["name"], *path), options


async def give(home: Home, by: str, channel: Channel, name: str, data: dict[str, Any]) -> None:
    """Give a command, or press a button, and wait until it is answered whole."""
    kind, on = (3, data.pop("on")) if "custom_id" in data else (2, None)
    body = interaction(home.here, channel.id, kind, data, on=on)
    person = home.here.people[by]
    if "'type': 11" in str(data):
        body["data"]["attachments"] = [{"id": "0", "filename": "diary.csv"}]
        status, answer = await person.upload("/interactions", body, "diary.csv", b"full_date,mood\n")
    else:
        status, answer = await person.call("POST", "/interactions", body)
    if status == 403 or (on is not None and status in {400, 404}):
        # Discord itself keeps it from members; or what was pressed before changed the answer: it never comes to us.
        return
    assert status == 204, (name, answer)
    world = home.here.sandbox.world
    begun = next(one for one in reversed(list(world.interactions)) if one.nonce == body["nonce"])

    def is_answered() -> bool:
        if begun.modal is not None or (begun.acknowledged and kind == 3 and not begun.deferred):
            return True
        shown = begun.original_id and (world.whispers.get(begun.original_id) or world.messages.get(begun.original_id))
        return bool(shown) and not shown.flags & LOADING

    await until(is_answered, f"/{name} was answered to {by}", 20)
    home.commands += 1


async def try_every_command(home: Home) -> None:
    tavern, own = home.here.channel("tavern"), home.here.letters("robin")
    for by in ("robin", *OTHERS):
        for name, data in leaves(home):
            await give(home, by, tavern, name, data)
            if by == "robin" and name.split()[0] in {"mood", "limits", "stats", "why", "me"}:
                await give(home, by, own, name, data)
    for place in (tavern, own):
        await press_everything(home, place)


async def press_everything(home: Home, channel: Channel) -> None:
    """Robin presses every button under an answer about check-ins and limits."""
    world = home.here.sandbox.world
    answers = [one for one in world.whispers if one.channel_id == channel.id and one.only_for == home.robin]
    for message in answers:
        for found in list(_buttons(message.components)):
            if found["custom_id"].startswith(("mood:", "limits:")):
                data = {"component_type": 2, "custom_id": found["custom_id"], "on": message}
                await give(home, "robin", channel, found["custom_id"], data)


def _buttons(components: Any) -> Iterator[dict[str, Any]]:
    for one in components or ():
        if one.get("type") == 2 and one.get("custom_id") and not one.get("disabled"):
            yield one
        yield from _buttons(one.get("components"))
        if one.get("accessory"):
            yield from _buttons([one["accessory"]])


def read_every_file(home: Home) -> None:
    """What came with answers and messages: exports, pictures."""
    world = home.here.sandbox.world
    for message in (*world.messages, *world.whispers):
        for file in message.attachments:
            text = (world.blobs.get(file.sha256) or b"").decode(errors="replace")
            home.files += 1
            if message.only_for == home.robin:
                home.own.append(text)
            else:
                home.heard.append(Heard("page", f"file {file.filename}", text))


# -------------------------------------------------------------------------------------------------- every page


async def cookies(home: Home, name: str) -> dict[str, str]:
    database = home.here.program.database
    me = await home.id_of(name)
    sessions = Sessions(database, home.here.program.clock)
    async with database.work(Actor.user(me)) as work:
        is_staff = (await sessions.door(me)).role != "user"
        begun = await sessions.begin(work, me, Browser("Firefox", "127.0.0.1"), is_staff=is_staff)
    return {"botcafe-session": begun.secret}


async def bearer(home: Home, name: str) -> dict[str, str]:
    database, me = home.here.program.database, await home.id_of(name)
    async with database.work(Actor.user(me)) as work:
        scopes = ("read", "write", "staff") if name == "alex" else ("read", "write")
        tokens = ApiTokens(database, home.here.program.clock)
        made = await tokens.make(work, me, "test", scopes, 7, is_staff=name == "alex")
    return {"Authorization": f"Bearer {made.secret}"}


async def rows_of(home: Home) -> Mapping[str, str]:
    """A row for every placeholder; of what Robin keeps it is Robin's."""
    owner = await connect(connection_arguments(home.owner_url, as_owner=True))
    try:
        found = {}
        for name, table in TABLE_OF.items():
            found[name] = str(await owner.fetchval(f'SELECT id FROM "{table}" LIMIT 1') or uuid4())
    finally:
        await owner.close()
    return found | {"user_id": str(await home.id_of("robin")), "guest_id": str(await home.id_of("robin"))}


async def open_every_page(home: Home) -> None:
    rows = await rows_of(home)
    words = {"username": "robin", "slug": "mirabel", "sha256": "0" * 64, "name": "cafe.css", "kind": "character"}
    assert words.keys() >= WORDS.keys()

    def filled(path: str) -> str:
        return _PLACEHOLDER.sub(lambda found: (rows | words)[found.group(1)], path)

    safe = [filled(page.path) for page in all_pages() if page.is_safe and not page.changes]
    calls = [filled(PREFIX + one.path) for one in ENDPOINTS if one.method == "GET"]
    for name in ("robin", *OTHERS, ""):
        mine = await cookies(home, name) if name else {}
        headers = {"User-Agent": "Firefox", "Accept-Language": "en", "Cookie": "; ".join(map("=".join, mine.items()))}
        for path in safe:
            await read(home, name, path, headers)
        if name:
            token = await bearer(home, name)
            for path in calls:
                await read(home, name, path, token)


async def read(home: Home, name: str, path: str, headers: Mapping[str, str]) -> None:
    async with home.http.get(home.web + path, headers=headers, allow_redirects=False) as answer:
        text = f"{answer.headers} {(await answer.read()).decode(errors='replace')}"
        assert answer.status < 500, (path, answer.status)
        assert answer.status != 429, path
    home.pages += answer.status == 200
    if name == "robin":
        home.own.append(text)
    else:
        home.heard.append(Heard("page", f"{name or 'nobody'} {path}", text))


# ----------------------------------------------------------------------------------------------- every job, and talk


async def run_every_job(home: Home) -> None:
    me = await home.id_of("robin")
    given = {
        "conversation": str(await conversation_of(home)), "user_id": str(me), "user": str(me), "book": str(uuid4()),
        "import_id": str(uuid4()), "before": home.here.program.clock.now().isoformat(),
        "subscription_id": str(uuid4()),
    }  # fmt: skip
    for name, handler in home.handlers.items():
        with suppress(UserError):  # no such import, no such book
            await handler({key: given[key] for key in PAYLOADS.get(name, ())})


async def conversation_of(home: Home) -> UUID:
    owner = await connect(connection_arguments(home.owner_url, as_owner=True))
    try:
        return await owner.fetchval("SELECT id FROM conversations WHERE channel_id = $1", int(_letters(home).id))
    finally:
        await owner.close()


def _letters(home: Home) -> Channel:
    return home.here.letters("robin")


async def talk(home: Home) -> None:
    """In public and alone; what a model may read of check-ins is what it is asked alone after the last switch."""
    here, tavern, own = home.here, home.here.channel("tavern"), _letters(home)
    mirabel, me = await here.make("sasha", "Mirabel"), await home.id_of("robin")
    for place in (tavern, own):
        await here.summon("robin", mirabel, place)
    await here.ask(("robin", "Mirabel, how am I?", tavern), ("robin", "Mirabel, how am I?", own))
    async with here.program.database.work(Actor.user(me)) as work:
        await here.cafe.moods.set_in_prompts(work, me, True)
    await here.ask(("robin", "Mirabel, and how am I now?", tavern), ("sasha", "Mirabel, how is Robin?", tavern))
    before = len(here.provider.requests)
    await here.ask(("robin", "Mirabel, and here?", own))
    home.in_prompt += [str(one.body) for one in here.provider.requests[before:]]
