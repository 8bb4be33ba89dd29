"""What has happened in the sandbox's Stripe account: business steps as data, and what plays them."""
