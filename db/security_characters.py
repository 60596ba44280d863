"""The reviewed SQL functions of the directory of characters, and of telling where a character listens."""

from __future__ import annotations

from db.security_function import JOB_ONLY, Function

_LISTED = "c.visibility = 'public' AND c.deleted_at IS NULL"

CHARACTER_FUNCTIONS: tuple[Function, ...] = (
    Function(
        "discover",
        "words text, tag text, adults boolean, sorted text, skip bigint, most bigint",
        "TABLE (character_id uuid, total bigint)",
        f"""
        DECLARE
            conditions text := '{_LISTED.replace("'", "''")}';
            joined text := '';
            sorting text := 'c.published_at DESC';
        BEGIN
            PERFORM actor_kind();
            -- Only what is asked for becomes part of the statement, so that its index is used.
            IF words <> '' THEN
                conditions := conditions || ' AND array_to_tsvector(c.search_words) @@ $1::tsquery';
            END IF;
            IF tag <> '' THEN
                conditions := conditions || ' AND c.tags @> ARRAY[$2]';
            END IF;
            IF NOT adults THEN
                conditions := conditions || ' AND NOT c.is_adult';
            END IF;
            -- What people think is counted once for all characters: once for each took some four times as long.
            IF sorted = 'popular' THEN
                joined := ' LEFT JOIN (SELECT r.character_id, count(*) AS reactions FROM character_reactions AS r'
                    ' GROUP BY r.character_id) AS liked ON liked.character_id = c.id';
                sorting := 'coalesce(liked.reactions, 0) DESC';
            ELSIF sorted = 'rated' THEN
                joined := ' LEFT JOIN (SELECT r.character_id, avg(r.stars) AS stars FROM ratings AS r'
                    ' GROUP BY r.character_id HAVING count(DISTINCT r.user_id) >= 3) AS rated'
                    ' ON rated.character_id = c.id';
                sorting := 'rated.stars DESC NULLS LAST';
            END IF;
            RETURN QUERY EXECUTE
                'SELECT c.id, (SELECT count(*) FROM characters AS c WHERE ' || conditions || ')'
                || ' FROM characters AS c' || joined || ' WHERE ' || conditions
                || ' ORDER BY ' || sorting || ', c.published_at DESC, c.id LIMIT $3 OFFSET $4'
                USING words, tag, most, skip;
        END
        """,  # noqa: S608 - made of constants of this module
        language="plpgsql",
        definer_reason="row security cannot use an index for words and tags; ids of published characters only",
    ),
    Function(
        "public_tags",
        "beginning text, adults boolean, most bigint",
        "TABLE (tag text, characters bigint)",
        f"""
        -- Of the newest 20,000, so that an answer while somebody types takes as long however many there are: about
        -- 60 ms, of the 300 that Autocomplete may take.
        SELECT t.tag, count(*) FROM (
            SELECT c.tags FROM characters AS c
            WHERE actor_present() AND {_LISTED} AND (adults OR NOT c.is_adult)
            ORDER BY c.published_at DESC LIMIT 20000
        ) AS newest CROSS JOIN LATERAL unnest(newest.tags) AS t(tag)
        WHERE starts_with(t.tag, beginning)
        GROUP BY t.tag ORDER BY count(*) DESC, t.tag LIMIT most
        """,  # noqa: S608 - made of constants of this module
        definer_reason="tags of published characters are public; words and numbers only",
    ),
    Function(
        "owners_of_old_media",
        "before timestamptz",
        "SETOF uuid",
        f"""
        BEGIN
            {JOB_ONLY.format(name="owners_of_old_media")}
            RETURN QUERY SELECT DISTINCT m.owner_id FROM media AS m WHERE m.created_at < before
                AND NOT EXISTS (SELECT FROM characters AS c WHERE c.picture_id = m.id)
                AND NOT EXISTS (SELECT FROM creators AS k WHERE k.avatar_id = m.id OR k.banner_id = m.id);
        END
        """,  # noqa: S608 - made of constants of this house
        language="plpgsql",
        definer_reason="whose pictures may be worn by nobody: their owners alone can look at their personas; for jobs",
    ),
    Function(
        "media_of_mine_worn",
        "",
        "SETOF uuid",
        """
        SELECT m.id FROM media AS m WHERE m.owner_id = actor_user()
            AND (EXISTS (SELECT FROM characters AS c WHERE c.picture_id = m.id)
                 OR EXISTS (SELECT FROM creators AS k WHERE k.avatar_id = m.id OR k.banner_id = m.id))
        """,
        definer_reason="a picture somebody drew for another's character stays while it is worn; ids of their own only",
    ),
    Function(
        "media_claimed",
        "asked text[]",
        "SETOF text",
        f"""
        BEGIN
            {JOB_ONLY.format(name="media_claimed")}
            RETURN QUERY SELECT DISTINCT m.sha256::text FROM media AS m WHERE m.sha256 = ANY (asked::bpchar[]);
        END
        """,  # noqa: S608 - made of constants of this house
        language="plpgsql",
        definer_reason="files are kept as long as anybody has a row for them, whoever that is; for jobs only",
    ),
    Function(
        "makers_of",
        "only_characters uuid[]",
        "TABLE (character_id uuid, display_name text, discord_id bigint)",
        f"""
        SELECT c.id, u.display_name, u.discord_id FROM characters AS c JOIN users AS u ON u.id = c.owner_id
        WHERE actor_present() AND c.id = ANY (only_characters)
          AND (({_LISTED}) OR c.owner_id = actor_user() OR c.id IN (SELECT readable_characters()))
        """,  # noqa: S608 - made of constants of this module
        definer_reason="whoever publishes a character is named as its maker; name and Discord id of these only",
    ),
    Function(
        "announce_character",
        "one_character uuid",
        "bigint",
        """
        DECLARE told bigint;
        BEGIN
            PERFORM actor_kind();
            -- The channel and the payload are those of bot.services.talk.listening.
            SELECT count(pg_notify('hearing', p.conversation_id || ' ' || c.channel_id)) INTO told
            FROM participants AS p
            JOIN conversations AS c ON c.id = p.conversation_id AND c.status = 'active'
            JOIN characters AS h ON h.id = p.character_id
            WHERE p.character_id = one_character AND p.left_at IS NULL
              AND (h.owner_id = actor_user() OR h.id IN (SELECT writable_characters()));
            RETURN told;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="a maker's change reaches the conversations of others, which the maker does not see; a number",
    ),
    Function(
        "places_of_character",
        "one_character uuid",
        "TABLE (conversation_id uuid, guild_id bigint, channel_id bigint, webhook_channel_id bigint, via text)",
        """
        SELECT c.id, c.guild_id, c.channel_id, c.webhook_channel_id, c.via::text
        FROM participants AS p
        JOIN conversations AS c ON c.id = p.conversation_id AND c.status = 'active'
        JOIN characters AS h ON h.id = p.character_id
        WHERE p.character_id = one_character AND p.left_at IS NULL
          AND (h.owner_id = actor_user() OR h.id IN (SELECT writable_characters()))
        """,
        definer_reason="a deleted character leaves every channel; for its maker, and nothing of what is said there",
    ),
)
