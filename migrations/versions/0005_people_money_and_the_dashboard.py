"""People, money and the dashboard

Revision ID: 0005
Revises: 0004
Create Date: 2026-11-21 23:03:20.545525
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "audit_batches",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("previous_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_batches")),
    )
    op.create_table(
        "audit_log",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("target_kind", sa.Text(), server_default="", nullable=False),
        sa.Column("target_id", sa.Text(), server_default="", nullable=False),
        sa.Column("of_user_id", sa.Uuid(), nullable=True),
        sa.Column("request_id", sa.Text(), server_default="", nullable=False),
        sa.Column("commitment", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_log")),
    )
    op.create_index("ix_audit_log_action_at", "audit_log", ["action", "at"], unique=False)
    op.create_index("ix_audit_log_actor_id_at", "audit_log", ["actor_id", "at"], unique=False)
    op.create_index("ix_audit_log_at", "audit_log", ["at"], unique=False)
    op.create_index("ix_audit_log_of_user_id_at", "audit_log", ["of_user_id", "at"], unique=False)
    op.create_table(
        "daily_figures",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("figure", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "figure", name=op.f("pk_daily_figures")),
    )
    op.create_table(
        "oauth_states",
        sa.Column("state_hash", sa.LargeBinary(), nullable=False),
        sa.Column("browser_hash", sa.LargeBinary(), nullable=False),
        sa.Column("verifier", sa.Text(), nullable=False),
        sa.Column("next_path", sa.Text(), server_default="/", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("state_hash", name=op.f("pk_oauth_states")),
    )
    op.create_index("ix_oauth_states_expires_at", "oauth_states", ["expires_at"], unique=False)
    op.create_table(
        "payment_events",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("object_id", sa.Text(), server_default="", nullable=False),
        sa.Column("outcome", sa.Text(), server_default="", nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_events")),
    )
    op.create_index("ix_payment_events_received_at", "payment_events", ["received_at"], unique=False)
    op.create_table(
        "plans",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("price_monthly_cents", sa.BigInteger(), nullable=True),
        sa.Column("price_yearly_cents", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(), server_default="usd", nullable=False),
        sa.Column("features", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'::text[]"), nullable=False),
        sa.Column("token_allowance", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("limits", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("is_default", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("discord_sku_id", sa.BigInteger(), nullable=True),
        sa.Column("place", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("code ~ '^[a-z][a-z0-9_-]{0,31}$'", name=op.f("ck_plans_code_is_plain")),
        sa.CheckConstraint("currency ~ '^[a-z]{3}$'", name=op.f("ck_plans_currency_is_iso")),
        sa.CheckConstraint(
            "price_monthly_cents >= 0 AND price_yearly_cents >= 0", name=op.f("ck_plans_prices_not_below_zero")
        ),
        sa.CheckConstraint("token_allowance >= 0", name=op.f("ck_plans_allowance_not_below_zero")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plans")),
        sa.UniqueConstraint("code", name=op.f("uq_plans_code")),
        sa.UniqueConstraint("discord_sku_id", name=op.f("uq_plans_discord_sku_id")),
    )
    op.create_index("uq_plans_default", "plans", ["is_default"], unique=True, postgresql_where=sa.text("is_default"))
    op.create_table(
        "token_packages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("tokens", sa.BigInteger(), nullable=False),
        sa.Column("bonus_tokens", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("price_cents", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), server_default="usd", nullable=False),
        sa.Column("discord_sku_id", sa.BigInteger(), nullable=True),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("place", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("currency ~ '^[a-z]{3}$'", name=op.f("ck_token_packages_currency_is_iso")),
        sa.CheckConstraint("price_cents > 0", name=op.f("ck_token_packages_price_is_some")),
        sa.CheckConstraint("tokens > 0 AND bonus_tokens >= 0", name=op.f("ck_token_packages_tokens_are_some")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_token_packages")),
        sa.UniqueConstraint("code", name=op.f("uq_token_packages_code")),
        sa.UniqueConstraint("discord_sku_id", name=op.f("uq_token_packages_discord_sku_id")),
    )
    op.create_table(
        "admin_notes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("text <> ''", name=op.f("ck_admin_notes_text_given")),
        sa.ForeignKeyConstraint(
            ["author_id"], ["users.id"], name=op.f("fk_admin_notes_author_id_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_admin_notes_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admin_notes")),
    )
    op.create_index(op.f("ix_admin_notes_author_id"), "admin_notes", ["author_id"], unique=False)
    op.create_index("ix_admin_notes_user_id_created_at", "admin_notes", ["user_id", "created_at"], unique=False)
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("last_four", sa.Text(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{read}'::text[]"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_api_tokens_name_given")),
        sa.CheckConstraint("scopes <@ ARRAY['read', 'write', 'staff']", name=op.f("ck_api_tokens_scopes_known")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_api_tokens_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_tokens_token_hash")),
    )
    op.create_index("ix_api_tokens_user_id", "api_tokens", ["user_id"], unique=False)
    op.create_table(
        "audit_details",
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(erased_at IS NULL) = (salt IS NOT NULL AND details IS NOT NULL)",
            name=op.f("ck_audit_details_whole_or_erased"),
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["audit_log.id"], name=op.f("fk_audit_details_record_id_audit_log"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_audit_details")),
    )
    op.create_table(
        "audit_seals",
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("batch", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch"], ["audit_batches.number"], name=op.f("fk_audit_seals_batch_audit_batches"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["audit_log.id"], name=op.f("fk_audit_seals_record_id_audit_log"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_audit_seals")),
    )
    op.create_index("uq_audit_seals_place", "audit_seals", ["batch", "place"], unique=True)
    op.create_table(
        "entitlements",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sku_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("discord_user_id", sa.BigInteger(), nullable=True),
        sa.Column("guild_id", sa.BigInteger(), nullable=True),
        sa.Column("type", sa.SmallInteger(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_consumed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_entitlements_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entitlements")),
    )
    op.create_index("ix_entitlements_discord_user_id", "entitlements", ["discord_user_id"], unique=False)
    op.create_index("ix_entitlements_user_id", "entitlements", ["user_id"], unique=False)
    op.create_table(
        "feature_switches",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("updated_by", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["updated_by"], ["users.id"], name=op.f("fk_feature_switches_updated_by_users"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_feature_switches")),
    )
    op.create_index(op.f("ix_feature_switches_updated_by"), "feature_switches", ["updated_by"], unique=False)
    op.create_table(
        "holds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("to_user_id", sa.Uuid(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum("gift", "reply", "spend", name="holdkind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "pending",
                "posted",
                "voided",
                "expired",
                name="holdstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="pending",
            nullable=False,
        ),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("posted", sa.BigInteger(), nullable=True),
        sa.Column("short", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("about", sa.Uuid(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(state = 'pending') = (settled_at IS NULL)", name=op.f("ck_holds_settled_once")),
        sa.CheckConstraint("(state = 'posted') = (posted IS NOT NULL)", name=op.f("ck_holds_posted_says_how_much")),
        sa.CheckConstraint("kind = 'gift' OR to_user_id IS NULL", name=op.f("ck_holds_only_gifts_are_for_somebody")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_holds_amount_is_some")),
        sa.CheckConstraint("length(key) BETWEEN 1 AND 200", name=op.f("ck_holds_key_has_a_length")),
        sa.CheckConstraint("posted >= 0 AND short >= 0", name=op.f("ck_holds_counts_not_below_zero")),
        sa.CheckConstraint("to_user_id <> user_id", name=op.f("ck_holds_none_to_oneself")),
        sa.ForeignKeyConstraint(
            ["to_user_id"], ["users.id"], name=op.f("fk_holds_to_user_id_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_holds_user_id_users"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holds")),
        sa.UniqueConstraint("key", name=op.f("uq_holds_key")),
    )
    op.create_index("ix_holds_about", "holds", ["about"], unique=False, postgresql_where=sa.text("about IS NOT NULL"))
    op.create_index(
        "ix_holds_expires_at", "holds", ["expires_at"], unique=False, postgresql_where=sa.text("state = 'pending'")
    )
    op.create_index(
        "ix_holds_to_user_id", "holds", ["to_user_id"], unique=False, postgresql_where=sa.text("state = 'pending'")
    )
    op.create_index("ix_holds_user_id_state", "holds", ["user_id", "state"], unique=False)
    op.create_table(
        "programs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("requirements", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'::text[]"), nullable=False),
        sa.Column("benefits", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'::text[]"), nullable=False),
        sa.Column("tiers", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "draft", "open", "closed", name="programstatus", native_enum=False, create_constraint=True, length=32
            ),
            server_default="draft",
            nullable=False,
        ),
        sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("places", sa.Integer(), nullable=True),
        sa.Column(
            "featured_creators", postgresql.ARRAY(sa.Uuid()), server_default=sa.text("'{}'::uuid[]"), nullable=False
        ),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_programs_name_given")),
        sa.CheckConstraint("places > 0", name=op.f("ck_programs_places_are_some")),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name=op.f("fk_programs_created_by_users"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programs")),
        sa.UniqueConstraint("slug", name=op.f("uq_programs_slug")),
    )
    op.create_index(op.f("ix_programs_created_by"), "programs", ["created_by"], unique=False)
    op.create_table(
        "reports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reporter_id", sa.Uuid(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "message",
                "character",
                "creator",
                "book",
                "person",
                name="reportedkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("target_id", sa.Text(), nullable=False),
        sa.Column("about_user_id", sa.Uuid(), nullable=True),
        sa.Column(
            "reason",
            sa.Enum(
                "harassment",
                "sexual",
                "minors",
                "self_harm",
                "impersonation",
                "copyright",
                "spam",
                "other",
                name="reportreason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.Column("excerpt", sa.Text(), server_default="", nullable=False),
        sa.Column("link", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "taken",
                "resolved",
                "dismissed",
                name="reportstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="open",
            nullable=False,
        ),
        sa.Column("handled_by", sa.Uuid(), nullable=True),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["about_user_id"], ["users.id"], name=op.f("fk_reports_about_user_id_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["handled_by"], ["users.id"], name=op.f("fk_reports_handled_by_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["reporter_id"], ["users.id"], name=op.f("fk_reports_reporter_id_users"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
    )
    op.create_index(op.f("ix_reports_about_user_id"), "reports", ["about_user_id"], unique=False)
    op.create_index(op.f("ix_reports_handled_by"), "reports", ["handled_by"], unique=False)
    op.create_index("ix_reports_reporter_id", "reports", ["reporter_id"], unique=False)
    op.create_index("ix_reports_state_created_at", "reports", ["state", "created_at"], unique=False)
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_agent", sa.Text(), server_default="", nullable=False),
        sa.Column("ip", sa.Text(), server_default="", nullable=False),
        sa.Column("is_staff", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("idle_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sessions_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sessions_token_hash")),
    )
    op.create_index("ix_sessions_ends_at", "sessions", ["ends_at"], unique=False)
    op.create_index("ix_sessions_user_id_last_seen_at", "sessions", ["user_id", "last_seen_at"], unique=False)
    op.create_table(
        "standings",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "user", "moderator", "admin", name="userrole", native_enum=False, create_constraint=True, length=32
            ),
            server_default="user",
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "active",
                "suspended",
                "banned",
                name="accountstatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="active",
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("suspended_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("overrides", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("updated_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "suspended_until IS NULL OR status = 'suspended'", name=op.f("ck_standings_until_of_suspended")
        ),
        sa.ForeignKeyConstraint(
            ["updated_by"], ["users.id"], name=op.f("fk_standings_updated_by_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_standings_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_standings")),
    )
    op.create_index(
        "ix_standings_not_plain",
        "standings",
        ["role", "status"],
        unique=False,
        postgresql_where=sa.text("role <> 'user' OR status <> 'active'"),
    )
    op.create_index(op.f("ix_standings_updated_by"), "standings", ["updated_by"], unique=False)
    op.create_table(
        "stripe_customers",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_stripe_customers_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_stripe_customers")),
        sa.UniqueConstraint("customer_id", name=op.f("uq_stripe_customers_customer_id")),
    )
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "active",
                "past_due",
                "canceled",
                "expired",
                name="subscriptionstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="active",
            nullable=False,
        ),
        sa.Column(
            "interval",
            sa.Enum("month", "year", name="interval", native_enum=False, create_constraint=True, length=32),
            nullable=True,
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("period_start", sa.DateTime(timezone=True), nullable=True),
        sa.Column("period_end", sa.DateTime(timezone=True), nullable=True),
        sa.Column("grace_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("auto_renew", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("canceled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("price_cents", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("stripe_subscription_id", sa.Text(), nullable=True),
        sa.Column("discord_entitlement_id", sa.BigInteger(), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("source IN ('stripe', 'discord', 'house')", name=op.f("ck_subscriptions_source_is_known")),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["plans.id"], name=op.f("fk_subscriptions_plan_id_plans"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_subscriptions_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriptions")),
        sa.UniqueConstraint("discord_entitlement_id", name=op.f("uq_subscriptions_discord_entitlement_id")),
        sa.UniqueConstraint("stripe_subscription_id", name=op.f("uq_subscriptions_stripe_subscription_id")),
    )
    op.create_index(
        "ix_subscriptions_period_end",
        "subscriptions",
        ["period_end"],
        unique=False,
        postgresql_where=sa.text("state IN ('active', 'past_due')"),
    )
    op.create_index(op.f("ix_subscriptions_plan_id"), "subscriptions", ["plan_id"], unique=False)
    op.create_index("ix_subscriptions_user_id_state", "subscriptions", ["user_id", "state"], unique=False)
    op.create_index(
        "uq_subscriptions_current",
        "subscriptions",
        ["user_id", "source"],
        unique=True,
        postgresql_where=sa.text("state IN ('active', 'past_due')"),
    )
    op.create_table(
        "usage_counters",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("counter", sa.Text(), nullable=False),
        sa.Column("period", sa.Date(), nullable=False),
        sa.Column("used", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("used >= 0", name=op.f("ck_usage_counters_used_not_below_zero")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_usage_counters_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "counter", "period", name=op.f("pk_usage_counters")),
    )
    op.create_table(
        "user_tags",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("tag <> ''", name=op.f("ck_user_tags_tag_given")),
        sa.ForeignKeyConstraint(
            ["added_by"], ["users.id"], name=op.f("fk_user_tags_added_by_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_user_tags_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "tag", name=op.f("pk_user_tags")),
    )
    op.create_index(op.f("ix_user_tags_added_by"), "user_tags", ["added_by"], unique=False)
    op.create_index("ix_user_tags_tag", "user_tags", ["tag"], unique=False)
    op.create_table(
        "wallets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("pseudonym", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "paid",
                "promo",
                "issued",
                "spent",
                "expired",
                name="walletkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("shard", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("balance", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("held", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("balance >= 0 OR kind = 'issued'", name=op.f("ck_wallets_balance_not_below_zero")),
        sa.CheckConstraint("expires_at IS NULL OR kind = 'promo'", name=op.f("ck_wallets_only_given_tokens_end")),
        sa.CheckConstraint(
            "user_id IS NULL OR kind IN ('paid', 'promo')", name=op.f("ck_wallets_people_have_two_kinds")
        ),
        sa.CheckConstraint("held >= 0 AND (held = 0 OR held <= balance)", name=op.f("ck_wallets_held_is_there")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_wallets_user_id_users"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wallets")),
    )
    op.create_index(
        "ix_wallets_expires_at",
        "wallets",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("kind = 'promo' AND balance > 0"),
    )
    op.create_index(
        "ix_wallets_left_behind",
        "wallets",
        ["id"],
        unique=False,
        postgresql_where=sa.text("user_id IS NULL AND balance > 0"),
    )
    op.create_index("ix_wallets_pseudonym", "wallets", ["pseudonym"], unique=False)
    op.create_index(
        "uq_wallets_house_kind_shard",
        "wallets",
        ["kind", "shard"],
        unique=True,
        postgresql_where=sa.text("kind IN ('issued', 'spent', 'expired')"),
    )
    op.create_index(
        "uq_wallets_user_id_kind_expires_at",
        "wallets",
        ["user_id", "kind", "expires_at"],
        unique=True,
        postgresql_where=sa.text("user_id IS NOT NULL"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "applications",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("tier", sa.Text(), server_default="", nullable=False),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "submitted",
                "in_review",
                "accepted",
                "declined",
                "withdrawn",
                name="applicationstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="submitted",
            nullable=False,
        ),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("reviewed_by", sa.Uuid(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["program_id"], ["programs.id"], name=op.f("fk_applications_program_id_programs"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["reviewed_by"], ["users.id"], name=op.f("fk_applications_reviewed_by_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_applications_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_applications")),
    )
    op.create_index(op.f("ix_applications_reviewed_by"), "applications", ["reviewed_by"], unique=False)
    op.create_index("ix_applications_state", "applications", ["state", "created_at"], unique=False)
    op.create_index("ix_applications_user_id", "applications", ["user_id"], unique=False)
    op.create_index(
        "uq_applications_open",
        "applications",
        ["program_id", "user_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('submitted', 'in_review')"),
    )
    op.create_table(
        "creators",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("username", sa.Text(collation="C"), nullable=False),
        sa.Column("username_looks", sa.Text(collation="C"), nullable=False),
        sa.Column("username_changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("bio", sa.Text(), server_default="", nullable=False),
        sa.Column("avatar_id", sa.Uuid(), nullable=True),
        sa.Column("banner_id", sa.Uuid(), nullable=True),
        sa.Column("links", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "writer",
                "artist",
                "worldbuilder",
                "game_master",
                "developer",
                "educator",
                "studio",
                "hobbyist",
                "other",
                name="creatorkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("specialties", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'::text[]"), nullable=False),
        sa.Column(
            "experience",
            sa.Enum(
                "beginner",
                "intermediate",
                "advanced",
                "professional",
                name="experience",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("location", sa.Text(), server_default="", nullable=False),
        sa.Column("languages", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'::text[]"), nullable=False),
        sa.Column(
            "featured_characters", postgresql.ARRAY(sa.Uuid()), server_default=sa.text("'{}'::uuid[]"), nullable=False
        ),
        sa.Column(
            "visibility",
            sa.Enum(
                "public",
                "unlisted",
                "private",
                name="pagevisibility",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="public",
            nullable=False,
        ),
        sa.Column("accepts_collaborations", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "commissions",
            sa.Enum(
                "closed", "open", "waitlist", name="commissions", native_enum=False, create_constraint=True, length=32
            ),
            server_default="closed",
            nullable=False,
        ),
        sa.Column("commission_info", sa.Text(), server_default="", nullable=False),
        sa.Column("tags", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'::text[]"), nullable=False),
        sa.Column("search_words", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'::text[]"), nullable=False),
        sa.Column("followers", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_active_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("display_name <> ''", name=op.f("ck_creators_display_name_given")),
        sa.CheckConstraint(
            "username ~ '^[a-z0-9][a-z0-9_-]{1,30}[a-z0-9]$'", name=op.f("ck_creators_username_fits_an_address")
        ),
        sa.ForeignKeyConstraint(
            ["avatar_id"], ["media.id"], name=op.f("fk_creators_avatar_id_media"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["banner_id"], ["media.id"], name=op.f("fk_creators_banner_id_media"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_creators_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_creators")),
        sa.UniqueConstraint("user_id", name=op.f("uq_creators_user_id")),
        sa.UniqueConstraint("username", name=op.f("uq_creators_username")),
        sa.UniqueConstraint("username_looks", name=op.f("uq_creators_username_looks")),
    )
    op.create_index(
        "ix_creators_active",
        "creators",
        [sa.literal_column("coalesce(last_active_at, created_at) DESC"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("visibility = 'public'"),
    )
    op.create_index(op.f("ix_creators_avatar_id"), "creators", ["avatar_id"], unique=False)
    op.create_index(op.f("ix_creators_banner_id"), "creators", ["banner_id"], unique=False)
    op.create_index(
        "ix_creators_created_at",
        "creators",
        [sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("visibility = 'public'"),
    )
    op.create_index(
        "ix_creators_followers",
        "creators",
        [sa.literal_column("followers DESC"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("visibility = 'public'"),
    )
    op.create_index(
        "ix_creators_search_words",
        "creators",
        [sa.literal_column("array_to_tsvector(search_words)")],
        unique=False,
        postgresql_using="gin",
        postgresql_where=sa.text("visibility = 'public'"),
    )
    op.create_index("ix_creators_tags", "creators", ["tags"], unique=False, postgresql_using="gin")
    op.create_table(
        "hold_parts",
        sa.Column("hold_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("wallet_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_hold_parts_amount_is_some")),
        sa.ForeignKeyConstraint(
            ["hold_id"], ["holds.id"], name=op.f("fk_hold_parts_hold_id_holds"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["wallet_id"], ["wallets.id"], name=op.f("fk_hold_parts_wallet_id_wallets"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("hold_id", "number", name=op.f("pk_hold_parts")),
    )
    op.create_index("ix_hold_parts_wallet_id", "hold_parts", ["wallet_id"], unique=False)
    op.create_table(
        "logins",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("discord_id", sa.BigInteger(), nullable=True),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column(
            "failure",
            sa.Enum(
                "state",
                "denied",
                "code",
                "unreachable",
                "blocked",
                "closed",
                name="loginfailure",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("user_agent", sa.Text(), server_default="", nullable=False),
        sa.Column("ip", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name=op.f("fk_logins_session_id_sessions"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_logins_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_logins")),
    )
    op.create_index("ix_logins_created_at", "logins", ["created_at"], unique=False)
    op.create_index(op.f("ix_logins_session_id"), "logins", ["session_id"], unique=False)
    op.create_index("ix_logins_user_id_created_at", "logins", ["user_id", "created_at"], unique=False)
    op.create_table(
        "payments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("plan_id", sa.Uuid(), nullable=True),
        sa.Column("package_id", sa.Uuid(), nullable=True),
        sa.Column("subscription_id", sa.Uuid(), nullable=True),
        sa.Column(
            "source",
            sa.Enum("stripe", "discord", name="paymentsource", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("checkout_reference", sa.Text(), nullable=True),
        sa.Column("invoice_reference", sa.Text(), nullable=True),
        sa.Column(
            "interval",
            sa.Enum("month", "year", name="interval", native_enum=False, create_constraint=True, length=32),
            nullable=True,
        ),
        sa.Column("amount_cents", sa.BigInteger(), nullable=True),
        sa.Column("refunded_cents", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("tokens", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("bonus_tokens", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("tokens_back", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("failure", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "pending",
                "completed",
                "failed",
                "refunded",
                "disputed",
                "expired",
                name="paymentstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="pending",
            nullable=False,
        ),
        sa.Column("period_start", sa.DateTime(timezone=True), nullable=True),
        sa.Column("period_end", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "source <> 'stripe' OR amount_cents IS NOT NULL", name=op.f("ck_payments_stripe_tells_the_amount")
        ),
        sa.CheckConstraint("amount_cents >= 0", name=op.f("ck_payments_amount_not_below_zero")),
        sa.CheckConstraint(
            "num_nonnulls(amount_cents, currency) IN (0, 2)", name=op.f("ck_payments_amount_in_a_currency")
        ),
        sa.CheckConstraint("num_nonnulls(plan_id, package_id) = 1", name=op.f("ck_payments_for_one_thing")),
        sa.CheckConstraint(
            "refunded_cents BETWEEN 0 AND amount_cents", name=op.f("ck_payments_refund_not_above_amount")
        ),
        sa.CheckConstraint(
            "tokens >= 0 AND bonus_tokens >= 0 AND tokens_back BETWEEN 0 AND tokens + bonus_tokens",
            name=op.f("ck_payments_tokens_back_not_above_tokens"),
        ),
        sa.ForeignKeyConstraint(
            ["package_id"],
            ["token_packages.id"],
            name=op.f("fk_payments_package_id_token_packages"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name=op.f("fk_payments_plan_id_plans"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["subscription_id"],
            ["subscriptions.id"],
            name=op.f("fk_payments_subscription_id_subscriptions"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_payments_user_id_users"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments")),
        sa.UniqueConstraint("checkout_reference", name=op.f("uq_payments_checkout_reference")),
        sa.UniqueConstraint("invoice_reference", name=op.f("uq_payments_invoice_reference")),
    )
    op.create_index("ix_payments_created_at", "payments", ["created_at"], unique=False)
    op.create_index(op.f("ix_payments_package_id"), "payments", ["package_id"], unique=False)
    op.create_index(
        "ix_payments_pending", "payments", ["created_at"], unique=False, postgresql_where=sa.text("state = 'pending'")
    )
    op.create_index(op.f("ix_payments_plan_id"), "payments", ["plan_id"], unique=False)
    op.create_index(op.f("ix_payments_subscription_id"), "payments", ["subscription_id"], unique=False)
    op.create_index("ix_payments_user_id_created_at", "payments", ["user_id", "created_at"], unique=False)
    op.create_index("uq_payments_source_reference", "payments", ["source", "reference"], unique=True)
    op.create_table(
        "transfers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("part", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "purchase",
                "bonus",
                "allowance",
                "adjustment",
                "reply",
                "spend",
                "gift",
                "refund",
                "expiry",
                name="transferkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("debit_id", sa.Uuid(), nullable=False),
        sa.Column("credit_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("short", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("about", sa.Uuid(), nullable=True),
        sa.Column("period", sa.Text(), nullable=True),
        sa.Column("hold_id", sa.Uuid(), nullable=True),
        sa.Column("reverses_id", sa.Uuid(), nullable=True),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(kind = 'allowance') = (period IS NOT NULL)", name=op.f("ck_transfers_allowances_name_their_period")
        ),
        sa.CheckConstraint(
            "(kind = 'refund') = (reverses_id IS NOT NULL)", name=op.f("ck_transfers_refunds_name_what_they_reverse")
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_transfers_amount_is_some")),
        sa.CheckConstraint("debit_id <> credit_id", name=op.f("ck_transfers_between_two")),
        sa.CheckConstraint("length(key) BETWEEN 1 AND 200", name=op.f("ck_transfers_key_has_a_length")),
        sa.CheckConstraint("short >= 0 AND part >= 0", name=op.f("ck_transfers_counts_not_below_zero")),
        sa.ForeignKeyConstraint(
            ["credit_id"], ["wallets.id"], name=op.f("fk_transfers_credit_id_wallets"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["debit_id"], ["wallets.id"], name=op.f("fk_transfers_debit_id_wallets"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["hold_id"], ["holds.id"], name=op.f("fk_transfers_hold_id_holds"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["reverses_id"], ["transfers.id"], name=op.f("fk_transfers_reverses_id_transfers"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfers")),
        sa.UniqueConstraint("key", "part", name=op.f("uq_transfers_key_part")),
    )
    op.create_index(
        "ix_transfers_about", "transfers", ["about"], unique=False, postgresql_where=sa.text("about IS NOT NULL")
    )
    op.create_index("ix_transfers_credit_id", "transfers", ["credit_id", "id"], unique=False)
    op.create_index("ix_transfers_debit_id", "transfers", ["debit_id", "id"], unique=False)
    op.create_index(
        "ix_transfers_hold_id", "transfers", ["hold_id"], unique=False, postgresql_where=sa.text("hold_id IS NOT NULL")
    )
    op.create_index(
        "ix_transfers_reverses_id",
        "transfers",
        ["reverses_id"],
        unique=False,
        postgresql_where=sa.text("reverses_id IS NOT NULL"),
    )
    op.create_table(
        "creator_standings",
        sa.Column("creator_id", sa.Uuid(), nullable=False),
        sa.Column(
            "verification",
            sa.Enum(
                "unverified",
                "verified",
                "premium",
                name="verification",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="unverified",
            nullable=False,
        ),
        sa.Column("is_featured", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("featured_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["creator_id"], ["creators.id"], name=op.f("fk_creator_standings_creator_id_creators"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["users.id"], name=op.f("fk_creator_standings_decided_by_users"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("creator_id", name=op.f("pk_creator_standings")),
    )
    op.create_index(op.f("ix_creator_standings_decided_by"), "creator_standings", ["decided_by"], unique=False)
    op.create_table(
        "enrolments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=True),
        sa.Column("tier", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "active",
                "completed",
                "left",
                "removed",
                name="enrolmentstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="active",
            nullable=False,
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["applications.id"],
            name=op.f("fk_enrolments_application_id_applications"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["program_id"], ["programs.id"], name=op.f("fk_enrolments_program_id_programs"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_enrolments_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolments")),
        sa.UniqueConstraint("program_id", "user_id", name=op.f("uq_enrolments_program_id_user_id")),
    )
    op.create_index(op.f("ix_enrolments_application_id"), "enrolments", ["application_id"], unique=False)
    op.create_index("ix_enrolments_user_id", "enrolments", ["user_id"], unique=False)
    op.create_table(
        "entries",
        sa.Column("wallet_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("transfer_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("balance_after", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_entries_amount_is_some")),
        sa.ForeignKeyConstraint(
            ["transfer_id"], ["transfers.id"], name=op.f("fk_entries_transfer_id_transfers"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["wallet_id"], ["wallets.id"], name=op.f("fk_entries_wallet_id_wallets"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("wallet_id", "version", name=op.f("pk_entries")),
        sa.UniqueConstraint("wallet_id", "transfer_id", name=op.f("uq_entries_wallet_id_transfer_id")),
    )
    op.create_index("ix_entries_transfer_id", "entries", ["transfer_id"], unique=False)
    op.create_table(
        "follows",
        sa.Column("follower_id", sa.Uuid(), nullable=False),
        sa.Column("creator_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["creator_id"], ["creators.id"], name=op.f("fk_follows_creator_id_creators"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["follower_id"], ["users.id"], name=op.f("fk_follows_follower_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("follower_id", "creator_id", name=op.f("pk_follows")),
    )
    op.create_index("ix_follows_creator_id_created_at", "follows", ["creator_id", "created_at"], unique=False)
    op.create_table(
        "former_usernames",
        sa.Column("username", sa.Text(collation="C"), nullable=False),
        sa.Column("username_looks", sa.Text(collation="C"), nullable=False),
        sa.Column("creator_id", sa.Uuid(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["creator_id"], ["creators.id"], name=op.f("fk_former_usernames_creator_id_creators"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("username", name=op.f("pk_former_usernames")),
    )
    op.create_index(op.f("ix_former_usernames_creator_id"), "former_usernames", ["creator_id"], unique=False)
    op.create_index(op.f("ix_former_usernames_username_looks"), "former_usernames", ["username_looks"], unique=False)
    op.create_table(
        "gifts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("sender_id", sa.Uuid(), nullable=True),
        sa.Column("recipient_id", sa.Uuid(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("message", sa.Text(), server_default="", nullable=False),
        sa.Column("character_id", sa.Uuid(), nullable=True),
        sa.Column("hold_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "offered",
                "accepted",
                "declined",
                "expired",
                "taken_back",
                name="giftstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="offered",
            nullable=False,
        ),
        sa.Column("guild_id", sa.BigInteger(), nullable=True),
        sa.Column("channel_id", sa.BigInteger(), nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(state = 'offered') = (settled_at IS NULL)", name=op.f("ck_gifts_settled_once")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_gifts_amount_is_some")),
        sa.CheckConstraint("sender_id <> recipient_id", name=op.f("ck_gifts_none_to_oneself")),
        sa.ForeignKeyConstraint(
            ["character_id"], ["characters.id"], name=op.f("fk_gifts_character_id_characters"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["hold_id"], ["holds.id"], name=op.f("fk_gifts_hold_id_holds"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["recipient_id"], ["users.id"], name=op.f("fk_gifts_recipient_id_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["sender_id"], ["users.id"], name=op.f("fk_gifts_sender_id_users"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gifts")),
        sa.UniqueConstraint("hold_id", name=op.f("uq_gifts_hold_id")),
        sa.UniqueConstraint("key", name=op.f("uq_gifts_key")),
    )
    op.create_index(op.f("ix_gifts_character_id"), "gifts", ["character_id"], unique=False)
    op.create_index(
        "ix_gifts_expires_at", "gifts", ["expires_at"], unique=False, postgresql_where=sa.text("state = 'offered'")
    )
    op.create_index("ix_gifts_recipient_id_id", "gifts", ["recipient_id", "id"], unique=False)
    op.create_index("ix_gifts_sender_id_id", "gifts", ["sender_id", "id"], unique=False)
    op.create_table(
        "token_debts",
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("tokens", sa.BigInteger(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("tokens > 0", name=op.f("ck_token_debts_tokens_are_some")),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payments.id"], name=op.f("fk_token_debts_payment_id_payments"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_token_debts_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("payment_id", name=op.f("pk_token_debts")),
    )
    op.create_index("ix_token_debts_user_id", "token_debts", ["user_id"], unique=False)
    op.create_table(
        "verification_requests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("creator_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "granted",
                "declined",
                "withdrawn",
                name="requeststate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="open",
            nullable=False,
        ),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["creator_id"],
            ["creators.id"],
            name=op.f("fk_verification_requests_creator_id_creators"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["users.id"], name=op.f("fk_verification_requests_decided_by_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_verification_requests_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verification_requests")),
    )
    op.create_index(op.f("ix_verification_requests_decided_by"), "verification_requests", ["decided_by"], unique=False)
    op.create_index("ix_verification_requests_state", "verification_requests", ["state", "created_at"], unique=False)
    op.create_index(op.f("ix_verification_requests_user_id"), "verification_requests", ["user_id"], unique=False)
    op.create_index(
        "uq_verification_requests_open",
        "verification_requests",
        ["creator_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "book_ratings",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("book_id", sa.Uuid(), nullable=False),
        sa.Column("stars", sa.SmallInteger(), nullable=False),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("stars BETWEEN 1 AND 5", name=op.f("ck_book_ratings_stars_in_range")),
        sa.ForeignKeyConstraint(
            ["book_id"], ["lore_books.id"], name=op.f("fk_book_ratings_book_id_lore_books"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_book_ratings_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "book_id", name=op.f("pk_book_ratings")),
    )
    op.create_index("ix_book_ratings_book_id", "book_ratings", ["book_id"], unique=False)
    op.create_table(
        "publication_requests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("book_id", sa.Uuid(), nullable=True),
        sa.Column("character_id", sa.Uuid(), nullable=True),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "granted",
                "declined",
                "withdrawn",
                name="requeststate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="open",
            nullable=False,
        ),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "num_nonnulls(book_id, character_id) = 1", name=op.f("ck_publication_requests_about_one_thing")
        ),
        sa.ForeignKeyConstraint(
            ["book_id"], ["lore_books.id"], name=op.f("fk_publication_requests_book_id_lore_books"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["character_id"],
            ["characters.id"],
            name=op.f("fk_publication_requests_character_id_characters"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["users.id"], name=op.f("fk_publication_requests_decided_by_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_publication_requests_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication_requests")),
    )
    op.create_index(op.f("ix_publication_requests_decided_by"), "publication_requests", ["decided_by"], unique=False)
    op.create_index("ix_publication_requests_state", "publication_requests", ["state", "created_at"], unique=False)
    op.create_index("ix_publication_requests_user_id", "publication_requests", ["user_id"], unique=False)
    op.create_index(
        "uq_publication_requests_book",
        "publication_requests",
        ["book_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "uq_publication_requests_character",
        "publication_requests",
        ["character_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.add_column("characters", sa.Column("popularity", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("characters", sa.Column("rating", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.create_index(
        "ix_characters_newest",
        "characters",
        [sa.literal_column("coalesce(published_at, created_at) DESC"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("visibility = 'public' AND deleted_at IS NULL AND NOT is_adult"),
    )
    op.create_index(
        "ix_characters_popularity",
        "characters",
        [sa.literal_column("popularity DESC"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("visibility = 'public' AND deleted_at IS NULL AND NOT is_adult"),
    )
    op.create_index(
        "ix_characters_rating",
        "characters",
        [sa.literal_column("rating DESC"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("visibility = 'public' AND deleted_at IS NULL AND NOT is_adult"),
    )
    op.add_column("grants", sa.Column("character_id", sa.Uuid(), nullable=True))
    op.alter_column("grants", "book_id", existing_type=sa.UUID(), nullable=True)
    op.create_index("ix_grants_character_id_status", "grants", ["character_id", "status"], unique=False)
    op.create_unique_constraint(op.f("uq_grants_user_id_character_id"), "grants", ["user_id", "character_id"])
    op.create_foreign_key(
        op.f("fk_grants_character_id_characters"), "grants", "characters", ["character_id"], ["id"], ondelete="CASCADE"
    )
    op.create_index(
        "ix_users_display_name_begins",
        "users",
        [sa.literal_column("lower(display_name)").label("name")],
        unique=False,
        postgresql_ops={"name": "text_pattern_ops"},
    )
    op.create_index(
        "ix_users_username_begins",
        "users",
        [sa.literal_column("lower(username)").label("name")],
        unique=False,
        postgresql_ops={"name": "text_pattern_ops"},
    )
    op.create_index("ix_users_username_id", "users", ["username", "id"], unique=False)
    op.create_check_constraint(op.f("ck_grants_about_one_thing"), "grants", "num_nonnulls(book_id, character_id) = 1")


def downgrade() -> None:
    """Take back."""
    op.execute("DELETE FROM grants WHERE book_id IS NULL")
    op.drop_constraint(op.f("ck_grants_about_one_thing"), "grants", type_="check")
    op.drop_index("ix_users_username_id", table_name="users")
    op.drop_index("ix_users_username_begins", table_name="users", postgresql_ops={"name": "text_pattern_ops"})
    op.drop_index("ix_users_display_name_begins", table_name="users", postgresql_ops={"name": "text_pattern_ops"})
    op.drop_constraint(op.f("fk_grants_character_id_characters"), "grants", type_="foreignkey")
    op.drop_constraint(op.f("uq_grants_user_id_character_id"), "grants", type_="unique")
    op.drop_index("ix_grants_character_id_status", table_name="grants")
    op.alter_column("grants", "book_id", existing_type=sa.UUID(), nullable=False)
    op.drop_column("grants", "character_id")
    op.drop_index(
        "ix_characters_rating",
        table_name="characters",
        postgresql_where=sa.text("visibility = 'public' AND deleted_at IS NULL AND NOT is_adult"),
    )
    op.drop_index(
        "ix_characters_popularity",
        table_name="characters",
        postgresql_where=sa.text("visibility = 'public' AND deleted_at IS NULL AND NOT is_adult"),
    )
    op.drop_index(
        "ix_characters_newest",
        table_name="characters",
        postgresql_where=sa.text("visibility = 'public' AND deleted_at IS NULL AND NOT is_adult"),
    )
    op.drop_column("characters", "rating")
    op.drop_column("characters", "popularity")
    op.drop_index(
        "uq_publication_requests_character",
        table_name="publication_requests",
        postgresql_where=sa.text("state = 'open'"),
    )
    op.drop_index(
        "uq_publication_requests_book", table_name="publication_requests", postgresql_where=sa.text("state = 'open'")
    )
    op.drop_index("ix_publication_requests_user_id", table_name="publication_requests")
    op.drop_index("ix_publication_requests_state", table_name="publication_requests")
    op.drop_index(op.f("ix_publication_requests_decided_by"), table_name="publication_requests")
    op.drop_table("publication_requests")
    op.drop_index("ix_book_ratings_book_id", table_name="book_ratings")
    op.drop_table("book_ratings")
    op.drop_index(
        "uq_verification_requests_open", table_name="verification_requests", postgresql_where=sa.text("state = 'open'")
    )
    op.drop_index(op.f("ix_verification_requests_user_id"), table_name="verification_requests")
    op.drop_index("ix_verification_requests_state", table_name="verification_requests")
    op.drop_index(op.f("ix_verification_requests_decided_by"), table_name="verification_requests")
    op.drop_table("verification_requests")
    op.drop_index("ix_token_debts_user_id", table_name="token_debts")
    op.drop_table("token_debts")
    op.drop_index("ix_gifts_sender_id_id", table_name="gifts")
    op.drop_index("ix_gifts_recipient_id_id", table_name="gifts")
    op.drop_index("ix_gifts_expires_at", table_name="gifts", postgresql_where=sa.text("state = 'offered'"))
    op.drop_index(op.f("ix_gifts_character_id"), table_name="gifts")
    op.drop_table("gifts")
    op.drop_index(op.f("ix_former_usernames_username_looks"), table_name="former_usernames")
    op.drop_index(op.f("ix_former_usernames_creator_id"), table_name="former_usernames")
    op.drop_table("former_usernames")
    op.drop_index("ix_follows_creator_id_created_at", table_name="follows")
    op.drop_table("follows")
    op.drop_index("ix_entries_transfer_id", table_name="entries")
    op.drop_table("entries")
    op.drop_index("ix_enrolments_user_id", table_name="enrolments")
    op.drop_index(op.f("ix_enrolments_application_id"), table_name="enrolments")
    op.drop_table("enrolments")
    op.drop_index(op.f("ix_creator_standings_decided_by"), table_name="creator_standings")
    op.drop_table("creator_standings")
    op.drop_index(
        "ix_transfers_reverses_id", table_name="transfers", postgresql_where=sa.text("reverses_id IS NOT NULL")
    )
    op.drop_index("ix_transfers_hold_id", table_name="transfers", postgresql_where=sa.text("hold_id IS NOT NULL"))
    op.drop_index("ix_transfers_debit_id", table_name="transfers")
    op.drop_index("ix_transfers_credit_id", table_name="transfers")
    op.drop_index("ix_transfers_about", table_name="transfers", postgresql_where=sa.text("about IS NOT NULL"))
    op.drop_table("transfers")
    op.drop_index("uq_payments_source_reference", table_name="payments")
    op.drop_index("ix_payments_user_id_created_at", table_name="payments")
    op.drop_index(op.f("ix_payments_subscription_id"), table_name="payments")
    op.drop_index(op.f("ix_payments_plan_id"), table_name="payments")
    op.drop_index("ix_payments_pending", table_name="payments", postgresql_where=sa.text("state = 'pending'"))
    op.drop_index(op.f("ix_payments_package_id"), table_name="payments")
    op.drop_index("ix_payments_created_at", table_name="payments")
    op.drop_table("payments")
    op.drop_index("ix_logins_user_id_created_at", table_name="logins")
    op.drop_index(op.f("ix_logins_session_id"), table_name="logins")
    op.drop_index("ix_logins_created_at", table_name="logins")
    op.drop_table("logins")
    op.drop_index("ix_hold_parts_wallet_id", table_name="hold_parts")
    op.drop_table("hold_parts")
    op.drop_index("ix_creators_tags", table_name="creators", postgresql_using="gin")
    op.drop_index(
        "ix_creators_search_words",
        table_name="creators",
        postgresql_using="gin",
        postgresql_where=sa.text("visibility = 'public'"),
    )
    op.drop_index("ix_creators_followers", table_name="creators", postgresql_where=sa.text("visibility = 'public'"))
    op.drop_index("ix_creators_created_at", table_name="creators", postgresql_where=sa.text("visibility = 'public'"))
    op.drop_index(op.f("ix_creators_banner_id"), table_name="creators")
    op.drop_index(op.f("ix_creators_avatar_id"), table_name="creators")
    op.drop_index("ix_creators_active", table_name="creators", postgresql_where=sa.text("visibility = 'public'"))
    op.drop_table("creators")
    op.drop_index(
        "uq_applications_open",
        table_name="applications",
        postgresql_where=sa.text("state IN ('submitted', 'in_review')"),
    )
    op.drop_index("ix_applications_user_id", table_name="applications")
    op.drop_index("ix_applications_state", table_name="applications")
    op.drop_index(op.f("ix_applications_reviewed_by"), table_name="applications")
    op.drop_table("applications")
    op.drop_index(
        "uq_wallets_user_id_kind_expires_at",
        table_name="wallets",
        postgresql_where=sa.text("user_id IS NOT NULL"),
        postgresql_nulls_not_distinct=True,
    )
    op.drop_index(
        "uq_wallets_house_kind_shard",
        table_name="wallets",
        postgresql_where=sa.text("kind IN ('issued', 'spent', 'expired')"),
    )
    op.drop_index("ix_wallets_pseudonym", table_name="wallets")
    op.drop_index(
        "ix_wallets_left_behind", table_name="wallets", postgresql_where=sa.text("user_id IS NULL AND balance > 0")
    )
    op.drop_index(
        "ix_wallets_expires_at", table_name="wallets", postgresql_where=sa.text("kind = 'promo' AND balance > 0")
    )
    op.drop_table("wallets")
    op.drop_index("ix_user_tags_tag", table_name="user_tags")
    op.drop_index(op.f("ix_user_tags_added_by"), table_name="user_tags")
    op.drop_table("user_tags")
    op.drop_table("usage_counters")
    op.drop_index(
        "uq_subscriptions_current",
        table_name="subscriptions",
        postgresql_where=sa.text("state IN ('active', 'past_due')"),
    )
    op.drop_index("ix_subscriptions_user_id_state", table_name="subscriptions")
    op.drop_index(op.f("ix_subscriptions_plan_id"), table_name="subscriptions")
    op.drop_index(
        "ix_subscriptions_period_end",
        table_name="subscriptions",
        postgresql_where=sa.text("state IN ('active', 'past_due')"),
    )
    op.drop_table("subscriptions")
    op.drop_table("stripe_customers")
    op.drop_index(op.f("ix_standings_updated_by"), table_name="standings")
    op.drop_index(
        "ix_standings_not_plain",
        table_name="standings",
        postgresql_where=sa.text("role <> 'user' OR status <> 'active'"),
    )
    op.drop_table("standings")
    op.drop_index("ix_sessions_user_id_last_seen_at", table_name="sessions")
    op.drop_index("ix_sessions_ends_at", table_name="sessions")
    op.drop_table("sessions")
    op.drop_index("ix_reports_state_created_at", table_name="reports")
    op.drop_index("ix_reports_reporter_id", table_name="reports")
    op.drop_index(op.f("ix_reports_handled_by"), table_name="reports")
    op.drop_index(op.f("ix_reports_about_user_id"), table_name="reports")
    op.drop_table("reports")
    op.drop_index(op.f("ix_programs_created_by"), table_name="programs")
    op.drop_table("programs")
    op.drop_index("ix_holds_user_id_state", table_name="holds")
    op.drop_index("ix_holds_to_user_id", table_name="holds", postgresql_where=sa.text("state = 'pending'"))
    op.drop_index("ix_holds_expires_at", table_name="holds", postgresql_where=sa.text("state = 'pending'"))
    op.drop_index("ix_holds_about", table_name="holds", postgresql_where=sa.text("about IS NOT NULL"))
    op.drop_table("holds")
    op.drop_index(op.f("ix_feature_switches_updated_by"), table_name="feature_switches")
    op.drop_table("feature_switches")
    op.drop_index("ix_entitlements_user_id", table_name="entitlements")
    op.drop_index("ix_entitlements_discord_user_id", table_name="entitlements")
    op.drop_table("entitlements")
    op.drop_index("uq_audit_seals_place", table_name="audit_seals")
    op.drop_table("audit_seals")
    op.drop_table("audit_details")
    op.drop_index("ix_api_tokens_user_id", table_name="api_tokens")
    op.drop_table("api_tokens")
    op.drop_index("ix_admin_notes_user_id_created_at", table_name="admin_notes")
    op.drop_index(op.f("ix_admin_notes_author_id"), table_name="admin_notes")
    op.drop_table("admin_notes")
    op.drop_table("token_packages")
    op.drop_index("uq_plans_default", table_name="plans", postgresql_where=sa.text("is_default"))
    op.drop_table("plans")
    op.drop_index("ix_payment_events_received_at", table_name="payment_events")
    op.drop_table("payment_events")
    op.drop_index("ix_oauth_states_expires_at", table_name="oauth_states")
    op.drop_table("oauth_states")
    op.drop_table("daily_figures")
    op.drop_index("ix_audit_log_of_user_id_at", table_name="audit_log")
    op.drop_index("ix_audit_log_at", table_name="audit_log")
    op.drop_index("ix_audit_log_actor_id_at", table_name="audit_log")
    op.drop_index("ix_audit_log_action_at", table_name="audit_log")
    op.drop_table("audit_log")
    op.drop_table("audit_batches")
