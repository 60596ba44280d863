"""The reviewed SQL functions that add up the whole house: sums over everybody, of no person."""

# ruff: noqa: S608 - every statement here is made of constants of this module
from __future__ import annotations

from db.security_function import JOB_ONLY, Function

FIGURE_FUNCTIONS: tuple[Function, ...] = (
    Function(
        "house_usage",
        "first_id uuid, end_id uuid, since timestamptz, until timestamptz",
        "TABLE (figure text, value bigint)",
        f"""
        BEGIN
            {JOB_ONLY.format(name="house_usage")}
            RETURN QUERY
            SELECT 'people_new', count(*) FROM users AS u
            WHERE u.discord_id IS NOT NULL AND u.id >= first_id AND u.id < end_id
            UNION ALL SELECT 'people_active', count(DISTINCT t.asker_id) FROM turns AS t
            WHERE t.id >= first_id AND t.id < end_id
            UNION ALL SELECT 'turns', count(*) FROM turns AS t WHERE t.id >= first_id AND t.id < end_id
            UNION ALL SELECT 'turns_failed', count(*) FROM turns AS t
            WHERE t.id >= first_id AND t.id < end_id AND t.state = 'failed'
            UNION ALL SELECT 'conversations_new', count(*) FROM conversations AS v
            WHERE v.id >= first_id AND v.id < end_id
            UNION ALL SELECT 'characters_new', count(*) FROM characters AS c
            WHERE c.id >= first_id AND c.id < end_id
            UNION ALL SELECT 'sign_ins', count(*) FROM logins AS l
            WHERE l.created_at >= since AND l.created_at < until AND l.failure IS NULL
            UNION ALL SELECT 'sign_ins_failed', count(*) FROM logins AS l
            WHERE l.created_at >= since AND l.created_at < until AND l.failure IS NOT NULL
            UNION ALL (
                WITH used AS (
                    SELECT w.tokens_in, w.tokens_out, w.cost_micros FROM message_variants AS w
                    WHERE w.id >= first_id AND w.id < end_id AND w.provider <> ''
                    UNION ALL
                    SELECT r.tokens_in, r.tokens_out, r.cost_micros FROM recaps AS r
                    WHERE r.id >= first_id AND r.id < end_id AND r.model IS NOT NULL
                ), summed AS (
                    SELECT coalesce(sum(x.tokens_in), 0)::bigint AS taken,
                           coalesce(sum(x.tokens_out), 0)::bigint AS given,
                           coalesce(sum(x.cost_micros), 0)::bigint AS cost,
                           count(*) FILTER (WHERE x.cost_micros IS NULL) AS unpriced
                    FROM used AS x
                )
                SELECT pair.name, pair.amount FROM summed AS s,
                LATERAL (VALUES ('tokens_in', s.taken), ('tokens_out', s.given), ('cost_micros', s.cost),
                                ('replies_unpriced', s.unpriced)) AS pair (name, amount)
            );
        END
        """,
        language="plpgsql",
        definer_reason="sums of one day over the whole house, of no person; for jobs only",
    ),
    Function(
        "house_money",
        "since timestamptz, until timestamptz",
        "TABLE (figure text, value bigint)",
        f"""
        BEGIN
            {JOB_ONLY.format(name="house_money")}
            RETURN QUERY
            SELECT 'revenue.' || p.currency, sum(p.amount_cents - p.refunded_cents)::bigint FROM payments AS p
            WHERE p.created_at >= since AND p.created_at < until AND p.state <> 'pending' AND p.state <> 'failed'
            GROUP BY p.currency
            UNION ALL
            SELECT 'refunded.' || p.currency, sum(p.refunded_cents)::bigint FROM payments AS p
            WHERE p.created_at >= since AND p.created_at < until AND p.refunded_cents > 0
            GROUP BY p.currency
            UNION ALL
            SELECT 'moved.' || t.kind, sum(t.amount)::bigint FROM transfers AS t
            WHERE t.created_at >= since AND t.created_at < until
            GROUP BY t.kind;
        END
        """,
        language="plpgsql",
        definer_reason="as house_usage, of money",
    ),
    Function(
        "house_now",
        "",
        "TABLE (figure text, value bigint)",
        f"""
        BEGIN
            {JOB_ONLY.format(name="house_now")}
            RETURN QUERY
            SELECT 'people', count(*) FROM users AS u WHERE u.discord_id IS NOT NULL
            UNION ALL SELECT 'blocked', count(*) FROM standings AS s WHERE s.status <> 'active'
                AND (s.suspended_until IS NULL OR s.suspended_until > now())
            UNION ALL SELECT 'staff', count(*) FROM standings AS s WHERE s.role <> 'user' AND s.status = 'active'
            UNION ALL SELECT 'characters', count(*) FROM characters AS c WHERE c.deleted_at IS NULL
            UNION ALL SELECT 'characters_public', count(*) FROM characters AS c
                WHERE c.deleted_at IS NULL AND c.visibility = 'public'
            UNION ALL SELECT 'books', count(*) FROM lore_books AS b WHERE b.deleted_at IS NULL
            UNION ALL SELECT 'conversations_active', count(*) FROM conversations AS v WHERE v.status = 'active'
            UNION ALL SELECT 'reports_open', count(*) FROM reports AS r WHERE r.state IN ('open', 'taken')
            UNION ALL SELECT 'publications_open', count(*) FROM publication_requests AS p WHERE p.state = 'open'
            UNION ALL SELECT 'turns_unfinished', count(*) FROM turns AS t
                WHERE t.state IN ('claimed', 'generated', 'unknown')
            UNION ALL SELECT 'sessions_open', count(*) FROM sessions AS s
                WHERE s.revoked_at IS NULL AND s.idle_until > now() AND s.ends_at > now();
        END
        """,
        language="plpgsql",
        definer_reason="as house_usage, at this moment",
    ),
)
