"""A stored character as what a card can say of it."""

from __future__ import annotations

from bot.services.characters.cards.columns import Columns
from bot.services.characters.examples import Exchange
from db.models import Character


def columns_of(row: Character) -> Columns:
    """Everything of a row that goes out with a card."""
    chosen = {name: value.value for name, value in row.traits if value is not None}
    return Columns(
        name=row.name,
        nickname=row.nickname,
        description=row.description,
        definition=row.definition,
        personality=row.personality,
        scenario=row.scenario,
        system_prompt=row.system_prompt,
        last_instructions=row.last_instructions,
        greeting=row.greeting,
        other_greetings=tuple(row.other_greetings),
        group_greetings=tuple(row.group_greetings),
        note=row.note,
        examples=tuple(Exchange(one.user, one.character) for one in row.examples),
        creator_notes=row.creator_notes,
        creator=row.card_creator,
        version=row.card_version,
        tags=tuple(row.tags),
        age=row.age,
        phrases=tuple(row.phrases),
        chosen=chosen if row.gender is None else {**chosen, "gender": row.gender.value},
    )
