"""What `make test` runs: lint, types, import rules, every test; then how long each took and what was skipped and why.

Usage: python tests/run.py [--lint | --one] [pytest arguments]     (make test ARGS='tests/db -x')
`--lint` stops before the tests. Where there are two cores, two runs of pytest share the tests (`tests/halves.py`);
`--one` keeps them in one, as do arguments that let somebody type or only list. Ctrl-C ends both. Exit code: 0 when
every step passed, else 1.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
JUNIT = ROOT / "build" / "junit.xml"
HALVES = ("1", "2")
ONE_ONLY = {
    "--pdb",
    "--trace",
    "-s",
    "--capture=no",
    "--co",
    "--collect-only",
    "--fixtures",
    "--help",
    "-h",
    "--version",
}
"""Arguments of pytest that want one run: somebody types into it, or it lists and runs nothing."""
SLOWEST = 5
LINGERING = 10.0
"""Seconds in which a half's last lines come; a grandchild that was left behind could hold its output open for ever."""
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
APT_GET = "/usr/bin/apt-get"


@dataclass(frozen=True)
class Step:
    """One thing that was run."""

    name: str
    passed: bool
    seconds: float


@dataclass(frozen=True)
class Counts:
    """What pytest counted."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    reasons: tuple[tuple[str, int], ...] = ()
    slowest: tuple[tuple[float, str], ...] = ()
    which_failed: tuple[str, ...] = ()


def say(text: str) -> None:
    """One line for the person who typed make, in order with what the steps themselves print."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def run(name: str, *command: str | Path) -> Step:
    """Run one step in the checkout, its output shown as it comes."""
    say(f"\n== {name}")
    began = time.monotonic()
    code = subprocess.run([str(part) for part in command], cwd=ROOT, check=False).returncode
    return Step(name, code == 0, time.monotonic() - began)


def checks() -> list[Step]:
    """Everything that needs no running program, but for the types."""
    return [
        run("lint (ruff check)", BIN / "ruff", "check", "."),
        run("layout (ruff format)", BIN / "ruff", "format", "--check", "."),
        run("import rules (lint-imports)", BIN / "lint-imports", "--no-cache"),
    ]


class Types:
    """The type checker, which takes one core for half a minute: it works beside the tests, and speaks after them."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - closed where it is read
        command = [str(BIN / "basedpyright"), "--pythonpath", sys.executable]
        self._process = subprocess.Popen(command, cwd=ROOT, stdout=self._said, stderr=subprocess.STDOUT)
        self._seconds = 0.0
        self._waiting = threading.Thread(target=self._wait, daemon=True)
        self._waiting.start()

    def _wait(self) -> None:
        self._process.wait()
        self._seconds = time.monotonic() - self._began

    def step(self) -> Step:
        """What it found."""
        self._waiting.join()
        name = "types (basedpyright)"
        say(f"\n== {name}")
        with self._said as said:
            said.seek(0)
            say(said.read().decode(errors="replace").rstrip())
        return Step(name, self._process.returncode == 0, self._seconds)


def browser() -> str | None:
    """A Chromium on this machine, installed by apt-get where we may; None where the browser tests must be skipped."""
    for name in CHROMIUM_NAMES:
        if found := shutil.which(name):
            return found
    if os.geteuid() != 0 or not Path(APT_GET).exists():
        return None
    say("\n== installing Chromium for the browser tests (apt-get; about 350 MB, once)")
    quiet = {"cwd": ROOT, "stdout": subprocess.DEVNULL, "check": False}
    subprocess.run([APT_GET, "update", "-qq"], **quiet)
    install = [APT_GET, "install", "-y", "-qq", "--no-install-recommends", "chromium"]
    subprocess.run(install, env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"}, **quiet)
    return shutil.which("chromium")


def junit(name: str, folder: Path) -> Path:
    """Where a half writes what it ran."""
    return folder / f"{name}-junit.xml"


def start_half(name: str, folder: Path, arguments: Sequence[str]) -> subprocess.Popen[bytes]:
    """One of two runs. In a session of its own: Ctrl-C comes to it through us, once."""
    command = [sys.executable, "-m", "pytest", "-p", "tests.halves", f"--junitxml={junit(name, folder)}"]
    quiet = ["--no-header", "-q", "-o", "console_output_style=classic"]
    colour = "yes" if sys.stdout.isatty() else "no"
    width = shutil.get_terminal_size((120, 24)).columns - len(f"{name} | ")
    environment = os.environ | {"TEST_SHARE": str(folder), "TEST_HALF": name, "COLUMNS": str(width)}
    return subprocess.Popen(
        [*command, *quiet, f"--color={colour}", *arguments],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def repeat(name: str, process: subprocess.Popen[bytes], turn: threading.Lock) -> None:
    """Show what a half says, by whole lines, each with its name."""
    assert process.stdout is not None
    for line in process.stdout:
        with turn:
            sys.stdout.buffer.write(f"{name} | ".encode() + line.rstrip(b"\r\n") + b"\n")
            sys.stdout.buffer.flush()


@contextlib.contextmanager
def ended_together(processes: Sequence[subprocess.Popen[bytes]]) -> Iterator[None]:
    """Ctrl-C, or being told to end, asks every half to end in order; a second time kills them. Nobody stays behind."""
    asked = False

    def end(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        for one in processes:
            if one.poll() is None:
                os.killpg(one.pid, signal.SIGKILL) if asked else one.send_signal(signal.SIGINT)
        asked = True

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for one in processes:
            if one.poll() is None:
                os.killpg(one.pid, signal.SIGKILL)
                one.wait()


def run_halves(arguments: Sequence[str]) -> Step:
    """Every test, shared by two runs of pytest; passed when both did and none was left by both."""
    say(f"\n== tests (pytest, two runs that share the files; seed {os.environ['BOTCAFE_TEST_SEED']})")
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="botcafe-halves-") as name:
        folder, turn = Path(name), threading.Lock()
        processes = [start_half(half, folder, arguments) for half in HALVES]
        with ended_together(processes):
            readers = [
                threading.Thread(target=repeat, args=(half, process, turn), daemon=True)
                for half, process in zip(HALVES, processes, strict=True)
            ]
            for reader in readers:
                reader.start()
            codes = [process.wait() for process in processes]
            for reader in readers:
                reader.join(LINGERING)
        gather(folder)
        passed = set(codes) == {0} and all_ran(folder)
    return Step("tests (pytest)", passed, time.monotonic() - began)


def all_ran(folder: Path) -> bool:
    """Whether the halves together ran what each of them collected; says so if not."""
    files = [folder / f"{half}-ran.json" for half in HALVES]
    if not all(file.exists() for file in files):
        say("A half ended without a word.")
        return False
    told = [json.loads(file.read_text("utf-8")) for file in files]
    ran, collected = sum(one["ran"] for one in told), {one["collected"] for one in told}
    if collected == {ran}:
        return True
    say(f"The halves found {sorted(collected)} tests and ran {ran}: some were run by neither, or twice.")
    return False


def gather(folder: Path) -> None:
    """One file of results, and one of what was held against Discord's specification, out of two."""
    suites = ElementTree.Element("testsuites")
    for half in HALVES:
        if junit(half, folder).exists():
            suites.extend(ElementTree.parse(junit(half, folder)).getroot())
    ElementTree.ElementTree(suites).write(JUNIT, encoding="utf-8", xml_declaration=True)
    if counted := sorted(folder.glob("*-conformance.json")):
        sys.stdout.flush()
        subprocess.run([sys.executable, "-m", "tests.conformance.together", *counted], cwd=ROOT, check=False)


def run_tests(arguments: list[str]) -> Step:
    """The tests, in two halves where that is faster and nothing speaks against it."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    os.environ.setdefault("BOTCAFE_TEST_SEED", str(secrets.randbelow(2**32)))
    given = [argument for argument in arguments if argument != "--one"]
    JUNIT.parent.mkdir(exist_ok=True)
    JUNIT.unlink(missing_ok=True)
    if cores == 1 or given != arguments or ONE_ONLY & set(arguments):
        return run("tests (pytest)", sys.executable, "-m", "pytest", f"--junitxml={JUNIT}", "-q", *given)
    return run_halves(given)


def counts() -> Counts:
    """What pytest wrote down."""
    if not JUNIT.exists():
        return Counts()
    outcomes: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    failed: list[str] = []
    slowest: list[tuple[float, str]] = []
    for case in ElementTree.parse(JUNIT).getroot().iter("testcase"):
        kinds = {child.tag for child in case}
        name = f"{case.get('classname')}::{case.get('name')}"
        outcome = "failed" if kinds & {"failure", "error"} else "skipped" if "skipped" in kinds else "passed"
        outcomes[outcome] += 1
        if outcome == "failed":
            failed.append(name)
        slowest.append((float(case.get("time", "0")), name))
        reasons.update(child.get("message", "no reason given") for child in case if child.tag == "skipped")
    slowest = sorted(slowest, reverse=True)[:SLOWEST]
    return Counts(
        outcomes["passed"], outcomes["failed"], outcomes["skipped"],
        tuple(reasons.most_common()), tuple(slowest), tuple(failed),
    )  # fmt: skip


def summary(steps: list[Step], counted: Counts, *, chromium: str | None, seconds: float) -> None:
    """Time per step, counts, and everything skipped with its reason."""
    say("\n== summary")
    for step in steps:
        say(f"  {'ok  ' if step.passed else 'FAIL'}  {step.seconds:7.1f} s  {step.name}")
    say(f"        {seconds:7.1f} s  in all (the types beside the tests)")
    for its_seconds, name in counted.slowest:
        say(f"        {its_seconds:7.1f} s  slowest: {name}")
    for name in counted.which_failed:
        say(f"  FAILED  {name}")
    for reason, number in counted.reasons:
        say(f"  skipped {number}: {reason}")
    if chromium is None:
        say("  No Chromium here: install it (Debian: apt-get install chromium) and the browser tests run too.")


def main(arguments: list[str]) -> int:
    """Run everything; see the module's text."""
    began = time.monotonic()
    # What is compiled once is there for every process the tests start, whatever was wished for elsewhere.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    types = Types()
    steps = checks()
    if arguments[:1] == ["--lint"]:
        steps.append(types.step())
        summary(steps, Counts(), chromium="not asked for", seconds=time.monotonic() - began)
        return 0 if all(step.passed for step in steps) else 1
    chromium = browser()
    tests = run_tests(arguments)
    steps += [types.step(), tests]
    counted = counts()
    summary(steps, counted, chromium=chromium, seconds=time.monotonic() - began)
    say(f"\n{counted.passed} passed, {counted.failed} failed, {counted.skipped} skipped")
    return 0 if all(step.passed for step in steps) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
