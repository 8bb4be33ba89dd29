"""Stripe's errors: what a request is refused with (docs.stripe.com/api/errors).

Raised anywhere below the HTTP layer, written there as `{"error": {…}}` with the status.
"""

from typing import Any

_DOC_URL = "https://stripe.com/docs/error-codes/{code}"


class ApiError(Exception):
    """A refusal: HTTP status, message, and where Stripe has them a code and the parameter at fault."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        error_type: str = "invalid_request_error",
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.param = param
        self.error_type = error_type
        self.headers = headers or {}

    def body(self, request_id: str) -> dict[str, Any]:
        """The error envelope."""
        error = {
            "code": self.code,
            "doc_url": None if self.code is None else _DOC_URL.format(code=self.code.replace("_", "-")),
            "message": self.message,
            "param": self.param,
            "request_log_url": f"https://dashboard.stripe.com/test/logs/{request_id}",
            "type": self.error_type,
        }
        return {"error": {name: value for name, value in error.items() if value is not None}}


def unknown_parameter(name: str) -> ApiError:
    """A parameter that this operation does not have."""
    return ApiError(400, f"Received unknown parameter: {name}", code="parameter_unknown", param=name)


def missing(name: str) -> ApiError:
    """A parameter that the operation needs."""
    return ApiError(400, f"Missing required param: {name}.", code="parameter_missing", param=name)


def one_of(names: tuple[str, ...]) -> ApiError:
    """Parameters that exclude each other."""
    return ApiError(400, f"You may only specify one of these parameters: {', '.join(names)}.")


def no_such(object_type: str, item_id: str, *, param: str = "id", status: int = 404) -> ApiError:
    """An id that names nothing: 404 in the path, 400 in a parameter."""
    noun = object_type.replace("_", " ")
    return ApiError(status, f"No such {noun}: '{item_id}'", code="resource_missing", param=param)
