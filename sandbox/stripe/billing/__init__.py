"""What happens to invoices, credit, subscriptions, quotes and checkout."""
