"""The reviewed SQL functions of payments: what Stripe and Discord tell is written by these alone.

People read their own payments and subscriptions and write none of them: a plan or tokens come only from what a job
heard of the provider itself.
"""

# ruff: noqa: S608 - every statement here is made of constants of this module
from __future__ import annotations

from db.security_function import JOB_ONLY, Function

PAYMENT_READS = frozenset(
    {"payments", "subscriptions", "plans", "token_packages", "stripe_customers", "entitlements", "token_debts", "users"}
)
PAYMENT_WRITES = frozenset({"payments", "subscriptions", "entitlements", "token_debts"})

FOR_JOBS = "what a provider told is brought to a person's rows by the program, never by the person; for jobs only"

_PAYMENT_COLUMNS = (
    "user_id",
    "plan_id",
    "package_id",
    "subscription_id",
    "reference",
    "checkout_reference",
    "invoice_reference",
    "interval",
    "amount_cents",
    "refunded_cents",
    "currency",
    "tokens",
    "bonus_tokens",
    "tokens_back",
    "failure",
    "state",
    "period_start",
    "period_end",
    "completed_at",
    "seen_at",
)
_SUBSCRIPTION_COLUMNS = (
    "plan_id",
    "state",
    "interval",
    "started_at",
    "period_start",
    "period_end",
    "grace_until",
    "auto_renew",
    "canceled_at",
    "price_cents",
    "currency",
    "seen_at",
)
_ENTITLEMENT_COLUMNS = (
    "user_id",
    "discord_user_id",
    "guild_id",
    "sku_id",
    "type",
    "starts_at",
    "ends_at",
    "is_consumed",
    "deleted_at",
    "granted_at",
)


def _put(name: str, table: str, columns: tuple[str, ...]) -> Function:
    """Write a whole row: a new one, or over the one with its id."""
    changes = ", ".join(f"{column} = excluded.{column}" for column in columns)
    return Function(
        name,
        "given jsonb",
        "void",
        f"""
        BEGIN
            {JOB_ONLY.format(name=name)}
            INSERT INTO {table} SELECT (jsonb_populate_record(NULL::{table},
                jsonb_build_object('created_at', now()) || given || jsonb_build_object('updated_at', now()))).*
            ON CONFLICT (id) DO UPDATE SET {changes}, updated_at = now();
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason=FOR_JOBS,
    )


_LISTS = frozenset({"waiting", "live", "running", "present", "person"})


def _lock(way: str) -> str:
    return "" if way in _LISTS else " FOR UPDATE"


def _found(name: str, table: str, ways: dict[str, str], order: str) -> Function:
    """Rows by one of several names of theirs: a single one locked until the end of the work, lists of them not.

    Who locked several at once would wait for somebody who holds one of them and wants another.
    """
    # A statement each, so that each can use its index.
    branches = "".join(
        f"""
            IF way = '{way}' THEN
                RETURN QUERY SELECT r.* FROM {table} AS r WHERE {condition} ORDER BY {order}{_lock(way)};
            END IF;"""
        for way, condition in ways.items()
    )
    return Function(
        name,
        "way text, value text",
        f"SETOF {table}",
        f"""
        BEGIN
            {JOB_ONLY.format(name=name)}{branches}
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason=FOR_JOBS,
    )


PAYMENT_FUNCTIONS: tuple[Function, ...] = (
    Function(
        "begin_payment",
        "new_id uuid, plan uuid, package uuid, every text",
        "SETOF payments",
        """
        BEGIN
            IF actor_user() IS NULL THEN
                RETURN;
            END IF;
            RETURN QUERY
            INSERT INTO payments (id, user_id, package_id, source, amount_cents, currency, tokens, bonus_tokens)
            SELECT new_id, actor_user(), p.id, 'stripe', p.price_cents, p.currency, p.tokens, p.bonus_tokens
            FROM token_packages AS p WHERE p.id = package AND p.is_active
            RETURNING *;
            RETURN QUERY
            INSERT INTO payments (id, user_id, plan_id, source, interval, amount_cents, currency)
            SELECT new_id, actor_user(), p.id, 'stripe', every,
                   CASE every WHEN 'year' THEN p.price_yearly_cents WHEN 'month' THEN p.price_monthly_cents END,
                   p.currency
            FROM plans AS p
            WHERE package IS NULL AND p.id = plan AND p.is_active AND NOT p.is_default
              AND CASE every WHEN 'year' THEN p.price_yearly_cents WHEN 'month' THEN p.price_monthly_cents END > 0
            RETURNING *;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="the price is what is for sale, whatever a caller says; a pending payment of the actor's own",
    ),
    Function(
        "note_checkout",
        "payment uuid, page text",
        "boolean",
        """
        BEGIN
            UPDATE payments SET checkout_reference = page, updated_at = now()
            WHERE id = payment AND user_id = actor_user() AND state = 'pending' AND checkout_reference IS NULL;
            RETURN FOUND;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="where the actor's own pending payment is made; nothing else of it changes",
    ),
    Function(
        "arrange_plan",
        "new_id uuid, person uuid, plan uuid, until timestamptz",
        "void",
        """
        BEGIN
            IF NOT actor_is_admin() THEN
                RAISE EXCEPTION 'arrange_plan is for admins' USING ERRCODE = 'insufficient_privilege';
            END IF;
            UPDATE subscriptions SET state = 'canceled', canceled_at = now(), period_end = now(), auto_renew = false,
                   updated_at = now()
            WHERE user_id = person AND source = 'house' AND state IN ('active', 'past_due');
            INSERT INTO subscriptions (id, user_id, plan_id, source, period_start, period_end, auto_renew)
            SELECT new_id, person, plan, 'house', now(), until, until IS NULL WHERE plan IS NOT NULL;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="a plan by agreement (Enterprise) is an admin's to give; for admins only",
    ),
    Function(
        "payer_of",
        "customer text",
        "uuid",
        f"""
        BEGIN
            {JOB_ONLY.format(name="payer_of")}
            RETURN (SELECT c.user_id FROM stripe_customers AS c WHERE c.customer_id = customer);
        END
        """,
        language="plpgsql",
        definer_reason=FOR_JOBS,
    ),
    _found(
        "payments_found",
        "payments",
        {
            "id": "r.id = value::uuid",
            "reference": "r.source = 'stripe' AND r.reference = value",
            "checkout": "r.checkout_reference = value",
            "invoice": "r.invoice_reference = value",
            "entitlement": "r.source = 'discord' AND r.reference = value",
            "waiting": "r.state = 'pending' AND r.source = 'stripe' AND r.created_at < value::timestamptz",
        },
        "r.id",
    ),
    _found(
        "subscriptions_found",
        "subscriptions",
        {
            "id": "r.id = value::uuid",
            "stripe": "r.stripe_subscription_id = value",
            "discord": "r.discord_entitlement_id = value::bigint",
            "live": "r.state IN ('active', 'past_due') AND r.user_id = value::uuid",
            "running": "r.state IN ('active', 'past_due') AND r.source = value",
        },
        "r.id",
    ),
    _found(
        "entitlements_found",
        "entitlements",
        {
            "id": "r.id = value::bigint",
            "present": "r.deleted_at IS NULL",
            "person": "r.user_id = value::uuid AND r.deleted_at IS NULL",
        },
        "r.id",
    ),
    _found("debts_found", "token_debts", {"open": "r.user_id = value::uuid AND r.settled_at IS NULL"}, "r.created_at"),
    _put("put_payment", "payments", _PAYMENT_COLUMNS),
    _put("put_subscription", "subscriptions", _SUBSCRIPTION_COLUMNS),
    _put("put_entitlement", "entitlements", _ENTITLEMENT_COLUMNS),
    Function(
        "owe_tokens",
        "payment uuid, person uuid, owed bigint, at_end timestamptz",
        "void",
        f"""
        BEGIN
            {JOB_ONLY.format(name="owe_tokens")}
            INSERT INTO token_debts (payment_id, user_id, tokens, settled_at) VALUES (payment, person, owed, at_end)
            ON CONFLICT (payment_id) DO UPDATE SET tokens = excluded.tokens, settled_at = excluded.settled_at;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason=FOR_JOBS,
    ),
    Function(
        "lapse_subscriptions",
        "moment timestamptz",
        "TABLE (subscription_id uuid, user_id uuid, plan_id uuid, stripe_subscription_id text)",
        f"""
        BEGIN
            {JOB_ONLY.format(name="lapse_subscriptions")}
            RETURN QUERY
            UPDATE subscriptions AS s SET state = 'expired', auto_renew = false, updated_at = now()
            WHERE (s.state = 'past_due' AND s.grace_until <= moment)
               OR (s.state = 'active' AND s.source = 'house' AND s.period_end <= moment)
               OR (s.state = 'active' AND s.source = 'discord' AND s.period_end <= moment)
            RETURNING s.id, s.user_id, s.plan_id, s.stripe_subscription_id;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason=FOR_JOBS,
    ),
)
