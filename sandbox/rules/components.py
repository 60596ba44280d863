"""The components of a message: legacy rows, and Components V2 (flag 32768).

Source: docs, Component Reference; the largest numbers of its limits are in Discord's HTTP specification.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from copy import deepcopy
from typing import Any

from sandbox.rules.forms import Faults, Form, url_fault
from sandbox.rules.parts import (
    SELECTS,
    CustomIds,
    Kind,
    check_emoji,
    check_kind,
    check_select,
    walk,
)

#: Legacy messages hold five rows; V2 messages forty components at any depth and 4000 characters of text.
MAX_ROWS = 5
MAX_COMPONENTS = 40
MAX_TEXT = 4000
#: What fits in one row: five buttons, or one select.
ROW_WIDTH = 5

BUTTON_LINK = 5
BUTTON_PREMIUM = 6

_IN_ROW = SELECTS | {Kind.BUTTON}
_LEGACY = frozenset({Kind.ACTION_ROW})
_IN_CONTAINER = frozenset(
    {Kind.ACTION_ROW, Kind.SECTION, Kind.TEXT_DISPLAY, Kind.MEDIA_GALLERY, Kind.FILE, Kind.SEPARATOR}
)
_TOP_V2 = _IN_CONTAINER | {Kind.CONTAINER}


def check_components(
    components: Sequence[Any] | None,
    *,
    v2: bool,
    application_owned: bool = True,
    filenames: Collection[str] | None = None,
    path: str = "components",
) -> None:
    """Check a message's components.

    `application_owned` is false for a webhook that a person made: it may not send what can be clicked, links aside.
    `filenames` are the names that `attachment://` may refer to; None leaves references unchecked. Raises InvalidForm
    whose paths begin with `path`.
    """
    faults = Faults()
    parent, _, key = path.rpartition(".")
    form = Form({key: components}, faults, parent)
    MessageComponents(form, v2=v2, application_owned=application_owned, filenames=filenames).check(key)
    faults.raise_any()


class MessageComponents:
    """One pass over the components of one message; faults go to the form's."""

    def __init__(
        self, form: Form, *, v2: bool, application_owned: bool = True, filenames: Collection[str] | None = None
    ) -> None:
        self._form = form
        self._v2 = v2
        self._application_owned = application_owned
        self._filenames = filenames
        self._custom_ids = CustomIds()
        self._count = 0
        self._characters = 0

    def check(self, key: str = "components") -> None:
        """Check the list under `key` of the form."""
        if self._v2:
            for component in self._form.forms(key, None):
                self._check(component, _TOP_V2)
            self._check_totals(key)
        else:
            for component in self._form.forms(key, MAX_ROWS):
                self._check(component, _LEGACY)

    def _check_totals(self, key: str) -> None:
        if self._count > MAX_COMPONENTS:
            self._form.fault(
                key,
                "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED",
                f"Total number of components cannot exceed {MAX_COMPONENTS}",
            )
        if self._characters > MAX_TEXT:
            self._form.fault(
                key,
                "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED",
                f"Components displayable text size exceeds maximum size of {MAX_TEXT}",
            )

    def _check(self, component: Form, allowed: frozenset[Kind]) -> None:
        self._count += 1
        kind = check_kind(component, allowed)
        if kind is None:
            return
        self._custom_ids.check_number(component)
        if kind is Kind.BUTTON:
            self._check_button(component)
        elif kind in SELECTS:
            self._refuse_if_clickable(component)
            check_select(component, kind, self._custom_ids)
        else:
            self._check_layout(component, kind)

    def _check_layout(self, component: Form, kind: Kind) -> None:
        match kind:
            case Kind.ACTION_ROW:
                self._check_row(component)
            case Kind.SECTION:
                self._check_section(component)
            case Kind.CONTAINER:
                component.whole("accent_color", low=0, high=0xFFFFFF)
                component.truth("spoiler")
                for child in component.forms("components", MAX_COMPONENTS, low=1, required=True):
                    self._check(child, _IN_CONTAINER)
            case Kind.TEXT_DISPLAY:
                text = component.text("content", MAX_TEXT, low=1, required=True)
                self._characters += len(text or "")
            case Kind.MEDIA_GALLERY:
                for item in component.forms("items", 10, low=1, required=True):
                    self._check_media(item, "media")
            case Kind.FILE:
                self._check_media(component, "file", schemes=("attachment",))
            case Kind.THUMBNAIL:
                self._check_media(component, "media")
            case _:
                component.truth("divider")
                component.choice("spacing", {1, 2})

    def _check_row(self, row: Form) -> None:
        width = 0
        for child in row.forms("components", ROW_WIDTH, low=1, required=True):
            self._check(child, _IN_ROW)
            width += 1 if child.data.get("type") == Kind.BUTTON else ROW_WIDTH
            if width > ROW_WIDTH:
                child.fault("", "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The specified component exceeds the maximum width")

    def _check_section(self, section: Form) -> None:
        for child in section.forms("components", 3, low=1, required=True):
            self._check(child, frozenset({Kind.TEXT_DISPLAY}))
        accessory = section.form("accessory", required=True)
        if accessory:
            self._check(accessory, frozenset({Kind.BUTTON, Kind.THUMBNAIL}))

    def _check_media(
        self, holder: Form, key: str, *, schemes: tuple[str, ...] = ("http", "https", "attachment")
    ) -> None:
        holder.text("description", 1024, low=1)
        holder.truth("spoiler")
        media = holder.form(key, required=True)
        url = media.text("url", 2048, low=1, required=True) if media else None
        if media is None or not url:
            return
        name = url.removeprefix("attachment://")
        if name == url:
            wrong = url_fault(url, schemes)
            if wrong:
                media.fault("url", *wrong)
        elif self._filenames is not None and name not in self._filenames:
            media.fault(
                "url",
                "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND",
                f"The referenced attachment {name} was not found in the message attachments",
            )

    def _check_button(self, button: Form) -> None:
        style = button.choice("style", range(1, 7), required=True)
        button.text("label", 80)
        button.truth("disabled")
        check_emoji(button)
        custom_id, url, sku = (button.data.get(key) for key in ("custom_id", "url", "sku_id"))
        if style == BUTTON_LINK:
            if custom_id:
                self._refuse_both(button)
            if not url:
                button.fault("url", "BASE_TYPE_REQUIRED", "A url is required")
            button.url("url", 512, schemes=("http", "https", "discord"))
        elif style == BUTTON_PREMIUM:
            button.snowflake("sku_id", required=True)
            for key in ("custom_id", "url", "label", "emoji"):
                if button.data.get(key):
                    button.fault(key, "BUTTON_COMPONENT_PREMIUM_FIELD_INVALID", f"A premium button cannot have a {key}")
        elif style is not None:
            self._check_interactive(button, custom_id, url, sku)

    def _check_interactive(self, button: Form, custom_id: Any, url: Any, sku: Any) -> None:
        if url and custom_id:
            self._refuse_both(button)
        elif url:
            button.fault("url", "BUTTON_COMPONENT_URL_INVALID", "A url is only allowed on link buttons")
        if sku:
            button.fault("sku_id", "BUTTON_COMPONENT_SKU_INVALID", "A sku id is only allowed on premium buttons")
        if custom_id is None:
            button.fault("custom_id", "BUTTON_COMPONENT_CUSTOM_ID_REQUIRED", "A custom id is required")
        if not button.data.get("label") and not button.data.get("emoji"):
            button.fault("label", "BUTTON_COMPONENT_LABEL_REQUIRED", "A label or an emoji is required")
        self._custom_ids.check(button, required=False)
        self._refuse_if_clickable(button)

    def _refuse_both(self, button: Form) -> None:
        button.fault(
            "custom_id",
            "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE",
            "A custom id and url cannot both be specified",
        )

    def _refuse_if_clickable(self, component: Form) -> None:
        """A webhook that no application owns cannot send what must be answered (docs: Execute Webhook)."""
        if not self._application_owned:
            component.fault("type", "COMPONENT_TYPE_INVALID", "The specified component type is invalid in this context")


#: What Discord fills in where a component is silent, by kind (response schemas of its HTTP specification).
_DEFAULTS: dict[int, dict[str, Any]] = {
    **{int(kind): {"min_values": 1, "max_values": 1} for kind in SELECTS},
    int(Kind.THUMBNAIL): {"description": None, "spoiler": False},
    int(Kind.FILE): {"spoiler": False, "name": None, "size": None},
    int(Kind.SEPARATOR): {"spacing": 1, "divider": True},
    int(Kind.CONTAINER): {"accent_color": None, "spoiler": False},
}


def number_components(components: Sequence[Any] | None) -> list[dict[str, Any]]:
    """A copy of (checked) components in which each has an `id`: its own or the next free from 1, parents first."""
    numbered: list[dict[str, Any]] = deepcopy(list(components or ()))
    taken = {component["id"] for component in walk(numbered) if component.get("id")}
    following = 1
    for component in walk(numbered):
        if component.get("id"):
            continue
        while following in taken:
            following += 1
        component["id"] = following
        taken.add(following)
    return numbered


def _drop_nulls(part: dict[str, Any]) -> None:
    for key in [key for key, value in part.items() if value is None]:
        del part[key]


def settle_components(components: Sequence[Any] | None) -> list[dict[str, Any]]:
    """Numbered components with Discord's defaults filled in and nulls dropped, as a message shows them.

    Media addresses are left as they were sent; whoever stores the files resolves them.
    """
    settled = number_components(components)
    for component in walk(settled):
        for option in (component, *(component.get("options") or ())):
            _drop_nulls(option)
            _drop_nulls(option.get("emoji") or {})
        # Only a modal's select can be required; a message's keeps no word of it.
        component.pop("required", None)
        for key, value in _DEFAULTS.get(component["type"], {}).items():
            component.setdefault(key, value)
        for item in component.get("items") or ():
            item["description"] = item.get("description")
            item["spoiler"] = bool(item.get("spoiler"))
    return settled
