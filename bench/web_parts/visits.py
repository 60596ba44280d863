"""What is asked for: lists of a hundred thousand rows, at their beginning, deep inside, and searched; pages and API."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

_WORDS = ("harbour", "library", "lantern", "tide", "orchard")


@dataclass(frozen=True, slots=True)
class Visit:
    """One request: its kind for the table, its path, and whose it is (`token`: the API's)."""

    kind: str
    path: str
    who: Mapping[str, str]
    by_token: bool = False


@dataclass(frozen=True, slots=True)
class _Kind:
    name: str
    weight: int
    path: str
    is_staff: bool = False
    deep: str = ""
    """The list whose marks it goes on from; empty: it shows the first page."""
    mark: str = "after"
    words: str = ""
    """The parameter that words are looked for with."""


_KINDS: Sequence[_Kind] = (
    _Kind("characters, first page", 3, "/discover"),
    _Kind("characters, deep", 3, "/discover", deep="characters"),
    _Kind("characters, searched", 2, "/discover", words="search"),
    _Kind("creators, first page", 1, "/creators"),
    _Kind("creators, deep", 1, "/creators", deep="creators"),
    _Kind("entries of a book, first page", 1, "/lore/{book}/entries"),
    _Kind("entries of a book, deep", 1, "/lore/{book}/entries", deep="entries"),
    _Kind("people, first page", 1, "/admin/users", is_staff=True),
    _Kind("people, deep", 1, "/admin/users", is_staff=True, deep="people"),
    _Kind("people, searched", 1, "/admin/users?search=person77", is_staff=True),
    _Kind("audit log, deep", 1, "/admin/audit", is_staff=True, deep="audit"),
    _Kind("API: characters, deep", 2, "/api/v1/discover", deep="characters", mark="cursor"),
    _Kind("API: entries, deep", 1, "/api/v1/lore/books/{book}/entries", deep="entries", mark="cursor"),
    _Kind("API: people, deep", 1, "/api/v1/staff/people", is_staff=True, deep="people", mark="cursor"),
)


class Visits:
    """Draws requests by weight. `members` and `staff` are whoever may ask, by turns, so that nobody asks too often."""

    def __init__(
        self,
        members: Sequence[Mapping[str, str]],
        staff: Sequence[Mapping[str, str]],
        marks: Mapping[str, Sequence[Sequence[str]]],
        *,
        seed: int,
    ) -> None:
        self._people = {False: members, True: staff}
        self._marks = marks
        self._chance = random.Random(seed)
        self._turn = 0

    def draw(self) -> Visit:
        """The next one."""
        self._turn += 1
        kind = self._chance.choices(_KINDS, weights=[one.weight for one in _KINDS])[0]
        people = self._people[kind.is_staff]
        query: dict[str, str] = {}
        if kind.deep:
            value, row = self._chance.choice(self._marks[kind.deep])
            found = json.dumps([value, row])
            query[kind.mark] = base64.urlsafe_b64encode(found.encode()).decode().rstrip("=")
        if kind.words:
            query[kind.words] = self._chance.choice(_WORDS)
        path = kind.path.format(book=self._marks["book"][0][1])
        path += ("&" if "?" in path else "?") + urlencode(query) if query else ""
        return Visit(kind.name, path, people[self._turn % len(people)], by_token=kind.path.startswith("/api/"))


KINDS = tuple(one.name for one in _KINDS)
