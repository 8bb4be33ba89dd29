"""JSON bodies with exact amounts: Decimal goes out as a JSON number digit for digit, and a float never goes out."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec

from stripe_netsuite.errors import InvariantBroken

_ENCODER = msgspec.json.Encoder(decimal_format="number")


def encode_body(body: Mapping[str, Any], subject: str) -> bytes:
    """Return `body` as JSON.

    Raises InvariantBroken naming the field for a float, for a Decimal that is not finite, and for anything that is
    no JSON value.
    """
    _check(body, "", subject)
    return _ENCODER.encode(body)


def _check(value: Any, path: str, subject: str) -> None:
    match value:
        case None | str() | bool() | int():
            return
        case Decimal():
            if value.is_finite():
                return
        case Mapping():
            for key, inner in value.items():
                _check(inner, f"{path}.{key}" if path else str(key), subject)
            return
        case list() | tuple():
            for index, inner in enumerate(value):
                _check(inner, f"{path}[{index}]", subject)
            return
    raise InvariantBroken(
        "a request body holds what may not be sent",
        subject=subject,
        saw=f"{type(value).__name__} at {path}",
        expected="text, whole numbers, finite Decimals, booleans, null, lists and objects",
    )
