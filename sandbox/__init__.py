"""A local Stripe and a local NetSuite to try, demo and test against.

Not product code: the two servers know neither the product nor each other, so that agreement between them
and the product is evidence. They listen on the loopback interface only.
"""
