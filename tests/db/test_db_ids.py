"""Row ids: version 7, in order, never the same twice."""

import threading
import time
from uuid import RFC_4122, UUID

from db.ids import new_id


def test_ids_are_uuid_version_7_and_tell_when_they_were_made() -> None:
    before = time.time_ns() // 1_000_000
    made = new_id()
    assert made.version == 7
    assert made.variant == RFC_4122
    assert before <= made.int >> 80 <= before + 60_000


def test_ids_of_one_process_sort_in_the_order_they_were_made() -> None:
    made = [new_id() for _ in range(50_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_ids_made_on_several_threads_never_meet() -> None:
    made: list[list[UUID]] = [[] for _ in range(4)]

    def make(into: list[UUID]) -> None:
        into.extend(new_id() for _ in range(5_000))

    threads = [threading.Thread(target=make, args=(into,)) for into in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({one for into in made for one in into}) == 20_000
    assert all(into == sorted(into) for into in made)


def test_a_clock_that_goes_back_does_not_make_ids_go_back(monkeypatch) -> None:
    first = new_id()
    monkeypatch.setattr("db.ids.time.time_ns", lambda: (first.int >> 80) * 1_000_000 - 5_000_000_000)
    later = [new_id() for _ in range(5_000)]
    assert [first, *later] == sorted([first, *later])
