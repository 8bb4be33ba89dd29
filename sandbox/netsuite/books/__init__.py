"""The books: accounts, periods, rates and a double-entry ledger in SQLite, in the tables SuiteQL shows."""
