"""One program at a time on a data directory, and a sentence for everything that can be wrong with it."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bot.local import datadir
from bot.local.datadir import LOCK_NAME, claimed, holder
from bot.local.errors import StartError
from bot.roles import Role

HOLD = """
import sys
from pathlib import Path
from bot.local.datadir import claimed
with claimed(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def hold(folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", HOLD, str(folder)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_the_folder_is_made_for_its_owner_only(tmp_path: Path) -> None:
    with claimed(tmp_path / "new" / "data") as folder:
        assert folder.is_dir()
        assert folder.stat().st_mode & 0o777 == 0o700
        assert holder(folder) == os.getpid()
    assert holder(folder) is None


def test_two_at_once_get_a_sentence_and_the_first_goes_on(tmp_path: Path) -> None:
    first = hold(tmp_path)
    with first:
        with pytest.raises(StartError) as caught, claimed(tmp_path):
            pass
        assert str(first.pid) in str(caught.value)
        assert "nothing was changed" in str(caught.value)
        assert "DATA_DIR=" in str(caught.value)
        assert first.poll() is None
        first.communicate()
    assert first.returncode == 0


def test_a_killed_predecessor_leaves_nothing_to_clean_up(tmp_path: Path) -> None:
    with hold(tmp_path) as first:
        first.send_signal(signal.SIGKILL)
        first.communicate()
    assert (tmp_path / LOCK_NAME).exists()
    with claimed(tmp_path):
        assert holder(tmp_path) == os.getpid()


def test_a_full_disk_gets_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datadir.shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 10**9, 3_000_000))
    with pytest.raises(StartError, match="3 MB left") as caught, claimed(tmp_path):
        pass
    assert "nothing was lost" in str(caught.value)


def test_a_disk_that_is_full_while_writing_gets_a_sentence() -> None:
    error = datadir._unwritable(Path("/data"), OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
    assert "is full" in str(error)
    assert "DATA_DIR" in str(error)


def test_a_file_in_its_place_gets_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("not a folder", "utf-8")
    with pytest.raises(StartError, match="cannot be used") as caught, claimed(tmp_path / "data"):
        pass
    assert "Nothing was started" in str(caught.value)


def test_processes_of_different_roles_share_a_folder_and_one_that_runs_everything_does_not(tmp_path: Path) -> None:
    with claimed(tmp_path, Role.GATEWAY), claimed(tmp_path, Role.WEB):
        for taken in (Role.WEB, Role.ALL):
            with pytest.raises(StartError, match="already runs"), claimed(tmp_path, taken):
                pass
    with claimed(tmp_path), pytest.raises(StartError, match="already runs"), claimed(tmp_path, Role.WORKER):
        pass
