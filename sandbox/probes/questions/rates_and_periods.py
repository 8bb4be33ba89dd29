"""Probes 50–54: closed periods, dates outside a period, decimals, exchange rates and differences."""

from __future__ import annotations

from decimal import Decimal

from sandbox.probes.bench import CENT, Bench
from sandbox.probes.probe import Answer, probe
from sandbox.probes.questions.payments import refusal
from sandbox.probes.unanswered import CannotAsk

_DELETED = "The records are deleted."
_RATE = Decimal("1.123456789012")
_PERIODS = "isyear = 'F' AND isquarter = 'F' AND isadjust = 'F'"


@probe(
    50,
    "Date in a closed period",
    question="What answers to an invoice dated into a closed period?",
    request="PUT invoice with tranDate in a closed month and no postingPeriod",
    answers={
        "refused": "Move the posting period ourselves (detail: text).",
        "moved": "NetSuite posts it to an open period by preference: read the period back.",
    },
    needs="write",
    cleanup=_DELETED,
)
def closed_period(bench: Bench) -> Answer:
    """Whether it is refused."""
    closed = bench.rows(
        f"SELECT TO_CHAR(enddate, 'YYYY-MM-DD') AS day FROM accountingperiod WHERE closed = 'T' AND {_PERIODS} "  # noqa: S608
        "ORDER BY enddate DESC"
    )
    if not closed:
        raise CannotAsk("no closed month is visible")
    reply = bench.put("invoice", "closed", {**bench.sale(), "tranDate": closed[0]["day"]})
    return Answer("moved") if reply.ok else Answer("refused", refusal(reply))


@probe(
    51,
    "Date outside its period",
    question="May the posting period be another than the date's (the preference for it: Disallow, Warn, Allow)?",
    request="PUT invoice with postingPeriod = another open month",
    answers={
        "refused": "Disallow: the date moves with the period (detail: text).",
        "allowed": "Warn or Allow: keep the date, choose the period.",
    },
    needs="write",
    cleanup=_DELETED,
)
def outside_period(bench: Bench) -> Answer:
    """Whether it is refused."""
    months = bench.rows(
        "SELECT id, TO_CHAR(startdate, 'YYYY-MM') AS month FROM accountingperiod "  # noqa: S608
        f"WHERE closed = 'F' AND alllocked = 'F' AND arlocked = 'F' AND {_PERIODS} ORDER BY startdate DESC"
    )
    others = [row for row in months if row["month"] != bench.open_day()[:7]]
    if not others:
        raise CannotAsk("no second open month is visible")
    reply = bench.put("invoice", "outside", bench.sale(postingPeriod={"id": str(others[0]["id"])}))
    return Answer("allowed") if reply.ok else Answer("refused", refusal(reply))


@probe(
    52,
    "Decimals of exchange rates",
    question="How many decimals of an exchange rate does a transaction keep?",
    request=f"PUT invoice in another currency with exchangeRate {_RATE}; SuiteQL exchangerate",
    answers={
        "all": "Twelve decimals at least: a settled amount can be met to the cent.",
        "rounded": "The detail has what is left: a rounding line is needed above its reach.",
        "refused": "The detail has the text.",
    },
    needs="write",
    cleanup=_DELETED,
)
def rate_decimals(bench: Bench) -> Answer:
    """The rate that stands afterwards."""
    customer, currency = bench.foreign_customer()
    body = bench.sale(currency={"id": currency}, exchangeRate=_RATE)
    reply = bench.put("invoice", "rate", {**body, "entity": {"id": customer}})
    if not reply.ok:
        return Answer("refused", refusal(reply))
    number = int(bench.must(reply, "an invoice"))
    kept = str(bench.rows(f"SELECT exchangerate FROM transaction WHERE id = {number}")[0]["exchangerate"])  # noqa: S608
    decimals = len(kept.partition(".")[2])
    return Answer("all" if kept == str(_RATE) else "rounded", f"{decimals} decimals")


@probe(
    53,
    "More decimals than the currency",
    question="Is an amount of 0.011 refused or rounded?",
    request="PUT invoice with a line of 0.011",
    answers={
        "refused": "Amounts are exact (detail: text).",
        "rounded": "Rounded silently: compare totals after every write.",
        "kept": "The total has more decimals than the currency.",
    },
    needs="write",
    cleanup=_DELETED,
)
def more_decimals(bench: Bench) -> Answer:
    """The total that stands afterwards."""
    reply = bench.put("invoice", "decimals", bench.sale(Decimal("0.011")))
    if not reply.ok:
        return Answer("refused", refusal(reply))
    total = (bench.get(f"invoice/{bench.must(reply, 'an invoice')}").body or {}).get("total")
    return Answer("rounded" if total == CENT else "kept", f"total {total}")


@probe(
    54,
    "Exchange difference",
    question="Where does the realised exchange difference stand, and how is it linked?",
    request="PUT invoice at rate 1, PUT customerPayment of it at rate 3; SuiteQL links of both",
    answers={
        "own transaction": "FxReval transactions: read them for every tie-out (detail: the links).",
        "on the payment": "The payment's own lines carry it.",
        "not seen": "Neither is visible (detail: the links): ask again later.",
    },
    needs="write",
    cleanup=_DELETED + " The revaluation goes with the payment.",
)
def exchange_difference(bench: Bench) -> Answer:
    """The types of linked transactions."""
    customer, currency = bench.foreign_customer()
    sale = {**bench.sale(currency={"id": currency}, exchangeRate=1), "entity": {"id": customer}}
    invoice = int(bench.must(bench.put("invoice", "fx-invoice", sale), "an invoice"))
    paid = {
        **bench.payment_body((str(invoice), CENT), currency={"id": currency}, exchangeRate=3),
        "customer": {"id": customer},
    }
    payment = int(bench.must(bench.put("customerPayment", "fx-payment", paid), "a payment in another currency"))
    rows = bench.rows(
        "SELECT DISTINCT previoustype, linktype, nexttype FROM NextTransactionLineLink "  # noqa: S608
        f"WHERE previousdoc IN ({invoice}, {payment}) OR nextdoc IN ({invoice}, {payment})"
    )
    detail = ", ".join(
        sorted("/".join(str(row.get(name)) for name in ("previoustype", "linktype", "nexttype")) for row in rows)
    )
    if "FxReval" in detail:
        return Answer("own transaction", detail)
    lines = bench.rows(f"SELECT account FROM transactionaccountingline WHERE transaction = {payment}")  # noqa: S608
    return Answer("on the payment" if len(lines) > 2 else "not seen", detail)
