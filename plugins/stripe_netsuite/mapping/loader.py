"""A folder of YAML and CSV files → one `Mapping`, or one MappingError that names everything that is wrong in it.

accounts.yaml and entities.yaml must be there; any other file that is missing stands for its defaults.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from stripe_netsuite.domain.identity import content_hash
from stripe_netsuite.errors import InvariantBroken, MappingError
from stripe_netsuite.mapping import consistency
from stripe_netsuite.mapping.accounts import Accounts
from stripe_netsuite.mapping.company import Mapping
from stripe_netsuite.mapping.customers import Customers
from stripe_netsuite.mapping.entities import Entities
from stripe_netsuite.mapping.explain import build_model
from stripe_netsuite.mapping.fields import Fields
from stripe_netsuite.mapping.items import Items
from stripe_netsuite.mapping.links import CustomerLink, ItemLink, Key, read_customer_links, read_item_links
from stripe_netsuite.mapping.part import MappingModel
from stripe_netsuite.mapping.policy import Policy
from stripe_netsuite.mapping.problem import Problems
from stripe_netsuite.mapping.yaml_source import YamlSource, read_yaml

MODELS: dict[str, type[MappingModel]] = {
    "accounts.yaml": Accounts,
    "entities.yaml": Entities,
    "customers.yaml": Customers,
    "items.yaml": Items,
    "fields.yaml": Fields,
    "policy.yaml": Policy,
}
SHEETS = ("customers.csv", "items.csv")
REQUIRED = ("accounts.yaml", "entities.yaml")
_DATA_SUFFIXES = (".yaml", ".yml", ".csv")

Model = TypeVar("Model", bound=MappingModel)
Row = TypeVar("Row", CustomerLink, ItemLink)


def load_mapping(folder: Path) -> Mapping:
    """Read and check a mapping folder.

    Raises MappingError for the first problem, files in the order of MODELS; all of them are in its `problems`.
    """
    problems = Problems()
    texts = _read_texts(folder, problems)
    sources: dict[str, YamlSource] = {}
    for file in MODELS:
        if file not in texts and file in REQUIRED:
            continue
        source = read_yaml(file, texts.get(file, ""), problems)
        if source is not None:
            sources[file] = source

    accounts = _build("accounts.yaml", Accounts, sources, problems)
    entities = _build("entities.yaml", Entities, sources, problems)
    customers = _build("customers.yaml", Customers, sources, problems)
    items = _build("items.yaml", Items, sources, problems)
    fields = _build("fields.yaml", Fields, sources, problems)
    policy = _build("policy.yaml", Policy, sources, problems)
    customer_links = _read_sheet(read_customer_links, "customers.csv", texts, problems)
    item_links = _read_sheet(read_item_links, "items.csv", texts, problems)

    if entities:
        consistency.check_stripe_accounts(entities, sources["entities.yaml"], problems)
        consistency.check_link_accounts("customers.csv", customer_links.values(), entities, problems)
        consistency.check_link_accounts("items.csv", item_links.values(), entities, problems)
    if accounts:
        consistency.check_accounts_differ(accounts, entities, sources, problems)
    _check_policy(entities, policy, sources, problems)
    if accounts and items:
        consistency.check_discount_account(accounts, items, sources["items.yaml"], problems)

    problems.raise_if_any((*MODELS, *SHEETS))
    if not (accounts and entities and customers and items and fields and policy):
        raise InvariantBroken("a mapping file has no model, and no problem either", subject=str(folder))
    return Mapping(
        accounts=accounts,
        entities=entities,
        customers=customers,
        items=items,
        fields=fields,
        policy=policy,
        customer_links=customer_links,
        item_links=item_links,
        files=texts,
        version=_version(sources, customer_links, item_links),
    )


def _check_policy(
    entities: Entities | None, policy: Policy | None, sources: dict[str, YamlSource], problems: Problems
) -> None:
    if policy is None:
        return
    consistency.check_approval(policy, sources["policy.yaml"], problems)
    if entities is not None:
        consistency.check_clearing_accounts(entities, policy, sources["entities.yaml"], problems)
        consistency.check_summaries(entities, policy, sources["policy.yaml"], problems)


def _read_texts(folder: Path, problems: Problems) -> dict[str, str]:
    """Return file name → text of the folder's mapping files, with plain newlines; note unknown and unreadable ones."""
    known = (*MODELS, *SHEETS)
    try:
        names = sorted(path.name for path in folder.iterdir())
    except OSError as error:
        raise MappingError(
            f"the mapping folder cannot be read: {error.strerror}",
            subject=str(folder),
            expected="a folder with accounts.yaml and entities.yaml",
            next_step="set STRIPE_NETSUITE_MAPPINGS to the folder",
        ) from None
    texts: dict[str, str] = {}
    for name in names:
        if name in known:
            text = _read_text(folder / name, problems)
            if text is not None:
                texts[name] = text
        elif name.lower().endswith(_DATA_SUFFIXES) and not name.startswith((".", "~")):
            close = difflib.get_close_matches(name, known, n=1)
            problems.add(
                name,
                1,
                "is not a mapping file, so nobody would read it",
                saw=name,
                expected=", ".join(known),
                next_step=f"did you mean `{close[0]}`?" if close else "move it out of the folder",
            )
    for name in REQUIRED:
        if name not in names:
            problems.add(name, 1, "the file is missing", saw="nothing", expected=f"a file {name} in {folder}")
    return texts


def _read_text(path: Path, problems: Problems) -> str | None:
    try:
        raw = path.read_bytes()
    except OSError as error:
        problems.add(path.name, 1, f"cannot be read: {error.strerror}")
        return None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        problems.add(
            path.name,
            line,
            "is not UTF-8 text",
            saw=f"byte 0x{raw[error.start]:02X}",
            expected="UTF-8",
            next_step='save it again as UTF-8 (in Excel: "CSV UTF-8")',
        )
        return None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _build(file: str, model: type[Model], sources: dict[str, YamlSource], problems: Problems) -> Model | None:
    return build_model(model, sources[file], problems) if file in sources else None


def _read_sheet(
    read: Callable[[str, str, Problems], dict[Key, Row]], file: str, texts: dict[str, str], problems: Problems
) -> dict[Key, Row]:
    return read(file, texts[file], problems) if file in texts else {}


def _version(
    sources: dict[str, YamlSource], customer_links: dict[Key, CustomerLink], item_links: dict[Key, ItemLink]
) -> str:
    """Return the hash of what the files say: the same data has the same version, however it is laid out."""
    data: dict[str, Any] = {name: source.data for name, source in sources.items() if source.data}
    if customer_links:
        data["customers.csv"] = sorted((*key, link.record.value) for key, link in customer_links.items())
    if item_links:
        data["items.csv"] = sorted((*key, link.record.value, link.record_type) for key, link in item_links.items())
    return content_hash(json.dumps(data, sort_keys=True, default=str).encode())
