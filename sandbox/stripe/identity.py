"""Ids that look like Stripe's and depend on the seed alone.

Promises: the n-th id of a prefix is the same in every world of the same seed, and no two are equal.
"""

import hashlib

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SHORT = 14  # characters behind the prefix of catalogue objects: cus_, prod_
_LONG = 24  # and of all others
_SHORT_PREFIXES = frozenset({"cus", "prod"})


class IdSource:
    """Hands out ids: `next("ch")` gives `ch_` and 24 letters and digits."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._issued: dict[str, int] = {}

    def next(self, prefix: str) -> str:
        """The next id of this prefix."""
        number = self._issued.get(prefix, 0) + 1
        self._issued[prefix] = number
        length = _SHORT if prefix in _SHORT_PREFIXES else _LONG
        return f"{prefix}_{self.letters(f'{prefix}:{number}', length)}"

    def letters(self, name: str, length: int, alphabet: str = _ALPHABET) -> str:
        """`length` characters that depend on the seed and `name` alone."""
        number = int.from_bytes(hashlib.sha256(f"{self._seed}:{name}".encode()).digest())
        letters: list[str] = []
        for _ in range(length):
            number, position = divmod(number, len(alphabet))
            letters.append(alphabet[position])
        return "".join(letters)
