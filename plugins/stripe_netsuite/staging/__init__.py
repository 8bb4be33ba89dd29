"""The durable hand-over between stages, on SQLite or PostgreSQL."""
