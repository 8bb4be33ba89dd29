"""Results → pages and tables for people."""
