"""What can be written: the metadata of objects (docs.stripe.com/api/metadata).

Receives a world and the decoded form; changes the object and leaves its event, or raises ApiError and changes nothing.
"""

from sandbox.stripe.api.api_error import ApiError, no_such
from sandbox.stripe.api.query import Parameters, allow, read_members
from sandbox.stripe.base.resources import UPDATE_EVENTS
from sandbox.stripe.base.shelf import Json
from sandbox.stripe.world import World

MAX_KEYS = 50
MAX_KEY_LENGTH = 40
MAX_VALUE_LENGTH = 500


def update_metadata(world: World, object_type: str, item_id: str, form: Parameters) -> Parameters:
    """Merge `metadata[…]` into the object's; an empty text removes a key, `metadata=` every key.

    Returns what is left of the form: the expansions for the answer.
    """
    allow(form, ("metadata", "expand"))
    item = world.shelves[object_type].find(item_id)
    if item is None or item.get("deleted"):
        raise no_such(object_type, item_id)
    if "metadata" in form:
        merged = merge_metadata(item.get("metadata") or {}, form)
        world.change(item, UPDATE_EVENTS[object_type] or None, metadata=merged)
    return {name: value for name, value in form.items() if name == "expand"}


def merge_metadata(kept: Json, form: Parameters) -> dict[str, str]:
    """The metadata that an object has after a form. Raises ApiError for more than Stripe keeps."""
    changes = form.get("metadata", {})
    if changes == "":
        return {}
    given = changes if isinstance(changes, dict) else {}
    merged: dict[str, str] = {**kept, **read_members(changes, "metadata", given)}
    merged = {key: text for key, text in merged.items() if text}
    if len(merged) > MAX_KEYS:
        raise ApiError(
            400, f"Metadata may have up to {MAX_KEYS} keys; this object would have {len(merged)}.", param="metadata"
        )
    for key, text in merged.items():
        if len(key) > MAX_KEY_LENGTH:
            message = f"Metadata keys can have up to {MAX_KEY_LENGTH} characters; '{key}' has {len(key)}."
            raise ApiError(400, message, param="metadata")
        if len(text) > MAX_VALUE_LENGTH:
            message = f"Metadata values can have up to {MAX_VALUE_LENGTH} characters, but you passed in a value of {len(text)}."
            raise ApiError(400, message, param=f"metadata[{key}]")
    return merged
