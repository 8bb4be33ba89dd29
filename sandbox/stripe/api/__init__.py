"""How the account is asked: parameters, pages, expansion, limits, versions, reports, webhooks."""
