"""Which addresses are understood, and how connections are set up."""

import pytest
from sqlalchemy import make_url, text

from db.engine import (
    APP_ROLE,
    IDLE_IN_TRANSACTION_TIMEOUT_MS,
    STATEMENT_TIMEOUT_MS,
    DatabaseUrlError,
    connection_arguments,
    create_engine,
    normalise_url,
)
from db.raw import connect
from db.work import Actor, Database


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("postgres://u:p@h/d", "postgresql+asyncpg://u:p@h/d"),
        ("postgresql://u:p@h:6543/d", "postgresql+asyncpg://u:p@h:6543/d"),
        ("postgresql+psycopg://u:p@h/d", "postgresql+asyncpg://u:p@h/d"),
        ("postgresql+asyncpg://u:p@h/d?ssl=require", "postgresql+asyncpg://u:p@h/d?ssl=require"),
        ("postgres://u:p@h/d?sslmode=require&channel_binding=require", "postgresql+asyncpg://u:p@h/d?ssl=require"),
        ("postgres://u:p@h/d?connect_timeout=3", "postgresql+asyncpg://u:p@h/d?timeout=3"),
        ("postgres://u:p%40%2F%25@h/d", "postgresql+asyncpg://u:p%40%2F%25@h/d"),
        ("  postgres://u:p@h/d\n", "postgresql+asyncpg://u:p@h/d"),
        ("postgresql:///d?host=/var/run/postgresql", "postgresql+asyncpg:///d?host=%2Fvar%2Frun%2Fpostgresql"),
    ],
)
def test_what_hosting_panels_hand_out_is_understood(given: str, expected: str) -> None:
    assert make_url(normalise_url(given)) == make_url(expected)
    assert normalise_url(normalise_url(given)) == normalise_url(given)


@pytest.mark.parametrize(
    ("given", "match"),
    [
        ("", "DATABASE_URL"),
        ("not a url", "DATABASE_URL"),
        ("mysql://u:secret@h/d", "needs Postgres"),
        ("postgres://u:secret@h", "names no database"),
        ("postgres://u:secret@h/d?sslmode=maybe", "sslmode=maybe"),
        ("postgres://u:secret@h/d?sslrootcert=/ca.pem", "PGSSLROOTCERT"),
        ("postgres://u:secret@h/d?pool_mode=transaction", "pool_mode"),
    ],
)
def test_other_addresses_are_refused_in_words_and_without_the_password(given: str, match: str) -> None:
    with pytest.raises(DatabaseUrlError, match=match) as caught:
        normalise_url(given)
    assert "secret" not in str(caught.value)


def test_held_connections_get_the_same_settings() -> None:
    arguments = connection_arguments("postgres://u:p%40@h:1/d?sslmode=require&connect_timeout=3")
    assert arguments["password"] == "p@"
    assert (arguments["host"], arguments["port"], arguments["database"]) == ("h", 1, "d")
    assert (arguments["ssl"], arguments["timeout"]) == ("require", 3.0)
    assert arguments["server_settings"]["role"] == APP_ROLE
    assert "role" not in connection_arguments("postgres://u:p@h/d", as_owner=True)["server_settings"]


async def test_every_connection_works_as_the_app_role_within_limits(database: Database) -> None:
    async with database.work(Actor.job("test")) as work:
        row = (
            await work.session.execute(
                text(
                    "SELECT current_user, current_setting('statement_timeout'), current_setting('TimeZone'),"
                    " current_setting('idle_in_transaction_session_timeout'), current_setting('application_name')"
                )
            )
        ).one()
    assert tuple(row) == (
        APP_ROLE,
        f"{STATEMENT_TIMEOUT_MS // 1000}s",
        "UTC",
        f"{IDLE_IN_TRANSACTION_TIMEOUT_MS // 60_000}min",
        "botcafe",
    )


async def test_migrations_work_as_the_owner_without_a_time_limit(owner_url: str) -> None:
    engine = create_engine(owner_url, as_owner=True)
    async with engine.connect() as connection:
        assert await connection.scalar(text("SELECT current_user <> :app"), {"app": APP_ROLE})
        assert await connection.scalar(text("SELECT current_setting('statement_timeout')")) == "0"
    await engine.dispose()


async def test_errors_do_not_quote_what_people_wrote(database: Database) -> None:
    async def fail() -> None:
        async with database.work(Actor.job("test")) as work:
            await work.session.execute(text("SELECT CAST(:words AS text)::uuid"), {"words": "in confidence"})

    with pytest.raises(Exception, match="hide_parameters") as caught:
        await fail()
    assert "[parameters: " not in str(caught.value)


async def test_the_pool_goes_on_after_its_connections_were_cut(database: Database, owner_url: str) -> None:
    async with database.work(Actor.job("test")) as work:
        pid = await work.session.scalar(text("SELECT pg_backend_pid()"))
    admin = await connect(connection_arguments(owner_url, as_owner=True))
    # With a timeout it returns once the server process is gone, and so has told us.
    assert await admin.fetchval("SELECT pg_terminate_backend($1, 5000)", pid)
    await admin.close()
    async with database.work(Actor.job("test")) as work:
        assert await work.session.scalar(text("SELECT pg_backend_pid()")) != pid
