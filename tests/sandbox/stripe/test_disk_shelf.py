"""Shelves in a file answer as shelves in memory do, whatever happens to their objects, and after they are reopened."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.stripe.base.disk_shelf import DiskShelf, open_file
from sandbox.stripe.base.shelf import Shelf, Slice

_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.integers(0, 30), st.sampled_from(["cus_1", "cus_2", None])),
        st.tuples(st.just("change"), st.integers(0, 60), st.integers(0, 9)),
        st.tuples(st.just("delete"), st.integers(0, 60), st.none()),
        st.tuples(st.just("page"), st.integers(1, 5), st.integers(0, 60)),
    ),
    max_size=60,
)


def play(shelf, steps):
    """Do the steps; return everything that was seen on the way."""
    seen, ids, listed = [], [], []
    for verb, number, more in steps:
        if verb == "put":
            ids.append(f"ch_{len(ids):03d}")
            listed.append(ids[-1])
            shelf.put({"id": ids[-1], "object": "charge", "created": number, "customer": more, "n": 0})
        elif verb == "change" and ids:
            item = shelf.find(ids[number % len(ids)])
            item["n"] = more
            shelf.touch(item["id"])
        elif verb == "delete" and listed:
            item_id = listed.pop(number % len(listed))
            shelf.replace_by_stub({"id": item_id, "object": "charge", "deleted": True})
        elif verb == "page":
            after = shelf.find(ids[more % len(ids)]) if ids else None
            cursor = None if after is None or "deleted" in after else shelf.key(after)
            page, has_more = shelf.page(Slice(number, since=2, starting_after=cursor))
            seen.append(([shelf.encoded(item_id) for item_id in page], has_more))
    seen.append([shelf.encoded(item_id) for item_id in ids])
    seen.append([shelf.keys_with("customer", name) for name in ("cus_1", "cus_2")])
    seen.append((len(shelf), list(shelf), shelf.find("ch_none")))
    return seen


@settings(max_examples=150, deadline=None)
@given(steps=_STEPS)
def test_a_shelf_in_a_file_answers_as_one_in_memory(tmp_path_factory, steps):
    with open_file(tmp_path_factory.mktemp("shelf") / "world.sqlite", is_new=True) as connection:
        on_disk = play(DiskShelf(connection, "charge", ("customer",), kept=3), steps)
    connection.close()
    assert on_disk == play(Shelf(("customer",)), steps)


def test_what_was_written_is_there_after_reopening(tmp_path):
    path = tmp_path / "world.sqlite"
    item = {"id": "txn_1", "object": "balance_transaction", "created": 7, "source": "ch_1", "rate": Decimal("0.006612")}
    connection = open_file(path, is_new=True)
    shelf = DiskShelf(connection, "balance_transaction", ("source",))
    shelf.put(item)
    shelf.flush()
    connection.close()
    connection = open_file(path, is_new=False)
    again = DiskShelf(connection, "balance_transaction", ("source",))
    assert again.find("txn_1") == item
    assert again.page(Slice(10)) == (["txn_1"], False)
    assert again.keys_with("source", "ch_1") == [(7, "txn_1")]
    connection.close()


def test_a_file_is_never_overwritten_nor_silently_made(tmp_path):
    path = tmp_path / "world.sqlite"
    with pytest.raises(FileNotFoundError, match=r"world\.sqlite is not there; make it with"):
        open_file(path, is_new=False)
    path.write_bytes(b"books of last year")
    with pytest.raises(FileExistsError, match=r"world\.sqlite exists; name a file that does not"):
        open_file(path, is_new=True)
    assert path.read_bytes() == b"books of last year"


def test_a_change_of_an_object_that_was_put_away_is_refused_not_lost(tmp_path):
    connection = open_file(tmp_path / "world.sqlite", is_new=True)
    shelf = DiskShelf(connection, "charge", kept=3)
    for number in range(5):
        shelf.put({"id": f"ch_{number}", "object": "charge", "created": number})
    with pytest.raises(RuntimeError, match="ch_0 was changed after it was put away"):
        shelf.touch("ch_0")
    older = shelf.find("ch_1")
    for number in range(2, 5):
        shelf.find(f"ch_{number}")
    assert shelf.find("ch_1") is not older
    with pytest.raises(RuntimeError, match="ch_1 was changed in a copy from before it was put away"):
        shelf.save(older)
    connection.close()
