"""What `make test` runs: lint, types, import rules, every test; then how long each took and what was skipped and why.

Usage: python tests/run.py [--lint] [pytest arguments]
`--lint` stops before the tests. Exit code: 0 when every step passed, else 1.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
JUNIT = ROOT / "build" / "junit.xml"
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
    """Everything that needs no running program."""
    return [
        run("lint (ruff check)", BIN / "ruff", "check", "."),
        run("layout (ruff format)", BIN / "ruff", "format", "--check", "."),
        run("types (basedpyright)", BIN / "basedpyright", "--pythonpath", sys.executable),
        run("import rules (lint-imports)", BIN / "lint-imports", "--no-cache"),
    ]


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


def counts() -> Counts:
    """What pytest wrote down."""
    if not JUNIT.exists():
        return Counts()
    outcomes: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for case in ElementTree.parse(JUNIT).getroot().iter("testcase"):
        kinds = {child.tag for child in case}
        outcomes["failed" if kinds & {"failure", "error"} else "skipped" if "skipped" in kinds else "passed"] += 1
        reasons.update(child.get("message", "no reason given") for child in case if child.tag == "skipped")
    return Counts(outcomes["passed"], outcomes["failed"], outcomes["skipped"], tuple(reasons.most_common()))


def summary(steps: list[Step], counted: Counts, *, chromium: str | None) -> None:
    """Time per step, counts, and everything skipped with its reason."""
    say("\n== summary")
    for step in steps:
        say(f"  {'ok  ' if step.passed else 'FAIL'}  {step.seconds:7.1f} s  {step.name}")
    say(f"        {sum(step.seconds for step in steps):7.1f} s  in all")
    for reason, number in counted.reasons:
        say(f"  skipped {number}: {reason}")
    if chromium is None:
        say("  No Chromium here: install it (Debian: apt-get install chromium) and the browser tests run too.")


def main(arguments: list[str]) -> int:
    """Run everything; see the module's text."""
    steps = checks()
    if arguments[:1] == ["--lint"]:
        summary(steps, Counts(), chromium="not asked for")
        return 0 if all(step.passed for step in steps) else 1
    chromium = browser()
    JUNIT.parent.mkdir(exist_ok=True)
    JUNIT.unlink(missing_ok=True)
    steps.append(
        run("tests (pytest)", sys.executable, "-m", "pytest", f"--junitxml={JUNIT}", "--durations=5", "-q", *arguments)
    )
    counted = counts()
    summary(steps, counted, chromium=chromium)
    say(f"\n{counted.passed} passed, {counted.failed} failed, {counted.skipped} skipped")
    return 0 if all(step.passed for step in steps) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
