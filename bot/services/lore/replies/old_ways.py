"""Books that are run as the program they came from would (`compatible`), on the way of a reply. Pure.

Their timed effects are kept beside what fires here, entry by entry, so that a turn that is taken back takes its effects
with it. That program's own chance falls anew with every wording, as there; here it is still the same in every run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any
from uuid import UUID

from bot.services.lore.compatible import OldBook, OldEntry, OldScene, OldSettings, TimedEffect, scan
from bot.services.lore.compatible.model import Origin
from bot.services.lore.compatible.order import placed
from bot.services.lore.compatible.scan import without_decorators
from bot.services.lore.engine.book import Entry, Mode, Occasion, Source
from bot.services.lore.engine.dice import rolled
from bot.services.lore.engine.reasons import Active, Cause, Via
from bot.services.lore.engine.scene import Said
from bot.services.lore.replies.loading import Attached
from bot.services.lore.replies.scenery import LoreMaterial, called_in, texts_of
from bot.services.lore.replies.trace import Warned
from bot.services.talk import macros
from bot.services.talk.compose_types import LoreText, Snapshot
from db.models import BookSettings, LoreScope

OVERFLOWED = "old_overflow"

_NEAREST = 5
"""As many entries as that program's vectors bring in."""
_ENDLESS = BookSettings().steps
"""A book that says nothing of steps: there, reading goes on until nothing new comes."""
_NOBODY = ("", "")

_ORIGINS = {
    LoreScope.CONVERSATION: Origin.CHAT,
    LoreScope.PERSONA: Origin.PERSONA,
    LoreScope.CHARACTER: Origin.CHARACTER,
    LoreScope.CHANNEL: Origin.GLOBAL,
    LoreScope.SERVER: Origin.GLOBAL,
}
_TRIGGERS = {Occasion.ANSWER: "normal", Occasion.CONTINUE: "continue", Occasion.REGENERATE: "regenerate"}
_CARD = {
    "persona_description": Source.PERSONA,
    "character_description": Source.DESCRIPTION,
    "character_personality": Source.PERSONALITY,
    "scenario": Source.SCENARIO,
    "creator_notes": Source.NOTES,
}


@dataclass(frozen=True, slots=True)
class OldWays:
    """What came in (in the order of room given) and as which texts; what is to be remembered of it."""

    active: tuple[Active, ...] = ()
    texts: tuple[LoreText, ...] = ()
    spent: int = 0
    beside: int = 0
    fired: tuple[Mapping[str, Any], ...] = ()
    warnings: tuple[Warned, ...] = ()


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the scans of one reply share. `count` gives a text's tokens."""

    snapshot: Snapshot
    material: LoreMaterial
    said: Sequence[Said]
    scores: Mapping[UUID, float]
    threshold: float
    count: Callable[[str], int]


def run(books: Sequence[Attached], where: Circumstances, budget: int) -> OldWays:
    """Run these books. Those that say the same of how they are scanned are scanned together, as that program does."""
    together: dict[OldSettings, list[tuple[int, Attached]]] = {}
    for number, one in enumerate(books):
        together.setdefault(_settings(one), []).append((number, one))
    whole = OldWays()
    for settings, some in together.items():
        found = _scanned([one for _, one in some], settings, where, budget - whole.spent, len(whole.active))
        whole = OldWays(
            whole.active + found.active,
            whole.texts + found.texts,
            whole.spent + found.spent,
            whole.beside + found.beside,
            whole.fired + found.fired,
            whole.warnings + found.warnings,
        )
    return whole


def _settings(one: Attached) -> OldSettings:
    book = one.book
    return OldSettings(
        scan_depth=book.scan_depth,
        budget_percent=100,  # what is handed in is what lore may take already
        budget_cap=book.token_budget or 0,
        recursive=book.recursion,
        min_activations=book.at_least,
        min_activations_depth_max=book.at_least_depth if book.at_least else 0,
        max_recursion_steps=0 if book.steps >= _ENDLESS or book.at_least else book.steps + 1,
    )


def _scanned(books: Sequence[Attached], settings: OldSettings, where: Circumstances, budget: int, rank: int) -> OldWays:
    entries: dict[tuple[str, int], tuple[Entry, UUID]] = {}
    old: list[OldBook] = []
    for one in books:
        made = one.loaded.old
        assert made is not None, "a compatible book is loaded with what that program makes of it"
        old.append(OldBook(made.name, made.entries, _ORIGINS[one.scope]))
        for entry in one.book.entries:
            entries[made.name, one.loaded.numbers[entry.id]] = entry, one.book.id
    effects = _effects(where.material, {entry.id: name for name, (entry, _) in entries.items()})
    scene = _scene(where, budget, _forced(entries, where), effects)
    found = scan(old, settings, scene)
    sticky = {name[1:] for name, effect in effects.items() if name[0] == "sticky" and _holds(effect, scene.length)}
    vias = {
        (book, one.uid): _via(one, (book, one.uid) in scene.forced, (book, one.uid) in sticky)
        for book, one in found.active
    }
    active = tuple(Active(entries[name][0], 0, Cause(via), 0) for name, via in vias.items())
    ranks = {name: rank + number for number, name in enumerate(vias)}
    texts = tuple(
        _text(one, *entries[name], ranks[name], is_called=vias[name] is not Via.CONSTANT)
        for name, one in _in_order(found.active)
    )
    return OldWays(
        active=active,
        texts=texts,
        spent=sum(one.entry.tokens for one in active if not one.entry.ignores_budget),
        beside=sum(one.entry.tokens for one in active if one.entry.ignores_budget),
        fired=tuple(_fired(found.effects, entries, where.material.now)),
        warnings=(Warned(OVERFLOWED),) if found.overflowed else (),
    )


def _scene(
    where: Circumstances, budget: int, forced: frozenset[tuple[str, int]], effects: Mapping[Any, TimedEffect]
) -> OldScene:
    snapshot, material = where.snapshot, where.material
    messages = tuple((one.name, one.text) for one in where.said)
    # The clock counts every message; the words of those beyond the window are not read.
    beyond = max(0, material.facts.message_count - len(messages))
    texts = texts_of(snapshot)
    stands = material.turn.stands
    dice = _dice(material.turn.turn_id, 0 if stands is None else stands.count)
    return OldScene(
        messages=messages + (_NOBODY,) * beyond,
        prompt_tokens=max(budget, 1),
        count=where.count,
        roll=lambda: next(dice),
        expand=lambda text: macros.expand(text, char=snapshot.character.called, user=snapshot.person.name),
        card={name: texts[source] for name, source in _CARD.items() if source in texts}
        | {"character_depth_prompt": snapshot.character.note.text},
        trigger=_TRIGGERS[material.occasion],
        character=snapshot.character.name,
        forced=forced,
        effects=effects,
    )


def _dice(turn_id: UUID, wording: int) -> Iterator[float]:
    """One die after another, for this wording."""
    number = wording << 64
    while True:
        number += 1
        yield rolled(turn_id, UUID(int=number), b"old")


def _forced(entries: Mapping[tuple[str, int], tuple[Entry, UUID]], where: Circumstances) -> frozenset[tuple[str, int]]:
    """Entries found by meaning: the nearest of each book. People's calls force an entry in the same way."""
    near: dict[str, list[tuple[float, int]]] = {}
    called = called_in(where.material)[0]
    forced: set[tuple[str, int]] = set()
    for (book, uid), (entry, _) in entries.items():
        score = where.scores.get(entry.id)
        bar = where.threshold if entry.meaning.threshold is None else entry.meaning.threshold
        if entry.mode in {Mode.VECTOR, Mode.HYBRID} and score is not None and score >= bar:
            near.setdefault(book, []).append((-score, uid))
        if entry.id in called:
            forced.add((book, uid))
    for book, some in near.items():
        forced.update((book, uid) for _, uid in sorted(some)[:_NEAREST])
    return frozenset(forced)


# ------------------------------------------------------------------------------------------------ timed effects


def _effects(material: LoreMaterial, names: Mapping[UUID, tuple[str, int]]) -> dict[tuple[str, str, int], TimedEffect]:
    """What runs on, by what the last turns left behind: of each entry the newest."""
    known: set[UUID] = set()
    effects: dict[tuple[str, str, int], TimedEffect] = {}
    for one in material.facts.fired:  # newest first
        if not one.state or one.message_at >= material.now or one.entry_id in known or one.entry_id not in names:
            continue
        known.add(one.entry_id)
        book, uid = names[one.entry_id]
        for kind, (mark, start, end, is_protected) in one.state.items():
            effects[kind, book, uid] = TimedEffect(mark, start, end, is_protected)
    return effects


def _fired(
    effects: Mapping[tuple[str, str, int], TimedEffect],
    entries: Mapping[tuple[str, int], tuple[Entry, UUID]],
    now: int,
) -> Iterator[Mapping[str, Any]]:
    states: dict[UUID, dict[str, Any]] = {}
    for (kind, book, uid), effect in effects.items():
        known = entries.get((book, uid))
        if known is not None:
            states.setdefault(known[0].id, {})[kind] = [effect.mark, effect.start, effect.end, effect.protected]
    for entry_id, state in states.items():
        yield {"entry_id": str(entry_id), "message_at": now, "state": state}


def _holds(effect: TimedEffect, length: int) -> bool:
    return effect.start < length < effect.end


# ------------------------------------------------------------------------------------------------ what came in


def _via(entry: OldEntry, is_forced: bool, is_sticky: bool) -> Via:
    if is_sticky:
        return Via.STICKY
    if entry.constant:
        return Via.CONSTANT
    return Via.VECTOR if is_forced else Via.KEYWORD


def _in_order(active: Sequence[tuple[str, OldEntry]]) -> Iterator[tuple[tuple[str, int], OldEntry]]:
    """What came in, place by place, in the order in which that program's prompts have it."""
    there = placed(active)
    books = {id(one): book for book, one in active}
    for one in chain(*there.fixed.values(), *there.depths.values(), *there.outlets.values()):
        yield (books[id(one)], one.uid), one


def _text(one: OldEntry, entry: Entry, book_id: UUID, rank: int, *, is_called: bool) -> LoreText:
    return LoreText(
        text=without_decorators(one.content),
        name=entry.name,
        position=entry.position,
        depth=entry.depth,
        role=entry.role,
        outlet=entry.outlet,
        rank=rank,
        ignores_budget=entry.ignores_budget,
        is_called=is_called,
        entry_id=entry.id,
        book_id=book_id,
    )
