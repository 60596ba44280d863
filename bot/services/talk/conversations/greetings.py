"""A character's first words, written down ready to be said."""

from __future__ import annotations

from uuid import UUID

from bot.services.characters.greetings import Company, greeting_for
from bot.services.talk.snapshot import greeting_of
from db.models import Character, MessageKind
from db.queries import people
from db.queries.talk import messages, turns
from db.work import Work


async def write_greeting(
    work: Work,
    conversation_id: UUID,
    by: UUID,
    character: Character,
    *,
    interaction_id: int,
    boot_id: UUID,
    is_group: bool = False,
    number: int | None = None,
) -> UUID | None:
    """The turn with which a character greets who asked it in; None where it has no greeting.

    `work` is that conversation's. `interaction_id` is the command's: delivered twice, it greets once. `number` chooses
    among several greetings, `is_group` tells that other characters are there. Raises `InvalidInput`.
    """
    person = await people.user(work.session, by)
    greeting = greeting_of(
        greeting_for(character, Company(is_group, interaction_id), number),
        character=character.nickname.strip() or character.name,
        person=person.display_name if person else "",
    )
    if not greeting:
        return None
    turn_id = await turns.add_greeting(
        work.session,
        conversation_id=conversation_id,
        character_id=character.id,
        asker_id=by,
        interaction_id=interaction_id,
        boot_id=boot_id,
        greeting=greeting,
    )
    await messages.speak(
        work.session,
        conversation_id=conversation_id,
        turn_id=turn_id,
        character_id=character.id,
        kind=MessageKind.GREETING,
        content=greeting,
    )
    return turn_id
