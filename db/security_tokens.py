"""The SQL functions of the API's tokens: who comes with one, and what is forgotten of those that ended."""

# ruff: noqa: S608 - every statement here is made of constants of this module
from __future__ import annotations

from db.security_function import JOB_ONLY, Function

TOKEN_READS = frozenset({"api_tokens", "users", "standings"})
TOKEN_WRITES = frozenset({"api_tokens"})
TOKEN_DELETES = frozenset({"api_tokens"})

TOKEN_FUNCTIONS = (
    Function(
        "use_api_token",
        "hash bytea",
        "TABLE (token_id uuid, user_id uuid, discord_id bigint, username text, display_name text, locale text,"
        " scopes text[], role text, is_blocked boolean)",
        f"""
        BEGIN
            {JOB_ONLY.format(name="use_api_token")}
            -- When it was used is for its owner to see; once a minute is often enough for that.
            UPDATE api_tokens AS t SET last_used_at = now()
            WHERE t.token_hash = hash AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now())
              AND (t.last_used_at IS NULL OR t.last_used_at < now() - interval '1 minute');
            RETURN QUERY
            SELECT t.id, u.id, u.discord_id, u.username::text, u.display_name::text, u.locale::text, t.scopes,
                   coalesce(s.role::text, 'user'),
                   coalesce(s.status::text <> 'active', false)
                   AND (s.suspended_until IS NULL OR s.suspended_until > now())
            FROM api_tokens AS t
            JOIN users AS u ON u.id = t.user_id
            LEFT JOIN standings AS s ON s.user_id = t.user_id
            WHERE t.token_hash = hash AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now());
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="who comes with a token is known by its hash before anybody is an actor; one row, for jobs only",
    ),
    Function(
        "purge_api_tokens",
        "before timestamptz",
        "bigint",
        f"""
        DECLARE gone bigint;
        BEGIN
            {JOB_ONLY.format(name="purge_api_tokens")}
            DELETE FROM api_tokens AS t WHERE least(t.revoked_at, t.expires_at) < before;
            GET DIAGNOSTICS gone = ROW_COUNT;
            RETURN gone;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="tokens that ended are forgotten after the time they declare; for jobs only",
    ),
)
