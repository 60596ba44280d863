"""The SQL functions that say who the actor is. Every policy and every reviewed function asks them first."""

from __future__ import annotations

from db.security_function import Function

ACTOR_FUNCTIONS: tuple[Function, ...] = (
    Function(
        "actor_kind",
        "",
        "text",
        """
        DECLARE kind text := nullif(current_setting('botcafe.actor_kind', true), '');
        BEGIN
            IF kind IS NULL THEN
                RAISE EXCEPTION 'no actor is set'
                    USING ERRCODE = 'insufficient_privilege', HINT = 'Open a unit of work with an Actor (db.work).';
            END IF;
            IF kind NOT IN ('user', 'turn', 'job', 'admin', 'visitor') THEN
                RAISE EXCEPTION 'there is no actor of the kind %', kind USING ERRCODE = 'insufficient_privilege';
            END IF;
            RETURN kind;
        END
        """,
        language="plpgsql",
    ),
    # A tripwire. The conditions of a policy are computed only once there is a row to judge, so on an empty table, or
    # where no row matches, they would let a statement without an actor pass as an empty result. Called immutable, this
    # one is computed while the statement is planned and raises there. A plan that is used again skips it, at no risk:
    # all it can ever say is true, and who sees what is decided by the others.
    Function("actor_present", "", "boolean", "SELECT actor_kind() IS NOT NULL", volatility="IMMUTABLE"),
    # The person at their own data; null for a turn or a job.
    Function(
        "actor_user",
        "",
        "uuid",
        "SELECT CASE WHEN actor_kind() IN ('user', 'admin')"
        " THEN nullif(current_setting('botcafe.actor_user', true), '')::uuid END",
    ),
    # The conversation at work; null for everybody but a turn.
    Function(
        "actor_conversation",
        "",
        "uuid",
        "SELECT CASE WHEN actor_kind() = 'turn'"
        " THEN nullif(current_setting('botcafe.actor_conversation', true), '')::uuid END",
    ),
    # The person a turn works for, where there is one; null for everybody else.
    Function(
        "turn_user",
        "",
        "uuid",
        "SELECT CASE WHEN actor_kind() = 'turn' THEN nullif(current_setting('botcafe.actor_user', true), '')::uuid END",
    ),
)
