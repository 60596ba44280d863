"""The SQL functions of signing in: who a cookie belongs to, and how sessions begin and end.

A browser is known by the hash of a secret before anybody is an actor, so these are for jobs, and each gives out no more
than what the one who holds that secret may know.
"""

# ruff: noqa: S608 - every statement here is made of constants of this module
from __future__ import annotations

from db.security_function import JOB_ONLY, Function

SESSION_READS = frozenset({"sessions", "users", "standings", "profiles", "oauth_states", "logins"})
SESSION_WRITES = frozenset({"sessions"})
SESSION_DELETES = frozenset({"sessions", "oauth_states", "logins"})

_GOOD_STANDING = "(s.status IS NULL OR s.status = 'active' OR (s.status = 'suspended' AND s.suspended_until <= now_at))"

SESSION_FUNCTIONS = (
    Function(
        "session_of",
        "hash bytea, now_at timestamptz, idle interval, idle_staff interval",
        "TABLE (session_id uuid, user_id uuid, discord_id bigint, name text, role text, signed_in_at timestamptz,"
        " language text, time_zone text)",
        f"""
        BEGIN
            {JOB_ONLY.format(name="session_of")}
            RETURN QUERY
            SELECT w.id, u.id, u.discord_id, u.display_name::text, coalesce(s.role::text, 'user'), w.created_at,
                   p.language::text, p.time_zone::text
            FROM sessions AS w
            JOIN users AS u ON u.id = w.user_id
            LEFT JOIN standings AS s ON s.user_id = w.user_id
            LEFT JOIN profiles AS p ON p.user_id = w.user_id
            WHERE w.token_hash = hash AND w.revoked_at IS NULL AND w.idle_until > now_at AND w.ends_at > now_at
              -- Who became staff signs in again: their session was made to last longer than theirs may.
              AND w.is_staff = (coalesce(s.role::text, 'user') <> 'user')
              AND {_GOOD_STANDING};
            -- Once a minute is often enough to know that it is used, and lets most pages write nothing.
            UPDATE sessions AS w
            SET last_seen_at = now_at,
                idle_until = now_at + CASE WHEN w.is_staff THEN idle_staff ELSE idle END
            WHERE w.token_hash = hash AND w.revoked_at IS NULL AND w.idle_until > now_at AND w.ends_at > now_at
              AND w.last_seen_at < now_at - interval '1 minute';
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="who a cookie belongs to is known by its hash before anybody is an actor; one row, for jobs",
    ),
    Function(
        "standing_at_door",
        "person uuid, now_at timestamptz",
        "TABLE (role text, may_enter boolean, status text, reason text, until timestamptz)",
        f"""
        BEGIN
            {JOB_ONLY.format(name="standing_at_door")}
            RETURN QUERY
            SELECT coalesce(s.role::text, 'user'), {_GOOD_STANDING}, coalesce(s.status::text, 'active'),
                   coalesce(s.reason::text, ''), s.suspended_until
            FROM users AS u LEFT JOIN standings AS s ON s.user_id = u.id
            WHERE u.id = person;
        END
        """,
        language="plpgsql",
        definer_reason="who signs in is looked at before they are let in; one row, for jobs",
    ),
    Function(
        "end_sessions_of",
        "person uuid, now_at timestamptz",
        "bigint",
        """
        DECLARE ended bigint;
        BEGIN
            -- Of staff only they themselves and admins; who is nobody (a visitor, a turn) is no `person` either.
            IF NOT coalesce(actor_kind() = 'job' OR actor_user() = person OR actor_is_admin()
                    OR (actor_is_staff() AND NOT EXISTS (SELECT FROM standings AS s
                        WHERE s.user_id = person AND s.role <> 'user')), false) THEN
                RAISE EXCEPTION 'only staff end the sessions of others' USING ERRCODE = 'insufficient_privilege';
            END IF;
            UPDATE sessions AS w SET revoked_at = now_at WHERE w.user_id = person AND w.revoked_at IS NULL;
            GET DIAGNOSTICS ended = ROW_COUNT;
            RETURN ended;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="a ban or a lost role ends somebody's sessions at once; gives out how many",
    ),
    Function(
        "end_session_by",
        "hash bytea, now_at timestamptz",
        "boolean",
        f"""
        BEGIN
            {JOB_ONLY.format(name="end_session_by")}
            UPDATE sessions AS w SET revoked_at = now_at WHERE w.token_hash = hash AND w.revoked_at IS NULL;
            RETURN FOUND;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="who signs in again leaves the session they had; found by its secret alone, for jobs only",
    ),
    Function(
        "purge_sign_ins",
        "now_at timestamptz, kept interval",
        "bigint",
        f"""
        DECLARE gone bigint; more bigint;
        BEGIN
            {JOB_ONLY.format(name="purge_sign_ins")}
            DELETE FROM oauth_states AS o WHERE o.expires_at < now_at;
            GET DIAGNOSTICS gone = ROW_COUNT;
            DELETE FROM sessions AS w WHERE least(w.revoked_at, w.ends_at, w.idle_until) < now_at - kept;
            GET DIAGNOSTICS more = ROW_COUNT;
            gone := gone + more;
            DELETE FROM logins AS l WHERE l.created_at < now_at - kept;
            GET DIAGNOSTICS more = ROW_COUNT;
            RETURN gone + more;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="sign-ins are forgotten after the time they declare; for jobs only",
    ),
)
