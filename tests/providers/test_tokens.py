"""Token counts without a network, and what is learnt about other vocabularies."""

from __future__ import annotations

import gzip
import hashlib
import importlib.resources
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.providers import tokens
from bot.providers.tokens import Factors, Learnt, Tokenizer, learn


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    made = Tokenizer()
    assert made.load_now()
    return made


def test_the_vocabulary_is_the_one_that_tiktoken_checks() -> None:
    packed = (importlib.resources.files("bot.data") / "o200k_base.tiktoken.gz").read_bytes()
    assert hashlib.sha256(gzip.decompress(packed)).hexdigest() == tokens._SHA256  # pyright: ignore[reportPrivateUsage]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("hello world", 2),
        ("Hello, world!", 4),
        ("お誕生日おめでとう", 10),
        ("antidisestablishmentarianism", 9),
        ("tiktoken is great!", 6),
    ],
)
def test_known_counts(tokenizer: Tokenizer, text: str, count: int) -> None:
    assert tokenizer.count(text) == count


def test_special_tokens_are_plain_words(tokenizer: Tokenizer) -> None:
    assert tokenizer.count("<|endoftext|>") > 1


@given(st.text(alphabet=st.characters(), max_size=200))
def test_any_text_can_be_counted(tokenizer: Tokenizer, text: str) -> None:
    assert 0 <= tokenizer.count(text) <= 4 * max(len(text.encode("utf-8", "replace")), 1)


def test_long_runs_are_counted_to_their_end(tokenizer: Tokenizer) -> None:
    assert tokenizer.count("a" * 200_000) > 1000


def test_a_text_is_the_sum_of_its_lines(tokenizer: Tokenizer) -> None:
    lines = ["Hello there.\n", "\n", "- a list\r\n", "of things"]
    assert tokenizer.count("".join(lines)) == sum(tokenizer.count(line) for line in lines)


def test_a_line_is_counted_once(tokenizer: Tokenizer, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Tokenizer()
    assert made.load_now()
    encoded: list[str] = []
    core = made._encoding  # pyright: ignore[reportPrivateUsage]

    class Counting:
        def encode_ordinary(self, text: str) -> list[int]:
            encoded.append(text)
            assert core is not None
            return core.encode_ordinary(text)

    monkeypatch.setattr(made, "_encoding", Counting())
    text = "One line.\n" + "x" * 1000 + "\nOne line.\n"
    assert made.count(text) == made.count(text) == tokenizer.count(text)
    assert encoded == ["One line.\n", "x" * 1000 + "\n"]


@pytest.mark.parametrize("content", [None, b"not gzip", gzip.compress(b"other words")])
def test_without_the_vocabulary_four_characters_are_a_token(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "o200k_base.tiktoken.gz").write_bytes(content)
    monkeypatch.setattr(tokens.importlib.resources, "files", lambda _: tmp_path)
    tokenizer = Tokenizer()
    assert not tokenizer.load_now()
    assert not tokenizer.is_exact
    assert tokenizer.count("12345678") == 2
    assert tokenizer.count("123456789") == 3


def test_a_factor_is_the_mean_at_first_and_follows_slowly_later() -> None:
    known = learn(learn(Learnt(), ours=1000, theirs=1200), ours=1000, theirs=1400)
    assert known == Learnt(pytest.approx(1.3), 2)
    for _ in range(200):
        known = learn(known, ours=1000, theirs=2000)
    assert known.factor == pytest.approx(2.0, abs=0.01)


@pytest.mark.parametrize(("ours", "theirs"), [(20, 60), (1000, 1), (1000, 100_000), (1000, 0)])
def test_what_tells_nothing_is_not_learnt(ours: int, theirs: int) -> None:
    assert learn(Learnt(1.2, 5), ours=ours, theirs=theirs) == Learnt(1.2, 5)


@given(st.lists(st.tuples(st.integers(1, 10_000), st.integers(0, 100_000)), max_size=40))
def test_a_factor_stays_believable(reports: list[tuple[int, int]]) -> None:
    known = Learnt()
    for ours, theirs in reports:
        known = learn(known, ours=ours, theirs=theirs)
    assert 0.4 <= known.factor <= 4.0


class Shelf:
    """A store in memory."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Learnt] = {}

    async def load(self) -> Mapping[tuple[str, str], Learnt]:
        return self.kept

    async def save(self, provider: str, model: str, learnt: Learnt) -> None:
        self.kept[provider, model] = learnt


async def test_not_every_answer_is_written_down() -> None:
    shelf = Shelf()
    factors = Factors(shelf)
    saves: list[int] = []

    async def save(provider: str, model: str, learnt: Learnt) -> None:
        saves.append(learnt.samples)

    shelf.save = save  # type: ignore[method-assign]
    for _ in range(20):
        await factors.learn("other", "m", ours=1000, theirs=1300)
    assert saves == [1, 2, 4, 8, 16]
    for _ in range(3):
        await factors.learn("other", "m", ours=1000, theirs=2500)
    assert saves[5:] == [21, 22, 23]  # it moves
    assert factors.of("other", "m").samples == 23


async def test_factors_outlive_the_process() -> None:
    shelf = Shelf()
    await Factors(shelf).learn("other", "m", ours=1000, theirs=1300)
    later = Factors(shelf)
    assert later.scaled("other", "m", 100) == 100
    await later.load()
    assert later.scaled("other", "m", 100) == 130
    assert later.scaled("other", "n", 100) == 100
