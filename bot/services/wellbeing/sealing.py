"""What one person writes about how they are, sealed with a key of that person's own.

The key is 32 random bytes in `person_keys`, itself sealed by the house's vault for that person. From it two are derived
(HKDF): one seals, one makes fingerprints, so that equal entries can be told without opening any. Every value is bound
to its place, so that none can be moved to another row. Changing the house's key seals people's keys anew, not their
entries.

A sealed value is `version (1) | nonce (12) | ciphertext | tag (16)` of AES-256-GCM (NIST SP 800-38D: with random
nonces a key may seal 2^32 values; no diary comes near). What is sealed is filled up with spaces to a multiple of
`BLOCK`, so that its length does not tell whether there is a note.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.errors import Conflict
from bot.services.keys.vault import KEY_BYTES, TamperedError, Vault, VaultError
from bot.texts import N_
from db.queries.wellbeing import moods as queries
from db.work import Actor, Database, Work

VERSION = 1
NONCE_BYTES = 12
TAG_BYTES = 16
BLOCK = 128
FINGERPRINT_BYTES = 16

_ROTATING = Actor.job("keys_rotate")
_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Rotated:
    """How many keys were sealed anew; `lost` could not be opened with any key of the house."""

    done: int
    lost: int


class PersonSeal:
    """Seals and opens for one person. Made by `PersonSeals`; holds no database, so it may be used in a thread."""

    __slots__ = ("_cipher", "_fingerprints")

    def __init__(self, key: bytes) -> None:
        """`key`: the person's own 32 bytes. Raises `VaultError` for another length."""
        if len(key) != KEY_BYTES:
            raise VaultError(f"A person's key has {KEY_BYTES} bytes.")
        self._cipher = AESGCM(_derived(key, b"botcafe person seal 1"))
        self._fingerprints = _derived(key, b"botcafe person fingerprint 1")

    def __repr__(self) -> str:
        return "<PersonSeal>"

    def seal(self, words: bytes, context: bytes) -> bytes:
        """Seal words for the place `context` names (`b"mood_entries:<id>"`). Trailing spaces are not kept."""
        filled = words + b" " * (-len(words) % BLOCK)
        nonce = secrets.token_bytes(NONCE_BYTES)
        return bytes([VERSION]) + nonce + self._cipher.encrypt(nonce, filled, bytes([VERSION]) + context)

    def open(self, sealed: bytes, context: bytes) -> bytes:
        """The words sealed for `context`. Raises `VaultError`."""
        if len(sealed) < 1 + NONCE_BYTES + TAG_BYTES or sealed[0] != VERSION:
            raise TamperedError("These are no sealed words.")
        nonce, body = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        try:
            return self._cipher.decrypt(nonce, body, bytes([VERSION]) + context).rstrip(b" ")
        except InvalidTag:
            raise TamperedError("Sealed words were changed, or belong to another place.") from None

    def fingerprint(self, *parts: bytes) -> bytes:
        """The same for the same parts, and nothing that anybody without this key can compare."""
        mac = hmac.new(self._fingerprints, digestmod=sha256)
        for part in parts:
            mac.update(len(part).to_bytes(8, "big") + part)
        return mac.digest()[:FINGERPRINT_BYTES]


class PersonSeals:
    """Finds people's keys, and makes them. Each method works in the person's name: `work` is theirs."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    async def of(self, work: Work, user_id: UUID) -> PersonSeal | None:
        """A person's seal, to open with; None where nothing was ever sealed for them. Raises `VaultError`."""
        sealed = await queries.key(work.session, user_id)
        return None if sealed is None else self.opened(user_id, sealed)

    async def for_writing(self, work: Work, user_id: UUID) -> PersonSeal:
        """A person's seal, made where there is none; nobody takes it away before this work ends.

        Raises `Conflict` where there is one that this house cannot open: what it seals now could not be told from what
        is lost.
        """
        held = await queries.held_key(work.session, user_id)
        if held is None:
            made = self._vault.seal(secrets.token_bytes(KEY_BYTES), context_of(user_id))
            await queries.add_key(work.session, user_id, made)
            # Two devices at once: the other's may have come first.
            held = await queries.held_key(work.session, user_id)
        if held is None:
            raise VaultError("A person's key was taken away while it was made.")
        try:
            return self.opened(user_id, held)
        except VaultError as error:
            raise Conflict(
                "person_key_lost",
                N_(
                    "What you keep here was sealed with a key that this house no longer has, so nothing can be added "
                    "to it. Tell who runs the house; or delete your check-ins, then begin anew."
                ),
            ) from error

    async def rotate(self, database: Database) -> Rotated:
        """Seal every key anew that another key of the house sealed: afterwards nobody's words need the old one.

        May be broken off, and may run while the program does. What nobody here can open is counted and left alone.
        """
        done = lost = 0
        beyond: UUID | None = None
        while True:
            async with database.work(_ROTATING) as work:
                found = await queries.keys_sealed_otherwise(work.session, self._vault.newest_id, beyond, _AT_ONCE)
                for user_id, held in found:
                    beyond, context = user_id, context_of(user_id)
                    try:
                        sealed = self._vault.seal(self._vault.open(held, context), context)
                    except VaultError:
                        lost += 1
                        continue
                    done += await queries.reseal_key(work.session, user_id, held, sealed)
            if len(found) < _AT_ONCE:
                return Rotated(done, lost)

    def opened(self, user_id: UUID, sealed_key: bytes) -> PersonSeal:
        """The seal of a key as it is kept. Raises `VaultError`."""
        return PersonSeal(self._vault.open(sealed_key, context_of(user_id)))


def context_of(user_id: UUID) -> bytes:
    """The place for which the vault seals a person's key."""
    return b"person:" + str(user_id).encode()


def _derived(key: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(key)
