"""Sentences about the weather: what goes wrong between the servers and whoever talks to them.

Each sentence is a fault rule of one of the two servers, set before every run of the books.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sandbox.scenarios.grammar import Grammar

WEATHER = Grammar("the weather")

_STRIPE_FAULTS = {"answers 429": 429, "answers 500": 500, "drops the connection": "drop", "cuts the body": "cut"}
_NETSUITE_FAULTS = {
    "answers 429": "status_429",
    "answers 500": "status_500",
    "answers 502 in HTML": "html_502",
    "answers 503 in HTML": "html_503",
    "drops the connection": "drop_before",
    "drops the connection after the commit": "drop_after_commit",
    "answers 500 after the commit": "status_500_after_commit",
}
_WEBHOOKS = {"are lost": "lost", "come twice": "duplicated", "come late": "late"}


@dataclass
class Forecast:
    """The fault rules that the weather comes to, as the control interface of each server wants them."""

    stripe: list[dict[str, Any]] = field(default_factory=list)
    netsuite: list[dict[str, Any]] = field(default_factory=list)
    webhooks: list[dict[str, Any]] = field(default_factory=list)


@WEATHER.sentence(f"Stripe {{fault:{'|'.join(_STRIPE_FAULTS)}}} {{times:count}} times")
def stripe_fault(forecast: Forecast, fault: str, times: int) -> None:
    """The next requests to any path of Stripe's API fail so."""
    forecast.stripe.append({"path": "/v1/*", "status": _STRIPE_FAULTS[fault], "times": times})


@WEATHER.sentence(
    f"NetSuite {{fault:{'|'.join(sorted(_NETSUITE_FAULTS, key=len, reverse=True))}}} {{times:count}} times"
    "[ when a {record:word} is written]"
)
def netsuite_fault(forecast: Forecast, fault: str, times: int, record: str | None) -> None:
    """The next requests, or the next writes of a record type, fail so."""
    rule: dict[str, Any] = {"kind": _NETSUITE_FAULTS[fault], "times": times}
    if record is not None:
        rule |= {"method": "PUT", "path_contains": f"/{record}/"}
    forecast.netsuite.append(rule)


@WEATHER.sentence(f"webhooks of {{kind:word}} {{fault:{'|'.join(_WEBHOOKS)}}}[ {{times:count}} times]")
def webhooks(forecast: Forecast, kind: str, fault: str, times: int | None) -> None:
    """The next deliveries of an event type (`charge.*`: all that begin so) are lost, doubled, or come after the others."""
    forecast.webhooks.append({"type": str(kind), "fault": _WEBHOOKS[fault], "times": times or 1})
