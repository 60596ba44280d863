"""The SQL functions of people's own limits: what holds, which minutes count, and how a version comes to be.

Whoever takes part does so behind one lock a person, in the transaction that lets a character answer: of any number of
messages at the last minute of a limit, in however many processes, each sees what those before it counted. What fits is
decided by a pure function (`bot.services.wellbeing.rules`); these read and write for it.
"""

# ruff: noqa: S608 - every statement here is made of constants of this module
from __future__ import annotations

from db.security_function import JOB_ONLY, Function, Trigger

LIMIT_READS = frozenset({"self_limits", "self_triggers", "usage_minutes", "limit_events", "users", "profiles"})
LIMIT_WRITES = frozenset({"self_limits", "usage_minutes", "limit_events"})
LIMIT_DELETES = frozenset({"self_limits", "limit_events"})

GAP = 5
"""Minutes between two that count, at most this far apart, count too (`bot.limits.ACTIVE_GAP_MINUTES`; a test)."""

_WHO = """
            IF who IS NULL THEN
                RAISE EXCEPTION 'nobody takes part here' USING ERRCODE = 'insufficient_privilege';
            END IF;
            PERFORM pg_advisory_xact_lock(hashtextextended('botcafe limits ' || who, 0));
"""

_MINE = "coalesce(turn_user(), actor_user())"

# The newest version that has begun. What was to hold at once holds whatever the clock says since: it may jump.
_HOLDS = """
    SELECT s.* FROM self_limits AS s
    WHERE s.user_id = {who} AND s.replaced_at IS NULL AND s.holds_from <= greatest({moment}, s.set_at)
    ORDER BY s.holds_from DESC, s.id DESC LIMIT 1
"""

_AT_WORK = "nullif(current_setting('botcafe.actor_kind', true), '') IS NOT NULL"

# What is set in one version and looser in the next. Null is no limit. Nights are the service's to judge.
_LOOSER = """
                OR (held ->> '{name}') IS NOT NULL
                   AND coalesce((now_rules ->> '{name}')::bigint, 9223372036854775807) > (held ->> '{name}')::bigint
"""
_CAPS = ("daily_minutes", "weekly_minutes", "break_after", "daily_tokens", "monthly_tokens")

LIMIT_FUNCTIONS: tuple[Function, ...] = (
    Function(
        "self_rules_at",
        "who uuid, moment timestamptz",
        "jsonb",
        f"SELECT h.rules FROM ({_HOLDS.format(who='who', moment='moment')}) AS h",
        definer_reason="what a person limited is asked where their tokens and minutes are counted, by other functions",
        is_internal=True,
    ),
    Function(
        "minutes_noted",
        "who uuid, guild bigint, here integer[], elsewhere integer[]",
        "integer",
        """
        DECLARE fresh integer;
        BEGIN
            SELECT count(*) INTO fresh FROM (SELECT unnest(here) AS x UNION SELECT unnest(elsewhere)) AS q
            WHERE NOT EXISTS (SELECT FROM usage_minutes AS u
                WHERE u.user_id = who AND u.hour = to_timestamp(q.x / 60 * 3600::bigint)
                  AND (u.mask >> (q.x % 60)) & 1 = 1);
            INSERT INTO usage_minutes AS u (user_id, hour, guild_id, mask)
            SELECT who, to_timestamp(q.x / 60 * 3600::bigint), q.g, bit_or(1::bigint << (q.x % 60))
            FROM (SELECT unnest(here) AS x, guild AS g UNION ALL SELECT unnest(elsewhere), 0) AS q
            GROUP BY 2, 3 ORDER BY 2, 3
            ON CONFLICT (user_id, hour, guild_id) DO UPDATE SET mask = u.mask | excluded.mask
                WHERE u.mask <> u.mask | excluded.mask;
            RETURN fresh;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="which minutes somebody was here is counted and never taken back; other functions call it",
        is_internal=True,
    ),
    Function(
        "take_part",
        "minute integer, guild bigint, moment timestamptz",
        "text",
        f"""
        DECLARE
            who uuid := {_MINE};
            everywhere integer[]; nearby integer[]; earlier integer; later integer;
            here integer[]; elsewhere integer[];
        BEGIN
            {_WHO}
            IF self_rules_at(who, moment) IS NOT NULL THEN
                RETURN 'limited';
            END IF;
            SELECT coalesce(array_agg(DISTINCT q.x), '{{}}'),
                   coalesce(array_agg(q.x) FILTER (WHERE q.g = guild), '{{}}')
            INTO everywhere, nearby
            FROM (SELECT (extract(epoch FROM u.hour) / 60)::integer + n AS x, u.guild_id AS g
                  FROM usage_minutes AS u CROSS JOIN generate_series(0, 59) AS n
                  WHERE u.user_id = who AND (u.mask >> n) & 1 = 1
                    AND u.hour BETWEEN to_timestamp((minute - {GAP}) / 60 * 3600::bigint)
                                   AND to_timestamp((minute + {GAP}) / 60 * 3600::bigint)) AS q
            WHERE q.x BETWEEN minute - {GAP} AND minute + {GAP};
            IF minute = ANY (nearby) THEN
                RETURN 'known';
            END IF;
            SELECT max(x) FILTER (WHERE x < minute), min(x) FILTER (WHERE x > minute) INTO earlier, later
            FROM unnest(nearby) AS x;
            here := ARRAY(SELECT generate_series(coalesce(earlier + 1, minute), coalesce(later - 1, minute)));
            elsewhere := '{{}}';
            IF NOT minute = ANY (everywhere) THEN
                SELECT max(x) FILTER (WHERE x < minute), min(x) FILTER (WHERE x > minute) INTO earlier, later
                FROM unnest(everywhere) AS x;
                elsewhere := ARRAY(SELECT x
                    FROM generate_series(coalesce(earlier + 1, minute), coalesce(later - 1, minute)) AS x
                    WHERE NOT x = ANY (here));
            END IF;
            RETURN CASE WHEN minutes_noted(who, guild, here, elsewhere) > 0 THEN 'counted' ELSE 'known' END;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="counts a minute for whoever the turn works for, with those between it and the nearest; for"
        " people who limited nothing: of others it says so and counts nothing",
    ),
    Function(
        "limits_entered",
        "guild bigint, since timestamptz, moment timestamptz",
        "TABLE (version uuid, rules jsonb, hours integer[], everywhere bigint[], here bigint[])",
        f"""
        DECLARE who uuid := {_MINE};
        BEGIN
            {_WHO}
            RETURN QUERY
            SELECT h.id, h.rules, m.hours, m.everywhere, m.here
            FROM (SELECT array_agg(q.first) AS hours, array_agg(q.every) AS everywhere, array_agg(q.local) AS here
                  FROM (SELECT (extract(epoch FROM u.hour) / 60)::integer AS first, bit_or(u.mask) AS every,
                               coalesce(bit_or(u.mask) FILTER (WHERE u.guild_id = guild), 0) AS local
                        FROM usage_minutes AS u WHERE u.user_id = who AND u.hour >= date_trunc('hour', since, 'UTC')
                        GROUP BY u.hour) AS q) AS m
            LEFT JOIN ({_HOLDS.format(who="who", moment="moment")}) AS h ON true;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="a turn judges an act by what the person it works for limited, and by their minutes, which none"
        " but they can read; of that person only, behind their lock",
    ),
    Function(
        "count_minutes",
        "guild bigint, here integer[], elsewhere integer[]",
        "integer",
        f"""
        DECLARE who uuid := {_MINE};
        BEGIN
            {_WHO}
            IF cardinality(here) + cardinality(elsewhere) > 60 THEN
                RAISE EXCEPTION 'an act counts some minutes, not hours' USING ERRCODE = 'check_violation';
            END IF;
            RETURN minutes_noted(who, guild, here, elsewhere);
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="counts what was found to fit, for whoever the turn works for; adds minutes and takes none away",
    ),
    Function(
        "usage_of_minutes",
        "",
        "trigger",
        f"""
        DECLARE added bigint := NEW.mask & ~(CASE TG_OP WHEN 'UPDATE' THEN OLD.mask ELSE 0 END);
            fresh bigint; one record;
        BEGIN
            IF NOT ({_AT_WORK}) OR added = 0 THEN
                RETURN NULL;
            END IF;
            -- Whoever counts the same minute in another server at this moment is waited for, and seen then.
            PERFORM usage_add(NEW.user_id, days.its_day, 'minutes', 0) FROM (
                SELECT DISTINCT usage_day(NEW.user_id, NEW.hour + make_interval(mins => n)) AS its_day
                FROM generate_series(0, 59) AS n WHERE (added >> n) & 1 = 1 ORDER BY 1) AS days;
            fresh := added & ~coalesce((SELECT bit_or(u.mask) FROM usage_minutes AS u
                    WHERE u.user_id = NEW.user_id AND u.hour = NEW.hour AND u.guild_id <> NEW.guild_id), 0);
            FOR one IN
                SELECT usage_day(NEW.user_id, NEW.hour + make_interval(mins => n)) AS its_day, count(*) AS more
                FROM generate_series(0, 59) AS n WHERE (fresh >> n) & 1 = 1 GROUP BY 1 ORDER BY 1
            LOOP
                PERFORM usage_add(NEW.user_id, one.its_day, 'minutes', one.more);
            END LOOP;
            RETURN NULL;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="adds minutes that nobody counted yet to the sums of their days",
        is_internal=True,
    ),
    Function(
        "change_limits",
        "expected uuid, now_id uuid, now_rules jsonb, later_id uuid, later_rules jsonb, later_from timestamptz,"
        " said_in text, moment timestamptz",
        "boolean",
        f"""
        DECLARE who uuid := actor_user(); held jsonb; held_id uuid; held_from timestamptz; begins timestamptz;
        BEGIN
            {_WHO}
            SELECT h.id, h.rules, h.holds_from INTO held_id, held, held_from
            FROM ({_HOLDS.format(who="who", moment="moment")}) AS h;
            IF held_id IS DISTINCT FROM expected THEN
                RETURN false;
            END IF;
            IF held_from > moment THEN
                -- The clock was put back behind what holds: that holds since now, and what waits can begin after it.
                now_rules := coalesce(now_rules, held);
                UPDATE self_limits AS s SET replaced_at = moment
                WHERE s.user_id = who AND s.replaced_at IS NULL AND s.holds_from > moment;
                held_from := NULL;
            END IF;
            begins := greatest(moment, held_from + interval '1 microsecond');
            IF now_rules IS NOT NULL AND (false
                {"".join(_LOOSER.format(name=name) for name in _CAPS)}
                OR (held ->> 'is_paused')::boolean
                   AND coalesce((held ->> 'paused_until')::timestamptz, 'infinity') > moment
                   AND (NOT (now_rules ->> 'is_paused')::boolean
                        OR coalesce((now_rules ->> 'paused_until')::timestamptz, 'infinity')
                           < coalesce((held ->> 'paused_until')::timestamptz, 'infinity'))
            ) THEN
                RAISE EXCEPTION 'what loosens a limit waits for its day' USING ERRCODE = 'check_violation';
            END IF;
            IF later_rules IS NOT NULL AND later_from <= begins THEN
                RAISE EXCEPTION 'what waits begins later' USING ERRCODE = 'check_violation';
            END IF;
            UPDATE self_limits AS s SET replaced_at = moment
            WHERE s.user_id = who AND s.replaced_at IS NULL AND s.holds_from > greatest(moment, s.set_at);
            IF now_rules IS NOT NULL THEN
                INSERT INTO self_limits (id, user_id, rules, set_in, set_at, holds_from)
                VALUES (now_id, who, now_rules, said_in, begins, begins);
            END IF;
            IF later_rules IS NOT NULL THEN
                INSERT INTO self_limits (id, user_id, rules, set_in, set_at, holds_from)
                VALUES (later_id, who, later_rules, said_in, begins, later_from);
            END IF;
            RETURN true;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="a version of the actor's own limits is added, and none is ever changed: what loosens does not"
        " hold at once, whoever asks",
    ),
    Function(
        "limited_people",
        "only_user uuid",
        "TABLE (user_id uuid, discord_id bigint, version uuid, rules jsonb, set_at timestamptz,"
        " holds_from timestamptz, has_triggers boolean)",
        f"""
        BEGIN
            {JOB_ONLY.format(name="limited_people")}
            RETURN QUERY
            SELECT u.id, u.discord_id, s.id, s.rules, s.set_at, s.holds_from,
                   EXISTS (SELECT FROM self_triggers AS t WHERE t.user_id = u.id)
            FROM users AS u LEFT JOIN self_limits AS s ON s.user_id = u.id AND s.replaced_at IS NULL
            WHERE (only_user IS NULL OR u.id = only_user)
              AND (s.id IS NOT NULL OR EXISTS (SELECT FROM self_triggers AS t WHERE t.user_id = u.id))
              -- What a later version took the place of long ago is of no use any more.
              AND NOT EXISTS (SELECT FROM self_limits AS n WHERE n.user_id = u.id AND n.replaced_at IS NULL
                  AND (n.holds_from, n.id) > (s.holds_from, s.id) AND n.holds_from < now() - interval '2 days')
            ORDER BY u.id, s.holds_from, s.id;
        END
        """,
        language="plpgsql",
        definer_reason="who limited what is known in memory, since it is asked before anything is answered; for jobs",
    ),
    Function(
        "note_limit",
        "its_kind text, its_period text, its_end timestamptz, moment timestamptz",
        "boolean",
        f"""
        DECLARE who uuid := {_MINE};
        BEGIN
            IF who IS NULL OR its_kind IN ('trigger', 'spending') THEN
                RAISE EXCEPTION 'nobody takes part here' USING ERRCODE = 'insufficient_privilege';
            END IF;
            RETURN limit_noted(who, its_kind, its_period, NULL, its_end, moment);
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="what came of a limit is written once, for whoever the turn works for, and nobody takes it back",
    ),
    Function(
        "limits_told",
        "person uuid, its_kind text, its_period text, ids uuid[], moment timestamptz",
        "bigint",
        f"""
        DECLARE done bigint;
        BEGIN
            IF actor_kind() <> 'job' AND person IS DISTINCT FROM {_MINE} THEN
                RAISE EXCEPTION 'limits_told is for the person themselves' USING ERRCODE = 'insufficient_privilege';
            END IF;
            UPDATE limit_events AS e SET told_at = moment
            WHERE e.user_id = person AND e.told_at IS NULL
              AND (e.id = ANY (ids) OR (e.kind = its_kind AND e.period = its_period));
            GET DIAGNOSTICS done = ROW_COUNT;
            RETURN done;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="that somebody was told is noted by whoever told them; says how many it were",
    ),
    Function(
        "purge_limits",
        "events_before timestamptz, versions_before timestamptz",
        "bigint",
        f"""
        DECLARE events bigint; versions bigint;
        BEGIN
            {JOB_ONLY.format(name="purge_limits")}
            DELETE FROM limit_events AS e WHERE e.happened_at < events_before;
            GET DIAGNOSTICS events = ROW_COUNT;
            DELETE FROM self_limits AS s WHERE s.replaced_at < versions_before
                OR EXISTS (SELECT FROM self_limits AS n WHERE n.user_id = s.user_id AND n.replaced_at IS NULL
                           AND (n.holds_from, n.id) > (s.holds_from, s.id) AND n.holds_from < versions_before);
            GET DIAGNOSTICS versions = ROW_COUNT;
            RETURN events + versions;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="what came of limits is kept 90 days, what held before a year; for jobs only",
    ),
)

LIMIT_TRIGGERS: tuple[Trigger, ...] = (
    # At the end, as everything that is counted: the row of the day is locked last.
    Trigger(
        "usage_minutes_used",
        "usage_minutes",
        "AFTER INSERT OR UPDATE",
        "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW",
        "usage_of_minutes",
        is_constraint=True,
    ),
)
