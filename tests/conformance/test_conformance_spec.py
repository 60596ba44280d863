"""The judge itself: it must find what is wrong, say where, and let pass only what is listed."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conformance import events, spec
from tests.conformance.exceptions import EXEMPT, Used
from tests.conformance.spec import Specification, Violation
from tests.conformance.watcher import Watcher

ROOT = Path(__file__).parents[2]

USER = {
    "id": "1", "username": "mira", "avatar": None, "discriminator": "0", "public_flags": 0, "flags": 0, "banner": None,
    "accent_color": None, "global_name": "Mira", "avatar_decoration_data": None, "banner_color": None, "clan": None,
    "collectibles": None, "display_name_styles": None, "primary_guild": None,
}  # fmt: skip


@pytest.fixture(scope="module")
def specification() -> Specification:
    found = spec.load()
    if found is None:
        pytest.skip(spec.MISSING)
    return found


@pytest.fixture
def message(specification: Specification) -> dict[str, Any]:
    user = {key: value for key, value in USER.items() if key in specification.schemas["UserResponse"]["properties"]}
    return {
        "id": "5", "channel_id": "6", "type": 0, "content": "hi", "author": user, "mentions": [], "mention_roles": [],
        "attachments": [], "embeds": [], "components": [], "timestamp": "2026-11-21T09:00:00+00:00", "flags": 0,
        "edited_timestamp": None, "pinned": False, "mention_everyone": False, "tts": False,
    }  # fmt: skip


def told(violations: list[Violation]) -> set[tuple[str, str]]:
    return {(one.pointer, one.keyword) for one in violations}


@pytest.mark.parametrize(
    ("method", "path", "template"),
    [
        ("POST", "/api/v10/channels/1/messages", "/channels/{channel_id}/messages"),
        ("GET", "/api/channels/1/messages?limit=5", "/channels/{channel_id}/messages"),
        ("GET", "/channels/1/messages/pins", "/channels/{channel_id}/messages/pins"),
        ("GET", "/channels/1/messages/2", "/channels/{channel_id}/messages/{message_id}"),
        ("GET", "/users/@me", "/users/@me"),
        ("GET", "/users/%40me", "/users/@me"),
        ("GET", "/users/5", "/users/{user_id}"),
        ("PATCH", "/webhooks/1/t/messages/@original", "/webhooks/{webhook_id}/{webhook_token}/messages/@original"),
        (
            "PUT",
            "/channels/1/messages/2/reactions/%F0%9F%94%A5/@me",
            "/channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}/@me",
        ),
    ],
)
def test_a_call_finds_its_operation(specification: Specification, method: str, path: str, template: str) -> None:
    found = specification.find(method, path)
    assert found is not None
    assert found.subject == f"{method} {template}"


def test_what_is_no_operation_is_none(specification: Specification) -> None:
    assert specification.find("POST", "/channels/1/frogs") is None
    assert specification.find("PUT", "/channels/1/messages") is None


def test_good_answers_conform(specification: Specification, message: dict[str, Any]) -> None:
    post = specification.find("POST", "/channels/1/messages")
    assert post is not None
    assert specification.response(post, 200, message) == []
    assert specification.response(post, 404, {"code": 10003, "message": "Unknown Channel"}) == []
    limited = {"message": "x", "retry_after": 0.5, "global": False}
    assert specification.response(post, 429, limited) == specification.response(post, 429, limited | {"code": 0}) == []
    assert specification.response(post, 429, {"message": "x", "global": False})
    tree = {"embeds": {"0": {"title": {"_errors": [{"code": "BASE_TYPE_MAX_LENGTH", "message": "x"}]}}}}
    assert specification.response(post, 400, {"code": 50035, "message": "x", "errors": tree}) == []


@pytest.mark.parametrize(
    ("change", "pointer", "keyword"),
    [
        ({"id": 5}, "/id", "type"),
        ({"timestamp": "yesterday"}, "/timestamp", "format"),
        ({"webhook": "1"}, "/webhook", "additionalProperties"),
        ({"author": {"id": "1"}}, "/author/username", "required"),
        ({"type": 99}, "/type", "oneOf"),
        (
            {"components": [{"type": 1, "id": 1, "components": [{"type": 2, "style": 1, "custom_id": "a"}]}]},
            "/components/0/components/0/id",
            "required",
        ),
        ({"components": [{"type": 99}]}, "/components/0/type", "oneOf"),
    ],
)
def test_a_broken_answer_is_found_and_placed(
    specification: Specification, message: dict[str, Any], change: dict[str, Any], pointer: str, keyword: str
) -> None:
    post = specification.find("POST", "/channels/1/messages")
    assert post is not None
    assert (pointer, keyword) in told(specification.response(post, 200, message | change))


def test_a_missing_field_is_found(specification: Specification, message: dict[str, Any]) -> None:
    post = specification.find("POST", "/channels/1/messages")
    assert post is not None
    del message["mentions"]
    assert told(specification.response(post, 200, message)) == {("/mentions", "required")}


def test_a_status_or_body_that_is_not_foreseen_is_found(specification: Specification) -> None:
    delete = specification.find("DELETE", "/channels/1/messages/2")
    assert delete is not None
    assert specification.response(delete, 204, None) == []
    assert told(specification.response(delete, 204, {})) == {("", "body")}
    assert told(specification.response(delete, 200, None)) == {("", "status")}
    mixed = {"components": {"_errors": [], "0": {"_errors": []}}}
    assert specification.response(delete, 400, {"code": 50035, "message": "x", "errors": mixed})


def test_requests_are_judged_with_query_and_files(specification: Specification) -> None:
    post = specification.find("POST", "/webhooks/1/t")
    assert post is not None
    good = {"content": "x", "allowed_mentions": {"parse": [], "users": [5]}}
    assert specification.request(post, "/webhooks/1/t?wait=1&thread_id=5", good) == []
    with_files = {"payload_json": good, "files": [{"index": 0, "filename": "a", "size": 1}]}
    assert specification.request(post, "/webhooks/1/t?wait=true", with_files) == []
    bad = specification.request(post, "/webhooks/1/t?wait=perhaps&color=red", {"content": "x" * 2001, "mood": "glad"})
    assert ("/wait", "type") in told(bad)
    assert ("/color", "additionalProperties") in told(bad)
    assert ("/content", "maxLength") in told(bad)
    typing = specification.find("POST", "/channels/1/typing")
    assert typing is not None
    assert specification.request(typing, "/channels/1/typing", None) == []
    assert told(specification.request(typing, "/channels/1/typing", {"a": 1})) == {("", "body")}


def test_events_are_judged_by_their_objects(specification: Specification, message: dict[str, Any]) -> None:
    heard = message | {"guild_id": "7", "mentions": [message["author"] | {"member": {}}]}
    assert events.judge(specification, "MESSAGE_CREATE", heard) == []
    assert told(events.judge(specification, "MESSAGE_CREATE", heard | {"mood": 1})) == {
        ("/mood", "additionalProperties")
    }
    found = events.judge(specification, "MESSAGE_CREATE", heard | {"member": {"roles": "none"}})
    assert ("/member/roles", "type") in told(found)
    assert ("/member/user", "required") not in told(found)
    in_pieces = {"data": {"resolved": {"messages": {"5": message}}}, "user": {"id": 1}}
    found = events.judge(specification, "INTERACTION_CREATE", in_pieces)
    assert ("/user/id", "type") in told(found)
    assert not any(pointer.startswith("/data") for pointer, _ in told(found))


def test_every_event_is_judged_or_known_to_be_undescribed(specification: Specification) -> None:
    assert not set(events.PARTS) & events.UNDESCRIBED
    named = {part.schema for parts in events.PARTS.values() for part in parts} - {"(channel)"}
    assert named <= set(specification.schemas)


def test_exceptions_are_narrow_and_reasoned() -> None:
    for one in EXEMPT:
        assert one.reason
        assert one.subject not in {".*", ""}
        assert one.whose != "project"
    used = Used()
    stranger = Violation("request", "POST /channels/{channel_id}/messages", "/mood", "additionalProperties", "")
    flags = Violation("request", "POST /channels/{channel_id}/messages", "/embeds/0/flags", "additionalProperties", "")
    assert used.remaining([stranger, flags]) == [stranger]
    assert used.counts.total() == 1


def row(**given: Any) -> str:
    base = {
        "n": 1, "actor": {"kind": "bot", "id": "1"}, "transport": "rest", "method": "GET",
        "path": "/api/v10/users/@me", "status": 200, "request": None, "response": None,
    }  # fmt: skip
    return json.dumps(base | given)


def test_a_journal_file_is_judged_line_by_line(specification: Specification) -> None:
    watcher = Watcher(specification)
    watcher.read(
        [
            row(response={"id": "1"}),
            row(method="POST", path="/api/v10/channels/1/messages", status=400, request={"content": 5},
                response={"code": 50035, "message": "Invalid Form Body"}),
            row(path="/api/v10/guilds/1/roles", status=404, response={"code": 0, "message": "404: Not Found"}),
            row(path="/avatars/1/x.png"),
            row(transport="gateway", path="out", method="MESSAGE_CREATE", response={"id": 5}),
            row(transport="gateway", path="in", method="IDENTIFY"),
            '{"cut off',
        ]
    )  # fmt: skip
    subjects = {one.subject for one in watcher.take()}
    assert subjects == {"GET /users/@me", "MESSAGE_CREATE"}
    assert watcher.take() == []
    assert watcher.refused == {"POST /channels/{channel_id}/messages": 1}
    assert watcher.absent == {"GET /guilds/{guild_id}/roles": 1}
    report = watcher.report()
    assert "     1  GET /users/@me  (200 × 1)" in report
    assert "     1  MESSAGE_CREATE  (bots × 1)" in report


BROKEN = """
from sandbox.journal import NOBODY, Journal
from sandbox.clock import Clock

def test_looks_at_nothing():
    Journal(Clock()).write(
        actor=NOBODY, transport="rest", method="GET", path="/api/v10/gateway", status=200, response={"url": ADDRESS}
    )
"""


FILED = """
import json

def test_leaves_a_journal(tmp_path):
    row = {"n": 1, "actor": {"kind": "bot"}, "transport": "rest", "method": "GET", "path": "/api/v10/gateway",
           "status": 200, "request": None, "response": {"url": ADDRESS}}
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "journal.jsonl").write_text(json.dumps(row))
"""


@pytest.mark.parametrize(("address", "outcome"), [("'wss://gateway.example'", 0), ("5", 1)])
@pytest.mark.parametrize("source", [BROKEN, FILED], ids=["in this process", "in another"])
def test_control_a_broken_answer_turns_a_test_red(tmp_path: Path, source: str, address: str, outcome: int) -> None:
    if spec.load() is None:
        pytest.skip(spec.MISSING)
    (tmp_path / "test_broken.py").write_text(source.replace("ADDRESS", address))
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "tests.conformance.plugin",
         "-c", str(ROOT / "pyproject.toml"), "--rootdir", str(tmp_path), str(tmp_path / "test_broken.py")],
        cwd=ROOT, capture_output=True, text=True, timeout=110, check=False,
    )  # fmt: skip
    assert run.returncode == outcome, run.stdout + run.stderr
    assert ("do not conform to Discord's specification" in run.stdout) == bool(outcome)
    assert ("GET /gateway response /url: type" in run.stdout) == bool(outcome)


def test_without_the_file_there_is_nothing_to_judge_by(tmp_path: Path) -> None:
    code = (
        "import pathlib; from tests.conformance import spec; "
        "spec.PATH = pathlib.Path('absent.json'); print(spec.load(), spec.MISSING)"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.startswith("None Discord's specification is not here")


def test_reading_leaves_a_body_as_it_was(specification: Specification, message: dict[str, Any]) -> None:
    before = copy.deepcopy(message)
    events.judge(specification, "MESSAGE_CREATE", message | {"guild_id": "1"})
    assert message == before
