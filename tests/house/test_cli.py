"""The command line a stranger meets."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bot import cli
from bot.local.errors import StartError
from bot.settings import Settings

ROOT = Path(__file__).parents[2]


def bot(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_help_tells_a_stranger_what_to_type() -> None:
    shown = bot("--help")
    assert shown.returncode == 0
    for command in ("start", "run", "migrate", "doctor", "seed"):
        assert f"\n    {command} " in shown.stdout
    assert "make start" in shown.stdout
    assert ".env" in shown.stdout
    assert "Exit codes" in shown.stdout


@pytest.mark.parametrize("command", ["start", "run", "migrate", "doctor", "seed"])
def test_every_command_explains_itself(command: str) -> None:
    shown = bot(command, "--help")
    assert shown.returncode == 0
    assert len(shown.stdout.splitlines()) > 4


@pytest.mark.parametrize("arguments", [(), ("fly",), ("doctor", "--xml"), ("run", "--role", "cook")])
def test_what_is_not_understood_is_2_with_usage(arguments: tuple[str, ...]) -> None:
    done = bot(*arguments)
    assert done.returncode == 2
    assert "usage:" in done.stderr


def test_a_bad_setting_is_2_with_a_sentence_and_no_traceback() -> None:
    done = bot("start", WEB_PORT="eighty")
    assert done.returncode == 2
    assert "The setting WEB_PORT cannot be used" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_secret_in_a_bad_place_is_not_shown() -> None:
    done = bot("start", PUBLIC_URL="cafe:very-secret-password@host")
    assert done.returncode == 2
    assert "very-secret-password" not in done.stderr + done.stdout


def test_what_stands_in_the_way_is_1_with_its_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def refuse(settings: Settings, arguments: object) -> int:
        raise StartError("No: postgresql://cafe:hunter22@host/db is not there. Nothing was started.")

    monkeypatch.setattr(cli, "_migrate", refuse)
    monkeypatch.setattr(cli, "configure_logs", lambda settings, quiet: None)
    assert cli.main(["migrate"]) == 1
    shown = capsys.readouterr().err
    assert "Nothing was started." in shown
    assert "hunter22" not in shown


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_signals_ask_to_stop(number: signal.Signals, monkeypatch: pytest.MonkeyPatch) -> None:
    told: asyncio.Queue[str] = asyncio.Queue()
    monkeypatch.setattr(cli, "tell", told.put_nowait)
    stop = cli.stop_on_signals()
    try:
        os.kill(os.getpid(), number)
        await asyncio.wait_for(stop.wait(), 5)
        assert number.name in await asyncio.wait_for(told.get(), 5)
        os.kill(os.getpid(), number)
        assert "Still stopping" in await asyncio.wait_for(told.get(), 5)
    finally:
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().remove_signal_handler(each)
