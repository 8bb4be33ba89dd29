"""For each group of Stripe objects: the columns that are computed of them, and the rules that hold for the columns."""
