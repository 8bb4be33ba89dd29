"""The accounts that one sandbox serves, and which key opens which.

The first account is the platform: with its key and a `Stripe-Account` header every other one can be reached, as a
platform reaches its connected accounts. Each also has keys of its own: `sk_test_` and its id without `acct_`.
"""

from collections.abc import Iterator, Sequence

from sandbox.stripe.world import World

_PREFIXES = ("sk_test_", "rk_test_")


class Accounts:
    """Worlds by account id, in their order. Raises ValueError for none, or for two of the same id."""

    def __init__(self, worlds: World | Sequence[World], keys: frozenset[str]) -> None:
        given = [worlds] if isinstance(worlds, World) else list(worlds)
        self._by_id: dict[str, World] = {world.account["id"]: world for world in given}
        if not given or len(self._by_id) != len(given):
            raise ValueError(f"Serve one world or more, each with an account id of its own; got {sorted(self._by_id)}.")
        self.first = given[0]
        self._by_key = dict.fromkeys(keys, self.first)
        for account_id, world in self._by_id.items():
            for prefix in _PREFIXES:
                self._by_key[prefix + account_id.removeprefix("acct_")] = world

    def __iter__(self) -> Iterator[World]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def opened_by(self, key: str) -> World | None:
        """The account that a key opens, or None."""
        return self._by_key.get(key)

    def reached_from(self, world: World, account_id: str) -> World | None:
        """The account that `Stripe-Account: <account_id>` names for a key of `world`; None without access to it."""
        if account_id == world.account["id"]:
            return world
        return self._by_id.get(account_id) if world is self.first else None

    def connected_to(self, world: World) -> list[World]:
        """The accounts connected to this one."""
        return [other for other in self if other is not world] if world is self.first else []
