"""Idempotency keys: the answer to the first POST with a key is the answer to every repetition of it.

Kept for a day of the sandbox's clock (docs.stripe.com/api/idempotent_requests). Nothing is kept of a request that was
refused before it was carried out.
"""

from collections.abc import Hashable
from dataclasses import dataclass

from sandbox.stripe.api.api_error import ApiError

MAX_LENGTH = 255
KEPT_S = 24 * 3600


@dataclass(slots=True)
class Kept:
    """The first request with a key and, once it is answered, its answer. `at`: the sandbox's clock."""

    path: str
    form: Hashable
    at: int
    body: bytes | None = None
    request_id: str = ""


class IdempotencyKeys:
    """The keys of all accounts."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], Kept] = {}

    def begin(self, account_id: str, key: str, path: str, form: Hashable, now: int) -> Kept:
        """What is kept of a key, new if it was not used in the last day. Raises ApiError for a key used otherwise."""
        if len(key) > MAX_LENGTH:
            text = f"Idempotency keys may be up to {MAX_LENGTH} characters long; this one has {len(key)}."
            raise ApiError(400, text, error_type="idempotency_error")
        kept = self._kept.get((account_id, key))
        if kept is None or kept.at + KEPT_S < now:
            kept = self._kept[account_id, key] = Kept(path, form, now)
            return kept
        if kept.path != path:
            text = (
                "Keys for idempotent requests can only be used for the same endpoint they were first used for "
                f"('{path}' vs '{kept.path}'). Try using a key other than '{key}' if you meant to execute a different "
                "request."
            )
            raise ApiError(400, text, error_type="idempotency_error")
        if kept.form != form:
            text = (
                "Keys for idempotent requests can only be used with the same parameters they were first used with. "
                f"Try using a key other than '{key}' if you meant to execute a different request."
            )
            raise ApiError(400, text, error_type="idempotency_error")
        if kept.body is None:
            text = (
                f"There is currently another in-progress request using this Stripe-Idempotency-Key: {key} (that "
                "probably means you submitted twice, and the other request is still going through). Please try again "
                "later."
            )
            raise ApiError(409, text, code="idempotency_key_in_use", error_type="idempotency_error")
        return kept

    def forget(self, account_id: str, key: str) -> None:
        """The request was refused: its key may be used again."""
        self._kept.pop((account_id, key), None)
