"""How well lore is found by keys, by meaning and by both, in six languages; what that costs.

`QUICK=1` asks English only. `--write FILE` also writes the tables as a page. Each model runs in a process of its own,
so that its memory can be told. `--scopes` measures instead from how many pieces on the index is faster than comparing
them one by one (minutes; `QUICK=1`: with a tenth of the pieces).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.parts.report import Machine, show
from bench.parts.retrieval import KINDS, MODELS, NOTHING, facts, measured, questions

_ALL = (NOTHING, *MODELS)


def run_apart(model: str, languages: Sequence[str]) -> dict[str, Any]:
    """One model's figures, measured in a process of its own."""
    command = [sys.executable, "-m", "bench.retrieval", "--model", model, "--languages", ",".join(languages)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def rows_of(found: Sequence[dict[str, Any]], languages: Sequence[str]) -> list[tuple[str, ...]]:
    """The table: a line for each way of looking."""
    lines: list[tuple[str, ...]] = []
    for one in found:
        for way, hits in one["ways"].items():
            cells = [
                f"{hits[language]['hit1']:.2f} / {hits[language]['hit5']:.2f}" for language in (*languages, *KINDS)
            ]
            lines.append((f"{one['model']}, {way}" if one["model"] != NOTHING else way, *cells))
    return lines


def costs_of(found: Sequence[dict[str, Any]]) -> list[tuple[str, ...]]:
    """What each model costs, and what its threshold lets in."""
    return [
        (
            one["model"],
            f"{one['load_ms']:.0f} ({one['load_lag_ms']:.0f})",
            f"{one['question_ms']:.1f}",
            f"{one['fact_ms']:.1f}",
            f"{one['memory_mb']:.0f}",
            f"{one['threshold']:.2f}",
            *(f"{told['right']:.2f} / {told['wrong']:.2f}" for told in one["let_in"].values()),
            f"{one['chatter_in']:.2f}",
        )
        for one in found
        if one["model"] != NOTHING
    ]


COSTS = ("model", "load ms (loop late)", "ms a question", "ms a fact", "MB", "threshold")
IN = {"english": "English: right / wrong", "others": "other languages: right / wrong"}


def heads_of(found: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    """The heads of `costs_of`."""
    return (*COSTS, *(IN[name] for name in found[-1]["let_in"]), "chatter")


def page(found: Sequence[dict[str, Any]], languages: Sequence[str], machine: str) -> str:
    """The tables in Markdown."""

    def table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
        ruled = "|" + "---|" * len(head)
        return "\n".join("| " + " | ".join(line) + " |" for line in (head, *lines)).replace("\n", f"\n{ruled}\n", 1)

    counts = ", ".join(f"{language} {len(questions([language]))}" for language in languages)
    return TEXT.format(
        counts=counts,
        facts=len(facts()),
        hits=table(("hit@1 / hit@5", *languages, *KINDS), rows_of(found, languages)),
        costs=table(heads_of(found), costs_of(found)),
        machine=machine,
    )


TEXT = """# How well lore is found

`make bench-retrieval` measures it, `python -m bench.retrieval --write docs/lore-retrieval.md` wrote this page.

The set (`bench/retrieval_set.json`) is our own: facts of invented places, each with keys as a creator would choose
them and two questions as somebody in a chat would ask: one that names what it asks for, one in other words. Questions:
{counts}. Every question is asked over the facts of all languages together, so a guess is right once in {facts}.
Facts are embedded as the program does it: name, line end, content. Each language is a book of its own, and scores are
the program's: the cosine, both sides seen from the book's centre.

`keys`: the engine with keyword entries. `meaning`: the nearest first. `both`: hybrid entries, half by key, half by
meaning (`weighted`, 0.5). `named` and `reworded` are the two kinds of question, over all languages.

{hits}

What a model costs (one thread, this machine), and what the threshold that comes with it does: how often the right fact
is above it, how many wrong ones are as well for each question, and how many for a line of chatter that asks for nothing
(of each, at most five come in). Memory is what the process grew by, runtime and libraries included;
`loop late` is how long the event loop was held at most while the model was loaded in its thread.

{costs}

{machine}

Read it so:

- Keys find what is named and nothing else; meaning finds both, and both together are as good as the better of them.
- The model that `make start` installs reads English. In other languages it knows names again, little more;
  `EMBEDDINGS=multilingual` reads them all, for two to four times the time a text.
- Seen from the centre of its book, an unrelated text scores about 0 and the same text 1, whatever model and language.
  Plain cosines do not: measured once with them, the English model let in four wrong entries of five for *every*
  question in Spanish, French, Russian or Japanese (threshold 0.3; now a third of one), and the multilingual one, whose
  cosines all lie between 0.7 and 0.9, half an entry for a line of chatter (threshold 0.82; now a tenth of one).
- A server's model (`EMBEDDINGS_MODEL`) cannot be measured here; its threshold is that of the English one.
"""


def scopes(total: int) -> int:
    """Measure the border between comparing and the index."""
    # Here and not above: only this needs a database.
    from bench.parts.retrieval_scopes import measure_scopes

    machine = Machine()
    sizes = [total // part for part in (120, 24, 12, 8, 6, 3)]
    found = asyncio.run(measure_scopes(total, sizes))
    rows = [
        (f"{one.pieces:,} of {total:,} pieces", f"{one.exact_ms:.1f} ms, by the index {one.index_ms:.1f} ms",
         f"finds {one.recall:.2f} of the best five; without iterating {one.short} of 200")
        for one in found
    ]  # fmt: skip
    show("bench-retrieval: scopes", rows, [machine.line()], {str(one.pieces): asdict(one) for one in found})
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; the last line is one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", choices=_ALL)
    parser.add_argument("--languages")
    parser.add_argument("--write", type=Path)
    parser.add_argument("--scopes", action="store_true")
    options = parser.parse_args(arguments)
    languages = tuple((options.languages or ("en" if os.environ.get("QUICK") else "en,es,de,fr,ru,ja")).split(","))
    if options.model:
        print(json.dumps(measured(options.model, languages)))
        return 0
    if options.scopes:
        return scopes(120_000 // (10 if os.environ.get("QUICK") else 1))
    machine = Machine()
    found = [run_apart(model, languages) for model in _ALL]
    spread = [(what, " ".join(cells), "") for what, *cells in rows_of(found, languages)]
    costs = [
        f"{name}: " + ", ".join(f"{head} {cell}" for head, cell in zip(heads_of(found)[1:], cells, strict=True))
        for name, *cells in costs_of(found)
    ]
    if options.write:
        options.write.write_text(page(found, languages, machine.line()), "utf-8")
    figures = {one["model"]: {key: value for key, value in one.items() if key != "model"} for one in found}
    title = f"bench-retrieval: hit@1 / hit@5 in {', '.join((*languages, *KINDS))}"
    show(title, spread, [*costs, machine.line()], figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
