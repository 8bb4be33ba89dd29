"""Setup > Accounting > Accounting Preferences, as far as an integration notices them; the defaults are the strict ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Preferences:
    """Choices a NetSuite administrator makes without enabling a feature."""

    posting_period_when_closed: Literal["refuse", "first_open", "current"] = "refuse"
    """Default Posting Period When Transaction Date in Closed Period (help section_N1385293): the first open period
    after the date, or the one of today. `refuse` is no choice of NetSuite's: it shows clients that rely on one."""
    void_by_reversing_journal: bool = False
    """Void Transactions Using Reversing Journals: a void is a journal entry, and only for customer refunds."""
    payment_list_days: int | None = None
    """A deposit's payment list shows only payments of that many days before the deposit; None shows all of them."""
