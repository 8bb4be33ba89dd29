"""A company for tests: a Stripe and a NetSuite that answer over HTTP, a mapping folder, a staging database.

`Company.run` does what a DAG run does. `differences` compares the two sides' own data, without our links or counts.
"""

from __future__ import annotations

import json
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import Engine

from sandbox.netsuite.books.proof import trial_balance
from sandbox.netsuite.protocol.login import LoginDesk
from sandbox.netsuite.records.catalog import record_type
from sandbox.netsuite.testing import RunningNetSuite, running_netsuite
from sandbox.stripe.api.options import StripeOptions
from sandbox.stripe.base.exchange import exponent
from sandbox.stripe.world import World
from sandbox.testing import RunningStripe, running_stripe
from stripe_netsuite import pipeline
from stripe_netsuite.domain.window import Window
from stripe_netsuite.staging.database import open_staging
from stripe_netsuite.staging.findings import FindingRow, open_findings
from stripe_netsuite.staging.stage_counts import read_stage_counts

MAPPINGS = Path(__file__).parents[2] / "include" / "mappings"
ACCOUNT = "acct_sandbox_us"
FIRST_DAY = datetime(2026, 11, 1, tzinfo=UTC)
TODAY = datetime(2026, 11, 15, 1, tzinfo=UTC)
SPEED = 10.0
PROVEN = {**dict.fromkeys(("H1", "H2", "H3", "H4", "H5", "H6"), "ok"), "broken": 0}
"""What a run answers whose proofs all hold."""
Fields = dict[str, Any]


class PacedClock:
    """A clock that stood at `origin` when the machine's stood at `anchor_s`, and goes `speed` times as fast."""

    def __init__(self, origin: datetime = TODAY, speed: float = SPEED, anchor_s: float | None = None) -> None:
        self.origin = origin
        self.speed = speed
        self.anchor_s = time.time() if anchor_s is None else anchor_s

    def now(self) -> datetime:
        return self.origin + timedelta(seconds=(time.time() - self.anchor_s) * self.speed)

    def monotonic_s(self) -> float:
        return time.monotonic() * self.speed

    def sleep(self, duration_s: float) -> None:
        if duration_s > 0:
            time.sleep(duration_s / self.speed)

    def skip(self, duration_s: float) -> None:
        """Let time pass at once."""
        self.origin += timedelta(seconds=duration_s)


@dataclass(frozen=True, slots=True)
class RunResult:
    """What the stages of one run answered."""

    run_id: str
    extract: Fields
    validate: Fields
    steps: dict[str, Fields]
    payouts: list[Fields]
    proofs: Fields
    finish: Fields

    def total(self, name: str) -> int:
        """Sum one count over the load steps."""
        return sum(int(step.get(name, 0)) for step in self.steps.values())

    def state_of(self, payout_id: str) -> str:
        """Where the payout stands after the run."""
        return next((p["state"] for p in self.payouts if p["payout_id"] == payout_id), "")


@dataclass
class Company:
    """Both sides, and what a run needs to work between them."""

    netsuite: RunningNetSuite
    stripes: dict[str, RunningStripe]
    mappings: Path
    staging_url: str
    clock: PacedClock
    engine: Engine = field(repr=False)
    has_validation: bool = False
    _numbers: Iterator[int] = field(default_factory=lambda: count(1), repr=False)

    @property
    def stripe(self) -> RunningStripe:
        """The first Stripe account."""
        return self.stripes["stripe_default"]

    @property
    def world(self) -> World:
        """What happened in the first Stripe account."""
        return self.stripe.world

    def connections(self) -> dict[str, Fields]:
        """The Airflow connections, as fields."""
        options = self.netsuite.options
        extra = {
            "account": options.account,
            "consumer_key": options.consumer_key,
            "consumer_secret": options.consumer_secret,
            "token_id": options.token_id,
            "token_secret": options.token_secret,
        }
        stripes: dict[str, Fields] = {name: {"password": s.key, "host": s.url} for name, s in self.stripes.items()}
        return {**stripes, "netsuite_default": {"host": self.netsuite.url, "extra": extra}}

    def services(self) -> pipeline.Services:
        """Open the product's services, as a task does."""
        return pipeline.open_services(self.connections().__getitem__, self.mappings, self.staging_url, self.clock)

    def edit(self, file: str, change: Callable[[Any], None]) -> None:
        """Change a YAML file of the mapping folder, as an accountant would."""
        path = self.mappings / file
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        change(content)
        path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")

    def append(self, sheet: str, *cells: str) -> None:
        """Add a row to a link sheet."""
        with (self.mappings / sheet).open("a", encoding="utf-8") as file:
            file.write(",".join(cells) + "\n")

    def make_run(self, start: datetime, end: datetime, kind: str = "daily", **options: Any) -> pipeline.Run:
        """A run over [start, end) with an id of its own."""
        run_id = options.pop("run_id", None) or f"run {next(self._numbers)}"
        return pipeline.Run(run_id, kind, Window(start, end), **options)  # type: ignore[arg-type]

    def run(self, start: datetime, end: datetime, kind: str = "daily", **options: Any) -> RunResult:
        """Do what a DAG run does: all stages, then each open payout, then the proofs."""
        return self.execute(self.make_run(start, end, kind, **options))

    def run_day(self, day: int, **options: Any) -> RunResult:
        """Run November's day `day` (UTC)."""
        start = FIRST_DAY + timedelta(days=day - 1)
        return self.run(start, start + timedelta(days=1), **options)

    def run_all(self, **options: Any) -> RunResult:
        """Run everything that has happened, as one window."""
        return self.run(FIRST_DAY - timedelta(days=1), datetime(2026, 11, 15, tzinfo=UTC), **options)

    def execute(self, run: pipeline.Run) -> RunResult:
        """Run all stages of `run`."""
        with self.services() as services:
            pipeline.begin(services, run)
            extracted = pipeline.extract(services, run)
            validated = pipeline.validate(services, run) if self.has_validation else {}
            steps = {step.value: pipeline.load(services, run, step) for step in pipeline.LoadStep}
            payouts = [
                pipeline.reconcile_payout(services, run, found["account"], found["payout_id"])
                for found in pipeline.discover_payouts(services, run)
            ]
            proofs = {} if run.dry_run else pipeline.prove(services, run)
            finished = pipeline.finish(services, run)
        self.check_conservation(run.run_id)
        return RunResult(run.run_id, extracted, validated, steps, payouts, proofs, finished)

    def check_conservation(self, run_id: str) -> None:
        """In = out + quarantined + excluded + waiting, for every stage of the run, by count and by amount."""
        with self.engine.connect() as connection:
            rows = read_stage_counts(connection, run_id)
        assert [row for row in rows if not row.balanced] == []

    def findings(self) -> dict[str, FindingRow]:
        """The open findings of critical severity, by code."""
        with self.engine.connect() as connection:
            rows = open_findings(connection)
        return {row.finding.code: row for row in rows if row.finding.severity.value == "critical"}

    def write_requests(self) -> int:
        """How many requests that could write have reached NetSuite, whether or not it took them."""
        requests = self.netsuite.account.meter.requests
        return sum(n for label, n in requests.items() if label.split()[0] != "GET" and label != "POST suiteql")

    def committed(self) -> Counter[str]:
        """The writes that NetSuite committed, such as `PUT invoice`."""
        return Counter(self.netsuite.account.meter.writes)

    def external_ids(self) -> set[str]:
        """Every external id in NetSuite."""
        rows = self.netsuite.books.rows("SELECT externalid FROM sandbox_record WHERE externalid IS NOT NULL")
        return {row["externalid"] for row in rows}

    def trial_balance(self) -> dict[tuple[int, str], Decimal]:
        """Every account's balance by subsidiary and number, debit positive."""
        return {(one.subsidiary, one.number): one.balance for one in trial_balance(self.netsuite.books)}

    def internal_id(self, external_id: str) -> int:
        """The internal id behind an external id."""
        row = self.netsuite.books.row("SELECT id FROM sandbox_record WHERE externalid = ?", (external_id,))
        assert row is not None, f"NetSuite has no {external_id}"
        return int(row["id"])

    def body(self, kind: str, external_id: str) -> Fields:
        """A record as it is stored."""
        row = self.netsuite.books.row(
            "SELECT body FROM sandbox_record WHERE type = ? AND externalid = ?", (kind, external_id)
        )
        assert row is not None, f"NetSuite has no {kind} {external_id}"
        return dict(json.loads(row["body"]))

    def by_hand(self, kind: str, body: Fields, number: int | None = None, *, replace: tuple[str, ...] = ()) -> int:
        """What a person does in NetSuite: enter a record, or change the one with this internal id."""
        chosen = record_type(kind)
        assert chosen is not None
        exact = json.loads(json.dumps(body), parse_float=Decimal)
        records = self.netsuite.account.records
        if number is None:
            return records.create(chosen, exact, "Error").id
        return records.change(chosen, number, exact, "Error", frozenset(replace)).id

    def delete(self, kind: str, number: int) -> None:
        """Delete a record by hand."""
        chosen = record_type(kind)
        assert chosen is not None
        self.netsuite.account.records.delete(chosen, number)

    def account_id(self, number: str) -> str:
        """The internal id of a GL account by its number."""
        row = self.netsuite.books.row("SELECT id FROM account WHERE acctnumber = ?", (number,))
        assert row is not None
        return str(row["id"])

    def differences(self, *, has_deposits: bool = True) -> list[str]:
        """Compare what each side holds: every money movement of Stripe exactly once, and nothing else."""
        expected = {one: amount for stripe in self.stripes.values() for one, amount in movements(stripe.world).items()}
        if not has_deposits:
            expected = {key: amount for key, amount in expected.items() if key[0] != "Deposit"}
        rows = self.netsuite.books.rows(
            "SELECT type, externalid, foreigntotal FROM \"transaction\" WHERE type <> 'FxReval'"
        )
        found = [((row["type"], str(row["externalid"])), abs(Decimal(str(row["foreigntotal"])))) for row in rows]
        times = Counter(key for key, _ in found)
        problems = [f"twice: {key}" for key, number in times.items() if number > 1]
        problems += [f"missing: {key}" for key in expected.keys() - times.keys()]
        problems += [f"strange: {key}" for key in times.keys() - expected.keys()]
        problems += [
            f"{key}: {amount}, not {expected[key]}" for key, amount in found if expected.get(key, amount) != amount
        ]
        if not self.netsuite.is_balanced():
            problems.append("the trial balance is not zero")
        return sorted(problems)


def movements(world: World) -> dict[tuple[str, str], Decimal]:
    """What the books must hold for a Stripe account: (NetSuite type, external id) → amount in major units."""
    expected: dict[tuple[str, str], Decimal] = {}
    for invoice in world.shelves["invoice"]:
        if invoice["status"] in ("open", "paid"):
            expected["CustInvc", invoice["id"]] = _major(invoice["total"], invoice["currency"])
    paid = {
        world.get("payment_intent", payment["payment"]["payment_intent"])["latest_charge"]
        for payment in world.shelves["invoice_payment"]
        if payment["status"] == "paid"
    }
    for charge in world.shelves["charge"]:
        if charge["balance_transaction"]:
            expected["CustPymt", charge["id"]] = _major(charge["amount_captured"], charge["currency"])
    for refund in world.shelves["refund"]:
        row = refund["balance_transaction"] and world.get("balance_transaction", refund["balance_transaction"])
        if row and row["reporting_category"] != "partial_capture_reversal":
            amount = _major(refund["amount"], refund["currency"])
            expected["CustRfnd", refund["id"]] = amount
            if refund["charge"] in paid:
                expected["CustCred", f"cm-{refund['id']}"] = amount
            if refund.get("failure_balance_transaction"):
                expected["CustPymt", f"rf-{refund['id']}"] = amount
    for dispute in world.shelves["dispute"]:
        if dispute["balance_transactions"]:
            amount = _major(dispute["amount"], dispute["currency"])
            expected["CustRfnd", dispute["id"]] = amount
            if dispute["charge"] in paid:
                expected["CustCred", f"cm-{dispute['id']}"] = amount
    for payout in world.shelves["payout"]:
        if payout["status"] == "paid":
            expected["Deposit", payout["id"]] = _major(payout["amount"], payout["currency"])
    return expected


def _major(amount: int, currency: str) -> Decimal:
    return Decimal(amount).scaleb(-exponent(currency))


@contextmanager
def open_company(
    staging_url: str,
    folder: Path,
    worlds: Mapping[str, World] | None = None,
    *,
    speed: float = SPEED,
    **netsuite_options: Any,
) -> Iterator[Company]:
    """Serve both sides until the block ends. `worlds` are Stripe accounts by connection id; default: the fortnight."""
    clock = PacedClock(speed=speed)
    shutil.copytree(MAPPINGS, folder / "mappings")
    engine = open_staging(staging_url)
    options = StripeOptions(control=True)
    stripes: dict[str, RunningStripe] = {}
    with running_netsuite(**netsuite_options) as netsuite:
        account = netsuite.account
        # Signatures are checked against the time of the tests, not of the day on which they run.
        account.login = LoginDesk(account.options, account.tokens, clock=lambda: clock.now().timestamp())
        with _served(dict(worlds or {"stripe_default": None}), options, stripes):
            yield Company(netsuite, stripes, folder / "mappings", staging_url, clock, engine)
    engine.dispose()


@contextmanager
def _served(
    worlds: dict[str, World | None], options: StripeOptions, stripes: dict[str, RunningStripe]
) -> Iterator[None]:
    if not worlds:
        yield
        return
    name, world = worlds.popitem()
    with running_stripe(world, options) as stripe, _served(worlds, options, stripes):
        stripes[name] = stripe
        yield
