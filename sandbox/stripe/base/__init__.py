"""What everything stands on: objects on their shelves, the ledger, the clock, the catalogue."""
