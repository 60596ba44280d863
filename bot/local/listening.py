"""Who listens on a port, so that "address in use" can be said in words."""

from __future__ import annotations

import errno
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from bot.local.errors import StartError

LISTEN_STATE = "0A"
"""TCP_LISTEN in /proc/net/tcp (Linux: include/net/tcp_states.h)."""


def check_port(host: str, port: int, setting: str) -> None:
    """Raise a `StartError` that names port, setting and, where it can be told, the program, if the port is taken.

    Port 0 (any free one) is always fine.
    """
    if port == 0:
        return
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As servers do it: a port whose last connections are still closing is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise StartError(_sentence(host, port, setting, error)) from error


def _sentence(host: str, port: int, setting: str, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        who = listener(port)
        by = f" by {who}" if who else ""
        return (
            f"Port {port} is in use{by}. Nothing was started and nothing was lost. Stop that program, "
            f"or choose another port: {setting}={port + 1} make start (or write {setting} into .env)."
        )
    if error.errno == errno.EACCES:
        return (
            f"Port {port} may only be opened by an administrator. Nothing was started. "
            f"Choose one above 1023: {setting}=8080 make start (or write {setting} into .env)."
        )
    return (
        f"Nothing can listen on {host}:{port}: {error.strerror or error}. Nothing was started. "
        f"Look at {setting} and, for the web app, WEB_HOST in .env."
    )


def listener(port: int) -> str | None:
    """`name (process id)` of the program listening on a TCP port of this machine, where the system tells us."""
    pid = _pid_from_proc(port) if sys.platform == "linux" else _pid_from_lsof(port)
    if pid is None:
        return None
    name = _name(pid)
    return f"{name} (process {pid})" if name else f"process {pid}"


def _pid_from_proc(port: int) -> int | None:
    inodes = set(_listening_inodes(port))
    if not inodes:
        return None
    targets = {f"socket:[{inode}]" for inode in inodes}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal() and targets & set(_links(folder / "fd")):
            return int(folder.name)
    return None


def _listening_inodes(port: int) -> Iterator[str]:
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = Path(table).read_text("ascii").splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            if fields[3] == LISTEN_STATE and int(fields[1].rpartition(":")[2], 16) == port:
                yield fields[9]


def _links(folder: Path) -> Iterator[str]:
    try:
        entries = list(folder.iterdir())
    except OSError:  # somebody else's process, or gone meanwhile
        return
    for entry in entries:
        try:
            yield str(entry.readlink())
        except OSError:
            continue


def _pid_from_lsof(port: int) -> int | None:
    lsof = shutil.which("lsof")
    if lsof is None:
        return None
    command = [lsof, "-nP", "-t", f"-iTCP:{port}", "-sTCP:LISTEN"]
    lines = subprocess.run(command, capture_output=True, text=True, check=False).stdout.split()
    return int(lines[0]) if lines else None


def _name(pid: int) -> str | None:
    try:
        return Path(f"/proc/{pid}/comm").read_text("utf-8").strip()
    except OSError:
        pass
    ps = shutil.which("ps")
    if ps is None:
        return None
    answer = subprocess.run([ps, "-o", "comm=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return answer.stdout.strip() or None
