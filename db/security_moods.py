"""The SQL functions of check-ins: what has had its time goes, and the keys of people are sealed anew. For jobs alone.

None of them hands out an entry. A person's key comes out sealed by the house's own, and without that says nothing.
"""

# ruff: noqa: S608 - every statement here is made of constants of this module
from __future__ import annotations

from db.security_function import JOB_ONLY, Function

MOOD_READS = frozenset({"mood_entries", "mood_settings", "person_keys", "self_habits", "self_triggers"})
MOOD_WRITES = frozenset({"person_keys"})
MOOD_DELETES = frozenset({"mood_entries", "person_keys"})

MOOD_FUNCTIONS = (
    Function(
        "purge_mood_entries",
        "now_at timestamptz",
        "bigint",
        f"""
        DECLARE gone bigint;
        BEGIN
            {JOB_ONLY.format(name="purge_mood_entries")}
            DELETE FROM mood_entries AS e
            WHERE NOT EXISTS (
                SELECT 1 FROM mood_settings AS s
                WHERE s.user_id = e.user_id
                  AND (s.keep_days IS NULL OR e.felt_at >= now_at - make_interval(days => s.keep_days))
            );
            GET DIAGNOSTICS gone = ROW_COUNT;
            RETURN gone;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="check-ins go after the time their owner chose; tells how many went, of nobody; for jobs only",
    ),
    Function(
        "purge_person_keys",
        "",
        "bigint",
        f"""
        DECLARE one uuid; gone bigint := 0; found bigint;
        BEGIN
            {JOB_ONLY.format(name="purge_person_keys")}
            -- Whoever is about to seal something holds their key: it is passed over. Each is looked at again once it is
            -- ours, by a statement of its own, which sees what was sealed with it until then.
            FOR one IN
                SELECT k.user_id FROM person_keys AS k
                WHERE NOT EXISTS (SELECT 1 FROM mood_settings AS s WHERE s.user_id = k.user_id)
                FOR UPDATE SKIP LOCKED
            LOOP
                DELETE FROM person_keys AS k
                WHERE k.user_id = one
                  AND NOT EXISTS (SELECT 1 FROM mood_settings AS s WHERE s.user_id = one)
                  AND NOT EXISTS (SELECT 1 FROM mood_entries AS e WHERE e.user_id = one)
                  AND NOT EXISTS (SELECT 1 FROM self_habits AS h WHERE h.user_id = one)
                  AND NOT EXISTS (SELECT 1 FROM self_triggers AS t
                                  WHERE t.user_id = one AND t.sealed_words IS NOT NULL);
                GET DIAGNOSTICS found = ROW_COUNT;
                gone := gone + found;
            END LOOP;
            RETURN gone;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="a key with which nothing is sealed any more goes; tells how many went; for jobs only",
    ),
    Function(
        "person_keys_sealed_otherwise",
        "key_id bytea, beyond uuid, most integer",
        "TABLE (user_id uuid, sealed_key bytea)",
        f"""
        BEGIN
            {JOB_ONLY.format(name="person_keys_sealed_otherwise")}
            RETURN QUERY
            SELECT k.user_id, k.sealed_key FROM person_keys AS k
            -- A sealed value is: version (1 byte), the id of the key that sealed it (8), and the rest.
            WHERE substring(k.sealed_key FROM 2 FOR 8) IS DISTINCT FROM key_id
              AND (beyond IS NULL OR k.user_id > beyond)
            ORDER BY k.user_id LIMIT most;
        END
        """,
        language="plpgsql",
        definer_reason="keys of people are sealed anew when the house's key changes; they come out sealed; for jobs",
    ),
    Function(
        "reseal_person_key",
        "person uuid, held bytea, sealed bytea",
        "boolean",
        f"""
        BEGIN
            {JOB_ONLY.format(name="reseal_person_key")}
            UPDATE person_keys AS k SET sealed_key = sealed WHERE k.user_id = person AND k.sealed_key = held;
            RETURN FOUND;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="puts back what person_keys_sealed_otherwise gave, sealed anew, if it is still that; for jobs",
    ),
)
