"""What a reply takes: SQL functions that keep tokens back before a model is asked, and settle when its words are saved.

A turn names who pays: who asked, or who had it worded again. One trip each, so that a metered reply asks the database
two times more than one that costs nothing.
"""

# ruff: noqa: S608 - every statement here is made of constants of this module
from __future__ import annotations

from db.security_function import Function

_OF_THIS_TURN = "SELECT x.id FROM holds AS x WHERE x.about = {turn} AND x.kind = 'reply' AND x.state = 'pending'"

METER_FUNCTIONS: tuple[Function, ...] = (
    Function(
        "meter_reserve",
        "one_turn uuid, estimate bigint, beside bigint, month date, is_charged boolean, has_plans boolean,"
        " its_end timestamptz, moment timestamptz",
        "TABLE (outcome text, need bigint, free bigint, used bigint, most bigint, plan text, comes bigint,"
        " resets_at timestamptz)",
        """
        DECLARE t turns; who uuid; p record; one record; h record; counted bigint := 0; s record; of_day boolean;
        BEGIN
            -- It goes on as the turn: whoever is somebody already does not become somebody else by it.
            IF coalesce(current_setting('botcafe.actor_kind', true), '') NOT IN ('', 'job') THEN
                RAISE EXCEPTION 'meter_reserve is for the program' USING ERRCODE = 'insufficient_privilege';
            END IF;
            SELECT x.* INTO t FROM turns AS x WHERE x.id = one_turn;
            who := coalesce(t.rewording_by, t.asker_id);
            IF who IS NULL THEN
                RETURN QUERY SELECT 'gone', 0::bigint, 0::bigint, 0::bigint, NULL::bigint, '', 0::bigint,
                    NULL::timestamptz;
                RETURN;
            END IF;
            -- A transaction of its own, by the turn and for who pays: see `Database.once`.
            PERFORM set_config('botcafe.actor_kind', 'turn', true),
                set_config('botcafe.actor_user', who::text, true),
                set_config('botcafe.actor_conversation', t.conversation_id::text, true);
            SELECT coalesce(q.plan_name, '') AS plan_name, q.messages_per_month, q.tokens_per_month, q.period_key,
                   q.resets_at INTO p FROM plan_of(who) AS q;
            IF has_plans THEN
                SELECT n.used INTO counted FROM usage_counters AS n
                    WHERE n.user_id = who AND n.counter = 'messages' AND n.period = month;
                counted := coalesce(counted, 0);
                IF counted + beside >= p.messages_per_month THEN
                    RETURN QUERY SELECT 'messages', 0::bigint, 0::bigint, counted, p.messages_per_month, p.plan_name,
                        0::bigint, p.resets_at;
                    RETURN;
                END IF;
            END IF;
            IF NOT is_charged THEN
                RETURN QUERY SELECT 'free', 0::bigint, 0::bigint, counted, p.messages_per_month, p.plan_name, 0::bigint,
                    p.resets_at;
                RETURN;
            END IF;
            IF p.tokens_per_month > 0 AND NOT EXISTS (SELECT FROM transfers AS x
                    WHERE x.key = 'allowance:' || who || ':' || p.period_key) THEN
                PERFORM ledger_allow(who, p.tokens_per_month, p.period_key, p.resets_at);
            END IF;
            -- What an earlier run, or an earlier question of this one, kept back for the same turn is free again.
            PERFORM ledger_enter((SELECT array_agg(x.user_id) || who FROM holds AS x
                WHERE x.about = one_turn AND x.kind = 'reply' AND x.state = 'pending'));
            FOR one IN """
        + _OF_THIS_TURN.format(turn="one_turn")
        + """ LOOP
                PERFORM ledger_release(one.id, 'voided', moment);
            END LOOP;
            SELECT a.* INTO h FROM ledger_hold(who, estimate, 'reply', 'reply:' || one_turn || ':'
                || (SELECT count(*) FROM holds AS x WHERE x.about = one_turn AND x.kind = 'reply'),
                one_turn, NULL, NULL, its_end, moment) AS a;
            IF h.outcome = 'capped' THEN
                SELECT * INTO s FROM spending_at(who, moment);
                of_day := coalesce(s.most_of_day - s.of_day <= h.free, false);
                PERFORM limit_noted(who, 'spending', CASE WHEN of_day THEN 'day ' ELSE 'month ' END
                    || to_char(moment AT TIME ZONE s.zone, 'YYYY-MM-DD'), NULL,
                    CASE WHEN of_day THEN s.day_ends ELSE s.month_ends END, moment);
                RETURN QUERY SELECT 'capped', estimate, h.free, CASE WHEN of_day THEN s.of_day ELSE s.of_month END,
                    CASE WHEN of_day THEN s.most_of_day ELSE s.most_of_month END,
                    CASE WHEN of_day THEN 'day' ELSE 'month' END, 0::bigint,
                    CASE WHEN of_day THEN s.day_ends ELSE s.month_ends END;
                RETURN;
            END IF;
            RETURN QUERY SELECT CASE h.outcome WHEN 'short' THEN 'tokens' ELSE 'kept' END, estimate, h.free, counted,
                p.messages_per_month, p.plan_name, coalesce(p.tokens_per_month, 0), p.resets_at;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="keeps back, for a turn that exists, what its reply may take of who asked for it; says how much"
        " they have, for their own eyes",
    ),
    Function(
        "meter_settle",
        "one_turn uuid, actual bigint, month date, has_plans boolean, moment timestamptz",
        "TABLE (outcome text, moved bigint, lacking bigint)",
        """
        DECLARE t turns; who uuid; kept uuid; h record;
        BEGIN
            SELECT x.* INTO t FROM turns AS x WHERE x.id = one_turn AND x.conversation_id = actor_conversation();
            who := coalesce(t.rewording_by, t.asker_id);
            IF who IS NULL THEN
                RETURN QUERY SELECT 'gone', 0::bigint, 0::bigint;
                RETURN;
            END IF;
            IF has_plans THEN
                INSERT INTO usage_counters AS n (user_id, counter, period, used) VALUES (who, 'messages', month, 1)
                ON CONFLICT (user_id, counter, period) DO UPDATE SET used = n.used + 1, updated_at = now();
            END IF;
            SELECT x.id INTO kept FROM holds AS x
                WHERE x.about = one_turn AND x.kind = 'reply' AND x.state = 'pending' LIMIT 1;
            IF kept IS NULL THEN
                RETURN QUERY SELECT 'free', 0::bigint, 0::bigint;
                RETURN;
            END IF;
            SELECT a.* INTO h FROM ledger_carry(kept, actual, moment) AS a;
            RETURN QUERY SELECT h.outcome, h.moved, h.lacking;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="a reply is paid for in the work that saves its words, by whoever asked for it; of the turn's"
        " own conversation only",
    ),
    Function(
        "meter_release",
        "one_turn uuid, moment timestamptz",
        "bigint",
        """
        DECLARE t turns; one record; done bigint := 0;
        BEGIN
            SELECT x.* INTO t FROM turns AS x WHERE x.id = one_turn AND x.conversation_id = actor_conversation();
            PERFORM ledger_enter((SELECT array_agg(x.user_id) FROM holds AS x
                WHERE x.about = t.id AND x.kind = 'reply' AND x.state = 'pending'));
            FOR one IN """
        + _OF_THIS_TURN.format(turn="t.id")
        + """ LOOP
                PERFORM ledger_release(one.id, 'voided', moment);
                done := done + 1;
            END LOOP;
            RETURN done;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="what was kept back for a reply that never came is free again; of the turn's own conversation",
    ),
)
