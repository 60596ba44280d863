"""The doctor finds what is broken, says what to do, and never shows a secret."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import discord
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr
from sqlalchemy import make_url

from bot.doctor import Finding, Level, database, discord_side, examine, machine, model, render_json, render_text
from bot.doctor.clock import clock_finding
from bot.settings import Settings
from bot.transport.permissions import WANTED
from db.engine import APP_ROLE, connection_arguments
from db.raw import connect
from sandbox.server import Sandbox

NO_FILE = Path("no-such.env")
SECRET = "a-secret-that-nobody-may-see"


def settings(**values: object) -> Settings:
    return Settings(_env_file=None, **values)


def levels(findings: list[Finding]) -> dict[str, Level]:
    worst: dict[str, Level] = {}
    for finding in findings:
        order = [Level.OK, Level.WARN, Level.RED]
        worst[finding.check] = max(worst.get(finding.check, Level.OK), finding.level, key=order.index)
    return worst


async def run_as_owner(url: str, statement: str) -> None:
    connection = await connect(connection_arguments(url, as_owner=True))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def only(findings: list[Finding], check: str) -> Finding:
    (found,) = [finding for finding in findings if finding.check == check]
    return found


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox.start() as running:
        yield running


# ---------------------------------------------------------------------------------------------------- this machine


async def test_settings_as_delivered_are_fine(tmp_path: Path) -> None:
    assert levels(await machine.settings(settings(data_dir=tmp_path), NO_FILE)) == {"settings": Level.OK}


async def test_a_name_nobody_reads_is_named_with_what_was_meant(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("DISCORD_TOKN=x\nWEB_PORT=1\n", "utf-8")
    file.chmod(0o600)
    (finding,) = await machine.settings(settings(), file)
    assert finding.level is Level.WARN
    assert "DISCORD_TOKN" in finding.seen
    assert "DISCORD_TOKEN" in finding.advice


async def test_an_env_file_that_others_can_read_is_named(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("WEB_PORT=1\n", "utf-8")
    file.chmod(0o644)
    (finding,) = await machine.settings(settings(), file)
    assert "chmod 600" in finding.advice


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"local_model": Path("/no/such.gguf")}, "LOCAL_MODEL"),
        ({"pg_bin": Path("/no/such")}, "PG_BIN"),
        ({"model": "openai"}, "HOUSE_MODEL"),
        ({"secret_key": SecretStr("too-short-to-be-a-key")}, "SECRET_KEY"),
    ],
)
async def test_settings_that_cannot_work_are_red(values: dict[str, object], words: str) -> None:
    (finding,) = await machine.settings(settings(**values), NO_FILE)
    assert finding.level is Level.RED
    assert words in finding.seen
    assert finding.advice


async def test_storage_that_cannot_be_written_is_red(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    findings = await machine.storage(settings(data_dir=tmp_path / "file"), NO_FILE)
    assert levels(findings)["storage"] is Level.RED


async def test_a_secret_file_that_others_can_read_is_red(tmp_path: Path) -> None:
    key = tmp_path / "secret.key"
    key.write_text(SECRET, "utf-8")
    key.chmod(0o644)
    findings = await machine.storage(settings(data_dir=tmp_path), NO_FILE)
    assert levels(findings)["storage"] is Level.RED
    key.chmod(0o600)
    assert levels(await machine.storage(settings(data_dir=tmp_path), NO_FILE))["storage"] is not Level.RED


async def test_a_disk_almost_full_is_red(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "SPACE_NEEDED_BYTES", 10**18)
    assert levels(await machine.storage(settings(data_dir=tmp_path), NO_FILE))["storage"] is Level.RED


@pytest.mark.parametrize(
    ("ahead", "level"), [(0.4, Level.OK), (-3, Level.OK), (8, Level.WARN), (-90, Level.RED), (3600, Level.RED)]
)
def test_a_wrong_clock_is_told(ahead: float, level: Level) -> None:
    finding = clock_finding("Discord's", ahead)
    assert finding.level is level
    if ahead < -5:
        assert "behind" in finding.seen


# ---------------------------------------------------------------------------------------------------- the database


async def test_a_good_database_is_ok(owner_url: str) -> None:
    findings = await database.check(settings(database_url=SecretStr(owner_url)), NO_FILE)
    checks = {"database", "pgvector", "tables", "row security", "connections", "clock"}
    assert levels(findings) == dict.fromkeys(checks, Level.OK)


async def test_tables_that_are_not_there_yet_are_told(empty_url: str) -> None:
    findings = await database.check(settings(database_url=SecretStr(empty_url)), NO_FILE)
    assert only(findings, "tables").level is Level.WARN
    assert "migrate" in only(findings, "tables").advice


async def test_tables_of_another_version_are_red(owner_url: str) -> None:
    await run_as_owner(owner_url, "UPDATE alembic_version SET version_num = 'older'")
    finding = only(await database.check(settings(database_url=SecretStr(owner_url)), NO_FILE), "tables")
    assert finding.level is Level.RED
    assert "older" in finding.seen


async def test_a_role_that_passes_over_row_security_is_red(owner_url: str) -> None:
    await run_as_owner(owner_url, f"ALTER ROLE {APP_ROLE} BYPASSRLS")
    try:
        findings = await database.check(settings(database_url=SecretStr(owner_url)), NO_FILE)
    finally:
        await run_as_owner(owner_url, f"ALTER ROLE {APP_ROLE} NOBYPASSRLS")
    assert only(findings, "row security").level is Level.RED


async def test_a_server_without_pgvector_is_red(empty_url: str) -> None:
    # Since Postgres 18 a database can look for extensions elsewhere; here it finds none.
    name = make_url(empty_url).database
    await run_as_owner(empty_url, f"ALTER DATABASE {name} SET extension_control_path = '/nowhere'")
    findings = await database.check(settings(database_url=SecretStr(empty_url)), NO_FILE)
    assert only(findings, "pgvector").level is Level.RED
    assert "Install pgvector" in only(findings, "pgvector").advice


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"password": SECRET}, "does not accept the user"),
        ({"database": "nowhere"}, "no database called nowhere"),
        ({"port": 9}, "cannot be reached"),
        ({"drivername": "mysql"}, "BotCafé needs Postgres"),
    ],
)
async def test_a_database_that_cannot_be_used_is_explained(owner_url: str, change: dict[str, Any], words: str) -> None:
    broken = make_url(owner_url).set(**change).render_as_string(hide_password=False)
    findings = await database.check(settings(database_url=SecretStr(broken)), NO_FILE)
    assert [finding.level for finding in findings] == [Level.RED]
    assert words in findings[0].seen
    assert SECRET not in render_text(findings)


@pytest.mark.parametrize(("same_session", "notice_heard"), [(False, True), (True, False), (False, False)])
def test_a_transaction_pooler_is_refused(same_session: bool, notice_heard: bool) -> None:
    finding = database.pooler_finding(same_session=same_session, notice_heard=notice_heard)
    assert finding.level is Level.RED
    assert "direct address" in finding.advice


# ---------------------------------------------------------------------------------------------------- Discord


def at(sandbox: Sandbox, token: str | None = None) -> Settings:
    return settings(discord_token=SecretStr(token or sandbox.bot_token), discord_base_url=sandbox.url)


async def test_a_good_token_is_ok(sandbox: Sandbox) -> None:
    findings = await discord_side.check(at(sandbox), NO_FILE)
    assert levels(findings)["token"] is Level.OK
    assert levels(findings)["intents"] is Level.OK
    assert levels(findings)["clock"] is Level.OK


async def test_a_bad_token_is_red_and_not_shown(sandbox: Sandbox) -> None:
    (finding,) = await discord_side.check(at(sandbox, SECRET), NO_FILE)
    assert finding.level is Level.RED
    assert "Reset Token" in finding.advice
    assert SECRET not in render_text([finding])


async def test_a_discord_that_is_not_there_is_red(sandbox: Sandbox) -> None:
    gone = settings(discord_token=SecretStr(SECRET), discord_base_url="http://127.0.0.1:9")
    (finding,) = await discord_side.check(gone, NO_FILE)
    assert finding.level is Level.RED
    assert "cannot be reached" in finding.seen


async def test_without_a_token_the_local_discord_is_fine(tmp_path: Path) -> None:
    (finding,) = await discord_side.check(settings(data_dir=tmp_path), NO_FILE)
    assert finding.level is Level.OK


@pytest.mark.parametrize(("flags", "level"), [(1 << 18, Level.OK), (1 << 19, Level.OK), (1 << 15, Level.WARN)])
def test_the_message_content_intent_is_told_by_the_application_s_flags(flags: int, level: Level) -> None:
    assert discord_side.intents_finding(flags).level is level


@pytest.mark.parametrize(
    ("config", "level"), [({"0": {}, "1": {}}, Level.OK), ({"0": {}}, Level.WARN), (None, Level.WARN)]
)
def test_whether_people_can_take_characters_along_is_told(config: object, level: Level) -> None:
    assert discord_side.installs_finding({"integration_types_config": config}).level is level


def test_missing_permissions_are_named_by_server() -> None:
    lacking = discord.Permissions(WANTED.value)
    lacking.update(manage_webhooks=False, embed_links=False)
    guilds = [
        {"name": "Fine", "permissions": str(WANTED.value)},
        {"name": "Poor", "permissions": str(lacking.value)},
        {"name": "Ruled", "permissions": str(discord.Permissions(administrator=True).value)},
    ]
    findings = discord_side.server_findings(guilds)
    assert [(finding.level, finding.seen) for finding in findings] == [
        (Level.RED, "Poor: embed links, manage webhooks missing"),
        (Level.OK, "all there in 2 servers"),
    ]


def test_an_application_in_no_server_is_told() -> None:
    assert discord_side.server_findings([])[0].level is Level.WARN


# ---------------------------------------------------------------------------------------------------- the model


async def test_a_provider_that_is_not_there_is_red() -> None:
    gone = settings(model="openai", house_base_url="http://127.0.0.1:9/v1", house_model="m")
    (finding,) = await model.check(gone, NO_FILE)
    assert finding.level is Level.RED
    assert "cannot be reached" in finding.seen


@pytest.mark.parametrize(
    ("status", "body", "level", "words"),
    [
        (200, {"data": [{"id": "good-model"}]}, Level.OK, "has good-model"),
        (200, {"data": [{"id": "other"}]}, Level.WARN, "does not list good-model"),
        (200, {"models": []}, Level.WARN, "lists no models"),
        (401, {"error": SECRET}, Level.RED, "does not accept the house key"),
        (503, {}, Level.WARN, "503"),
    ],
)
async def test_what_the_provider_answers_is_told(status: int, body: dict[str, Any], level: Level, words: str) -> None:
    async def models(request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == f"Bearer {SECRET}"
        return web.json_response(body, status=status)

    app = web.Application()
    app.router.add_get("/v1/models", models)
    async with TestServer(app) as server:
        asked = settings(
            house_base_url=str(server.make_url("/v1")), house_api_key=SecretStr(SECRET), house_model="good-model"
        )
        (finding,) = await model.check(asked, NO_FILE)
    assert finding.level is level
    assert words in finding.seen
    assert SECRET not in render_text([finding])


async def test_without_a_key_what_needs_none_speaks() -> None:
    (finding,) = await model.check(settings(), NO_FILE)
    assert finding.level is Level.OK


# ---------------------------------------------------------------------------------------------------- the whole


async def test_the_whole_report_of_a_good_house(sandbox: Sandbox, owner_url: str, tmp_path: Path) -> None:
    good = at(sandbox).model_copy(update={"database_url": SecretStr(owner_url), "data_dir": tmp_path})
    findings = await examine(good, env_file=NO_FILE)
    assert Level.RED not in levels(findings).values(), render_text(findings)
    report = json.loads(render_json(findings))
    assert report["ok"] is True
    assert {"check", "level", "seen", "advice"} == set(report["findings"][0])


async def test_every_red_line_says_what_to_do(sandbox: Sandbox, tmp_path: Path) -> None:
    bad = settings(
        data_dir=tmp_path,
        discord_token=SecretStr(SECRET),
        discord_base_url=sandbox.url,
        database_url=SecretStr(f"postgresql://cafe:{SECRET}@127.0.0.1:9/cafe"),
        model="openai",
        house_base_url="http://127.0.0.1:9/v1",
        house_api_key=SecretStr(SECRET),
    )
    findings = await examine(bad, env_file=NO_FILE)
    reds = [finding for finding in findings if finding.level is Level.RED]
    assert {finding.check for finding in reds} == {"settings", "database", "token", "model"}
    assert all(finding.advice for finding in reds)
    assert SECRET not in render_text(findings) + render_json(findings)
    assert json.loads(render_json(findings))["ok"] is False


async def test_the_model_that_would_speak_is_the_one_looked_at(tmp_path: Path) -> None:
    file = tmp_path / "mine.gguf"
    file.touch()
    for choice in ("auto", "local"):
        (finding,) = await model.check(settings(model=choice, local_model=file), NO_FILE)
        assert "local model" in finding.seen


async def test_one_broken_check_does_not_hide_the_others(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    async def broken(chosen: Settings, env_file: Path) -> list[Finding]:
        raise RuntimeError(SECRET)

    monkeypatch.setattr("bot.doctor.examination.SECTIONS", (("storage", broken), ("model", model.check)))
    findings = await examine(settings(data_dir=tmp_path), env_file=NO_FILE)
    assert levels(findings) == {"storage": Level.RED, "model": Level.OK}
    assert SECRET not in render_text(findings)
