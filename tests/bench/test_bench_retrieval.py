"""The retrieval bench in small: its set is whole, its counting is right, its page can be read. Nothing about speed."""

from __future__ import annotations

import json
from collections import Counter
from uuid import UUID

import pytest

from bench.parts.retrieval import KINDS, MODELS, NOTHING, Keys, chatter, facts, hits, let_in, measured, questions, stray
from bench.retrieval import page, rows_of


def test_the_set_has_as_many_questions_as_are_asked_for() -> None:
    counts = Counter(one.language for one in facts())
    assert counts["en"] >= 30
    assert len(counts) == 6
    assert all(count >= 10 for count in counts.values())
    assert len({one.id for one in facts()}) == len(facts())
    texts = [one.text for one in questions(list(counts))]
    assert len(texts) == len(set(texts)) == 2 * len(facts())
    assert len(chatter()) >= 20
    assert all(one.keys and one.content for one in facts())


def test_what_is_named_is_found_by_keys_and_what_is_reworded_is_not() -> None:
    keys = Keys()
    found = {one.text: keys.found(one.text) for one in questions(["en"])}
    shares = hits(found, ["en"])
    assert shares["named"]["hit5"] > 0.7 > shares["reworded"]["hit5"]


def test_hits_are_counted_by_place() -> None:
    asked = questions(["de"])
    others = [one.id for one in facts() if one.language == "ja"][:5]
    first = {one.text: [one.fact.id, *others] for one in asked}
    fifth = {one.text: [*others[:4], one.fact.id] for one in asked}
    sixth = {one.text: [*others, one.fact.id] for one in asked}
    assert hits(first, ["de"])["de"] == {"hit1": 1, "hit5": 1}
    assert hits(fifth, ["de"])["de"] == {"hit1": 0, "hit5": 1}
    assert hits(sixth, ["de"])["de"] == {"hit1": 0, "hit5": 0}


def test_a_threshold_lets_in_at_most_five() -> None:
    asked = questions(["de"])[:1]
    near: dict[UUID, float] = {one.id: 0.9 for one in facts()} | {asked[0].fact.id: 1.0}
    scores = {asked[0].text: near}
    assert let_in(asked, scores, 0.5) == {"right": 1, "wrong": 4}
    assert let_in(asked, scores, 2.0) == {"right": 0, "wrong": 0}
    assert stray([near, {}], 0.5) == 2.5


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_slice_of_the_measurement() -> None:
    name = next(iter(MODELS))
    found = [measured(NOTHING, ["en"]), measured(name, ["en"])]
    json.dumps(found)
    keys, meaning, both = (float(row[1].split(" / ")[0]) for row in rows_of(found, ["en"]))
    assert both >= meaning > keys > 0
    assert all(found[1][figure] > 0 for figure in ("load_ms", "question_ms", "fact_ms"))
    assert found[1]["let_in"]["english"]["right"] > 0.5
    written = page(found, ["en"], "a machine")
    assert f"| {name}, both |" in written
    assert all(kind in written for kind in KINDS)
