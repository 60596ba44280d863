"""Secrets at rest: sealed with AES-256-GCM under the house's key, bound to the place they are stored in.

A sealed value is `version (1) | key id (8) | nonce (12) | ciphertext | tag (16)`. Every header byte is authenticated,
together with the caller's context, so a value that was changed, or moved to another row, does not open. The key id says
which key sealed it: keys can be changed while old values still open.

NIST SP 800-38D: with random 96-bit nonces a key may seal 2^32 values; a café's webhooks and keys stay far below.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.errors import BotCafeError

VERSION = 1
KEY_BYTES = 32
KEY_ID_BYTES = 8
NONCE_BYTES = 12
TAG_BYTES = 16
HEADER_BYTES = 1 + KEY_ID_BYTES + NONCE_BYTES
KEY_FILE = "secret.key"


class VaultError(BotCafeError):
    """A secret cannot be sealed or opened. The text holds neither key nor secret."""


class UnknownKeyError(VaultError):
    """It was sealed with a key we do not have."""


class TamperedError(VaultError):
    """It is not what was sealed, or not from this place."""


class _Key:
    """One key: what seals and opens, and the id that names it."""

    def __init__(self, material: bytes) -> None:
        # Derived, so that the house's key can serve other purposes beside without the two ever meeting.
        derived = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=b"botcafe vault 1").derive(material)
        self.id = hashlib.sha256(b"botcafe vault key id" + derived).digest()[:KEY_ID_BYTES]
        self.cipher = AESGCM(derived)


class Vault:
    """Seals with the first key, opens with any."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        """`keys` are 32 random bytes each, the newest first. Raises `VaultError` for none, or one of another length."""
        if not keys:
            raise VaultError("There is no key to seal secrets with.")
        if any(len(key) != KEY_BYTES for key in keys):
            raise VaultError(f"A key has {KEY_BYTES} bytes.")
        made = [_Key(key) for key in keys]
        self._newest = made[0]
        self._by_id = {key.id: key for key in made}

    def __repr__(self) -> str:
        return f"<Vault of {len(self._by_id)} keys>"

    @property
    def newest_id(self) -> bytes:
        """The id of the key that seals from now on: what the bytes of a sealed value begin with, after the version."""
        return self._newest.id

    def seal(self, secret: bytes, context: bytes) -> bytes:
        """Seal a secret for the place `context` names (`b"webhook:123"`)."""
        header = bytes([VERSION]) + self._newest.id + secrets.token_bytes(NONCE_BYTES)
        return header + self._newest.cipher.encrypt(header[-NONCE_BYTES:], secret, header + context)

    def open(self, sealed: bytes, context: bytes) -> bytes:
        """The secret sealed for `context`. Raises `UnknownKeyError` or `TamperedError`."""
        if len(sealed) < HEADER_BYTES + TAG_BYTES or sealed[0] != VERSION:
            raise TamperedError("This is no sealed secret.")
        header, body = sealed[:HEADER_BYTES], sealed[HEADER_BYTES:]
        key = self._by_id.get(header[1 : 1 + KEY_ID_BYTES])
        if key is None:
            raise UnknownKeyError(
                "A secret in the database was sealed with another SECRET_KEY. Add the old key behind the new one"
                " (SECRET_KEY=new,old), or let what it opened be set up again."
            )
        try:
            return key.cipher.decrypt(header[-NONCE_BYTES:], body, header + context)
        except InvalidTag:
            raise TamperedError("A sealed secret was changed, or belongs to another place.") from None


def parse_keys(secret_key: str) -> tuple[bytes, ...]:
    """The keys in SECRET_KEY: base64 of 32 bytes each, separated by commas, the newest first. Raises `VaultError`."""
    keys: list[bytes] = []
    for number, word in enumerate(secret_key.replace(",", " ").split(), start=1):
        try:
            key = base64.b64decode(word.replace("-", "+").replace("_", "/"), validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if len(key) != KEY_BYTES:
            raise VaultError(
                f"SECRET_KEY, key {number}: it is not base64 of {KEY_BYTES} bytes."
                " Make one with: openssl rand -base64 32"
            )
        keys.append(key)
    return tuple(keys)


def open_vault(secret_key: str, data_dir: Path) -> Vault:
    """The vault over SECRET_KEY or, where that is empty, over a key file in the data directory (made at first use).

    Raises `VaultError` for an unusable key, `OSError` where the file cannot be read or written.
    """
    return Vault(house_keys(secret_key, data_dir))


def house_keys(secret_key: str, data_dir: Path) -> tuple[bytes, ...]:
    """The house's keys, the newest first, for whoever derives one of their own from them. Raises as `open_vault`."""
    return parse_keys(secret_key) or parse_keys(_read_or_make(data_dir / KEY_FILE))


def _read_or_make(path: Path) -> str:
    with contextlib.suppress(FileNotFoundError):
        return _read(path)
    # Written aside and linked, so that of two first starts one wins and both read a whole key.
    aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode() + "\n")
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(aside, path)
    finally:
        aside.unlink()
    return _read(path)


def _read(path: Path) -> str:
    text = path.read_text(encoding="ascii", errors="replace")
    if not text.strip():
        raise VaultError(f"The key file {path} is empty. Put it back from a backup, or remove it to begin anew.")
    if path.stat().st_mode & 0o077:
        path.chmod(0o600)
    return text
