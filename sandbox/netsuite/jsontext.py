"""JSON with exact decimals, both ways: a number of a body never passes through a binary float."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from sandbox.netsuite import errors

Body = dict[str, Any]

_DECODER = msgspec.json.Decoder(float_hook=Decimal)
_ENCODER = msgspec.json.Encoder(decimal_format="number")


def decode_object(data: bytes) -> Body:
    """The JSON object in a request body; NetSuite's INVALID_CONTENT for anything else."""
    try:
        value = _DECODER.decode(data)
    except msgspec.DecodeError as error:
        raise errors.invalid_content("Not valid JSON.") from error
    if not isinstance(value, dict):
        raise errors.invalid_content("Provide a JSON object.")
    return value


def decode_stored(text: str) -> Body:
    """A body this sandbox wrote itself."""
    body: Body = _DECODER.decode(text.encode())
    return body


def encode(value: Any) -> bytes:
    """JSON bytes; decimals become numbers with all their digits."""
    return _ENCODER.encode(value)
