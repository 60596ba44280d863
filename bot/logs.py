"""Structured logs: structlog in front, the standard library behind, secrets taken out on the way.

Every record, ours or a library's, passes the same processors: values are redacted and made single-line, then rendered
for people (`console`) or machines (`json`), then the finished line is redacted once more. Libraries never log below
INFO: at DEBUG, discord.py and aiohttp write whole payloads.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Mapping, Sequence
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import TextIO, cast

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from bot.redaction import HIDDEN, Redactor, one_line
from bot.requests import request_id
from bot.settings import Settings

OURS = ("bot", "cogs", "db", "web")
LOG_FILE_BYTES = 5_000_000
LOG_FILES_KEPT = 3
CHATTY = ("alembic.runtime.plugins",)
"""Loggers whose INFO says nothing to anybody."""

_MULTILINE = ("exception", "stack")


def _is_ours(name: str) -> bool:
    return name.partition(".")[0] in OURS or name == "__main__"


class LibrariesAtInfo(logging.Filter):
    """Drops DEBUG records of libraries even when one sets its own logger's level."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record may be written."""
        return record.levelno >= logging.INFO or _is_ours(record.name)


class Cleaner:
    """A processor: redacts every value, however deep, and lets no value break out of its line."""

    def __init__(self, redact: Redactor) -> None:
        self._redact = redact

    def __call__(self, logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
        """The event with clean keys and values. Tracebacks keep their line breaks, but none begins a line."""
        clean: EventDict = {}
        for key, value in event.items():
            if key.startswith("_"):  # structlog's own: the record and where it came from, removed before rendering
                clean[key] = value
            elif key in _MULTILINE:
                clean[key] = self._indented(str(value))
            else:
                clean[one_line(str(key))] = self._named(str(key), value)
        return clean

    def _indented(self, text: str) -> str:
        return "\n".join("  " + one_line(line) for line in self._redact(text).split("\n"))

    def _named(self, key: str, value: object) -> object:
        """A value whose name says that it is secret is not even looked at."""
        if value and key.lower().endswith(("token", "password", "secret", "api_key", "authorization")):
            return HIDDEN
        return self._value(value)

    def _value(self, value: object) -> object:
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, Mapping):
            entries = cast("Mapping[object, object]", value)
            return {one_line(str(key)): self._named(str(key), item) for key, item in entries.items()}
        if isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray):
            return [self._value(item) for item in cast("Sequence[object]", value)]
        return one_line(self._redact(value if isinstance(value, str) else _text_of(value)))


def _text_of(value: object) -> str:
    try:
        return str(value)
    except Exception as error:  # a border: a broken __str__ must not cost the log line
        return f"<{type(value).__name__} that cannot be shown: {type(error).__name__}>"


class RedactingFormatter(structlog.stdlib.ProcessorFormatter):
    """Redacts the finished line once more: what a renderer put together may look like a secret only as a whole."""

    def __init__(self, redact: Redactor, processors: Sequence[Processor], foreign: Sequence[Processor]) -> None:
        super().__init__(processors=processors, foreign_pre_chain=foreign)
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        """The line as it is written."""
        return self._redact(super().format(record))


class PrivateFileHandler(RotatingFileHandler):
    """A log file that only its owner may read; a new one every 5 MB, three kept."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        super().__init__(path, maxBytes=LOG_FILE_BYTES, backupCount=LOG_FILES_KEPT, encoding="utf-8")

    def _open(self) -> TextIOWrapper:
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        return TextIOWrapper(os.fdopen(descriptor, "ab"), encoding=self.encoding)


def _name_request(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """The request that a line belongs to (`bot.requests`), so that the log and the audit log can be joined."""
    if request := request_id():
        event.setdefault("request_id", request)
    return event


def configure_logs(
    settings: Settings, *, stream: TextIO | None = None, file: Path | None = None, quiet: bool = False
) -> None:
    """Set up logging for this process; called again, the last call wins. `stream` is standard error by default.

    `quiet` leaves only warnings on the stream, for commands whose own words a person reads; `file` gets everything.
    """
    target: TextIO = stream if stream is not None else sys.stderr
    redact = Redactor(settings.secrets())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        _name_request,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        Cleaner(redact),
    ]
    console = logging.StreamHandler(target)
    handlers: list[tuple[logging.Handler, bool]] = [(console, target.isatty())]
    if quiet:
        console.setLevel(logging.WARNING)
    if file is not None:
        handlers.append((PrivateFileHandler(file), False))
    for handler, colors in handlers:
        handler.addFilter(LibrariesAtInfo())
        renderer = _renderer(settings, colors=colors)
        handler.setFormatter(
            RedactingFormatter(redact, [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer], shared)
        )
    _install([handler for handler, _ in handlers], settings.log_level)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        # Not cached: modules make their loggers at import, before this runs.
        cache_logger_on_first_use=False,
    )


def _renderer(settings: Settings, *, colors: bool) -> Processor:
    if settings.log_format == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    return structlog.dev.ConsoleRenderer(colors=colors, pad_event_to=0)


def _install(handlers: Sequence[logging.Handler], level: str) -> None:
    root = logging.getLogger()
    for old in tuple(root.handlers):
        if isinstance(old.formatter, RedactingFormatter):
            root.removeHandler(old)
            if isinstance(old, logging.FileHandler):
                old.close()
    for handler in handlers:
        root.addHandler(handler)
    root.setLevel(max(logging.INFO, logging.getLevelNamesMapping()[level]))
    for name in OURS:
        logging.getLogger(name).setLevel(level)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    sys.excepthook = _log_uncaught
    threading.excepthook = lambda args: _log_uncaught(args.exc_type, args.exc_value, args.exc_traceback)


def _log_uncaught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    """A traceback printed by Python itself would go past the redaction."""
    if issubclass(kind, KeyboardInterrupt):
        return
    caught = error if error is not None else kind()
    logging.getLogger("bot").critical("The program stopped on an error nobody caught", exc_info=(kind, caught, trace))
