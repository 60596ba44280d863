"""The installer's sentences, and that a finished installation costs nothing."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.local import install

ROOT = Path(__file__).parents[2]
MAKE = ["make", "--no-print-directory", "-C", str(ROOT)]


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").touch()
    monkeypatch.setattr(install, "ROOT", tmp_path)
    monkeypatch.setattr(install, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(install, "VENV_PYTHON", tmp_path / ".venv" / "bin" / "python")
    monkeypatch.setattr(install, "STAMP", tmp_path / ".venv" / "stamp.json")
    locks = {kind: tmp_path / f"{kind}.lock" for kind in install.LOCKS}
    monkeypatch.setattr(install, "LOCKS", locks)
    for kind, path in locks.items():
        path.write_text(f"{kind}-package==1 \\\n    --hash=sha256:00\n", "utf-8")
    return tmp_path


def test_it_needs_nothing_but_the_standard_library() -> None:
    tree = ast.parse(Path(install.__file__).read_text("utf-8"))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imported |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert {str(name).partition(".")[0] for name in imported} <= sys.stdlib_module_names


def test_a_finished_installation_is_left_alone(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "install", lambda kind, uv: pytest.fail("it installed again"))
    install.STAMP.write_text(json.dumps({"run": install.lock_digest("run")}), "utf-8")
    install.ensure("run")
    assert not install.is_current("dev")


def test_a_changed_lock_is_installed(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    monkeypatch.setattr(install, "install", lambda kind, uv: done.append(kind))
    monkeypatch.setattr(install, "make_venv", lambda uv: None)
    install.ensure("run")
    install.ensure("run")
    assert done == ["run"]
    install.LOCKS["run"].write_text("other==2", "utf-8")
    install.ensure("run")
    assert done == ["run", "run"]


def test_what_developers_install_is_enough_to_run(checkout: Path) -> None:
    install.STAMP.write_text(json.dumps({"dev": install.lock_digest("dev")}), "utf-8")
    assert install.is_current("run")


def test_an_installation_that_broke_off_is_not_taken_for_finished(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(kind: str, uv: str | None) -> None:
        raise install.InstallError("no network")

    monkeypatch.setattr(install, "install", broken)
    monkeypatch.setattr(install, "make_venv", lambda uv: None)
    install.STAMP.write_text(json.dumps({"dev": "old"}), "utf-8")
    assert install.main(["dev"]) == 1
    assert not install.is_current("dev")
    assert not install.is_current("run")


def test_without_the_venv_module_the_fix_is_named() -> None:
    output = "The virtual environment was not created successfully because ensurepip is not available."
    assert "venv" in install.venv_advice(output)
    assert ("apt install" if sys.platform != "darwin" else "brew install") in install.venv_advice(output)


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "disk is full"),
        ("ERROR: No matching distribution found for x==1", "does not exist for this machine"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "not the one the lock names"),
        ("WARNING: Retrying ... connection broken", "Is the network there?"),
    ],
)
def test_a_failed_download_gets_a_sentence(output: str, words: str) -> None:
    assert words in install.failure(output)
    assert "Nothing outside .venv was changed" in install.failure(output)


def test_a_disk_too_small_is_refused_before_anything_is_written(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(install.SPACE_NEEDED_BYTES, "run", 10**18)
    assert install.main(["run"]) == 1
    assert "Nothing was changed" in capsys.readouterr().out


@pytest.mark.parametrize("lock", sorted(ROOT.glob("requirements*.lock")), ids=lambda path: path.name)
def test_the_locks_name_hashes_and_no_hosts(lock: Path) -> None:
    text = lock.read_text("utf-8")
    assert "://" not in text
    entries = [line for line in text.splitlines() if line[:1].isalpha()]
    assert entries
    assert all("==" in line and line.rstrip().endswith("\\") for line in entries)


def test_the_locks_agree_on_versions() -> None:
    def versions(name: str) -> set[str]:
        return {line.rstrip(" \\") for line in (ROOT / name).read_text("utf-8").splitlines() if line[:1].isalpha()}

    assert versions("requirements-run.lock") <= versions("requirements.lock")


def test_make_alone_says_what_there_is() -> None:
    shown = subprocess.run(MAKE, capture_output=True, text=True, check=True).stdout
    for target in ("start", "test", "lint", "format", "texts", "lock", "clean", "help"):
        assert f"make {target} " in shown


def test_make_says_so_where_no_python_is_new_enough() -> None:
    done = subprocess.run([*MAKE, "start", "PYTHON="], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "Python 3.11 or newer" in done.stdout
    assert "apt install" in done.stdout


def test_make_finds_a_python_that_is_new_enough(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n", "utf-8")
    old.chmod(0o755)
    (tmp_path / "python3.11").symlink_to(sys.executable)
    environment = {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    shown = subprocess.run([*MAKE, "-n", "start"], capture_output=True, text=True, check=True, env=environment).stdout
    assert str(old) + '"' not in shown
