"""The operator's words on lore books, as they are typed."""

from pathlib import Path

import pytest

from bot import cli
from bot.local.errors import StartError
from bot.local.lorebooks import DEEDS, decide
from bot.services.lore.books import LoreBooks
from bot.services.lore.shown import LoreBook
from bot.services.people import People
from bot.settings import Settings
from db.work import Database
from tests.services.stagecraft import ROBIN


def settings_of(database: Database, folder: Path) -> Settings:
    return Settings.model_validate({"database_url": database.url, "data_dir": folder})


async def book(database: Database) -> LoreBook:
    """The only book, made where it is missing."""
    async with People(database).at_work(ROBIN) as (user, work):
        there = (await LoreBooks().page(work, user)).books
        return there[0] if there else await LoreBooks().create(work, user, {"name": "The north"})


async def test_the_operator_decides_about_a_book_by_its_code(database: Database, tmp_path: Path) -> None:
    settings, told = settings_of(database, tmp_path), list[str]()
    code = (await book(database)).code
    for deed, notes, seen in (
        ("publish", None, ("public", False, False, "")),
        ("curate", "Fine.", ("public", True, False, "Fine.")),
        ("feature", None, ("public", True, True, "Fine.")),
        ("unfeature", None, ("public", True, False, "Fine.")),
        ("uncurate", "", ("public", False, False, "")),
        ("withdraw", None, ("private", False, False, "")),
    ):
        await decide(settings, deed, f" {code.upper()} ", notes, tell=told.append)
        now = await book(database)
        assert (now.visibility.value, now.is_curated, now.is_featured, now.curator_notes) == seen, deed
    assert len(told) == len(DEEDS)
    assert all(code in line for line in told)


async def test_a_code_that_is_none_is_told_so(database: Database, tmp_path: Path) -> None:
    with pytest.raises(StartError, match="Nothing was changed"):
        await decide(settings_of(database, tmp_path), "publish", "nosuchbk", None, tell=print)


@pytest.mark.parametrize("deed", DEEDS)
def test_every_word_is_understood(deed: str) -> None:
    parsed = cli.parser().parse_args(["lore", deed, "abcdefgh", "--notes", "Good."])
    assert (parsed.deed, parsed.code, parsed.notes) == (deed, "abcdefgh", "Good.")
    with pytest.raises(SystemExit):
        cli.parser().parse_args(["lore", deed])


@pytest.mark.parametrize("command", ["lore", "card"])
def test_a_file_is_looked_into_without_a_database(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "configure_logs", lambda settings, quiet: None)
    good = tmp_path / "file.json"
    good.write_text(
        '{"spec": "chara_card_v2", "spec_version": "2.0", "data": {"name": "Mira", "description": "A clockmaker.",'
        ' "first_mes": "Hello.", "system_prompt": "Be Mira.", "character_book": {"entries": [{"keys": ["clock"],'
        ' "content": "It ticks.", "enabled": true, "insertion_order": 1, "extensions": {}}]}}}'
    )
    assert cli.main([command, "inspect", str(good)]) == 0
    assert "fields in" in capsys.readouterr().out
    bad = tmp_path / "bad.json"
    bad.write_text("[")
    assert cli.main([command, "inspect", str(bad)]) == 1
    assert "bad.json" in capsys.readouterr().out
