"""All that faces ask about a person's own limits, in one hand."""

from __future__ import annotations

from dataclasses import dataclass

from bot.services.wellbeing.habits import Habits
from bot.services.wellbeing.history import LimitHistory
from bot.services.wellbeing.limits import SelfLimits
from bot.services.wellbeing.spending import Spendings
from bot.services.wellbeing.triggers import Triggers


@dataclass(frozen=True, slots=True)
class Limiting:
    """What is limited, what somebody wants to be told of, their habits, what came of it all, and what they spent."""

    own: SelfLimits
    habits: Habits
    triggers: Triggers
    history: LimitHistory
    spendings: Spendings
