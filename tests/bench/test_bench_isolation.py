"""The isolation bench in small: both sides answer, and answer the same. Nothing about speed."""

from bench.isolation import QUESTIONS, SLICE, measure


async def test_bound_and_free_give_the_same_rows() -> None:
    costs = await measure(SLICE)
    assert [cost.question for cost in costs] == list(QUESTIONS)
    assert all(cost.is_same for cost in costs)
