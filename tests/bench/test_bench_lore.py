"""The measurement of lore in small, and the command that says what a book and a chat bring in. Nothing about speed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bench import lore
from bench.lore_parts import one, plain_loop, town


def test_a_slice_of_the_measurement(capsys: pytest.CaptureFixture[str]) -> None:
    found = {size: one.Stand(size, one.SLICE).figures() for size in (100, 300)}
    line = lore.figures(found)
    assert set(lore.KEYS) <= line.keys()
    for name in ("cold_ms", "warm_ms", "new_message_ms", "build_ms", "re_loop_ms", "lag_ms", "lag_on_loop_ms"):
        assert line[name].keys() == {"100", "300"}
        assert all(value > 0 for value in line[name].values()), name
    assert all(size["differing"] == 0 for size in found.values()), "the loop and the deck find the same entries"
    assert all(size["active"] > 0 for size in found.values())
    assert found[300]["re_share"] == pytest.approx(1 / 3)
    rows = "\n".join([*lore.table(found), *lore.notes(found)])
    assert "100" in rows
    assert "It found the same entries: yes." in rows
    json.dumps(line)
    assert not capsys.readouterr().out


def test_a_deck_that_finds_others_is_seen() -> None:
    """The control of `differing`: with another book's keys in the loop they differ."""
    stand = one.Stand(100, one.SLICE)
    others = plain_loop.patterns(town.book(100, seed=5).entries)
    stand.chats[0] = tuple(
        type(said)(said.id, said.speaker, said.name, " ".join(key.text for key in entry.keys if not key.is_regex))
        for said, entry in zip(stand.chats[0], stand.book.entries, strict=False)
    )
    assert stand._differing(plain_loop.patterns(stand.book.entries), 100) == set()
    assert stand._differing(others, 100)


def test_the_mix_holds_everything_that_it_names() -> None:
    entries = town.book(2000).entries
    has = {
        "secondary keys": sum(bool(entry.secondary) for entry in entries),
        "own depth": sum(entry.scan_depth is not None for entry in entries),
        "probability": sum(entry.probability < 100 for entry in entries),
        "timed": sum(bool(entry.sticky or entry.cooldown or entry.delay) for entry in entries),
        "group": sum(bool(entry.groups) for entry in entries),
        "regex": sum(any(key.is_regex for key in entry.keys) for entry in entries),
        "requires": sum(bool(entry.requires) for entry in entries),
    }
    for name, count in has.items():
        assert 0.4 * town.MIX[name] <= count / 20 <= 1.6 * town.MIX[name], name


# ------------------------------------------------------------------------------------------------ --print-active

WORLD: dict[str, Any] = {
    "entries": {
        "0": {"uid": 7, "key": ["dragon"], "content": "It guards the red tower.", "order": 100},
        "1": {"uid": 3, "key": ["tower"], "content": "A witch.", "keysecondary": ["gold"], "selective": True},
        "2": {"uid": 12, "key": ["tower"], "content": "Old."},
        "3": {"uid": 13, "key": ["/dra+gon/i", "/(a+)+$/"], "content": "x", "probability": 100, "useProbability": True},
        "4": {"uid": 14, "key": ["caf"], "content": "half a word"},
        "5": {"uid": 15, "key": [" "], "content": "a blank"},
        "6": {"uid": 16, "key": ["dragon"], "disable": True, "content": "off"},
        "7": {"uid": 17, "constant": True, "content": "always"},
        "8": {"uid": 18, "key": ["Dragon"], "caseSensitive": True, "content": "case"},
    }
}  # fmt: skip
CHAT = ["A dragon in the café!", {"name": "Mira", "mes": "Where?", "is_user": False}, "the gold is far"]


def printed(tmp_path: Path, capsys: pytest.CaptureFixture[str], book: object, chat: object, *more: str) -> list[str]:
    files = tmp_path / "book.json", tmp_path / "chat.json"
    for file, value in zip(files, (book, chat), strict=True):
        file.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8-sig")
    code = lore.main(["--book", str(files[0]), "--chat", str(files[1]), "--print-active", *more])
    said = capsys.readouterr()
    if code:
        assert not said.out
        assert said.err.strip()
        return [f"refused {code}"]
    return said.out.splitlines()


def test_the_ids_that_fired(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ids = printed(tmp_path, capsys, WORLD, CHAT)
    assert sorted(map(int, ids)) == [7, 12, 13, 17]
    deeper = printed(tmp_path, capsys, WORLD, CHAT, "--depth", "3")
    assert sorted(map(int, deeper)) == [3, 7, 12, 13, 17], "the gold lies three messages back"
    alone = printed(tmp_path, capsys, WORLD, ["hello"])
    assert alone == ["17"]


def test_the_ids_as_the_other_program_has_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ids = printed(tmp_path, capsys, WORLD, CHAT, "--compatible")
    assert sorted(map(int, ids)) == [7, 12, 13, 14, 15, 17], "blank keys and half words before an é fire there"


def test_why_says_what_stayed_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(tmp_path, capsys, WORLD, CHAT, "--why")
    assert any(line.startswith("in   7\tkeyword 'dragon'") for line in lines)
    assert any(line.startswith("out  3\tsecondary") for line in lines)


@pytest.mark.parametrize(
    ("book", "chat", "expected"),
    [
        ({"entries": {}}, [], []),
        ({"entries": {"a": {"key": "one, two", "content": "c"}}}, ["TWO"], ["a"]),
        ({"entries": [{"uid": 1, "key": ["x"], "content": ""}, None, 5, "x"]}, ["x"], ["1"]),
        ({"entries": {"0": {"uid": 1, "key": ["x"]}, "1": {"uid": 1, "key": ["y"]}}}, ["x y"], ["1", "1"]),
        ({"entries": {"0": {"uid": "z", "key": [None, 5], "order": "high", "position": "x"}}}, ["5"], ["z"]),
        ({"entries": {"0": {"uid": 2, "key": ["\ud800x"], "content": "\ud800"}}}, ["\ud800x"], ["2"]),
        ([{"uid": 4, "key": ["x"]}], {"messages": ["x"]}, ["4"]),
        (WORLD, [None, 3, {"mes": "dragon", "is_system": True}, {"mes": None}], ["17"]),
        ({"name": "n", "entries": [{"keys": ["x"], "content": "c", "id": 9, "enabled": True}]}, ["x"], ["9"]),
    ],
)
def test_odd_files_are_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], book: object, chat: object, expected: list[str]
) -> None:
    assert printed(tmp_path, capsys, book, chat) == expected
    printed(tmp_path, capsys, book, chat, "--compatible")


@pytest.mark.parametrize("book", ["not json", "[" * 10_000, "5", json.dumps({"nothing": 1})])
def test_what_is_no_book_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], book: str) -> None:
    assert printed(tmp_path, capsys, book, ["x"]) == ["refused 2"]
    assert printed(tmp_path, capsys, book, ["x"], "--compatible") == ["refused 2"]
    assert printed(tmp_path, capsys, WORLD, 5) == ["refused 2"]
