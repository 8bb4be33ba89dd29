"""What happens to payments, refunds, disputes, payouts and the balance."""
