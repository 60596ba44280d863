"""Secrets at rest: only the right key and the right place open them."""

import base64
import secrets
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services.keys.vault import (
    HEADER_BYTES,
    KEY_FILE,
    TAG_BYTES,
    TamperedError,
    UnknownKeyError,
    Vault,
    VaultError,
    open_vault,
    parse_keys,
)

KEY = secrets.token_bytes(32)
OTHER = secrets.token_bytes(32)


@given(st.binary(max_size=200), st.binary(max_size=40))
def test_what_was_sealed_opens_again(secret: bytes, context: bytes) -> None:
    sealed = Vault([KEY]).seal(secret, context)
    assert Vault([KEY]).open(sealed, context) == secret
    assert len(sealed) == HEADER_BYTES + len(secret) + TAG_BYTES


def test_the_same_secret_never_looks_the_same_twice() -> None:
    vault = Vault([KEY])
    assert len({vault.seal(b"token", b"webhook:1") for _ in range(100)}) == 100


def test_no_byte_can_be_changed() -> None:
    vault = Vault([KEY])
    sealed = vault.seal(b"token", b"webhook:1")
    for position in range(len(sealed)):
        for bit in range(8):
            changed = bytearray(sealed)
            changed[position] ^= 1 << bit
            with pytest.raises((TamperedError, UnknownKeyError)):
                vault.open(bytes(changed), b"webhook:1")


def test_a_key_id_that_names_another_of_our_keys_does_not_open() -> None:
    vault, other = Vault([KEY, OTHER]), Vault([OTHER, KEY])
    sealed, elsewhere = vault.seal(b"token", b"webhook:1"), other.seal(b"token", b"webhook:1")
    with pytest.raises(TamperedError):
        vault.open(sealed[:1] + elsewhere[1:9] + sealed[9:], b"webhook:1")


@pytest.mark.parametrize(
    "sealed", [b"", b"\x01", b"\x01" * (HEADER_BYTES + TAG_BYTES - 1), b"plain text, long enough " * 3]
)
def test_what_was_never_sealed_is_refused(sealed: bytes) -> None:
    with pytest.raises((TamperedError, UnknownKeyError)):
        Vault([KEY]).open(sealed, b"")


def test_a_cut_or_lengthened_secret_is_refused() -> None:
    vault = Vault([KEY])
    sealed = vault.seal(b"token", b"webhook:1")
    for changed in (sealed[:-1], sealed + b"\x00"):
        with pytest.raises(TamperedError):
            vault.open(changed, b"webhook:1")


def test_a_secret_does_not_open_in_another_place() -> None:
    vault = Vault([KEY])
    with pytest.raises(TamperedError):
        vault.open(vault.seal(b"token", b"webhook:1"), b"webhook:2")


def test_another_key_is_refused_with_a_way_out() -> None:
    with pytest.raises(UnknownKeyError, match="SECRET_KEY=new,old"):
        Vault([OTHER]).open(Vault([KEY]).seal(b"token", b""), b"")


def test_keys_can_be_changed_while_old_secrets_still_open() -> None:
    old = Vault([KEY]).seal(b"token", b"")
    both = Vault([OTHER, KEY])
    assert both.open(old, b"") == b"token"
    assert Vault([OTHER]).open(both.seal(b"token", b""), b"") == b"token"


def test_errors_and_representations_hold_no_secret() -> None:
    vault = Vault([KEY])
    sealed = vault.seal(b"very secret", b"")
    with pytest.raises(UnknownKeyError) as caught:
        Vault([OTHER]).open(sealed, b"")
    for shown in (str(caught.value), repr(caught.value), repr(vault)):
        assert "very secret" not in shown
        assert base64.b64encode(KEY).decode() not in shown


@pytest.mark.parametrize("text", ["short", "x" * 44, base64.b64encode(b"31 bytes" * 3).decode(), "ключ"])
def test_an_unusable_key_is_named_by_its_place_and_never_shown(text: str) -> None:
    with pytest.raises(VaultError, match="key 2") as caught:
        parse_keys(f"{base64.b64encode(KEY).decode()},{text}")
    assert text not in str(caught.value)


def test_keys_may_be_url_safe_base64_too() -> None:
    assert parse_keys(base64.urlsafe_b64encode(KEY).decode()) == (KEY,)


def test_without_a_setting_a_key_file_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    sealed = open_vault("", tmp_path).seal(b"token", b"")
    file = tmp_path / KEY_FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [KEY_FILE]
    file.chmod(0o644)
    assert open_vault("", tmp_path).open(sealed, b"") == b"token"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_setting_goes_before_the_file(tmp_path: Path) -> None:
    sealed = open_vault(base64.b64encode(KEY).decode(), tmp_path).seal(b"token", b"")
    assert list(tmp_path.iterdir()) == []
    assert Vault([KEY]).open(sealed, b"") == b"token"


def test_an_empty_key_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).write_text("")
    with pytest.raises(VaultError, match="empty"):
        open_vault("", tmp_path)
