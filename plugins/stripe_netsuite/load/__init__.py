"""NetSuite records → load plan → NetSuite."""
