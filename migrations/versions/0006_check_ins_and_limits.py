"""Check-ins and limits

Revision ID: 0006
Revises: 0005
Create Date: 2026-11-22 02:00:04.418493
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "daily_usage",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("conversations", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("messages", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("tokens", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("characters", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("lore_entries", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("minutes", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint(
            "least(conversations, messages, tokens, characters, lore_entries, minutes) >= 0",
            name=op.f("ck_daily_usage_counts_up"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_daily_usage_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "day", name=op.f("pk_daily_usage")),
    )
    op.create_table(
        "mood_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("felt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "discord", "web", "import", name="moodsource", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_mood_entries_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mood_entries")),
        sa.UniqueConstraint("user_id", "fingerprint", name=op.f("uq_mood_entries_user_id_fingerprint")),
    )
    op.create_index("ix_mood_entries_felt", "mood_entries", ["user_id", "felt_at", "id"], unique=False)
    op.create_table(
        "mood_reminders",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("at_minute", sa.SmallInteger(), nullable=False),
        sa.Column("weekdays", sa.SmallInteger(), server_default=sa.text("127"), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("at_minute BETWEEN 0 AND 1439", name=op.f("ck_mood_reminders_minute_of_a_day")),
        sa.CheckConstraint("weekdays BETWEEN 1 AND 127", name=op.f("ck_mood_reminders_some_weekday")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_mood_reminders_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mood_reminders")),
        sa.UniqueConstraint("user_id", "at_minute", name=op.f("uq_mood_reminders_user_id_at_minute")),
    )
    op.create_index(
        "ix_mood_reminders_due",
        "mood_reminders",
        ["next_at"],
        unique=False,
        postgresql_where=sa.text("refused_at IS NULL"),
    )
    op.create_table(
        "mood_settings",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("consent_version", sa.SmallInteger(), nullable=False),
        sa.Column("consented_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column(
            "consented_in",
            sa.Enum("discord", "web", name="saidin", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("keep_days", sa.SmallInteger(), nullable=True),
        sa.Column("in_discord", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("in_prompts", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("quiet_from", sa.SmallInteger(), nullable=True),
        sa.Column("quiet_to", sa.SmallInteger(), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sealed_choices", sa.LargeBinary(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(quiet_from IS NULL) = (quiet_to IS NULL)", name=op.f("ck_mood_settings_quiet_hours_whole")
        ),
        sa.CheckConstraint("consent_version > 0", name=op.f("ck_mood_settings_version_is_positive")),
        sa.CheckConstraint("keep_days BETWEEN 1 AND 3650", name=op.f("ck_mood_settings_days_in_range")),
        sa.CheckConstraint(
            "quiet_from BETWEEN 0 AND 1439 AND quiet_to BETWEEN 0 AND 1439",
            name=op.f("ck_mood_settings_quiet_hours_in_a_day"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_mood_settings_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_mood_settings")),
    )
    op.create_table(
        "person_keys",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_person_keys_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_person_keys")),
    )
    op.create_table(
        "self_habits",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("sealed_name", sa.LargeBinary(), nullable=False),
        sa.Column("times_a_week", sa.SmallInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("times_a_week BETWEEN 1 AND 7", name=op.f("ck_self_habits_times_in_a_week")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_self_habits_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_self_habits")),
    )
    op.create_index("ix_self_habits_user_id", "self_habits", ["user_id"], unique=False)
    op.create_table(
        "self_limits",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("rules", postgresql.JSONB(), nullable=False),
        sa.Column(
            "set_in",
            sa.Enum("discord", "web", name="saidin", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("set_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("holds_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_self_limits_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_self_limits")),
    )
    op.create_index("ix_self_limits_holds", "self_limits", ["user_id", "holds_from", "id"], unique=False)
    op.create_table(
        "self_triggers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "late_nights",
                "long_days",
                "long_sitting",
                "week_over_week",
                "low_moods",
                name="triggerkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("times", sa.SmallInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("minutes", sa.SmallInteger(), nullable=True),
        sa.Column("sealed_words", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("minutes BETWEEN 1 AND 1440", name=op.f("ck_self_triggers_minutes_in_range")),
        sa.CheckConstraint("times BETWEEN 1 AND 60", name=op.f("ck_self_triggers_times_in_range")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_self_triggers_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_self_triggers")),
    )
    op.create_index("ix_self_triggers_user_id", "self_triggers", ["user_id"], unique=False)
    op.create_table(
        "usage_minutes",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), server_default=sa.text("0"), autoincrement=False, nullable=False),
        sa.Column("mask", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("date_trunc('hour', hour, 'UTC') = hour", name=op.f("ck_usage_minutes_whole_hour")),
        sa.CheckConstraint("mask > 0 AND mask < 1152921504606846976", name=op.f("ck_usage_minutes_sixty_minutes")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_usage_minutes_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "hour", "guild_id", name=op.f("pk_usage_minutes")),
    )
    op.create_index("ix_usage_minutes_hour", "usage_minutes", ["hour"], unique=False)
    op.create_table(
        "habit_days",
        sa.Column("habit_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["habit_id"], ["self_habits.id"], name=op.f("fk_habit_days_habit_id_self_habits"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_habit_days_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("habit_id", "day", name=op.f("pk_habit_days")),
    )
    op.create_index(op.f("ix_habit_days_user_id"), "habit_days", ["user_id"], unique=False)
    op.create_table(
        "limit_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "warned",
                "cooled_down",
                "stopped",
                "night",
                "paused",
                "break",
                "spending",
                "floor",
                "trigger",
                name="limiteventkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("trigger_id", sa.Uuid(), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("happened_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["trigger_id"],
            ["self_triggers.id"],
            name=op.f("fk_limit_events_trigger_id_self_triggers"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_limit_events_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_limit_events")),
    )
    op.create_index(op.f("ix_limit_events_trigger_id"), "limit_events", ["trigger_id"], unique=False)
    op.create_index("uq_limit_events_once", "limit_events", ["user_id", "kind", "period"], unique=True)
    op.create_index("ix_holds_user_id_created_at", "holds", ["user_id", "created_at"], unique=False)


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_holds_user_id_created_at", table_name="holds")
    op.drop_index("uq_limit_events_once", table_name="limit_events")
    op.drop_index(op.f("ix_limit_events_trigger_id"), table_name="limit_events")
    op.drop_table("limit_events")
    op.drop_index(op.f("ix_habit_days_user_id"), table_name="habit_days")
    op.drop_table("habit_days")
    op.drop_index("ix_usage_minutes_hour", table_name="usage_minutes")
    op.drop_table("usage_minutes")
    op.drop_index("ix_self_triggers_user_id", table_name="self_triggers")
    op.drop_table("self_triggers")
    op.drop_index("ix_self_limits_holds", table_name="self_limits")
    op.drop_table("self_limits")
    op.drop_index("ix_self_habits_user_id", table_name="self_habits")
    op.drop_table("self_habits")
    op.drop_table("person_keys")
    op.drop_table("mood_settings")
    op.drop_index("ix_mood_reminders_due", table_name="mood_reminders", postgresql_where=sa.text("refused_at IS NULL"))
    op.drop_table("mood_reminders")
    op.drop_index("ix_mood_entries_felt", table_name="mood_entries")
    op.drop_table("mood_entries")
    op.drop_table("daily_usage")
