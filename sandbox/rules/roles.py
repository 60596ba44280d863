"""Roles: what may be made and changed (docs: Create Guild Role)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.rules.forms import Faults, Form

#: Permissions are a bit set of at most 64 bits, sent as a string or a number.
MAX_PERMISSIONS = (1 << 64) - 1
MAX_COLOR = 0xFFFFFF


def check_role(payload: Mapping[str, Any]) -> None:
    """Check the body that makes or changes a role. Raises InvalidForm."""
    faults = Faults()
    form = Form(payload, faults)
    form.text("name", 100, low=1)
    form.whole("permissions", low=0, high=MAX_PERMISSIONS, digits=True)
    form.whole("color", low=0, high=MAX_COLOR)
    colors = form.form("colors")
    if colors:
        for key in ("primary_color", "secondary_color", "tertiary_color"):
            colors.whole(key, low=0, high=MAX_COLOR)
    form.truth("hoist")
    form.truth("mentionable")
    faults.raise_any()
