"""Laws of the books, for any sequence of business: they always balance, and nothing is applied or deposited twice."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.netsuite.books.amounts import exact
from sandbox.netsuite.books.database import Books
from sandbox.netsuite.books.proof import out_of_balance
from sandbox.netsuite.books.seed import seed_company
from sandbox.netsuite.errors import Refused
from sandbox.netsuite.jsontext import Body
from sandbox.netsuite.options import Options
from sandbox.netsuite.records.catalog import record_type
from sandbox.netsuite.records.fields import FieldCatalog
from sandbox.netsuite.records.service import RecordService

AMOUNTS = st.integers(1, 50_000).map(lambda cents: Decimal(cents) / 100)
RATES = st.integers(90_000, 130_000).map(lambda points: Decimal(points) / 100_000)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["invoice", "payment", "memo", "refund", "deposit", "euro deposit", "delete", "change"]),
        AMOUNTS,
        RATES,
        st.integers(0, 5),
    ),
    min_size=1,
    max_size=14,
)


class Business:
    """Plays steps against the record service; what is refused changes nothing."""

    def __init__(self) -> None:
        options = Options()
        self.books = Books(options)
        seed_company(self.books)
        self.service = RecordService(self.books, FieldCatalog(options.custom_fields))
        self.ids: list[tuple[str, int]] = []
        self.customer = self.make("customer", companyName="Emil", subsidiary={"id": "1"}, currency={"id": "2"})
        offered = {"items": [{"id": "1"}]}
        self.item = self.make("serviceSaleItem", itemId="P", incomeAccount={"id": "111"}, subsidiary=offered)

    def make(self, name: str, **body: object) -> int:
        """Create a record; its internal id."""
        kind = record_type(name)
        assert kind is not None
        number = self.service.create(kind, dict(body), "Error").id
        if kind.is_transaction:
            self.ids.append((name, number))
        return number

    def of(self, *names: str) -> list[int]:
        """The transactions of these types made so far."""
        return [number for name, number in self.ids if name in names]

    def play(self, step: str, amount: Decimal, rate: Decimal, pick: int) -> None:
        """Take one step of business."""
        sale: Body = {
            "entity": {"id": str(self.customer)},
            "exchangeRate": rate,
            "item": {"items": [{"item": {"id": str(self.item)}, "amount": amount}]},
        }
        money: Body = {"customer": {"id": str(self.customer)}, "exchangeRate": rate}
        match step:
            case "invoice":
                self.make("invoice", **sale)
            case "memo":
                self.make("creditMemo", **sale, apply=self.lines(self.of("invoice"), pick, None))
            case "payment":
                self.make("customerPayment", **money, payment=amount, apply=self.lines(self.of("invoice"), pick, None))
            case "refund":
                sources = self.lines(self.of("creditMemo", "customerPayment"), pick, amount)
                self.make("customerRefund", **money, account={"id": "106"}, apply=sources)
            case "deposit" | "euro deposit":
                self.deposit("101" if step == "deposit" else "102", rate, pick)
            case "delete":
                self.delete(pick)
            case _:
                self.change(amount, rate, pick)

    def lines(self, documents: list[int], pick: int, amount: Decimal | None) -> Body:
        """Apply lines for none, one or two of the latest documents."""
        chosen = documents[-(pick % 3) :] if documents and pick % 3 else []
        line = {"apply": True} if amount is None else {"apply": True, "amount": amount}
        return {"items": [{"doc": {"id": str(number)}, **line} for number in chosen]}

    def deposit(self, bank: str, rate: Decimal, pick: int) -> None:
        """Deposit the latest payments and refunds, less a fee."""
        lines = [{"id": number, "deposit": True} for number in self.of("customerPayment", "customerRefund")[-pick:]]
        fee = {"items": [{"account": {"id": "115"}, "amount": Decimal("0.31")}]}
        self.make("deposit", account={"id": bank}, exchangeRate=rate, payment={"items": lines}, cashback=fee)

    def delete(self, pick: int) -> None:
        """Delete one of the transactions."""
        name, number = self.ids[pick % len(self.ids)]
        kind = record_type(name)
        assert kind is not None
        self.service.delete(kind, number)
        self.ids.remove((name, number))

    def change(self, amount: Decimal, rate: Decimal, pick: int) -> None:
        """Change the amount and rate, or just the memo, of one of the transactions."""
        name, number = self.ids[pick % len(self.ids)]
        kind = record_type(name)
        assert kind is not None
        fields: dict[str, Body] = {
            "invoice": {"item": {"items": [{"line": 1, "amount": amount}]}, "exchangeRate": rate},
            "customerPayment": {"payment": amount, "exchangeRate": rate},
        }
        self.service.change(kind, number, fields.get(name, {"memo": str(amount)}), "Error", frozenset())


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_any_business_leaves_the_books_in_balance(steps: list[tuple[str, Decimal, Decimal, int]]) -> None:
    """Debits equal credits; closed documents are zero in base currency; no document is used beyond its total."""
    business = Business()
    for step in steps:
        with suppress(Refused, ZeroDivisionError):
            business.play(*step)
        assert out_of_balance(business.books) == {}
    _check_documents(business.books)
    business.books.close()


def _check_documents(books: Books) -> None:
    for row in books.rows('SELECT type, foreignamountunpaid, foreignpaymentamountunused FROM "transaction"'):
        assert exact(row["foreignamountunpaid"]) >= 0
        assert exact(row["foreignpaymentamountunused"]) >= 0
    open_rows = books.rows(
        "SELECT 1 FROM \"transaction\" WHERE type IN ('CustInvc', 'CustPymt', 'CustCred') "
        "AND COALESCE(foreignamountunpaid, foreignpaymentamountunused) <> 0"
    )
    receivable = books.row("SELECT SUM(amount) AS total FROM transactionaccountingline WHERE account = 105")
    if not open_rows and receivable is not None:
        assert abs(exact(receivable["total"])) < Decimal("0.005"), "all settled, yet receivables are not zero"
