"""The database server that comes along: first start, warm start, every way it can go wrong, and nothing lost."""

import asyncio
import os
import signal
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from bot.local import postgres_programs
from bot.local.children import RunAs
from bot.local.errors import StartError
from bot.local.postgres import DATABASE, LocalPostgres, LocalPostgresError
from bot.local.postgres_programs import Launcher, explain, find_binaries
from db.engine import connection_arguments
from db.raw import connect
from tests.fakes.eventually import eventually

PROGRAM = """
import asyncio, sys
from pathlib import Path
from bot.local.postgres import LocalPostgres

async def main():
    server = LocalPostgres(Path(sys.argv[1]))
    print(await server.start(), server.pid, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    # Not below pytest's own folder: a Unix socket's path must be short.
    with tempfile.TemporaryDirectory(prefix="botcafe-pg-", ignore_cleanup_errors=True) as name:
        yield Path(name)


async def ask(url: str, statement: str, *args: object) -> object:
    connection = await connect(connection_arguments(url, as_owner=True))
    try:
        return await connection.fetchval(statement, *args)
    finally:
        await connection.close()


def told(*command: str) -> str:
    """What a command prints."""
    return subprocess.run(command, capture_output=True, text=True).stdout.strip()


def runs(pid: int) -> bool:
    """Whether a process runs; one that ended and waits to be collected does not."""
    state = told("ps", "-o", "stat=", "-p", str(pid))
    return bool(state) and not state.startswith("Z")


def may_read(path: Path, user: int) -> bool:
    return subprocess.run(["test", "-r", str(path)], user=user, group=user, extra_groups=[]).returncode == 0


async def start_program(folder: Path) -> tuple[asyncio.subprocess.Process, str, int]:
    """A program with its own server, in a process of its own."""
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM, str(folder), stdout=asyncio.subprocess.PIPE, start_new_session=True
    )
    assert program.stdout is not None
    url, pid = (await program.stdout.readline()).decode().split()
    return program, url, int(pid)


async def test_first_start_second_start_and_what_was_written_is_there(folder: Path) -> None:
    server = LocalPostgres(folder)
    url = await server.start()
    pid = server.pid
    assert pid is not None
    try:
        assert make_url(url).host == "127.0.0.1"
        assert make_url(url).database == DATABASE
        assert await ask(url, "SELECT extversion FROM pg_extension WHERE extname = 'vector'") is None
        await ask(url, "CREATE TABLE kept AS SELECT 42 AS number")
        # LC_CTYPE=C would make the server blind to letters outside ASCII.
        assert await ask(url, "SELECT upper('żółw') || lower('ПРИВЕТ')") == "ŻÓŁWпривет"
        assert await ask(url, "SHOW fsync") == "on"
        assert await ask(url, "SHOW listen_addresses") == "127.0.0.1"
        assert await ask(url, "SELECT count(*) FROM pg_hba_file_rules WHERE auth_method <> 'scram-sha-256'") == 0
    finally:
        await server.stop()
    assert not runs(pid)

    again = LocalPostgres(folder)
    assert make_url(await again.start()).port == make_url(url).port
    try:
        assert await ask(url, "SELECT number FROM kept") == 42
    finally:
        await again.stop()


async def test_the_password_is_for_its_owner_only_and_needed(folder: Path) -> None:
    server = LocalPostgres(folder, durable=False)
    url = await server.start()
    try:
        assert stat.S_IMODE((folder / "postgres" / "password").stat().st_mode) == 0o600
        assert stat.S_IMODE((folder / "postgres").stat().st_mode) == 0o700
        with pytest.raises(Exception, match="password authentication failed"):
            await ask(make_url(url).set(password="guess").render_as_string(hide_password=False), "SELECT 1")
    finally:
        await server.stop()


async def test_a_second_program_on_the_same_folder_is_told_so_and_harms_nothing(folder: Path) -> None:
    server = LocalPostgres(folder, durable=False)
    url = await server.start()
    try:
        with pytest.raises(LocalPostgresError, match=f"process {os.getpid()}"):
            await LocalPostgres(folder, durable=False).start()
        assert await ask(url, "SELECT 1") == 1
    finally:
        await server.stop()


async def test_a_killed_program_takes_its_server_along_and_loses_no_committed_row(folder: Path) -> None:
    program, url, pid = await start_program(folder)
    await ask(url, "CREATE TABLE kept AS SELECT 42 AS number")
    os.killpg(program.pid, signal.SIGKILL)
    await program.wait()
    # Started at once, while the keeper may still be shutting the old server down.
    server = LocalPostgres(folder)
    url = await server.start()
    try:
        assert not runs(pid)
        assert await ask(url, "SELECT number FROM kept") == 42
    finally:
        await server.stop()


async def test_a_server_whose_keeper_was_killed_too_is_ended_before_a_new_one_starts(folder: Path) -> None:
    program, url, pid = await start_program(folder)
    await ask(url, "CREATE TABLE kept AS SELECT 42 AS number")
    keeper = int(told("ps", "-o", "ppid=", "-p", str(pid)))
    os.kill(keeper, signal.SIGKILL)
    program.kill()
    await program.wait()
    assert runs(pid)
    server = LocalPostgres(folder)
    url = await server.start()
    try:
        assert not runs(pid)
        assert await ask(url, "SELECT number FROM kept") == 42
    finally:
        await server.stop()


async def test_a_killed_server_is_noticed_and_recovers_at_the_next_start(folder: Path) -> None:
    server = LocalPostgres(folder)
    url = await server.start()
    await ask(url, "CREATE TABLE kept AS SELECT 42 AS number")
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    await asyncio.wait_for(server.ended(), 20)
    assert not server.alive()
    await server.stop()
    # Its postmaster.pid stays behind and names a process that is no more.
    assert (folder / "postgres" / "data" / "postmaster.pid").exists()
    again = LocalPostgres(folder)
    url = await again.start()
    try:
        assert await ask(url, "SELECT number FROM kept") == 42
    finally:
        await again.stop()


async def test_a_port_taken_by_another_program_is_given_up_for_a_free_one(folder: Path) -> None:
    server = LocalPostgres(folder, durable=False)
    first = make_url(await server.start()).port
    await server.stop()
    assert first is not None
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", first))
        taken.listen()
        server = LocalPostgres(folder, durable=False)
        url = await server.start()
        try:
            assert make_url(url).port != first
            assert await ask(url, "SELECT 1") == 1
        finally:
            await server.stop()


async def test_a_long_path_only_goes_without_the_unix_socket(folder: Path) -> None:
    deep = folder / ("a" * 90)
    server = LocalPostgres(deep, durable=False)
    url = await server.start()
    try:
        assert await ask(url, "SHOW unix_socket_directories") == ""
    finally:
        await server.stop()


async def test_an_interrupted_first_start_begins_again(folder: Path) -> None:
    half = folder / "postgres" / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    server = LocalPostgres(folder, durable=False)
    await server.start()
    await server.stop()
    assert not half.exists()


async def test_a_folder_that_is_no_database_is_left_alone(folder: Path) -> None:
    cluster = folder / "postgres" / "data"
    cluster.mkdir(parents=True)
    (cluster / "diary.txt").write_text("dear diary")
    with pytest.raises(LocalPostgresError, match="is no database"):
        await LocalPostgres(folder, durable=False).start()
    assert (cluster / "diary.txt").read_text() == "dear diary"


async def test_a_database_of_another_version_is_left_alone(folder: Path) -> None:
    cluster = folder / "postgres" / "data"
    cluster.mkdir(parents=True)
    (cluster / "PG_VERSION").write_text("12\n")
    with pytest.raises(LocalPostgresError, match="made by Postgres 12"):
        await LocalPostgres(folder, durable=False).start()


async def test_a_folder_that_cannot_be_made_is_named(folder: Path) -> None:
    (folder / "file").write_text("")
    with pytest.raises(LocalPostgresError, match=r"cannot be used: Not a directory"):
        await LocalPostgres(folder / "file", durable=False).start()


async def test_missing_programs_are_named_with_what_to_do(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(LocalPostgresError, match="PG_BIN"):
        await LocalPostgres(folder, bin_dir=folder).start()
    monkeypatch.setattr(postgres_programs, "find_spec", lambda name: None)
    with pytest.raises(LocalPostgresError, match="DATABASE_URL"):
        find_binaries()


@pytest.fixture
def small_disk(folder: Path) -> Path:
    """A real disk of 60 MiB."""
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=60m", "tmpfs", str(folder)], capture_output=True)
    if mounted.returncode != 0:
        pytest.skip("a small disk can only be mounted by root")
    return folder


async def test_a_full_disk_is_said_and_nothing_is_left_half_made(
    small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    try:
        with pytest.raises(StartError, match="62 MB left"):
            await LocalPostgres(small_disk, durable=False).start()
        # Past the check beforehand the disk fills up while the database is made.
        monkeypatch.setattr("bot.local.postgres.check_space", lambda folder: None)
        (small_disk / "ballast").write_bytes(b"\0" * 30_000_000)
        with pytest.raises(LocalPostgresError, match="is full"):
            await LocalPostgres(small_disk, durable=False).start()
        (small_disk / "ballast").unlink()
        assert not (small_disk / "postgres" / "data").exists()
        server = LocalPostgres(small_disk, durable=False)
        await server.start()
        await server.stop()
    finally:
        told("umount", str(small_disk))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may run things as another user")
async def test_where_containers_forbid_user_namespaces_root_uses_another_user(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_programs, "_UNSHARE", ("false",))
    os.chmod(folder, 0o755)
    if not await asyncio.to_thread(may_read, find_binaries(), 65534):
        pytest.skip("Postgres' programs lie in a folder that only root may enter")
    server = LocalPostgres(folder, durable=False)
    url = await server.start()
    try:
        assert server.pid is not None
        assert told("ps", "-o", "uid=", "-p", str(server.pid)) == "65534"
        assert await ask(url, "SELECT 1") == 1
    finally:
        await server.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root is in that place")
def test_root_is_told_which_folder_the_other_user_may_not_read(folder: Path) -> None:
    home = folder / "postgres"
    home.mkdir()
    launcher = Launcher(run_as=RunAs(65534, 65534))
    with pytest.raises(LocalPostgresError, match="as an ordinary user"):
        launcher.require_access(home, find_binaries())


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ('PANIC:  could not write to file "pg_wal/x": No space left on device', "is full"),
        ('FATAL:  could not open file "x": Permission denied', "cannot write to"),
        ("FATAL:  could not map anonymous shared memory: Cannot allocate memory", "not enough memory"),
        ("LOG:  hello\nFATAL:  something nobody foresaw\nLOG:  bye", "something nobody foresaw"),
        ("", "ended without a word"),
    ],
)
def test_last_words_are_put_into_sentences(said: str, meant: str) -> None:
    assert meant in explain(said, Path("/data/postgres"))


async def test_nothing_is_left_running_after_these_tests(folder: Path) -> None:
    server = LocalPostgres(folder, durable=False)
    await server.start()
    assert server.pid is not None
    pid = server.pid
    backends = told("pgrep", "-P", str(pid)).split()
    assert backends
    await server.stop()
    await eventually(lambda: not any(runs(int(one)) for one in [pid, *backends]))
