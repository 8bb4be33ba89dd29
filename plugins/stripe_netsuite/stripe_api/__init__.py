"""Stripe over HTTP: authentication, paging, retry, limits. Gives bytes and parsed JSON, knows no accounting."""
