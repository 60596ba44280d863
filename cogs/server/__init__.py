"""What admins decide for their server (/server), and why a character is silent (/doctor)."""

from cogs.server.doctor import DoctorCog
from cogs.server.membership import MembershipCog
from cogs.server.roles import RolesMenu
from cogs.server.settings import ServerCog

__all__ = ["DoctorCog", "MembershipCog", "RolesMenu", "ServerCog"]
