"""What the database itself holds the ledger to, whoever asks, and the functions that prove it.

Triggers refuse every change of what was written down, the owner's too, and every transfer that is not whole when its
transaction ends. `ledger_checks` looks at everything there is in one snapshot; `bot.services.money.verifying` tells it.
"""

# ruff: noqa: S608 - every statement here is made of constants of this module
from __future__ import annotations

from db.security_function import JOB_ONLY, Function, Trigger

KEPT_TABLES = ("transfers", "entries")

_CHECKS: tuple[tuple[str, str, str], ...] = (
    # Each: its name, what was looked at (a number), and what is wrong (rows of one text).
    (
        "I1",
        "SELECT count(*) FROM wallets",
        "SELECT 'all balances together are ' || sum(w.balance) FROM wallets AS w HAVING sum(w.balance) <> 0",
    ),
    (
        "I2",
        "SELECT count(*) FROM entries",
        """
        SELECT 'wallet ' || w.id || ' says ' || w.balance || ', its entries ' || coalesce(e.total, 0)
        FROM wallets AS w LEFT JOIN (
            SELECT x.wallet_id, sum(x.amount) AS total, count(*) AS entries FROM entries AS x GROUP BY x.wallet_id
        ) AS e ON e.wallet_id = w.id
        WHERE w.balance <> coalesce(e.total, 0) OR w.version <> coalesce(e.entries, 0)
        UNION ALL
        SELECT 'entry ' || c.version || ' of wallet ' || c.wallet_id || ' does not follow the one before it'
        FROM (SELECT x.*, lag(x.balance_after, 1, 0::bigint) OVER chain AS before, row_number() OVER chain AS nth
              FROM entries AS x WINDOW chain AS (PARTITION BY x.wallet_id ORDER BY x.version)) AS c
        WHERE c.balance_after <> c.before + c.amount OR c.version <> c.nth
        """,
    ),
    (
        "I3",
        "SELECT count(*) FROM transfers",
        """
        SELECT 'transfer ' || t.id || ' has not the two entries it must have'
        FROM transfers AS t LEFT JOIN (
            SELECT x.transfer_id, count(*) AS sides, sum(x.amount) AS total FROM entries AS x GROUP BY x.transfer_id
        ) AS e ON e.transfer_id = t.id
        LEFT JOIN entries AS d ON d.transfer_id = t.id AND d.wallet_id = t.debit_id
        LEFT JOIN entries AS c ON c.transfer_id = t.id AND c.wallet_id = t.credit_id
        WHERE e.sides IS DISTINCT FROM 2 OR e.total <> 0 OR d.amount IS DISTINCT FROM -t.amount
           OR c.amount IS DISTINCT FROM t.amount
        UNION ALL
        SELECT 'transfer ' || t.id || ' moves what was only held back' FROM transfers AS t
        JOIN holds AS h ON h.id = t.hold_id WHERE h.state <> 'posted'
        """,
    ),
    (
        "I4",
        "SELECT count(*) FROM wallets WHERE kind IN ('paid', 'promo')",
        """
        SELECT 'wallet ' || w.id || ' has ' || w.balance || ' and holds back ' || w.held FROM wallets AS w
        WHERE w.kind <> 'issued' AND (w.balance < 0 OR w.held < 0 OR w.held > w.balance)
        UNION ALL
        SELECT 'entry ' || x.version || ' of wallet ' || x.wallet_id || ' went below zero' FROM entries AS x
        JOIN wallets AS w ON w.id = x.wallet_id AND w.kind <> 'issued' WHERE x.balance_after < 0
        """,
    ),
    (
        "I6",
        "SELECT count(DISTINCT key) FROM transfers",
        """
        SELECT 'key ' || t.key || ' was carried out more than once, or in pieces' FROM transfers AS t
        GROUP BY t.key HAVING count(*) <> count(DISTINCT t.part) OR min(t.part) <> 0 OR max(t.part) <> count(*) - 1
        """,
    ),
    (
        "I7",
        "SELECT count(*) FROM (SELECT key FROM transfers UNION ALL SELECT key FROM holds) AS keys",
        """
        SELECT 'key ' || t.key || ' stands for different requests' FROM transfers AS t
        GROUP BY t.key HAVING count(DISTINCT t.request_hash) > 1
        UNION ALL
        SELECT 'transfer ' || t.id || ' is not what its hold was asked for' FROM transfers AS t
        JOIN holds AS h ON h.id = t.hold_id WHERE t.request_hash <> h.request_hash
        """,
    ),
    (
        "I8",
        "SELECT count(*) FROM holds",
        """
        SELECT 'wallet ' || w.id || ' holds back ' || w.held || ', its holds say ' || coalesce(p.total, 0)
        FROM wallets AS w LEFT JOIN (
            SELECT x.wallet_id, sum(x.amount) AS total FROM hold_parts AS x
            JOIN holds AS h ON h.id = x.hold_id AND h.state = 'pending' GROUP BY x.wallet_id
        ) AS p ON p.wallet_id = w.id WHERE w.held <> coalesce(p.total, 0)
        UNION ALL
        SELECT 'hold ' || h.id || ' is of ' || h.amount || ', its parts of ' || coalesce(p.total, 0)
        FROM holds AS h LEFT JOIN (SELECT x.hold_id, sum(x.amount) AS total FROM hold_parts AS x GROUP BY x.hold_id)
            AS p ON p.hold_id = h.id WHERE h.amount IS DISTINCT FROM p.total
        UNION ALL
        SELECT 'hold ' || h.id || ' says it moved ' || h.posted || ', its transfers ' || coalesce(t.total, 0)
        FROM holds AS h LEFT JOIN (SELECT x.hold_id, sum(x.amount) AS total FROM transfers AS x GROUP BY x.hold_id)
            AS t ON t.hold_id = h.id WHERE h.state = 'posted' AND h.posted <> coalesce(t.total, 0)
        UNION ALL
        SELECT 'hold ' || h.id || ' ended at ' || h.expires_at || ' and is still held' FROM holds AS h
        WHERE h.state = 'pending' AND h.expires_at < moment - interval '60 seconds'
        """,
    ),
    (
        "I9",
        "SELECT count(*) FROM transfers WHERE kind = 'refund'",
        """
        SELECT 'transfer ' || t.id || ' of ' || t.amount || ' was given back ' || r.total FROM transfers AS t
        JOIN (SELECT x.reverses_id, sum(x.amount) AS total FROM transfers AS x GROUP BY x.reverses_id) AS r
            ON r.reverses_id = t.id WHERE r.total > t.amount
        UNION ALL
        SELECT 'transfer ' || r.id || ' gives back what was another''s' FROM transfers AS r
        JOIN transfers AS t ON t.id = r.reverses_id WHERE (r.debit_id, r.credit_id) <> (t.credit_id, t.debit_id)
        """,
    ),
    (
        "I10",
        "SELECT count(*) FROM transfers WHERE kind = 'allowance'",
        """
        SELECT 'owner ' || w.pseudonym || ' was given the allowance of ' || t.period || ' ' || count(*) || ' times'
        FROM transfers AS t JOIN wallets AS w ON w.id = t.credit_id
        WHERE t.kind = 'allowance' GROUP BY w.pseudonym, t.period HAVING count(*) > 1
        """,
    ),
    (
        "guards",
        "SELECT 9::bigint",
        f"""
        SELECT 'the program may write ' || x.one FROM unnest(ARRAY['wallets', 'transfers', 'entries', 'holds',
            'hold_parts']) AS x(one)
        WHERE has_table_privilege('botcafe_app', 'public.' || x.one, 'INSERT, UPDATE, DELETE, TRUNCATE')
        UNION ALL
        SELECT 'nothing stops a change of ' || x.one FROM unnest(ARRAY{list(KEPT_TABLES)!r}) AS x(one)
        WHERE 2 > (SELECT count(*) FROM pg_trigger AS g JOIN pg_proc AS p ON p.oid = g.tgfoid
            WHERE g.tgrelid = ('public.' || x.one)::regclass AND p.proname = 'ledger_kept' AND g.tgenabled = 'O')
        UNION ALL
        SELECT 'nothing asks whether a transfer is whole' WHERE NOT EXISTS (
            SELECT FROM pg_trigger AS g JOIN pg_proc AS p ON p.oid = g.tgfoid
            WHERE g.tgrelid = 'public.transfers'::regclass AND p.proname = 'ledger_whole' AND g.tgenabled = 'O')
        UNION ALL
        SELECT 'this server forgets what it has said is written (' || s.name || ' is off)' FROM pg_settings AS s
        WHERE s.name IN ('synchronous_commit', 'fsync') AND s.setting = 'off' AND is_durable
        """,
    ),
)


def _check(name: str, looked: str, wrong: str) -> str:
    return f"""
            RETURN QUERY SELECT '{name}', ({looked}), count(w.said), (array_agg(w.said ORDER BY w.said))[1:5]
                FROM ({wrong}) AS w(said);
"""


GUARD_FUNCTIONS: tuple[Function, ...] = (
    Function(
        "ledger_kept",
        "",
        "trigger",
        """
        BEGIN
            RAISE EXCEPTION 'the ledger is added to and never changed (% of %)', TG_OP, TG_TABLE_NAME
                USING ERRCODE = 'restrict_violation', HINT = 'What was wrong is put right by another transfer.';
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        is_internal=True,
    ),
    Function(
        "ledger_whole",
        "",
        "trigger",
        """
        BEGIN
            IF NOT EXISTS (SELECT FROM entries AS e WHERE e.transfer_id = NEW.id
                    HAVING count(*) = 2 AND sum(e.amount) = 0
                       AND bool_or(e.wallet_id = NEW.debit_id AND e.amount = -NEW.amount)
                       AND bool_or(e.wallet_id = NEW.credit_id AND e.amount = NEW.amount)) THEN
                RAISE EXCEPTION 'transfer % is not whole', NEW.id USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NULL;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="at the end of a transaction its actor does not see the other side of what was moved; tells no"
        " row",
        is_internal=True,
    ),
    Function(
        "ledger_checks",
        "moment timestamptz, is_durable boolean",
        "TABLE (name text, looked bigint, wrong bigint, examples text[])",
        # STABLE: all of it sees the snapshot with which it was called.
        "BEGIN"
        + JOB_ONLY.format(name="ledger_checks")
        + "".join(_check(*one) for one in _CHECKS)
        + """
        END
        """,
        language="plpgsql",
        definer_reason="proves that the ledger adds up, over everybody's rows; numbers and ids only, for jobs",
    ),
)

TRIGGERS: tuple[Trigger, ...] = (
    *(
        Trigger(f"{table}_kept", table, "BEFORE UPDATE OR DELETE", "FOR EACH ROW", "ledger_kept")
        for table in KEPT_TABLES
    ),
    *(
        Trigger(f"{table}_kept_whole", table, "BEFORE TRUNCATE", "FOR EACH STATEMENT", "ledger_kept")
        for table in KEPT_TABLES
    ),
    Trigger(
        "transfers_whole",
        "transfers",
        "AFTER INSERT",
        "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW",
        "ledger_whole",
        is_constraint=True,
    ),
)
"""Every trigger of the schema; the ones of tables other than the ledger's may be added here by their owners."""
