"""The questions, by subject; catalogue.py puts them in order."""
