"""The SQL functions of row security: who the actor is, and the reviewed list that may look past the policies.

Each SECURITY DEFINER function runs as `botcafe_definer` with a fixed search path, asks for an actor first (so that it
raises without one) and gives out no more than its reason says. Adding one is a decision for a review.
"""

# ruff: noqa: S608 - every statement here is made of constants of this module
from __future__ import annotations

from db.security_actor import ACTOR_FUNCTIONS
from db.security_audit import AUDIT_ADDS, AUDIT_FUNCTIONS
from db.security_characters import CHARACTER_FUNCTIONS
from db.security_creators import CREATOR_DELETES, CREATOR_FUNCTIONS, CREATOR_READS, CREATOR_WRITES
from db.security_figures import FIGURE_FUNCTIONS
from db.security_function import JOB_ONLY, Function
from db.security_grants import GRANT_FUNCTIONS
from db.security_ledger import LEDGER_ADDS, LEDGER_FUNCTIONS, LEDGER_READS, LEDGER_WRITES
from db.security_ledger_guards import GUARD_FUNCTIONS
from db.security_ledger_holds import HOLD_FUNCTIONS
from db.security_ledger_meter import METER_FUNCTIONS
from db.security_limit_events import LIMIT_EVENT_ADDS, LIMIT_EVENT_FUNCTIONS, LIMIT_EVENT_READS
from db.security_limits import LIMIT_DELETES, LIMIT_FUNCTIONS, LIMIT_READS, LIMIT_WRITES
from db.security_lore import LORE_FUNCTIONS
from db.security_money import MONEY_FUNCTIONS
from db.security_moods import MOOD_DELETES, MOOD_FUNCTIONS, MOOD_READS, MOOD_WRITES
from db.security_oversight import (
    OVERSIGHT_DELETES,
    OVERSIGHT_FUNCTIONS,
    OVERSIGHT_READS,
    OVERSIGHT_WRITES,
)
from db.security_payments import PAYMENT_FUNCTIONS, PAYMENT_READS, PAYMENT_WRITES
from db.security_reminders import REMINDER_FUNCTIONS, REMINDER_READS
from db.security_sessions import SESSION_DELETES, SESSION_FUNCTIONS, SESSION_READS, SESSION_WRITES
from db.security_spending import SPENDING_FUNCTIONS
from db.security_tokens import TOKEN_DELETES, TOKEN_FUNCTIONS, TOKEN_READS, TOKEN_WRITES
from db.security_usage import USAGE_DELETES, USAGE_FUNCTIONS, USAGE_READS, USAGE_WRITES

DEFINER_ROLE = "botcafe_definer"
"""Owns the functions. Cannot log in, owns no table, reads and writes only the tables below."""

DEFINER_READS = frozenset(
    {"users", "conversations", "participants", "characters", "turns", "turn_parts", "messages", "media"}
    | {"character_reactions", "ratings", "variant_prompts", "persona_choices"}
    | {"lore_books", "lore_entries", "lore_attachments", "lore_runs", "lore_imports", "grants", "chunks"}
    | {"standings", "creators", "subscriptions", "plans", "usage_counters", "gifts", "holds"}
    | LEDGER_READS
    | OVERSIGHT_READS
    | PAYMENT_READS
    | SESSION_READS
    | CREATOR_READS
    | TOKEN_READS
    | USAGE_READS
    | REMINDER_READS
    | MOOD_READS
    | LIMIT_EVENT_READS
    | LIMIT_READS
)
DEFINER_WRITES = frozenset(
    {"users", "conversations", "persona_choices", "lore_books", "lore_attachments", "grants"}
    | {"usage_counters", "gifts"}
    | CREATOR_WRITES
    | LEDGER_WRITES
    | LIMIT_WRITES
    | MOOD_WRITES
    | OVERSIGHT_WRITES
    | PAYMENT_WRITES
    | SESSION_WRITES
    | TOKEN_WRITES
    | USAGE_WRITES
)
DEFINER_ADDS = LEDGER_ADDS | AUDIT_ADDS | LIMIT_EVENT_ADDS
"""Tables to which the functions add and of which they change nothing."""
DEFINER_DELETES = frozenset(
    {"characters", "messages", "variant_prompts", "lore_books", "lore_attachments", "lore_runs", "lore_imports"}
    | {"usage_counters"}
    | SESSION_DELETES
    | TOKEN_DELETES
    | CREATOR_DELETES
    | OVERSIGHT_DELETES
    | USAGE_DELETES
    | LIMIT_DELETES
    | MOOD_DELETES
)


_DEFINERS = (
    Function(
        "my_conversations",
        "",
        "SETOF uuid",
        """
        SELECT id FROM conversations WHERE owner_id = actor_user()
        UNION
        SELECT conversation_id FROM participants WHERE user_id = actor_user() AND left_at IS NULL
        """,
        definer_reason="conversations and participants name each other in their policies; ids of the actor's own only",
    ),
    Function(
        "is_participant",
        "conversation uuid",
        "boolean",
        "SELECT conversation IN (SELECT my_conversations())",
        definer_reason="as my_conversations",
    ),
    Function(
        "characters_of_mine",
        "",
        "TABLE (conversation_id uuid, name text, is_here boolean, joined_at timestamptz)",
        """
        SELECT p.conversation_id, h.name, p.left_at IS NULL, p.joined_at
        FROM participants AS p JOIN characters AS h ON h.id = p.character_id
        WHERE p.conversation_id IN (SELECT my_conversations())
        """,
        definer_reason="who takes part heard these characters by name, whoever owns them; names of these only",
    ),
    Function(
        "carry_personas",
        "source uuid",
        "bigint",
        """
        DECLARE carried bigint;
        BEGIN
            -- The old choice's moment stays in the new id, so that whatever is chosen later comes after it.
            INSERT INTO persona_choices (id, conversation_id, user_id, persona_id)
            SELECT (left(newest.id::text, 24) || right(gen_random_uuid()::text, 12))::uuid, now_here.id,
                   newest.user_id, newest.persona_id
            FROM (SELECT DISTINCT ON (p.user_id) p.* FROM persona_choices AS p
                  WHERE p.conversation_id = source ORDER BY p.user_id, p.id DESC) AS newest
            JOIN conversations AS before ON before.id = source
            JOIN conversations AS now_here
                ON now_here.id = actor_conversation() AND now_here.channel_id = before.channel_id;
            GET DIAGNOSTICS carried = ROW_COUNT;
            RETURN carried;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="where a conversation begins afresh nobody's mask falls; tells of none, within one channel only",
    ),
    Function(
        "characters_here",
        "",
        "SETOF uuid",
        """
        SELECT character_id FROM participants
        WHERE conversation_id = actor_conversation() AND character_id IS NOT NULL
        """,
        definer_reason="a turn speaks as its conversation's characters, whoever owns them; ids of these only",
    ),
    Function(
        "people_here",
        "",
        "SETOF uuid",
        """
        SELECT owner_id FROM conversations WHERE id = actor_conversation()
        UNION
        SELECT user_id FROM participants WHERE conversation_id = actor_conversation() AND user_id IS NOT NULL
        UNION
        SELECT asker_id FROM turns WHERE conversation_id = actor_conversation()
        UNION
        SELECT author_id FROM messages WHERE conversation_id = actor_conversation() AND author_id IS NOT NULL
        UNION
        SELECT c.owner_id FROM characters AS c WHERE c.id IN (SELECT characters_here())
        UNION
        SELECT turn_user() WHERE turn_user() IS NOT NULL
        """,
        definer_reason="a turn names the people of its conversation and whoever made its characters; ids of these only",
    ),
    Function(
        "arrive",
        "new_id uuid, discord bigint, name text, shown text, language text",
        "uuid",
        """
        DECLARE found uuid;
        BEGIN
            PERFORM actor_kind();
            SELECT u.id INTO found FROM users AS u
            WHERE u.discord_id = discord AND u.username = name AND u.display_name = shown
              AND u.locale IS NOT DISTINCT FROM coalesce(language, u.locale);
            IF found IS NULL THEN
                INSERT INTO users AS u (id, discord_id, username, display_name, locale)
                VALUES (new_id, discord, name, shown, language)
                ON CONFLICT (discord_id) DO UPDATE
                    SET username = excluded.username, display_name = excluded.display_name,
                        locale = coalesce(excluded.locale, u.locale), updated_at = now()
                RETURNING u.id INTO found;
            END IF;
            RETURN found;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="nobody can act as a user before the user exists; gives out the id only",
    ),
    Function(
        "conversation_at",
        "channel bigint",
        "uuid",
        "SELECT c.id FROM conversations AS c WHERE actor_present() AND c.channel_id = channel AND c.status = 'active'"
        " AND c.via <> 'interaction'",
        definer_reason="whoever stands in a channel may know that a conversation goes on there; its id only",
    ),
    Function(
        "conversation_of_turn",
        "turn uuid",
        "uuid",
        "SELECT t.conversation_id FROM turns AS t WHERE actor_present() AND t.id = turn",
        definer_reason="a button under a reply names its turn; gives out the conversation's id only",
    ),
    Function(
        "turn_of_message",
        "message bigint",
        "uuid",
        "SELECT p.turn_id FROM turn_parts AS p WHERE actor_present() AND p.message_id = message",
        definer_reason="whoever sees a reply may ask who made it; gives out the turn's id only",
    ),
    Function(
        "conversations_of_message",
        "message bigint",
        "SETOF uuid",
        "SELECT m.conversation_id FROM messages AS m WHERE actor_present() AND m.discord_message_id = message"
        " UNION SELECT t.conversation_id FROM turn_parts AS p JOIN turns AS t ON t.id = p.turn_id"
        " WHERE actor_present() AND p.message_id = message",
        definer_reason="what becomes of a message reaches every conversation that holds it, forks too; their ids only",
    ),
    Function(
        "user_of",
        "discord bigint",
        "uuid",
        "SELECT u.id FROM users AS u WHERE actor_present() AND u.discord_id = discord",
        definer_reason="of who takes an emoji away Discord tells the id alone; gives out ours for it",
    ),
    Function(
        "reaction_counts",
        "only_characters uuid[]",
        "TABLE (character_id uuid, likes bigint, favorites bigint)",
        """
        SELECT r.character_id, count(*) FILTER (WHERE r.liked), count(*) FILTER (WHERE r.favorited)
        FROM character_reactions AS r JOIN characters AS c ON c.id = r.character_id
        WHERE actor_present() AND (c.visibility = 'public' OR c.owner_id = actor_user()
               OR c.id IN (SELECT readable_characters()))
          AND (only_characters IS NULL OR r.character_id = ANY (only_characters))
        GROUP BY r.character_id
        """,
        definer_reason="popularity is a number; who liked what stays with each person",
    ),
    Function(
        "rating_of",
        "one_character uuid",
        "TABLE (stars numeric, people bigint)",
        """
        SELECT round(avg(r.stars), 1), count(DISTINCT r.user_id)
        FROM ratings AS r JOIN characters AS c ON c.id = r.character_id
        WHERE actor_present() AND r.character_id = one_character
          AND (c.visibility = 'public' OR c.owner_id = actor_user()
               OR c.id IN (SELECT readable_characters()))
        HAVING count(DISTINCT r.user_id) >= 3
        """,
        definer_reason="an average of at least three people tells of none of them",
    ),
    Function(
        "purge_prompts",
        "before timestamptz",
        "bigint",
        f"""
        DECLARE gone bigint;
        BEGIN
            {JOB_ONLY.format(name="purge_prompts")}
            DELETE FROM variant_prompts WHERE created_at < before;
            GET DIAGNOSTICS gone = ROW_COUNT;
            RETURN gone;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="prompts are kept for a stated time and no job reads them; for jobs only",
    ),
    Function(
        "purge_deleted_characters",
        "before timestamptz",
        "bigint",
        f"""
        DECLARE gone bigint;
        BEGIN
            {JOB_ONLY.format(name="purge_deleted_characters")}
            DELETE FROM characters WHERE deleted_at < before;
            GET DIAGNOSTICS gone = ROW_COUNT;
            RETURN gone;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="a deleted character can be had back for a day and is gone after it; for jobs only",
    ),
    Function(
        "purge_old_messages",
        "",
        "bigint",
        f"""
        DECLARE gone bigint;
        BEGIN
            {JOB_ONLY.format(name="purge_old_messages")}
            -- A recap would go on telling of what is forgotten.
            WITH removed AS (
                DELETE FROM messages AS m USING conversations AS c
                WHERE c.id = m.conversation_id AND (
                    m.created_at < now() - make_interval(days => (c.settings ->> 'retention_days')::int)
                    OR (c.status = 'archived' AND c.settings ->> 'keeps_history' = 'false')
                )
                RETURNING m.id, m.conversation_id
            ), told AS (
                UPDATE conversations AS c SET summary = '', summarized_at = NULL, summarized_through = NULL
                FROM (SELECT conversation_id, min(id::text)::uuid AS first FROM removed GROUP BY conversation_id) AS r
                WHERE c.id = r.conversation_id AND c.summarized_through >= r.first
            )
            SELECT count(*) INTO gone FROM removed;
            RETURN gone;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="a conversation's own retention is kept without reading what was said; for jobs only",
    ),
    Function(
        "hearing",
        "only_conversation uuid",
        "TABLE (conversation_id uuid, owner_id uuid, owner_discord_id bigint, guild_id bigint, channel_id bigint,"
        " webhook_channel_id bigint, via text, is_muted boolean, allow_files boolean, character_id uuid, name text,"
        " nickname text, is_adult boolean, picture_sha256 text, role text, last_spoke_at timestamptz)",
        f"""
        BEGIN
            {JOB_ONLY.format(name="hearing")}
            RETURN QUERY
            SELECT c.id, c.owner_id, o.discord_id, c.guild_id, c.channel_id, c.webhook_channel_id, c.via::text,
                   c.is_muted, coalesce((c.settings ->> 'allow_files')::boolean, true), h.id, h.name, h.nickname,
                   h.is_adult, m.sha256::text, p.role::text, spoken.at
            FROM conversations AS c
            JOIN users AS o ON o.id = c.owner_id
            JOIN participants AS p ON p.conversation_id = c.id AND p.left_at IS NULL
            JOIN characters AS h ON h.id = p.character_id AND h.deleted_at IS NULL
            LEFT JOIN media AS m ON m.id = h.picture_id
            LEFT JOIN LATERAL (
                SELECT max(s.created_at) AS at FROM messages AS s
                WHERE s.conversation_id = c.id AND s.character_id = h.id
            ) AS spoken ON true
            WHERE c.status = 'active' AND (only_conversation IS NULL OR c.id = only_conversation)
            ORDER BY c.id, p.joined_at, p.id;
        END
        """,
        language="plpgsql",
        definer_reason="the index in memory of who listens where, across all conversations; for jobs only",
    ),
    Function(
        "channels_of_conversations",
        "",
        "SETOF bigint",
        f"""
        BEGIN
            {JOB_ONLY.format(name="channels_of_conversations")}
            RETURN QUERY SELECT DISTINCT c.channel_id FROM conversations AS c;
        END
        """,
        language="plpgsql",
        definer_reason="where changes of old messages can matter, across all conversations; for jobs only",
    ),
    Function(
        "unfinished_turns",
        "boot uuid",
        "TABLE (turn_id uuid, conversation_id uuid, channel_id bigint, character_id uuid, asker_id uuid,"
        " trigger_message_id bigint, state text, priority text, claimed_at timestamptz)",
        f"""
        BEGIN
            {JOB_ONLY.format(name="unfinished_turns")}
            RETURN QUERY
            SELECT t.id, t.conversation_id, c.channel_id, t.character_id, t.asker_id, t.trigger_message_id,
                   t.state::text, t.priority::text, t.claimed_at
            FROM turns AS t JOIN conversations AS c ON c.id = t.conversation_id
            WHERE t.state = 'unknown' OR (t.state IN ('claimed', 'generated') AND t.boot_id <> boot)
            ORDER BY t.id;
        END
        """,
        language="plpgsql",
        definer_reason="a restart finds what earlier runs left unfinished, in every conversation; for jobs only",
    ),
)

FUNCTIONS: tuple[Function, ...] = (
    *ACTOR_FUNCTIONS,
    *GRANT_FUNCTIONS,
    *_DEFINERS,
    *CHARACTER_FUNCTIONS,
    *LORE_FUNCTIONS,
    *CREATOR_FUNCTIONS,
    *LEDGER_FUNCTIONS,
    *HOLD_FUNCTIONS,
    *GUARD_FUNCTIONS,
    *MONEY_FUNCTIONS,
    *METER_FUNCTIONS,
    *AUDIT_FUNCTIONS,
    *FIGURE_FUNCTIONS,
    *OVERSIGHT_FUNCTIONS,
    *PAYMENT_FUNCTIONS,
    *SESSION_FUNCTIONS,
    *TOKEN_FUNCTIONS,
    *USAGE_FUNCTIONS,
    *REMINDER_FUNCTIONS,
    *MOOD_FUNCTIONS,
    *LIMIT_EVENT_FUNCTIONS,
    *SPENDING_FUNCTIONS,
    *LIMIT_FUNCTIONS,
)
