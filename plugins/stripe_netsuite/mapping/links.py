"""customers.csv and items.csv: existing NetSuite records of Stripe objects, by internal id (B2, B5; onboarding).

Receives a sheet's text, gives rows keyed by Stripe account and Stripe id. Doubled rows and odd ids are problems.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar, get_args

from stripe_netsuite.domain.netsuite_record import InternalId, RecordType
from stripe_netsuite.mapping.items import ItemType
from stripe_netsuite.mapping.problem import Problems, looks_secret, shown

CUSTOMER_HEADER = ("stripe_account", "stripe_customer_id", "netsuite_internal_id")
ITEM_HEADER = ("stripe_account", "stripe_id", "netsuite_internal_id", "netsuite_record_type")

_STRIPE_ID = re.compile(r"[^\s,;]{1,255}")
_INTERNAL_ID = re.compile(r"[1-9][0-9]{0,17}")
_ITEM_TYPES: tuple[str, ...] = (*get_args(ItemType), RecordType.DISCOUNT_ITEM.value)

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class CustomerLink:
    """A row of customers.csv; `line` is where it stands."""

    stripe_account: str
    stripe_id: str
    record: InternalId
    line: int


@dataclass(frozen=True, slots=True)
class ItemLink:
    """A row of items.csv: a price, product or coupon, and the item it stands for."""

    stripe_account: str
    stripe_id: str
    record: InternalId
    record_type: RecordType
    line: int


Row = TypeVar("Row", CustomerLink, ItemLink)


def read_customer_links(file: str, text: str, problems: Problems) -> dict[Key, CustomerLink]:
    """Read customers.csv."""

    def build(line: int, cells: list[str]) -> CustomerLink | None:
        account, stripe_id, internal_id = cells
        return CustomerLink(account, stripe_id, InternalId(internal_id), line)

    return _read(file, text, CUSTOMER_HEADER, build, problems)


def read_item_links(file: str, text: str, problems: Problems) -> dict[Key, ItemLink]:
    """Read items.csv."""

    def build(line: int, cells: list[str]) -> ItemLink | None:
        account, stripe_id, internal_id, record_type = cells
        if record_type not in _ITEM_TYPES:
            problems.add(
                file,
                line,
                "column netsuite_record_type is no item type",
                saw=shown(record_type),
                expected=" or ".join(_ITEM_TYPES),
            )
            return None
        return ItemLink(account, stripe_id, InternalId(internal_id), RecordType(record_type), line)

    return _read(file, text, ITEM_HEADER, build, problems)


def _read(
    file: str, text: str, header: tuple[str, ...], build: Callable[[int, list[str]], Row | None], problems: Problems
) -> dict[Key, Row]:
    found: dict[Key, Row] = {}
    for line, cells in _rows(file, text, header, problems):
        if not _has_good_ids(file, line, header, cells, problems) or (row := build(line, cells)) is None:
            continue
        key = (row.stripe_account, row.stripe_id)
        if key in found:
            problems.add(
                file,
                line,
                f"column {header[1]}: {row.stripe_id} stands twice",
                saw=f"the first one in line {found[key].line}",
                expected="one row for each",
                next_step="remove one",
            )
            continue
        found[key] = row
    return found


def _rows(file: str, text: str, header: tuple[str, ...], problems: Problems) -> Iterator[tuple[int, list[str]]]:
    """Yield the line and the stripped cells of each row that has as many cells as the header."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    is_header = True
    try:
        for raw in reader:
            cells = [cell.strip() for cell in raw]
            if not any(cells):
                continue
            if is_header:
                is_header = False
                if tuple(cells) != header:
                    problems.add(
                        file,
                        reader.line_num,
                        "the header is not the sheet's",
                        saw=shown(",".join(cells)),
                        expected=",".join(header),
                        next_step="keep the first line as it came, and save with commas, not semicolons or tabs",
                    )
                    return
            elif len(cells) != len(header):
                problems.add(
                    file,
                    reader.line_num,
                    "a row has the wrong number of cells",
                    saw=str(len(cells)),
                    expected=f"{len(header)}: {','.join(header)}",
                )
            else:
                yield reader.line_num, cells
    except csv.Error as error:
        problems.add(file, reader.line_num, f"is not CSV: {error}", expected="comma-separated text")
        return
    if is_header:
        problems.add(file, 1, "has no header", saw="nothing", expected=",".join(header))


def _has_good_ids(file: str, line: int, header: tuple[str, ...], cells: list[str], problems: Problems) -> bool:
    """Check the two ids; whether the Stripe account is one of entities.yaml is checked with all files at hand."""
    if any(looks_secret(cell) for cell in cells):
        problems.add(file, line, "a cell holds a secret", expected="no secrets in mapping files")
        return False
    fine = True
    if not _STRIPE_ID.fullmatch(cells[1]):
        problems.add(file, line, f"column {header[1]} is no Stripe id", saw=shown(cells[1]), expected="such as cus_…")
        fine = False
    if not _INTERNAL_ID.fullmatch(cells[2]):
        problems.add(
            file,
            line,
            f"column {header[2]} is no internal id",
            saw=shown(cells[2]),
            expected="a whole number such as 1234",
        )
        fine = False
    return fine
