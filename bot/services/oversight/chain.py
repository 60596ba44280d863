"""The chain that shows whether the audit log is still what was written. Pure: no database, no clock.

Three steps, each over the one before it:

- a *commitment* stands in every line for what was changed: SHA-256 over a random salt and the differences. The
  differences lie beside the log and can be erased, salt and all; what is left tells nothing of them and still counts.
- a *leaf* is SHA-256 over a whole line, its commitment among it.
- a *batch* takes the leaves of about an hour, in order, and the hash of the batch before it. So a line that is changed,
  taken away, put in or moved breaks its own batch, and a batch that is made anew breaks every later one.

Each batch's hash is also signed (HMAC) with a key that is derived from SECRET_KEY and not in the database: who can
write every table, but has no key, cannot make the whole chain anew. What no chain can show is its own end cut off; for
that the newest hash (the *head*) is written to the program's log with every batch, and `audit verify --head` compares.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import cast
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SALT_BYTES = 16
HASH_BYTES = 32
KEY_ID_BYTES = 8

GENESIS = bytes(HASH_BYTES)
"""What stands in place of a hash before the first batch."""

Plain = None | bool | int | str | list["Plain"] | dict[str, "Plain"]
"""What differences may hold: JSON whose text is the same after a way through the database."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the log, as it is hashed. Ids only: no name, no words."""

    id: UUID
    at: datetime
    actor_kind: str
    actor_id: UUID | None
    action: str
    target_kind: str
    target_id: str
    of_user_id: UUID | None
    request_id: str
    commitment: bytes


@dataclass(frozen=True, slots=True)
class Batch:
    """One link: the lines of about an hour. `rows` is how many, `mac` signs `hash` with the key of `key_id`."""

    number: int
    sealed_at: datetime
    rows: int
    previous_hash: bytes
    hash: bytes
    mac: bytes
    key_id: str


class SealingKeys:
    """What signs batches: derived from the house's keys, the newest first. Without a key nothing is signed."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        made = [_derived(key) for key in keys]
        self._by_id = {_key_id(key): key for key in made}

    def __repr__(self) -> str:
        return f"<SealingKeys: {len(self._by_id)}>"

    def sign(self, batch_hash: bytes) -> tuple[bytes, str]:
        """The signature of a batch's hash, and the id of the key; both empty where there is no key."""
        for key_id, key in self._by_id.items():
            return _mac(key, batch_hash), key_id
        return b"", ""

    def fits(self, batch: Batch) -> bool | None:
        """Whether a batch is signed with its key; None where we do not have that key, or it was never signed."""
        key = self._by_id.get(batch.key_id)
        return None if key is None else hmac.compare_digest(_mac(key, batch.hash), batch.mac)


def plain(value: object) -> Plain:
    """A value as differences hold it: ids, times and choices as text, numbers whole, no letter Postgres cannot keep."""
    if isinstance(value, Enum):
        return plain(value.value)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return _words(value)
    if isinstance(value, datetime):
        return _moment(value)
    if isinstance(value, Mapping):
        pairs = cast("Mapping[object, object]", value)
        return {_words(str(key)): plain(item) for key, item in pairs.items()}
    if isinstance(value, list | tuple | set | frozenset):
        items = cast("Sequence[object]", value)
        done = [plain(item) for item in items]
        return sorted(done, key=_text) if isinstance(value, set | frozenset) else done
    return _words(str(value))


def new_salt() -> bytes:
    """A salt of its own for every line, so that equal differences, or guessed ones, cannot be recognised."""
    return secrets.token_bytes(SALT_BYTES)


def commitment(salt: bytes, details: Plain) -> bytes:
    """What stands for the differences in the line itself."""
    return hashlib.sha256(b"botcafe audit details 1\n" + salt + _text(details).encode()).digest()


def leaf(line: Line) -> bytes:
    """The hash of one whole line."""
    fields = [
        str(line.id),
        _moment(line.at),
        line.actor_kind,
        "" if line.actor_id is None else str(line.actor_id),
        line.action,
        line.target_kind,
        line.target_id,
        "" if line.of_user_id is None else str(line.of_user_id),
        line.request_id,
        line.commitment.hex(),
    ]
    return hashlib.sha256(b"botcafe audit line 1\n" + _text(cast("Plain", fields)).encode()).digest()


def batch_hash(number: int, sealed_at: datetime, previous_hash: bytes, leaves: Sequence[bytes]) -> bytes:
    """The hash of one batch over its leaves, in order, and the batch before it."""
    head: Plain = [number, _moment(sealed_at), len(leaves), previous_hash.hex()]
    digest = hashlib.sha256(b"botcafe audit batch 1\n" + _text(head).encode() + b"\n")
    for one in leaves:
        digest.update(one)
    return digest.digest()


def seal(
    previous: Batch | None, lines: Sequence[Line], *, sealed_at: datetime, keys: SealingKeys
) -> tuple[Batch, Sequence[bytes]]:
    """The next batch over these lines, and their leaves."""
    number = 1 if previous is None else previous.number + 1
    before = GENESIS if previous is None else previous.hash
    leaves = [leaf(line) for line in lines]
    own = batch_hash(number, sealed_at, before, leaves)
    mac, key_id = keys.sign(own)
    return Batch(number, sealed_at, len(leaves), before, own, mac, key_id), leaves


def _derived(key: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=HASH_BYTES, salt=None, info=b"botcafe audit 1").derive(key)


def _key_id(key: bytes) -> str:
    return hashlib.sha256(b"botcafe audit key id" + key).hexdigest()[: KEY_ID_BYTES * 2]


def _words(text: str) -> str:
    """Text as Postgres keeps it: no NUL, no half of a pair."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def _mac(key: bytes, batch_hash: bytes) -> bytes:
    return hmac.new(key, b"botcafe audit seal 1\n" + batch_hash, hashlib.sha256).digest()


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _text(value: Plain) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
