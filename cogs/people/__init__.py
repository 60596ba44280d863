"""What people tell characters of themselves (/me), and the masks they wear (/persona). Seen by themselves only."""

from cogs.people.listing import PersonasButton
from cogs.people.me import MeCog
from cogs.people.personas import PersonasCog

__all__ = ["MeCog", "PersonasButton", "PersonasCog"]
