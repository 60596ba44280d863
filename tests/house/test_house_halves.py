"""The tests' own runner: two runs share the files, each test is run once, and no failure or early end is overlooked."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RUNNER = """
import sys
from pathlib import Path
from tests import run

run.ROOT, run.JUNIT = Path({root!r}), Path({root!r}) / "build" / "junit.xml"
step = run.run_tests(sys.argv[1:])
counted = run.counts()
run.say(f"passed={{step.passed}} counted={{counted.passed}},{{counted.failed}},{{counted.skipped}}")
run.say("failed: " + " ".join(counted.which_failed))
"""
WAITING = """
import os, pathlib, time
HERE = pathlib.Path(__file__).parent
def test_waits_for_the_other():
    with (HERE / "ran").open("a") as file:
        file.write(f"{os.getpid()} alone\\n")
    while len((HERE / "ran").read_text().split("alone")) < 3:
        time.sleep(0.01)
"""
FOREVER = """
import pathlib, time
def test_never_ends():
    (pathlib.Path(__file__).parent / (pathlib.Path(__file__).stem + ".began")).touch()
    while True:
        time.sleep(0.05)
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A project of eight files with two tests each, which note that they ran and in which process."""
    (tmp_path / "pyproject.toml").write_text('[tool.pytest.ini_options]\naddopts = "-p no:cacheprovider"\n')
    for number in range(8):
        (tmp_path / f"test_{number}.py").write_text(
            "import os, pathlib, pytest\n"
            '@pytest.mark.parametrize("which", [1, 2])\n'
            "def test_it(which):\n"
            '    with (pathlib.Path(__file__).parent / "ran").open("a") as file:\n'
            f'        file.write(f"{{os.getpid()}} {number}-{{which}}\\n")\n'
        )
    return tmp_path


def alone() -> dict[str, str]:
    """The surroundings of a run that is no half of ours, and loads no plugins but its own."""
    ours = {key: value for key, value in os.environ.items() if key not in {"TEST_SHARE", "TEST_HALF"}}
    return ours | {"PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}


@contextmanager
def running(tree: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", RUNNER.format(root=str(tree)), *arguments],
        cwd=tree, env=alone(), text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as process:  # fmt: skip
        yield process


def told(tree: Path, *arguments: str) -> str:
    with running(tree, *arguments) as process:
        return process.communicate()[0]


def ran(tree: Path) -> list[tuple[str, str]]:
    """Process and test, by test."""
    lines = (line.split() for line in (tree / "ran").read_text().splitlines())
    return sorted(((pid, what) for pid, what in lines), key=lambda one: one[1])


def test_two_processes_run_every_test_once(tree: Path) -> None:
    # The first file and the last wait for each other: neither ends unless both halves run at once.
    for name in ("test_.py", "test_a.py"):
        (tree / name).write_text(WAITING)
    said = told(tree)
    assert "passed=True counted=18,0,0" in said, said
    assert [what for _, what in ran(tree)] == sorted(
        [f"{number}-{which}" for number in range(8) for which in (1, 2)] + ["alone"] * 2
    )
    assert len({pid for pid, _ in ran(tree)}) == 2
    # A file is never divided.
    assert len({(pid, what[0]) for pid, what in ran(tree) if what != "alone"}) == 8
    assert "1 | " in said
    assert "2 | " in said
    assert (tree / "build" / "junit.xml").read_text().count("<testcase ") == 18


def test_control_in_one_process(tree: Path) -> None:
    said = told(tree, "--one")
    assert "passed=True counted=16,0,0" in said, said
    assert len({pid for pid, _ in ran(tree)}) == 1


@pytest.mark.parametrize("number", [0, 7])
def test_a_failure_in_either_half_is_a_failure(tree: Path, number: int) -> None:
    (tree / f"test_{number}.py").write_text("def test_breaks():\n    assert 2 + 2 == 5\n")
    said = told(tree)
    assert "passed=False counted=14,1,0" in said, said
    assert f"failed: test_{number}::test_breaks" in said
    assert "assert (2 + 2) == 5" in said


@pytest.mark.parametrize("number", [0, 7])
def test_a_half_that_dies_is_a_failure(tree: Path, number: int) -> None:
    (tree / f"test_{number}.py").write_text("import os\ndef test_dies():\n    os._exit(0)\n")
    assert "passed=False" in told(tree)


def test_a_file_that_cannot_be_read_is_a_failure(tree: Path) -> None:
    (tree / "test_4.py").write_text("import nothing_of_that_name\n")
    assert "passed=False" in told(tree)


def test_nothing_found_is_a_failure(tree: Path) -> None:
    assert "passed=False counted=0,0,0" in told(tree, "-k", "no_such_test")


def test_what_both_leave_out_is_noticed(tree: Path) -> None:
    """A mark that nobody of this run made: its file would be run by neither."""
    (tree / "conftest.py").write_text(
        "import pytest\n"
        "@pytest.hookimpl(tryfirst=True)\n"
        "def pytest_collection_finish(session):\n"
        "    half = session.config.pluginmanager.get_plugin('half')\n"
        "    half._share.take('test_3.py')\n"
    )
    said = told(tree)
    assert "found [16] tests and ran 14" in said
    assert "passed=False counted=14,0,0" in said


def test_the_first_failure_ends_both_where_that_is_asked(tree: Path) -> None:
    """The second half waits until the first was told to end, and then takes nothing more."""
    (tree / "test_0.py").write_text(
        "import pathlib, time\n"
        "def test_breaks():\n"
        "    while not (pathlib.Path(__file__).parent / 'waits').exists():\n"
        "        time.sleep(0.01)\n"
        "    assert False\n"
    )
    (tree / "test_7.py").write_text(
        "import os, pathlib, time\n"
        "def test_waits():\n"
        "    (pathlib.Path(__file__).parent / 'waits').touch()\n"
        "    while not (pathlib.Path(os.environ['TEST_SHARE']) / 'closed').exists():\n"
        "        time.sleep(0.01)\n"
    )
    said = told(tree, "-x")
    assert "passed=False counted=1,1,0" in said, said


def test_arguments_choose_files_and_tests(tree: Path) -> None:
    said = told(tree, "test_2.py", "test_5.py", "-k", "1")
    assert "passed=True counted=2,0,0" in said, said
    assert [what for _, what in ran(tree)] == ["2-1", "5-1"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_both(tree: Path, number: signal.Signals) -> None:
    for which in (0, 7):
        (tree / f"test_{which}.py").write_text(FOREVER)
    with running(tree) as process:
        while not all((tree / f"test_{which}.began").exists() for which in (0, 7)):
            assert process.poll() is None
        process.send_signal(number)
        said = process.communicate()[0]
    assert "passed=False" in said
    assert said.count("KeyboardInterrupt") >= 2
    assert not (tree / "ran").exists()


def test_a_run_for_itself_shares_with_nobody(tree: Path) -> None:
    """The plugin alone does nothing: `pytest -p tests.halves` by hand runs everything."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.halves", "-q"],
        cwd=tree, env=alone(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "16 passed" in done.stdout
