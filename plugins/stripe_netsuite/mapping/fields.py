"""fields.yaml: extra NetSuite fields, filled from a Stripe field, a metadata key, or a constant.

Decides what may be filled from where: a path must exist on the Stripe object that the record is made from, and a
NetSuite field must be a custom field of the record's kind or one of the few standard fields that are free to use.
"""

from __future__ import annotations

import re
import types
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Annotated, Any, Self, Union, get_args, get_origin, get_type_hints

import msgspec
from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    PlainValidator,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from stripe_netsuite.domain.netsuite_record import CustomFields, CustomValue
from stripe_netsuite.domain.stripe_object import (
    Charge,
    Coupon,
    Customer,
    Invoice,
    InvoiceLine,
    Payout,
    Price,
    Refund,
    StripeObject,
)
from stripe_netsuite.mapping.part import EXACTLY_ONE, MappingModel

_METADATA = "metadata."
_MAX_TEXT = 4000
_PLAIN = (str, int, Decimal, bool)


def _constant(value: object) -> CustomValue:
    if isinstance(value, _PLAIN) and not (isinstance(value, str) and len(value) > _MAX_TEXT):
        return value
    raise PydanticCustomError("constant", "is no constant")


class FieldRule(MappingModel):
    """Where a NetSuite field's value comes from: exactly one of `from` and `value`."""

    model_config = ConfigDict(json_schema_extra=EXACTLY_ONE)

    from_: (
        Annotated[
            str,
            StringConstraints(pattern=r"^([a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*|metadata\.[^\[\]\r\n]{1,40})$"),
            Field(json_schema_extra={"x-allowed": "a field of the Stripe object (id, address.city) or metadata.<key>"}),
        ]
        | None
    ) = Field(default=None, alias="from")
    """Field of the Stripe object, with dots to go deeper (`id`, `address.city`), or `metadata.` and the key."""
    value: Annotated[
        CustomValue,
        PlainValidator(_constant),
        WithJsonSchema({"type": ["string", "number", "boolean"], "x-allowed": "text, a number, true or false"}),
    ] = None
    """Constant: text, a number, true or false."""

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if (self.from_ is None) == (self.value is None):
            count = "none" if self.from_ is None else "both"
            raise PydanticCustomError(
                "exactly_one",
                "needs exactly one of its keys, has {count}",
                {"count": count, "allowed": "one of from, value"},
            )
        return self

    def value_of(self, stripe_object: object) -> CustomValue:
        """Return the constant, or what stands at the path of the Stripe object; None where it has nothing there."""
        if self.from_ is None:
            return self.value
        if self.from_.startswith(_METADATA):
            metadata: Mapping[str, str] = getattr(stripe_object, "metadata", {})
            return metadata.get(self.from_.removeprefix(_METADATA))
        found: Any = stripe_object
        for name in self.from_.split("."):
            found = getattr(found, name, None)
        return found if isinstance(found, _PLAIN) else None


FieldRules = Mapping[str, FieldRule]


def custom_fields(rules: FieldRules, stripe_object: object) -> CustomFields:
    """Return the extra fields of one record, in the order of the file; what Stripe leaves empty is left out."""
    pairs = ((name, rule.value_of(stripe_object)) for name, rule in rules.items())
    return tuple((name, value) for name, value in pairs if value not in (None, ""))


def _members(annotation: Any) -> tuple[Any, ...]:
    return get_args(annotation) if get_origin(annotation) in (Union, types.UnionType) else (annotation,)


def plain_paths(kind: type[msgspec.Struct]) -> list[str]:
    """Return the dotted paths of a Stripe object that lead to text, numbers or booleans."""
    paths: list[str] = []
    for name, annotation in get_type_hints(kind).items():
        for member in _members(annotation):
            if isinstance(member, type) and issubclass(member, msgspec.Struct):
                paths.extend(f"{name}.{rest}" for rest in plain_paths(member))
            elif member in _PLAIN:
                paths.append(name)
    return paths


def _reads(*kinds: type[StripeObject]) -> Callable[[FieldRule], FieldRule]:
    """Return the check that a rule's path exists on one of the Stripe objects."""
    allowed = [path for kind in kinds for path in plain_paths(kind)]
    has_metadata = any("metadata" in get_type_hints(kind) for kind in kinds)

    def check(rule: FieldRule) -> FieldRule:
        path = rule.from_
        if path is None or path in allowed or (has_metadata and re.match(r"metadata\.", path)):
            return rule
        words = ", ".join(dict.fromkeys([*allowed, "metadata.<key>"]))
        raise PydanticCustomError(
            "path", "reads `{path}`, which the Stripe object does not have", {"path": path, "allowed": words}
        )

    return check


CustomerRule = Annotated[FieldRule, AfterValidator(_reads(Customer))]
ItemRule = Annotated[FieldRule, AfterValidator(_reads(Price, Coupon))]
InvoiceRule = Annotated[FieldRule, AfterValidator(_reads(Invoice))]
InvoiceLineRule = Annotated[FieldRule, AfterValidator(_reads(InvoiceLine))]
RefundRule = Annotated[FieldRule, AfterValidator(_reads(Refund))]
ChargeRule = Annotated[FieldRule, AfterValidator(_reads(Charge))]
PayoutRule = Annotated[FieldRule, AfterValidator(_reads(Payout))]

CustomerField = Annotated[str, StringConstraints(pattern=r"^(custentity[a-z0-9_]{1,40}|terms)$")]
ItemField = Annotated[str, StringConstraints(pattern=r"^(custitem[a-z0-9_]{1,40}|department|class|location)$")]
LineField = Annotated[str, StringConstraints(pattern=r"^(custcol[a-z0-9_]{1,40}|department|class|location)$")]
BodyField = Annotated[str, StringConstraints(pattern=r"^(custbody[a-z0-9_]{1,40}|department|class|location)$")]
JournalField = Annotated[str, StringConstraints(pattern=r"^custbody[a-z0-9_]{1,40}$")]
InvoiceField = Annotated[
    str,
    StringConstraints(pattern=r"^(custbody[a-z0-9_]{1,40}|department|class|location|otherRefNum|terms)$"),
]


class Fields(MappingModel):
    """Record type → NetSuite field → rule. department, class, location and terms take an internal id."""

    customer: Mapping[CustomerField, CustomerRule] = {}
    """Customer, from the Stripe customer: custentity_… or terms."""
    item: Mapping[ItemField, ItemRule] = {}
    """Item, from the price, or from the coupon for a discount item: custitem_…, department, class or location."""
    invoice: Mapping[InvoiceField, InvoiceRule] = {}
    """Invoice, from the Stripe invoice: custbody_…, department, class, location, otherRefNum or terms."""
    invoice_line: Mapping[LineField, InvoiceLineRule] = {}
    """Invoice line, from the Stripe invoice's line: custcol_…, department, class or location."""
    credit_memo: Mapping[BodyField, RefundRule] = {}
    """Credit memo, from the refund: custbody_…, department, class or location."""
    customer_payment: Mapping[BodyField, ChargeRule] = {}
    """Customer payment, from the charge: custbody_…, department, class or location."""
    customer_refund: Mapping[BodyField, RefundRule] = {}
    """Customer refund, from the refund: custbody_…, department, class or location."""
    deposit: Mapping[BodyField, PayoutRule] = {}
    """Deposit, from the payout: custbody_…, department, class or location."""
    journal_entry: Mapping[JournalField, PayoutRule] = {}
    """Journal entry of a payout, from the payout: custbody_…. Its lines have the segments of entities.yaml."""
