"""`start` as people meet it: a process of its own with real children, stopped, killed, refused."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from bot.local.alone import require
from bot.local.children import Child
from bot.local.errors import StartError
from bot.settings import Settings
from sandbox.server import Sandbox

ROOT = Path(__file__).parents[2]
READY_WITHIN = 90.0
GONE_WITHIN = 30.0

pytestmark = pytest.mark.slow


class Start:
    """`python -m bot start` on a data directory."""

    command = "start"

    def __init__(self, data_dir: Path, **environment: str) -> None:
        ours = {name.upper() for name in Settings.model_fields}
        kept = {name: value for name, value in os.environ.items() if name not in ours}
        self.data_dir = data_dir
        self.said = ""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot", self.command],
            cwd=ROOT,
            env=kept
            | {"DATA_DIR": str(data_dir), "WEB_PORT": "0", "SANDBOX_PORT": "0", "MODEL": "rehearsal"}
            | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def until(self, pattern: str) -> re.Match[str]:
        """Read on until what was said matches."""
        assert self.process.stdout is not None
        deadline = time.monotonic() + READY_WITHIN
        while not (found := re.search(pattern, self.said)):
            left = deadline - time.monotonic()
            readable, _, _ = select.select([self.process.stdout], [], [], max(0.0, left))
            piece = os.read(self.process.stdout.fileno(), 65536) if readable else b""
            assert piece, f"it never said {pattern!r}, but:\n{self.said}"
            self.said += piece.decode()
        return found

    def end(self, number: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.ended()

    def ended(self) -> int:
        rest, _ = self.process.communicate(timeout=GONE_WITHIN)
        self.said += rest.decode()
        return self.process.returncode

    def left_running(self) -> list[str]:
        """What still runs on this data directory, or out of this start's children."""
        listing = subprocess.run(["ps", "-wweo", "pid=,args="], capture_output=True, text=True, check=True).stdout
        return [line for line in listing.splitlines() if str(self.data_dir) in line and " ps " not in line]


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


@contextlib.contextmanager
def starts_on(data_dir: Path) -> Iterator[type[Start]]:
    """Starts on this directory; whatever of them still runs is ended with the block."""
    started: list[Start] = []

    class Kept(Start):
        def __init__(self, **environment: str) -> None:
            super().__init__(data_dir, **environment)
            started.append(self)

    yield Kept
    for each in started:
        with contextlib.suppress(ProcessLookupError):
            each.process.kill()
        if each.process.stdout is not None and not each.process.stdout.closed:
            each.process.communicate()
        each.process.wait(GONE_WITHIN)


@pytest.fixture
def start(data_dir: Path) -> Iterator[type[Start]]:
    with starts_on(data_dir) as kept:
        yield kept


@pytest.fixture(scope="module")
def the_first(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """The first start of all on an empty directory, ready. Whoever ends it leaves a café behind for `lived_in`."""
    with starts_on(tmp_path_factory.mktemp("first") / "data") as kept:
        first = kept()
        first.until(r"ready in [\d.]+ s")
        yield first


@pytest.fixture
def lived_in(the_first: Start, data_dir: Path) -> None:
    """This test's directory is that of a café that was open before, and closed in order."""
    if the_first.process.poll() is None:
        assert the_first.end() == 0
    shutil.copytree(the_first.data_dir, data_dir)


def wait_until_gone(start: Start) -> None:
    deadline = time.monotonic() + GONE_WITHIN
    while (left := start.left_running()) and time.monotonic() < deadline:
        select.select([], [], [], 0.05)
    assert left == []


def test_it_opens_says_where_and_closes_leaving_nothing(the_first: Start) -> None:
    first = the_first
    for pattern in (r"Discord +(http://\S+)", r"Web +(http://\S+)"):
        with urlopen(first.until(pattern)[1], timeout=10) as page:
            assert page.status == 200
    assert "no language model" in first.said
    assert "Ctrl-C" in first.said

    with starts_on(first.data_dir) as start:
        second = start()
        assert second.ended() == 1
    assert "already runs" in second.said
    assert str(first.process.pid) in second.said
    assert first.process.poll() is None

    assert first.end(signal.SIGINT) == 0
    assert "Nothing is left running" in first.said
    assert "Traceback" not in first.said
    assert first.left_running() == []


@pytest.mark.usefixtures("lived_in")
def test_killed_without_warning_it_leaves_nothing_and_starts_again(start: type[Start]) -> None:
    first = start()
    first.until(r"ready in [\d.]+ s")
    assert first.left_running()
    first.process.kill()
    first.ended()
    wait_until_gone(first)
    again = start()
    again.until(r"ready in [\d.]+ s")
    assert again.end() == 0
    assert again.left_running() == []


@pytest.mark.usefixtures("lived_in")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_it_closes_when_nobody_reads_what_it_says(start: type[Start], number: signal.Signals) -> None:
    first = start()
    first.until(r"ready in [\d.]+ s")
    assert first.process.stdout is not None
    first.process.stdout.close()
    first.process.send_signal(number)
    assert first.process.wait(GONE_WITHIN) == 0
    wait_until_gone(first)


def test_stopped_while_it_opens_it_closes(start: type[Start]) -> None:
    first = start()
    first.until(r"BotCafé is opening")
    assert first.end() == 0
    assert "Traceback" not in first.said
    assert first.left_running() == []


@pytest.mark.usefixtures("lived_in")
def test_when_something_it_stands_on_ends_it_says_so_and_closes(start: type[Start]) -> None:
    first = start()
    first.until(r"ready in [\d.]+ s")
    (sandbox,) = [line.split() for line in first.left_running() if "-m sandbox" in line and "/bin/sh" not in line]
    os.kill(int(sandbox[0]), signal.SIGKILL)
    assert first.ended() == 1
    assert "The local Discord ended" in first.said
    assert "everything said so far is kept" in first.said
    assert first.left_running() == []


@pytest.mark.parametrize("setting", ["WEB_PORT", "SANDBOX_PORT"])
def test_a_port_in_use_gets_a_sentence(start: type[Start], setting: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = start(**{setting: str(port)})
        assert refused.ended() == 1
    assert f"Port {port} is in use" in refused.said
    assert f"{setting}={port + 1}" in refused.said
    assert "Traceback" not in refused.said
    assert refused.left_running() == []


def test_a_database_that_is_not_there_gets_a_sentence(start: type[Start]) -> None:
    refused = start(DATABASE_URL="postgresql://cafe:hunter2-and-more@127.0.0.1:9/cafe")
    assert refused.ended() == 1
    assert "cannot be reached" in refused.said
    assert "hunter2-and-more" not in refused.said
    assert "Traceback" not in refused.said
    assert refused.left_running() == []


@pytest.mark.usefixtures("lived_in")
async def test_a_token_that_discord_does_not_accept_gets_a_sentence(start: type[Start]) -> None:
    async with Sandbox.start() as sandbox:
        refused = start(DISCORD_TOKEN="no-such-token-anywhere", DISCORD_BASE_URL=sandbox.url)
        code = await asyncio.to_thread(refused.ended)
    assert code == 1
    assert "DISCORD_TOKEN" in refused.said
    assert "no-such-token-anywhere" not in refused.said
    assert "Traceback" not in refused.said


async def test_run_alone_needs_a_migrated_database_and_starts_nothing_beside_it(
    start: type[Start], owner_url: str, empty_url: str
) -> None:
    class Run(start):  # type: ignore[misc, valid-type]
        command = "run"

    async with Sandbox.start() as sandbox:
        known = {"DISCORD_TOKEN": sandbox.bot_token, "DISCORD_BASE_URL": sandbox.url}
        empty = Run(DATABASE_URL=empty_url, **known)
        assert await asyncio.to_thread(empty.ended) == 1
        assert "python -m bot migrate" in empty.said

        running = Run(DATABASE_URL=owner_url, **known)
        await asyncio.to_thread(running.until, r"ready in [\d.]+ s")
        assert await asyncio.to_thread(running.end, signal.SIGTERM) == 0
    assert "Traceback" not in running.said
    assert "sandbox --port" not in " ".join(running.left_running())


def test_run_names_the_settings_it_needs() -> None:
    with pytest.raises(StartError, match="DATABASE_URL and DISCORD_TOKEN"):
        require(Settings(_env_file=None))


async def test_a_child_whose_start_is_broken_off_is_ended(tmp_path: Path) -> None:
    starting = asyncio.create_task(
        Child.start(["sh", "-c", f"exec sleep 300; : {tmp_path}"], name="sleeper", log_path=tmp_path / "log")
    )
    await asyncio.sleep(0)  # it has begun to spawn in its thread
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    listing = (await asyncio.to_thread(subprocess.check_output, ["ps", "-wweo", "args="])).decode()
    assert [line for line in listing.splitlines() if str(tmp_path) in line] == []
