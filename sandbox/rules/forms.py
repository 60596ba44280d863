"""Reading a JSON object field by field, and gathering every field error before any is raised.

Codes and texts are those of Discord's 50035 answers (`BASE_TYPE_REQUIRED`, `NUMBER_TYPE_COERCE`, …). Discord reports
all wrong fields of a form at once, so a reader returns None for a field it could not read and goes on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from sandbox.errors import ErrorTree, InvalidForm
from sandbox.snowflake import as_id

_N = TypeVar("_N", int, float)

JsonObject = Mapping[str, Any]

#: The largest id Discord takes (signed 64 bits).
MAX_SNOWFLAKE = (1 << 63) - 1


def length_fault(length: int, low: int, high: int | None) -> tuple[str, str] | None:
    """The error for a length outside `low`…`high`, or None where it fits."""
    if low <= length and (high is None or length <= high):
        return None
    if high is None:
        return "BASE_TYPE_MIN_LENGTH", f"Must be {low} or more in length."
    if low == 0:
        return "BASE_TYPE_MAX_LENGTH", f"Must be {high} or fewer in length."
    return "BASE_TYPE_BAD_LENGTH", f"Must be between {low} and {high} in length."


class Faults:
    """The field errors found so far."""

    def __init__(self) -> None:
        self._found: list[InvalidForm] = []

    def add(self, path: str, code: str, message: str) -> None:
        """Note one error at a dotted path."""
        self._found.append(InvalidForm.field(path, code, message))

    def raise_any(self) -> None:
        """Raise all of them as one `InvalidForm`; do nothing when there are none."""
        raise_forms(self._found)

    def __bool__(self) -> bool:
        return bool(self._found)


def raise_forms(found: Sequence[InvalidForm]) -> None:
    """Raise several form errors as one; do nothing when there are none.

    A node of Discord's error tree holds either its own errors or those of what is inside it, never both: it looks at a
    whole only once its parts are right.
    """
    if found:
        raise InvalidForm(_pruned(InvalidForm.merged(found).errors or {}))


def _pruned(tree: ErrorTree) -> ErrorTree:
    inner = {key: _pruned(branch) for key, branch in tree.items() if key != "_errors"}
    return inner or tree


class Form:
    """One JSON object at a path, read field by field; what is wrong is noted in `faults`."""

    def __init__(self, data: Any, faults: Faults, path: str = "") -> None:
        self.faults = faults
        self.path = path
        if isinstance(data, Mapping):
            self.data: JsonObject = cast("JsonObject", data)
        else:
            self.data = {}
            self.fault("", "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")

    def at(self, key: str) -> str:
        """The dotted path of a field; the form's own for ""."""
        return ".".join(part for part in (self.path, key) if part)

    def fault(self, key: str, code: str, message: str) -> None:
        """Note an error of a field, or of the form itself for ""."""
        self.faults.add(self.at(key), code, message)

    def require(self, key: str) -> None:
        """Note that a field is missing when it is absent or null."""
        if self.data.get(key) is None:
            self.fault(key, "BASE_TYPE_REQUIRED", "This field is required")

    def text(
        self, key: str, high: int | None, *, low: int = 0, required: bool = False, strip: bool = False
    ) -> str | None:
        """A string of `low` to `high` code points; `strip` measures it without the blanks around it."""
        value = self.data.get(key)
        if value is None:
            if required:
                self.require(key)
            return None
        if not isinstance(value, str):
            self.fault(key, "STRING_TYPE_CONVERT", f'Could not interpret "{value}" as string.')
            return None
        wrong = length_fault(len(value.strip() if strip else value), low, high)
        if wrong:
            self.fault(key, *wrong)
        return value

    def whole(
        self,
        key: str,
        *,
        low: int | None = None,
        high: int | None = None,
        required: bool = False,
        digits: bool = False,
    ) -> int | None:
        """A whole number; with `digits` also a text of them, as bit sets of permissions and queries come."""
        value = self.data.get(key)
        if value is None:
            if required:
                self.require(key)
            return None
        number = _as_int(value, digits=digits)
        if number is None:
            self.fault(key, "NUMBER_TYPE_COERCE", f'Value "{value}" is not int.')
            return None
        return self._within(key, number, low, high)

    def number(self, key: str, *, low: float | None = None, high: float | None = None) -> float | None:
        """A number, whole or not."""
        value = self.data.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.fault(key, "NUMBER_TYPE_COERCE", f'Value "{value}" is not float.')
            return None
        return self._within(key, value, low, high)

    def _within(self, key: str, number: _N, low: _N | None, high: _N | None) -> _N:
        if low is not None and number < low:
            self.fault(key, "NUMBER_TYPE_MIN", f"int value should be greater than or equal to {low}.")
        elif high is not None and number > high:
            self.fault(key, "NUMBER_TYPE_MAX", f"int value should be less than or equal to {high}.")
        return number

    def truth(self, key: str) -> bool | None:
        """A boolean."""
        value = self.data.get(key)
        if value is None or isinstance(value, bool):
            return value
        self.fault(key, "BOOLEAN_TYPE_CONVERT", "Must be either true or false.")
        return None

    def choice(self, key: str, allowed: Collection[int], *, required: bool = False) -> int | None:
        """One of a few whole numbers."""
        value = self.data.get(key)
        if value is None:
            if required:
                self.require(key)
            return None
        number = _as_int(value)
        if number is None or number not in allowed:
            self.fault(key, "BASE_TYPE_CHOICES", f"Value must be one of {{{', '.join(map(str, sorted(allowed)))}}}.")
            return None
        return number

    def snowflake(self, key: str, *, required: bool = False) -> str | None:
        """An id, as a string."""
        value = self.data.get(key)
        if value is None:
            if required:
                self.require(key)
            return None
        found = read_snowflake(value)
        if found is None:
            self.fault(key, "NUMBER_TYPE_COERCE", f'Value "{value}" is not snowflake.')
        return found

    def url(self, key: str, high: int = 2048, *, schemes: tuple[str, ...] = ("http", "https")) -> str | None:
        """A web address of one of the schemes, with a host."""
        value = self.text(key, high)
        if value is None:
            return None
        wrong = url_fault(value, schemes)
        if wrong:
            self.fault(key, *wrong)
            return None
        return value

    def items(self, key: str, high: int | None, *, low: int = 0, required: bool = False) -> list[Any]:
        """A list of `low` to `high` members; empty where absent."""
        value = self.data.get(key)
        if value is None:
            if required:
                self.require(key)
            return []
        if not isinstance(value, list | tuple):
            self.fault(key, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
            return []
        members = list(cast("Iterable[Any]", value))
        wrong = length_fault(len(members), low, high)
        if wrong:
            self.fault(key, *wrong)
        return members

    def forms(self, key: str, high: int | None, *, low: int = 0, required: bool = False) -> list[Form]:
        """A list of objects, each a form of its own ("embeds.0", "embeds.1", …)."""
        members = self.items(key, high, low=low, required=required)
        return [Form(member, self.faults, self.at(f"{key}.{index}")) for index, member in enumerate(members)]

    def form(self, key: str, *, required: bool = False) -> Form | None:
        """An object inside the object."""
        value = self.data.get(key)
        if value is None:
            if required:
                self.require(key)
            return None
        return Form(value, self.faults, self.at(key))


def _as_int(value: Any, *, digits: bool = False) -> int | None:
    """A JSON value as a whole number, or None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if (
        digits
        and isinstance(value, str)
        and value.isascii()
        and value.removeprefix("-").isdecimal()
        and len(value) <= 20
    ):
        return int(value)
    return None


def read_snowflake(value: Any) -> str | None:
    """An id from either form it may arrive in, as a string; None for anything that is no id."""
    found = as_id(value)
    return found if found is not None and int(found) <= MAX_SNOWFLAKE else None


def check_snowflake(value: Any, field: str) -> str:
    """An id out of a path or query, as a string; raises InvalidForm naming `field`."""
    found = read_snowflake(value)
    if found is None:
        raise InvalidForm.field(field, "NUMBER_TYPE_COERCE", f'Value "{value}" is not snowflake.')
    return found


def check_limit(value: str | None, *, default: int, low: int = 1, high: int = 100, field: str = "limit") -> int:
    """A page size out of a query string; raises InvalidForm outside `low`…`high`."""
    faults = Faults()
    found = Form({field: value}, faults).whole(field, low=low, high=high, digits=True)
    faults.raise_any()
    return default if found is None else found


def url_fault(value: str, schemes: tuple[str, ...]) -> tuple[str, str] | None:
    """The error of a text that should be a web address, or None."""
    malformed = ("URL_TYPE_INVALID_URL", "Not a well formed URL.")
    if any(character.isspace() or ord(character) < 32 for character in value):
        return malformed
    try:
        parts = urlsplit(value)
        host = parts.hostname
        _ = parts.port
    except ValueError:
        return malformed
    if not parts.scheme:
        return malformed
    if parts.scheme.lower() not in schemes:
        listed = ", ".join(f"'{scheme}'" for scheme in schemes)
        return (
            "URL_TYPE_INVALID_SCHEME",
            f'Scheme "{parts.scheme}" is not supported. Scheme must be one of ({listed}).',
        )
    if parts.scheme.lower() in {"http", "https"} and not host:
        return malformed
    return None
