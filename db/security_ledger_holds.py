"""The ledger's holds: SQL functions that keep tokens back, move them, and let them go (as `db.security_ledger`).

A hold is a transfer in two steps. While it is pending its tokens stay in their wallets and nobody can spend them; then
it is posted once (they move), voided, or expires (they are free again). It stays posted, voided or expired for good.
"""

# ruff: noqa: S608 - every statement here is made of constants of this module
from __future__ import annotations

from db.security_function import Function
from db.security_ledger import MINE, SOME, WRITES

_HOLD_ANSWER = (
    "TABLE (outcome text, hold_id uuid, giver uuid, receiver uuid, what text, concerns uuid, now_is text, keeps bigint,"
    " ends timestamptz, moved bigint, lacking bigint, free bigint)"
)
_AS_IT_STANDS = (
    "one.id, one.user_id, one.to_user_id, one.kind::text, one.about, one.state::text, one.amount, one.expires_at,"
    " coalesce(one.posted, 0::bigint), one.short"
)
_NOTHING = "NULL::uuid, NULL::uuid, NULL::uuid, '', NULL::uuid, '', 0::bigint, NULL::timestamptz, 0::bigint"
_MISSING = f"'missing', {_NOTHING}, 0::bigint, NULL::bigint"

HOLD_FUNCTIONS: tuple[Function, ...] = (
    Function(
        "ledger_hold",
        "who uuid, wanted bigint, its_kind text, its_key text, its_about uuid, taker uuid, pocket text,"
        " its_end timestamptz, moment timestamptz",
        _HOLD_ANSWER,
        f"""
        DECLARE
            its_hash bytea := ledger_hash(ARRAY['hold', who::text, wanted::text, its_kind, its_about::text,
                                                taker::text, pocket]);
            one holds; here bigint; still bigint;
        BEGIN
            {MINE.format(who="who", name="ledger_hold")}
            {SOME}
            IF (its_kind = 'gift') <> (taker IS NOT NULL) OR taker = who THEN
                RAISE EXCEPTION 'tokens are not held so' USING ERRCODE = 'invalid_parameter_value';
            END IF;
            PERFORM ledger_enter(ARRAY[who]);
            SELECT h.* INTO one FROM holds AS h WHERE h.key = its_key;
            IF FOUND THEN
                RETURN QUERY SELECT CASE WHEN one.request_hash = its_hash THEN 'replay' ELSE 'reused' END,
                    {_AS_IT_STANDS}, NULL::bigint;
                RETURN;
            END IF;
            IF its_end <= moment THEN
                RETURN QUERY SELECT 'over', {_NOTHING}, 0::bigint, NULL::bigint;
                RETURN;
            END IF;
            SELECT coalesce(max(f.there), 0) INTO here FROM ledger_free(who, wanted, pocket, moment) AS f;
            IF here < wanted THEN
                RETURN QUERY SELECT 'short', {_NOTHING}, wanted - here, here;
                RETURN;
            END IF;
            -- Their own cap on spending, below what they have: two at once cannot both pass it, by the lock above.
            still := spending_left(who, moment);
            IF still < wanted THEN
                RETURN QUERY SELECT 'capped', {_NOTHING}, wanted - still, still;
                RETURN;
            END IF;
            INSERT INTO holds (id, key, request_hash, user_id, to_user_id, kind, state, amount, about, expires_at)
            VALUES (ledger_id(), its_key, its_hash, who, taker, its_kind, 'pending', wanted, its_about, its_end)
            RETURNING holds.* INTO one;
            INSERT INTO hold_parts (hold_id, number, wallet_id, amount)
            SELECT one.id, row_number() OVER () - 1, f.wallet_id, f.part
            FROM ledger_free(who, wanted, pocket, moment) AS f;
            UPDATE wallets AS w SET held = w.held + p.amount FROM hold_parts AS p
                WHERE p.hold_id = one.id AND w.id = p.wallet_id;
            RETURN QUERY SELECT 'done', {_AS_IT_STANDS}, here - wanted;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason=WRITES,
    ),
    Function(
        "ledger_carry",
        "one_hold uuid, actual bigint, moment timestamptz",
        _HOLD_ANSWER,
        f"""
        DECLARE one holds; wanted bigint; rest bigint; done bigint := 0; nth integer := 0; part record;
        BEGIN
            SELECT h.* INTO one FROM holds AS h WHERE h.id = one_hold;
            PERFORM ledger_enter(ARRAY[one.user_id, one.to_user_id]);
            SELECT h.* INTO one FROM holds AS h WHERE h.id = one_hold FOR NO KEY UPDATE;
            wanted := coalesce(actual, one.amount);
            IF wanted < 0 OR (one.kind = 'gift' AND wanted <> one.amount) THEN
                RAISE EXCEPTION 'a hold is not posted so' USING ERRCODE = 'invalid_parameter_value';
            END IF;
            IF one.state <> 'pending' OR one.expires_at <= moment OR one.user_id IS NULL THEN
                RETURN QUERY SELECT CASE WHEN one.state = 'posted' AND one.posted + one.short = wanted THEN 'replay'
                    ELSE 'over' END, {_AS_IT_STANDS}, NULL::bigint;
                RETURN;
            END IF;
            UPDATE wallets AS w SET held = w.held - p.amount FROM hold_parts AS p
                WHERE p.hold_id = one.id AND w.id = p.wallet_id;
            rest := wanted;
            -- What was kept, in its order; then, where it took more, whatever else is free.
            FOR part IN SELECT p.wallet_id, p.amount FROM hold_parts AS p WHERE p.hold_id = one.id
                    ORDER BY p.number LOOP
                EXIT WHEN rest = 0;
                done := done + ledger_pay(one, nth, part.wallet_id, least(part.amount, rest));
                rest := wanted - done;
                nth := nth + 1;
            END LOOP;
            FOR part IN SELECT f.wallet_id, f.part FROM ledger_free(one.user_id, rest, NULL, moment) AS f LOOP
                EXIT WHEN rest = 0;
                done := done + ledger_pay(one, nth, part.wallet_id, part.part);
                rest := wanted - done;
                nth := nth + 1;
            END LOOP;
            UPDATE holds AS h SET state = 'posted', posted = done, short = rest, settled_at = moment WHERE h.id = one.id
                RETURNING h.* INTO one;
            RETURN QUERY SELECT 'done', {_AS_IT_STANDS}, NULL::bigint;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        is_internal=True,
    ),
    Function(
        "ledger_post",
        "one_hold uuid, actual bigint, moment timestamptz",
        _HOLD_ANSWER,
        f"""
        DECLARE one holds;
        BEGIN
            SELECT h.* INTO one FROM holds AS h WHERE h.id = one_hold;
            -- A gift is taken by whom it is for; everything else is settled by whose tokens it takes.
            IF NOT coalesce(actor_kind() = 'job' OR actor_user() = CASE WHEN one.kind = 'gift' THEN one.to_user_id
                    ELSE one.user_id END OR (one.kind <> 'gift' AND one.user_id = turn_user()), false) THEN
                RETURN QUERY SELECT {_MISSING};
                RETURN;
            END IF;
            RETURN QUERY SELECT * FROM ledger_carry(one_hold, actual, moment);
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="a gift goes into the wallets of another; both sides of it are written here and nowhere else",
    ),
    Function(
        "ledger_pay",
        "one holds, nth integer, giver uuid, tokens bigint",
        "bigint",
        """
        DECLARE taker uuid;
        BEGIN
            -- A gift keeps what it is: bought stays bought, given ends when it would have ended.
            IF one.kind = 'gift' THEN
                SELECT ledger_pocket(one.to_user_id, w.kind, w.expires_at) INTO STRICT taker
                    FROM wallets AS w WHERE w.id = giver;
            ELSE
                taker := ledger_house_wallet('spent', giver);
            END IF;
            PERFORM ledger_move('hold:' || one.id, nth, one.request_hash, one.kind, giver, taker, tokens, one.about,
                NULL, one.id, NULL, 0);
            RETURN tokens;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        is_internal=True,
    ),
    Function(
        "ledger_void",
        "one_hold uuid, moment timestamptz",
        _HOLD_ANSWER,
        f"""
        DECLARE one holds;
        BEGIN
            SELECT h.* INTO one FROM holds AS h WHERE h.id = one_hold;
            IF NOT coalesce(actor_kind() = 'job' OR actor_user() IN (one.user_id, one.to_user_id)
                    OR turn_user() = one.user_id, false) THEN
                RETURN QUERY SELECT {_MISSING};
                RETURN;
            END IF;
            PERFORM ledger_enter(ARRAY[one.user_id]);
            SELECT h.* INTO one FROM holds AS h WHERE h.id = one_hold FOR NO KEY UPDATE;
            IF one.state <> 'pending' THEN
                RETURN QUERY SELECT CASE WHEN one.state = 'posted' THEN 'over' ELSE 'replay' END, {_AS_IT_STANDS},
                    NULL::bigint;
                RETURN;
            END IF;
            PERFORM ledger_release(one.id, 'voided', moment);
            SELECT h.* INTO one FROM holds AS h WHERE h.id = one_hold;
            RETURN QUERY SELECT 'done', {_AS_IT_STANDS}, NULL::bigint;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="who gave a gift or is given it may let it go, and its giver's tokens are free again",
    ),
)
