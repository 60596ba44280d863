"""Column types of our own."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import Dialect
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator

T = TypeVar("T")


class Document(TypeDecorator[T], Generic[T]):
    """One JSONB value whose shape is a type pydantic knows (a model, or a list of models).

    Checked on the way in and on the way out, so a row never hands over a shape the code does not expect. The value is
    replaced as a whole: changing it in place is not noticed.
    """

    impl = JSONB
    cache_ok = True

    def __init__(self, shape: Any) -> None:
        super().__init__()
        self.shape = shape
        self._adapter: TypeAdapter[T] = TypeAdapter(shape)

    def process_bind_param(self, value: T | None, dialect: Dialect) -> Any:
        """To JSON; raises `pydantic.ValidationError` where the value has another shape."""
        if value is None:
            return None
        return self._adapter.dump_python(self._adapter.validate_python(value), mode="json")

    def process_result_value(self, value: Any, dialect: Dialect) -> T | None:
        """From JSON; raises `pydantic.ValidationError` where the row holds another shape."""
        return None if value is None else self._adapter.validate_python(value)
