"""The first conversation

Revision ID: 0001
Revises:
Create Date: 2026-11-21 09:29:30.379289
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from db.server import install_vector

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Apply."""
    install_vector(op.get_bind())
    op.create_table(
        "channel_cursors",
        sa.Column("channel_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("last_message_id", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("channel_id", name=op.f("pk_channel_cursors")),
    )
    op.create_table(
        "command_syncs",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("synced_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_command_syncs")),
    )
    op.create_table(
        "faces",
        sa.Column("sha256", sa.CHAR(length=64), nullable=False),
        sa.Column("emoji_id", sa.BigInteger(), nullable=False),
        sa.Column("emoji_name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_faces")),
    )
    op.create_table(
        "inbox",
        sa.Column("message_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("heard", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "received",
                "claimed",
                "done",
                "dropped",
                name="inboxstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_inbox")),
    )
    op.create_index(op.f("ix_inbox_channel_id"), "inbox", ["channel_id"], unique=False)
    op.create_index("ix_inbox_done_at", "inbox", ["done_at"], unique=False)
    op.create_index(
        "ix_inbox_waiting",
        "inbox",
        ["message_id"],
        unique=False,
        postgresql_where=sa.text("state IN ('received', 'claimed')"),
    )
    op.create_table(
        "token_factors",
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("factor", sa.Double(), nullable=False),
        sa.Column("samples", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("factor > 0", name=op.f("ck_token_factors_factor_is_positive")),
        sa.PrimaryKeyConstraint("provider", "model", name=op.f("pk_token_factors")),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("discord_id", sa.BigInteger(), nullable=True),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("username <> ''", name=op.f("ck_users_username_given")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("discord_id", name=op.f("uq_users_discord_id")),
    )
    op.create_table(
        "webhooks",
        sa.Column("channel_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=True),
        sa.Column("webhook_id", sa.BigInteger(), nullable=False),
        sa.Column("token_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("channel_id", name=op.f("pk_webhooks")),
    )
    op.create_table(
        "conversations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=True),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("webhook_channel_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "single",
                "multi",
                "group",
                name="conversationkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "active", "archived", name="conversationstatus", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_activity_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["users.id"], name=op.f("fk_conversations_owner_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
    )
    op.create_index("ix_conversations_owner_id", "conversations", ["owner_id"], unique=False)
    op.create_index(
        "uq_conversations_active_channel",
        "conversations",
        ["channel_id"],
        unique=True,
        postgresql_where=sa.text("status = 'active'"),
    )
    op.create_table(
        "media",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.CHAR(length=64), nullable=False),
        sa.Column("mime", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_media_sha256_is_hex")),
        sa.CheckConstraint("size_bytes > 0", name=op.f("ck_media_size_is_positive")),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_media_owner_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media")),
        sa.UniqueConstraint("owner_id", "sha256", name=op.f("uq_media_owner_id_sha256")),
    )
    op.create_index(op.f("ix_media_sha256"), "media", ["sha256"], unique=False)
    op.create_table(
        "characters",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(collation="C"), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("system_prompt", sa.Text(), server_default="", nullable=False),
        sa.Column("greeting", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "examples", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False
        ),
        sa.Column("phrases", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'::text[]"), nullable=False),
        sa.Column("picture_id", sa.Uuid(), nullable=True),
        sa.Column(
            "visibility",
            sa.Enum(
                "private", "shared", "public", name="visibility", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("is_demo", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_characters_name_given")),
        sa.CheckConstraint("slug <> '' AND slug = lower(slug)", name=op.f("ck_characters_slug_is_lower")),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["users.id"], name=op.f("fk_characters_owner_id_users"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["picture_id"], ["media.id"], name=op.f("fk_characters_picture_id_media"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_characters")),
        sa.UniqueConstraint("owner_id", "slug", name=op.f("uq_characters_owner_id_slug")),
    )
    op.create_index(op.f("ix_characters_picture_id"), "characters", ["picture_id"], unique=False)
    op.create_index(
        "ix_characters_public_slug",
        "characters",
        ["slug"],
        unique=False,
        postgresql_where=sa.text("visibility = 'public'"),
    )
    op.create_table(
        "participants",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("character_id", sa.Uuid(), nullable=True),
        sa.Column("invited_by", sa.Uuid(), nullable=True),
        sa.Column(
            "role",
            sa.Enum(
                "primary",
                "secondary",
                "moderator",
                name="participantrole",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("joined_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(user_id IS NULL) <> (character_id IS NULL)", name=op.f("ck_participants_either_user_or_character")
        ),
        sa.ForeignKeyConstraint(
            ["character_id"],
            ["characters.id"],
            name=op.f("fk_participants_character_id_characters"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_participants_conversation_id_conversations"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["invited_by"], ["users.id"], name=op.f("fk_participants_invited_by_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_participants_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participants")),
    )
    op.create_index(op.f("ix_participants_character_id"), "participants", ["character_id"], unique=False)
    op.create_index(op.f("ix_participants_conversation_id"), "participants", ["conversation_id"], unique=False)
    op.create_index(op.f("ix_participants_invited_by"), "participants", ["invited_by"], unique=False)
    op.create_index(op.f("ix_participants_user_id"), "participants", ["user_id"], unique=False)
    op.create_index(
        "uq_participants_present_character",
        "participants",
        ["conversation_id", "character_id"],
        unique=True,
        postgresql_where=sa.text("left_at IS NULL AND character_id IS NOT NULL"),
    )
    op.create_index(
        "uq_participants_present_user",
        "participants",
        ["conversation_id", "user_id"],
        unique=True,
        postgresql_where=sa.text("left_at IS NULL AND user_id IS NOT NULL"),
    )
    op.create_table(
        "turns",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("character_id", sa.Uuid(), nullable=False),
        sa.Column("asker_id", sa.Uuid(), nullable=False),
        sa.Column("trigger_message_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "claimed",
                "generated",
                "sent",
                "failed",
                "cancelled",
                "unknown",
                name="turnstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("boot_id", sa.Uuid(), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("stopped", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("generated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["asker_id"], ["users.id"], name=op.f("fk_turns_asker_id_users"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["character_id"], ["characters.id"], name=op.f("fk_turns_character_id_characters"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_turns_conversation_id_conversations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_turns")),
        sa.UniqueConstraint(
            "trigger_message_id", "character_id", name=op.f("uq_turns_trigger_message_id_character_id")
        ),
    )
    op.create_index(op.f("ix_turns_asker_id"), "turns", ["asker_id"], unique=False)
    op.create_index(op.f("ix_turns_character_id"), "turns", ["character_id"], unique=False)
    op.create_index("ix_turns_conversation_id_id", "turns", ["conversation_id", "id"], unique=False)
    op.create_index(
        "ix_turns_unfinished",
        "turns",
        ["state"],
        unique=False,
        postgresql_where=sa.text("state IN ('claimed', 'generated', 'unknown')"),
    )
    op.create_table(
        "messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("turn_id", sa.Uuid(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "user",
                "character",
                "greeting",
                "system",
                name="messagekind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("character_id", sa.Uuid(), nullable=True),
        sa.Column("discord_message_id", sa.BigInteger(), nullable=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("chosen_variant", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["users.id"], name=op.f("fk_messages_author_id_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["character_id"], ["characters.id"], name=op.f("fk_messages_character_id_characters"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_messages_conversation_id_conversations"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["turn_id"], ["turns.id"], name=op.f("fk_messages_turn_id_turns"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
    )
    op.create_index(op.f("ix_messages_author_id"), "messages", ["author_id"], unique=False)
    op.create_index(op.f("ix_messages_character_id"), "messages", ["character_id"], unique=False)
    op.create_index("ix_messages_conversation_id_id", "messages", ["conversation_id", "id"], unique=False)
    op.create_index(op.f("ix_messages_turn_id"), "messages", ["turn_id"], unique=False)
    op.create_index(
        "uq_messages_discord_message_id",
        "messages",
        ["discord_message_id", "conversation_id"],
        unique=True,
        postgresql_where=sa.text("discord_message_id IS NOT NULL"),
    )
    op.create_table(
        "turn_parts",
        sa.Column("turn_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "opening", "opened", "sent", name="partstate", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["turn_id"], ["turns.id"], name=op.f("fk_turn_parts_turn_id_turns"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("turn_id", "number", name=op.f("pk_turn_parts")),
    )
    op.create_index(op.f("ix_turn_parts_message_id"), "turn_parts", ["message_id"], unique=False)
    op.create_table(
        "message_variants",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("tokens_in", sa.Integer(), nullable=True),
        sa.Column("tokens_out", sa.Integer(), nullable=True),
        sa.Column("cost_micros", sa.BigInteger(), nullable=True),
        sa.Column("price_source", sa.Text(), nullable=True),
        sa.Column("finish_reason", sa.Text(), nullable=False),
        sa.Column("first_token_ms", sa.Integer(), nullable=True),
        sa.Column("total_ms", sa.Integer(), nullable=True),
        sa.Column(
            "prompt_parts",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name=op.f("fk_message_variants_message_id_messages"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_variants")),
        sa.UniqueConstraint("message_id", "number", name=op.f("uq_message_variants_message_id_number")),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("message_variants")
    op.drop_index(op.f("ix_turn_parts_message_id"), table_name="turn_parts")
    op.drop_table("turn_parts")
    op.drop_index(
        "uq_messages_discord_message_id",
        table_name="messages",
        postgresql_where=sa.text("discord_message_id IS NOT NULL"),
    )
    op.drop_index(op.f("ix_messages_turn_id"), table_name="messages")
    op.drop_index("ix_messages_conversation_id_id", table_name="messages")
    op.drop_index(op.f("ix_messages_character_id"), table_name="messages")
    op.drop_index(op.f("ix_messages_author_id"), table_name="messages")
    op.drop_table("messages")
    op.drop_index(
        "ix_turns_unfinished",
        table_name="turns",
        postgresql_where=sa.text("state IN ('claimed', 'generated', 'unknown')"),
    )
    op.drop_index("ix_turns_conversation_id_id", table_name="turns")
    op.drop_index(op.f("ix_turns_character_id"), table_name="turns")
    op.drop_index(op.f("ix_turns_asker_id"), table_name="turns")
    op.drop_table("turns")
    op.drop_index(
        "uq_participants_present_user",
        table_name="participants",
        postgresql_where=sa.text("left_at IS NULL AND user_id IS NOT NULL"),
    )
    op.drop_index(
        "uq_participants_present_character",
        table_name="participants",
        postgresql_where=sa.text("left_at IS NULL AND character_id IS NOT NULL"),
    )
    op.drop_index(op.f("ix_participants_invited_by"), table_name="participants")
    op.drop_index(op.f("ix_participants_user_id"), table_name="participants")
    op.drop_index(op.f("ix_participants_conversation_id"), table_name="participants")
    op.drop_index(op.f("ix_participants_character_id"), table_name="participants")
    op.drop_table("participants")
    op.drop_index(
        "ix_characters_public_slug", table_name="characters", postgresql_where=sa.text("visibility = 'public'")
    )
    op.drop_index(op.f("ix_characters_picture_id"), table_name="characters")
    op.drop_table("characters")
    op.drop_index(op.f("ix_media_sha256"), table_name="media")
    op.drop_table("media")
    op.drop_index(
        "uq_conversations_active_channel", table_name="conversations", postgresql_where=sa.text("status = 'active'")
    )
    op.drop_index("ix_conversations_owner_id", table_name="conversations")
    op.drop_table("conversations")
    op.drop_table("webhooks")
    op.drop_table("users")
    op.drop_table("token_factors")
    op.drop_index("ix_inbox_waiting", table_name="inbox", postgresql_where=sa.text("state IN ('received', 'claimed')"))
    op.drop_index("ix_inbox_done_at", table_name="inbox")
    op.drop_index(op.f("ix_inbox_channel_id"), table_name="inbox")
    op.drop_table("inbox")
    op.drop_table("faces")
    op.drop_table("command_syncs")
    op.drop_table("channel_cursors")
