"""The SQL functions of a person's own cap on spending: what they spent in the day and the month of their time zone.

What is counted is what the ledger kept back or moved for replies and gifts: whatever is counted is there already when
it is asked, in the same statement, behind the lock of the person's pockets. So no two at once can pass the cap.
"""

from __future__ import annotations

from db.security_function import Function

SPENDING_FUNCTIONS: tuple[Function, ...] = (
    Function(
        "spending_at",
        "who uuid, moment timestamptz",
        "TABLE (most_of_day bigint, of_day bigint, day_ends timestamptz, most_of_month bigint, of_month bigint,"
        " month_ends timestamptz, zone text)",
        """
        DECLARE
            held jsonb := self_rules_at(who, moment); its_zone text := coalesce(held ->> 'time_zone', 'UTC');
            day_from timestamptz; month_from timestamptz;
        BEGIN
            BEGIN
                day_from := date_trunc('day', moment, its_zone);
            EXCEPTION WHEN invalid_parameter_value THEN
                its_zone := 'UTC';
                day_from := date_trunc('day', moment, its_zone);
            END;
            month_from := date_trunc('month', moment, its_zone);
            RETURN QUERY
            SELECT (held ->> 'daily_tokens')::bigint, coalesce(sum(s.took) FILTER (WHERE s.at >= day_from), 0)::bigint,
                   (date_trunc('day', moment AT TIME ZONE its_zone) + interval '1 day') AT TIME ZONE its_zone,
                   (held ->> 'monthly_tokens')::bigint, coalesce(sum(s.took), 0)::bigint,
                   (date_trunc('month', moment AT TIME ZONE its_zone) + interval '1 month') AT TIME ZONE its_zone,
                   its_zone
            FROM (SELECT h.created_at AS at, CASE WHEN h.state = 'posted' THEN h.posted
                             WHEN h.state = 'pending' AND h.expires_at > moment THEN h.amount ELSE 0 END AS took
                  FROM holds AS h WHERE h.user_id = who AND h.created_at >= month_from) AS s;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        is_internal=True,
    ),
    Function(
        "spending_left",
        "who uuid, moment timestamptz",
        "bigint",
        """
        DECLARE s record; held jsonb := self_rules_at(who, moment);
        BEGIN
            -- Null: no cap. Asked behind the lock of the person's pockets (`ledger_enter`).
            IF held ->> 'daily_tokens' IS NULL AND held ->> 'monthly_tokens' IS NULL THEN
                RETURN NULL;
            END IF;
            SELECT * INTO s FROM spending_at(who, moment);
            RETURN greatest(least(s.most_of_day - s.of_day, s.most_of_month - s.of_month), 0);
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        is_internal=True,
    ),
    Function(
        "my_spending",
        "moment timestamptz",
        "TABLE (most_of_day bigint, of_day bigint, day_ends timestamptz, most_of_month bigint, of_month bigint,"
        " month_ends timestamptz, zone text)",
        "SELECT s.* FROM spending_at(coalesce(actor_user(), turn_user()), moment) AS s",
        language="sql",
        definer_reason="what one spent oneself, added up as the cap adds it up; of the actor's own only",
    ),
)
