"""Prompt assembly: a pure function of a snapshot under a token budget.

Nothing is dropped silently: every piece that could have gone in stands in `Prompt.parts`, with its size, who wrote it
and, where it was left out or shortened, the reason. What people typed can never pose as another speaker, as a section
or as the system (`compose_names`, `sections`). `compose_full` says what is more important than what.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from bot.ports import ModelRequest, Models, Profile, Prompt, PromptPart
from bot.services.talk import compose_compact
from bot.services.talk.compose_budget import prompt_budget
from bot.services.talk.compose_full import Full
from bot.services.talk.compose_lines import typed
from bot.services.talk.compose_lore import left_out
from bot.services.talk.compose_names import Names
from bot.services.talk.compose_traits import sampling
from bot.services.talk.compose_types import CharacterSheet, Count, Example, Line, LoreText, Snapshot
from bot.services.talk.compose_world import world_of
from bot.services.talk.macros import Macros

__all__ = [
    "Asked", "CharacterSheet", "Example", "Line", "LoreText", "Snapshot", "compose", "prompt_budget",
    "request",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """What to ask a model, and the variables that the character's macros set on the way (`macros.applied`)."""

    request: ModelRequest
    changes: Mapping[str, str | None]

    @property
    def prompt(self) -> Prompt:
        """The prompt alone."""
        return self.request.prompt

    @property
    def left_out(self) -> Mapping[UUID, str]:
        """Lore entries that found no place in the prompt, and why."""
        return left_out(self.prompt.parts)


def request(snapshot: Snapshot, models: Models, *, attempt: int = 0) -> Asked:
    """The request for one answer of this model: prompt, room for the answer and sampling by the character's traits.

    `attempt` counts the wordings of one reply from 0; another one leaves other things to chance.
    """
    settings = sampling(snapshot.character)
    most = min(settings.max_tokens, models.context_tokens // 2)
    budget = prompt_budget(models.context_tokens, most)
    prompt, macros = _composed(snapshot, models.profile, budget, models.count, attempt, most)
    asked = ModelRequest(
        prompt,
        max_tokens=most,
        temperature=settings.temperature,
        seed=attempt or None,
        top_p=settings.top_p,
        presence_penalty=settings.presence_penalty,
        frequency_penalty=settings.frequency_penalty,
    )
    return Asked(replace(asked, prompt=replace(prompt, parts=(*prompt.parts, _account(asked)))), macros.changes)


def _account(asked: ModelRequest) -> PromptPart:
    """How the model was asked, beside its words: for /why, where it stands as a part that takes no tokens."""
    settings = {
        "temperature": asked.temperature,
        "top_p": asked.top_p,
        "presence_penalty": asked.presence_penalty,
        "frequency_penalty": asked.frequency_penalty,
        "seed": asked.seed,
    }
    chosen = [f"{name} {value:g}" for name, value in settings.items() if value is not None]
    return PromptPart("sampling", ", ".join([f"max_tokens {asked.max_tokens}", *chosen]), 0)


def compose(snapshot: Snapshot, *, profile: Profile, budget_tokens: int, count: Count) -> Prompt:
    """The prompt for one answer.

    `budget_tokens` is what the prompt may hold (`prompt_budget` keeps the answer's room free); `count` gives a text's
    tokens. The budget is kept unless rules, character and last line alone are larger; these are shortened first, with
    account. Order of history is kept, its last line is always present, and equal input gives equal output.
    """
    return _composed(snapshot, profile, budget_tokens, count, 0, None)[0]


def _composed(
    snapshot: Snapshot, profile: Profile, budget: int, count: Count, attempt: int, most_response: int | None
) -> tuple[Prompt, Macros]:
    names = Names.of(snapshot)
    macros = Macros(
        world_of(snapshot, names, attempt=attempt, most_prompt=budget, most_response=most_response),
    )
    if profile is Profile.COMPACT:
        prompt = compose_compact.compose(snapshot, names, macros, budget_tokens=budget, count=count)
    else:
        prompt = Full(snapshot, names, macros, budget, count).prompt()
    return replace(prompt, withheld=(typed(snapshot.mood),) if snapshot.mood else ()), macros
