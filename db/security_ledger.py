"""The ledger's writing: SQL functions that move tokens, and nothing else may (docs/ledger.md, decision 0020).

The program's role can read its people's rows and write none. What moves goes through `ledger_move`, which nobody can
call: it writes one transfer, its two entries and both balances. The functions above it say who may ask for what.

Locks. A person's paid pocket is the lock of all their pockets: `ledger_enter` takes it, for several people in the order
of its id, before anything is looked at. The house's wallets come after, one shard of sixteen by the pocket they face.
So nobody waits in a circle, and FOR NO KEY UPDATE does not meet the locks that foreign keys take on the same rows.

Refusals that people meet (not enough, over, used before) are answers and no errors: the caller's transaction lives on.
"""

# ruff: noqa: S608 - every statement here is made of constants of this module
from __future__ import annotations

from db.security_function import JOB_ONLY, Function

HOUSE_SHARDS = 16
"""Into how many rows the house splits each of its wallets, so that replies do not queue for one."""

TOKENS_AT_ONCE_MAX = 10**12
"""As `bot.limits.TOKENS_AT_ONCE_MAX`; here for whoever would pass that by."""

MINE = """
            IF NOT coalesce(actor_kind() = 'job' OR {who} = actor_user() OR {who} = turn_user(), false) THEN
                RAISE EXCEPTION '% is for one''s own tokens', '{name}' USING ERRCODE = 'insufficient_privilege';
            END IF;
"""
HOUSE = """
            IF NOT coalesce(actor_kind() = 'job' OR (actor_kind() = 'admin' AND actor_is_admin()), false) THEN
                RAISE EXCEPTION '% is for the house', '{name}' USING ERRCODE = 'insufficient_privilege';
            END IF;
"""
SOME = f"""
            IF wanted IS NULL OR wanted < 1 OR wanted > {TOKENS_AT_ONCE_MAX} THEN
                RAISE EXCEPTION 'there is no such number of tokens' USING ERRCODE = 'invalid_parameter_value';
            END IF;
"""
_ANSWER = "TABLE (outcome text, transfer_ids uuid[], moved bigint, lacking bigint, free bigint)"
WRITES = "people's rows of the ledger are written by these functions alone; moves what it is asked to and tells of it"

_INTERNAL: tuple[Function, ...] = (
    Function(
        "ledger_id",
        "",
        "uuid",
        # UUIDv7 with the microseconds in its next twelve bits (RFC 9562, 6.2, method 3): ids of one process ascend.
        """
        SELECT (lpad(to_hex(micros / 1000), 12, '0') || '7' || lpad(to_hex((micros % 1000) * 4), 3, '0')
            || to_hex(8 + floor(random() * 4)::int) || right(replace(gen_random_uuid()::text, '-', ''), 15))::uuid
        FROM (SELECT floor(extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS micros) AS clock
        """,
        volatility="VOLATILE",
        is_internal=True,
    ),
    Function(
        "ledger_hash",
        "said text[]",
        "bytea",
        "SELECT sha256(convert_to(array_to_json(said)::text, 'UTF8'))",
        is_internal=True,
    ),
    Function(
        "ledger_enter",
        "people uuid[]",
        "void",
        """
        BEGIN
            INSERT INTO wallets (id, user_id, pseudonym, kind, shard, balance, held, version)
            SELECT ledger_id(), p.who, gen_random_uuid(), 'paid', 0, 0, 0, 0 FROM unnest(people) AS p(who)
            WHERE p.who IS NOT NULL
              AND NOT EXISTS (SELECT FROM wallets AS w WHERE w.user_id = p.who AND w.kind = 'paid')
            ORDER BY p.who
            ON CONFLICT DO NOTHING;
            PERFORM FROM wallets AS w WHERE w.user_id = ANY (people) AND w.kind = 'paid'
                ORDER BY w.id FOR NO KEY UPDATE;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        is_internal=True,
    ),
    Function(
        "ledger_pocket",
        "who uuid, pocket text, ends timestamptz",
        "uuid",
        """
        DECLARE found uuid;
        BEGIN
            SELECT w.id INTO found FROM wallets AS w
            WHERE w.user_id = who AND w.kind = pocket AND w.expires_at IS NOT DISTINCT FROM ends;
            IF found IS NULL THEN
                INSERT INTO wallets (id, user_id, pseudonym, kind, shard, expires_at, balance, held, version)
                SELECT ledger_id(), who, w.pseudonym, pocket, 0, ends, 0, 0, 0 FROM wallets AS w
                WHERE w.user_id = who AND w.kind = 'paid' RETURNING wallets.id INTO found;
            END IF;
            RETURN found;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        is_internal=True,
    ),
    Function(
        "ledger_house_wallet",
        "wanted text, facing uuid",
        "uuid",
        f"""
        DECLARE found uuid; part smallint := abs(hashtext(facing::text)::bigint) % {HOUSE_SHARDS};
        BEGIN
            SELECT w.id INTO found FROM wallets AS w WHERE w.kind = wanted AND w.shard = part;
            IF found IS NULL THEN
                INSERT INTO wallets (id, pseudonym, kind, shard, balance, held, version)
                VALUES (ledger_id(), gen_random_uuid(), wanted, part, 0, 0, 0) ON CONFLICT DO NOTHING;
                SELECT w.id INTO STRICT found FROM wallets AS w WHERE w.kind = wanted AND w.shard = part;
            END IF;
            RETURN found;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        is_internal=True,
    ),
    Function(
        "ledger_free",
        "who uuid, wanted bigint, pocket text, moment timestamptz",
        "TABLE (wallet_id uuid, part bigint, there bigint)",
        """
        -- Promo before paid, what ends first before what ends later; `there` is all that is free.
        SELECT f.id, least(f.free, wanted - (f.through - f.free))::bigint, f.there::bigint
        FROM (SELECT w.id, w.balance - w.held AS free,
                     sum(w.balance - w.held) OVER (ORDER BY w.kind = 'paid', w.expires_at NULLS LAST, w.id)
                         AS through,
                     sum(w.balance - w.held) OVER () AS there
              FROM wallets AS w
              WHERE w.user_id = who AND w.kind IN ('promo', 'paid') AND w.balance > w.held
                AND (pocket IS NULL OR w.kind = pocket) AND (w.expires_at IS NULL OR w.expires_at > moment)) AS f
        WHERE f.through - f.free < wanted ORDER BY f.through
        """,
        volatility="VOLATILE",
        is_internal=True,
    ),
    Function(
        "ledger_move",
        "its_key text, its_part integer, its_hash bytea, its_kind text, giver uuid, taker uuid, tokens bigint,"
        " its_about uuid, its_period text, its_hold uuid, its_original uuid, its_lack bigint",
        "uuid",
        """
        DECLARE made uuid := ledger_id(); was bigint; nth bigint; is_given_by_house boolean;
        BEGIN
            SELECT w.user_id IS NULL AND w.kind NOT IN ('paid', 'promo') INTO STRICT is_given_by_house
                FROM wallets AS w WHERE w.id = giver;
            INSERT INTO transfers (id, key, part, request_hash, kind, debit_id, credit_id, amount, about, period,
                                   hold_id, reverses_id, short, actor_kind)
            VALUES (made, its_key, its_part, its_hash, its_kind, giver, taker, tokens, its_about, its_period,
                    its_hold, its_original, its_lack, actor_kind());
            -- The house's wallet last, whichever side it is on.
            FOR side IN 1..2 LOOP
                IF (side = 1) <> is_given_by_house THEN
                    UPDATE wallets SET balance = balance - tokens, version = version + 1
                        WHERE id = giver RETURNING balance, version INTO STRICT was, nth;
                    INSERT INTO entries (wallet_id, version, transfer_id, amount, balance_after)
                        VALUES (giver, nth, made, -tokens, was);
                ELSE
                    UPDATE wallets SET balance = balance + tokens, version = version + 1
                        WHERE id = taker RETURNING balance, version INTO STRICT was, nth;
                    INSERT INTO entries (wallet_id, version, transfer_id, amount, balance_after)
                        VALUES (taker, nth, made, tokens, was);
                END IF;
            END LOOP;
            RETURN made;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        is_internal=True,
    ),
    Function(
        "ledger_release",
        "one_hold uuid, ending text, moment timestamptz",
        "void",
        """
        BEGIN
            UPDATE wallets AS w SET held = w.held - p.amount
                FROM hold_parts AS p WHERE p.hold_id = one_hold AND w.id = p.wallet_id;
            UPDATE holds SET state = ending, settled_at = moment WHERE id = one_hold;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        is_internal=True,
    ),
    Function(
        "ledger_done_before",
        "its_key text, its_hash bytea",
        _ANSWER,
        """
        -- Empty where the key is new.
        SELECT CASE WHEN bool_and(t.request_hash = its_hash) THEN 'replay' ELSE 'reused' END,
               array_agg(t.id ORDER BY t.part), sum(t.amount)::bigint, max(t.short), NULL::bigint
        FROM transfers AS t WHERE t.key = its_key HAVING count(*) > 0
        """,
        volatility="VOLATILE",
        is_internal=True,
    ),
)

_ASKED: tuple[Function, ...] = (
    Function(
        "ledger_issue",
        "who uuid, wanted bigint, its_kind text, its_key text, its_about uuid, pocket text, ends timestamptz",
        _ANSWER,
        f"""
        DECLARE
            its_hash bytea := ledger_hash(
                ARRAY['issue', who::text, wanted::text, its_kind, its_about::text, pocket]);
            taker uuid;
        BEGIN
            {HOUSE.format(name="ledger_issue")}
            {SOME}
            IF its_kind NOT IN ('purchase', 'bonus', 'adjustment') OR (its_kind <> 'adjustment'
                    AND actor_kind() <> 'job') THEN
                RAISE EXCEPTION 'tokens are not issued so' USING ERRCODE = 'insufficient_privilege';
            END IF;
            PERFORM ledger_enter(ARRAY[who]);
            RETURN QUERY SELECT * FROM ledger_done_before(its_key, its_hash);
            IF FOUND THEN RETURN; END IF;
            taker := ledger_pocket(who, pocket, ends);
            RETURN QUERY SELECT 'done', ARRAY[ledger_move(its_key, 0, its_hash, its_kind,
                ledger_house_wallet('issued', taker), taker, wanted, its_about, NULL, NULL, NULL, 0)],
                wanted, 0::bigint, NULL::bigint;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason=WRITES,
    ),
    Function(
        "ledger_allow",
        "who uuid, wanted bigint, its_period text, ends timestamptz",
        _ANSWER,
        f"""
        DECLARE its_key text := 'allowance:' || who || ':' || its_period; its_hash bytea; taker uuid;
        BEGIN
            {MINE.format(who="who", name="ledger_allow")}{SOME}
            its_hash := ledger_hash(ARRAY['allow', who::text, its_period]);
            PERFORM ledger_enter(ARRAY[who]);
            RETURN QUERY SELECT * FROM ledger_done_before(its_key, its_hash);
            IF FOUND THEN RETURN; END IF;
            IF actor_kind() <> 'job' AND NOT EXISTS (SELECT FROM allowance_of(who) AS m WHERE m.period_key
                    = split_part(its_period, '/', 1) AND m.tokens - m.granted >= wanted AND m.resets_at >= ends) THEN
                RAISE EXCEPTION 'no plan gives these tokens' USING ERRCODE = 'insufficient_privilege';
            END IF;
            taker := ledger_pocket(who, 'promo', ends);
            RETURN QUERY SELECT 'done', ARRAY[ledger_move(its_key, 0, its_hash, 'allowance',
                ledger_house_wallet('issued', taker), taker, wanted, NULL, its_period, NULL, NULL, 0)],
                wanted, 0::bigint, NULL::bigint;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="what is left of the month's tokens of one's plan, once for each period; " + WRITES,
    ),
    Function(
        "ledger_take",
        "who uuid, wanted bigint, its_key text, its_about uuid, moment timestamptz",
        _ANSWER,
        f"""
        DECLARE
            its_hash bytea := ledger_hash(ARRAY['take', who::text, wanted::text, its_about::text]);
            here bigint := 0; made uuid[] := ARRAY[]::uuid[]; one record;
        BEGIN
            {HOUSE.format(name="ledger_take")}
            {SOME}
            PERFORM ledger_enter(ARRAY[who]);
            RETURN QUERY SELECT * FROM ledger_done_before(its_key, its_hash);
            IF FOUND THEN RETURN; END IF;
            SELECT coalesce(max(f.there), 0) INTO here FROM ledger_free(who, wanted, NULL, moment) AS f;
            IF here < wanted THEN
                RETURN QUERY SELECT 'short', made, 0::bigint, wanted - here, here;
                RETURN;
            END IF;
            FOR one IN SELECT * FROM ledger_free(who, wanted, NULL, moment) LOOP
                made := made || ledger_move(its_key, cardinality(made), its_hash, 'adjustment', one.wallet_id,
                    ledger_house_wallet('issued', one.wallet_id), one.part, its_about, NULL, NULL, NULL, 0);
            END LOOP;
            RETURN QUERY SELECT 'done', made, wanted, 0::bigint, here - wanted;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason=WRITES,
    ),
    Function(
        "ledger_refund",
        "one_transfer uuid, its_key text, asked bigint, is_partial boolean, moment timestamptz",
        _ANSWER,
        f"""
        DECLARE
            its_hash bytea := ledger_hash(
                ARRAY['refund', one_transfer::text, asked::text, is_partial::text]);
            t transfers; who uuid; wanted bigint; here bigint; is_to_person boolean;
        BEGIN
            {HOUSE.format(name="ledger_refund")}
            SELECT x.* INTO t FROM transfers AS x WHERE x.id = one_transfer
                AND x.kind IN ('purchase', 'bonus', 'allowance', 'adjustment', 'reply', 'spend');
            SELECT w.user_id, w.id = t.debit_id INTO who, is_to_person FROM wallets AS w
                WHERE w.id IN (t.debit_id, t.credit_id) AND w.user_id IS NOT NULL;
            IF who IS NULL THEN
                RETURN QUERY SELECT 'missing', ARRAY[]::uuid[], 0::bigint, 0::bigint, NULL::bigint;
                RETURN;
            END IF;
            PERFORM ledger_enter(ARRAY[who]);
            RETURN QUERY SELECT * FROM ledger_done_before(its_key, its_hash);
            IF FOUND THEN RETURN; END IF;
            SELECT t.amount - coalesce(sum(r.amount), 0) INTO here FROM transfers AS r WHERE r.reverses_id = t.id;
            wanted := coalesce(asked, here);
            IF wanted < 1 OR wanted > here THEN
                RETURN QUERY SELECT 'too_much', ARRAY[]::uuid[], 0::bigint, 0::bigint, here;
                RETURN;
            END IF;
            SELECT CASE WHEN is_to_person THEN wanted ELSE least(wanted, w.balance - w.held) END INTO here
                FROM wallets AS w WHERE w.id = t.credit_id;
            IF here < wanted AND (NOT is_partial OR here = 0) THEN
                RETURN QUERY SELECT CASE WHEN is_partial THEN 'done' ELSE 'short' END, ARRAY[]::uuid[], 0::bigint,
                    wanted - CASE WHEN is_partial THEN 0 ELSE here END, here;
                RETURN;
            END IF;
            RETURN QUERY SELECT 'done', ARRAY[ledger_move(its_key, 0, its_hash, 'refund', t.credit_id, t.debit_id,
                here, t.about, NULL, NULL, t.id, wanted - here)], here, wanted - here, NULL::bigint;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason=WRITES,
    ),
)

_SWEEP: tuple[Function, ...] = (
    Function(
        "ledger_sweep",
        "moment timestamptz, most integer",
        "TABLE (ended bigint, pockets bigint, tokens bigint)",
        f"""
        DECLARE over_ids uuid[]; old_ids uuid[]; one record; ended bigint := 0; pockets bigint := 0; gone bigint := 0;
        BEGIN
            {JOB_ONLY.format(name="ledger_sweep")}
            -- What nobody can be asked about any more is over as well.
            SELECT coalesce(array_agg(o.id), '{{}}') INTO over_ids FROM (
                SELECT h.id FROM holds AS h WHERE h.state = 'pending' AND (h.expires_at <= moment OR h.user_id IS NULL)
                ORDER BY h.expires_at LIMIT most) AS o;
            SELECT coalesce(array_agg(o.id), '{{}}') INTO old_ids FROM (
                SELECT w.id FROM wallets AS w WHERE w.kind IN ('promo', 'paid') AND w.balance > 0
                    AND (w.expires_at <= moment OR w.user_id IS NULL) ORDER BY w.expires_at LIMIT most) AS o;
            -- Everybody's lock first, in order; what was read above is looked at again behind it.
            PERFORM FROM wallets AS l WHERE l.kind = 'paid' AND l.pseudonym IN (
                SELECT w.pseudonym FROM wallets AS w WHERE w.id = ANY (old_ids)
                UNION SELECT w.pseudonym FROM hold_parts AS p JOIN wallets AS w ON w.id = p.wallet_id
                    WHERE p.hold_id = ANY (over_ids)) ORDER BY l.id FOR NO KEY UPDATE;
            FOR one IN SELECT h.id FROM holds AS h WHERE h.id = ANY (over_ids) AND h.state = 'pending'
                    ORDER BY h.id LOOP
                PERFORM ledger_release(one.id, 'expired', moment);
                ended := ended + 1;
            END LOOP;
            FOR one IN SELECT w.id, w.balance - w.held AS free, w.version FROM wallets AS w
                    WHERE w.id = ANY (old_ids) AND w.balance > w.held ORDER BY w.id LOOP
                PERFORM ledger_move('expiry:' || one.id || ':' || one.version, 0,
                    ledger_hash(ARRAY['expiry', one.id::text]), 'expiry', one.id,
                    ledger_house_wallet('expired', one.id), one.free, NULL, NULL, NULL, NULL, 0);
                pockets := pockets + 1;
                gone := gone + one.free;
            END LOOP;
            RETURN QUERY SELECT ended, pockets, gone;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="holds and promo tokens end when their time is over, whoever they belong to; for jobs only",
    ),
)

_TOTALS: tuple[Function, ...] = (
    Function(
        "ledger_totals",
        "",
        "TABLE (kind text, balance bigint, held bigint, people bigint)",
        """
        SELECT w.kind::text, sum(w.balance)::bigint, sum(w.held)::bigint,
               count(DISTINCT w.user_id) FILTER (WHERE w.balance > 0)
        FROM wallets AS w WHERE actor_kind() = 'job' OR actor_is_staff() GROUP BY w.kind
        """,
        definer_reason="how many tokens there are, for the house's own pages; sums over everybody, no row of anyone",
    ),
)

LEDGER_FUNCTIONS: tuple[Function, ...] = (*_INTERNAL, *_ASKED, *_SWEEP, *_TOTALS)

LEDGER_READS = frozenset({"wallets", "transfers", "entries", "holds", "hold_parts"})
LEDGER_WRITES = frozenset({"wallets", "holds"})
LEDGER_ADDS = frozenset({"transfers", "entries", "hold_parts"})
