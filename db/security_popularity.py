"""The numbers by which directories are sorted, kept by triggers as people like, rate and follow."""

from __future__ import annotations

from db.security_function import Function, Trigger

POPULARITY_FUNCTIONS: tuple[Function, ...] = (
    Function(
        "popularity_kept",
        "",
        "trigger",
        """
        BEGIN
            IF TG_OP = 'INSERT' THEN
                UPDATE characters AS c SET popularity = c.popularity + 1 WHERE c.id = NEW.character_id;
            ELSE
                UPDATE characters AS c SET popularity = c.popularity - 1 WHERE c.id = OLD.character_id;
            END IF;
            RETURN NULL;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="who likes a character may not change it; this number of it follows what they did",
        is_internal=True,
    ),
    Function(
        "rating_kept",
        "",
        "trigger",
        """
        DECLARE
            rated uuid := CASE TG_OP WHEN 'DELETE' THEN OLD.character_id ELSE NEW.character_id END;
        BEGIN
            UPDATE characters AS c SET rating = coalesce((
                SELECT round(avg(r.stars) * 10000) FROM ratings AS r WHERE r.character_id = rated
                HAVING count(DISTINCT r.user_id) >= 3
            ), 0) WHERE c.id = rated;
            RETURN NULL;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="as popularity_kept; an average of at least three people tells of none of them",
        is_internal=True,
    ),
    Function(
        "followers_kept",
        "",
        "trigger",
        """
        BEGIN
            IF TG_OP = 'INSERT' THEN
                UPDATE creators AS k SET followers = k.followers + 1 WHERE k.id = NEW.creator_id;
            ELSE
                UPDATE creators AS k SET followers = k.followers - 1 WHERE k.id = OLD.creator_id;
            END IF;
            RETURN NULL;
        END
        """,
        language="plpgsql",
        volatility="VOLATILE",
        definer_reason="as popularity_kept; who follows stays with each person",
        is_internal=True,
    ),
)
POPULARITY_TRIGGERS = (
    Trigger("popularity_kept", "character_reactions", "AFTER INSERT OR DELETE", "FOR EACH ROW", "popularity_kept"),
    Trigger("rating_kept", "ratings", "AFTER INSERT OR UPDATE OR DELETE", "FOR EACH ROW", "rating_kept"),
    Trigger("followers_kept", "follows", "AFTER INSERT OR DELETE", "FOR EACH ROW", "followers_kept"),
)
