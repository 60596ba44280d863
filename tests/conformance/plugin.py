"""A pytest plugin: during the whole run every call and event of every sandbox is held against Discord's specification.

A test in which something does not conform fails, whatever else it looked at. At the end the coverage tables are written
to `build/conformance.txt`; for two halves `tests/conformance/together.py` writes them. Where the specification is not
beside the project nothing is judged; the summary says so.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.journal import Entry, Journal
from tests.conformance import spec
from tests.conformance.spec import Violation
from tests.conformance.watcher import Watcher

BUILD = Path(__file__).parents[2] / "build"
#: How many violations a failing test shows.
SHOWN = 20

KEY = pytest.StashKey[Watcher]()

#: Files of sandboxes that run in this very process: already judged entry by entry.
_SEEN_LIVE: set[Path] = set()


def filed(item: pytest.Item) -> Iterator[Path]:
    """The journals that sandboxes in other processes filed beside their worlds, in the test's own folder."""
    folder = getattr(item, "funcargs", {}).get("tmp_path")
    if isinstance(folder, Path):
        for path in sorted(folder.rglob("journal.jsonl")):
            if path not in _SEEN_LIVE:
                yield path


def explain(violations: list[Violation]) -> str:
    """What a failed test shows."""
    shown = "\n".join(f"  {violation}" for violation in violations[:SHOWN])
    more = f"\n  … and {len(violations) - SHOWN} more" if len(violations) > SHOWN else ""
    return f"{len(violations)} thing(s) do not conform to Discord's specification:\n{shown}{more}"


def pytest_configure(config: pytest.Config) -> None:
    """Begin to watch."""
    specification = spec.load()
    if specification is None:
        return
    watcher = Watcher(specification)
    config.stash[KEY] = watcher
    config.add_cleanup(watch(watcher.see))


def watch(see: Callable[[Entry], None]) -> Callable[[], None]:
    """Have `see` called with every entry of every journal of this process, whoever starts the sandbox.

    The answer ends it.
    """
    original = Journal.write

    def write(self: Journal, **given: Any) -> Entry:
        entry = original(self, **given)
        if self._path is not None:
            _SEEN_LIVE.add(self._path)
        see(entry)
        return entry

    Journal.write = write  # type: ignore[method-assign]

    def end() -> None:
        Journal.write = original  # type: ignore[method-assign]

    return end


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail the phase in which something did not conform."""
    report = yield
    watcher = item.config.stash.get(KEY, None)
    if watcher is None:
        return report
    if call.when == "call":
        for journal in filed(item):
            watcher.read_file(journal)
    violations = watcher.take()
    if violations:
        if report.outcome == "passed":
            report.outcome = "failed"
            report.longrepr = explain(violations)
        else:
            report.sections.append(("Conformance", explain(violations)))
    return report


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say what was covered, or why nothing was."""
    watcher = config.stash.get(KEY, None)
    if watcher is None:
        terminalreporter.write_line(f"conformance: nothing was held against Discord's specification: {spec.MISSING}")
        return
    if not watcher.checked:
        return
    half = config.pluginmanager.get_plugin("half")
    if half is not None:
        half.leave("conformance.json", json.dumps(watcher.told()))
        return
    terminalreporter.write_line(file_report(watcher))


def file_report(watcher: Watcher) -> str:
    """Write the coverage tables; the answer says so in a line."""
    BUILD.mkdir(exist_ok=True)
    target = BUILD / "conformance.txt"
    target.write_text(watcher.report(), encoding="utf-8")
    return f"{watcher.summary()}: {target.relative_to(BUILD.parent)}"


@pytest.fixture(scope="session")
def conformance(pytestconfig: pytest.Config) -> Watcher:
    """The watcher of this run; skips where there is no specification to judge by."""
    watcher = pytestconfig.stash.get(KEY, None)
    if watcher is None:
        pytest.skip(spec.MISSING)
    return watcher
