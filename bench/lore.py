"""Lore: a whole activation at 100 to 100,000 entries, cold, warm and with one new message, beside a plain re loop.

`--book FILE --chat FILE --print-active` instead prints the ids of the entries that a chat brings in from a book: a
world file (or any other book that is read here), and a JSON list of messages, newest first (texts, or objects with
`name`, `mes`, `is_user`). `--compatible`: as the program the file comes from would decide; `--why`: with reasons.
As a target: `make bench-lore ARGS="--book FILE --chat FILE --print-active"`.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.lore_parts.files import Asked, active_ids, compatible_ids, names_in, read_chat, read_json, read_lore, told
from bench.parts.report import Machine
from bot.errors import UserError

SIZES = (100, 1_000, 10_000, 100_000)
KEYS = ("cold_ms", "warm_ms", "new_message_ms", "build_ms", "re_loop_ms", "memory_mb")
OTHERS = ("cold_cpu_ms", "warm_cpu_ms", "new_message_cpu_ms", "lag_ms", "idle_lag_ms", "lag_on_loop_ms")
WARM_MOST = {100: 0.3, 1_000: 1.0, 10_000: 5.0, 100_000: 40.0}
NEW_MOST = {10_000: 1.0}
LAG_MOST = 20.0


def measure(sizes: Sequence[int], kind: str) -> dict[int, dict[str, Any]]:
    """The figures of each size, each from a process of its own, so that memory and leftovers are its own too."""
    found: dict[int, dict[str, Any]] = {}
    for size in sizes:
        ran = subprocess.run(
            [sys.executable, "-m", "bench.lore_parts.one", str(size), kind], check=True, stdout=subprocess.PIPE
        )
        found[size] = json.loads(ran.stdout.splitlines()[-1])
    return found


def figures(found: Mapping[int, Mapping[str, Any]]) -> dict[str, dict[str, float]]:
    """The JSON line: each figure by number of entries."""
    return {key: {str(size): round(one[key], 4) for size, one in found.items()} for key in (*KEYS, *OTHERS)}


def table(found: Mapping[int, Mapping[str, Any]]) -> list[str]:
    """The figures for people."""
    head = ("entries", "cold", "warm", "target", "new msg", "build", "lag (idle)", "re loop", "deck MB", "in", "out")
    rows = [head, *(_row(size, one) for size, one in found.items())]
    wide = [max(len(row[place]) for row in rows) for place in range(len(head))]
    return ["  ".join(cell.rjust(width) for cell, width in zip(row, wide, strict=True)) for row in rows]


def _row(size: int, one: Mapping[str, Any]) -> tuple[str, ...]:
    most = WARM_MOST.get(size)
    return (
        f"{size:,}", f"{one['cold_ms']:.2f}", f"{one['warm_ms']:.3f}", f"≤ {most:g}" if most else "",
        f"{one['new_message_ms']:.3f}", f"{one['build_ms']:.0f}", f"{one['lag_ms']:.0f} ({one['idle_lag_ms']:.0f})",
        f"{one['re_loop_ms']:,.0f}{'*' if one['re_share'] < 1 else ''}", f"{one['memory_mb']:.1f}",
        str(one["active"]), str(one["refused"]),
    )  # fmt: skip


def notes(found: Mapping[int, Mapping[str, Any]]) -> list[str]:
    """What is to be known about the figures."""
    said = [
        "milliseconds, medians of wall time; three keys of one to three words an entry, ten messages of 100 words.",
        "cold: nothing was read before; warm: the same messages at another turn; new msg: one message is new.",
        "All but the re loop decide everything: filters, groups, timed effects, secondary keys, dice, order, budget.",
        "re loop: one compiled pattern for each key, matching only. It found the same entries: "
        + ("yes." if not any(one["differing"] for one in found.values()) else "NO."),
    ]
    sampled = [f"{size:,}" for size, one in found.items() if one["re_share"] < 1]
    if sampled:
        said.append(f"* at {', '.join(sampled)} the loop ran over a part of the entries; its time is multiplied.")
    said += [f"CPU time at {size:,}: " + _cpu(one) for size, one in found.items()]
    said += [
        f"control at {size:,}: built on the event loop, it stood still for {one['lag_on_loop_ms']:.0f} ms."
        for size, one in found.items()
    ]
    missed = _missed(found)
    return [*said, "Targets missed: " + "; ".join(missed) if missed else "All targets met."]


def _cpu(one: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{name.replace('_', ' ')} {one[f'{name}_cpu_ms']:.3f}" for name in ("cold", "warm", "new_message")
    )


def _missed(found: Mapping[int, Mapping[str, Any]]) -> list[str]:
    missed = [
        f"warm at {size:,}" for size, most in WARM_MOST.items() if size in found and found[size]["warm_ms"] > most
    ]
    missed += [
        f"new message at {size:,}"
        for size, most in NEW_MOST.items()
        if size in found and found[size]["new_message_ms"] > most
    ]
    return missed + [f"lag at {size:,}" for size, one in found.items() if one["lag_ms"] > LAG_MOST]


def _bench() -> int:
    quick = bool(os.environ.get("QUICK"))
    machine = Machine()
    found = measure(SIZES, "quick" if quick else "full")
    print("\nbench-lore" + (" (QUICK)" if quick else "") + "\n")
    for line in table(found):
        print("  " + line)
    print()
    for note in [machine.line(), *notes(found)]:
        print("  " + note)
    print(json.dumps(figures(found)), flush=True)
    return 1 if any(one["differing"] for one in found.values()) else 0


def _print_active(asked: argparse.Namespace) -> int:
    try:
        book, chat = read_lore(asked.book), read_chat(read_json(asked.chat))
        character, person = names_in(chat)
        how = Asked(asked.depth, asked.budget, asked.seed, asked.char or character, asked.user or person)
        ids = compatible_ids if asked.compatible else told if asked.why else active_ids
        for line in ids(book, asked.book.stem, chat, how):
            print(line)
    except (OSError, ValueError, RecursionError) as error:
        print(f"cannot be read: {error}", file=sys.stderr)
        return 2
    except UserError as error:
        print(str(error), file=sys.stderr)
        return 2
    return 0


def main(given: Sequence[str] | None = None) -> int:
    """Measure and print; exit code 1 where the deck and the loop found different entries, 2 for files that are none."""
    parser = argparse.ArgumentParser(prog="python -m bench.lore", description=__doc__)
    parser.add_argument("--book", type=Path, help="a lore book")
    parser.add_argument("--chat", type=Path, help="messages, newest first")
    parser.add_argument("--print-active", action="store_true", help="print the ids of what came in, one a line")
    parser.add_argument("--compatible", action="store_true", help="decide as SillyTavern does")
    parser.add_argument("--why", action="store_true", help="say why, and what stayed out")
    parser.add_argument("--depth", type=int, help="messages to look back (the book's, else 2)")
    parser.add_argument("--budget", type=int, help="tokens, estimated as four letters each (no limit)")
    parser.add_argument("--seed", type=int, default=1, help="for the dice")
    parser.add_argument("--char", default="", help="what {{char}} stands for")
    parser.add_argument("--user", default="", help="what {{user}} stands for")
    asked = parser.parse_args(given)
    if asked.book is None and asked.chat is None:
        return _bench()
    if asked.book is None or asked.chat is None:
        parser.error("--book and --chat go together")
    return _print_active(asked)


if __name__ == "__main__":
    sys.exit(main())
