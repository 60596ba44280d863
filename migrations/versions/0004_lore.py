"""Lore books, entries, attachments, grants, activations and chunks; what cards know of characters

Revision ID: 0004
Revises: 0003
Create Date: 2026-11-21 18:31:43.467655
"""

from __future__ import annotations

import pgvector.sqlalchemy
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "lore_books",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "category",
            sa.Enum(
                "general",
                "memories",
                "reference",
                "worldbuilding",
                name="bookcategory",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="general",
            nullable=False,
        ),
        sa.Column(
            "difficulty",
            sa.Enum(
                "beginner",
                "intermediate",
                "advanced",
                name="difficulty",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("tags", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'::text[]"), nullable=False),
        sa.Column(
            "visibility",
            sa.Enum(
                "private", "shared", "public", name="visibility", native_enum=False, create_constraint=True, length=32
            ),
            server_default="private",
            nullable=False,
        ),
        sa.Column("shared_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("password_hash", sa.LargeBinary(), nullable=True),
        sa.Column("allow_fork", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("allow_collaboration", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("accepts_requests", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("is_curated", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("is_featured", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("curator_notes", sa.Text(), server_default="", nullable=False),
        sa.Column("forked_from", sa.Uuid(), nullable=True),
        sa.Column("character_id", sa.Uuid(), nullable=True),
        sa.Column("settings", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("last_number", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("entry_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("token_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("size_bytes", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("view_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("fork_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_viewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source_format", sa.Text(), nullable=True),
        sa.Column(
            "raw", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("code ~ '^[a-z0-9]{8}$'", name=op.f("ck_lore_books_code_is_short")),
        sa.CheckConstraint("name <> ''", name=op.f("ck_lore_books_name_given")),
        sa.ForeignKeyConstraint(
            ["character_id"], ["characters.id"], name=op.f("fk_lore_books_character_id_characters"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["forked_from"], ["lore_books.id"], name=op.f("fk_lore_books_forked_from_lore_books"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["users.id"], name=op.f("fk_lore_books_owner_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lore_books")),
        sa.UniqueConstraint("code", name=op.f("uq_lore_books_code")),
    )
    op.create_index(op.f("ix_lore_books_character_id"), "lore_books", ["character_id"], unique=False)
    op.create_index(
        "ix_lore_books_deleted_at",
        "lore_books",
        ["deleted_at"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )
    op.create_index(op.f("ix_lore_books_forked_from"), "lore_books", ["forked_from"], unique=False)
    op.create_index("ix_lore_books_owner_id_name", "lore_books", ["owner_id", "name"], unique=False)
    op.create_index(
        "ix_lore_books_public",
        "lore_books",
        ["name"],
        unique=False,
        postgresql_where=sa.text("visibility = 'public' AND deleted_at IS NULL"),
    )
    op.create_table(
        "grants",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("book_id", sa.Uuid(), nullable=False),
        sa.Column(
            "permission",
            sa.Enum("read", "write", "admin", name="permission", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "asked",
                "active",
                "declined",
                "revoked",
                name="grantstatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="active",
            nullable=False,
        ),
        sa.Column("is_asking", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("message", sa.Text(), server_default="", nullable=False),
        sa.Column("granted_by", sa.Uuid(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["book_id"], ["lore_books.id"], name=op.f("fk_grants_book_id_lore_books"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["granted_by"], ["users.id"], name=op.f("fk_grants_granted_by_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["revoked_by"], ["users.id"], name=op.f("fk_grants_revoked_by_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_grants_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grants")),
        sa.UniqueConstraint("user_id", "book_id", name=op.f("uq_grants_user_id_book_id")),
    )
    op.create_index("ix_grants_book_id_status", "grants", ["book_id", "status"], unique=False)
    op.create_index(op.f("ix_grants_granted_by"), "grants", ["granted_by"], unique=False)
    op.create_index(op.f("ix_grants_revoked_by"), "grants", ["revoked_by"], unique=False)
    op.create_table(
        "lore_attachments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("book_id", sa.Uuid(), nullable=False),
        sa.Column(
            "scope",
            sa.Enum(
                "server",
                "channel",
                "character",
                "persona",
                "conversation",
                name="lorescope",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("guild_id", sa.BigInteger(), nullable=True),
        sa.Column("channel_id", sa.BigInteger(), nullable=True),
        sa.Column("character_id", sa.Uuid(), nullable=True),
        sa.Column("persona_id", sa.Uuid(), nullable=True),
        sa.Column("conversation_id", sa.Uuid(), nullable=True),
        sa.Column("attached_by", sa.Uuid(), nullable=False),
        sa.Column("is_enabled", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("overrides", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("place", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "num_nonnulls(guild_id, channel_id, character_id, persona_id, conversation_id) = 1"
            " AND (scope = 'server') = (guild_id IS NOT NULL)"
            " AND (scope = 'channel') = (channel_id IS NOT NULL)"
            " AND (scope = 'character') = (character_id IS NOT NULL)"
            " AND (scope = 'persona') = (persona_id IS NOT NULL)"
            " AND (scope = 'conversation') = (conversation_id IS NOT NULL)",
            name=op.f("ck_lore_attachments_one_place"),
        ),
        sa.ForeignKeyConstraint(
            ["attached_by"], ["users.id"], name=op.f("fk_lore_attachments_attached_by_users"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["book_id"], ["lore_books.id"], name=op.f("fk_lore_attachments_book_id_lore_books"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["character_id"],
            ["characters.id"],
            name=op.f("fk_lore_attachments_character_id_characters"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_lore_attachments_conversation_id_conversations"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["persona_id"], ["personas.id"], name=op.f("fk_lore_attachments_persona_id_personas"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lore_attachments")),
        sa.UniqueConstraint(
            "book_id",
            "guild_id",
            "channel_id",
            "character_id",
            "persona_id",
            "conversation_id",
            name="uq_lore_attachments_place",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(op.f("ix_lore_attachments_attached_by"), "lore_attachments", ["attached_by"], unique=False)
    op.create_index(
        "ix_lore_attachments_channel_id",
        "lore_attachments",
        ["channel_id"],
        unique=False,
        postgresql_where=sa.text("channel_id IS NOT NULL"),
    )
    op.create_index(
        "ix_lore_attachments_character_id",
        "lore_attachments",
        ["character_id"],
        unique=False,
        postgresql_where=sa.text("character_id IS NOT NULL"),
    )
    op.create_index(
        "ix_lore_attachments_conversation_id",
        "lore_attachments",
        ["conversation_id"],
        unique=False,
        postgresql_where=sa.text("conversation_id IS NOT NULL"),
    )
    op.create_index(
        "ix_lore_attachments_guild_id",
        "lore_attachments",
        ["guild_id"],
        unique=False,
        postgresql_where=sa.text("guild_id IS NOT NULL"),
    )
    op.create_index(
        "ix_lore_attachments_persona_id",
        "lore_attachments",
        ["persona_id"],
        unique=False,
        postgresql_where=sa.text("persona_id IS NOT NULL"),
    )
    op.create_table(
        "lore_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("book_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("content", sa.Text(), server_default="", nullable=False),
        sa.Column("tokens", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("is_enabled", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column(
            "mode",
            sa.Enum(
                "keyword",
                "vector",
                "hybrid",
                "constant",
                "disabled",
                name="mode",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="keyword",
            nullable=False,
        ),
        sa.Column("folder", sa.Text(), server_default="", nullable=False),
        sa.Column("tags", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'::text[]"), nullable=False),
        sa.Column("place", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("rules", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("origin", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=True),
        sa.Column(
            "raw", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.Column("search_words", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'::text[]"), nullable=False),
        sa.Column("content_sha256", sa.CHAR(length=64), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("content_sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_lore_entries_sha256_is_hex")),
        sa.CheckConstraint("mode <> 'disabled'", name=op.f("ck_lore_entries_switched_by_is_enabled")),
        sa.CheckConstraint("tokens >= 0", name=op.f("ck_lore_entries_tokens_counted")),
        sa.ForeignKeyConstraint(
            ["book_id"], ["lore_books.id"], name=op.f("fk_lore_entries_book_id_lore_books"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["updated_by"], ["users.id"], name=op.f("fk_lore_entries_updated_by_users"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lore_entries")),
        sa.UniqueConstraint("book_id", "number", name=op.f("uq_lore_entries_book_id_number")),
    )
    op.create_index("ix_lore_entries_book_id_place", "lore_entries", ["book_id", "place", "number"], unique=False)
    op.create_index(
        "ix_lore_entries_search_words",
        "lore_entries",
        [sa.literal_column("array_to_tsvector(search_words)")],
        unique=False,
        postgresql_using="gin",
    )
    op.create_index(op.f("ix_lore_entries_updated_by"), "lore_entries", ["updated_by"], unique=False)
    op.create_table(
        "lore_entry_versions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("book_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "change",
            sa.Enum(
                "created",
                "edited",
                "moved",
                "enabled",
                "disabled",
                "imported",
                "deleted",
                "restored",
                name="entrychange",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("state", postgresql.JSONB(), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["book_id"], ["lore_books.id"], name=op.f("fk_lore_entry_versions_book_id_lore_books"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["changed_by"], ["users.id"], name=op.f("fk_lore_entry_versions_changed_by_users"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lore_entry_versions")),
        sa.UniqueConstraint("entry_id", "version", name=op.f("uq_lore_entry_versions_entry_id_version")),
    )
    op.create_index("ix_lore_entry_versions_book_id_id", "lore_entry_versions", ["book_id", "id"], unique=False)
    op.create_index(op.f("ix_lore_entry_versions_changed_by"), "lore_entry_versions", ["changed_by"], unique=False)
    op.create_table(
        "lore_imports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("book_id", sa.Uuid(), nullable=True),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "reading",
                "storing",
                "done",
                "failed",
                "cancelled",
                name="importstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="waiting",
            nullable=False,
        ),
        sa.Column("done", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("total", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "choices", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.Column(
            "report", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["book_id"], ["lore_books.id"], name=op.f("fk_lore_imports_book_id_lore_books"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_lore_imports_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lore_imports")),
    )
    op.create_index(op.f("ix_lore_imports_book_id"), "lore_imports", ["book_id"], unique=False)
    op.create_index("ix_lore_imports_created_at", "lore_imports", ["created_at"], unique=False)
    op.create_index("ix_lore_imports_user_id_id", "lore_imports", ["user_id", "id"], unique=False)
    op.create_table(
        "lore_runs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("turn_id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("message_index", sa.Integer(), nullable=False),
        sa.Column("books", postgresql.JSONB(), nullable=False),
        sa.Column("budget", sa.Integer(), nullable=False),
        sa.Column("spent", sa.Integer(), nullable=False),
        sa.Column("beside", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("threshold", sa.Double(), nullable=True),
        sa.Column(
            "warnings", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False
        ),
        sa.Column("rest", sa.LargeBinary(), nullable=True),
        sa.Column("took_us", sa.Integer(), nullable=False),
        sa.Column("ran_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_lore_runs_conversation_id_conversations"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["turn_id"], ["turns.id"], name=op.f("fk_lore_runs_turn_id_turns"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lore_runs")),
        sa.UniqueConstraint("turn_id", "number", name=op.f("uq_lore_runs_turn_id_number")),
    )
    op.create_index("ix_lore_runs_conversation_id_id", "lore_runs", ["conversation_id", "id"], unique=False)
    op.create_index("ix_lore_runs_ran_at", "lore_runs", ["ran_at"], unique=False)
    op.create_table(
        "chunks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("book_id", sa.Uuid(), nullable=False),
        sa.Column("chunk_index", sa.SmallInteger(), nullable=False),
        sa.Column("total_chunks", sa.SmallInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("content_sha256", sa.CHAR(length=64), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("dimensions", sa.SmallInteger(), nullable=True),
        sa.Column("embedding", pgvector.sqlalchemy.halfvec.HALFVEC(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("dimensions > 0", name=op.f("ck_chunks_dimensions_known")),
        sa.CheckConstraint(
            "(embedding IS NULL) = (dimensions IS NULL)", name=op.f("ck_chunks_dimensions_of_embedding")
        ),
        sa.ForeignKeyConstraint(
            ["book_id"], ["lore_books.id"], name=op.f("fk_chunks_book_id_lore_books"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["lore_entries.id"], name=op.f("fk_chunks_entry_id_lore_entries"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chunks")),
        sa.UniqueConstraint("entry_id", "model", "chunk_index", name=op.f("uq_chunks_entry_id_model_chunk_index")),
    )
    op.create_index("ix_chunks_book_id_model", "chunks", ["book_id", "model"], unique=False)
    op.create_index(
        "ix_chunks_embedding_1024",
        "chunks",
        [sa.literal_column("(embedding::halfvec(1024))").label("meaning")],
        postgresql_ops={"meaning": "halfvec_cosine_ops"},
        unique=False,
        postgresql_using="hnsw",
        postgresql_where=sa.text("dimensions = 1024"),
    )
    op.create_index(
        "ix_chunks_embedding_1536",
        "chunks",
        [sa.literal_column("(embedding::halfvec(1536))").label("meaning")],
        postgresql_ops={"meaning": "halfvec_cosine_ops"},
        unique=False,
        postgresql_using="hnsw",
        postgresql_where=sa.text("dimensions = 1536"),
    )
    op.create_index(
        "ix_chunks_embedding_384",
        "chunks",
        [sa.literal_column("(embedding::halfvec(384))").label("meaning")],
        postgresql_ops={"meaning": "halfvec_cosine_ops"},
        unique=False,
        postgresql_using="hnsw",
        postgresql_where=sa.text("dimensions = 384"),
    )
    op.create_index(
        "ix_chunks_embedding_768",
        "chunks",
        [sa.literal_column("(embedding::halfvec(768))").label("meaning")],
        postgresql_ops={"meaning": "halfvec_cosine_ops"},
        unique=False,
        postgresql_using="hnsw",
        postgresql_where=sa.text("dimensions = 768"),
    )
    op.create_table(
        "lore_activations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("book_id", sa.Uuid(), nullable=False),
        sa.Column("entry_name", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=True),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column(
            "matched_keywords", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'::text[]"), nullable=False
        ),
        sa.Column("vector_similarity", sa.Double(), nullable=True),
        sa.Column("position_inserted", sa.Text(), nullable=True),
        sa.Column("tokens_used", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("was_included", sa.Boolean(), nullable=False),
        sa.Column("exclusion_reason", sa.Text(), nullable=True),
        sa.Column("wave", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column(
            "detail", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["lore_runs.id"], name=op.f("fk_lore_activations_run_id_lore_runs"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lore_activations")),
    )
    op.create_index(
        "ix_lore_activations_entry_id_id", "lore_activations", ["entry_id", sa.literal_column("id DESC")], unique=False
    )
    op.create_index("ix_lore_activations_run_id", "lore_activations", ["run_id"], unique=False)
    op.create_table(
        "lore_calls",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("replies", sa.SmallInteger(), nullable=False),
        sa.Column("after", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_lore_calls_conversation_id_conversations"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["lore_entries.id"], name=op.f("fk_lore_calls_entry_id_lore_entries"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_lore_calls_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lore_calls")),
        sa.UniqueConstraint("conversation_id", "entry_id", name=op.f("uq_lore_calls_conversation_id_entry_id")),
    )
    op.create_index(op.f("ix_lore_calls_entry_id"), "lore_calls", ["entry_id"], unique=False)
    op.create_index(op.f("ix_lore_calls_user_id"), "lore_calls", ["user_id"], unique=False)
    op.create_table(
        "lore_entry_uses",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("book_id", sa.Uuid(), nullable=False),
        sa.Column("activated_count", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_activated_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["book_id"], ["lore_books.id"], name=op.f("fk_lore_entry_uses_book_id_lore_books"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["lore_entries.id"], name=op.f("fk_lore_entry_uses_entry_id_lore_entries"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_lore_entry_uses")),
    )
    op.create_index("ix_lore_entry_uses_book_id", "lore_entry_uses", ["book_id"], unique=False)
    op.create_table(
        "lore_fired",
        sa.Column("turn_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("message_at", sa.BigInteger(), nullable=False),
        sa.Column(
            "state", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_lore_fired_conversation_id_conversations"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["lore_entries.id"], name=op.f("fk_lore_fired_entry_id_lore_entries"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["turn_id"], ["turns.id"], name=op.f("fk_lore_fired_turn_id_turns"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("turn_id", "entry_id", name=op.f("pk_lore_fired")),
    )
    op.create_index("ix_lore_fired_conversation_id_turn_id", "lore_fired", ["conversation_id", "turn_id"], unique=False)
    op.create_index("ix_lore_fired_entry_id", "lore_fired", ["entry_id"], unique=False)
    op.add_column("characters", sa.Column("definition", sa.Text(), server_default="", nullable=False))
    op.add_column("characters", sa.Column("personality", sa.Text(), server_default="", nullable=False))
    op.add_column("characters", sa.Column("scenario", sa.Text(), server_default="", nullable=False))
    op.add_column("characters", sa.Column("last_instructions", sa.Text(), server_default="", nullable=False))
    op.add_column(
        "characters",
        sa.Column(
            "other_greetings", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'::text[]"), nullable=False
        ),
    )
    op.add_column(
        "characters",
        sa.Column(
            "group_greetings", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'::text[]"), nullable=False
        ),
    )
    op.add_column(
        "characters", sa.Column("note", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False)
    )
    op.add_column("characters", sa.Column("creator_notes", sa.Text(), server_default="", nullable=False))
    op.add_column("characters", sa.Column("card_creator", sa.Text(), server_default="", nullable=False))
    op.add_column("characters", sa.Column("card_version", sa.Text(), server_default="", nullable=False))
    op.add_column("characters", sa.Column("card_spec", sa.Text(), nullable=True))
    op.add_column(
        "characters", sa.Column("card", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True)
    )


def downgrade() -> None:
    """Take back."""
    op.drop_column("characters", "card")
    op.drop_column("characters", "card_spec")
    op.drop_column("characters", "card_version")
    op.drop_column("characters", "card_creator")
    op.drop_column("characters", "creator_notes")
    op.drop_column("characters", "note")
    op.drop_column("characters", "group_greetings")
    op.drop_column("characters", "other_greetings")
    op.drop_column("characters", "last_instructions")
    op.drop_column("characters", "scenario")
    op.drop_column("characters", "personality")
    op.drop_column("characters", "definition")
    op.drop_index("ix_lore_fired_entry_id", table_name="lore_fired")
    op.drop_index("ix_lore_fired_conversation_id_turn_id", table_name="lore_fired")
    op.drop_table("lore_fired")
    op.drop_index("ix_lore_entry_uses_book_id", table_name="lore_entry_uses")
    op.drop_table("lore_entry_uses")
    op.drop_index(op.f("ix_lore_calls_user_id"), table_name="lore_calls")
    op.drop_index(op.f("ix_lore_calls_entry_id"), table_name="lore_calls")
    op.drop_table("lore_calls")
    op.drop_index("ix_lore_activations_run_id", table_name="lore_activations")
    op.drop_index("ix_lore_activations_entry_id_id", table_name="lore_activations")
    op.drop_table("lore_activations")
    op.drop_index(
        "ix_chunks_embedding_768",
        table_name="chunks",
        postgresql_using="hnsw",
        postgresql_where=sa.text("dimensions = 768"),
    )
    op.drop_index(
        "ix_chunks_embedding_384",
        table_name="chunks",
        postgresql_using="hnsw",
        postgresql_where=sa.text("dimensions = 384"),
    )
    op.drop_index(
        "ix_chunks_embedding_1536",
        table_name="chunks",
        postgresql_using="hnsw",
        postgresql_where=sa.text("dimensions = 1536"),
    )
    op.drop_index(
        "ix_chunks_embedding_1024",
        table_name="chunks",
        postgresql_using="hnsw",
        postgresql_where=sa.text("dimensions = 1024"),
    )
    op.drop_index("ix_chunks_book_id_model", table_name="chunks")
    op.drop_table("chunks")
    op.drop_index("ix_lore_runs_ran_at", table_name="lore_runs")
    op.drop_index("ix_lore_runs_conversation_id_id", table_name="lore_runs")
    op.drop_table("lore_runs")
    op.drop_index("ix_lore_imports_user_id_id", table_name="lore_imports")
    op.drop_index("ix_lore_imports_created_at", table_name="lore_imports")
    op.drop_index(op.f("ix_lore_imports_book_id"), table_name="lore_imports")
    op.drop_table("lore_imports")
    op.drop_index(op.f("ix_lore_entry_versions_changed_by"), table_name="lore_entry_versions")
    op.drop_index("ix_lore_entry_versions_book_id_id", table_name="lore_entry_versions")
    op.drop_table("lore_entry_versions")
    op.drop_index(op.f("ix_lore_entries_updated_by"), table_name="lore_entries")
    op.drop_index("ix_lore_entries_search_words", table_name="lore_entries", postgresql_using="gin")
    op.drop_index("ix_lore_entries_book_id_place", table_name="lore_entries")
    op.drop_table("lore_entries")
    op.drop_index(
        "ix_lore_attachments_persona_id",
        table_name="lore_attachments",
        postgresql_where=sa.text("persona_id IS NOT NULL"),
    )
    op.drop_index(
        "ix_lore_attachments_guild_id", table_name="lore_attachments", postgresql_where=sa.text("guild_id IS NOT NULL")
    )
    op.drop_index(
        "ix_lore_attachments_conversation_id",
        table_name="lore_attachments",
        postgresql_where=sa.text("conversation_id IS NOT NULL"),
    )
    op.drop_index(
        "ix_lore_attachments_character_id",
        table_name="lore_attachments",
        postgresql_where=sa.text("character_id IS NOT NULL"),
    )
    op.drop_index(
        "ix_lore_attachments_channel_id",
        table_name="lore_attachments",
        postgresql_where=sa.text("channel_id IS NOT NULL"),
    )
    op.drop_index(op.f("ix_lore_attachments_attached_by"), table_name="lore_attachments")
    op.drop_table("lore_attachments")
    op.drop_index(op.f("ix_grants_revoked_by"), table_name="grants")
    op.drop_index(op.f("ix_grants_granted_by"), table_name="grants")
    op.drop_index("ix_grants_book_id_status", table_name="grants")
    op.drop_table("grants")
    op.drop_index("ix_lore_books_owner_id_name", table_name="lore_books")
    op.drop_index(op.f("ix_lore_books_forked_from"), table_name="lore_books")
    op.drop_index(
        "ix_lore_books_deleted_at", table_name="lore_books", postgresql_where=sa.text("deleted_at IS NOT NULL")
    )
    op.drop_index(op.f("ix_lore_books_character_id"), table_name="lore_books")
    op.drop_table("lore_books")
