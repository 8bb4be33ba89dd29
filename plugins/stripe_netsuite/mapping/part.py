"""The small values that several mapping files share: text, ids, currency codes, and how an account or record is named.

Every model of a mapping file derives from `MappingModel`: frozen, strict, no unknown keys. What a value may be stands
in the schema (`x-allowed`, where a type alone does not say it), so that error messages and editors say the same.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

EXACTLY_ONE: dict[str, Any] = {"minProperties": 1, "maxProperties": 1}
_TEXT = r"^\S(.*\S)?$"
_INTERNAL_ID = r"^-?[1-9][0-9]{0,17}$"
_AMOUNT = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")


class MappingModel(BaseModel):
    """Base of all mapping models. The docstring below a key is what editors and error messages show for it."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", use_attribute_docstrings=True)


def _text_of_number(value: object) -> object:
    # `number: 1000` and `number: "1000"` mean the same account. The reader turns only canonical numbers into numbers
    # (0100 stays text), so nothing is lost on the way back.
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        return value
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _exact_decimal(value: object) -> object:
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, str) and _AMOUNT.fullmatch(value):
        return Decimal(value)
    return value


# In the schema both are text or number; a pattern holds for the text.
Text = Annotated[
    str,
    StringConstraints(max_length=300, pattern=_TEXT),
    BeforeValidator(_text_of_number),
    WithJsonSchema(
        {
            "type": ["string", "number"],
            "pattern": _TEXT,
            "maxLength": 300,
            "x-allowed": "text on one line, without blanks around it",
        }
    ),
]

InternalIdText = Annotated[
    str,
    StringConstraints(pattern=_INTERNAL_ID),
    BeforeValidator(_text_of_number),
    WithJsonSchema(
        {
            "type": ["string", "integer"],
            "pattern": _INTERNAL_ID,
            "x-allowed": 'a NetSuite internal id: a whole number such as "101"',
        }
    ),
]

Currency = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z]{3}$"),
    Field(json_schema_extra={"x-allowed": "a currency as Stripe writes it: three lower-case letters, such as usd"}),
]

ConnectionId = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,200}$"),
    Field(json_schema_extra={"x-allowed": "an Airflow connection id: letters, digits and _ . - only"}),
]

Amount = Annotated[
    Decimal,
    Field(allow_inf_nan=False, max_digits=21, json_schema_extra={"x-allowed": 'an exact amount such as "1234.50"'}),
    BeforeValidator(_exact_decimal),
]


def _require_one(given: dict[str, object]) -> None:
    names = [name for name, value in given.items() if value is not None]
    if len(names) != 1:
        raise PydanticCustomError(
            "exactly_one",
            "needs exactly one of its keys, has {count}",
            {"count": ", ".join(names) or "none", "allowed": f"one of {', '.join(given)}"},
        )


class AccountSelector(MappingModel):
    """Names one GL account, by exactly one of its account number, its name, or its internal id."""

    model_config = ConfigDict(json_schema_extra=EXACTLY_ONE)

    number: Text | None = None
    """Account number, as the chart of accounts shows it."""
    name: Text | None = None
    """Account name, whole and as written."""
    id: InternalIdText | None = None
    """NetSuite internal id."""

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        _require_one({"number": self.number, "name": self.name, "id": self.id})
        return self

    @property
    def by(self) -> Literal["number", "name", "id"]:
        """The key that was given."""
        if self.number is not None:
            return "number"
        return "name" if self.name is not None else "id"

    @property
    def value(self) -> str:
        """What stands at that key."""
        return self.number or self.name or self.id or ""

    def __str__(self) -> str:
        return f"{self.by} {self.value}"


class RecordSelector(MappingModel):
    """Names one NetSuite record, by exactly one of its internal id or its name."""

    model_config = ConfigDict(json_schema_extra=EXACTLY_ONE)

    id: InternalIdText | None = None
    """NetSuite internal id."""
    name: Text | None = None
    """Name of the record, whole and as written."""

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        _require_one({"id": self.id, "name": self.name})
        return self

    @property
    def by(self) -> Literal["id", "name"]:
        """The key that was given."""
        return "id" if self.id is not None else "name"

    @property
    def value(self) -> str:
        """What stands at that key."""
        return self.id or self.name or ""

    def __str__(self) -> str:
        return f"{self.by} {self.value}"
