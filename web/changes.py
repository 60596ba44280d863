"""A form that was open twice: what it shows of what stands now, beside what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.errors import UserError
from bot.services.editing import ChangedMeanwhile, mark_of
from bot.texts import Text
from web.forms import VERSION_FIELD, Form

Compared = tuple[tuple[Text, str, str], ...]


def typed_in(form: Form, names: Mapping[str, Text]) -> dict[str, str]:
    """What was typed into these fields; several ticks under one name are put together as our fields read them."""
    return {name: ", ".join(form.values(name)) for name in names}


def again(form: Form, error: UserError, labels: Mapping[str, Text]) -> tuple[Form, Compared]:
    """The form to be shown again: with its refusal, and where something changed meanwhile, with what.

    Then it carries the mark of what stands now: whoever saves again has seen it.
    """
    failed = form.failed(error)
    if not isinstance(error, ChangedMeanwhile):
        return failed, ()
    typed = typed_in(form, labels)
    rows = tuple(
        (label, error.now.get(name, ""), typed[name])
        for name, label in labels.items()
        if error.now.get(name, "").strip() != typed[name].strip()
    )
    fields = {**failed.fields, VERSION_FIELD: (mark_of(error.now),)}
    return replace(failed, fields=fields), rows
