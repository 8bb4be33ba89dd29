"""What an accountant may change: typed models and the loader of `include/mappings`."""

from stripe_netsuite.mapping.accounts import AccountRole
from stripe_netsuite.mapping.company import Mapping
from stripe_netsuite.mapping.entities import StripeAccount
from stripe_netsuite.mapping.fields import custom_fields
from stripe_netsuite.mapping.links import ItemLink
from stripe_netsuite.mapping.loader import load_mapping
from stripe_netsuite.mapping.part import AccountSelector, RecordSelector

__all__ = [
    "AccountRole",
    "AccountSelector",
    "ItemLink",
    "Mapping",
    "RecordSelector",
    "StripeAccount",
    "custom_fields",
    "load_mapping",
]
