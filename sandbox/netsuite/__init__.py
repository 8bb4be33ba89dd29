"""A local NetSuite: REST record v1, SuiteQL and token-based authentication over real double-entry books.

Strict where NetSuite is known to be strict; what is assumed rather than documented stands in README.md here.
"""
