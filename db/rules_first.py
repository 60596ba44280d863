"""Who may see and change which rows: people, characters, conversations, lore."""

# ruff: noqa: S608 - every condition here is made of constants of this package
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from db.rules import (
    ANYBODY,
    BEHALF,
    HERE,
    IS_PUBLIC_BOOK,
    JOB,
    MINE,
    READABLE,
    RULED,
    RULED_CHARACTERS,
    SOMEBODY,
    STAFF,
    USER,
    WRITABLE,
    Rules,
)

_PART_OF_BOOK = Rules(
    select=(
        f"book_id IN {READABLE}"
        f" OR ({SOMEBODY} AND EXISTS (SELECT 1 FROM lore_books AS b WHERE b.id = book_id AND {IS_PUBLIC_BOOK}))"
    ),
    insert=f"book_id IN {WRITABLE}",
    update=f"book_id IN {WRITABLE}",
    delete=f"book_id IN {WRITABLE}",
)


def _owns_conversation(column: str) -> str:
    return f"EXISTS (SELECT 1 FROM conversations AS c WHERE c.id = {column} AND c.owner_id = {USER})"


_PART_OF_MESSAGE = Rules(
    select="EXISTS (SELECT 1 FROM messages AS m WHERE m.id = message_id)",
    insert=f"EXISTS (SELECT 1 FROM messages AS m WHERE m.id = message_id AND m.conversation_id = {HERE})",
    update=f"EXISTS (SELECT 1 FROM messages AS m WHERE m.id = message_id AND m.conversation_id = {HERE})",
    delete=f"EXISTS (SELECT 1 FROM messages AS m WHERE m.id = message_id AND m.conversation_id = {HERE})",
)

FIRST_RULES: Mapping[str, Rules] = {
    # ------------------------------------------------------------------------------------------------ people
    "users": Rules(
        # The house's own accounts (no Discord id) are the program's to make; everybody else arrives by arrive().
        select=f"id = {USER} OR id IN (SELECT people_here()) OR ({JOB} AND discord_id IS NULL) OR {STAFF}",
        insert=f"{JOB} AND discord_id IS NULL",
        update=f"id = {USER} OR ({JOB} AND discord_id IS NULL)",
        delete=f"id = {USER}",
    ),
    # A turn works for who asked: it reads what they tell of themselves, and writes nothing of it.
    "profiles": Rules(
        select=f"user_id = {USER} OR user_id = {BEHALF}",
        insert=f"user_id = {USER}",
        update=f"user_id = {USER}",
        delete=f"user_id = {USER}",
    ),
    "personas": Rules(
        select=f"owner_id = {USER} OR owner_id = {BEHALF}",
        insert=f"owner_id = {USER}",
        update=f"owner_id = {USER}",
        delete=f"owner_id = {USER}",
    ),
    "persona_choices": Rules(
        select=f"user_id = {USER} OR user_id = {BEHALF}",
        insert=f"user_id = {USER} OR (user_id = {BEHALF} AND conversation_id = {HERE})",
        update=f"user_id = {USER}",
        delete=f"user_id = {USER}",
    ),
    # ------------------------------------------------------------------------------------------------ characters
    "media": Rules(
        select=(
            f"owner_id = {USER} OR EXISTS (SELECT 1 FROM characters AS c WHERE c.picture_id = media.id)"
            " OR EXISTS (SELECT 1 FROM creators AS c WHERE c.avatar_id = media.id OR c.banner_id = media.id)"
        ),
        insert=f"owner_id = {USER}",
        update=f"owner_id = {USER}",
        delete=f"owner_id = {USER}",
    ),
    "characters": Rules(
        select=(
            f"owner_id = {USER} OR id IN (SELECT characters_here()) OR owner_id = {BEHALF}"
            f" OR (visibility = 'public' AND deleted_at IS NULL AND {ANYBODY})"
            " OR id IN (SELECT readable_characters())"
            f" OR ({STAFF} AND EXISTS (SELECT 1 FROM publication_requests AS r"
            " WHERE r.character_id = characters.id AND r.state = 'open'))"
        ),
        insert=f"owner_id = {USER}",
        # Who they are and whose, nobody may change (FIXED).
        update=f"owner_id = {USER} OR id IN (SELECT writable_characters())",
        delete=f"owner_id = {USER}",
    ),
    "character_reactions": Rules.all(f"user_id = {USER}"),
    # ------------------------------------------------------------------------------------------------ talk
    "conversations": Rules(
        select=f"id = {HERE} OR owner_id = {USER} OR id IN {MINE}",
        # A turn may begin the very conversation it works in, for who asks: filled in the same work, or not there.
        insert=f"owner_id = {USER} OR (id = {HERE} AND owner_id = {BEHALF})",
        update=f"id = {HERE} OR owner_id = {USER}",
        delete=f"owner_id = {USER}",
    ),
    "participants": Rules(
        select=f"conversation_id = {HERE} OR user_id = {USER} OR conversation_id IN {MINE}",
        insert=f"conversation_id = {HERE} OR conversation_id IN {MINE}",
        update=f"conversation_id = {HERE} OR user_id = {USER} OR conversation_id IN {MINE}",
        delete=f"conversation_id = {HERE} OR {_owns_conversation('conversation_id')}",
    ),
    "turns": Rules(
        select=f"conversation_id = {HERE} OR asker_id = {USER} OR conversation_id IN {MINE}",
        insert=f"conversation_id = {HERE}",
        update=f"conversation_id = {HERE}",
        delete=f"conversation_id = {HERE} OR {_owns_conversation('conversation_id')}",
    ),
    "turn_parts": Rules(
        select="EXISTS (SELECT 1 FROM turns AS t WHERE t.id = turn_id)",
        insert=f"EXISTS (SELECT 1 FROM turns AS t WHERE t.id = turn_id AND t.conversation_id = {HERE})",
        update=f"EXISTS (SELECT 1 FROM turns AS t WHERE t.id = turn_id AND t.conversation_id = {HERE})",
        delete=f"EXISTS (SELECT 1 FROM turns AS t WHERE t.id = turn_id AND t.conversation_id = {HERE})",
    ),
    "messages": Rules(
        select=f"conversation_id = {HERE} OR author_id = {USER} OR conversation_id IN {MINE}",
        insert=(
            f"conversation_id = {HERE} OR ({_owns_conversation('conversation_id')}"
            f" AND (author_id IS NULL OR author_id = {USER}))"
        ),
        update=f"conversation_id = {HERE} OR author_id = {USER}",
        delete=f"conversation_id = {HERE} OR author_id = {USER} OR {_owns_conversation('conversation_id')}",
    ),
    "recaps": Rules(
        select=f"conversation_id = {HERE} OR made_by = {USER} OR conversation_id IN {MINE}",
        insert=f"conversation_id = {HERE}",
        update="false",
        delete=f"conversation_id = {HERE} OR {_owns_conversation('conversation_id')}",
    ),
    "message_variants": _PART_OF_MESSAGE,
    "message_attachments": _PART_OF_MESSAGE,
    "message_edits": _PART_OF_MESSAGE,
    "message_reactions": _PART_OF_MESSAGE,
    "variant_prompts": Rules(
        select=f"asker_id = {USER}",
        insert=f"asker_id = {BEHALF}",
        update="false",
        delete=f"asker_id = {USER}",
    ),
    "ratings": Rules.all(f"user_id = {USER}"),
    "place_settings": Rules.all(JOB),
    "troubles": Rules.all(JOB),
    # A turn settles the messages of its own channel; everything else in the inbox is the program's.
    "inbox": Rules(
        select=f"{JOB} OR channel_id IN (SELECT c.channel_id FROM conversations AS c WHERE c.id = {HERE})",
        insert=JOB,
        update=f"{JOB} OR channel_id IN (SELECT c.channel_id FROM conversations AS c WHERE c.id = {HERE})",
        delete=JOB,
    ),
    "channel_cursors": Rules.all(JOB),
    "webhooks": Rules.all(JOB),
    "faces": Rules.all(JOB),
    # ------------------------------------------------------------------------------------------------ lore
    "lore_books": Rules(
        select=f"owner_id = {USER} OR id IN {READABLE} OR ({IS_PUBLIC_BOOK} AND {SOMEBODY})",
        insert=f"owner_id = {USER}",
        # Who may only write in it changes its counts and version by touch_lore().
        update=f"owner_id = {USER} OR id IN {RULED}",
        delete=f"owner_id = {USER}",
    ),
    "lore_entries": _PART_OF_BOOK,
    "lore_entry_versions": replace(_PART_OF_BOOK, select=f"book_id IN {WRITABLE}"),
    # A turn counts what came in.
    "lore_entry_uses": replace(
        _PART_OF_BOOK,
        insert=f"book_id IN {WRITABLE} OR book_id IN (SELECT lore_books_here())",
        update=f"book_id IN {WRITABLE} OR book_id IN (SELECT lore_books_here())",
    ),
    "chunks": _PART_OF_BOOK,
    "lore_attachments": Rules(
        select=f"attached_by = {USER} OR book_id IN {READABLE}",
        insert=f"attached_by = {USER} AND ({_PART_OF_BOOK.select})",
        update=f"attached_by = {USER}",
        delete=f"attached_by = {USER} OR book_id IN {RULED}",
    ),
    # Nobody gives themselves a grant: they ask, or the program has checked a password (admit_to_lore).
    "grants": Rules(
        select=f"user_id = {USER} OR book_id IN {RULED} OR character_id IN {RULED_CHARACTERS}",
        insert=(f"book_id IN {RULED} OR character_id IN {RULED_CHARACTERS} OR (user_id = {USER} AND status = 'asked')"),
        update=f"book_id IN {RULED} OR character_id IN {RULED_CHARACTERS}",
        delete=f"user_id = {USER} OR book_id IN {RULED} OR character_id IN {RULED_CHARACTERS}",
    ),
    "lore_imports": Rules.all(f"user_id = {USER}"),
    "lore_runs": Rules(
        select=f"conversation_id = {HERE} OR conversation_id IN {MINE}",
        insert=f"conversation_id = {HERE}",
        update=f"conversation_id = {HERE}",
        delete=f"conversation_id = {HERE} OR {_owns_conversation('conversation_id')}",
    ),
    "lore_activations": Rules(
        select="EXISTS (SELECT 1 FROM lore_runs AS r WHERE r.id = run_id)",
        # Not by its run: one statement writes both, and sees nothing of what it writes.
        insert=f"conversation_id = {HERE}",
        update="false",
        delete=f"conversation_id = {HERE}",
    ),
    "lore_fired": Rules(
        select=f"conversation_id = {HERE} OR conversation_id IN {MINE}",
        insert=f"conversation_id = {HERE}",
        update=f"conversation_id = {HERE}",
        delete=f"conversation_id = {HERE} OR {_owns_conversation('conversation_id')}",
    ),
    "lore_calls": Rules(
        select=f"conversation_id = {HERE} OR user_id = {USER}",
        insert=f"user_id = {USER} OR (user_id = {BEHALF} AND conversation_id = {HERE})",
        update=f"conversation_id = {HERE} OR user_id = {USER}",
        delete=f"conversation_id = {HERE} OR user_id = {USER}",
    ),
    # ------------------------------------------------------------------------------------------------ keys, oversight
    "token_factors": Rules.all(JOB),
    "command_syncs": Rules.all(JOB),
}
