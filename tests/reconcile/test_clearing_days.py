"""Which ledger lines make a clearing day (ACCOUNTING F10): whole accounting days, each line in one, none twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from stripe_netsuite.domain.window import Window
from stripe_netsuite.reconcile.clearing import ClearingDay, LooseLine, clearing_days
from tests.laws import LAW

ZONE = ZoneInfo("America/New_York")
START = datetime(2026, 10, 31, 4, tzinfo=UTC)
END = datetime(2026, 11, 15, tzinfo=UTC)


def days(lines: list[LooseLine], covered: list[Window] | None = None, known: tuple[str, ...] = ()) -> list[ClearingDay]:
    """The clearing days of an account in New York."""
    window = [Window(START, END)] if covered is None else covered
    return clearing_days("acct_1", lines, zone=ZONE, start=START, covered=window, known_ids=known)


def line(number: int, instant: datetime, net: int = 100, currency: str = "usd") -> LooseLine:
    """A ledger line of an instant."""
    return LooseLine(f"txn_{number}", currency, net, int(instant.timestamp()))


@LAW
@given(
    st.lists(
        st.tuples(
            st.integers(0, int((END - START).total_seconds()) - 1),
            st.integers(-500, 500),
            st.sampled_from(["usd", "eur"]),
        ),
        max_size=30,
    )
)
def test_a_line_is_in_one_day_and_days_add_up(rows: list[tuple[int, int, str]]) -> None:
    """All lines of days that are over, each once; a day's amount is the sum of its lines, in one currency."""
    lines = [line(n, START + timedelta(seconds=s), net, code) for n, (s, net, code) in enumerate(rows)]
    made = days(lines)
    taken = [one for day in made for one in day.line_ids]
    over = datetime(2026, 11, 14, 5, tzinfo=UTC).timestamp()
    assert sorted(taken) == sorted(one.id for one in lines if one.created < over)
    by_id = {one.id: one for one in lines}
    for day in made:
        assert {by_id[one].currency for one in day.line_ids} == {day.currency}
        assert sum(by_id[one].net for one in day.line_ids) == day.amount
        assert day.id == f"cl-acct_1-{day.currency}-{day.day:%Y%m%d}"
    assert len({day.id for day in made}) == len(made)


def test_a_day_begins_and_ends_in_the_accounting_zone() -> None:
    """Half past three in the night by UTC is still the day before in New York, on the day the clocks go back as well."""
    late, early = datetime(2026, 11, 3, 4, 30, tzinfo=UTC), datetime(2026, 11, 3, 5, tzinfo=UTC)
    first, second = days([line(1, late), line(2, early)])
    assert (first.day.isoformat(), second.day.isoformat()) == ("2026-11-02", "2026-11-03")
    (longest,) = days(
        [line(1, datetime(2026, 11, 1, 4, tzinfo=UTC)), line(2, datetime(2026, 11, 2, 4, 59, tzinfo=UTC))]
    )
    assert longest.line_ids == ("txn_1", "txn_2")


def test_a_day_that_was_not_read_wholly_waits() -> None:
    """Its end is not read yet, or a gap lies in it: what is missing would come too late for its deposit."""
    noon = line(1, datetime(2026, 11, 3, 17, tzinfo=UTC))
    until_noon = Window(START, datetime(2026, 11, 3, 18, tzinfo=UTC))
    from_noon = Window(datetime(2026, 11, 3, 16, tzinfo=UTC), END)
    assert days([noon], [until_noon]) == days([noon], [from_noon]) == days([noon], []) == []


def test_the_first_day_begins_with_the_books() -> None:
    """The window may begin with the books; nothing before them is asked for."""
    (day,) = days([line(1, START)], [Window(START, END)])
    assert day.line_ids == ("txn_1",)


def test_a_line_that_is_read_late_makes_another_day() -> None:
    """The day that was booked stays as it is; its name is no part deposit's (F11)."""
    late = [line(1, datetime(2026, 11, 3, 17, tzinfo=UTC))]
    first = "cl-acct_1-usd-20261103"
    assert [day.id for day in days(late, known=(first,))] == [f"{first}-late1"]
    assert [day.id for day in days(late, known=(first, f"{first}-late1"))] == [f"{first}-late2"]
