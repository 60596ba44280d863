"""Makes `.venv` and installs what a lock file lists. Run by the Makefile before anything of ours is installed.

So it is one file, uses the standard library only, and says in plain sentences what went wrong. Packages are checked
against the hashes in the lock. The machine's `uv` is used where there is one (seconds instead of a minute), else pip.

Usage: python bot/local/install.py run|dev|local-model|multilingual
Exit codes: 0 installed, 1 not installed (a sentence says why).
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import platform
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Generator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
STAMP = VENV / "botcafe-installed.json"
LOCKS = {
    "run": ROOT / "requirements-run.lock",
    "dev": ROOT / "requirements.lock",
    "local-model": ROOT / "requirements-local-model.lock",
    "multilingual": ROOT / "requirements-multilingual.lock",
}
SPACE_NEEDED_BYTES = {
    "run": 500_000_000,
    "dev": 1_200_000_000,
    "local-model": 400_000_000,
    "multilingual": 250_000_000,
}
NEEDED_BY = {
    "run": "BotCafé needs",
    "dev": "its tests need",
    "local-model": "the local model needs",
    "multilingual": "the multilingual embedding model needs",
}
WITHOUT_DEPENDENCIES = {"local-model", "multilingual"}
TAIL_LINES = 12
INTERRUPTED = 130


class InstallError(Exception):
    """Nothing could be installed. Its text says what happened, what was kept and what to do."""


def tell(text: str) -> None:
    """One line for the person who typed make."""
    print(text, flush=True)


def lock_digest(kind: str) -> str:
    """What stands for a lock's content and this Python."""
    content = LOCKS[kind].read_bytes() + platform.python_version().encode() + platform.machine().encode()
    return hashlib.sha256(content).hexdigest()


def installed() -> dict[str, str]:
    """Kind of installation → digest of the lock it was made from. Empty where nothing was finished."""
    try:
        content: dict[str, str] = json.loads(STAMP.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return content


def is_current(kind: str) -> bool:
    """Whether nothing is left to do. What developers install includes what running needs."""
    done = installed()
    if kind == "run" and done.get("dev") == lock_digest("dev") and done.get("run") in (None, lock_digest("run")):
        return True
    return done.get(kind) == lock_digest(kind)


@contextlib.contextmanager
def alone() -> Generator[None]:
    """Hold the installation for ourselves; a second make waits for the first."""
    with Path(__file__).open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tell("Another make is installing in this folder; waiting for it …")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def find_uv() -> str | None:
    """The machine's uv, if it has one that runs."""
    uv = shutil.which("uv")
    if uv is None:
        return None
    works = subprocess.run([uv, "--version"], capture_output=True, check=False).returncode == 0
    return uv if works else None


def make_venv(uv: str | None) -> None:
    """Make `.venv`, unless a working one is there."""
    if VENV_PYTHON.exists():
        version = "import sys; print(sys.version_info[:2] >= (3, 11))"
        answer = subprocess.run([str(VENV_PYTHON), "-c", version], capture_output=True, text=True, check=False)
        if answer.stdout.strip() == "True":
            return
        tell("The Python that .venv was made with is gone or too old; making .venv anew.")
    command = [uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(VENV)] if uv else None
    if command is None:
        command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        output = done.stdout + done.stderr
        shutil.rmtree(VENV, ignore_errors=True)
        raise InstallError(venv_advice(output))


def venv_advice(output: str) -> str:
    """What to do when no virtual environment could be made."""
    if "ensurepip" not in output and "No module named venv" not in output:
        return f"No virtual environment could be made in .venv. Nothing else was changed. Python said:\n{tail(output)}"
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    if sys.platform == "darwin":
        fix = f"brew install python@{version}"
    else:
        fix = f"sudo apt install python{version}-venv     (Debian, Ubuntu; or install uv: it brings its own)"
    return (
        f"Python {version} is here, but the part that makes virtual environments (venv) is not. Nothing was changed.\n"
        f"Install it, then try again:\n  {fix}"
    )


def tail(output: str) -> str:
    """The last lines of a tool's output, indented."""
    lines = [line for line in output.splitlines() if line.strip()]
    return "\n".join("  " + line for line in lines[-TAIL_LINES:])


def packages(kind: str) -> int:
    """How many packages a lock lists (some are for other machines)."""
    return len(re.findall(r"^[A-Za-z\d][^\s=]*==", LOCKS[kind].read_text("utf-8"), re.MULTILINE))


def install(kind: str, uv: str | None) -> None:
    """Install a lock's packages, hashes checked."""
    arguments = ["--require-hashes", *(["--no-deps"] if kind in WITHOUT_DEPENDENCIES else []), "-r", str(LOCKS[kind])]
    if uv:
        if run_uv([uv, "pip", "install", "--python", str(VENV_PYTHON), *arguments]):
            return
        tell("uv could not install them; trying pip.")
    if subprocess.run([str(VENV_PYTHON), "-m", "pip", "--version"], capture_output=True, check=False).returncode != 0:
        bootstrap = [str(VENV_PYTHON), "-m", "ensurepip", "--default-pip"]
        if (done := subprocess.run(bootstrap, capture_output=True, text=True, check=False)).returncode != 0:
            raise InstallError(venv_advice(done.stdout + done.stderr + "ensurepip"))
    pip = [str(VENV_PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--progress-bar=off"]
    run_with_progress([*pip, *arguments], packages(kind))


def run_uv(command: list[str]) -> bool:
    """Run uv, its progress shown but not its list of everything; whether it worked."""
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    with process:
        for line in process.stderr:
            if line.strip() and not line.startswith((" + ", " - ", " ~ ")):
                tell("  " + line.strip())
    return process.returncode == 0


def run_with_progress(command: list[str], total: int) -> None:
    """Run pip and show how far it is: a line that counts on a terminal, a few lines elsewhere."""
    seen = 0
    output: list[str] = []
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout is not None
    with process:
        for line in process.stdout:
            output.append(line)
            if line.startswith(("Collecting ", "Requirement already")):
                seen += 1
                show_progress(f"  fetching {min(seen, total)} of up to {total}", whole=seen % 20 == 0)
            elif line.startswith("Installing collected"):
                show_progress("  unpacking …                     ", whole=True)
    if sys.stdout.isatty():
        tell("")
    if process.returncode != 0:
        raise InstallError(failure(kind_output="".join(output)))


def show_progress(text: str, *, whole: bool) -> None:
    """Overwrite the line on a terminal; elsewhere print only now and then."""
    if sys.stdout.isatty():
        print(f"\r{text}", end="", flush=True)
    elif whole:
        tell(text)


def failure(kind_output: str) -> str:
    """What to do when packages could not be installed."""
    if "No space left" in kind_output:
        advice = "The disk is full. Free some space, then try again."
    elif "No matching distribution" in kind_output:
        advice = (
            "One package does not exist for this machine or Python; Python 3.11 to 3.13 on Linux or macOS is tried."
        )
    elif "HASHES" in kind_output.upper() and "do not match" in kind_output.lower():
        advice = "A package is not the one the lock names. Do not go on; try another network, and tell the maintainers."
    else:
        advice = "Is the network there? Try again: what was fetched already is kept."
    return f"The packages could not be installed. Nothing outside .venv was changed. {advice}\n{tail(kind_output)}"


def check_space(kind: str) -> None:
    """Refuse before filling the disk."""
    free = shutil.disk_usage(ROOT).free
    if free < SPACE_NEEDED_BYTES[kind]:
        raise InstallError(
            f"Installing needs about {SPACE_NEEDED_BYTES[kind] // 1_000_000} MB and {ROOT} has {free // 1_000_000} MB "
            "left. Nothing was changed. Free some space, then try again."
        )


def ensure(kind: str) -> None:
    """Bring `.venv` to what the lock says. Does nothing, in milliseconds, when it is there already."""
    if is_current(kind) and VENV_PYTHON.exists():
        return
    with alone():
        if is_current(kind) and VENV_PYTHON.exists():
            return
        check_space(kind)
        began = time.monotonic()
        tell(f"Installing what {NEEDED_BY[kind]} into .venv (once; {packages(kind)} packages) …")
        uv = find_uv()
        make_venv(uv)
        done = installed()
        STAMP.unlink(missing_ok=True)
        install(kind, uv)
        STAMP.write_text(json.dumps(done | {kind: lock_digest(kind)}), "utf-8")
        tell(f"  installed in {time.monotonic() - began:.0f} s")


def main(arguments: list[str]) -> int:
    """Install one kind; see the module's text."""
    if len(arguments) != 1 or arguments[0] not in LOCKS:
        tell(f"Usage: python bot/local/install.py {'|'.join(LOCKS)}")
        return 1
    try:
        ensure(arguments[0])
    except InstallError as error:
        tell(str(error))
        return 1
    except OSError as error:
        tell(f"Installing into .venv failed: {error}. Nothing else was changed. Mend that, then try again.")
        return 1
    except KeyboardInterrupt:
        tell("\nStopped while installing. Nothing else was changed; the next make goes on from here.")
        return INTERRUPTED
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
