"""Every action that is recorded has its words, and every action that has words is recorded somewhere."""

import ast
from collections.abc import Iterator
from pathlib import Path

from bot.services.oversight.actions import ACTIONS

ROOT = Path(__file__).parents[2]
CALLS = {"record", "at_work", "_deciding"}


def _called(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in CALLS:
                yield node


def _strings(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            yield inner.value


def _sources() -> Iterator[ast.AST]:
    for folder in ("bot/services", "bot/local", "web", "cogs"):
        for path in (ROOT / folder).rglob("*.py"):
            if path.name != "actions.py":
                yield ast.parse(path.read_text("utf-8"))


def test_every_recorded_action_has_its_words() -> None:
    told: set[str] = set()
    for tree in _sources():
        for call in _called(tree):
            arguments = [one for one in call.args if isinstance(one, ast.Constant)]
            told |= {one.value for one in arguments if isinstance(one.value, str) and _is_action(one.value)}
    assert told
    assert told - ACTIONS.keys() == set()


def test_every_action_with_words_is_recorded_somewhere() -> None:
    said = {word for tree in _sources() for word in _strings(tree)}
    assert {action for action in ACTIONS if action not in said} == set()


def _is_action(word: str) -> bool:
    noun, dot, verb = word.partition(".")
    return bool(dot) and noun.isidentifier() and verb.isidentifier()
