"""The SQL function of reminders: whose are due."""

# ruff: noqa: S608 - every statement here is made of constants of this module
from __future__ import annotations

from db.security_function import JOB_ONLY, Function

REMINDER_READS = frozenset({"mood_reminders", "users", "standings"})

REMINDER_FUNCTIONS = (
    Function(
        "due_reminders",
        "moment timestamptz, most integer",
        "TABLE (user_id uuid, discord_id bigint, locale text)",
        f"""
        BEGIN
            {JOB_ONLY.format(name="due_reminders")}
            RETURN QUERY
            SELECT u.id, u.discord_id, u.locale::text
            FROM (
                SELECT r.user_id AS whose, min(r.next_at) AS since
                FROM mood_reminders AS r
                WHERE r.next_at <= moment AND r.refused_at IS NULL
                GROUP BY r.user_id
            ) AS d
            JOIN users AS u ON u.id = d.whose
            LEFT JOIN standings AS s ON s.user_id = u.id
            WHERE u.discord_id IS NOT NULL
              AND NOT (
                coalesce(s.status::text <> 'active', false)
                AND (s.suspended_until IS NULL OR s.suspended_until > moment)
              )
            ORDER BY d.since, u.id
            LIMIT most;
        END
        """,
        language="plpgsql",
        definer_reason=(
            "whom to remind is found across people, whose reminders a job may not read; it tells who and no more: the "
            "rest is read and written in that person's own name"
        ),
    ),
)
