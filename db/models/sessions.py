"""Who is signed in on the web: sessions, logins, sign-ins under way, and tokens for the JSON API."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text, func, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Snowflake
from db.ids import new_id
from db.personal import Erase, Export, Personal, Sharing


class OAuthState(Base):
    """A sign-in under way: what Discord must bring back, and to which browser. Used once, for ten minutes at most."""

    __tablename__ = "oauth_states"
    __table_args__ = (Index("ix_oauth_states_expires_at", "expires_at"),)
    personal: ClassVar = Personal(
        sharing=Sharing.SYSTEM,
        whose="nobody yet: a browser that has not signed in",
        purpose="to know that an answer from Discord belongs to the browser that asked",
        retention="ten minutes",
        export=Export.NOTHING,
        erase=Erase.EXPIRES,
        system_reason="it is found by the hash of a secret before anybody is known",
        note="no row names a person",
    )

    state_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    browser_hash: Mapped[bytes] = mapped_column(LargeBinary)
    verifier: Mapped[str]
    next_path: Mapped[str] = mapped_column(server_default="/")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]


class WebSession(Base):
    """One signed-in browser. The cookie's 256 random bits are kept as their SHA-256 only.

    It ends at `idle_until` unless used before, at `ends_at` in any case, and at once when revoked.
    """

    __tablename__ = "sessions"
    __table_args__ = (
        Index("ix_sessions_user_id_last_seen_at", "user_id", "last_seen_at"),
        Index("ix_sessions_ends_at", "ends_at"),
    )
    personal: ClassVar = Personal(
        sharing=Sharing.PRIVATE,
        whose="who signed in",
        purpose="to keep a browser signed in, and to let its owner see and end it",
        retention="14 days after the last sign-in at most; the address and the browser's name 30 days",
        export=Export.ROWS,
        erase=Erase.ROWS,
        people=("user_id",),
        note="the hash of the cookie is left out of the copy",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    user_agent: Mapped[str] = mapped_column(server_default="")
    ip: Mapped[str] = mapped_column(server_default="")
    is_staff: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    last_seen_at: Mapped[datetime] = mapped_column(server_default=func.now())
    idle_until: Mapped[datetime]
    ends_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class LoginFailure(StrEnum):
    """Why a sign-in failed."""

    STATE = "state"
    """The answer belonged to no sign-in of this browser."""
    DENIED = "denied"
    """The person, or Discord, said no."""
    CODE = "code"
    """Discord did not accept the code."""
    UNREACHABLE = "unreachable"
    """Discord did not answer."""
    BLOCKED = "blocked"
    """The account is suspended or banned."""
    CLOSED = "closed"
    """Signing in is switched off."""


class Login(Base):
    """One attempt to sign in. `failure` null: it succeeded. Whose it was is known only once Discord said so."""

    __tablename__ = "logins"
    __table_args__ = (
        Index("ix_logins_user_id_created_at", "user_id", "created_at"),
        Index("ix_logins_created_at", "created_at"),
    )
    personal: ClassVar = Personal(
        sharing=Sharing.SHARED,
        whose="who tried to sign in; failures are seen by staff as well",
        purpose="so that a person notices a sign-in that was not theirs, and staff an attack",
        retention="30 days",
        export=Export.ROWS,
        erase=Erase.ROWS,
        people=("user_id",),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    discord_id: Mapped[Snowflake | None]
    session_id: Mapped[UUID | None] = mapped_column(ForeignKey("sessions.id", ondelete="SET NULL"), index=True)
    failure: Mapped[LoginFailure | None]
    user_agent: Mapped[str] = mapped_column(server_default="")
    ip: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class TokenScope(StrEnum):
    """What a token of the JSON API may do."""

    READ = "read"
    WRITE = "write"
    STAFF = "staff"
    """What moderators and admins may do: apart, so that an admin's everyday token holds no power."""


class ApiToken(Base):
    """A person's own token for the JSON API; kept as its SHA-256 and its last four letters."""

    __tablename__ = "api_tokens"
    __table_args__ = (
        CheckConstraint("name <> ''", name="name_given"),
        CheckConstraint("scopes <@ ARRAY['read', 'write', 'staff']", name="scopes_known"),
        Index("ix_api_tokens_user_id", "user_id"),
    )
    personal: ClassVar = Personal(
        sharing=Sharing.PRIVATE,
        whose="who made it",
        purpose="to let a person's own programs work in their name",
        retention="until it is revoked or expires, and 30 days longer",
        export=Export.ROWS,
        erase=Erase.ROWS,
        people=("user_id",),
        note="the hash is left out of the copy",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    last_four: Mapped[str]
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list[str], server_default=text("'{read}'::text[]"))
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
