"""Looks for a word in everything a database holds, as its owner, past every policy."""

from db.engine import connection_arguments
from db.raw import RawConnection, connect


async def everywhere(owner_url: str, word: str) -> list[str]:
    """The columns (`table.column`) in which a word stands in the clear, in any row: texts, JSON, and bytes as text."""
    owner = await connect(connection_arguments(owner_url, as_owner=True))
    try:
        return await _everywhere(owner, word)
    finally:
        await owner.close()


async def _everywhere(owner: RawConnection, word: str) -> list[str]:
    await owner.execute("SET row_security = off")
    columns = await owner.fetch(
        "SELECT c.table_name, c.column_name, c.data_type FROM information_schema.columns AS c"
        " JOIN pg_class AS t ON t.relname = c.table_name AND t.relkind = 'r'"
        " WHERE c.table_schema = 'public' AND (c.data_type IN ('text', 'character varying', 'jsonb', 'json', 'bytea',"
        " 'ARRAY', 'tsvector'))"
    )
    found: list[str] = []
    for column in columns:
        table, name, kind = column["table_name"], column["column_name"], column["data_type"]
        as_text = f"encode({name}, 'escape')" if kind == "bytea" else f"{name}::text"
        if await owner.fetchval(f'SELECT count(*) FROM "{table}" WHERE {as_text} ILIKE $1', f"%{word}%"):
            found.append(f"{table}.{name}")
    return found
