"""Characters, personas and conversations in full

Revision ID: 0003
Revises: 0002
Create Date: 2026-11-21 12:18:59.461463
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "troubles",
        sa.Column("channel_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("channel_id", "reason", name=op.f("pk_troubles")),
    )
    op.create_table(
        "profiles",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("nickname", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "pronouns",
            sa.Enum(
                "he_him",
                "she_her",
                "they_them",
                "he_they",
                "she_they",
                "any",
                "other",
                name="pronouns",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("custom_pronouns", sa.Text(), server_default="", nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(pronouns IS NOT DISTINCT FROM 'other') = (custom_pronouns <> '')",
            name=op.f("ck_profiles_own_pronouns_given"),
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_profiles_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_profiles")),
    )
    op.create_table(
        "personas",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "gender",
            sa.Enum(
                "male",
                "female",
                "non_binary",
                "unspecified",
                "other",
                name="personagender",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("age", sa.SmallInteger(), nullable=True),
        sa.Column(
            "pronouns",
            sa.Enum(
                "he_him",
                "she_her",
                "they_them",
                "he_they",
                "she_they",
                "any",
                "other",
                name="pronouns",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("custom_pronouns", sa.Text(), server_default="", nullable=False),
        sa.Column("appearance", sa.Text(), server_default="", nullable=False),
        sa.Column("picture_id", sa.Uuid(), nullable=True),
        sa.Column("preferred_topics", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("avoided_topics", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("custom_instructions", sa.Text(), server_default="", nullable=False),
        sa.Column("is_default", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(pronouns IS NOT DISTINCT FROM 'other') = (custom_pronouns <> '')",
            name=op.f("ck_personas_own_pronouns_given"),
        ),
        sa.CheckConstraint("name <> ''", name=op.f("ck_personas_name_given")),
        sa.CheckConstraint("age BETWEEN 1 AND 10000", name=op.f("ck_personas_age_in_range")),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["users.id"], name=op.f("fk_personas_owner_id_users"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["picture_id"], ["media.id"], name=op.f("fk_personas_picture_id_media"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_personas")),
    )
    op.create_index("ix_personas_owner_id", "personas", ["owner_id"], unique=False)
    op.create_index(op.f("ix_personas_picture_id"), "personas", ["picture_id"], unique=False)
    op.create_index(
        "uq_personas_default", "personas", ["owner_id"], unique=True, postgresql_where=sa.text("is_default")
    )
    op.create_table(
        "character_reactions",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("character_id", sa.Uuid(), nullable=False),
        sa.Column("liked", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("favorited", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("liked OR favorited", name=op.f("ck_character_reactions_says_something")),
        sa.ForeignKeyConstraint(
            ["character_id"],
            ["characters.id"],
            name=op.f("fk_character_reactions_character_id_characters"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_character_reactions_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "character_id", name=op.f("pk_character_reactions")),
    )
    op.create_index("ix_character_reactions_character_id", "character_reactions", ["character_id"], unique=False)
    op.create_table(
        "persona_choices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("persona_id", sa.Uuid(), nullable=True),
        sa.Column("chosen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_persona_choices_conversation_id_conversations"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["persona_id"], ["personas.id"], name=op.f("fk_persona_choices_persona_id_personas"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_persona_choices_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_persona_choices")),
    )
    op.create_index(op.f("ix_persona_choices_conversation_id"), "persona_choices", ["conversation_id"], unique=False)
    op.create_index("ix_persona_choices_newest", "persona_choices", ["user_id", "conversation_id", "id"], unique=False)
    op.create_index(op.f("ix_persona_choices_persona_id"), "persona_choices", ["persona_id"], unique=False)
    op.create_table(
        "place_settings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=True),
        sa.Column("character_id", sa.Uuid(), nullable=True),
        sa.Column("values", postgresql.JSONB(), nullable=False),
        sa.Column("updated_by", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("channel_id IS NULL OR character_id IS NULL", name=op.f("ck_place_settings_one_level")),
        sa.ForeignKeyConstraint(
            ["character_id"],
            ["characters.id"],
            name=op.f("fk_place_settings_character_id_characters"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["updated_by"], ["users.id"], name=op.f("fk_place_settings_updated_by_users"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place_settings")),
    )
    op.create_index(op.f("ix_place_settings_character_id"), "place_settings", ["character_id"], unique=False)
    op.create_index(op.f("ix_place_settings_updated_by"), "place_settings", ["updated_by"], unique=False)
    op.create_index(
        "uq_place_settings_level",
        "place_settings",
        ["guild_id", "channel_id", "character_id"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "ratings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("turn_id", sa.Uuid(), nullable=False),
        sa.Column("character_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("stars", sa.SmallInteger(), nullable=False),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("stars BETWEEN 1 AND 5", name=op.f("ck_ratings_one_to_five")),
        sa.ForeignKeyConstraint(
            ["character_id"], ["characters.id"], name=op.f("fk_ratings_character_id_characters"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["turn_id"], ["turns.id"], name=op.f("fk_ratings_turn_id_turns"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_ratings_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ratings")),
        sa.UniqueConstraint("turn_id", "user_id", name=op.f("uq_ratings_turn_id_user_id")),
    )
    op.create_index("ix_ratings_character_id", "ratings", ["character_id"], unique=False)
    op.create_index(op.f("ix_ratings_user_id"), "ratings", ["user_id"], unique=False)
    op.create_table(
        "message_attachments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("discord_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "image",
                "text",
                "voice",
                "file",
                "sticker",
                name="attachmentkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("mime", sa.Text(), nullable=True),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("alt", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name=op.f("fk_message_attachments_message_id_messages"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_attachments")),
        sa.UniqueConstraint("message_id", "number", name=op.f("uq_message_attachments_message_id_number")),
    )
    op.create_table(
        "message_edits",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "author", "panel", "continued", name="editreason", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("edited_by", sa.Uuid(), nullable=True),
        sa.Column("edited_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["edited_by"], ["users.id"], name=op.f("fk_message_edits_edited_by_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name=op.f("fk_message_edits_message_id_messages"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_edits")),
    )
    op.create_index(op.f("ix_message_edits_edited_by"), "message_edits", ["edited_by"], unique=False)
    op.create_index("ix_message_edits_message_id_id", "message_edits", ["message_id", "id"], unique=False)
    op.create_table(
        "message_reactions",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("emoji", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name=op.f("fk_message_reactions_message_id_messages"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_message_reactions_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("message_id", "user_id", "emoji", name=op.f("pk_message_reactions")),
    )
    op.create_index(op.f("ix_message_reactions_user_id"), "message_reactions", ["user_id"], unique=False)
    op.create_table(
        "recaps",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=True),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("tokens_in", sa.Integer(), nullable=True),
        sa.Column("tokens_out", sa.Integer(), nullable=True),
        sa.Column("cost_micros", sa.BigInteger(), nullable=True),
        sa.Column("price_source", sa.Text(), nullable=True),
        sa.Column("total_ms", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_recaps_conversation_id_conversations"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["made_by"], ["users.id"], name=op.f("fk_recaps_made_by_users"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recaps")),
    )
    op.create_index("ix_recaps_conversation_id_id", "recaps", ["conversation_id", "id"], unique=False)
    op.create_index(op.f("ix_recaps_made_by"), "recaps", ["made_by"], unique=False)
    op.create_table(
        "variant_prompts",
        sa.Column("variant_id", sa.Uuid(), nullable=False),
        sa.Column("asker_id", sa.Uuid(), nullable=False),
        sa.Column("messages", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["asker_id"], ["users.id"], name=op.f("fk_variant_prompts_asker_id_users"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["variant_id"],
            ["message_variants.id"],
            name=op.f("fk_variant_prompts_variant_id_message_variants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("variant_id", name=op.f("pk_variant_prompts")),
    )
    op.create_index(op.f("ix_variant_prompts_asker_id"), "variant_prompts", ["asker_id"], unique=False)
    op.create_index("ix_variant_prompts_created_at", "variant_prompts", ["created_at"], unique=False)
    op.add_column("characters", sa.Column("nickname", sa.Text(), server_default="", nullable=False))
    op.add_column(
        "characters",
        sa.Column(
            "gender",
            sa.Enum(
                "male",
                "female",
                "non_binary",
                "other",
                name="charactergender",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
    )
    op.add_column("characters", sa.Column("age", sa.SmallInteger(), nullable=True))
    op.add_column(
        "characters", sa.Column("traits", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False)
    )
    op.add_column(
        "characters",
        sa.Column("tags", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'::text[]"), nullable=False),
    )
    op.add_column("characters", sa.Column("provider", sa.Text(), nullable=True))
    op.add_column("characters", sa.Column("model", sa.Text(), nullable=True))
    op.add_column("characters", sa.Column("temperature", sa.Double(), nullable=True))
    op.add_column("characters", sa.Column("is_adult", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("characters", sa.Column("published_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("characters", sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_characters_deleted_at",
        "characters",
        ["deleted_at"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )
    op.create_index("ix_characters_tags", "characters", ["tags"], unique=False, postgresql_using="gin")
    op.add_column(
        "characters",
        sa.Column("search_words", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'::text[]"), nullable=False),
    )
    op.create_index(
        "ix_characters_search_words",
        "characters",
        [sa.literal_column("array_to_tsvector(search_words)")],
        unique=False,
        postgresql_using="gin",
        postgresql_where=sa.text("visibility = 'public' AND deleted_at IS NULL"),
    )
    op.create_index(
        "ix_characters_published_at",
        "characters",
        [sa.literal_column("published_at DESC")],
        unique=False,
        postgresql_where=sa.text("visibility = 'public' AND deleted_at IS NULL"),
    )
    op.add_column(
        "conversations",
        sa.Column(
            "via",
            sa.Enum(
                "webhook",
                "bot",
                "interaction",
                name="conversationvia",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="webhook",
            nullable=False,
        ),
    )
    op.add_column("conversations", sa.Column("title", sa.Text(), server_default="", nullable=False))
    op.add_column(
        "conversations",
        sa.Column("tags", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'::text[]"), nullable=False),
    )
    op.add_column("conversations", sa.Column("is_muted", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("participants", sa.Column("is_pinned", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column(
        "conversations",
        sa.Column("settings", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
    )
    op.add_column(
        "conversations",
        sa.Column("variables", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
    )
    op.add_column("conversations", sa.Column("summary", sa.Text(), server_default="", nullable=False))
    op.add_column("conversations", sa.Column("summarized_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("conversations", sa.Column("summarized_through", sa.Uuid(), nullable=True))
    op.add_column("conversations", sa.Column("recap_begun_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("conversations", sa.Column("forked_from", sa.Uuid(), nullable=True))
    op.create_index(op.f("ix_conversations_forked_from"), "conversations", ["forked_from"], unique=False)
    op.create_index(
        "uq_conversations_active_interaction",
        "conversations",
        ["channel_id", "owner_id"],
        unique=True,
        postgresql_where=sa.text("status = 'active' AND via = 'interaction'"),
    )
    op.create_foreign_key(
        op.f("fk_conversations_forked_from_conversations"),
        "conversations",
        "conversations",
        ["forked_from"],
        ["id"],
        ondelete="SET NULL",
    )
    op.add_column(
        "messages",
        sa.Column(
            "type",
            sa.Enum(
                "text",
                "image",
                "file",
                "code",
                "voice",
                "system",
                name="messagetype",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="text",
            nullable=False,
        ),
    )
    op.add_column("messages", sa.Column("speaker_name", sa.Text(), server_default="", nullable=False))
    op.add_column("messages", sa.Column("persona_id", sa.Uuid(), nullable=True))
    op.add_column("messages", sa.Column("reply_to_id", sa.Uuid(), nullable=True))
    op.add_column("messages", sa.Column("said_in", sa.BigInteger(), nullable=True))
    op.add_column(
        "messages",
        sa.Column(
            "sensitivity",
            sa.Enum(
                "public",
                "private",
                "confidential",
                name="messagesensitivity",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="private",
            nullable=False,
        ),
    )
    op.add_column("messages", sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_messages_persona_id"), "messages", ["persona_id"], unique=False)
    op.create_index(op.f("ix_messages_reply_to_id"), "messages", ["reply_to_id"], unique=False)
    op.create_foreign_key(
        op.f("fk_messages_persona_id_personas"), "messages", "personas", ["persona_id"], ["id"], ondelete="SET NULL"
    )
    op.create_foreign_key(
        op.f("fk_messages_reply_to_id_messages"), "messages", "messages", ["reply_to_id"], ["id"], ondelete="SET NULL"
    )
    op.add_column(
        "turns",
        sa.Column(
            "kind",
            sa.Enum(
                "reply",
                "greeting",
                "chance",
                "banter",
                name="turnkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="reply",
            nullable=False,
        ),
    )
    op.add_column(
        "turns",
        sa.Column(
            "priority",
            sa.Enum(
                "low", "normal", "high", "urgent", name="priority", native_enum=False, create_constraint=True, length=32
            ),
            server_default="normal",
            nullable=False,
        ),
    )
    op.add_column("turns", sa.Column("chain", sa.SmallInteger(), server_default=sa.text("1"), nullable=False))
    op.add_column(
        "turns",
        sa.Column(
            "rewording",
            sa.Enum("anew", "continued", "edited", "chosen", name="rewording", native_enum=False, create_constraint=True, length=32),
            nullable=True,
        ),
    )
    op.add_column("turns", sa.Column("rewording_by", sa.Uuid(), nullable=True))
    op.add_column("turns", sa.Column("answer_token_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("turns", sa.Column("has_controls", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.create_index(
        "ix_turns_controls", "turns", ["conversation_id"], unique=False, postgresql_where=sa.text("has_controls")
    )
    op.create_index(op.f("ix_turns_rewording_by"), "turns", ["rewording_by"], unique=False)
    op.create_foreign_key(
        op.f("fk_turns_rewording_by_users"), "turns", "users", ["rewording_by"], ["id"], ondelete="SET NULL"
    )
    # The demo's characters were public before there was a moment of publication.
    op.execute("UPDATE characters SET published_at = created_at WHERE visibility = 'public'")
    op.create_check_constraint(op.f("ck_characters_age_in_range"), "characters", "age BETWEEN 1 AND 200")
    op.create_check_constraint(op.f("ck_characters_temperature_in_range"), "characters", "temperature BETWEEN 0 AND 2")
    op.create_check_constraint(
        op.f("ck_conversations_bot_speaks_in_direct_messages"), "conversations", "(via = 'bot') <= (guild_id IS NULL)"
    )
    op.drop_index("uq_conversations_active_channel", table_name="conversations")
    op.create_index(
        "uq_conversations_active_channel",
        "conversations",
        ["channel_id"],
        unique=True,
        postgresql_where=sa.text("status = 'active' AND via <> 'interaction'"),
    )


def downgrade() -> None:
    """Take back."""
    # Where the bot is no member nothing could be said before; two such conversations may share a channel.
    op.execute("DELETE FROM conversations WHERE via <> 'webhook'")
    op.drop_index("uq_conversations_active_channel", table_name="conversations")
    op.create_index(
        "uq_conversations_active_channel",
        "conversations",
        ["channel_id"],
        unique=True,
        postgresql_where=sa.text("status = 'active'"),
    )
    for name in ("age_in_range", "temperature_in_range"):
        op.drop_constraint(op.f(f"ck_characters_{name}"), "characters", type_="check")
    op.drop_constraint(op.f("ck_conversations_bot_speaks_in_direct_messages"), "conversations", type_="check")
    op.drop_constraint(op.f("fk_turns_rewording_by_users"), "turns", type_="foreignkey")
    op.drop_index(op.f("ix_turns_rewording_by"), table_name="turns")
    op.drop_index("ix_turns_controls", table_name="turns", postgresql_where=sa.text("has_controls"))
    op.drop_column("turns", "has_controls")
    op.drop_column("turns", "answer_token_sealed")
    op.drop_column("turns", "rewording_by")
    op.drop_column("turns", "rewording")
    op.drop_column("turns", "chain")
    op.drop_column("turns", "priority")
    op.drop_column("turns", "kind")
    op.drop_constraint(op.f("fk_messages_reply_to_id_messages"), "messages", type_="foreignkey")
    op.drop_constraint(op.f("fk_messages_persona_id_personas"), "messages", type_="foreignkey")
    op.drop_index(op.f("ix_messages_reply_to_id"), table_name="messages")
    op.drop_index(op.f("ix_messages_persona_id"), table_name="messages")
    op.drop_column("messages", "edited_at")
    op.drop_column("messages", "sensitivity")
    op.drop_column("messages", "said_in")
    op.drop_column("messages", "reply_to_id")
    op.drop_column("messages", "persona_id")
    op.drop_column("messages", "speaker_name")
    op.drop_column("messages", "type")
    op.drop_constraint(op.f("fk_conversations_forked_from_conversations"), "conversations", type_="foreignkey")
    op.drop_index(
        "uq_conversations_active_interaction",
        table_name="conversations",
        postgresql_where=sa.text("status = 'active' AND via = 'interaction'"),
    )
    op.drop_index(op.f("ix_conversations_forked_from"), table_name="conversations")
    op.drop_column("conversations", "forked_from")
    op.drop_column("conversations", "recap_begun_at")
    op.drop_column("conversations", "summarized_through")
    op.drop_column("conversations", "summarized_at")
    op.drop_column("conversations", "summary")
    op.drop_column("conversations", "variables")
    op.drop_column("conversations", "settings")
    op.drop_column("participants", "is_pinned")
    op.drop_column("conversations", "is_muted")
    op.drop_column("conversations", "tags")
    op.drop_column("conversations", "title")
    op.drop_column("conversations", "via")
    op.drop_index("ix_characters_published_at", table_name="characters")
    op.drop_index("ix_characters_search_words", table_name="characters")
    op.drop_column("characters", "search_words")
    op.drop_index("ix_characters_tags", table_name="characters", postgresql_using="gin")
    op.drop_index(
        "ix_characters_deleted_at", table_name="characters", postgresql_where=sa.text("deleted_at IS NOT NULL")
    )
    op.drop_column("characters", "deleted_at")
    op.drop_column("characters", "published_at")
    op.drop_column("characters", "is_adult")
    op.drop_column("characters", "temperature")
    op.drop_column("characters", "model")
    op.drop_column("characters", "provider")
    op.drop_column("characters", "tags")
    op.drop_column("characters", "traits")
    op.drop_column("characters", "age")
    op.drop_column("characters", "gender")
    op.drop_column("characters", "nickname")
    op.drop_index("ix_variant_prompts_created_at", table_name="variant_prompts")
    op.drop_index(op.f("ix_variant_prompts_asker_id"), table_name="variant_prompts")
    op.drop_table("variant_prompts")
    op.drop_index(op.f("ix_recaps_made_by"), table_name="recaps")
    op.drop_index("ix_recaps_conversation_id_id", table_name="recaps")
    op.drop_table("recaps")
    op.drop_index(op.f("ix_message_reactions_user_id"), table_name="message_reactions")
    op.drop_table("message_reactions")
    op.drop_index("ix_message_edits_message_id_id", table_name="message_edits")
    op.drop_index(op.f("ix_message_edits_edited_by"), table_name="message_edits")
    op.drop_table("message_edits")
    op.drop_table("message_attachments")
    op.drop_index(op.f("ix_ratings_user_id"), table_name="ratings")
    op.drop_index("ix_ratings_character_id", table_name="ratings")
    op.drop_table("ratings")
    op.drop_index("uq_place_settings_level", table_name="place_settings", postgresql_nulls_not_distinct=True)
    op.drop_index(op.f("ix_place_settings_updated_by"), table_name="place_settings")
    op.drop_index(op.f("ix_place_settings_character_id"), table_name="place_settings")
    op.drop_table("place_settings")
    op.drop_index(op.f("ix_persona_choices_persona_id"), table_name="persona_choices")
    op.drop_index("ix_persona_choices_newest", table_name="persona_choices")
    op.drop_index(op.f("ix_persona_choices_conversation_id"), table_name="persona_choices")
    op.drop_table("persona_choices")
    op.drop_index("ix_character_reactions_character_id", table_name="character_reactions")
    op.drop_table("character_reactions")
    op.drop_index("uq_personas_default", table_name="personas", postgresql_where=sa.text("is_default"))
    op.drop_index(op.f("ix_personas_picture_id"), table_name="personas")
    op.drop_index("ix_personas_owner_id", table_name="personas")
    op.drop_table("personas")
    op.drop_table("profiles")
    op.drop_table("troubles")
