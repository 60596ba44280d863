"""What became of a card, in numbers and in lines. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from bot.services.characters.cards.card import Card, JsonObject, Spec, read_card, written_card
from bot.services.characters.cards.columns import Fitted, card_of, fitted
from bot.services.lore.formats.told import leaves, lost_leaves
from bot.texts import N_, Say

SPEC_NAMES = {
    Spec.V1: N_("V1 card"), Spec.V2: N_("V2 card"), Spec.V3: N_("V3 card"), Spec.PYGMALION: N_("Pygmalion character"),
}  # fmt: skip
_ODD = N_("said twice in the file, differently; what stands in “data” counts")
_NEWER = N_("newer than what is known here")


@dataclass(frozen=True, slots=True)
class WrittenCard:
    """A card written again: how many fields that has, and which of those that came in are lost."""

    spec: Spec
    fields_out: int
    lost: tuple[str, ...]


def lines(card: Card, made: Fitted, assets: tuple[str, ...], say: Say) -> Iterable[str]:
    """The report: a line for the card, then one for each thing that is not taken as it is."""
    yield say("{kind}: {name}.", kind=SPEC_NAMES[card.spec], name=made.columns.name)
    for name, reason in made.notes:
        yield f"{name}: {say(reason)}."
    for name in card.notes:
        yield f"{name}: {say(_NEWER if name == 'spec_version' else _ODD)}."
    for path in assets:
        yield say("{path}: a file beside the card; not taken over.", path=path)


def written_both(card: Card) -> tuple[WrittenCard, ...]:
    """The card brought in and written again as V2 and as V3."""
    return tuple(_written(card, spec) for spec in (Spec.V2, Spec.V3))


def _written(card: Card, spec: Spec) -> WrittenCard:
    made = written_card(card_of(fitted(card).columns, card.raw, card.book), spec)
    if card.spec is spec:
        return WrittenCard(spec, len(leaves(made)), tuple(lost_leaves(card.raw, made)))
    again = read_card(made)
    before, after = _said(card), _said(again)
    lost = [name for name, value in before.items() if after.get(name) != value]
    both = ((card.raw, made), (_data(card.raw), _data(made)))
    beside = set(card.raw) - {"spec", "spec_version", "data"} if card.spec in {Spec.V2, Spec.V3} else set[str]()
    for names, (was, now) in zip((beside, card.unknown), both, strict=True):
        lost += [name for name in names if was.get(name) != now.get(name)]
    return WrittenCard(spec, len(leaves(made)), tuple(lost))


def _data(raw: JsonObject) -> JsonObject:
    data = raw.get("data")
    return cast(JsonObject, data) if isinstance(data, dict) else raw


def _said(card: Card) -> dict[str, object]:
    return {
        "name": card.name, "nickname": card.nickname, "description": card.description, "scenario": card.scenario,
        "personality": card.personality, "first_mes": card.greeting, "mes_example": card.examples,
        "creator_notes": card.creator_notes, "creator_notes_multilingual": dict(card.creator_notes_by_language),
        "system_prompt": card.system_prompt, "post_history_instructions": card.last_instructions,
        "alternate_greetings": card.other_greetings, "group_only_greetings": card.group_greetings, "tags": card.tags,
        "creator": card.creator, "character_version": card.version, "source": card.sources,
        "depth_prompt": card.note, "character_book": card.book, "assets": card.assets, "extensions": card.extensions,
    }  # fmt: skip
