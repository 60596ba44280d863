"""What is printed at the end: a table for people, the machine it was measured on, one JSON line for machines."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from statistics import quantiles
from typing import Any

import psutil


class Machine:
    """How busy the machine was while we measured, and how much of that was not us."""

    def __init__(self) -> None:
        self._before = psutil.cpu_times()
        self._ours = _ours()

    def line(self) -> str:
        """One sentence."""
        now = psutil.cpu_times()
        spent = {name: getattr(now, name) - getattr(self._before, name) for name in ("user", "system", "idle")}
        total = sum(spent.values()) or 1.0
        busy, ours = spent["user"] + spent["system"], _ours() - self._ours
        load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
        return (
            f"{os.cpu_count()} cores, {psutil.virtual_memory().total / 2**30:.0f} GB, "
            f"Python {platform.python_version()}; "
            f"{busy / total:.0%} busy meanwhile, others had {max(0.0, busy - ours) / total:.0%}; load {load}"
        )


def _ours() -> float:
    """CPU seconds of this process, of its children and theirs, living and reaped."""
    me = psutil.Process()
    mine = me.cpu_times()
    spent = mine.user + mine.system + mine.children_user + mine.children_system
    for child in me.children(recursive=True):
        try:
            times = child.cpu_times()
        except psutil.NoSuchProcess:
            continue
        spent += times.user + times.system
    return spent


def percentile(values: Sequence[float], percent: int) -> float:
    """The value that so many percent do not exceed; of too few values, the largest."""
    if len(values) < 2:
        return values[0] if values else float("nan")
    return quantiles(values, n=100, method="inclusive")[percent - 1] if percent < 100 else max(values)


def show(title: str, rows: Sequence[tuple[str, str, str]], notes: Sequence[str], figures: Mapping[str, Any]) -> None:
    """Print it all; the JSON object is the last line."""
    print(f"\n{title}\n")
    wide = max(len(row[0]) for row in rows)
    mid = max(len(row[1]) for row in rows)
    for what, measured, wanted in rows:
        print(f"  {what:<{wide}}  {measured:>{mid}}  {wanted}".rstrip())
    print()
    for note in notes:
        print(f"  {note}")
    print(json.dumps(figures), flush=True)
