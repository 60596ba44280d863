"""Message bodies: every limit, one below and one above, with Discord's own code at the right field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.errors import ApiError, InvalidForm
from sandbox.rules.messages import FileInfo, check_execute, check_message, is_empty
from tests.sandbox.rules.answers import faults_of

V2 = 1 << 15
TEXT = {"type": 10, "content": "hello"}


@pytest.mark.parametrize(
    "payload",
    [
        {"content": "x" * 2000},
        {"content": "é" * 2000, "nonce": "n" * 25, "enforce_nonce": True, "tts": False},
        {"content": "hi", "nonce": 12345678901234567890, "flags": 4, "allowed_mentions": {"parse": []}},
        {"embeds": [{"title": "t" * 256, "description": "d" * 4096, "footer": {"text": "f" * 1000}}]},
        {"embeds": [{"description": "d", "timestamp": "2026-11-21T09:00:00+00:00", "color": 0xFFFFFF}] * 10},
        {"embeds": [{"image": {"url": "attachment://face.png"}}]},
        {"sticker_ids": [1, "2", 3]},
        {"content": None, "flags": V2, "components": [TEXT]},
        {"content": "x", "components": [], "embeds": [], "attachments": []},
        {"poll": {"question": {"text": "?"}, "answers": []}},
        {"message_reference": {"type": 1, "message_id": 1, "channel_id": "2"}},
        {"content": "hi", "message_reference": {"message_id": 5, "fail_if_not_exists": False}},
    ],
)
def test_what_discord_takes(payload: dict[str, Any]) -> None:
    check_message(payload)


@pytest.mark.parametrize(
    ("payload", "path", "code"),
    [
        ({"content": "x" * 2001}, "content", "BASE_TYPE_MAX_LENGTH"),
        ({"content": ["x"]}, "content", "STRING_TYPE_CONVERT"),
        ({"content": "x", "nonce": "n" * 26}, "nonce", "BASE_TYPE_MAX_LENGTH"),
        ({"content": "x", "tts": "yes"}, "tts", "BOOLEAN_TYPE_CONVERT"),
        ({"content": "x", "flags": "many"}, "flags", "NUMBER_TYPE_COERCE"),
        ({"content": "x", "sticker_ids": [1, 2, 3, 4]}, "sticker_ids", "BASE_TYPE_MAX_LENGTH"),
        ({"content": "x", "sticker_ids": ["cat"]}, "sticker_ids.0", "NUMBER_TYPE_COERCE"),
        ({"content": "x", "message_reference": {}}, "message_reference.message_id", "BASE_TYPE_REQUIRED"),
        (
            {"content": "x", "message_reference": {"message_id": "abc"}},
            "message_reference.message_id",
            "NUMBER_TYPE_COERCE",
        ),
        ({"embeds": [{"title": "x"}] * 11}, "embeds", "BASE_TYPE_MAX_LENGTH"),
        ({"embeds": [{"title": "t" * 257}]}, "embeds.0.title", "BASE_TYPE_MAX_LENGTH"),
        ({"embeds": [{"description": "t" * 4097}]}, "embeds.0.description", "BASE_TYPE_MAX_LENGTH"),
        ({"embeds": [{"title": "x", "color": 0x1000000}]}, "embeds.0.color", "NUMBER_TYPE_MAX"),
        ({"embeds": [{"title": "x", "url": "javascript:x"}]}, "embeds.0.url", "URL_TYPE_INVALID_SCHEME"),
        ({"embeds": [{"image": {"url": "here"}}]}, "embeds.0.image.url", "URL_TYPE_INVALID_URL"),
        ({"embeds": [{"image": {"url": "file:///etc"}}]}, "embeds.0.image.url", "URL_TYPE_INVALID_SCHEME"),
        ({"embeds": [{"title": "x", "timestamp": "soon"}]}, "embeds.0.timestamp", "DATE_TIME_TYPE_PARSE"),
        ({"embeds": [{"title": "x", "footer": {"text": "f" * 2049}}]}, "embeds.0.footer.text", "BASE_TYPE_MAX_LENGTH"),
        ({"embeds": [{"title": "x", "author": {"name": "a" * 257}}]}, "embeds.0.author.name", "BASE_TYPE_MAX_LENGTH"),
        ({"embeds": [{"fields": [{"name": "n", "value": "v"}] * 26}]}, "embeds.0.fields", "BASE_TYPE_MAX_LENGTH"),
        ({"embeds": [{"fields": [{"name": " ", "value": "v"}]}]}, "embeds.0.fields.0.name", "BASE_TYPE_REQUIRED"),
        ({"embeds": [{"fields": [{"name": "n"}]}]}, "embeds.0.fields.0.value", "BASE_TYPE_REQUIRED"),
        (
            {"embeds": [{"fields": [{"name": "n", "value": "v" * 1025}]}]},
            "embeds.0.fields.0.value",
            "BASE_TYPE_MAX_LENGTH",
        ),
        ({"embeds": [{"description": "d" * 3001}] * 2}, "embeds", "MAX_EMBED_SIZE_EXCEEDED"),
        ({"embeds": [{"color": 5}]}, "embeds.0.description", "BASE_TYPE_REQUIRED"),
        ({"embeds": ["x"]}, "embeds.0", "MODEL_TYPE_CONVERT"),
        ({"embeds": {"title": "x"}}, "embeds", "LIST_TYPE_CONVERT"),
        ({"content": "x", "attachments": [{"id": 0}]}, "attachments.0.id", "ATTACHMENT_NOT_FOUND"),
        ({"content": "x", "attachments": [{}]}, "attachments.0.id", "BASE_TYPE_REQUIRED"),
        (
            {"flags": V2, "content": "x", "components": [TEXT]},
            "content",
            "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
        ),
        ({"flags": V2, "components": []}, "components", "BASE_TYPE_REQUIRED"),
    ],
)
def test_what_discord_refuses(payload: dict[str, Any], path: str, code: str) -> None:
    assert faults_of(check_message, payload) == {path: [code]}


def test_several_faults_come_in_one_answer() -> None:
    found = faults_of(check_message, {"content": "x" * 2001, "nonce": "n" * 26, "embeds": [{"title": "t" * 257}]})
    assert set(found) == {"content", "nonce", "embeds.0.title"}


@pytest.mark.parametrize(
    "payload", [{}, {"content": ""}, {"content": " \n\t"}, {"content": None, "embeds": [], "components": []}]
)
def test_an_empty_message_is_50006(payload: dict[str, Any]) -> None:
    with pytest.raises(ApiError) as caught:
        check_message(payload)
    assert (caught.value.status, caught.value.code, caught.value.message) == (
        400,
        50006,
        "Cannot send an empty message",
    )
    check_message(payload, editing=True)


def test_files_alone_make_a_message() -> None:
    check_message({}, files=[FileInfo(0, "face.png", 10)])
    assert not is_empty({}, files=[FileInfo(0, "face.png", 10)])


def test_attachments_name_files_by_index() -> None:
    files = [FileInfo(0, "a.png", 1), FileInfo(1, "b.png", 1)]
    described = [{"id": 0, "filename": "a.png", "description": "d" * 1024}, {"id": "1"}]
    check_message({"attachments": described}, files=files)
    found = faults_of(check_message, {"attachments": [{"id": 0, "description": "d" * 1025}, {"id": 0}]}, files=files)
    assert found == {
        "attachments.0.description": ["BASE_TYPE_MAX_LENGTH"],
        "attachments.1.id": ["ATTACHMENT_NOT_FOUND"],
    }


def test_an_edit_may_keep_attachments_by_their_ids() -> None:
    check_message({"attachments": [{"id": "1234567890"}]}, editing=True)


def test_a_file_of_more_than_ten_mebibytes_is_refused() -> None:
    most = 10 * 1024 * 1024
    check_message({}, files=[FileInfo(0, "a", most)])
    for files in ([FileInfo(0, "a", most + 1)], [FileInfo(n, "a", most) for n in range(3)]):
        with pytest.raises(ApiError) as caught:
            check_message({}, files=files)
        assert (caught.value.status, caught.value.code) == (413, 40005)


def test_a_message_keeps_the_kind_it_was_sent_as() -> None:
    check_message({"components": [TEXT]}, editing=True, v2=True)
    assert "components.0" in faults_of(check_message, {"components": [TEXT]}, editing=True, v2=False)


@pytest.mark.parametrize(
    ("payload", "path", "code"),
    [
        ({"username": ""}, "username", "BASE_TYPE_BAD_LENGTH"),
        ({"username": "n" * 81}, "username", "BASE_TYPE_BAD_LENGTH"),
        ({"username": "McClYdeson"}, "username", "USERNAME_INVALID_CONTAINS"),
        ({"username": "a DISCORDant one"}, "username", "USERNAME_INVALID_CONTAINS"),
        ({"username": "Here"}, "username", "USERNAME_INVALID"),
        ({"avatar_url": "face.png"}, "avatar_url", "URL_TYPE_INVALID_URL"),
        ({"avatar_url": "data:image/png;base64,AA"}, "avatar_url", "URL_TYPE_INVALID_SCHEME"),
        ({"avatar_url": "https://"}, "avatar_url", "URL_TYPE_INVALID_URL"),
        ({"avatar_url": "https://a.example/" + "x" * 2048}, "avatar_url", "BASE_TYPE_MAX_LENGTH"),
        ({"thread_name": "t" * 101}, "thread_name", "BASE_TYPE_MAX_LENGTH"),
        ({"applied_tags": ["1"] * 6}, "applied_tags", "BASE_TYPE_MAX_LENGTH"),
        ({"applied_tags": ["x"]}, "applied_tags.0", "NUMBER_TYPE_COERCE"),
        ({"content": "x" * 2001}, "content", "BASE_TYPE_MAX_LENGTH"),
    ],
)
def test_what_a_webhook_may_not_say(payload: dict[str, Any], path: str, code: str) -> None:
    assert faults_of(check_execute, {"content": "hi", **payload}) == {path: [code]}


def test_what_a_webhook_may_say() -> None:
    check_execute({"content": "hi", "username": "n" * 80, "avatar_url": "http://127.0.0.1:3900/media/a.png"})
    check_execute({"content": "hi", "username": "Everyone else", "avatar_url": None, "thread_name": "talk"})


def test_a_persons_webhook_sends_links_but_nothing_to_click() -> None:
    def row(button: dict[str, Any]) -> dict[str, Any]:
        return {"content": "x", "components": [{"type": 1, "components": [button]}]}

    check_execute(row({"type": 2, "style": 5, "url": "https://a.example", "label": "go"}), application_owned=False)
    click = row({"type": 2, "style": 1, "custom_id": "a", "label": "stop"})
    check_execute(click, application_owned=True)
    found = faults_of(check_execute, click, application_owned=False)
    assert found == {"components.0.components.0.type": ["COMPONENT_TYPE_INVALID"]}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FIELDS = st.sampled_from(
    ["content", "embeds", "components", "allowed_mentions", "attachments", "nonce", "flags", "sticker_ids", "tts",
     "message_reference", "username", "avatar_url", "thread_name", "applied_tags"]
)  # fmt: skip


def refusal(check: Callable[[dict[str, Any]], None], payload: dict[str, Any]) -> ApiError | None:
    """What the check raised, if anything; whatever is not Discord's kind of error is a crash."""
    try:
        check(payload)
    except ApiError as error:
        return error
    return None


@given(st.dictionaries(FIELDS, JSON))
def test_nonsense_is_refused_in_discords_way_never_with_a_crash(payload: dict[str, Any]) -> None:
    for check in (check_message, check_execute):
        error = refusal(check, payload)
        if isinstance(error, InvalidForm):
            assert error.errors
        elif error is not None:
            assert error.code == 50006


@given(st.text(max_size=20) | st.text(min_size=1990, max_size=2010))
def test_a_text_of_up_to_2000_code_points_passes(text: str) -> None:
    error = refusal(check_message, {"content": text})
    expected = 50035 if len(text) > 2000 else None if text.strip() else 50006
    assert (error.code if error else None) == expected
