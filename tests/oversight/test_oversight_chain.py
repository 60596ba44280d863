"""The audit chain as pure functions: what was not touched holds, and every way of touching it is found and named."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services.oversight.chain import GENESIS, Batch, Line, SealingKeys, commitment, leaf, new_salt, plain, seal
from bot.services.oversight.checking import Beside, Checker, Fault, Head, Sealed, Verdict

BEGAN = datetime(2026, 11, 21, 9, tzinfo=UTC)
KEYS = SealingKeys([bytes(range(32))])
LATE = timedelta(hours=2)

Chain = list[tuple[Batch, list[Sealed]]]


def line(number: int, *, at: datetime | None = None) -> tuple[Line, Beside]:
    salt, details = new_salt(), plain({"name": ["Mira", f"Mira {number}"]})
    made = Line(
        id=UUID(int=number + 1),
        at=at or BEGAN + timedelta(minutes=number),
        actor_kind="user",
        actor_id=UUID(int=99),
        action="character.edited",
        target_kind="character",
        target_id=str(UUID(int=5)),
        of_user_id=None,
        request_id="r1",
        commitment=commitment(salt, details),
    )
    return made, Beside(salt, details, is_erased=False)


def chain(batches: int = 4, rows: int = 3, keys: SealingKeys = KEYS) -> Chain:
    made: Chain = []
    for number in range(batches):
        lines = [line(number * 60 + row) for row in range(rows)]
        sealed_at = BEGAN + timedelta(hours=number + 1)
        batch, leaves = seal(made[-1][0] if made else None, [one for one, _ in lines], sealed_at=sealed_at, keys=keys)
        made.append((batch, [Sealed(one, place, leaves[place], beside) for place, (one, beside) in enumerate(lines)]))
    return made


def judge(made: Chain, *, keys: SealingKeys = KEYS, expected: Head | None = None) -> Verdict:
    checker = Checker(keys, expected=expected)
    for batch, lines in made:
        checker.take(batch, lines)
    return checker.rest((), now=BEGAN + timedelta(hours=9), late=LATE)


def test_an_untouched_chain_holds() -> None:
    verdict = judge(chain())
    assert verdict.holds
    assert (verdict.batches, verdict.lines, verdict.details, verdict.signed) == (4, 12, 12, 4)
    assert str(verdict.head).startswith("4:")


def _first(made: Chain, number: int = 1) -> Sealed:
    return made[number][1][1]


def _put(made: Chain, number: int, place: int, sealed: Sealed) -> None:
    made[number][1][place] = sealed


def _change_action(made: Chain) -> None:
    old = _first(made)
    _put(made, 1, 1, replace(old, line=replace(old.line, action="character.seen")))


def _change_actor_and_leaf(made: Chain) -> None:
    old = _first(made)
    changed = replace(old.line, actor_id=UUID(int=7))
    _put(made, 1, 1, replace(old, line=changed, leaf=leaf(changed)))


def _take_a_line(made: Chain) -> None:
    del made[1][1][1]


def _take_the_last_line_and_its_count(made: Chain) -> None:
    del made[1][1][-1]
    made[1] = (replace(made[1][0], rows=2), made[1][1])


def _put_a_line_in(made: Chain) -> None:
    extra, beside = line(200, at=BEGAN + timedelta(hours=1, minutes=30))
    made[1][1].append(Sealed(extra, 3, leaf(extra), beside))


def _swap_two(made: Chain) -> None:
    lines = made[1][1]
    lines[0], lines[1] = replace(lines[1], position=0), replace(lines[0], position=1)


def _take_a_batch(made: Chain) -> None:
    del made[1]


def _take_a_batch_and_close_the_gap(made: Chain) -> None:
    del made[1]
    made[1:] = [(replace(batch, number=batch.number - 1), lines) for batch, lines in made[1:]]


def _remake_one_batch(made: Chain) -> None:
    """Everything of the batch made anew, and signed by somebody without the house's key."""
    batch, lines = made[1]
    changed = [replace(one.line, target_id="other") for one in lines]
    anew, leaves = seal(made[0][0], changed, sealed_at=batch.sealed_at, keys=SealingKeys([bytes(32)]))
    made[1] = (
        replace(anew, key_id=batch.key_id),
        [Sealed(one, place, leaves[place], lines[place].beside) for place, one in enumerate(changed)],
    )


def _remake_everything_without_the_key(made: Chain) -> None:
    made[:] = [
        (replace(batch, key_id=old[0].key_id), lines)
        for (batch, lines), old in zip(chain(keys=SealingKeys([bytes(32)])), list(made), strict=True)
    ]


def _take_the_signatures_from_the_middle(made: Chain) -> None:
    made[2] = (replace(made[2][0], mac=b"", key_id=""), made[2][1])


def _change_details(made: Chain) -> None:
    old = _first(made)
    assert old.beside is not None
    _put(made, 1, 1, replace(old, beside=replace(old.beside, details={"name": ["Mira", "Nora"]})))


def _take_details(made: Chain) -> None:
    _put(made, 1, 1, replace(_first(made), beside=None))


def _backdate(made: Chain) -> None:
    """A line written now that claims to be of hours ago: its batch is right, its time is not."""
    old = made[3]
    lines = [one.line for one in old[1]]
    lines[0] = replace(lines[0], at=BEGAN)
    batch, leaves = seal(made[2][0], lines, sealed_at=old[0].sealed_at, keys=KEYS)
    made[3] = (
        batch, [Sealed(one, place, leaves[place], old[1][place].beside) for place, one in enumerate(lines)]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("tamper", "fault", "number"),
    [
        (_change_action, Fault.LINE_CHANGED, 2),
        (_change_actor_and_leaf, Fault.HASH_WRONG, 2),
        (_take_a_line, Fault.LINE_MISSING, 2),
        (_take_the_last_line_and_its_count, Fault.HASH_WRONG, 2),
        (_put_a_line_in, Fault.LINE_MISSING, 2),
        (_swap_two, Fault.HASH_WRONG, 2),
        (_take_a_batch, Fault.NUMBER_MISSING, 3),
        (_take_a_batch_and_close_the_gap, Fault.LINK_BROKEN, 2),
        (_remake_one_batch, Fault.SIGNATURE_WRONG, 2),
        (_remake_everything_without_the_key, Fault.SIGNATURE_WRONG, 1),
        (_take_the_signatures_from_the_middle, Fault.SIGNATURE_MISSING, 3),
        (_change_details, Fault.DETAILS_CHANGED, 2),
        (_take_details, Fault.DETAILS_MISSING, 2),
        (_backdate, Fault.BACKDATED, 4),
    ],
)
def test_every_way_of_tampering_is_found_where_it_was_done(
    tamper: Callable[[Chain], None], fault: Fault, number: int
) -> None:
    made = chain()
    assert judge(made).holds  # the control: red only for what is done next
    tamper(made)
    first = judge(made).first
    assert first is not None
    assert (first.fault, first.batch) == (fault, number)


def test_what_was_erased_is_no_fault_and_is_counted() -> None:
    made = chain()
    _put(made, 1, 1, replace(_first(made), beside=Beside(None, None, is_erased=True)))
    verdict = judge(made)
    assert verdict.holds
    assert verdict.erased == 1


def test_a_cut_off_end_shows_only_against_a_head_noted_elsewhere() -> None:
    made = chain()
    noted = judge(made).head
    assert noted is not None
    assert judge(made, expected=Head.parse(str(noted))).holds
    del made[-1]
    assert judge(made).holds  # no chain can know its own end
    first = judge(made, expected=noted).first
    assert first is not None
    assert first.fault is Fault.HEAD_MISSING


def test_a_key_we_do_not_have_is_told_and_is_no_fault() -> None:
    verdict = judge(chain(), keys=SealingKeys([b"x" * 32]))
    assert verdict.holds
    assert (verdict.signed, verdict.unknown_key) == (0, 4)


def test_an_older_key_still_tells() -> None:
    verdict = judge(chain(), keys=SealingKeys([b"x" * 32, bytes(range(32))]))
    assert verdict.signed == 4


def test_a_line_that_waits_too_long_is_a_fault() -> None:
    checker = Checker(KEYS)
    checker.rest([line(0)], now=BEGAN + timedelta(minutes=30), late=LATE)
    assert checker.verdict.holds
    assert checker.verdict.waiting == 1
    late = Checker(KEYS).rest([line(0)], now=BEGAN + timedelta(hours=3), late=LATE)
    assert late.first is not None
    assert late.first.fault is Fault.UNSEALED


def test_the_first_batch_stands_on_nothing() -> None:
    assert chain(1)[0][0].previous_hash == GENESIS


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats() | st.uuids(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(_JSON)
def test_differences_are_the_same_after_a_way_through_json(value: object) -> None:
    made = plain(value)
    salt = new_salt()
    assert commitment(salt, json.loads(json.dumps(made))) == commitment(salt, made)


@given(_JSON, _JSON)
def test_other_differences_have_another_commitment(one: object, other: object) -> None:
    salt = bytes(16)
    assert (commitment(salt, plain(one)) == commitment(salt, plain(other))) == (
        json.dumps(plain(one), sort_keys=True) == json.dumps(plain(other), sort_keys=True)
    )
