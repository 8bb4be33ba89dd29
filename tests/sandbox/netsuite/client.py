"""A client that speaks to the sandbox as any TBA client would, and names the parts of the seeded company."""

from __future__ import annotations

from typing import Any

import requests
from oauthlib.oauth1 import SIGNATURE_HMAC_SHA256
from requests_oauthlib import OAuth1

from sandbox.netsuite.testing import RunningNetSuite

RECORD = "/services/rest/record/v1"
SUITEQL = "/services/rest/query/v1/suiteql"


class Client:
    """One signed session; `body` arguments are sent as JSON with validation `Error`."""

    def __init__(self, server: RunningNetSuite) -> None:
        options = server.options
        self.server = server
        self.session = requests.Session()
        self.auth = OAuth1(
            options.consumer_key,
            options.consumer_secret,
            options.token_id,
            options.token_secret,
            realm=options.realm,
            signature_method=SIGNATURE_HMAC_SHA256,
        )

    def send(self, method: str, path: str, body: Any = None, **kwargs: Any) -> requests.Response:
        """Send one signed request; the response as it comes."""
        headers = {"X-NetSuite-PropertyNameValidation": "Error", **kwargs.pop("headers", {})}
        url = self.server.url + path
        return self.session.request(method, url, json=body, auth=self.auth, headers=headers, timeout=10, **kwargs)

    def write(self, method: str, path: str, body: Any, **kwargs: Any) -> str:
        """Send a write that must succeed; the internal id from Location."""
        response = self.send(method, RECORD + path, body, **kwargs)
        assert response.status_code == 204, response.text
        assert response.content == b""
        return response.headers["Location"].rsplit("/", 1)[1]

    def refused(self, method: str, path: str, body: Any = None, *, status: int = 400, **kwargs: Any) -> str:
        """Send a request that must be refused; the text of the error body."""
        response = self.send(method, RECORD + path, body, **kwargs)
        assert response.status_code == status, response.text
        return str(response.json()["o:errorDetails"][0]["detail"])

    def get(self, path: str, **params: str) -> dict[str, Any]:
        """A record or list that must be there."""
        response = self.send("GET", RECORD + path, params=params)
        assert response.status_code == 200, response.text
        return dict(response.json())

    def query(self, text: str, params: list[Any] | None = None, **paging: int) -> dict[str, Any]:
        """One page of a SuiteQL query that must run."""
        body = {"q": text} | ({"params": params} if params is not None else {})
        response = self.send("POST", SUITEQL, body, params=paging, headers={"Prefer": "transient"})
        assert response.status_code == 200, response.text
        return dict(response.json())

    def rows(self, text: str, params: list[Any] | None = None) -> list[dict[str, str]]:
        """A query's rows without their links."""
        return [
            {name: value for name, value in row.items() if name != "links"} for row in self.query(text, params)["items"]
        ]

    def query_refused(self, text: str) -> str:
        """A query that must be refused with INVALID_PARAMETER; the text."""
        response = self.send("POST", SUITEQL, {"q": text}, headers={"Prefer": "transient"})
        assert response.status_code == 400, response.text
        detail = response.json()["o:errorDetails"][0]
        assert detail["o:errorCode"] == "INVALID_PARAMETER"
        return str(detail["detail"])

    def account(self, number: str) -> dict[str, str]:
        """A reference to the account with a number."""
        return {"id": self.rows("SELECT id FROM account WHERE acctnumber = ?", [number])[0]["id"]}

    # What most tests need first ------------------------------------------------------------------------------------

    def customer(self, name: str = "Ada", *, currency: str = "1", subsidiary: str = "1") -> str:
        """Upsert a customer."""
        body = {"companyName": name, "subsidiary": {"id": subsidiary}, "currency": {"id": currency}}
        return self.write("PUT", f"/customer/eid:cus_{name}", body)

    def item(self, name: str = "Plan", *, account: str = "4000") -> str:
        """Upsert a service item that posts to an income account."""
        body = {"itemId": name, "incomeAccount": self.account(account), "subsidiary": {"items": [{"id": "1"}]}}
        return self.write("PUT", f"/serviceSaleItem/eid:price_{name}", {**body, "includeChildren": True})

    def invoice(self, customer: str, item: str, amount: float, external_id: str, **fields: Any) -> str:
        """Upsert an invoice of one line."""
        lines = {"items": [{"item": {"id": item}, "amount": amount, "quantity": 1}]}
        return self.write("PUT", f"/invoice/eid:{external_id}", sale(customer, lines, **fields))

    def payment(self, customer: str, amount: float, external_id: str, *apply: tuple[str, float], **fields: Any) -> str:
        """Upsert a payment applied to (document, amount) pairs."""
        lines = [{"doc": {"id": doc}, "apply": True, "amount": part} for doc, part in apply]
        body = {"customer": {"id": customer}, "payment": amount, "tranDate": "2026-11-05", **fields}
        return self.write("PUT", f"/customerPayment/eid:{external_id}", {**body, "apply": {"items": lines}})


def sale(customer: str, lines: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"entity": {"id": customer}, "tranDate": "2026-11-03", "item": lines, **fields}
