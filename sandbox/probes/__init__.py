"""Questions for a real NetSuite test account: what Oracle's public text leaves open, asked by about forty calls.

`python -m sandbox probe` asks them. docs/netsuite-probes.md says of each what is asked, which answers are possible and
what each would mean. Knows neither the product nor the sandbox servers: only HTTP.
"""
