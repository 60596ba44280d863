"""What people keep about themselves comes out nowhere but to them: over every command, page, endpoint and job.

Robin's check-ins, own moods, habits and triggers hold words that stand nowhere else. The whole program runs with its
pages and jobs; Robin, another member and the server's admin give every command, everybody opens every page, a character
is spoken to in public and alone, and every job runs. Then everything that anybody else could read is searched. The
controls plant one word in each of these places, each in another writing, and it is found.
"""

from __future__ import annotations

import base64
import io
import logging
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from urllib.parse import quote

import aiohttp
import pytest
import structlog
from pydantic import SecretStr

from bot.app import Program
from bot.jobs import Jobs
from bot.logs import OURS, configure_logs
from bot.providers.openai_models import Server
from bot.settings import Settings
from bot.transport.pointing import pointed_at
from db.engine import connection_arguments
from db.raw import RawConnection, connect
from sandbox.acts import messages
from sandbox.server import Sandbox
from tests.e2e.conftest import database_on
from tests.fakes.scripted_provider import Say, ScriptedProvider
from tests.sandbox.visitors import Person
from tests.wellbeing.canaries import forms, leaks, ways
from tests.wellbeing.sweeping import (
    CANARIES,
    OTHERS,
    PAYLOADS,
    Home,
    bearer,
    cookies,
    keep_everything,
    open_every_page,
    read,
    read_every_file,
    run_every_job,
    talk,
    try_every_command,
)
from tests.whole.cafe import HurriedClock, Whole

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@contextmanager
def everything_logged() -> Iterator[io.StringIO]:
    """Every line of the program's log, at its most talkative."""
    root, stream = logging.getLogger(), io.StringIO()
    kept = (root.level, tuple(root.handlers), sys.excepthook, {name: logging.getLogger(name).level for name in OURS})
    configure_logs(Settings(_env_file=None, log_level="DEBUG", log_format="json"), stream=stream)
    try:
        yield stream
    finally:
        structlog.reset_defaults()
        root.setLevel(kept[0])
        root.handlers[:] = kept[1]
        sys.excepthook = kept[2]
        logging.captureWarnings(capture=False)
        for name, level in kept[3].items():
            logging.getLogger(name).setLevel(level)


@contextmanager
def handlers_noted() -> Iterator[Mapping[str, Callable[..., object]]]:
    """What runs each job, as the program tells its queue."""
    noted: dict[str, Callable[..., object]] = {}
    register = Jobs.register

    def note(self: Jobs, name: str, handler: Callable[..., object], **more: int) -> None:
        noted[name] = handler
        register(self, name, handler, **more)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Jobs, "register", note)
        yield noted


@pytest.fixture(scope="module")
async def home(
    postgres_url: str, server: RawConnection, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Home]:
    """The whole program after everything was done in it once."""
    async with AsyncExitStack() as stack:
        owner_url = await stack.enter_async_context(database_on(postgres_url, server))
        log = stack.enter_context(everything_logged())
        handlers = stack.enter_context(handlers_noted())
        here, web = await opened(stack, owner_url, tmp_path_factory.mktemp("home"))
        http = await stack.enter_async_context(aiohttp.ClientSession())
        found = Home(here, web, owner_url, log, http, handlers)  # type: ignore[arg-type]
        here.sandbox.journal.subscribe(found.entries.append)
        await keep_everything(found)
        await talk(found)
        await try_every_command(found)
        read_every_file(found)
        await open_every_page(found)
        await run_every_job(found)
        await here.cafe.turns.idle()
        yield found


async def opened(stack: AsyncExitStack, owner_url: str, folder: Path) -> tuple[Whole, str]:
    """Gateway, pages and jobs in this process; the address of the pages."""
    sandbox = await stack.enter_async_context(Sandbox.start())
    sandbox.core.limits.relax()
    provider = await stack.enter_async_context(ScriptedProvider.start())
    provider.otherwise = Say("The kettle sings.")
    stack.enter_context(pointed_at(sandbox.url))
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]
        data_dir=folder,
        database_url=SecretStr(owner_url),
        discord_token=SecretStr(sandbox.bot_token),
        discord_base_url=sandbox.url,
        web_port=0,
        log_level="DEBUG",
    )
    exits = await stack.enter_async_context(AsyncExitStack())
    program = Program(
        settings,
        Server("scripted", provider.base_url, "parrot", is_ours=True, context_tokens=16_000),
        exits=exits,
        clock=HurriedClock(),
    )
    await program.open()
    running = await program.connect()
    here = Whole(sandbox, provider, settings, program, exits)
    for name in ("robin", *OTHERS):
        here.people[name] = await stack.enter_async_context(Person.arrive(sandbox, name))
    assert running.web_url is not None
    return here, running.web_url


async def test_nobody_else_reads_a_word(home: Home) -> None:
    found = await home.everything()
    assert {one.way for one in found} == {"page", "model", "log", "discord", "database", "statistics", "audit"}
    assert leaks(CANARIES, found) == []


def test_everything_was_tried(home: Home) -> None:
    """So that what was not found was looked for."""
    assert home.commands > 350
    assert home.pages > 100
    assert home.files > 2
    assert home.handlers.keys() >= PAYLOADS.keys()
    assert len(home.log.getvalue().splitlines()) > 20


async def test_their_owner_reads_every_word(home: Home) -> None:
    pages = CANARIES.within("\n".join(home.own))
    assert pages == CANARIES.words.keys()
    mine = {"Cookie": "; ".join(map("=".join, (await cookies(home, "robin")).items())), "User-Agent": "Firefox"}
    for file, without in (("csv", {"own activity", "habit", "words of a trigger"}), ("json", _NOT_OF_MOODS)):
        home.own.clear()
        await read(home, "robin", f"/mood/check-ins.{file}", mine)
        assert CANARIES.within(home.own[0]) == CANARIES.words.keys() - without, file
    alone = "\n".join(str(one.response) for one in home.entries if one.actor.id == home.robin)
    assert CANARIES.within(alone) >= {"note", "own mood", "habit", "words of a trigger"}


_NOT_OF_MOODS = {"habit", "words of a trigger"}


def test_with_the_further_switch_a_model_reads_how_they_are_where_nobody_else_does(home: Home) -> None:
    assert len(home.in_prompt) == 1
    assert {"note", "own mood"} <= CANARIES.within(home.in_prompt[0])


# -------------------------------------------------------------------------------------------------- controls


def at_any_offset(word: str) -> str:
    return base64.b64encode(f"é:{word} and on".encode()).decode()


@pytest.mark.parametrize("written", [str, quote, at_any_offset, ascii, lambda word: word.encode().hex()])
def test_control_a_word_is_found_in_every_writing(written: Callable[[str], str]) -> None:
    for name, word in CANARIES.words.items():
        assert CANARIES.within(f"before {written(word)} after") == {name}
        assert CANARIES.within(written(word.replace("heron", "haron"))) == frozenset()
    assert len(forms(CANARIES["note"])) > 10


async def planted(home: Home) -> set[str]:
    return ways(leaks(CANARIES, await home.everything()))


async def test_control_a_message_that_all_may_read_is_found(home: Home) -> None:
    tavern, us = home.here.channel("tavern"), home.here.sandbox.application.id
    assert await planted(home) == set()
    messages.write(home.here.sandbox.core, messages.Draft(tavern, us, {"content": f"Robin: {CANARIES['tag']}"}))
    assert await planted(home) == {"discord"}
    home.entries[:] = [one for one in home.entries if CANARIES["tag"] not in str(one)]


async def test_control_a_question_to_a_model_is_found(home: Home) -> None:
    async with home.http.post(
        f"{home.here.provider.base_url}/chat/completions",
        json={"model": "parrot", "stream": True, "messages": [{"role": "user", "content": CANARIES["note"]}]},
    ) as answer:
        await answer.read()
    assert await planted(home) == {"model"}
    home.here.provider.requests.pop()


async def test_control_a_line_of_the_log_is_found(home: Home) -> None:
    before = home.log.tell()
    structlog.get_logger("bot.test").debug("kept", note=CANARIES["title"])
    assert await planted(home) == {"log"}
    home.log.seek(before)
    home.log.truncate()


@pytest.mark.parametrize(
    ("way", "statement", "undo"),
    [
        ("statistics", "INSERT INTO daily_figures (day, figure, value) VALUES (current_date, $1, 1)", "daily_figures"),
        (
            "audit",
            "INSERT INTO audit_details (record_id, salt, details)"
            " SELECT id, '\\x00', jsonb_build_object('kept', $1::text) FROM audit_log LIMIT 1"
            " ON CONFLICT (record_id) DO UPDATE SET details = excluded.details",
            "audit_details",
        ),
        ("database", "INSERT INTO command_syncs (scope, hash) VALUES ($1, $1)", "command_syncs"),
    ],
)
async def test_control_a_row_is_found(home: Home, way: str, statement: str, undo: str) -> None:
    owner = await connect(connection_arguments(home.owner_url, as_owner=True))
    try:
        await owner.execute(statement, CANARIES["activity"])
        assert await planted(home) == {way}
        await owner.execute(f'DELETE FROM "{undo}" AS t WHERE t::text LIKE $1', f"%{CANARIES['activity']}%")
    finally:
        await owner.close()


async def test_control_what_another_is_shown_is_found(home: Home) -> None:
    headers = await bearer(home, "sasha")
    body = {"name": "Wren", "description": CANARIES["own mood"]}
    async with home.http.post(f"{home.web}/api/v1/personas", json=body, headers=headers) as answer:
        assert answer.status == 201, await answer.text()
    before = len(home.heard)
    await read(home, "sasha", "/api/v1/personas", headers)
    assert "page" in await planted(home)
    del home.heard[before:]
