"""NetSuite over HTTP: authentication, typed errors, SuiteQL, records, concurrency. Knows no accounting."""
