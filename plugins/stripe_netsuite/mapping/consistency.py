"""What no file can check alone: ids that stand twice, accounts that must differ, choices that need an account."""

from __future__ import annotations

from collections.abc import Iterable

from stripe_netsuite.domain.money import Money
from stripe_netsuite.errors import InvariantBroken
from stripe_netsuite.mapping.accounts import AccountRole, Accounts
from stripe_netsuite.mapping.entities import Entities, StripeAccount
from stripe_netsuite.mapping.items import Items
from stripe_netsuite.mapping.links import CustomerLink, ItemLink
from stripe_netsuite.mapping.part import AccountSelector
from stripe_netsuite.mapping.policy import Policy
from stripe_netsuite.mapping.problem import Problems, shown
from stripe_netsuite.mapping.yaml_source import Path, YamlSource, key_words

# Money passes through these and leaves again: were two of them one account, no balance could be proven.
_APART = (AccountRole.ACCOUNTS_RECEIVABLE, AccountRole.UNDEPOSITED_FUNDS, AccountRole.PAYOUTS_IN_TRANSIT)


def check_stripe_accounts(entities: Entities, source: YamlSource, problems: Problems) -> None:
    """Refuse a Stripe account or a connection that stands twice, and balances finer than their currency."""
    seen: dict[tuple[str, str], str] = {}
    for index, account in enumerate(entities.stripe_accounts):
        for key, value in (("id", account.id), ("connection", account.connection)):
            path: Path = ("stripe_accounts", index, key)
            if (key, value) in seen:
                problems.add(
                    source.file,
                    source.line_of(path),
                    f"key `{key_words(path)}` names what another one names",
                    saw=shown(value),
                    expected=f"another than {seen[key, value]}",
                )
            seen.setdefault((key, value), key_words(path))
        _check_opening_balances(account, ("stripe_accounts", index, "opening_balances"), source, problems)


def _check_opening_balances(account: StripeAccount, path: Path, source: YamlSource, problems: Problems) -> None:
    for currency, amount in account.opening_balances.items():
        try:
            Money.from_major(amount, currency)
        except InvariantBroken:
            problems.add(
                source.file,
                source.line_of((*path, currency)),
                f"key `{key_words((*path, currency))}` is too fine",
                saw=str(amount),
                expected=f"no more decimals than {currency} has",
            )


def check_accounts_differ(
    accounts: Accounts, entities: Entities | None, sources: dict[str, YamlSource], problems: Problems
) -> None:
    """Refuse one GL account for two of: receivables, undeposited funds, payouts in transit, a bank's currency."""
    seen: dict[AccountSelector, str] = {}
    for name, path, selector in _accounts_apart(accounts, entities):
        source = sources[name]
        where = f"{name} {key_words(path)}"
        other = seen.setdefault(selector, where)
        # Two Stripe accounts may pay out to one bank in one currency; nothing else may share.
        if other != where and not (path[-2:-1] == ("banks",) and other.endswith(f".banks.{path[-1]}")):
            problems.add(
                name,
                source.line_of(path),
                f"key `{key_words(path)}` names the account of `{other}`",
                saw=str(selector),
                expected="an account of its own",
            )


def _accounts_apart(accounts: Accounts, entities: Entities | None) -> Iterable[tuple[str, Path, AccountSelector]]:
    for role in _APART:
        selector = accounts.selector(role)
        if selector is not None:
            yield "accounts.yaml", (role.value,), selector
    for index, account in enumerate(entities.stripe_accounts if entities else ()):
        for key, selectors in (("banks", account.banks), ("clearing", account.clearing)):
            for currency, selector in selectors.items():
                yield "entities.yaml", ("stripe_accounts", index, key, currency), selector


def check_clearing_accounts(entities: Entities, policy: Policy, source: YamlSource, problems: Problems) -> None:
    """Refuse a bank's currency without a clearing account where ledger lines go through one (F10)."""
    for index, account in enumerate(entities.stripe_accounts):
        if policy.clearing != "all" and account.payouts != "by_hand":
            continue
        missing = sorted(account.banks.keys() - account.clearing.keys())
        if missing:
            path: Path = ("stripe_accounts", index)
            problems.add(
                source.file,
                source.line_of(path),
                f"key `{key_words((*path, 'clearing'))}` lacks a currency",
                saw=shown(", ".join(sorted(account.clearing)) or "none"),
                expected=f"a clearing account for {', '.join(missing)}: payouts by hand and `clearing: all` need it",
            )


def check_summaries(entities: Entities, policy: Policy, source: YamlSource, problems: Problems) -> None:
    """Refuse daily summaries where payouts take charges one by one, or go without some of them (F12)."""
    if policy.unapplied_payment != "daily_summary":
        return
    path: Path = ("unapplied_payment",)
    one_by_one = [one.id for one in entities.stripe_accounts if one.mode == "full" and one.payouts != "by_hand"]
    if policy.clearing != "all" and one_by_one:
        problems.add(
            source.file,
            source.line_of(path),
            "key `unapplied_payment` needs `clearing: all`",
            saw=f"daily_summary, and clearing: {policy.clearing}",
            expected=f"clearing: all, or payouts: by_hand for {', '.join(one_by_one)}: a payout may hold half a day",
        )
    if policy.payout_mismatch != "fail_closed":
        problems.add(
            source.file,
            source.line_of(path),
            "key `unapplied_payment` needs `payout_mismatch: fail_closed`",
            saw=f"daily_summary, and payout_mismatch: {policy.payout_mismatch}",
            expected="payout_mismatch: fail_closed, because a day is summed up as a whole or not at all",
        )


def check_approval(policy: Policy, source: YamlSource, problems: Problems) -> None:
    """Refuse a person's approval where no difference is let through in any case (F5)."""
    if policy.approval != "off" and policy.payout_mismatch == "fail_closed":
        problems.add(
            source.file,
            source.line_of(("approval",)),
            "key `approval` needs `payout_mismatch: fail_open`",
            saw=f"{policy.approval}, and payout_mismatch: fail_closed",
            expected="fail_open, or `approval: off`; without a fail_open_threshold a person decides about every difference",
        )


def check_discount_account(accounts: Accounts, items: Items, source: YamlSource, problems: Problems) -> None:
    """Refuse posting discounts without an account for them (B5)."""
    if items.discount == "posting" and accounts.discount is None:
        problems.add(
            source.file,
            source.line_of(("discount",)),
            "key `discount` needs an account",
            saw="posting, and no `discount` in accounts.yaml",
            expected="the role `discount` in accounts.yaml",
        )


def check_link_accounts(
    file: str, links: Iterable[CustomerLink | ItemLink], entities: Entities, problems: Problems
) -> None:
    """Refuse links of a Stripe account that entities.yaml does not have."""
    known = [account.id for account in entities.stripe_accounts]
    for link in links:
        if link.stripe_account not in known:
            problems.add(
                file,
                link.line,
                "column stripe_account is not in entities.yaml",
                saw=shown(link.stripe_account),
                expected=" or ".join(known),
            )
