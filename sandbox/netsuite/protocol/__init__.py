"""HTTP as NetSuite speaks it: signatures, limits, error bodies, routes. Knows records and books, not the reverse."""
