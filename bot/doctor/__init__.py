"""`python -m bot doctor`: looks at everything BotCafé needs and says in words what to mend. Changes nothing."""

from bot.doctor.examination import examine
from bot.doctor.findings import Finding, Level, render_json, render_text

__all__ = ["Finding", "Level", "examine", "render_json", "render_text"]
