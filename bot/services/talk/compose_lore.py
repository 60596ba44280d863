"""Lore in a prompt: how much it may take, where each entry stands, and what is told of those that stand nowhere. Pure.

Whoever decides which entries come in (`lore.engine`, `lore.compatible`) hands over `LoreText`s; here they become pieces
of a prompt. Each earns exactly one line in its account, by the entry's id.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from uuid import UUID

from bot import limits
from bot.ports import PromptPart, Role, Whose
from bot.services.lore.engine.book import Book, Position
from bot.services.lore.engine.book import Role as LoreRole
from bot.services.lore.engine.placing import placed
from bot.services.lore.engine.reasons import Active, Via
from bot.services.talk.compose_budget import prompt_budget
from bot.services.talk.compose_types import CharacterSheet, LoreText, Snapshot
from bot.services.talk.macros import Macros, World, outlet_name

KIND = "lore"
OUTLET = "outlet"
# What lore may take of a prompt: the share the field is used to (SillyTavern's default).
SHARE = 0.25

NO_OUTLET = "no text of the character's has this outlet"
IN_OUTLET = "stands in an outlet of the character's own text, and is counted there"
EMPTY_OUTLET = "nothing that came in stands in this outlet"
NO_WORDS = "nothing is left of it once its macros are filled in"
NOT_LAST = "the character's own words cannot stand after the line to answer: these stand before it"

ROLES: Mapping[LoreRole, Role] = {
    LoreRole.SYSTEM: Role.SYSTEM, LoreRole.USER: Role.USER, LoreRole.ASSISTANT: Role.ASSISTANT,
}  # fmt: skip


def lore_budget(context_tokens: int, answer_tokens: int = int(limits.ANSWER_TOKENS_MAX)) -> int:
    """How many tokens lore may take of a prompt for a model that holds `context_tokens`."""
    return int(prompt_budget(context_tokens, min(answer_tokens, context_tokens // 2)) * SHARE)


def lore_texts(active: Sequence[Active], books: Sequence[Book]) -> tuple[LoreText, ...]:
    """What came in, in the order in which room was given, as a prompt takes it. Entries without words are left out."""
    rank = {one.entry.id: number for number, one in enumerate(active)}
    there = placed(active)
    in_depths = chain.from_iterable(one.entries for one in there.depths)
    everything = chain(
        chain.from_iterable(there.fixed.values()), in_depths, chain.from_iterable(there.outlets.values())
    )
    return tuple(_text(one, rank[one.entry.id], books[one.book].id) for one in everything)


def _text(one: Active, rank: int, book_id: UUID) -> LoreText:
    entry = one.entry
    return LoreText(
        text=one.text,
        name=entry.name,
        position=entry.position,
        depth=entry.depth,
        role=entry.role,
        outlet=entry.outlet,
        rank=rank,
        ignores_budget=entry.ignores_budget,
        is_called=one.cause.via is not Via.CONSTANT,
        entry_id=entry.id,
        book_id=book_id,
    )


def outlets_of(lore: Iterable[LoreText]) -> dict[str, str]:
    """What stands in each outlet, by `outlet_name`, for macros."""
    found: dict[str, list[str]] = {}
    for one in lore:
        if one.position is Position.OUTLET:
            found.setdefault(outlet_name(one.outlet), []).append(one.text)
    return {name: "\n".join(texts) for name, texts in found.items()}


def asked_outlets(sheet: CharacterSheet) -> frozenset[str]:
    """The outlets that a character's texts have, by `outlet_name`: lore for others stands nowhere in its prompts."""
    macros = Macros(World(sheet.name, ""), is_preview=True)
    for text in (*_texts(sheet), *(said for one in sheet.examples for said in (one.user, one.character))):
        macros.expand(text)
    return frozenset(macros.outlets)


def _texts(sheet: CharacterSheet) -> tuple[str, ...]:
    return (
        sheet.system_prompt, sheet.definition, sheet.personality, sheet.scenario, sheet.description, *sheet.phrases,
        sheet.greeting, sheet.last_instructions, sheet.note.text,
    )  # fmt: skip


def account_of_rest(snapshot: Snapshot, macros: Macros, shown: Iterable[LoreText]) -> tuple[PromptPart, ...]:
    """The account of lore that has no piece of its own (in outlets, without words), and of outlets that stay empty."""
    asked = macros.outlets
    placed_already = {id(one) for one in shown}
    parts: list[PromptPart] = []
    for one in snapshot.lore:
        if one.position is Position.OUTLET:
            stands = outlet_name(one.outlet) in asked
            parts.append(_part(one, IN_OUTLET if stands else NO_OUTLET, included=stands))
        elif id(one) not in placed_already:
            parts.append(_part(one, NO_WORDS, included=False))
    empty = [name for name, is_filled in asked.items() if not is_filled]
    parts += [PromptPart(OUTLET, name, 0, included=False, reason=EMPTY_OUTLET, whose=Whose.CREATOR) for name in empty]
    return tuple(parts)


def _part(one: LoreText, reason: str, *, included: bool) -> PromptPart:
    return PromptPart(KIND, one.name, 0, included, reason, Whose.LORE, one.entry_id, one.book_id)


def has_asides(snapshot: Snapshot) -> bool:
    """Whether something stands among a person's lines that nobody said, so that a model is told how to read it."""
    note = snapshot.character.note
    by_lore = any(one.position is Position.AT_DEPTH and one.role is LoreRole.USER for one in snapshot.lore)
    return by_lore or bool(note.text.strip() and note.role == Role.USER)


def left_out(parts: Iterable[PromptPart]) -> dict[UUID, str]:
    """Lore entries that found no place in a finished prompt, and why."""
    return {part.entry_id: part.reason for part in parts if part.entry_id is not None and not part.included}
