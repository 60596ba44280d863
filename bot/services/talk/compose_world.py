"""What macros can speak of while a prompt is assembled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.services.talk.compose_lore import outlets_of
from bot.services.talk.compose_names import Names
from bot.services.talk.compose_traits import spoken
from bot.services.talk.compose_types import Line, Snapshot
from bot.services.talk.macros import World


def world_of(
    snapshot: Snapshot,
    names: Names,
    *,
    attempt: int = 0,
    most_prompt: int | None = None,
    most_response: int | None = None,
) -> World:
    """The world of one answer. The same snapshot and attempt leave the same things to chance."""
    sheet, history = snapshot.character, snapshot.history
    last = history[-1] if history else None
    of_people = [line for line in history if not line.is_character]
    of_characters = [line for line in history if line.is_character]
    chosen = (sheet.traits.tone, sheet.traits.formality, sheet.traits.humor, sheet.traits.style)
    return World(
        char=names.called or names.character,
        user=names.user,
        persona=snapshot.person.description,
        # Cards' one description is our definition; the other one is for lists.
        description=sheet.definition or sheet.description,
        personality=sheet.personality or ", ".join(spoken(option) for option in chosen if option),
        scenario=sheet.scenario,
        # Names as macros: as words they would be read for macros in turn.
        examples="\n".join(f"{{{{user}}}}: {one.user}\n{{{{char}}}}: {one.character}" for one in sheet.examples),
        char_prompt=sheet.system_prompt,
        char_instruction=sheet.last_instructions,
        depth_prompt=sheet.note.text,
        creator_notes=sheet.creator_notes,
        char_version=sheet.version,
        first_message=sheet.greeting,
        group=(names.character, *names.other_characters),
        people=names.other_people,
        model=snapshot.model,
        now=snapshot.now,
        time_zone=snapshot.person.time_zone,
        last_spoke_at=_last_spoke_at(history),
        last_message=last.text if last else "",
        last_user_message=of_people[-1].text if of_people else "",
        last_char_message=of_characters[-1].text if of_characters else "",
        lines=len(history),
        input=of_people[-1].text if of_people else "",
        most_prompt=most_prompt,
        most_context=None if most_prompt is None or most_response is None else most_prompt + most_response,
        most_response=most_response,
        outlets=outlets_of(snapshot.lore),
        variables=snapshot.variables,
        place=str(snapshot.conversation_id or ""),
        chance=f"{last.message_id if last else ''}/{len(history)}/{attempt}",
    )


def _last_spoke_at(history: Sequence[Line]) -> datetime | None:
    """When a person spoke last before the line that is answered now."""
    earlier = history[:-1] if history and not history[-1].is_character else history
    return next((line.said_at for line in reversed(earlier) if not line.is_character), None)
