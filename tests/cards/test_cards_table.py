"""The tables of docs/cards.md: nothing is lost, everything bad is refused, and they say what is so."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from bench import files
from bench.files_parts import built
from bot import inspecting
from bot.cli import main
from bot.services.lore.formats import told


def test_nothing_is_lost_and_the_tables_are_fresh() -> None:
    tables, figures = files.told(files.read(files.SAMPLES))
    assert figures["lost"] == 0
    assert figures["wrongly_taken"] == []
    assert figures["files"] >= 23
    if not files.SAMPLES.is_dir():
        return  # the tables hold the samples, too
    written = files.DOCS.read_text("utf-8")
    for name, table in tables.items():
        assert files.put(written, name, table) == written, "run python -m bench.files --write"


def test_a_field_that_is_lost_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: a writer that forgets something, in the same format and in another."""
    real = told.written_book

    def forgets(shelf: Any, kind: Any) -> Any:
        made: Any = orjson.loads(orjson.dumps(real(shelf, kind)))
        some = (made.get("data") or made)["entries"]
        for entry in some.values() if isinstance(some, dict) else some:
            entry.pop("comment", None)
        return made

    monkeypatch.setattr(told, "written_book", forgets)
    lost = {one["as"]: one["lost"] for one in inspecting.account_of_book(built.packed(built.WORLD), "w")["written"]}
    assert "/entries/0/comment" in lost["world"]
    assert lost["character_book"] == ["/book", "/entries/0", "/entries/2"]


@pytest.mark.parametrize("kind", ["card", "lore"])
def test_a_file_is_looked_into_from_the_command_line(
    kind: str, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "mira.png"
    path.write_bytes(built.cards()["v2-v3.png"])
    assert main([kind, "inspect", str(path)]) == 0
    shown = capsys.readouterr().out
    assert "written as" in shown
    assert "0 lost" in shown
    assert main([kind, "inspect", str(path), "--json"]) == 0
    account = orjson.loads(capsys.readouterr().out)
    assert all(one["lost"] == [] for one in account["written"])
    path.write_bytes(b"{}")
    assert main([kind, "inspect", str(path)]) == 1
    assert "mira.png: This is" in capsys.readouterr().out
    assert main([kind, "inspect", str(tmp_path / "missing")]) == 1
    assert "cannot be read" in capsys.readouterr().out
