"""Whether the audit log's chain still holds: link by link, naming the first that does not. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from bot.services.oversight.chain import GENESIS, Batch, Line, Plain, SealingKeys, batch_hash, commitment, leaf

SLACK = timedelta(hours=1)
"""How much later than it says a line may have come into the log: a transaction's own time is that of its beginning."""

FAULTS_KEPT = 100
"""How many faults are told one by one; all are counted."""


class Fault(StrEnum):
    """What is wrong with a link or a line."""

    NUMBER_MISSING = "number_missing"
    """A batch's number does not follow the one before it."""
    LINK_BROKEN = "link_broken"
    """A batch names another predecessor than the batch before it."""
    LINE_MISSING = "line_missing"
    """A batch has fewer or more lines than it was sealed with, or a place in it is empty."""
    LINE_CHANGED = "line_changed"
    """A line is not the one that was sealed."""
    HASH_WRONG = "hash_wrong"
    """A batch's hash is not that of its lines and its predecessor."""
    SIGNATURE_WRONG = "signature_wrong"
    """A batch's hash was not signed with the house's key."""
    SIGNATURE_MISSING = "signature_missing"
    """A batch that follows signed ones is not signed."""
    BACKDATED = "backdated"
    """A line says that it was written before the batch before its own was sealed."""
    DETAILS_CHANGED = "details_changed"
    """The differences beside a line are not those it was written with."""
    DETAILS_MISSING = "details_missing"
    """The differences beside a line are gone, and no erasure took them."""
    UNSEALED = "unsealed"
    """A line is older than its batch can be late, and in none."""
    HEAD_MISSING = "head_missing"
    """The chain does not hold the head that was noted elsewhere: its end was cut off, or it is another chain."""


@dataclass(frozen=True, slots=True)
class Broken:
    """One fault: in which batch (0: in none), and at which line where it is one line's."""

    fault: Fault
    batch: int
    line_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Beside:
    """What lies beside a line: salt and differences, or both gone by erasure."""

    salt: bytes | None
    details: Plain
    is_erased: bool


@dataclass(frozen=True, slots=True)
class Sealed:
    """A line in its batch: where it stands, its leaf as it was sealed, and what lies beside it (None: nothing)."""

    line: Line
    position: int
    leaf: bytes
    beside: Beside | None


@dataclass(frozen=True, slots=True)
class Head:
    """The newest link, to be noted elsewhere: `12:9f86…`."""

    number: int
    hash: bytes

    def __str__(self) -> str:
        return f"{self.number}:{self.hash.hex()}"

    @classmethod
    def parse(cls, text: str) -> Head:
        """A head as it was noted. Raises `ValueError`."""
        number, _, digits = text.strip().partition(":")
        return cls(int(number), bytes.fromhex(digits))


@dataclass(slots=True)
class Verdict:
    """What was checked, counted, and what was found wrong (the first `FAULTS_KEPT`)."""

    batches: int = 0
    signed: int = 0
    unknown_key: int = 0
    lines: int = 0
    details: int = 0
    erased: int = 0
    waiting: int = 0
    head: Head | None = None
    fault_count: int = 0
    faults: list[Broken] = field(default_factory=list[Broken])

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return self.fault_count == 0

    @property
    def first(self) -> Broken | None:
        """The first broken link."""
        return self.faults[0] if self.faults else None

    def found(self, fault: Fault, batch: int, line_id: UUID | None = None) -> None:
        """Note a fault."""
        self.fault_count += 1
        if len(self.faults) < FAULTS_KEPT:
            self.faults.append(Broken(fault, batch, line_id))


class Checker:
    """Takes batch after batch, in order of their numbers; `verdict` then tells."""

    def __init__(self, keys: SealingKeys, *, expected: Head | None = None) -> None:
        """`expected` is a head that was noted elsewhere."""
        self.verdict = Verdict()
        self._keys = keys
        self._expected = expected
        self._met_expected = expected is None
        self._previous: Batch | None = None
        self._was_signed = False

    def take(self, batch: Batch, lines: Sequence[Sealed]) -> None:
        """Check one batch and its lines, which are in order of their places."""
        verdict, previous = self.verdict, self._previous
        number = batch.number
        if number != (1 if previous is None else previous.number + 1):
            verdict.found(Fault.NUMBER_MISSING, number)
        elif batch.previous_hash != (GENESIS if previous is None else previous.hash):
            verdict.found(Fault.LINK_BROKEN, number)
        leaves = self._lines(batch, lines)
        if batch_hash(number, batch.sealed_at, batch.previous_hash, leaves) != batch.hash:
            verdict.found(Fault.HASH_WRONG, number)
        self._signature(batch)
        if self._expected == Head(number, batch.hash):
            self._met_expected = True
        verdict.batches += 1
        verdict.head = Head(number, batch.hash)
        self._previous = batch

    def rest(self, waiting: Iterable[tuple[Line, Beside | None]], *, now: datetime, late: timedelta) -> Verdict:
        """Check the lines that are in no batch yet; the verdict over everything. `late`: by when each is in one."""
        for line, beside in waiting:
            self.verdict.waiting += 1
            if line.at < now - late:
                self.verdict.found(Fault.UNSEALED, 0, line.id)
            self._beside(0, line, beside)
        if not self._met_expected:
            self.verdict.found(Fault.HEAD_MISSING, 0 if self._expected is None else self._expected.number)
        return self.verdict

    def _lines(self, batch: Batch, lines: Sequence[Sealed]) -> list[bytes]:
        number, leaves = batch.number, list[bytes]()
        if len(lines) != batch.rows or any(one.position != place for place, one in enumerate(lines)):
            self.verdict.found(Fault.LINE_MISSING, number)
        earliest = None if self._previous is None else self._previous.sealed_at - SLACK
        for one in lines:
            now = leaf(one.line)
            if now != one.leaf:
                self.verdict.found(Fault.LINE_CHANGED, number, one.line.id)
            if earliest is not None and one.line.at < earliest:
                self.verdict.found(Fault.BACKDATED, number, one.line.id)
            self._beside(number, one.line, one.beside)
            leaves.append(now)
        self.verdict.lines += len(lines)
        return leaves

    def _beside(self, number: int, line: Line, beside: Beside | None) -> None:
        if beside is None:
            self.verdict.found(Fault.DETAILS_MISSING, number, line.id)
        elif beside.is_erased:
            self.verdict.erased += 1
        elif beside.salt is None or commitment(beside.salt, beside.details) != line.commitment:
            self.verdict.found(Fault.DETAILS_CHANGED, number, line.id)
        else:
            self.verdict.details += 1

    def _signature(self, batch: Batch) -> None:
        if not batch.key_id:
            if self._was_signed:
                self.verdict.found(Fault.SIGNATURE_MISSING, batch.number)
            return
        self._was_signed = True
        fits = self._keys.fits(batch)
        if fits is None:
            self.verdict.unknown_key += 1
        elif fits:
            self.verdict.signed += 1
        else:
            self.verdict.found(Fault.SIGNATURE_WRONG, batch.number)
