"""The part deposits of a payout that stand in NetSuite (ACCOUNTING F11): found by external id, linked where they are not.

NetSuite is the one that is asked: a crash may have left a part without a link, a person may have deleted one.
"""

from __future__ import annotations

from stripe_netsuite.domain.identity import Role, external_id, is_same_external_id
from stripe_netsuite.domain.netsuite_record import RecordType
from stripe_netsuite.netsuite_api.lookup import lookup_external_ids
from stripe_netsuite.pipeline.loading import Step
from stripe_netsuite.pipeline.settling import settle_intents
from stripe_netsuite.reconcile.deposit_parts import part_ids
from stripe_netsuite.staging.links import LinkRow, read_links, write_links


def standing_parts(step: Step, payout_id: str, member_count: int) -> dict[str, int]:
    """Return the part deposits by internal id, with their number; those that bear no link get one.

    NetSuite is asked only where there is a link, or where the payout has more lines than one deposit takes.
    """
    services = step.services
    ids = part_ids(payout_id)
    with services.engine.connect() as connection:
        links = read_links(connection, services.netsuite_account, step.account.id, ids)
    if not links and member_count <= step.books.max_deposit_lines:
        return {}
    found = lookup_external_ids(services.netsuite, "transaction", [external_id(one) for one in ids])
    standing: dict[str, int] = {}
    adopted: list[LinkRow] = []
    for number, one in enumerate(ids, start=2):
        record = found.get(external_id(one))
        if record is None or record.is_voided or record.record_type != RecordType.DEPOSIT.value:
            continue
        if not is_same_external_id(external_id(one), record.external_id):
            continue
        standing[record.internal_id] = number
        link = links.get((one, Role.MAIN))
        if link is None or link.internal_id != record.internal_id:
            adopted.append(adopted_link(step, one, record.internal_id))
    if adopted and not step.run.dry_run:
        with services.engine.begin() as connection:
            write_links(connection, adopted)
        settle_intents(step.services, step.account.id, {link.stripe_id for link in adopted})
    return standing


def adopted_link(step: Step, stripe_id: str, internal_id: str, role: Role = Role.MAIN) -> LinkRow:
    """Return the link of a deposit that was found by its external id."""
    return LinkRow(
        netsuite_account=step.services.netsuite_account,
        stripe_account=step.account.id,
        stripe_id=stripe_id,
        role=role,
        record_type=RecordType.DEPOSIT,
        internal_id=internal_id,
        external_id=external_id(stripe_id, role),
        payload_hash=None,
        body_total=None,
        origin="adopted",
        mapping_version=step.services.mapping.version,
        run_id=step.run.run_id,
        linked_at=step.services.clock.now(),
    )
