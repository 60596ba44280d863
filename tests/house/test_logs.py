"""Nothing secret is ever logged, and nothing logged can forge a line."""

from __future__ import annotations

import io
import json
import logging
import sys
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
import structlog

from bot.logs import OURS, configure_logs
from bot.redaction import Redactor
from bot.requests import requested
from bot.settings import Settings

# Made up for these tests; shaped like the real ones. Put together here so that no scanner takes them for real.
BOT_TOKEN = ".".join(["MTI3" + "ODkw" * 5, "G" + "aBc12", "x" * 6 + "Zy_-9" * 6])
WEBHOOK_TOKEN = "aZ9_-" * 13
WEBHOOK_URL = f"https://discord.com/api/webhooks/112233445566778899/{WEBHOOK_TOKEN}"
API_KEY = "sk-" + "proj-" + "q8" * 20
PASSWORD = "p@ss:wo rd+9".replace(" ", "_")
DATABASE = f"postgresql://cafe:{PASSWORD}@db.example:5432/botcafe?sslmode=require"
SECRETS = [BOT_TOKEN, WEBHOOK_TOKEN, API_KEY, PASSWORD]


class Log:
    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    def holds_no_secret(self) -> bool:
        return not any(secret in self.text or quote(secret) in self.text for secret in SECRETS)


@pytest.fixture(params=["console", "json"])
def log(request: pytest.FixtureRequest) -> Iterator[Log]:
    yield from _configured(log_format=request.param)


@pytest.fixture
def console_log() -> Iterator[Log]:
    yield from _configured(log_format="console")


def _configured(**values: object) -> Iterator[Log]:
    root = logging.getLogger()
    kept = (root.level, tuple(root.handlers), sys.excepthook, {name: logging.getLogger(name).level for name in OURS})
    log = Log()
    configure_logs(Settings(_env_file=None, log_level="DEBUG", **values), stream=log.stream)
    yield log
    structlog.reset_defaults()
    root.setLevel(kept[0])
    root.handlers[:] = kept[1]
    sys.excepthook = kept[2]
    logging.captureWarnings(capture=False)
    for name, level in kept[3].items():
        logging.getLogger(name).setLevel(level)


@pytest.mark.parametrize(
    "text",
    [
        BOT_TOKEN,
        WEBHOOK_URL,
        f"POST /api/v10/webhooks/112233445566778899/{WEBHOOK_TOKEN}/messages/1",
        API_KEY,
        DATABASE,
    ],
    ids=["bot token", "webhook url", "webhook path", "api key", "database password"],
)
def test_a_secret_is_redacted_in_message_argument_value_and_traceback(log: Log, text: str) -> None:
    ours = structlog.get_logger("bot.test")
    ours.info(f"sent with {text}")
    ours.info("sent", detail=text, nested={"deep": [text]}, error=ValueError(text))
    logging.getLogger("some.library").warning("answer for %s", text)
    try:
        raise RuntimeError(f"failed: {text}")
    except RuntimeError:
        ours.exception("it_failed")
        logging.getLogger("aiohttp.server").exception("Error handling request")
    assert "RuntimeError" in log.text
    assert "***" in log.text
    assert log.holds_no_secret()


def test_the_control_without_redaction_shows_the_secret(console_log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Redactor, "__call__", lambda self, text: text)
    structlog.get_logger("bot.test").info("sent", detail=API_KEY)
    assert API_KEY in console_log.text


def test_a_value_is_hidden_by_its_name_alone(log: Log) -> None:
    structlog.get_logger("bot.test").info("made", webhook_token="short", password="tiny", tokens_in=12)
    assert "short" not in log.text
    assert "tiny" not in log.text
    assert "12" in log.text


@pytest.mark.parametrize("shift", [0, 1, 2])
def test_our_own_settings_are_found_in_every_escaping(shift: int) -> None:
    secret = 'no shape/at all "but" ours & long'
    redact = Redactor([secret])
    encoded = b64encode(b"x" * shift + secret.encode() + b"yz").decode()
    for text in (secret, quote(secret, safe=""), json.dumps({"a": secret}), encoded):
        assert "***" in redact(text)
        assert secret[3:20] not in redact(text)


def test_discord_pys_debug_lines_are_never_written(log: Log) -> None:
    for name in ("discord.gateway", "discord.http", "discord.webhook.async_", "aiohttp.client", "openai", "asyncio"):
        library = logging.getLogger(name)
        library.setLevel(logging.DEBUG)
        library.debug("Sending IDENTIFY with %s", {"token": BOT_TOKEN})
        library.info("Logging in using static token %s; POST %s returned 204", BOT_TOKEN, WEBHOOK_URL)
        library.setLevel(logging.NOTSET)
    assert "IDENTIFY" not in log.text
    assert len(log.lines) == 6
    assert log.holds_no_secret()


def test_our_own_debug_lines_are_written_when_asked(log: Log) -> None:
    structlog.get_logger("cogs.test").debug("looked")
    assert "looked" in log.text


@pytest.mark.parametrize("text", ["a\nb", "a\r\nb", "a\x1b[31mred\x1b[0m", "a\u2028b", "a\u202eb", "a\x85b", "a\x00b"])
def test_no_value_breaks_out_of_its_line(log: Log, text: str) -> None:
    logger = structlog.get_logger("bot.test")
    logger.info("heard", content=text)
    logger.info(text)
    logging.getLogger("some.library").info(text)
    logging.getLogger("some.library").info("%s", text)
    assert len(log.lines) == 4
    assert not any(
        ord(character) < 32 or character in "\x7f\x85\u2028\u202e" for line in log.lines for character in line
    )


def test_a_traceback_cannot_forge_a_line(console_log: Log) -> None:
    try:
        raise ValueError("oops\n2026-01-01T00:00:00Z [info     ] all is well\x1b[2J")
    except ValueError:
        structlog.get_logger("bot.test").exception("it_failed")
    first, *rest = console_log.lines
    assert "it_failed" in first
    assert all(line.startswith("  ") for line in rest)
    assert "\x1b" not in console_log.text


def test_an_error_nobody_caught_is_logged_without_its_secrets(log: Log) -> None:
    error = RuntimeError(f"no connection to {DATABASE}")
    sys.excepthook(RuntimeError, error, None)
    assert "RuntimeError" in log.text
    assert log.holds_no_secret()


def test_a_value_that_cannot_be_shown_does_not_cost_the_line(log: Log) -> None:
    class Broken:
        def __str__(self) -> str:
            raise ValueError

    structlog.get_logger("bot.test").info("looked", at=Broken())
    assert "cannot be shown" in log.text


def test_configuring_twice_does_not_write_twice(console_log: Log) -> None:
    configure_logs(Settings(_env_file=None), stream=console_log.stream)
    structlog.get_logger("bot.test").info("once")
    assert console_log.text.count("once") == 1


def test_quiet_on_the_terminal_everything_in_the_file(console_log: Log, tmp_path: Path) -> None:
    file = tmp_path / "logs" / "botcafe.log"
    configure_logs(Settings(_env_file=None), stream=console_log.stream, file=file, quiet=True)
    logger = structlog.get_logger("bot.test")
    logger.info("quiet", key=API_KEY)
    logger.warning("loud", key=API_KEY)
    configure_logs(Settings(_env_file=None), stream=console_log.stream)
    assert "quiet" not in console_log.text
    assert "loud" in console_log.text
    assert file.stat().st_mode & 0o777 == 0o600
    written = file.read_text("utf-8")
    assert "quiet" in written
    assert "loud" in written
    assert API_KEY not in written


def test_a_line_names_the_request_it_belongs_to() -> None:
    stream = io.StringIO()
    configure_logs(Settings(log_format="json", _env_file=None), stream=stream)  # type: ignore[call-arg]
    log = structlog.stdlib.get_logger("bot.test")
    with requested("abc123"):
        log.warning("inside")
    log.warning("outside")
    inside, outside = (json.loads(line) for line in stream.getvalue().splitlines())
    assert inside["request_id"] == "abc123"
    assert "request_id" not in outside
