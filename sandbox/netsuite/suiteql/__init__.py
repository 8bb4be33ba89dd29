"""SuiteQL over the books: a light translation to SQLite that refuses what the real service refuses."""
