"""Words that nobody but their owner may read, and where they could come out: searched for in every writing."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, quote_plus

from db.engine import connection_arguments
from db.raw import connect
from sandbox.journal import Entry
from tests.whole.cafe import Whole

_EPHEMERAL = 64
_CALLBACK_MODAL, _CALLBACK_CHOICES = 9, 8
_TO_ONE = {"INTERACTION_CREATE", "INTERACTION_MODAL_CREATE", "APPLICATION_COMMAND_AUTOCOMPLETE_RESPONSE"}
"""Events that only whoever pressed or typed is sent."""


def forms(word: str) -> frozenset[str]:
    """How a word may stand in a text: as it is, escaped, quoted, in base64 (wherever its bytes begin), in hex."""
    raw = word.encode()
    plain = {word, word.casefold(), word.upper(), quote(word), quote_plus(word), json.dumps(word)[1:-1]}
    plain |= {html.escape(word), word.encode("ascii", "xmlcharrefreplace").decode(), raw.hex(), raw.hex().upper()}
    plain |= {"".join(f"\\{byte:03o}" if byte > 126 else chr(byte) for byte in raw), ascii(word)[1:-1]}
    for shift in range(3):
        padded = b"\0" * shift + raw
        whole = padded[: len(padded) // 3 * 3]  # what follows the word changes only what is left out here
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            plain.add(encode(whole).decode()[(0, 2, 3)[shift] :])
    return frozenset(plain)


@dataclass(frozen=True)
class Canaries:
    """Words by what they are the word of."""

    words: Mapping[str, str]
    _forms: Mapping[str, frozenset[str]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, *names: str) -> Canaries:
        """One for each name: with a letter that every escaping changes, and long enough to be nobody else's."""
        words = {name: f"heron-ñ-{name.replace(' ', '')}-zanzibar" for name in names}
        return cls(words, {name: forms(word) for name, word in words.items()})

    def __getitem__(self, name: str) -> str:
        return self.words[name]

    def within(self, text: str) -> frozenset[str]:
        """Of what there is a word in this text."""
        return frozenset(name for name, ways in self._forms.items() if any(way in text for way in ways))


@dataclass(frozen=True)
class Heard:
    """Something that somebody other than the owner could read: by which way, where, and its text."""

    way: str
    where: str
    text: str


def leaks(canaries: Canaries, heard: Iterable[Heard]) -> list[str]:
    """What came out, a line each."""
    found = ((one, canaries.within(one.text)) for one in heard)
    return [f"{one.way}: {one.where}: {', '.join(sorted(names))}" for one, names in found if names]


def ways(found: Iterable[str]) -> set[str]:
    """By which ways something came out."""
    return {line.partition(":")[0] for line in found}


# -------------------------------------------------------------------------------------------------- Discord


def on_discord(here: Whole, entries: Iterable[Entry], owner: str) -> Iterator[Heard]:
    """Every call and event but those that only the owner sees, or that say to us what the owner typed or pressed."""
    for entry in entries:
        if not _is_the_owners(here, entry, owner):
            yield Heard("discord", f"{entry.n} {entry.method} {entry.path}", _text([entry.request, entry.response]))


def _is_the_owners(here: Whole, entry: Entry, owner: str) -> bool:
    if entry.transport == "gateway":
        return _is_to_the_owner(entry, owner)
    if entry.actor.kind == "user":
        return entry.actor.id == owner and "/interactions" in entry.path
    if "/callback" in entry.path:
        return _answers_alone(here, entry, owner)
    return "/webhooks/" in entry.path and _is_ephemeral(entry.response)


def _is_to_the_owner(entry: Entry, owner: str) -> bool:
    data = entry.response if isinstance(entry.response, dict) else {}
    if entry.actor.kind == "bot":
        who = data.get("user") or data.get("member", {}).get("user") or {}
        return entry.method == "INTERACTION_CREATE" and who.get("id") == owner
    return entry.actor.id == owner and (_is_ephemeral(data) or entry.method in _TO_ONE)


def _answers_alone(here: Whole, entry: Entry, owner: str) -> bool:
    number = entry.path.split("/interactions/")[1].partition("/")[0]
    begun = next((one for one in here.sandbox.world.interactions if one.id == number), None)
    if begun is None or begun.user_id != owner:
        return False
    told = entry.request if isinstance(entry.request, dict) else {}
    if told.get("type") in {_CALLBACK_MODAL, _CALLBACK_CHOICES}:
        return True
    if _is_ephemeral(told.get("data")):
        return True
    # A press on an ephemeral answer changes that answer.
    return begun.message_id is not None and begun.message_id in here.sandbox.world.whispers


def _is_ephemeral(message: object) -> bool:
    return isinstance(message, dict) and bool(int(message.get("flags") or 0) & _EPHEMERAL)


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


# -------------------------------------------------------------------------------------------------- the database

_COLUMNS = """
    SELECT c.table_name, c.column_name, c.data_type FROM information_schema.columns AS c
    JOIN pg_class AS t ON t.relname = c.table_name AND t.relkind = 'r'
    WHERE c.table_schema = 'public' AND c.data_type NOT IN ('uuid', 'boolean', 'integer', 'bigint', 'smallint', 'date')
      AND c.data_type NOT LIKE 'timestamp%'
    ORDER BY c.table_name, c.ordinal_position
"""


async def in_rows(owner_url: str) -> list[Heard]:
    """Every value of every table, read past every policy: statistics, the audit log, queued jobs, and all the rest."""
    owner = await connect(connection_arguments(owner_url, as_owner=True))
    try:
        await owner.execute("SET row_security = off")
        found: list[Heard] = []
        for table, column, kind in await owner.fetch(_COLUMNS):
            shown = f"encode(\"{column}\", 'escape')" if kind == "bytea" else f'"{column}"::text'
            value = await owner.fetchval(f'SELECT string_agg({shown}, chr(10)) FROM "{table}"')
            found.append(Heard(_WAYS.get(table, "database"), f"{table}.{column}", value or ""))
        return found
    finally:
        await owner.close()


_WAYS = dict.fromkeys(("daily_figures", "daily_usage", "usage_counters"), "statistics") | dict.fromkeys(
    ("audit_log", "audit_details"), "audit"
)
