"""Why a question has no answer: the account lacks what it needs, or did not answer."""


class CannotAsk(Exception):
    """Something the question needs is missing in this account; the text says what."""


class NoAnswer(Exception):
    """The account did not answer, or with a failure of its own (429, 5xx) even after waiting."""
