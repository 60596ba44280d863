"""How much is measured."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """`acked` answers, kills and reads are at least so many; each control takes `control_acked` answers and some kills.

    Gifts are given at `gifts_per_s` for `load_seconds`.
    """

    name: str
    acked: int
    app_kills: int
    db_kills: int
    reads: int
    clients: int = 16
    hot: int = 8
    cold: int = 200
    again: int = 500
    load_seconds: float = 20.0
    gifts_per_s: int = 50
    control_acked: int = 1_200
    control_kills: int = 4
    pause_seconds: tuple[float, float] = (0.6, 2.2)


FULL = Size("full", acked=10_000, app_kills=12, db_kills=12, reads=2_000)
QUICK = Size(
    "QUICK",
    acked=600,
    app_kills=1,
    db_kills=1,
    reads=60,
    again=60,
    load_seconds=3.0,
    control_acked=150,
    control_kills=1,
    pause_seconds=(0.4, 0.9),
)
TINY = Size(
    "tiny",
    acked=200,
    app_kills=1,
    db_kills=1,
    reads=20,
    clients=8,
    hot=4,
    cold=12,
    again=40,
    load_seconds=0.0,
    control_acked=100,
    control_kills=1,
    pause_seconds=(0.2, 0.5),
)
