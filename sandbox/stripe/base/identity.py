"""Ids that look like Stripe's and depend on the seed and the account alone.

Promises: the n-th id of a prefix is the same in every world of the same seed and salt, no two of them are equal, and
worlds of one seed with different salts (two accounts of one scenario) share no id.
"""

import hashlib

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
# Two letters at a time: place a + 62 b holds the a-th letter and then the b-th. Ids have an even number of them.
_PAIRS = tuple(first + second for second in _ALPHABET for first in _ALPHABET)
_SHORT = 14  # characters behind the prefix of catalogue objects: cus_, prod_
_LONG = 24  # and of all others
_SHORT_PREFIXES = frozenset({"cus", "prod"})


class IdSource:
    """Hands out ids: `next("ch")` gives `ch_` and 24 letters and digits."""

    def __init__(self, seed: int, salt: str = "") -> None:
        self._root = f"{seed}:{salt}:" if salt else f"{seed}:"
        self._issued: dict[str, int] = {}

    def next(self, prefix: str) -> str:
        """The next id of this prefix."""
        number = self._issued.get(prefix, 0) + 1
        self._issued[prefix] = number
        length = _SHORT if prefix in _SHORT_PREFIXES else _LONG
        rest = self._number(f"{prefix}:{number}")
        pairs: list[str] = []
        for _ in range(length // 2):
            rest, position = divmod(rest, len(_PAIRS))
            pairs.append(_PAIRS[position])
        return f"{prefix}_{''.join(pairs)}"

    def letters(self, name: str, length: int, alphabet: str = _ALPHABET) -> str:
        """`length` characters that depend on the seed, the salt and `name` alone."""
        number = self._number(name)
        letters: list[str] = []
        for _ in range(length):
            number, position = divmod(number, len(alphabet))
            letters.append(alphabet[position])
        return "".join(letters)

    def _number(self, name: str) -> int:
        return int.from_bytes(hashlib.sha256(f"{self._root}{name}".encode()).digest())
