"""How an account is called: with its number in front where the account uses numbers, else by its name alone."""

from __future__ import annotations

from sandbox.netsuite.books.database import Books, Row


def account_name(books: Books, row: Row) -> str:
    """The display name of an account row (`acctnumber`, `fullname`)."""
    return display_name(row["acctnumber"], row["fullname"], with_number=books.options.features.account_numbers)


def display_name(number: str | None, name: str, *, with_number: bool) -> str:
    """`1000 Operating Bank`, or `Operating Bank` without the preference Use Account Numbers."""
    return f"{number} {name}" if with_number and number else name
