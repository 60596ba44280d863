"""The reviewed SQL functions of lore: which books an actor may read, write and rule over, and which are in force."""

# ruff: noqa: S608 - every statement here is made of constants of this module
from __future__ import annotations

from db.security_function import JOB_ONLY, Function

_UNEXPIRED = "b.deleted_at IS NULL AND (b.shared_until IS NULL OR b.shared_until > now())"
# Who opened a book by its code (and so granted it to themselves) reads it until the sharing ends; who was invited, on.
_GRANTED = (
    "g.status = 'active' AND (g.expires_at IS NULL OR g.expires_at > now()) AND b.deleted_at IS NULL"
    " AND (g.granted_by IS DISTINCT FROM g.user_id OR b.shared_until IS NULL OR b.shared_until > now())"
)


def _granted(person: str, permissions: str) -> str:
    """Ids of books that a person has an active grant of."""
    return (
        f"SELECT g.book_id FROM grants AS g JOIN lore_books AS b ON b.id = g.book_id"
        f" WHERE g.user_id = {person} AND {_GRANTED} AND g.permission IN ({permissions})"
    )


LORE_FUNCTIONS: tuple[Function, ...] = (
    # A book counts where it is attached as long as who attached it may read it.
    Function(
        "lore_books_here",
        "",
        "SETOF uuid",
        f"""
        WITH c AS MATERIALIZED (
            SELECT k.id, k.guild_id, k.channel_id, k.webhook_channel_id FROM conversations AS k
            WHERE k.id = actor_conversation()
        ),
        -- One part for each place, each by its own index: in one condition they would be looked for in every row.
        a AS (
            SELECT s.* FROM lore_attachments AS s JOIN c ON s.guild_id = c.guild_id
            UNION ALL
            SELECT s.* FROM lore_attachments AS s JOIN c ON s.channel_id IN (c.channel_id, c.webhook_channel_id)
            UNION ALL
            SELECT s.* FROM lore_attachments AS s JOIN c ON s.conversation_id = c.id
            UNION ALL
            SELECT s.* FROM lore_attachments AS s JOIN (SELECT characters_here() AS id) AS h ON s.character_id = h.id
            UNION ALL
            -- Nobody but its owner can attach anything to a persona.
            SELECT s.* FROM lore_attachments AS s WHERE s.persona_id IS NOT NULL AND s.attached_by = turn_user()
        )
        SELECT a.book_id FROM a
        JOIN lore_books AS b ON b.id = a.book_id AND b.deleted_at IS NULL
        WHERE a.is_enabled
          AND (b.owner_id = a.attached_by
               OR (b.visibility = 'public' AND b.password_hash IS NULL AND {_UNEXPIRED})
               OR EXISTS (SELECT 1 FROM grants AS g WHERE g.book_id = b.id AND g.user_id = a.attached_by
                          AND {_GRANTED}))
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
            -- Whom somebody took the book away from does not come back by the password. Who opened it themselves stands
            -- as who granted it, so that this ends with the sharing; an invitation that ran out is begun anew so too.
            INSERT INTO grants AS g (id, user_id, book_id, permission, status, granted_by)
            SELECT new_id, person, b.id, 'read', 'active', person FROM lore_books AS b
            WHERE b.id = book AND b.owner_id <> person AND b.visibility <> 'private' AND {_UNEXPIRED}
            ON CONFLICT (user_id, book_id) DO UPDATE
                SET status = 'active', permission = 'read', granted_by = person, expires_at = NULL, revoked_at = NULL,
                    revoked_by = NULL, updated_at = now()
                WHERE g.status IN ('asked', 'declined') OR (g.status = 'revoked' AND g.revoked_by IS NULL)
                   OR (g.status = 'active' AND g.expires_at <= now());
            RETURN EXISTS (SELECT 1 FROM grants AS g JOIN lore_books AS b ON b.id = g.book_id
                           WHERE g.book_id = book AND g.user_id = person AND {_GRANTED});
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="who knows code and password may read, while the owner is not there to say so; read only",
    ),
    Function(
        "lore_attached_at",
        "only_attachment uuid, guild bigint, channels bigint[], conversation uuid, characters uuid[], personas uuid[]",
        "TABLE (id uuid, book_id uuid, book_name text, owner_id uuid, scope text, guild_id bigint, channel_id bigint,"
        " character_id uuid, persona_id uuid, conversation_id uuid, target_name text, attached_by uuid,"
        " is_enabled boolean, overrides jsonb, place smallint, entry_count integer, token_count integer)",
        f"""
        BEGIN
            {JOB_ONLY.format(name="lore_attached_at")}
            RETURN QUERY SELECT a.id, b.id, b.name, b.owner_id, a.scope::text, a.guild_id, a.channel_id, a.character_id,
                a.persona_id, a.conversation_id, coalesce(h.name, ''), a.attached_by, a.is_enabled, a.overrides,
                a.place, b.entry_count, b.token_count
                FROM lore_attachments AS a JOIN lore_books AS b ON b.id = a.book_id AND b.deleted_at IS NULL
                LEFT JOIN characters AS h ON h.id = a.character_id
                WHERE a.id = only_attachment OR a.guild_id = guild OR a.channel_id = ANY (channels)
                   OR a.conversation_id = conversation OR a.character_id = ANY (characters)
                   OR a.persona_id = ANY (personas)
                ORDER BY array_position(ARRAY['server', 'channel', 'character', 'persona', 'conversation'],
                                        a.scope::text), a.place, a.id;
        END
        """,
        language="plpgsql",
        definer_reason="where a book is in force its name is known, not its words; the program checked the place",
    ),
    Function(
        "arrange_lore",
        "attachment uuid, enabled boolean, changed jsonb, moved smallint",
        "void",
        f"""
        BEGIN
            {JOB_ONLY.format(name="arrange_lore")}
            UPDATE lore_attachments AS a SET is_enabled = coalesce(enabled, a.is_enabled),
                overrides = coalesce(changed, a.overrides), place = coalesce(moved, a.place)
                WHERE a.id = attachment;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="who rules over a place decides what holds there, whoever attached it; the program has checked",
    ),
    Function(
        "detach_lore",
        "attachment uuid",
        "boolean",
        f"""
        BEGIN
            {JOB_ONLY.format(name="detach_lore")}
            DELETE FROM lore_attachments AS a WHERE a.id = attachment;
            RETURN FOUND;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="as arrange_lore",
    ),
    Function(
        "ask_for_lore",
        "new_id uuid, book uuid, words text, most integer",
        "boolean",
        f"""
        DECLARE asked boolean;
        BEGIN
            -- Whoever was refused or sent away asks no more; whoever may write already has nothing to ask for.
            INSERT INTO grants AS g (id, user_id, book_id, permission, status, is_asking, message)
            SELECT new_id, actor_user(), b.id, 'write', 'asked', true, words FROM lore_books AS b
            WHERE b.id = book AND actor_user() IS NOT NULL AND b.owner_id <> actor_user() AND b.accepts_requests
              AND b.allow_collaboration AND {_UNEXPIRED}
              AND (b.id IN (SELECT readable_lore_books()) OR (b.visibility = 'public' AND b.password_hash IS NULL))
              AND (SELECT count(*) FROM grants AS o WHERE o.book_id = book AND o.is_asking) < most
            ON CONFLICT (user_id, book_id) DO UPDATE
                SET is_asking = true, message = excluded.message, updated_at = now()
                WHERE g.status IN ('active', 'asked') AND g.permission = 'read' OR g.status = 'asked'
            RETURNING g.is_asking INTO asked;
            RETURN coalesce(asked, false);
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="a reader's own grant is not theirs to change, but that they ask is written there",
    ),
    Function(
        "lore_people",
        "books uuid[]",
        "TABLE (book_id uuid, user_id uuid, discord_id bigint, display_name text, is_owner boolean)",
        f"""
        SELECT b.id, u.id, u.discord_id, u.display_name, true FROM lore_books AS b JOIN users AS u ON u.id = b.owner_id
        WHERE actor_present() AND b.id = ANY (books)
          AND (b.id IN (SELECT readable_lore_books()) OR (b.visibility = 'public' AND {_UNEXPIRED}))
        UNION ALL
        SELECT g.book_id, u.id, u.discord_id, u.display_name, false FROM grants AS g JOIN users AS u ON u.id = g.user_id
        WHERE g.book_id = ANY (books) AND g.book_id IN (SELECT writable_lore_books())
        """,
        definer_reason="a reader may know whose book it is, a writer who else has a part in it; names and Discord ids",
    ),
    Function(
        "lore_numbers",
        "book uuid, many integer",
        "integer",
        """
        UPDATE lore_books AS b SET last_number = b.last_number + many
        WHERE b.id = book AND b.id IN (SELECT writable_lore_books())
        RETURNING b.last_number - many + 1
        """,
        volatility="VOLATILE",
        definer_reason="who writes entries takes numbers for them, each once, and changes nothing else of the book",
    ),
    Function(
        "search_lore",
        "words text, only_book uuid, in_folder text, with_tag text, in_mode text, enabled boolean, is_back boolean,"
        " mark_book uuid, mark_place integer, mark_number integer, most integer",
        "TABLE (entry_id uuid, total bigint, tokens bigint)",
        f"""
        DECLARE
            conditions text := 'array_to_tsvector(e.search_words) @@ $1::tsquery';
            way text := CASE WHEN is_back THEN ' DESC' ELSE '' END;
            sorting text := ' ORDER BY f.book_id' || way || ', f.place' || way || ', f.number' || way;
            beyond text := '';
        BEGIN
            PERFORM actor_kind();
            -- Only what is asked for becomes part of the statement, so that its index is used.
            IF only_book IS NULL THEN
                conditions := conditions || ' AND e.book_id IN (SELECT b.id FROM lore_books AS b WHERE'
                    ' b.deleted_at IS NULL AND b.id IN (SELECT readable_lore_books()))';
            ELSIF only_book IN (SELECT readable_lore_books()) OR EXISTS (
                SELECT 1 FROM lore_books AS b WHERE b.id = only_book AND b.visibility = 'public'
                AND b.password_hash IS NULL AND {_UNEXPIRED}
            ) THEN
                conditions := conditions || ' AND e.book_id = $2';
            ELSE
                RETURN;
            END IF;
            IF in_folder IS NOT NULL THEN conditions := conditions || ' AND e.folder = $3'; END IF;
            IF with_tag IS NOT NULL THEN conditions := conditions || ' AND $4 = ANY (e.tags)'; END IF;
            IF in_mode IS NOT NULL THEN conditions := conditions || ' AND e.mode = $5'; END IF;
            IF enabled IS NOT NULL THEN conditions := conditions || ' AND e.is_enabled = $6'; END IF;
            IF mark_book IS NOT NULL THEN
                beyond := ' WHERE (f.book_id, f.place, f.number) ' || CASE WHEN is_back THEN '<' ELSE '>' END
                    || ' ($7, $8, $9)';
            END IF;
            RETURN QUERY EXECUTE
                'WITH f AS MATERIALIZED (SELECT e.id, e.book_id, e.place, e.number, e.tokens FROM lore_entries AS e'
                ' WHERE ' || conditions || ')'
                ' SELECT f.id, (SELECT count(*) FROM f), (SELECT coalesce(sum(f.tokens), 0) FROM f)::bigint FROM f'
                || beyond || sorting || ' LIMIT $10'
                USING words, only_book, in_folder, with_tag, in_mode, enabled, mark_book, mark_place, mark_number, most;
        END
        """,
        language="plpgsql",
        definer_reason="row security cannot use an index for words; ids of entries the actor may read only",
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
            -- Who opened it by its code may not read what is private again; they may if it is shared again.
            UPDATE grants AS g SET status = 'revoked', revoked_at = now()
                WHERE seen = 'private' AND g.book_id = found AND g.status = 'active' AND g.granted_by = g.user_id;
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
                    WHERE c.entry_id = e.id AND c.book_id = e.book_id AND c.model = wanted AND c.content_sha256 =
                        encode(sha256(convert_to(e.name || E'\\n' || e.content, 'UTF8')), 'hex'))
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
