"""The declarative base: names of constraints, and which Postgres type stands for which Python type."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Enum, MetaData, SmallInteger, Text, Uuid
from sqlalchemy.orm import DeclarativeBase

from db.personal import Personal

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

CHOICE_LENGTH = 32
"""Characters a stored choice may have; fixed, so that a longer new choice changes no column type."""

Snowflake = Annotated[int, "snowflake"]
"""A Discord id: 64 bits, made by Discord (https://discord.com/developers/docs/reference#snowflakes)."""

SmallInt = Annotated[int, "smallint"]
"""A small count or ordinal, below 32,768."""

BigInt = Annotated[int, "bigint"]
"""A number that may outgrow 32 bits."""


def _values(choices: type[StrEnum]) -> list[str]:
    return [choice.value for choice in choices]


class Base(DeclarativeBase):
    """What every model inherits. A choice (`StrEnum`) becomes text with a CHECK; times are `timestamptz`."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)
    type_annotation_map: ClassVar = {
        str: Text(),
        UUID: Uuid(),
        datetime: DateTime(timezone=True),
        Snowflake: BigInteger(),
        BigInt: BigInteger(),
        SmallInt: SmallInteger(),
        StrEnum: Enum(
            StrEnum, native_enum=False, create_constraint=True, length=CHOICE_LENGTH, values_callable=_values
        ),
    }

    # Times the server fills in come back with the statement itself: a lazy load would need a second, awaited query.
    __mapper_args__: ClassVar = {"eager_defaults": True}

    personal: ClassVar[Personal]
