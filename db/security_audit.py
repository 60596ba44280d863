"""The reviewed SQL functions of the audit log, and the triggers that keep it: it is added to and never changed."""

# ruff: noqa: S608 - every statement here is made of constants of this module
from __future__ import annotations

from db.security_function import JOB_ONLY, Function, Trigger

AUDIT_ADDS = frozenset({"audit_log", "audit_batches", "audit_seals"})
"""The log itself is only ever added to. Of its details only what says `erase_audit_details` changes."""

AUDIT_TRIGGERS: tuple[Trigger, ...] = (
    *(
        Trigger(f"{table}_kept", table, "BEFORE UPDATE OR DELETE", "FOR EACH ROW", "audit_kept")
        for table in sorted(AUDIT_ADDS)
    ),
    *(
        Trigger(f"{table}_kept_whole", table, "BEFORE TRUNCATE", "FOR EACH STATEMENT", "audit_kept")
        for table in sorted(AUDIT_ADDS)
    ),
)

AUDIT_FUNCTIONS: tuple[Function, ...] = (
    Function(
        "audit_kept",
        "",
        "trigger",
        """
        BEGIN
            RAISE EXCEPTION 'the audit log is added to and never changed (% of %)', TG_OP, TG_TABLE_NAME
                USING ERRCODE = 'restrict_violation', HINT = 'What it tells of a person lies in audit_details.';
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        is_internal=True,
    ),
    Function(
        "audit_record",
        "new_id uuid, deed text, what text, which text, of_user uuid, request text, bound bytea, grain bytea,"
        " told jsonb",
        "void",
        """
        BEGIN
            -- Who did it is who the transaction works for: nobody writes a line in another's name.
            INSERT INTO audit_log
                (id, actor_kind, actor_id, action, target_kind, target_id, of_user_id, request_id, commitment)
            VALUES
                (new_id, actor_kind(), coalesce(actor_user(), turn_user()), deed, what, which, of_user, request, bound);
            INSERT INTO audit_details (record_id, salt, details) VALUES (new_id, grain, told);
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="the log is written by this alone, in the actor's own name, and changed by nobody",
    ),
    Function(
        "audit_seal",
        "new_number bigint, moment timestamptz, before bytea, own bytea, signature bytea, signed_with text, ids uuid[],"
        " leaves bytea[]",
        "void",
        f"""
        BEGIN
            {JOB_ONLY.format(name="audit_seal")}
            INSERT INTO audit_batches (number, sealed_at, records, previous_hash, hash, mac, key_id)
            VALUES (new_number, moment, cardinality(ids), before, own, signature, signed_with);
            INSERT INTO audit_seals (record_id, batch, place, leaf)
            SELECT u.id, new_number, u.number - 1, u.leaf
            FROM unnest(ids, leaves) WITH ORDINALITY AS u (id, leaf, number);
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="batches of the log are added by this alone, and changed by nobody; for jobs only",
    ),
    Function(
        "erase_audit_details",
        "person uuid",
        "bigint",
        """
        DECLARE gone bigint;
        BEGIN
            IF actor_kind() <> 'job' AND NOT actor_is_admin() THEN
                RAISE EXCEPTION 'erase_audit_details is for jobs and admins' USING ERRCODE = 'insufficient_privilege';
            END IF;
            UPDATE audit_details AS d SET salt = NULL, details = NULL, erased_at = now()
            FROM audit_log AS l
            -- What somebody did as staff is the house's to know, and theirs is no data in it but their id.
            WHERE l.id = d.record_id AND d.erased_at IS NULL
              AND (l.of_user_id = person OR (l.actor_id = person AND l.actor_kind <> 'admin'));
            GET DIAGNOSTICS gone = ROW_COUNT;
            RETURN gone;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="what the log says of a person can be erased, its chain cannot; tells how many lines",
    ),
)
