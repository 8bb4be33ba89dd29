"""Tax on sales: SuiteTax details (given or computed) and legacy tax codes, posted to the codes' liability accounts.

With neither feature tax is an ordinary item line. Legacy codes cannot be written by REST: the item's or the
subsidiary's code applies.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sandbox.netsuite import errors
from sandbox.netsuite.books.amounts import ZERO, exact, rounded
from sandbox.netsuite.books.database import Books
from sandbox.netsuite.books.header import Header
from sandbox.netsuite.books.reference import TaxCode, default_tax_code, tax_code
from sandbox.netsuite.books.sale_line import SaleLine
from sandbox.netsuite.reading import Reader

TAXABLE_SCHEDULE = 1


@dataclass(frozen=True, slots=True)
class Tax:
    """One tax amount in the transaction's currency, positive on a sale, and its code."""

    code: TaxCode
    amount: Decimal


def taxes(books: Books, head: Header, body: Reader, entered: Sequence[SaleLine], *, sign: int) -> list[Tax]:
    """The taxes of a sale. Raises what the features require: references, required fields, the subsidiary's codes.

    With an override but no details SuiteTax ignores tax on an invoice and refuses a credit memo (seen live).
    """
    features = books.options.features
    if features.sui_tax and body.flag("taxDetailsOverride"):
        if not body.lines("taxDetails") and sign < 0:
            raise errors.user_error(errors.NEGATIVE_TOTAL)
        references = {line.body.text("taxDetailsReference") for line in entered} - {None}
        return [_given(books, head, line, references) for line in body.lines("taxDetails")]
    if features.sui_tax or features.legacy_tax:
        return _by_code(_computed(books, head, entered, is_legacy=not features.sui_tax))
    return []


def _given(books: Books, head: Header, line: Reader, references: Iterable[str | None]) -> Tax:
    reference = line.text("taxDetailsReference")
    if reference not in references:
        raise errors.invalid_field(reference, "taxDetailsReference", path=line.place("taxDetailsReference"))
    needed = {"Tax Code": "taxCode", "Tax Basis": "taxBasis", "Tax Rate": "taxRate", "Tax Amount": "taxAmount"}
    missing = [label for label, name in needed.items() if not line.has(name)]
    amount = line.amount("taxAmount", head.currency.precision)
    line.amount("taxBasis", head.currency.precision)
    line.number("taxRate")
    code_id = line.reference("taxCode")
    if missing or amount is None or code_id is None:
        raise errors.missing_value(*missing)
    code = tax_code(books, code_id)
    if code is None:
        raise errors.invalid_field(code_id, "taxCode", path=line.place("taxCode"))
    if line.reference("taxType") not in (None, code.tax_type):
        raise errors.invalid_field(line.reference("taxType"), "taxType", path=line.place("taxType"))
    if code.subsidiary != head.subsidiary:
        raise errors.user_error(errors.OTHER_TAX_SUBSIDIARY)
    return Tax(code, amount)


def _computed(books: Books, head: Header, entered: Sequence[SaleLine], *, is_legacy: bool) -> list[Tax]:
    """Each line's tax at its code's rate, rounded by line; a discount is taxed like the line it stands under."""
    found: list[Tax] = []
    code: TaxCode | None = None
    for line in entered:
        if not line.is_discount:
            code = _code_of(books, head, line, is_legacy=is_legacy)
        if code is not None:
            found.append(Tax(code, rounded(line.amount * code.rate / 100, head.currency.precision)))
    return found


def _code_of(books: Books, head: Header, line: SaleLine, *, is_legacy: bool) -> TaxCode | None:
    own = tax_code(books, line.sold.tax_code) if line.sold.tax_code is not None else None
    if is_legacy:
        return (
            own if own is not None and own.subsidiary == head.subsidiary else default_tax_code(books, head.subsidiary)
        )
    return default_tax_code(books, head.subsidiary) if line.sold.tax_schedule == TAXABLE_SCHEDULE else None


def _by_code(found: Iterable[Tax]) -> list[Tax]:
    sums: dict[TaxCode, Decimal] = {}
    for tax in found:
        sums[tax.code] = sums.get(tax.code, ZERO) + tax.amount
    return [Tax(code, amount) for code, amount in sums.items() if amount != ZERO]


def posted_taxes(books: Books, transaction_id: int) -> list[Tax]:
    """The taxes of a posted sale in its currency, as its total has them: positive on invoices and credit memos alike."""
    rows = books.rows(
        "SELECT l.foreignamount, l.sandbox_tax_code, t.type FROM transactionline l "
        'JOIN "transaction" t ON t.id = l."transaction" WHERE l."transaction" = ? AND l.taxline = ? ORDER BY l.id',
        (transaction_id, "T"),
    )
    found: list[Tax] = []
    for row in rows:
        code = tax_code(books, row["sandbox_tax_code"])
        amount = exact(row["foreignamount"])
        if code is not None:
            found.append(Tax(code, amount if row["type"] in ("CustCred", "CashRfnd") else -amount))
    return found
