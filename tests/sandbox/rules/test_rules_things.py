"""Names, pictures, roles, channels, ids and page sizes."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from sandbox.errors import ApiError, InvalidForm
from sandbox.rules import names
from sandbox.rules.channels import check_channel, check_overwrite, check_thread
from sandbox.rules.forms import check_limit, check_snowflake
from sandbox.rules.images import EMOJI_TYPES, MAX_EMOJI_BYTES, check_data_uri
from sandbox.rules.roles import check_role
from tests.sandbox.rules.answers import faults_of


def picture(kind: str) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (4, 4), "teal").save(buffer, kind)
    return buffer.getvalue()


def uri(data: bytes, mime: str = "image/png") -> str:
    return f"data:{mime};base64,{base64.b64encode(data).decode()}"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_pictures_are_known_by_their_bytes(kind: str) -> None:
    data = picture(kind)
    assert check_data_uri(uri(data), 10_000) == (data, f"image/{kind.lower()}")


def test_avif_is_for_emojis() -> None:
    data = b"\0\0\0\x20ftypavif" + b"\0" * 20
    assert check_data_uri(uri(data, "image/avif"), 1000, allowed=EMOJI_TYPES)[1] == "image/avif"
    assert faults_of(check_data_uri, uri(data), 1000, field="avatar") == {"avatar": ["IMAGE_INVALID"]}


@pytest.mark.parametrize(
    "given",
    [
        uri(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
        uri(b"<svg/>", "image/png"),
        "data:image/png;base64,@@@@",
        "data:image/png;base64,",
        "data:image/png,plain",
        "https://a.example/x.png",
        "",
    ],
)
def test_what_is_no_picture_is_refused(given: str) -> None:
    assert faults_of(check_data_uri, given, 1000) == {"image": ["IMAGE_INVALID"]}


@pytest.mark.parametrize("given", [None, 5, ["data:"]])
def test_what_is_no_text_is_missing(given: Any) -> None:
    assert faults_of(check_data_uri, given, 1000) == {"image": ["BASE_TYPE_REQUIRED"]}


def test_an_emoji_has_256_kibibytes_and_no_more() -> None:
    data = picture("PNG")
    whole = data + b"\0" * (MAX_EMOJI_BYTES - len(data))
    assert len(check_data_uri(uri(whole), MAX_EMOJI_BYTES)[0]) == MAX_EMOJI_BYTES
    for more in (1, 2, 3, 4, 100_000):
        assert faults_of(check_data_uri, uri(whole + b"\0" * more), MAX_EMOJI_BYTES) == {
            "image": ["BINARY_TYPE_MAX_SIZE"]
        }


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (names.check_webhook_name, ["M", "n" * 80, "Here I am"], ["", "n" * 81, "Clyde", "xdiscordx", "HERE", None]),
        (names.check_channel_name, ["c", "c" * 100], ["", "   ", "c" * 101, None, 5]),
        (names.check_role_name, ["r" * 100], ["", "r" * 101]),
        (names.check_emoji_name, ["ok", "A_9", "e" * 32], ["x", "e" * 33, "a-b", "ab ", "é_e", None]),
        (names.check_nickname, ["", None, "n" * 32], ["n" * 33]),
        (names.check_username, ["ab", "n" * 32], ["a", "n" * 33, "discord mod"]),
    ],
)  # fmt: skip
def test_names(check: Callable[..., None], good: list[Any], bad: list[Any]) -> None:
    for name in good:
        check(name)
    for name in bad:
        with pytest.raises(InvalidForm):
            check(name)


def test_a_webhook_name_answers_as_discord_does() -> None:
    with pytest.raises(InvalidForm) as caught:
        names.check_webhook_name("Discordia", "username")
    error = {"code": "USERNAME_INVALID_CONTAINS", "message": 'Username cannot contain "discord"'}
    assert caught.value.body() == {
        "code": 50035,
        "message": "Invalid Form Body",
        "errors": {"username": {"_errors": [error]}},
    }


def test_text_channels_are_shown_in_lower_case_with_hyphens() -> None:
    assert names.channel_name_as_shown(" The  Old Mill ") == "the-old-mill"


@pytest.mark.parametrize(
    ("role", "path"),
    [
        ({"name": "r" * 101}, "name"),
        ({"permissions": "-1"}, "permissions"),
        ({"permissions": "all"}, "permissions"),
        ({"color": 0x1000000}, "color"),
        ({"colors": {"primary_color": -1}}, "colors.primary_color"),
        ({"hoist": "yes"}, "hoist"),
    ],
)
def test_roles(role: dict[str, Any], path: str) -> None:
    check_role({"name": "r", "permissions": "8", "colors": {"primary_color": 0xFF}, "hoist": True, "mentionable": None})
    assert set(faults_of(check_role, role)) == {path}


@pytest.mark.parametrize(
    ("channel", "path"),
    [
        ({}, "name"),
        ({"name": "c", "type": 1}, "type"),
        ({"name": "c", "topic": "t" * 1025}, "topic"),
        ({"name": "c", "type": 15, "topic": "t" * 4097}, "topic"),
        ({"name": "c", "rate_limit_per_user": 21_601}, "rate_limit_per_user"),
        ({"name": "c", "parent_id": "x"}, "parent_id"),
        ({"name": "c", "permission_overwrites": [{}]}, "permission_overwrites.0.id"),
        ({"name": "c", "permission_overwrites": [{"id": 1, "type": 2}]}, "permission_overwrites.0.type"),
        ({"name": "c", "default_auto_archive_duration": 61}, "default_auto_archive_duration"),
    ],
)
def test_channels(channel: dict[str, Any], path: str) -> None:
    check_channel({"topic": "t" * 1024}, creating=False)
    check_channel({"topic": "t" * 4096}, creating=False, kind=15)
    check_channel({"name": "c", "permission_overwrites": [{"id": 1, "type": 0, "deny": "1024"}]}, creating=True)
    assert set(faults_of(check_channel, channel, creating=True)) == {path}


def test_overwrites_and_threads() -> None:
    check_overwrite({"id": 5, "allow": "0", "deny": "2048", "type": 0})
    assert set(faults_of(check_overwrite, {"type": 3, "allow": "x"})) == {"type", "allow"}
    check_thread(
        {"name": "t" * 100, "type": 11, "auto_archive_duration": 60, "rate_limit_per_user": None}, creating=True
    )
    check_thread({"archived": True}, creating=False)
    assert set(faults_of(check_thread, {"name": "t" * 101, "type": 0}, creating=True)) == {"name", "type"}
    assert set(faults_of(check_thread, {}, creating=True)) == {"name"}


@pytest.mark.parametrize("value", ["abc", "", "-1", "1.5", True, None, str(1 << 63), "١٢"])
def test_what_is_no_id(value: Any) -> None:
    with pytest.raises(InvalidForm) as caught:
        check_snowflake(value, "channel_id")
    assert caught.value.errors == {
        "channel_id": {"_errors": [{"code": "NUMBER_TYPE_COERCE", "message": f'Value "{value}" is not snowflake.'}]}
    }


@given(st.integers(0, (1 << 63) - 1))
def test_ids_come_as_numbers_and_as_texts(value: int) -> None:
    assert check_snowflake(value, "id") == check_snowflake(str(value), "id") == str(value)


def test_page_sizes() -> None:
    assert check_limit(None, default=50) == 50
    assert check_limit("100", default=50) == 100
    for wrong in ("0", "101", "-1", "many"):
        with pytest.raises(ApiError) as caught:
            check_limit(wrong, default=50)
        assert caught.value.code == 50035
