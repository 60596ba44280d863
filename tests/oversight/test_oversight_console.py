"""The command line: admins named by their Discord ids, and the proof over the log with its exit code."""

from pathlib import Path

import pytest

from bot.local.errors import StartError
from bot.local.overseeing import decide_role, list_staff, seal_log, verify_log
from bot.settings import Settings
from tests.oversight.conftest import House
from tests.oversight.test_oversight_audit import note, owner

STRANGER = 123456789012345678


@pytest.fixture
def settings(owner_url: str, tmp_path: Path) -> Settings:
    return Settings(_env_file=None, database_url=owner_url, data_dir=tmp_path)  # type: ignore[call-arg]


async def test_the_operator_names_admins(house: House, settings: Settings) -> None:
    told: list[str] = []
    await decide_role(settings, STRANGER, is_admin=True, tell=told.append)
    await decide_role(settings, STRANGER, is_admin=True, tell=told.append)
    await list_staff(settings, tell=told.append)
    assert f"{STRANGER} is an admin now" in told[0]
    assert "Nothing was changed." in told[1]
    assert any(str(STRANGER) in line and line.startswith("admin") for line in told[2:])
    await decide_role(settings, STRANGER, is_admin=False, tell=told.append)
    await decide_role(settings, 100, is_admin=False, tell=told.append)
    assert "There is no admin any more." in told[-1]


async def test_verify_says_what_it_checked_and_names_the_first_broken_link(house: House, settings: Settings) -> None:
    told: list[str] = []
    for number in range(3):
        await note(house, house.robin, which=number)
    await seal_log(settings, tell=told.append)
    assert told == ["Sealed in 1 batch(es)."]
    assert await verify_log(settings, head=None, as_json=False, tell=told.append)
    assert "The audit log is as it was written." in told[-1]
    head = told[-1].split("head      ")[1].split(" ")[0]
    assert await verify_log(settings, head=head, as_json=True, tell=told.append)
    assert '"holds": true' in told[-1]
    connection = await owner(house.database)
    try:
        await connection.execute("SET session_replication_role = replica")
        await connection.execute("UPDATE audit_log SET target_id = 'other' WHERE target_id = '1'")
    finally:
        await connection.close()
    assert not await verify_log(settings, head=head, as_json=False, tell=told.append)
    assert "BROKEN" in told[-1]
    assert "batch 1, line" in told[-1]
    assert "was changed after it was sealed" in told[-1]
    with pytest.raises(StartError, match="A head is"):
        await verify_log(settings, head="nonsense", as_json=False, tell=told.append)
