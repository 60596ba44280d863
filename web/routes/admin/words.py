"""Words that several of the admins' pages share."""

from __future__ import annotations

from collections.abc import Mapping

from bot.services.oversight.standings import AccountStatus, UserRole
from bot.texts import N_, Text

ROLES: Mapping[UserRole, Text] = {
    UserRole.USER: N_("Member"),
    UserRole.MODERATOR: N_("Moderator"),
    UserRole.ADMIN: N_("Admin"),
}

STATUSES: Mapping[AccountStatus, Text] = {
    AccountStatus.ACTIVE: N_("Active"),
    AccountStatus.SUSPENDED: N_("Suspended"),
    AccountStatus.BANNED: N_("Banned"),
}

STATUS_BADGES: Mapping[AccountStatus, str] = {
    AccountStatus.ACTIVE: "good",
    AccountStatus.SUSPENDED: "note",
    AccountStatus.BANNED: "bad",
}
