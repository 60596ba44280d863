"""What a character needs before everybody may meet it. Pure."""

from __future__ import annotations

from bot.errors import InvalidInput
from bot.services.characters.drafts import has_visible
from bot.texts import N_


def refuse_unfinished(name: str, description: str, instructions: str) -> None:
    """Raise `InvalidInput` where name, description or instructions are missing: a directory needs something to show."""
    for field, text, label in (
        ("name", name, N_("Name")),
        ("description", description, N_("Description")),
        ("system_prompt", instructions, N_("Instructions")),
    ):
        if not has_visible(text):
            raise InvalidInput(
                "not_ready_to_publish",
                N_("{label}: a published character needs it, so that people know whom they meet. Use /character edit."),
                field=field,
                label=label,
            )
