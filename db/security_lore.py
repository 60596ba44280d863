"""The reviewed SQL functions of lore: which books an actor may read, write and rule over, and which are in force."""

# ruff: noqa: S608 - every statement here is made of constants of this module
from __future__ import annotations

from db.security_function import JOB_ONLY, Function

_UNEXPIRED = "b.deleted_at IS NULL AND (b.shared_until IS NULL OR b.shared_until > now())"
_GRANTED = "g.status = 'active' AND (g.expires_at IS NULL OR g.expires_at > now())"


def _granted(person: str, permissions: str) -> str:
    """Ids of books that a person has an active grant of."""
    return (
        f"SELECT g.book_id FROM grants AS g JOIN lore_books AS b ON b.id = g.book_id"
        f" WHERE g.user_id = {person} AND {_GRANTED} AND {_UNEXPIRED} AND g.permission IN ({permissions})"
    )


LORE_FUNCTIONS: tuple[Function, ...] = (
    # A book counts where it is attached as long as who attached it may read it.
    Function(
        "lore_books_here",
        "",
        "SETOF uuid",
        f"""
        SELECT a.book_id FROM lore_attachments AS a
        JOIN lore_books AS b ON b.id = a.book_id AND b.deleted_at IS NULL
        JOIN conversations AS c ON c.id = actor_conversation()
        WHERE a.is_enabled
          AND (a.guild_id = c.guild_id OR a.channel_id IN (c.channel_id, c.webhook_channel_id)
               OR a.conversation_id = c.id
               OR a.character_id IN (SELECT characters_here())
               -- Nobody but its owner can attach anything to a persona.
               OR (a.persona_id IS NOT NULL AND a.attached_by = turn_user()))
          AND (b.owner_id = a.attached_by
               OR (b.visibility = 'public' AND b.password_hash IS NULL AND {_UNEXPIRED})
               OR EXISTS (SELECT 1 FROM grants AS g WHERE g.book_id = b.id AND g.user_id = a.attached_by
                          AND {_GRANTED} AND {_UNEXPIRED}))
        """,
        definer_reason="a turn reads the books in force in its conversation, whoever owns them; ids of these only",
    ),
    Function(
        "readable_lore_books",
        "",
        "SETOF uuid",
        f"""
        SELECT b.id FROM lore_books AS b WHERE b.owner_id = actor_user()
        UNION {_granted("actor_user()", "'read', 'write', 'admin'")}
        UNION SELECT lore_books_here()
        """,
        definer_reason="books and grants name each other in their policies; ids of what the actor may read only",
    ),
    Function(
        "writable_lore_books",
        "",
        "SETOF uuid",
        f"""
        SELECT b.id FROM lore_books AS b WHERE b.owner_id = actor_user()
        UNION {_granted("actor_user()", "'write', 'admin'")} AND b.allow_collaboration
        """,
        definer_reason="as readable_lore_books",
    ),
    Function(
        "ruled_lore_books",
        "",
        "SETOF uuid",
        f"""
        SELECT b.id FROM lore_books AS b WHERE b.owner_id = actor_user()
        UNION {_granted("actor_user()", "'admin'")} AND b.allow_collaboration
        """,
        definer_reason="as readable_lore_books",
    ),
    Function(
        "touch_lore",
        "book uuid",
        "bigint",
        """
        UPDATE lore_books AS b SET version = b.version + 1, updated_at = now(),
            (entry_count, token_count, size_bytes) = (
                SELECT count(*), coalesce(sum(e.tokens), 0), coalesce(sum(octet_length(e.content)), 0)
                FROM lore_entries AS e WHERE e.book_id = book)
        WHERE b.id = book AND b.id IN (SELECT writable_lore_books())
        RETURNING b.version
        """,
        volatility="VOLATILE",
        definer_reason="who writes entries changes their book's counts and version, and nothing else of it",
    ),
    Function(
        "lore_book_coded",
        "asked text",
        "TABLE (book_id uuid, owner_id uuid, name text, password_hash bytea, accepts_requests boolean)",
        f"""
        BEGIN
            {JOB_ONLY.format(name="lore_book_coded")}
            RETURN QUERY SELECT b.id, b.owner_id, b.name, b.password_hash, b.accepts_requests FROM lore_books AS b
                WHERE b.code = asked AND b.visibility <> 'private' AND {_UNEXPIRED};
        END
        """,
        language="plpgsql",
        definer_reason="a shared book is found by the code its owner gave away; the program checks the password",
    ),
    Function(
        "admit_to_lore",
        "new_id uuid, book uuid, person uuid",
        "boolean",
        f"""
        BEGIN
            {JOB_ONLY.format(name="admit_to_lore")}
            -- Whom the owner took the book away from does not come back by the password.
            INSERT INTO grants AS g (id, user_id, book_id, permission, status, granted_by)
            SELECT new_id, person, b.id, 'read', 'active', b.owner_id FROM lore_books AS b
            WHERE b.id = book AND b.owner_id <> person AND b.visibility <> 'private' AND {_UNEXPIRED}
            ON CONFLICT (user_id, book_id) DO UPDATE
                SET status = 'active', granted_by = excluded.granted_by, updated_at = now()
                WHERE g.status IN ('asked', 'declined');
            RETURN EXISTS (SELECT 1 FROM grants AS g WHERE g.book_id = book AND g.user_id = person AND {_GRANTED});
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="who knows code and password may read, while the owner is not there to say so; read only",
    ),
    Function(
        "lore_attached_at",
        "guild bigint, channels bigint[]",
        "TABLE (attachment_id uuid, book_id uuid, book_name text, scope text, channel_id bigint, attached_by uuid,"
        " is_enabled boolean, overrides jsonb, entry_count integer, token_count integer)",
        f"""
        BEGIN
            {JOB_ONLY.format(name="lore_attached_at")}
            RETURN QUERY SELECT a.id, b.id, b.name, a.scope::text, a.channel_id, a.attached_by, a.is_enabled,
                a.overrides, b.entry_count, b.token_count
                FROM lore_attachments AS a JOIN lore_books AS b ON b.id = a.book_id AND b.deleted_at IS NULL
                WHERE a.guild_id = guild OR a.channel_id = ANY (channels)
                ORDER BY a.scope DESC, a.place, a.id;
        END
        """,
        language="plpgsql",
        definer_reason="who manages a server sees which books are in force there, not what they say; names and numbers",
    ),
    Function(
        "detach_lore",
        "attachment uuid, guild bigint, channels bigint[]",
        "boolean",
        f"""
        BEGIN
            {JOB_ONLY.format(name="detach_lore")}
            DELETE FROM lore_attachments AS a
                WHERE a.id = attachment AND (a.guild_id = guild OR a.channel_id = ANY (channels));
            RETURN FOUND;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="who manages a server takes a book out of force there, whoever attached it",
    ),
    Function(
        "count_lore_view",
        "book uuid",
        "void",
        f"""
        UPDATE lore_books AS b SET view_count = b.view_count + 1, last_viewed_at = now()
        WHERE b.id = book AND actor_user() IS NOT NULL AND b.owner_id <> actor_user()
          AND (b.id IN (SELECT readable_lore_books()) OR (b.visibility = 'public' AND {_UNEXPIRED}))
        """,
        volatility="VOLATILE",
        definer_reason="a reader may not change a book, but that it was read is counted; a number only",
    ),
    Function(
        "count_lore_fork",
        "book uuid",
        "void",
        f"""
        UPDATE lore_books AS b SET fork_count = b.fork_count + 1
        WHERE b.id = book AND b.allow_fork AND actor_user() IS NOT NULL
          AND (b.id IN (SELECT readable_lore_books()) OR (b.visibility = 'public' AND {_UNEXPIRED}))
        """,
        volatility="VOLATILE",
        definer_reason="as count_lore_view",
    ),
    Function(
        "publish_lore",
        "asked text, seen text, curated boolean, featured boolean, notes text",
        "uuid",
        f"""
        DECLARE found uuid;
        BEGIN
            {JOB_ONLY.format(name="publish_lore")}
            UPDATE lore_books AS b SET visibility = coalesce(seen, b.visibility),
                is_curated = coalesce(curated, b.is_curated), is_featured = coalesce(featured, b.is_featured),
                curator_notes = coalesce(notes, b.curator_notes), version = b.version + 1, updated_at = now()
                WHERE b.code = asked AND b.deleted_at IS NULL RETURNING b.id INTO found;
            RETURN found;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="only the operator makes a lore book public, curated or featured; for the command line",
    ),
    Function(
        "lore_to_embed",
        "wanted text, most bigint",
        "TABLE (book_id uuid, owner_id uuid, entries bigint)",
        f"""
        BEGIN
            {JOB_ONLY.format(name="lore_to_embed")}
            RETURN QUERY SELECT b.id, b.owner_id, count(*) FROM lore_entries AS e
                JOIN lore_books AS b ON b.id = e.book_id AND b.deleted_at IS NULL
                WHERE e.mode IN ('vector', 'hybrid') AND e.is_enabled AND NOT EXISTS (
                    SELECT 1 FROM chunks AS c
                    WHERE c.entry_id = e.id AND c.model = wanted AND c.content_sha256 = e.content_sha256)
                GROUP BY b.id, b.owner_id ORDER BY b.id LIMIT most;
        END
        """,
        language="plpgsql",
        definer_reason="the program embeds anew when its model changes, for every owner; ids and numbers only",
    ),
    Function(
        "purge_lore",
        "books_before timestamptz, runs_before timestamptz, imports_before timestamptz",
        "bigint",
        f"""
        DECLARE gone bigint; total bigint := 0;
        BEGIN
            {JOB_ONLY.format(name="purge_lore")}
            DELETE FROM lore_books WHERE deleted_at < books_before;
            GET DIAGNOSTICS gone = ROW_COUNT; total := total + gone;
            DELETE FROM lore_runs WHERE ran_at < runs_before;
            GET DIAGNOSTICS gone = ROW_COUNT; total := total + gone;
            DELETE FROM lore_imports WHERE created_at < imports_before;
            GET DIAGNOSTICS gone = ROW_COUNT;
            RETURN total + gone;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="what is past its time goes, whoever it belonged to; for jobs only",
    ),
)
