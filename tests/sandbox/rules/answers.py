"""Reading Discord's error trees in tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sandbox.errors import InvalidForm


def faults_of(check: Callable[..., object], *args: Any, **kwargs: Any) -> dict[str, list[str]]:
    """The codes of the field errors that a check raises, by dotted path."""
    with pytest.raises(InvalidForm) as caught:
        check(*args, **kwargs)
    found: dict[str, list[str]] = {}

    def walk(tree: dict[str, Any], path: str) -> None:
        assert "_errors" not in tree or len(tree) == 1, "a node holds its own errors or those inside it, never both"
        for key, branch in tree.items():
            if key == "_errors":
                found[path] = [error["code"] for error in branch]
                assert all(error["message"] for error in branch)
            else:
                walk(branch, f"{path}.{key}" if path else key)

    assert caught.value.errors is not None
    walk(caught.value.errors, "")
    return found
