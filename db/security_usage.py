"""What people use, counted where the rows come to be: triggers, so that no road to a row can forget to count.

They are deferred to the end of the transaction. So what is counted exists exactly if the row does, costs no trip, and
the one row that all of a person's counts of a day meet in is locked last and for a moment: nobody who waits for it
holds anything that its holder still wants. docs/decisions/0024-counting-usage.md tells more.
"""

# ruff: noqa: S608 - every statement here is made of constants of this module
from __future__ import annotations

from db.security_function import JOB_ONLY, Function, Trigger

USAGE_READS = frozenset({"profiles", "self_limits", "place_settings", "daily_usage", "usage_minutes"})
USAGE_WRITES = frozenset({"daily_usage", "usage_minutes"})
USAGE_DELETES = frozenset({"daily_usage", "usage_minutes"})

_SMALL = 32767
"""The most a smallint holds: whoever makes more in a day has that many."""

# Rows that nobody makes at work here (a backup that comes back, a test's own) are nobody's use.
_AT_WORK = "nullif(current_setting('botcafe.actor_kind', true), '') IS NOT NULL"

_LORE_ADDED = "botcafe.lore_added"
"""How many lore entries this transaction added so far, kept with the transaction itself."""

# Counts as it asks: true for the first entry of a transaction alone. So 20,000 entries of a file are one call at the
# end, and not as many changes of one row; rolled back to a savepoint, the count goes back too.
_FIRST_ENTRY = (
    f"set_config('{_LORE_ADDED}',"
    f" (coalesce(nullif(current_setting('{_LORE_ADDED}', true), ''), '0')::bigint + 1)::text, true) = '1'"
)

# What of a person's minutes the limits that hold, or wait for their day, still read: since when, and until when.
_NEEDED = """
            FOR held IN SELECT x.rules FROM self_limits AS x
                WHERE x.user_id = me AND x.replaced_at IS NULL AND (x.holds_from > moment OR x.id = (
                    SELECT y.id FROM self_limits AS y
                    WHERE y.user_id = me AND y.replaced_at IS NULL AND y.holds_from <= moment
                    ORDER BY y.holds_from DESC, y.id DESC LIMIT 1))
            LOOP
                CONTINUE WHEN coalesce(held ->> 'daily_minutes', held ->> 'weekly_minutes', held ->> 'break_after')
                    IS NULL;
                zone := coalesce(held ->> 'time_zone', 'UTC');
                BEGIN
                    here := moment AT TIME ZONE zone;
                EXCEPTION WHEN invalid_parameter_value THEN
                    zone := 'UTC';
                END;
                span := CASE WHEN held ->> 'weekly_minutes' IS NULL THEN 'day' ELSE 'week' END;
                here := date_trunc(span, moment AT TIME ZONE zone);
                since := least(since, here AT TIME ZONE zone, moment - interval '24 hours');
                until := greatest(until, (here + ('1 ' || span)::interval) AT TIME ZONE zone);
                IF held ->> 'break_after' IS NOT NULL THEN
                    -- A sitting goes on over midnight, and a break is due by all of it.
                    until := greatest(until, moment + interval '24 hours');
                END IF;
            END LOOP;
            -- A server's floor under its members' limits reads their minutes there, over one of its days.
            SELECT array_agg(DISTINCT m.guild_id) INTO floored FROM usage_minutes AS m
                JOIN place_settings AS s ON s.guild_id = m.guild_id AND s.channel_id IS NULL AND s.character_id IS NULL
                    AND s.left_at IS NULL
                    AND coalesce(s.values ->> 'minutes_a_day', s.values ->> 'break_after') IS NOT NULL
                WHERE m.user_id = me AND m.hour > moment - interval '26 hours';
            IF floored IS NOT NULL THEN
                until := greatest(until, moment + interval '25 hours');
            END IF;
"""

USAGE_FUNCTIONS: tuple[Function, ...] = (
    Function(
        "usage_local",
        "moment timestamptz, zone text",
        "timestamp",
        """
        BEGIN
            RETURN moment AT TIME ZONE coalesce(nullif(zone, ''), 'UTC');
        EXCEPTION WHEN invalid_parameter_value THEN
            RETURN moment AT TIME ZONE 'UTC';
        END
        """,
        language="plpgsql",
        definer_reason="a zone that Postgres does not know is no reason to lose what a person does; computes only",
        is_internal=True,
    ),
    Function(
        "usage_day",
        "person uuid, moment timestamptz",
        "date",
        "SELECT usage_local(moment, (SELECT p.time_zone FROM profiles AS p WHERE p.user_id = person))::date",
        definer_reason="which day a moment lies in for a person, by the time zone they chose, else UTC",
        is_internal=True,
    ),
    Function(
        "usage_add",
        "person uuid, its_day date, counter text, more bigint",
        "void",
        f"""
        BEGIN
            INSERT INTO daily_usage AS u (user_id, day, conversations, messages, tokens, characters, lore_entries,
                                          minutes)
            SELECT x.id, its_day,
                   CASE counter WHEN 'conversations' THEN least(more, {_SMALL}) ELSE 0 END,
                   CASE counter WHEN 'messages' THEN more ELSE 0 END,
                   CASE counter WHEN 'tokens' THEN more ELSE 0 END,
                   CASE counter WHEN 'characters' THEN least(more, {_SMALL}) ELSE 0 END,
                   CASE counter WHEN 'lore_entries' THEN more ELSE 0 END,
                   CASE counter WHEN 'minutes' THEN least(more, {_SMALL}) ELSE 0 END
            FROM users AS x WHERE x.id = person
            ON CONFLICT (user_id, day) DO UPDATE SET
                conversations = least(u.conversations::bigint + excluded.conversations, {_SMALL}),
                messages = u.messages + excluded.messages,
                tokens = u.tokens + excluded.tokens,
                characters = least(u.characters::bigint + excluded.characters, {_SMALL}),
                lore_entries = u.lore_entries + excluded.lore_entries,
                minutes = least(u.minutes::bigint + excluded.minutes, {_SMALL});
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="sums of a person's days are counted, never written; other reviewed functions call it",
        is_internal=True,
    ),
    Function(
        "usage_of_conversation",
        "",
        "trigger",
        f"""
        BEGIN
            IF {_AT_WORK} THEN
                PERFORM usage_add(NEW.owner_id, usage_day(NEW.owner_id, now()), 'conversations', 1);
            END IF;
            RETURN NULL;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="counts a conversation for who began it",
        is_internal=True,
    ),
    Function(
        "usage_of_character",
        "",
        "trigger",
        f"""
        BEGIN
            IF {_AT_WORK} THEN
                PERFORM usage_add(NEW.owner_id, usage_day(NEW.owner_id, now()), 'characters', 1);
            END IF;
            RETURN NULL;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="counts a character for who made it",
        is_internal=True,
    ),
    Function(
        "usage_of_lore",
        "",
        "trigger",
        f"""
        DECLARE added bigint := nullif(current_setting('{_LORE_ADDED}', true), '')::bigint;
            who uuid := coalesce(NEW.updated_by, nullif(current_setting('botcafe.actor_user', true), '')::uuid);
        BEGIN
            PERFORM set_config('{_LORE_ADDED}', '', true);
            IF {_AT_WORK} AND who IS NOT NULL THEN
                PERFORM usage_add(who, usage_day(who, now()), 'lore_entries', added);
            END IF;
            RETURN NULL;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="counts the entries of lore that a transaction added, for who wrote them",
        is_internal=True,
    ),
    Function(
        "usage_of_message",
        "",
        "trigger",
        # Several characters may answer one message, and some of them only after a crash: it is one message.
        f"""
        BEGIN
            IF {_AT_WORK} AND NOT EXISTS (
                SELECT FROM turns AS o
                WHERE o.trigger_message_id = NEW.trigger_message_id AND o.kind = 'reply' AND o.id <> NEW.id
                  AND (o.claimed_at, o.id) < (NEW.claimed_at, NEW.id))
            THEN
                PERFORM usage_add(NEW.asker_id, usage_day(NEW.asker_id, NEW.claimed_at), 'messages', 1);
            END IF;
            RETURN NULL;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="counts a message once for who wrote it, however many characters answer it",
        is_internal=True,
    ),
    Function(
        "usage_of_words",
        "",
        "trigger",
        # What the provider did not tell is counted from what was kept with the words: unknown is never nothing.
        f"""
        DECLARE who uuid; took bigint;
        BEGIN
            IF NOT ({_AT_WORK}) THEN
                RETURN NULL;
            END IF;
            SELECT coalesce(t.rewording_by, t.asker_id) INTO who
                FROM messages AS m JOIN turns AS t ON t.id = m.turn_id WHERE m.id = NEW.message_id;
            took := coalesce(NEW.tokens_in, (SELECT sum((part ->> 'tokens')::bigint)
                        FROM jsonb_array_elements(NEW.prompt_parts) AS part WHERE (part ->> 'included')::boolean), 0)
                    + coalesce(NEW.tokens_out, (char_length(NEW.content) + 3) / 4);
            IF who IS NOT NULL AND took > 0 THEN
                PERFORM usage_add(who, usage_day(who, now()), 'tokens', took);
            END IF;
            RETURN NULL;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="counts the tokens of a reply for who asked for it, or for these words of it",
        is_internal=True,
    ),
    Function(
        "usage_cut",
        "person uuid, before timestamptz, kept bigint[]",
        "void",
        """
        DECLARE whole timestamptz := date_trunc('hour', before);
            gone bigint := (1::bigint << extract(minute FROM before)::int) - 1;
        BEGIN
            DELETE FROM usage_minutes AS m
                WHERE m.user_id = person AND NOT m.guild_id = ANY (coalesce(kept, '{}'::bigint[]))
                  AND (m.hour < whole OR (m.hour = whole AND m.mask & ~gone = 0));
            UPDATE usage_minutes AS m SET mask = m.mask & ~gone
                WHERE m.user_id = person AND NOT m.guild_id = ANY (coalesce(kept, '{}'::bigint[]))
                  AND m.hour = whole AND m.mask & gone <> 0;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="takes away which minutes a person was here before a moment; other reviewed functions call it",
        is_internal=True,
    ),
    Function(
        "forget_usage",
        "moment timestamptz",
        "timestamptz",
        f"""
        DECLARE me uuid := actor_user(); held jsonb; zone text; span text; here timestamp; floored bigint[];
            since timestamptz := moment + interval '1 minute'; until timestamptz;
        BEGIN
            IF me IS NULL THEN
                RAISE EXCEPTION 'forget_usage is for the person themselves' USING ERRCODE = 'insufficient_privilege';
            END IF;
            {_NEEDED}
            DELETE FROM daily_usage AS u WHERE u.user_id = me;
            PERFORM usage_cut(me, least(since, moment - interval '26 hours'), NULL);
            PERFORM usage_cut(me, since, floored);
            RETURN CASE WHEN EXISTS (SELECT FROM usage_minutes AS m WHERE m.user_id = me) THEN until END;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="a person deletes what was counted of them, but for the minutes that limits in force still read;"
        " says until when these stay",
    ),
    Function(
        "forget_usage_minutes",
        "person uuid, before timestamptz",
        "void",
        f"""
        BEGIN
            {JOB_ONLY.format(name="forget_usage_minutes")}
            PERFORM usage_cut(person, before, NULL);
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="the rest of what a person deleted goes once no limit reads it any more; for jobs only",
    ),
    Function(
        "purge_usage_days",
        "days_before date, minutes_before timestamptz",
        "bigint",
        f"""
        DECLARE days bigint; hours bigint;
        BEGIN
            {JOB_ONLY.format(name="purge_usage_days")}
            -- Days without a row count as empty only after the first one there is: it stays told that they are known.
            WITH gone AS (DELETE FROM daily_usage AS u WHERE u.day < days_before RETURNING u.user_id),
            told AS (
                INSERT INTO daily_usage (user_id, day) SELECT DISTINCT g.user_id, days_before FROM gone AS g
                WHERE EXISTS (SELECT FROM daily_usage AS u WHERE u.user_id = g.user_id AND u.day > days_before)
                ON CONFLICT (user_id, day) DO NOTHING
            )
            SELECT count(*) INTO days FROM gone;
            DELETE FROM usage_minutes AS m WHERE m.hour < minutes_before;
            GET DIAGNOSTICS hours = ROW_COUNT;
            RETURN days + hours;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="what was counted is kept a year, which minutes 40 days; for jobs only",
    ),
)

_AT_THE_END = "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"


def _counts(table: str, function: str, when: str = "") -> Trigger:
    scope = f"{_AT_THE_END} WHEN ({when})" if when else _AT_THE_END
    return Trigger(f"{table}_used", table, "AFTER INSERT", scope, function, is_constraint=True)


USAGE_TRIGGERS: tuple[Trigger, ...] = (
    _counts("conversations", "usage_of_conversation"),
    _counts("characters", "usage_of_character"),
    _counts("lore_entries", "usage_of_lore", _FIRST_ENTRY),
    # A greeting, a line said again by a fork, chance and banter answer nobody's message.
    _counts("turns", "usage_of_message", "NEW.kind = 'reply' AND NEW.state = 'claimed'"),
    # A wording that a fork took along asked no model.
    _counts(
        "message_variants",
        "usage_of_words",
        "NEW.tokens_in IS NOT NULL OR NEW.tokens_out IS NOT NULL OR NEW.prompt_parts <> '[]'::jsonb",
    ),
)
