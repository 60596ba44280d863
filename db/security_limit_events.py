"""The SQL functions that write down what came of people's own limits, and what they asked to be told of."""

# ruff: noqa: S608 - every statement here is made of constants of this module
from __future__ import annotations

from db.security_function import JOB_ONLY, Function

LIMIT_EVENT_READS = frozenset({"limit_events", "self_triggers", "users"})
LIMIT_EVENT_ADDS = frozenset({"limit_events"})

LIMIT_EVENT_FUNCTIONS: tuple[Function, ...] = (
    Function(
        "limit_noted",
        "who uuid, its_kind text, its_period text, its_trigger uuid, its_end timestamptz, moment timestamptz",
        "boolean",
        """
        BEGIN
            -- Said once for its period, however often it is met, and by however many at a time.
            INSERT INTO limit_events (id, user_id, kind, period, trigger_id, until, happened_at)
            VALUES (ledger_id(), who, its_kind, its_period, its_trigger, its_end, moment)
            ON CONFLICT DO NOTHING;
            RETURN FOUND;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        is_internal=True,
    ),
    Function(
        "trigger_fired",
        "one_trigger uuid, its_period text, moment timestamptz",
        "boolean",
        """
        DECLARE who uuid;
        BEGIN
            SELECT t.user_id INTO who FROM self_triggers AS t WHERE t.id = one_trigger AND t.user_id = actor_user();
            IF who IS NULL THEN
                RETURN false;
            END IF;
            RETURN limit_noted(who, 'trigger', one_trigger || ' ' || its_period, one_trigger, NULL, moment);
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="what came of limits is written by functions alone, so that nothing is told twice and nothing is"
        " taken back; of a trigger of the actor's own only",
    ),
    Function(
        "people_with_triggers",
        "after uuid, most integer",
        "TABLE (user_id uuid)",
        f"""
        BEGIN
            {JOB_ONLY.format(name="people_with_triggers")}
            RETURN QUERY
            SELECT DISTINCT t.user_id FROM self_triggers AS t
            WHERE after IS NULL OR t.user_id > after ORDER BY t.user_id LIMIT most;
        END
        """,
        language="plpgsql",
        definer_reason="whom to look after is found across people, whose triggers a job may not read; ids and no more:"
        " the rest is read and written in that person's own name",
    ),
)
