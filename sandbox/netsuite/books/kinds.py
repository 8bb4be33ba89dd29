"""The transaction types the books know: their names, how they are numbered, what they do to receivables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Kind:
    """A transaction type: REST name, SuiteQL type code, words on the screen, prefix of its numbers.

    `receivables`: an A/R lock stops it. `side`: what the apply engine sees in it: a `debit` document is settled by a
    `credit` document.
    """

    name: str
    code: str
    label: str
    prefix: str
    receivables: bool
    side: Literal["debit", "credit"] | None = None


INVOICE = Kind("invoice", "CustInvc", "Invoice", "INV", receivables=True, side="debit")
CREDIT_MEMO = Kind("creditMemo", "CustCred", "Credit Memo", "CM", receivables=True, side="credit")
PAYMENT = Kind("customerPayment", "CustPymt", "Payment", "PYMT", receivables=True, side="credit")
REFUND = Kind("customerRefund", "CustRfnd", "Customer Refund", "RFND", receivables=True, side="debit")
CUSTOMER_DEPOSIT = Kind("customerDeposit", "CustDep", "Customer Deposit", "CDEP", receivables=True)
DEPOSIT_APPLICATION = Kind(
    "depositApplication", "DepAppl", "Deposit Application", "DAPP", receivables=True, side="credit"
)
CASH_SALE = Kind("cashSale", "CashSale", "Cash Sale", "CS", receivables=True)
CASH_REFUND = Kind("cashRefund", "CashRfnd", "Cash Refund", "CR", receivables=True)
DEPOSIT = Kind("deposit", "Deposit", "Deposit", "DEP", receivables=False)
JOURNAL = Kind("journalEntry", "Journal", "Journal", "JE", receivables=False)
FX_REVALUATION = Kind("fxReval", "FxReval", "Currency Revaluation", "FXR", receivables=False)

_ALL = (
    INVOICE,
    CREDIT_MEMO,
    PAYMENT,
    REFUND,
    CUSTOMER_DEPOSIT,
    DEPOSIT_APPLICATION,
    CASH_SALE,
    CASH_REFUND,
    DEPOSIT,
    JOURNAL,
    FX_REVALUATION,
)
KINDS = {kind.name: kind for kind in _ALL}
KIND_BY_CODE = {kind.code: kind for kind in _ALL}
