"""Books for the tests of the pages: awkward names, four currencies, a paid and deposited month, and a reader of HTML."""

from __future__ import annotations

from html.parser import HTMLParser

import requests

from sandbox.netsuite.testing import RunningNetSuite
from tests.sandbox.netsuite.client import Client, sale

BOOKS = "/_sandbox/books"
HTML_NAME = '<script>alert("x")</script> & Söhne'
FORMULA_NAME = '=HYPERLINK("http://example.org","pay")'
RTL_NAME = "مؤسسة النور للتجارة"
LONG_NAME = "Ha" * 40


def awkward_books(server: RunningNetSuite) -> dict[str, str]:
    """Fill the books; internal ids by what they are for."""
    client = Client(server)
    names = {"html": HTML_NAME, "formula": FORMULA_NAME, "rtl": RTL_NAME, "long": LONG_NAME}
    customers = {key: named(client, key, name) for key, name in names.items()}
    item = client.item()
    invoice = client.invoice(customers["html"], item, 1234567.5, "in_html", memo="<b>bold</b> memo")
    payment = client.payment(customers["html"], 1234567.5, "ch_html", (invoice, 1234567.5))
    ids = {**customers, "invoice": invoice, "payment": payment}
    ids |= {
        f"invoice {symbol}": foreign_invoice(client, item, symbol, currency, amount)
        for symbol, currency, amount in (("JPY", "4", 5000), ("KWD", "5", 12.345), ("EUR", "2", 100))
    }
    euro = client.get(f"/invoice/{ids['invoice EUR']}")["entity"]["id"]
    ids["fx payment"] = client.payment(
        euro, 100, "ch_eur", (ids["invoice EUR"], 100), currency={"id": "2"}, exchangeRate=1.5
    )
    lines = {"items": [{"item": {"id": item}, "amount": 12, "quantity": 1}]}
    ids["credit"] = client.write("PUT", "/creditMemo/eid:cn_1", sale(customers["rtl"], lines))
    body = {
        "account": client.account("1000"),
        "tranDate": "2026-11-06",
        "payment": {"items": [{"id": int(payment), "deposit": True}]},
    }
    body["cashback"] = {"items": [{"account": client.account("6100"), "amount": 30.5, "memo": "fees"}]}
    ids["deposit"] = client.write("PUT", "/deposit/eid:po_1", body)
    german = client.customer("GmbH_customer", currency="2", subsidiary="2")
    ids["invoice GmbH"] = client.invoice(german, item, 77, "in_gmbh", currency={"id": "2"})
    client.session.close()
    return ids


def named(client: Client, key: str, name: str) -> str:
    body = {"companyName": name, "subsidiary": {"id": "1"}, "currency": {"id": "1"}}
    return client.write("PUT", f"/customer/eid:cus_{key}", body)


def foreign_invoice(client: Client, item: str, symbol: str, currency: str, amount: float) -> str:
    customer = client.customer(f"Customer {symbol}".replace(" ", "_"), currency=currency)
    return client.invoice(customer, item, amount, f"in_{symbol}", currency={"id": currency})


class Page(HTMLParser):
    """A page's text and tags: cells by row, links, and every element name that occurs."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[str]] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.headers_without_scope = 0
        self.headings: list[str] = []
        self._cell: list[str] | None = None
        self._heading: list[str] | None = None
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.tags.add(tag)
        if tag == "a":
            self.links.append(values.get("href") or "")
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self._cell = []
        if tag == "th" and "scope" not in values and "colspan" not in values:
            self.headers_without_scope += 1
        if tag in ("h1", "h2", "h3"):
            self._heading = [tag]

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th") and self._cell is not None:
            self.rows[-1].append("".join(self._cell).strip())
            self._cell = None
        if tag in ("h1", "h2", "h3") and self._heading is not None:
            self.headings.append(" ".join("".join(self._heading[1:]).split()))
            self._heading = None

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._cell is not None:
            self._cell.append(data)
        if self._heading is not None:
            self._heading.append(data)

    def row(self, first: str) -> list[str]:
        """The row that has a cell with this text."""
        return next(row for row in self.rows if first in row)


def page_of(server: RunningNetSuite, path: str, *, status: int = 200) -> Page:
    """A page that must answer with a status."""
    response = requests.get(server.url + path, timeout=10)
    assert response.status_code == status, (path, response.text)
    assert response.headers["Content-Type"].startswith("text/html")
    return Page(response.text)
