"""The reviewed SQL functions of oversight: who is kept out, what staff may see and decide beyond the policies, sums.

Staff never see personas, private conversations or keys: nothing here reads those tables but to count their rows.
"""

# ruff: noqa: S608 - every statement here is made of constants of this module
from __future__ import annotations

from db.security_function import JOB_ONLY, Function

STAFF_ONLY = """
            IF NOT actor_is_staff() THEN
                RAISE EXCEPTION '% is for staff', '{name}' USING ERRCODE = 'insufficient_privilege';
            END IF;
"""
"""The first statement of a function that only active moderators and admins may call."""

ADMIN_ONLY = """
            IF NOT actor_is_admin() THEN
                RAISE EXCEPTION '% is for admins', '{name}' USING ERRCODE = 'insufficient_privilege';
            END IF;
"""

# What staff may look at although it is not public: somebody asked for it to be published, or reported it.
_LOOKED_AT = """
    EXISTS (SELECT 1 FROM publication_requests AS p WHERE p.{column} = one AND p.state = 'open')
    OR EXISTS (SELECT 1 FROM reports AS r WHERE r.kind = '{kind}' AND r.target_id = one::text
               AND r.state IN ('open', 'taken'))
"""

OVERSIGHT_READS = frozenset(
    {"standings", "publication_requests", "reports", "sessions", "logins", "api_tokens", "message_variants", "recaps"}
    | {"audit_log", "audit_details", "audit_batches", "audit_seals", "payments", "transfers", "creators"}
)
OVERSIGHT_WRITES = frozenset(
    {"standings", "sessions", "publication_requests", "reports", "characters", "lore_books", "creators"}
    | {"audit_details"}
)
OVERSIGHT_DELETES = frozenset({"reports"})

OVERSIGHT_FUNCTIONS: tuple[Function, ...] = (
    Function(
        "blocked_people",
        "only_user uuid",
        "TABLE (user_id uuid, discord_id bigint, status text, reason text, suspended_until timestamptz)",
        f"""
        BEGIN
            {JOB_ONLY.format(name="blocked_people")}
            RETURN QUERY
            SELECT s.user_id, u.discord_id, s.status::text, s.reason, s.suspended_until
            FROM standings AS s JOIN users AS u ON u.id = s.user_id
            WHERE (only_user IS NULL OR s.user_id = only_user) AND s.status <> 'active'
              AND (s.suspended_until IS NULL OR s.suspended_until > now());
        END
        """,
        language="plpgsql",
        definer_reason="the index in memory of who may not take part, asked about everything anybody does; for jobs",
    ),
    Function(
        "put_standing",
        "person uuid, new_role text, new_status text, why text, until timestamptz",
        "bigint",
        """
        DECLARE me uuid := actor_user(); was standings%ROWTYPE; ended bigint := 0;
        BEGIN
            IF actor_kind() <> 'job' AND NOT actor_is_staff() THEN
                RAISE EXCEPTION 'put_standing is for staff and jobs' USING ERRCODE = 'insufficient_privilege';
            END IF;
            PERFORM pg_advisory_xact_lock(hashtext('botcafe standings'));
            SELECT * INTO was FROM standings AS s WHERE s.user_id = person FOR UPDATE;
            IF NOT FOUND THEN
                was.role := 'user'; was.status := 'active';
            END IF;
            IF actor_kind() <> 'job' THEN
                IF person = me THEN
                    RAISE EXCEPTION 'nobody decides about themselves' USING ERRCODE = 'insufficient_privilege';
                END IF;
                -- Moderators suspend members and lift it; roles, bans and other staff are for admins.
                IF NOT actor_is_admin() AND (was.role <> 'user' OR new_role <> 'user' OR new_status = 'banned'
                                             OR was.status = 'banned') THEN
                    RAISE EXCEPTION 'only an admin may decide that' USING ERRCODE = 'insufficient_privilege';
                END IF;
            END IF;
            INSERT INTO standings AS s (user_id, role, status, reason, suspended_until, updated_by)
            VALUES (person, new_role, new_status, why, until, me)
            ON CONFLICT (user_id) DO UPDATE SET role = excluded.role, status = excluded.status,
                reason = excluded.reason, suspended_until = excluded.suspended_until,
                updated_by = excluded.updated_by, updated_at = now();
            IF new_status <> 'active' OR new_role <> was.role THEN
                UPDATE sessions AS s SET revoked_at = now() WHERE s.user_id = person AND s.revoked_at IS NULL;
                GET DIAGNOSTICS ended = ROW_COUNT;
            END IF;
            RETURN ended;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="moderators may suspend, and whoever is blocked or gets a role signs in anew; tells how many",
    ),
    Function(
        "crown",
        "person uuid, new_role text",
        "text",
        f"""
        DECLARE was text;
        BEGIN
            {JOB_ONLY.format(name="crown")}
            PERFORM pg_advisory_xact_lock(hashtext('botcafe standings'));
            SELECT s.role INTO was FROM standings AS s WHERE s.user_id = person FOR UPDATE;
            INSERT INTO standings AS s (user_id, role) VALUES (person, new_role)
            ON CONFLICT (user_id) DO UPDATE SET role = excluded.role, updated_at = now()
                WHERE s.role <> excluded.role;
            IF coalesce(was, 'user') <> new_role THEN
                UPDATE sessions AS s SET revoked_at = now() WHERE s.user_id = person AND s.revoked_at IS NULL;
            END IF;
            RETURN coalesce(was, 'user');
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="the operator's word, from settings and the command line, makes the first admin; for jobs only",
    ),
    Function(
        "role_holders",
        "",
        "TABLE (user_id uuid, discord_id bigint, username text, role text, status text)",
        f"""
        BEGIN
            {JOB_ONLY.format(name="role_holders")}
            RETURN QUERY
            SELECT u.id, u.discord_id, u.username::text, s.role::text, s.status::text
            FROM standings AS s JOIN users AS u ON u.id = s.user_id
            WHERE s.role <> 'user' ORDER BY s.role, u.username;
        END
        """,
        language="plpgsql",
        definer_reason="tells the operator at the command line who is staff; for jobs only",
    ),
    Function(
        "people_named",
        "begins text, most integer",
        "SETOF uuid",
        f"""
        BEGIN
            {STAFF_ONLY.format(name="people_named")}
            RETURN QUERY
            SELECT u.id FROM users AS u WHERE lower(u.username) LIKE begins
            UNION SELECT u.id FROM users AS u WHERE lower(u.display_name) LIKE begins
            LIMIT most;
        END
        """,
        language="plpgsql",
        definer_reason="behind a policy Postgres finds no name by an index; ids of people whom staff may see anyway",
    ),
    Function(
        "person_for_staff",
        "person uuid",
        "TABLE (characters bigint, public_characters bigint, books bigint, public_books bigint, conversations bigint,"
        " turns_30_days bigint, last_turn_at timestamptz, sessions_open bigint, login_count bigint,"
        " last_login_at timestamptz, last_ip text, tokens bigint)",
        f"""
        BEGIN
            {STAFF_ONLY.format(name="person_for_staff")}
            RETURN QUERY SELECT
                (SELECT count(*) FROM characters AS c WHERE c.owner_id = person AND c.deleted_at IS NULL),
                (SELECT count(*) FROM characters AS c WHERE c.owner_id = person AND c.deleted_at IS NULL
                 AND c.visibility = 'public'),
                (SELECT count(*) FROM lore_books AS b WHERE b.owner_id = person AND b.deleted_at IS NULL),
                (SELECT count(*) FROM lore_books AS b WHERE b.owner_id = person AND b.deleted_at IS NULL
                 AND b.visibility = 'public'),
                (SELECT count(*) FROM conversations AS v WHERE v.owner_id = person),
                (SELECT count(*) FROM turns AS t
                 WHERE t.asker_id = person AND t.claimed_at > now() - interval '30 days'),
                (SELECT max(t.claimed_at) FROM turns AS t WHERE t.asker_id = person),
                (SELECT count(*) FROM sessions AS s WHERE s.user_id = person AND s.revoked_at IS NULL
                 AND s.idle_until > now() AND s.ends_at > now()),
                (SELECT count(*) FROM logins AS l WHERE l.user_id = person AND l.failure IS NULL),
                (SELECT max(l.created_at) FROM logins AS l WHERE l.user_id = person AND l.failure IS NULL),
                (SELECT l.ip FROM logins AS l WHERE l.user_id = person AND l.failure IS NULL
                 ORDER BY l.created_at DESC LIMIT 1),
                (SELECT count(*) FROM api_tokens AS k WHERE k.user_id = person AND k.revoked_at IS NULL
                 AND (k.expires_at IS NULL OR k.expires_at > now()));
        END
        """,
        language="plpgsql",
        definer_reason="what staff must know to judge an account: counts, times, the last address; no word of theirs",
    ),
    Function(
        "character_for_staff",
        "one uuid",
        "TABLE (id uuid, owner_id uuid, name text, description text, system_prompt text, definition text,"
        " personality text, scenario text, greetings text[], tags text[], is_adult boolean, visibility text,"
        " picture_sha256 text, deleted_at timestamptz, created_at timestamptz, updated_at timestamptz)",
        f"""
        BEGIN
            {STAFF_ONLY.format(name="character_for_staff")}
            RETURN QUERY
            SELECT c.id, c.owner_id, c.name, c.description, c.system_prompt, c.definition, c.personality, c.scenario,
                   array_prepend(c.greeting, c.other_greetings), c.tags, c.is_adult, c.visibility::text,
                   m.sha256::text, c.deleted_at, c.created_at, c.updated_at
            FROM characters AS c LEFT JOIN media AS m ON m.id = c.picture_id
            WHERE c.id = one
              AND (c.visibility = 'public' OR {_LOOKED_AT.format(column="character_id", kind="character")});
        END
        """,
        language="plpgsql",
        definer_reason="what is public, waits to be or was reported is judged by staff; a private one is not shown",
    ),
    Function(
        "book_for_staff",
        "one uuid",
        "TABLE (id uuid, owner_id uuid, name text, description text, code text, category text, tags text[],"
        " visibility text, entry_count integer, token_count integer, is_curated boolean, is_featured boolean,"
        " created_at timestamptz, updated_at timestamptz)",
        f"""
        BEGIN
            {STAFF_ONLY.format(name="book_for_staff")}
            RETURN QUERY
            SELECT b.id, b.owner_id, b.name, b.description, b.code, b.category::text, b.tags, b.visibility::text,
                   b.entry_count, b.token_count, b.is_curated, b.is_featured, b.created_at,
                   b.updated_at
            FROM lore_books AS b
            WHERE b.id = one AND b.deleted_at IS NULL
              AND (b.visibility = 'public' OR {_LOOKED_AT.format(column="book_id", kind="book")});
        END
        """,
        language="plpgsql",
        definer_reason="as character_for_staff",
    ),
    Function(
        "book_entries_for_staff",
        "one uuid, after_number integer, most integer",
        "TABLE (number integer, name text, content text)",
        f"""
        BEGIN
            {STAFF_ONLY.format(name="book_entries_for_staff")}
            RETURN QUERY
            SELECT e.number, e.name, e.content
            FROM lore_entries AS e JOIN lore_books AS b ON b.id = e.book_id
            WHERE b.id = one AND b.deleted_at IS NULL AND e.number > after_number
              AND (b.visibility = 'public' OR {_LOOKED_AT.format(column="book_id", kind="book")})
            ORDER BY e.number LIMIT most;
        END
        """,
        language="plpgsql",
        definer_reason="as character_for_staff",
    ),
    Function(
        "decide_publication",
        "one_request uuid, verdict text, told text",
        "TABLE (user_id uuid, book_id uuid, character_id uuid)",
        f"""
        BEGIN
            {STAFF_ONLY.format(name="decide_publication")}
            IF NOT actor_is_admin() AND EXISTS (SELECT FROM publication_requests AS p
                    WHERE p.id = one_request AND p.user_id = actor_user()) THEN
                RAISE EXCEPTION 'moderators publish nothing of their own' USING ERRCODE = 'insufficient_privilege';
            END IF;
            RETURN QUERY
            WITH decided AS (
                UPDATE publication_requests AS p
                SET state = verdict, answer = told, decided_by = actor_user(), decided_at = now()
                WHERE p.id = one_request AND p.state = 'open' AND verdict IN ('granted', 'declined')
                RETURNING p.user_id, p.book_id, p.character_id
            ), books AS (
                UPDATE lore_books AS b SET visibility = 'public', version = b.version + 1, updated_at = now()
                FROM decided AS d WHERE b.id = d.book_id AND verdict = 'granted' AND b.deleted_at IS NULL
            ), shown AS (
                UPDATE characters AS c SET visibility = 'public', published_at = now(), updated_at = now()
                FROM decided AS d WHERE c.id = d.character_id AND verdict = 'granted' AND c.deleted_at IS NULL
            )
            SELECT d.user_id, d.book_id, d.character_id FROM decided AS d;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="only staff make public what its owner asked them to; nothing else of it is changed",
    ),
    Function(
        "withdraw_publication",
        "what text, one uuid",
        "uuid",
        f"""
        DECLARE owner uuid;
        BEGIN
            {STAFF_ONLY.format(name="withdraw_publication")}
            IF what = 'character' THEN
                UPDATE characters AS c SET visibility = 'private', published_at = NULL, updated_at = now()
                WHERE c.id = one AND c.visibility = 'public' RETURNING c.owner_id INTO owner;
            ELSIF what = 'book' THEN
                UPDATE lore_books AS b SET visibility = 'private', version = b.version + 1, updated_at = now()
                WHERE b.id = one AND b.visibility = 'public' RETURNING b.owner_id INTO owner;
            ELSIF what = 'creator' THEN
                UPDATE creators AS k SET visibility = 'private', updated_at = now()
                WHERE k.id = one AND k.visibility <> 'private' RETURNING k.user_id INTO owner;
            END IF;
            RETURN owner;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="staff take back what should not be public; its owner keeps it, private, with every word",
    ),
    Function(
        "withdraw_everything_of",
        "person uuid",
        "bigint",
        f"""
        DECLARE one bigint; taken bigint := 0;
        BEGIN
            {STAFF_ONLY.format(name="withdraw_everything_of")}
            IF NOT actor_is_admin() AND person <> actor_user() AND EXISTS (SELECT FROM standings AS s
                    WHERE s.user_id = person AND s.role <> 'user') THEN
                RAISE EXCEPTION 'only an admin may decide that' USING ERRCODE = 'insufficient_privilege';
            END IF;
            UPDATE characters AS c SET visibility = 'private', published_at = NULL, updated_at = now()
            WHERE c.owner_id = person AND c.visibility = 'public';
            GET DIAGNOSTICS one = ROW_COUNT; taken := taken + one;
            UPDATE lore_books AS b SET visibility = 'private', version = b.version + 1, updated_at = now()
            WHERE b.owner_id = person AND b.visibility = 'public';
            GET DIAGNOSTICS one = ROW_COUNT; taken := taken + one;
            UPDATE creators AS k SET visibility = 'private', updated_at = now()
            WHERE k.user_id = person AND k.visibility <> 'private';
            GET DIAGNOSTICS one = ROW_COUNT; taken := taken + one;
            UPDATE publication_requests AS p SET state = 'declined', decided_by = actor_user(), decided_at = now()
            WHERE p.user_id = person AND p.state = 'open';
            RETURN taken;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="as withdraw_publication, for all of a person who is banned; tells how many",
    ),
    Function(
        "file_report",
        "new_id uuid, what text, target text, why text, told text, shown text, at_link text, message bigint",
        "uuid",
        """
        DECLARE me uuid := actor_user(); about uuid; subject text := what; of_target text := target; found uuid;
        BEGIN
            IF me IS NULL THEN
                RAISE EXCEPTION 'file_report is for people' USING ERRCODE = 'insufficient_privilege';
            END IF;
            -- A line that a character said is about that character, and so about who made it.
            IF subject = 'message' AND message IS NOT NULL THEN
                SELECT c.owner_id INTO about FROM turn_parts AS p JOIN turns AS t ON t.id = p.turn_id
                JOIN characters AS c ON c.id = t.character_id WHERE p.message_id = message LIMIT 1;
                IF about IS NULL AND of_target ~ '^[0-9]{1,19}$' THEN
                    SELECT u.id INTO about FROM users AS u WHERE u.discord_id = of_target::numeric;
                END IF;
            ELSIF subject = 'character' THEN
                SELECT c.owner_id INTO about FROM characters AS c WHERE c.id = of_target::uuid
                AND (c.visibility = 'public' OR c.owner_id = me
                     OR EXISTS (SELECT 1 FROM participants AS p WHERE p.character_id = c.id
                                AND p.conversation_id IN (SELECT my_conversations())));
            ELSIF subject = 'book' THEN
                SELECT b.owner_id INTO about FROM lore_books AS b WHERE b.id = of_target::uuid
                AND (b.visibility = 'public' OR b.id IN (SELECT readable_lore_books()));
            ELSIF subject = 'creator' THEN
                SELECT k.user_id INTO about FROM creators AS k WHERE k.id = of_target::uuid
                AND k.visibility <> 'private';
            END IF;
            IF about IS NULL AND subject NOT IN ('message', 'person') THEN
                RETURN NULL;
            END IF;
            SELECT r.id INTO found FROM reports AS r WHERE r.reporter_id = me AND r.kind = subject
            AND r.target_id = of_target AND r.link = at_link AND r.state IN ('open', 'taken') LIMIT 1;
            IF found IS NOT NULL THEN
                RETURN found;
            END IF;
            INSERT INTO reports (id, reporter_id, kind, target_id, about_user_id, reason, words, excerpt, link)
            VALUES (new_id, me, subject, of_target, about, why, told, shown, at_link);
            RETURN new_id;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="a report tells staff whom it is about, which who reports may not know; gives out its id only",
    ),
    Function(
        "purge_reports",
        "before timestamptz",
        "bigint",
        f"""
        DECLARE gone bigint;
        BEGIN
            {JOB_ONLY.format(name="purge_reports")}
            DELETE FROM reports AS r WHERE r.state IN ('resolved', 'dismissed') AND r.handled_at < before;
            GET DIAGNOSTICS gone = ROW_COUNT;
            RETURN gone;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="a closed report holds words of others and is kept for a stated time; for jobs only",
    ),
)
