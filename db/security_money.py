"""The reviewed SQL functions of plans, limits and gifts."""

# ruff: noqa: S608 - every statement here is made of constants of this module
from __future__ import annotations

from db.security_function import JOB_ONLY, Function

# The notice of a renewal may be late; the nightly look at the provider settles it.
_LATE = "CASE WHEN s.auto_renew AND s.source = 'stripe' THEN interval '1 day' ELSE interval '0' END"

_IN_FORCE = f"""(
    (s.state = 'active' AND (s.period_end IS NULL OR s.period_end + {_LATE} > now()))
    OR (s.state = 'past_due' AND s.grace_until > now())
    OR (s.state = 'canceled' AND s.period_end > now()))"""

# Staff look at a person's plan as well; whoever looks is in the audit log.
_ASKABLE = "(person = actor_user() OR person = turn_user() OR actor_kind() = 'job' OR actor_is_staff())"


def _plan_of(person: str) -> str:
    """The id of the plan a person is on: the best subscription in force, else the one for everybody."""
    return f"""coalesce(
        (SELECT s.plan_id FROM subscriptions AS s JOIN plans AS q ON q.id = s.plan_id
         WHERE s.user_id = {person} AND {_IN_FORCE} ORDER BY q.place DESC, s.started_at LIMIT 1),
        (SELECT q.id FROM plans AS q WHERE q.is_default LIMIT 1))"""


def _limit_of(person: str, name: str) -> str:
    """One number of that plan, with what staff decided for the person in its place."""
    return f"""coalesce(
        (SELECT (t.overrides ->> '{name}')::bigint FROM standings AS t WHERE t.user_id = {person}),
        (SELECT (q.limits ->> '{name}')::bigint FROM plans AS q WHERE q.id = {_plan_of(person)}))"""


MONEY_FUNCTIONS: tuple[Function, ...] = (
    Function(
        "plan_in_force",
        "person uuid",
        "TABLE (plan_id uuid, source text, since timestamptz, until timestamptz, grace_until timestamptz,"
        " is_renewing boolean)",
        f"""
        SELECT s.plan_id, s.source, s.started_at, s.period_end, s.grace_until,
               s.auto_renew AND s.state <> 'canceled'
        FROM subscriptions AS s JOIN plans AS q ON q.id = s.plan_id
        WHERE {_ASKABLE} AND s.user_id = person AND {_IN_FORCE}
        ORDER BY q.place DESC, s.started_at LIMIT 1
        """,
        definer_reason="a reply asks for its person's plan in the same statement; of the actor's own person only",
    ),
    Function(
        "plan_of",
        "person uuid",
        "TABLE (plan_id uuid, plan_name text, messages_per_month bigint, tokens_per_month bigint, period_key text,"
        " resets_at timestamptz)",
        f"""
        SELECT p.id, p.name, {_limit_of("person", "messages_per_month")}, coalesce(p.token_allowance, 0),
               to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM'),
               (date_trunc('month', now() AT TIME ZONE 'UTC') + interval '1 month') AT TIME ZONE 'UTC'
        FROM (SELECT {_plan_of("person")} AS id) AS mine LEFT JOIN plans AS p ON p.id = mine.id
        WHERE {_ASKABLE}
        """,
        definer_reason="as plan_in_force; what the ledger counts and grants by",
    ),
    Function(
        "allowance_of",
        "person uuid",
        "TABLE (plan_code text, tokens bigint, granted bigint, period_key text, resets_at timestamptz)",
        f"""
        SELECT p.code, coalesce(p.token_allowance, 0),
               (SELECT coalesce(sum(x.amount), 0)::bigint FROM transfers AS x
                WHERE x.kind = 'allowance' AND split_part(x.period, '/', 1) = m.period_key
                  AND x.credit_id IN (SELECT w.id FROM wallets AS w WHERE w.user_id = person)),
               m.period_key, m.resets_at
        FROM plan_of(person) AS m LEFT JOIN plans AS p ON p.id = m.plan_id
        WHERE {_ASKABLE}
        """,
        definer_reason="as plan_in_force; with what was granted of the month's tokens already",
    ),
    Function(
        "allowances_due",
        "after_user uuid, most integer",
        "SETOF uuid",
        f"""
        BEGIN
            {JOB_ONLY.format(name="allowances_due")}
            RETURN QUERY SELECT u.id FROM users AS u
                WHERE u.discord_id IS NOT NULL AND (after_user IS NULL OR u.id > after_user)
                  AND EXISTS (SELECT 1 FROM wallets AS w WHERE w.user_id = u.id)
                ORDER BY u.id LIMIT most;
        END
        """,
        language="plpgsql",
        definer_reason="the month's tokens of those who have used tokens before; ids only, for jobs",
    ),
    Function(
        "limits_of",
        "person uuid, month date",
        "TABLE (plan_id uuid, plan_code text, plan_name text, limits jsonb, token_allowance bigint, overrides jsonb,"
        " characters bigint, messages bigint, uploads bigint, until timestamptz)",
        f"""
        SELECT p.id, p.code, p.name, p.limits, p.token_allowance,
               (SELECT t.overrides FROM standings AS t WHERE t.user_id = person),
               (SELECT count(*) FROM characters AS c WHERE c.owner_id = person AND c.deleted_at IS NULL),
               (SELECT n.used FROM usage_counters AS n
                WHERE n.user_id = person AND n.counter = 'messages' AND n.period = month),
               (SELECT n.used FROM usage_counters AS n
                WHERE n.user_id = person AND n.counter = 'uploads' AND n.period = month),
               (SELECT f.until FROM plan_in_force(person) AS f)
        FROM (SELECT {_plan_of("person")} AS id) AS mine LEFT JOIN plans AS p ON p.id = mine.id
        WHERE {_ASKABLE}
        """,
        definer_reason="as plan_in_force: plan, what staff decided beside it, and numbers of the person's own",
    ),
    Function(
        "count_use",
        "what text, month date, adding bigint, most bigint",
        "boolean",
        """
        BEGIN
            IF actor_user() IS NULL OR adding < 1 THEN
                RETURN false;
            END IF;
            INSERT INTO usage_counters AS n (user_id, counter, period, used)
            SELECT actor_user(), what, month, adding WHERE most IS NULL OR adding <= most
            ON CONFLICT (user_id, counter, period) DO UPDATE SET used = n.used + adding, updated_at = now()
                WHERE most IS NULL OR n.used + adding <= most;
            RETURN FOUND;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="nobody sets their own counts back: they only grow, by one's own use",
    ),
    Function(
        "purge_usage",
        "before date",
        "bigint",
        f"""
        DECLARE gone bigint;
        BEGIN
            {JOB_ONLY.format(name="purge_usage")}
            DELETE FROM usage_counters AS n WHERE n.period < before;
            GET DIAGNOSTICS gone = ROW_COUNT;
            RETURN gone;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="counts are kept as long as they are declared to be, and no longer; for jobs",
    ),
    Function(
        "beyond_reach",
        "asked uuid[]",
        "SETOF uuid",
        f"""
        SELECT r.id FROM (
            SELECT c.id, c.owner_id, row_number() OVER (PARTITION BY c.owner_id ORDER BY c.created_at, c.id) AS place
            FROM characters AS c WHERE c.deleted_at IS NULL AND c.owner_id IN (
                SELECT o.owner_id FROM characters AS o JOIN users AS u ON u.id = o.owner_id
                WHERE o.id = ANY (asked) AND u.discord_id IS NOT NULL)) AS r
        WHERE actor_present() AND r.id = ANY (asked) AND r.place > {_limit_of("r.owner_id", "characters")}
        """,
        definer_reason="whoever summons a character is told that it rests; of those they name, and nothing more",
    ),
    # ------------------------------------------------------------------------------------------------ gifts
    Function(
        "gift_recipient",
        "person uuid, most integer",
        "text",
        """
        SELECT CASE
            WHEN actor_user() IS NULL OR u.id IS NULL OR u.discord_id IS NULL OR t.status = 'banned'
                 OR (t.status = 'suspended' AND (t.suspended_until IS NULL OR t.suspended_until > now())) THEN 'nobody'
            WHEN (SELECT count(*) FROM gifts AS g
                  WHERE g.recipient_id = u.id AND g.state = 'offered') >= most THEN 'full'
            ELSE 'ready' END
        FROM (SELECT person AS id) AS meant LEFT JOIN users AS u ON u.id = meant.id
        LEFT JOIN standings AS t ON t.user_id = u.id
        """,
        definer_reason="whoever gives is told whether somebody can be given anything, in one of three words",
    ),
    Function(
        "person_called",
        "called text",
        "TABLE (user_id uuid, username text, display_name text)",
        """
        SELECT u.id, u.username, u.display_name FROM users AS u
        WHERE actor_user() IS NOT NULL AND u.discord_id IS NOT NULL
          AND (u.username = called OR u.discord_id::text = called
               OR u.id = (SELECT c.user_id FROM creators AS c WHERE c.username = called AND c.visibility = 'public'))
        ORDER BY u.id LIMIT 2
        """,
        definer_reason="a gift on the web names somebody by their whole Discord name; it finds no list of people",
    ),
    Function(
        "my_gifts",
        "only_gift uuid, only_open boolean, before uuid, most integer",
        "TABLE (id uuid, sender_id uuid, sender_name text, sender_discord_id bigint, recipient_id uuid,"
        " recipient_name text, recipient_discord_id bigint, amount bigint, message text, character_id uuid,"
        " character_name text, state text, hold_id uuid, guild_id bigint, channel_id bigint, message_id bigint,"
        " created_at timestamptz, expires_at timestamptz, settled_at timestamptz)",
        """
        SELECT g.id, s.id, s.display_name, s.discord_id, r.id, r.display_name, r.discord_id, g.amount, g.message,
               g.character_id,
               (SELECT c.name FROM characters AS c WHERE c.id = g.character_id AND c.deleted_at IS NULL
                AND (c.visibility = 'public' OR c.owner_id IN (g.sender_id, g.recipient_id))),
               g.state::text, g.hold_id, g.guild_id, g.channel_id, g.message_id, g.created_at, g.expires_at,
               g.settled_at
        FROM gifts AS g LEFT JOIN users AS s ON s.id = g.sender_id LEFT JOIN users AS r ON r.id = g.recipient_id
        WHERE actor_user() IN (g.sender_id, g.recipient_id)
          AND (only_gift IS NULL OR g.id = only_gift)
          AND (NOT only_open OR g.state = 'offered')
          AND (before IS NULL OR g.id < before)
        ORDER BY g.id DESC LIMIT most
        """,
        definer_reason="whoever gives or is given reads the other's name beside the gift; of gifts of the actor's own",
    ),
    Function(
        "offer_gift",
        "new_id uuid, asked_as text, recipient uuid, tokens bigint, words text, about_character uuid, escrow uuid,"
        " in_guild bigint, at timestamptz, until timestamptz",
        "boolean",
        """
        BEGIN
            INSERT INTO gifts (id, key, sender_id, recipient_id, amount, message, character_id, hold_id, state,
                               guild_id, created_at, expires_at)
            SELECT new_id, asked_as, actor_user(), recipient, tokens, words, about_character, escrow, 'offered',
                   in_guild, at, until
            FROM holds AS h WHERE h.id = escrow AND h.state = 'pending' AND h.user_id = actor_user()
                AND h.to_user_id = recipient AND h.amount = tokens AND h.expires_at = until;
            RETURN FOUND;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="a gift is written only beside the tokens its giver put into escrow for it",
    ),
    Function(
        "settle_gift",
        "gift uuid, became text, at timestamptz",
        "boolean",
        """
        BEGIN
            UPDATE gifts AS g SET state = became, settled_at = at
            WHERE g.id = gift AND g.state = 'offered' AND CASE became
                WHEN 'accepted' THEN g.recipient_id = actor_user() AND g.expires_at > at
                WHEN 'declined' THEN g.recipient_id = actor_user()
                WHEN 'taken_back' THEN g.sender_id = actor_user()
                WHEN 'expired' THEN actor_kind() = 'job'
                    AND (g.expires_at <= at OR g.recipient_id IS NULL OR g.sender_id IS NULL)
                ELSE false END;
            RETURN FOUND;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="a gift ends once, by whom it is for or from; nothing else of it changes",
    ),
    Function(
        "announce_gift",
        "gift uuid, in_channel bigint, as_message bigint",
        "boolean",
        """
        BEGIN
            UPDATE gifts AS g SET channel_id = in_channel, message_id = as_message
            WHERE g.id = gift AND g.sender_id = actor_user() AND g.message_id IS NULL;
            RETURN FOUND;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="as settle_gift: where it was announced, once",
    ),
    Function(
        "gifts_over",
        "at timestamptz, most integer",
        "TABLE (id uuid, hold_id uuid)",
        f"""
        BEGIN
            {JOB_ONLY.format(name="gifts_over")}
            RETURN QUERY SELECT g.id, g.hold_id FROM gifts AS g
                WHERE g.state = 'offered' AND (g.expires_at <= at OR g.recipient_id IS NULL OR g.sender_id IS NULL)
                ORDER BY g.expires_at LIMIT most;
        END
        """,
        language="plpgsql",
        definer_reason="gifts nobody accepted go back; their ids only, for jobs",
    ),
)
