"""The commands of `python -m sandbox`, one a file; here the servers, the scenarios and the probes come together."""
