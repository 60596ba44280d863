"""A pytest plugin by which two runs share the tests: each takes the next whole file that the other has not taken.

`tests/run.py` starts both, over one empty folder named by `TEST_SHARE`. One takes files from the beginning, the other
from the end, so a folder's costly fixtures are mostly made once, and both end within one file of each other without
anybody keeping a list of how long what takes. A file is taken by creating its mark, which only one of two can do.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

SHARE, HALF = "TEST_SHARE", "TEST_HALF"
FIRST, SECOND = "1", "2"
_CLOSED = "closed"


class Share:
    """The folder of marks: who took which file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def take(self, name: str) -> bool:
        """Whether the file is this half's from now on."""
        if (self._folder / _CLOSED).exists():
            return False
        try:
            (self._folder / f"{hashlib.sha256(name.encode()).hexdigest()}.taken").touch(exist_ok=False)
        except FileExistsError:
            return False
        return True

    def taken(self) -> int:
        """How many files either half took so far."""
        return sum(1 for _ in self._folder.glob("*.taken"))

    def close(self) -> None:
        """Nobody takes anything any more: one half was told to end early."""
        (self._folder / _CLOSED).touch()

    def leave(self, name: str, text: str) -> None:
        """Leave behind what `tests/run.py` puts together."""
        (self._folder / name).write_text(text, "utf-8")


class Half:
    """One of two runs over the same tests."""

    def __init__(self, name: str, share: Share) -> None:
        self._name = name
        self._share = share
        self._ran = 0
        self._outcomes: Counter[str] = Counter()

    def _takes(self, files: dict[str, list[pytest.Item]]) -> Iterator[str]:
        for name in files if self._name == FIRST else reversed(files):
            if self._share.take(name):
                yield name

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """What pytest does itself, for the files that are this half's."""
        if session.testsfailed or session.config.option.collectonly:
            return None
        files: dict[str, list[pytest.Item]] = {}
        for item in session.items:
            files.setdefault(item.nodeid.partition("::")[0], []).append(item)
        for name in self._takes(files):
            began = time.monotonic()
            try:
                self._run(session, files[name], is_last=self._share.taken() == len(files))
            finally:
                self._say(session, name, time.monotonic() - began, len(files))
        return True

    def _run(self, session: pytest.Session, items: list[pytest.Item], *, is_last: bool) -> None:
        # Which file comes next is decided when it begins. Until then what belongs to the whole run stays, and only
        # that: the session is its own, and only, ancestor.
        following = [*items[1:], None if is_last else session]
        for item, after in zip(items, following, strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
            self._ran += 1
            if session.shouldfail or session.shouldstop:
                self._share.close()
            if session.shouldfail:
                raise session.Failed(session.shouldfail)
            if session.shouldstop:
                raise session.Interrupted(session.shouldstop)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_report_teststatus(self, report: pytest.TestReport, config: pytest.Config) -> object:
        """No letter per test: two halves' would not be read apart. A line per file says it."""
        status = yield
        category = status[0]
        self._outcomes[category] += bool(category)
        word = "" if category == "passed" else status[2]
        return status if config.option.verbose > 0 else (category, "", word)

    def _say(self, session: pytest.Session, name: str, seconds: float, files: int) -> None:
        told = ", ".join(f"{count} {outcome}" for outcome, count in sorted(self._outcomes.items()) if count)
        is_bad = self._outcomes["failed"] + self._outcomes["error"] > 0
        self._outcomes.clear()
        reporter = session.config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None:
            done = f"{self._share.taken():{len(str(files))}}/{files}"
            reporter.write_line(f"{done} {seconds:6.1f} s  {name}: {told}", red=is_bad)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Say how many tests there were, and how many of them were run here."""
        self.leave("ran.json", json.dumps({"collected": session.testscollected, "ran": self._ran}))

    def leave(self, name: str, text: str) -> None:
        """Leave a file behind under this half's name, for `tests/run.py`."""
        self._share.leave(f"{self._name}-{name}", text)

    def pytest_keyboard_interrupt(self) -> None:
        """The other half has nothing to go on for either."""
        self._share.close()


def pytest_configure(config: pytest.Config) -> None:
    """Share, where there is somebody to share with."""
    if folder := os.environ.get(SHARE):
        config.pluginmanager.register(Half(os.environ[HALF], Share(Path(folder))), "half")
