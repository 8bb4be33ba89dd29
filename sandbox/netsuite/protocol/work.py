"""How a job's tasks are worked on: each takes its time, then is answered like a request, refusals and failures included."""

from __future__ import annotations

import asyncio
import logging
import random
from dataclasses import replace

from aiohttp import web

from sandbox.netsuite import errors
from sandbox.netsuite.protocol.exchange import Answer, Call, error_answer
from sandbox.netsuite.protocol.jobs import JobDesk
from sandbox.netsuite.protocol.operations import perform
from sandbox.netsuite.protocol.state import Account

_LOG = logging.getLogger(__name__)
JOBS = web.AppKey("jobs", JobDesk)


def open_job_desk(account: Account) -> JobDesk:
    """The account's job desk, with as many processors as the options say."""

    async def work(call: Call) -> Answer:
        with account.records.changes.arrival() as since:
            # Even a task that takes no time is worked on after the answer that promised it.
            await asyncio.sleep(account.options.async_delay_ms / 1000)
            return answer_to(account, replace(call, since=since))

    return JobDesk(work, account.options.async_processors, random.Random(account.options.seed))


def answer_to(account: Account, call: Call) -> Answer:
    """The answer of the record service to a task, whatever it is; a fault of this sandbox is the 500 it is."""
    try:
        if account.faults.take_task(call.method, call.path) is not None:
            raise errors.unexpected()
        return perform(account, call)
    except errors.Refused as refused:
        return error_answer(refused, realm=account.options.realm)
    except Exception:  # noqa: BLE001 - a fault of the sandbox is logged and kept as the 500 it is
        _LOG.exception("%s %s failed", call.method, call.path)
        return error_answer(errors.unexpected(), realm=account.options.realm)
