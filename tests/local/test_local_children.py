"""Child processes end with the program, however it ends, and not before."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bot.local import children
from bot.local.children import Child
from tests.fakes.eventually import eventually

# Each prints a line once it is ready, so that nobody signals it too early.
PATIENT = ["sh", "-c", "trap 'echo asked; exit 3' TERM; echo ready; while :; do sleep 0.05; done"]
STUBBORN = ["sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.05; done"]

PARENT = """
import asyncio, sys
from pathlib import Path
from bot.local.children import Child

async def main():
    child = await Child.start(sys.argv[2:], name="child", log_path=Path(sys.argv[1]), grace_seconds=0.5)
    print(child.pid, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


def runs(pid: int) -> bool:
    """Whether a process runs; one that ended and waits to be collected does not."""
    shown = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout.strip()
    return bool(shown) and not shown.startswith("Z")


async def ready(log: Path) -> None:
    await eventually(lambda: log.exists() and "ready" in log.read_text())


async def start_parent(log: Path, argv: list[str]) -> tuple[asyncio.subprocess.Process, int]:
    """A program with a child, as the leader of a process group like one started from a terminal."""
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, str(log), *argv, stdout=asyncio.subprocess.PIPE, start_new_session=True
    )
    assert parent.stdout is not None
    pid = int(await parent.stdout.readline())
    await ready(log)
    return parent, pid


async def test_a_child_runs_writes_its_log_and_ends_when_asked(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "child.log"
    child = await Child.start(PATIENT, name="child", log_path=log)
    assert child.alive()
    assert child.exit_code is None
    assert runs(child.pid)
    await ready(log)
    assert await child.stop() == 3
    assert not child.alive()
    assert child.exit_code == 3
    assert log.read_text() == "ready\nasked\n"
    assert log.stat().st_mode & 0o077 == 0
    assert await child.stop() == 3


async def test_who_does_not_listen_is_killed_after_the_grace(tmp_path: Path) -> None:
    log = tmp_path / "log"
    child = await Child.start(STUBBORN, name="child", log_path=log, grace_seconds=0.2)
    await ready(log)
    assert await child.stop() == 128 + signal.SIGKILL
    assert not runs(child.pid)


async def test_a_child_that_ends_by_itself_is_noticed(tmp_path: Path) -> None:
    child = await Child.start(["sh", "-c", "exit 7"], name="child", log_path=tmp_path / "log")
    assert await asyncio.wait_for(child.ended(), 20) == 7
    assert not child.alive()
    assert await child.stop() == 7


async def test_the_chosen_signal_environment_and_folder_reach_the_child(tmp_path: Path) -> None:
    # `wait` ends at once for a signal that is trapped (POSIX), where a command in the foreground is waited for.
    script = "trap 'echo hup; exit 0' HUP; echo $WORD; pwd; echo ready; sleep 60 & wait"
    child = await Child.start(
        ["sh", "-c", script],
        name="child",
        log_path=tmp_path / "log",
        stop_signal=signal.SIGHUP,
        env={"PATH": os.environ["PATH"], "WORD": "two words"},
        cwd=tmp_path,
    )
    await ready(tmp_path / "log")
    assert await child.stop() == 0
    assert (tmp_path / "log").read_text().splitlines() == ["two words", str(tmp_path), "ready", "hup"]


async def test_what_a_child_leaves_behind_ends_with_it(tmp_path: Path) -> None:
    log = tmp_path / "log"
    child = await Child.start(["sh", "-c", "sleep 600 & echo $!; exec sleep 600"], name="child", log_path=log)
    await eventually(lambda: log.read_text().strip())
    grandchild = int(log.read_text())
    await child.stop()
    await eventually(lambda: not runs(grandchild))


async def test_a_command_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no-such-command"):
        await Child.start(["no-such-command"], name="child", log_path=tmp_path / "log")


async def test_an_overlong_log_is_put_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "LOG_LIMIT_BYTES", 10)
    log = tmp_path / "log"
    log.write_text("a long time ago")
    child = await Child.start(["sh", "-c", "echo now"], name="child", log_path=log)
    await child.ended()
    assert log.read_text() == "now\n"
    assert (tmp_path / "log.1").read_text() == "a long time ago"


@pytest.mark.parametrize("argv", [PATIENT, STUBBORN], ids=["patient", "stubborn"])
@pytest.mark.parametrize("whole_group", [False, True], ids=["program", "whole group"])
async def test_a_killed_program_leaves_no_child_behind(tmp_path: Path, argv: list[str], whole_group: bool) -> None:
    parent, pid = await start_parent(tmp_path / "log", argv)
    if whole_group:
        os.killpg(parent.pid, signal.SIGKILL)
    else:
        parent.kill()
    assert await parent.wait() == -signal.SIGKILL
    await eventually(lambda: not runs(pid))


async def test_ctrl_c_in_the_terminal_reaches_the_program_and_not_its_children(tmp_path: Path) -> None:
    parent, pid = await start_parent(
        tmp_path / "log", ["sh", "-c", "trap 'echo interrupted' INT; echo ready; while :; do sleep 0.05; done"]
    )
    try:
        # The terminal signals the whole foreground group; the child must not be in it.
        assert os.getpgid(pid) != os.getpgid(parent.pid)
        assert os.getsid(pid) != os.getsid(parent.pid)
        os.killpg(parent.pid, signal.SIGSTOP)
        assert runs(pid)
    finally:
        os.killpg(parent.pid, signal.SIGKILL)
        await parent.wait()
    await eventually(lambda: not runs(pid))
    assert "interrupted" not in (tmp_path / "log").read_text()
