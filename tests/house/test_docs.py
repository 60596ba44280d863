"""What is not documented does not exist: settings, limits, tables, commands; and what is documented does."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import subprocess
from pathlib import Path

import pytest
from discord import app_commands
from discord.ext import commands

import cogs
from bot.cli import parser
from bot.locale import catalogue
from bot.settings import Settings
from docs import tables

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(
    [*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(ROOT / "sandbox").rglob("*.md")],
    key=lambda path: path.relative_to(ROOT).as_posix(),
)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
COMMAND_ROW = re.compile(r"^\| `/([a-z ]+)` \| (.*?) \|", re.MULTILINE)


def _ids(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", tables.PLACES)
def test_the_tables_that_come_from_the_code_are_fresh(name: str) -> None:
    _, make = tables.PLACES[name]
    assert tables.written(name) == make(), "stale: run `make docs`"


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_documented(name: str) -> None:
    assert f"`{name.upper()}`" in (DOCS / "settings.md").read_text("utf-8")


def test_every_command_of_the_command_line_is_documented() -> None:
    text = (DOCS / "operating.md").read_text("utf-8")
    commands = next(action for action in parser()._actions if action.dest == "command").choices
    assert commands
    for name in commands:
        assert re.search(rf"`{name}`|-m bot {name}\b", text), name


def _commands() -> dict[str, set[str]]:
    """Every slash command as people type it, with its options; from the cogs themselves."""
    found: dict[str, set[str]] = {}
    for module in pkgutil.iter_modules(cogs.__path__):
        for member in vars(importlib.import_module(f"cogs.{module.name}")).values():
            # A cog that others are made of is a part of them.
            if not (isinstance(member, type) and issubclass(member, commands.Cog)) or member.__subclasses__():
                continue
            group = getattr(member, "__cog_group_name__", None) if issubclass(member, commands.GroupCog) else None
            for one in member.__cog_app_commands__:
                for command in one.walk_commands() if isinstance(one, app_commands.Group) else (one,):
                    assert isinstance(command, app_commands.Command)
                    name = f"{group} {command.qualified_name}" if group else command.qualified_name
                    found[name] = {option.display_name for option in command.parameters}
    return found


def test_every_slash_command_and_option_is_documented() -> None:
    rows = COMMAND_ROW.findall((DOCS / "commands.md").read_text("utf-8"))
    documented = {name: set(re.findall(r"`([\w-]+)`", options)) for name, options in rows}
    assert documented == _commands()


def test_no_text_names_a_command_there_is_not() -> None:
    commands = set(_commands())
    groups = {name.rpartition(" ")[0] for name in commands} | {name.split()[0] for name in commands}
    for found in catalogue.find_all():
        for name in re.findall(r"(?:^|\s)/([a-z]+(?: [a-z]+){0,2})\b(?!/)", found.text):
            begun = {name.rsplit(" ", cut)[0] for cut in range(3)}
            assert begun & commands or name in groups, f"{found.path}:{found.line} {found.text}"


@pytest.mark.parametrize("page", PAGES, ids=_ids)
def test_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text("utf-8")):
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        path, _, anchor = target.partition("#")
        linked = (page.parent / path).resolve() if path else page
        assert linked.exists(), target
        if anchor and linked.suffix == ".md":
            assert anchor in _anchors(linked), target


@pytest.mark.parametrize("page", PAGES, ids=_ids)
def test_files_named_in_the_documentation_exist(page: Path) -> None:
    named = re.findall(r"`((?:bot|cogs|db|web|tests|docs|migrations|sandbox)/[\w./-]+)`", page.read_text("utf-8"))
    examples = {"web/routes/characters.py"}  # architecture.md's page that is yet to be made
    missing = [name for name in named if name not in examples and not (ROOT / name).exists()]
    assert missing == []


def test_no_page_names_a_machine_or_a_registry() -> None:
    files = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    pages = [ROOT / name for name in files if name.endswith((".md", ".toml", ".lock", "Makefile", "run"))]
    # Put together, so that this file does not find itself.
    words = [f"/{'root'}/", f"/{'work'}/", "pypi." + "org", "files.python" + "hosted"]
    assert [(page.name, word) for page in pages for word in words if word in page.read_text("utf-8")] == []


def test_every_decision_is_listed() -> None:
    listed = set(re.findall(r"\((\d{4}-[\w-]+\.md)\)", (DOCS / "decisions" / "README.md").read_text("utf-8")))
    assert listed == {path.name for path in (DOCS / "decisions").glob("[0-9]*.md")}


def test_python_in_the_documentation_is_python() -> None:
    for page in PAGES:
        for code in re.findall(r"```python\n(.*?)```", page.read_text("utf-8"), re.DOTALL):
            compile(code, page.name, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
