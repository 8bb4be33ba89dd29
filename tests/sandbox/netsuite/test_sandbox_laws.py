"""Laws of the books, for any sequence of business: they always balance, and nothing is applied or deposited twice."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.netsuite.books.amounts import exact
from sandbox.netsuite.books.database import Books
from sandbox.netsuite.books.proof import out_of_balance, trial_balance
from sandbox.netsuite.books.seed import seed_company
from sandbox.netsuite.books.totals import unbalanced_transactions
from sandbox.netsuite.books.void import void_transaction
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
        st.sampled_from(
            [
                "invoice",
                "payment",
                "memo",
                "refund",
                "deposit",
                "euro deposit",
                "delete",
                "change",
                "hold",
                "apply",
                "refund held",
                "cash sale",
                "cash refund",
                "journal",
                "void",
                "pay with credit",
            ]
        ),
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
            case "hold":
                self.make("customerDeposit", **money, payment=amount)
            case "cash sale" | "cash refund":
                self.make("cashSale" if step == "cash sale" else "cashRefund", **sale)
            case "refund held":
                held = self.lines(self.of("customerDeposit"), 1 + pick % 2, amount)
                self.make("customerRefund", **money, account={"id": "106"}, deposit=held)
            case "pay with credit":
                parts = {
                    "credit": self.lines(self.of("creditMemo"), pick, None),
                    "deposit": self.lines(self.of("customerDeposit"), 1, amount),
                }
                self.make(
                    "customerPayment", **money, payment=amount, apply=self.lines(self.of("invoice"), 2, None), **parts
                )
            case "delete":
                self.delete(pick)
            case "apply" | "journal" | "void":
                self.other(step, amount, rate, pick)
            case _:
                self.change(amount, rate, pick)

    def other(self, step: str, amount: Decimal, rate: Decimal, pick: int) -> None:
        """Apply a customer deposit, write a journal entry, void a transaction."""
        if step == "journal":
            items = [{"account": {"id": "115"}, "debit": amount}, {"account": {"id": "106"}, "credit": amount}]
            body = {"subsidiary": {"id": "1"}, "currency": {"id": "2"}, "exchangeRate": rate}
            self.make("journalEntry", **body, line={"items": items}, reversalDate="2026-12-01")
        elif step == "void":
            void_transaction(self.books, self.ids[pick % len(self.ids)][1])
        else:
            kind = record_type("depositApplication")
            assert kind is not None
            body = {
                "deposit": {"id": str(self.of("customerDeposit")[-1])},
                "apply": self.lines(self.of("invoice"), 1 + pick % 2, None),
            }
            self.ids.append((kind.name, self.service.create(kind, body, "Error", defaults={}).id))

    def lines(self, documents: list[int], pick: int, amount: Decimal | None) -> Body:
        """Apply lines for none, one or two of the latest documents."""
        chosen = documents[-(pick % 3) :] if documents and pick % 3 else []
        line = {"apply": True} if amount is None else {"apply": True, "amount": amount}
        return {"items": [{"doc": {"id": str(number)}, **line} for number in chosen]}

    def deposit(self, bank: str, rate: Decimal, pick: int) -> None:
        """Deposit the latest payments and refunds, less a fee."""
        waiting = self.of(
            "customerPayment", "customerRefund", "customerDeposit", "cashSale", "cashRefund", "journalEntry"
        )
        lines = [{"id": number, "deposit": True} for number in waiting[-pick:]]
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
            "customerDeposit": {"payment": amount, "exchangeRate": rate},
            "cashSale": {"item": {"items": [{"line": 1, "amount": amount}]}},
        }
        self.service.change(kind, number, fields.get(name, {"memo": str(amount)}), "Error", frozenset())


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_any_business_leaves_the_books_in_balance(steps: list[tuple[str, Decimal, Decimal, int]]) -> None:
    """Debits equal credits; closed documents are zero in base currency; no document is used beyond its total."""
    business = Business()
    for step in steps:
        with suppress(Refused, ZeroDivisionError, IndexError):
            business.play(*step)
        assert out_of_balance(business.books) == {}
        assert unbalanced_transactions(business.books) == []
    _check_documents(business.books)
    _check_ties(business.books)
    business.books.close()


def _check_documents(books: Books) -> None:
    """What each document says is used is what the applications say; nothing beyond its total; closed means closed."""
    for row in books.rows('SELECT * FROM "transaction" WHERE sandbox_control IS NOT NULL'):
        is_debit = row["type"] in ("CustInvc", "CustRfnd")
        unused = exact(row["foreignamountunpaid" if is_debit else "foreignpaymentamountunused"])
        used = exact(row["foreignamountpaid" if is_debit else "foreignpaymentamountused"])
        assert unused >= 0
        if unused == 0:
            assert exact(row["sandbox_base"]) == exact(row["sandbox_base_used"]), (
                "closed, yet not zero in base currency"
            )
        side = "debitdoc" if is_debit else "creditdoc"
        taken = f"SELECT amount FROM sandbox_application WHERE {side} = ?"
        if row["type"] == "CustDep":
            taken = "SELECT amount FROM sandbox_deposit_use WHERE deposit = ?"
        assert used == sum(exact(part["amount"]) for part in books.rows(taken, (row["id"],)))


def _check_ties(books: Books) -> None:
    """Undeposited funds hold what is not deposited; Customer Deposits what is not used; no link leads nowhere."""
    waiting = books.row(
        'SELECT SUM(a.amount) AS n FROM transactionaccountingline a JOIN "transaction" t ON t.id = a."transaction" '
        "WHERE a.account = 106 AND t.type <> 'Deposit' AND t.id NOT IN (SELECT payment FROM sandbox_deposited)"
    )
    assert waiting is not None
    assert abs(exact(waiting["n"]) - _balance(books, 106)) < Decimal("0.005")
    held = books.row("SELECT SUM(sandbox_base - sandbox_base_used) AS n FROM \"transaction\" WHERE type = 'CustDep'")
    account = books.row("SELECT id FROM account WHERE sspecacct = 'CustDep'")
    assert held is not None
    assert account is not None
    assert abs(exact(held["n"]) + _balance(books, account["id"])) < Decimal("0.005")
    orphans = 'SELECT 1 FROM sandbox_application WHERE maker NOT IN (SELECT id FROM "transaction")'
    assert books.rows(orphans) == []
    for column in ("previousdoc", "nextdoc"):
        query = f'SELECT 1 FROM nexttransactionlinelink WHERE {column} NOT IN (SELECT id FROM "transaction")'
        assert books.rows(query) == []
    records = {row["id"] for row in books.rows("SELECT id FROM sandbox_record WHERE family = 'transaction'")}
    posted = {row["id"] for row in books.rows("SELECT id FROM \"transaction\" WHERE type <> 'FxReval'")}
    assert records == posted, "a record without its posting, or the reverse"


def _balance(books: Books, account: int) -> Decimal:
    return sum((row.balance for row in trial_balance(books) if row.account == account), Decimal(0))
