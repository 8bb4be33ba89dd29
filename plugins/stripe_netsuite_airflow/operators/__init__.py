"""Operators: where a task needs more than a function, such as links beside it in the UI."""
