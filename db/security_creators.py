"""The reviewed SQL functions of creators: grants on characters, the directory, numbers of people, statistics."""

# ruff: noqa: S608 - every statement here is made of constants of this module
from __future__ import annotations

from db.security_function import JOB_ONLY, Function
from db.security_popularity import POPULARITY_FUNCTIONS

_LISTED = "c.visibility = 'public' AND c.deleted_at IS NULL"
_BANNED = "SELECT b.user_id FROM standings AS b WHERE b.status = 'banned'"
_SHOWN = f"k.visibility = 'public' AND k.user_id NOT IN ({_BANNED})"
_TOLD = (
    "CASE WHEN is_moment THEN '(extract(epoch FROM ' || measure || ') * 1000000)::bigint::text'"
    " ELSE measure || '::text' END"
)
"""What a row is sorted by as a page's mark holds it: a whole number, of a moment its microseconds."""
_PAST = (
    "CASE WHEN is_moment"
    " THEN 'timestamptz ''epoch'' + greatest(least(${n}::numeric, 1e16), 0)::bigint * interval ''1 microsecond'''"
    " ELSE 'greatest(least(${n}::numeric, 2e9), 0)::int' END"
)
"""The same read back; a number that somebody made up is brought to the nearest there can be."""
COUNTED = 1_001
"""So far lists count, and no further: whoever reads “more than a thousand” wants no number. (`limits.COUNTED_MOST`.)"""

PEOPLE_MIN = 5
"""`bot.limits.PEOPLE_TOLD_MIN`; a test holds the two equal."""


_GRANTS = (
    Function(
        "ask_for_character",
        "new_id uuid, asked_of uuid, words text, most integer",
        "boolean",
        f"""
        DECLARE asked boolean;
        BEGIN
            -- Whoever was refused or sent away asks no more; whoever may write already has nothing to ask for.
            INSERT INTO grants AS g (id, user_id, character_id, permission, status, is_asking, message)
            SELECT new_id, actor_user(), c.id, 'write', 'asked', true, words FROM characters AS c
            JOIN creators AS k ON k.user_id = c.owner_id AND k.accepts_collaborations
            WHERE c.id = asked_of AND actor_user() IS NOT NULL AND c.owner_id <> actor_user()
              AND (({_LISTED}) OR c.id IN (SELECT readable_characters()))
              AND c.id NOT IN (SELECT writable_characters()) AND c.owner_id NOT IN ({_BANNED})
              AND (SELECT count(*) FROM grants AS o WHERE o.character_id = asked_of AND o.is_asking) < most
            ON CONFLICT (user_id, character_id) DO UPDATE
                SET is_asking = true, message = excluded.message, updated_at = now()
                WHERE g.status IN ('active', 'asked') AND g.permission = 'read' OR g.status = 'asked'
                   OR (g.status = 'active' AND g.expires_at <= now())
            RETURNING g.is_asking INTO asked;
            RETURN coalesce(asked, false);
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="a reader's own grant is not theirs to change, but that they ask is written there",
    ),
    Function(
        "people_of_characters",
        "only_characters uuid[]",
        "TABLE (character_id uuid, user_id uuid, discord_id bigint, display_name text, is_owner boolean)",
        f"""
        SELECT c.id, u.id, u.discord_id, u.display_name, true FROM characters AS c JOIN users AS u ON u.id = c.owner_id
        WHERE actor_present() AND c.id = ANY (only_characters)
          AND (({_LISTED}) OR c.owner_id = actor_user() OR c.id IN (SELECT readable_characters()))
        UNION ALL
        SELECT g.character_id, u.id, u.discord_id, u.display_name, false
        FROM grants AS g JOIN users AS u ON u.id = g.user_id
        WHERE g.character_id = ANY (only_characters) AND g.character_id IN (SELECT ruled_characters())
        """,
        definer_reason="who shares a character knows with whom, and a guest whose it is; names and Discord ids",
    ),
    Function(
        "conversations_with",
        "one_character uuid, person uuid",
        "TABLE (conversation_id uuid, channel_id bigint)",
        """
        SELECT v.id, v.channel_id FROM conversations AS v
        JOIN participants AS p ON p.conversation_id = v.id AND p.character_id = one_character AND p.left_at IS NULL
        WHERE v.owner_id = person AND v.status = 'active'
          AND (actor_kind() = 'job' OR person = actor_user() OR one_character IN (SELECT ruled_characters()))
        """,
        definer_reason="what is taken back from somebody leaves their conversations; ids of these only",
    ),
    Function(
        "shares_run_out",
        "most integer",
        "TABLE (grant_id uuid, character_id uuid, user_id uuid)",
        f"""
        BEGIN
            {JOB_ONLY.format(name="shares_run_out")}
            RETURN QUERY SELECT g.id, g.character_id, g.user_id FROM grants AS g
                WHERE g.character_id IS NOT NULL AND g.status = 'active' AND g.expires_at <= now()
                ORDER BY g.expires_at LIMIT most;
        END
        """,
        language="plpgsql",
        definer_reason="what was shared until a moment ends then, while nobody is there; ids only, for jobs",
    ),
    Function(
        "end_share",
        "one_grant uuid",
        "boolean",
        f"""
        BEGIN
            {JOB_ONLY.format(name="end_share")}
            UPDATE grants SET status = 'revoked', revoked_at = expires_at, is_asking = false, updated_at = now()
                WHERE id = one_grant AND status = 'active' AND expires_at <= now();
            RETURN FOUND;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="as shares_run_out",
    ),
)

_DIRECTORY = (
    Function(
        "banned_people",
        "",
        "SETOF uuid",
        f"SELECT * FROM ({_BANNED}) AS b WHERE actor_present()",
        definer_reason="pages of banned people are shown to nobody; ids only",
    ),
    Function(
        "username_taken",
        "name text, looks text",
        "boolean",
        """
        SELECT actor_present() AND (
            EXISTS (SELECT FROM creators AS k
                    WHERE k.username_looks = looks AND k.user_id IS DISTINCT FROM actor_user())
            OR EXISTS (SELECT FROM former_usernames AS f JOIN creators AS k ON k.id = f.creator_id
                       WHERE (f.username = name OR f.username_looks = looks) AND f.until > now()
                         AND k.user_id IS DISTINCT FROM actor_user()))
        """,
        definer_reason="a private page's username is taken as well; yes or no only",
    ),
    Function(
        "creators_found",
        "words text, tag text, of_kind text, of_language text, is_open boolean, is_vouched boolean, sorted text,"
        " mark text, mark_id uuid, most integer",
        "TABLE (creator_id uuid, mark_of text, total bigint)",
        f"""
        DECLARE
            conditions text := '{_SHOWN.replace("'", "''")}';
            measure text := 'k.created_at';
            is_moment boolean := true;
            counted bigint;
            beyond text := 'true';
        BEGIN
            PERFORM actor_kind();
            -- Only what is asked for becomes part of the statement, so that its index is used.
            IF words <> '' THEN
                conditions := conditions || ' AND array_to_tsvector(k.search_words) @@ $1::tsquery';
            END IF;
            IF tag <> '' THEN conditions := conditions || ' AND k.tags @> ARRAY[$2]'; END IF;
            IF of_kind <> '' THEN conditions := conditions || ' AND k.kind = $3'; END IF;
            IF of_language <> '' THEN conditions := conditions || ' AND k.languages @> ARRAY[$4]'; END IF;
            IF is_open THEN
                conditions := conditions || ' AND (k.accepts_collaborations OR k.commissions <> ''closed'')';
            END IF;
            IF is_vouched THEN
                conditions := conditions || ' AND EXISTS (SELECT FROM creator_standings AS s WHERE s.creator_id = k.id'
                    ' AND s.verification <> ''unverified'')';
            END IF;
            IF sorted = 'followers' THEN
                measure := 'k.followers';
                is_moment := false;
            ELSIF sorted = 'active' THEN
                measure := 'coalesce(k.last_active_at, k.created_at)';
            END IF;
            EXECUTE 'SELECT count(*) FROM (SELECT FROM creators AS k WHERE ' || conditions || ' LIMIT {COUNTED})'
                || ' AS found' INTO counted USING words, tag, of_kind, of_language;
            IF sorted = 'name' THEN
                IF mark <> '' THEN beyond := 'k.username > $5'; END IF;
                RETURN QUERY EXECUTE 'SELECT k.id, k.username, $6::bigint FROM creators AS k WHERE ' || conditions
                    || ' AND ' || beyond || ' ORDER BY k.username LIMIT $7'
                    USING words, tag, of_kind, of_language, mark, counted, most;
                RETURN;
            END IF;
            IF mark <> '' THEN
                beyond := '(' || measure || ', k.id) < (' || {_PAST.format(n=5)} || ', $8)';
            END IF;
            RETURN QUERY EXECUTE 'SELECT k.id, ' || {_TOLD} || ', $6::bigint FROM creators AS k WHERE '
                || conditions || ' AND ' || beyond || ' ORDER BY ' || measure || ' DESC, k.id DESC LIMIT $7'
                USING words, tag, of_kind, of_language, mark, counted, most, mark_id;
        END
        """,
        language="plpgsql",
        definer_reason="row security cannot use an index for words, nor count follows; ids of public pages only",
    ),
    Function(
        "creator_tags",
        "beginning text, most integer",
        "TABLE (tag text, creators bigint)",
        f"""
        SELECT t.tag, count(*) FROM (
            SELECT k.tags FROM creators AS k WHERE actor_present() AND {_SHOWN} ORDER BY k.created_at DESC LIMIT 20000
        ) AS newest CROSS JOIN LATERAL unnest(newest.tags) AS t(tag)
        WHERE starts_with(t.tag, beginning)
        GROUP BY t.tag ORDER BY count(*) DESC, t.tag LIMIT most
        """,
        definer_reason="tags of public pages are public; words and numbers only",
    ),
    Function(
        "characters_found",
        "words text, tag text, adults boolean, of_owner uuid, sorted text, mark text, mark_id uuid, most integer",
        "TABLE (character_id uuid, mark_of text, total bigint)",
        f"""
        DECLARE
            conditions text := '{_LISTED.replace("'", "''")}';
            measure text := 'coalesce(c.published_at, c.created_at)';
            is_moment boolean := true;
            counted bigint;
            beyond text := 'true';
        BEGIN
            PERFORM actor_kind();
            IF words <> '' THEN
                conditions := conditions || ' AND array_to_tsvector(c.search_words) @@ $1::tsquery';
            END IF;
            IF tag <> '' THEN conditions := conditions || ' AND c.tags @> ARRAY[$2]'; END IF;
            IF NOT adults THEN conditions := conditions || ' AND NOT c.is_adult'; END IF;
            IF of_owner IS NOT NULL THEN conditions := conditions || ' AND c.owner_id = $3'; END IF;
            conditions := conditions || ' AND c.owner_id NOT IN ({_BANNED.replace("'", "''")})';
            IF sorted IN ('popular', 'rated') THEN
                measure := CASE sorted WHEN 'popular' THEN 'c.popularity' ELSE 'c.rating' END;
                is_moment := false;
            END IF;
            EXECUTE 'SELECT count(*) FROM (SELECT FROM characters AS c WHERE ' || conditions
                || ' LIMIT {COUNTED}) AS found' INTO counted USING words, tag, of_owner;
            IF mark <> '' THEN
                beyond := '(' || measure || ', c.id) < (' || {_PAST.format(n=4)} || ', $5)';
            END IF;
            RETURN QUERY EXECUTE 'SELECT c.id, ' || {_TOLD} || ', $6::bigint FROM characters AS c WHERE '
                || conditions || ' AND ' || beyond || ' ORDER BY ' || measure || ' DESC, c.id DESC LIMIT $7'
                USING words, tag, of_owner, mark, mark_id, counted, most;
        END
        """,
        language="plpgsql",
        definer_reason="as discover, a page at a time by a mark; ids of published characters only",
    ),
)

_FIGURES = (
    Function(
        "creator_figures",
        "only_creators uuid[]",
        "TABLE (creator_id uuid, followers bigint, characters bigint, likes bigint)",
        f"""
        SELECT k.id,
               (SELECT count(*) FROM follows AS f WHERE f.creator_id = k.id),
               (SELECT count(*) FROM characters AS c WHERE c.owner_id = k.user_id AND {_LISTED} AND NOT c.is_adult),
               (SELECT count(*) FROM character_reactions AS r JOIN characters AS c ON c.id = r.character_id
                WHERE c.owner_id = k.user_id AND {_LISTED} AND r.liked)
        FROM creators AS k
        WHERE actor_present() AND k.id = ANY (only_creators) AND (k.visibility <> 'private' OR k.user_id = actor_user())
        """,
        definer_reason="popularity is a number; who follows and likes stays with each person",
    ),
    Function(
        "creator_portfolio",
        "one_creator uuid",
        "TABLE (following bigint, conversations bigint, stars numeric, raters bigint)",
        f"""
        WITH k AS (
            SELECT o.id, o.user_id FROM creators AS o
            WHERE actor_present() AND o.id = one_creator AND (o.visibility <> 'private' OR o.user_id = actor_user())
        ), talked AS (
            SELECT count(DISTINCT t.conversation_id) AS many, count(DISTINCT t.asker_id) AS people
            FROM turns AS t JOIN characters AS c ON c.id = t.character_id JOIN k ON k.user_id = c.owner_id
            WHERE {_LISTED} AND t.asker_id <> c.owner_id
        ), rated AS (
            SELECT round(avg(r.stars), 1) AS stars, count(DISTINCT r.user_id) AS people
            FROM ratings AS r JOIN characters AS c ON c.id = r.character_id JOIN k ON k.user_id = c.owner_id
            WHERE {_LISTED} AND r.user_id <> c.owner_id
        )
        SELECT (SELECT count(*) FROM follows AS f WHERE f.follower_id = k.user_id),
               CASE WHEN talked.people >= {PEOPLE_MIN} THEN talked.many END,
               CASE WHEN rated.people >= {PEOPLE_MIN} THEN rated.stars END,
               CASE WHEN rated.people >= {PEOPLE_MIN} THEN rated.people END
        FROM k, talked, rated
        """,
        definer_reason="numbers of at least five people tell of none of them",
    ),
    Function(
        "book_rating_of",
        "one_book uuid",
        "TABLE (stars numeric, people bigint)",
        """
        SELECT round(avg(r.stars), 1), count(*)
        FROM book_ratings AS r JOIN lore_books AS b ON b.id = r.book_id
        WHERE actor_present() AND b.id = one_book AND b.deleted_at IS NULL
          AND (b.id IN (SELECT readable_lore_books())
               OR (b.visibility = 'public' AND b.password_hash IS NULL
                   AND (b.shared_until IS NULL OR b.shared_until > now())))
        HAVING count(*) >= 3
        """,
        definer_reason="an average of at least three people tells of none of them",
    ),
    Function(
        "followers_of_mine",
        "mark timestamptz, mark_id uuid, most integer",
        "TABLE (user_id uuid, display_name text, username text, since timestamptz)",
        """
        SELECT u.id, u.display_name, n.username, f.created_at
        FROM follows AS f
        JOIN creators AS k ON k.id = f.creator_id AND k.user_id = actor_user()
        JOIN users AS u ON u.id = f.follower_id
        LEFT JOIN creators AS n ON n.user_id = u.id AND n.visibility = 'public'
        WHERE mark IS NULL OR (f.created_at, u.id) < (mark, mark_id)
        ORDER BY f.created_at DESC, u.id DESC LIMIT most
        """,
        definer_reason="whom somebody follows sees their name, as they were told when they followed; no more than that",
    ),
    Function(
        "creator_statistics",
        "first date, last date",
        "TABLE (part text, day date, character_id uuid, people bigint, conversations bigint, messages bigint,"
        " tokens bigint)",
        f"""
        WITH said AS MATERIALIZED (
            SELECT m.character_id, m.conversation_id, t.asker_id, (m.created_at AT TIME ZONE 'UTC')::date AS day,
                   (SELECT coalesce(sum(v.tokens_in), 0) + coalesce(sum(v.tokens_out), 0)
                    FROM message_variants AS v WHERE v.message_id = m.id) AS tokens
            FROM messages AS m
            JOIN characters AS c ON c.id = m.character_id AND c.owner_id = actor_user()
            JOIN turns AS t ON t.id = m.turn_id AND t.asker_id <> c.owner_id
            WHERE m.created_at >= first AND m.created_at < last + 1
        ), days AS (
            SELECT s.day, count(DISTINCT s.asker_id) AS people, count(DISTINCT s.conversation_id) AS conversations,
                   count(*) AS messages, sum(s.tokens)::bigint AS tokens
            FROM said AS s GROUP BY s.day HAVING count(DISTINCT s.asker_id) >= {PEOPLE_MIN}
        ), cast_of AS (
            SELECT s.character_id, count(DISTINCT s.asker_id) AS people,
                   count(DISTINCT s.conversation_id) AS conversations, count(*) AS messages,
                   sum(s.tokens)::bigint AS tokens
            FROM said AS s GROUP BY s.character_id HAVING count(DISTINCT s.asker_id) >= {PEOPLE_MIN}
        ), rests AS (
            -- What is left of the whole when the told parts are taken away tells of these people.
            SELECT count(DISTINCT s.asker_id) FILTER (WHERE s.day NOT IN (SELECT d.day FROM days AS d)) AS by_day,
                   count(DISTINCT s.asker_id) FILTER (
                       WHERE s.character_id NOT IN (SELECT o.character_id FROM cast_of AS o)) AS by_character
            FROM said AS s
        ), whole AS (
            SELECT count(DISTINCT s.asker_id) AS people, count(DISTINCT s.conversation_id) AS conversations,
                   count(*) AS messages, sum(s.tokens)::bigint AS tokens
            FROM said AS s, rests AS r
            WHERE (r.by_day >= {PEOPLE_MIN} OR s.day IN (SELECT d.day FROM days AS d))
              AND (r.by_character >= {PEOPLE_MIN} OR s.character_id IN (SELECT o.character_id FROM cast_of AS o))
        )
        SELECT 'day', d.day, NULL::uuid, d.people, d.conversations, d.messages, d.tokens FROM days AS d
        UNION ALL
        SELECT 'character', NULL, o.character_id, o.people, o.conversations, o.messages, o.tokens FROM cast_of AS o
        UNION ALL
        SELECT 'whole', NULL, NULL, w.people, w.conversations, w.messages, w.tokens FROM whole AS w
        WHERE w.people >= {PEOPLE_MIN}
        """,
        definer_reason="for who made the characters; numbers of at least five other people, whoever they are",
    ),
    Function(
        "creator_ratings",
        "",
        "TABLE (character_id uuid, stars numeric, people bigint)",
        f"""
        SELECT c.id, round(avg(r.stars), 1), count(DISTINCT r.user_id)
        FROM ratings AS r JOIN characters AS c ON c.id = r.character_id
        WHERE c.owner_id = actor_user() AND r.user_id <> c.owner_id
        GROUP BY c.id HAVING count(DISTINCT r.user_id) >= {PEOPLE_MIN}
        """,
        definer_reason="as creator_statistics",
    ),
    Function(
        "follows_by_day",
        "first date, last date",
        "TABLE (day date, people bigint)",
        """
        SELECT (f.created_at AT TIME ZONE 'UTC')::date, count(*) FROM follows AS f
        JOIN creators AS k ON k.id = f.creator_id AND k.user_id = actor_user()
        WHERE f.created_at >= first AND f.created_at < last + 1 GROUP BY 1
        """,
        definer_reason="a creator sees who follows since when; here as numbers",
    ),
    Function(
        "tidy_creators",
        "",
        "bigint",
        f"""
        DECLARE changed bigint;
        BEGIN
            {JOB_ONLY.format(name="tidy_creators")}
            DELETE FROM former_usernames AS f WHERE f.until <= now();
            UPDATE creators AS k SET last_active_at = newest.at FROM (
                SELECT c.owner_id, max(greatest(c.updated_at, c.published_at)) AS at FROM characters AS c
                WHERE c.deleted_at IS NULL GROUP BY c.owner_id
            ) AS newest
            WHERE newest.owner_id = k.user_id AND newest.at > coalesce(k.last_active_at, '-infinity');
            GET DIAGNOSTICS changed = ROW_COUNT;
            RETURN changed;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="when a creator changed something of theirs last, and usernames kept long enough; for jobs only",
    ),
)

CREATOR_FUNCTIONS: tuple[Function, ...] = (*_GRANTS, *_DIRECTORY, *_FIGURES, *POPULARITY_FUNCTIONS)
CREATOR_READS = frozenset(
    {"creators", "creator_standings", "former_usernames", "follows", "message_variants", "book_ratings"}
)
CREATOR_WRITES = frozenset({"creators", "characters"})
CREATOR_DELETES = frozenset({"former_usernames"})
