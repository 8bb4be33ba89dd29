"""Asynchronous requests: a job of tasks that are worked on after the answer, and what has become of them.

A task runs one call and keeps its answer, refusals included. Jobs live as long as the server.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sandbox.netsuite import errors
from sandbox.netsuite.jsontext import Body
from sandbox.netsuite.protocol.exchange import Answer, Call, json_answer

JOB_ROOT = "/services/rest/async/v1/job"


@dataclass(slots=True)
class Task:
    """One call of a job."""

    id: int
    call: Call
    started: datetime | None = None
    ended: datetime | None = None
    answer: Answer | None = None

    @property
    def progress(self) -> str:
        """`pending` and `succeeded` are Oracle's words, the other two are assumed."""
        if self.answer is None:
            return "pending" if self.started is None else "processing"
        return "succeeded" if self.answer.status < 400 else "failed"


@dataclass(slots=True)
class Job:
    """What one asynchronous request has ordered."""

    id: int
    tasks: list[Task]
    in_order: bool = True

    @property
    def is_completed(self) -> bool:
        """Whether every task has its answer."""
        return all(task.answer is not None for task in self.tasks)

    @property
    def progress(self) -> str:
        """A job succeeds when it is worked off; whether its records were taken, only the tasks tell."""
        if self.is_completed:
            return "succeeded"
        return "processing" if any(task.started for task in self.tasks) else "pending"


@dataclass(slots=True)
class JobDesk:
    """Takes jobs and works on them, `processors` tasks at once; what need not keep its order comes in one drawn by `source`."""

    work: Callable[[Call], Awaitable[Answer]]
    """Answers a call, after it has taken its time."""
    processors: int
    source: random.Random
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    _jobs: dict[int, Job] = field(default_factory=dict)
    _keys: dict[str, int] = field(default_factory=dict)
    _running: set[asyncio.Task[None]] = field(default_factory=set)
    _free: asyncio.Semaphore | None = None

    def submit(self, calls: Sequence[Call], *, in_order: bool, key: str | None) -> Job:
        """Start a job. Raises IDEMPOTENCY_ERROR with the first job's location for a key that was used before."""
        if key is not None and key in self._keys:
            raise errors.idempotency_conflict(f"{JOB_ROOT}/{self._keys[key]}")
        job = Job(len(self._jobs) + 1, [Task(number, call) for number, call in enumerate(calls, start=1)], in_order)
        self._jobs[job.id] = job
        if key is not None:
            self._keys[key] = job.id
        running = asyncio.get_running_loop().create_task(self._run(job))
        self._running.add(running)
        running.add_done_callback(self._running.discard)
        return job

    async def close(self) -> None:
        """Drop what is still under way."""
        for running in self._running:
            running.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _run(self, job: Job) -> None:
        if job.in_order:
            for task in job.tasks:
                await self._do(task)
            return
        order = list(job.tasks)
        self.source.shuffle(order)
        await asyncio.gather(*(self._do(task) for task in order))

    async def _do(self, task: Task) -> None:
        if self._free is None:
            self._free = asyncio.Semaphore(self.processors)
        async with self._free:
            task.started = self.now()
            task.answer = await self.work(task.call)
            task.ended = self.now()

    def answer(self, path: str, base: str) -> Answer:
        """GET below `/services/rest/async/v1/job`: a job, its tasks, one task, one result. Raises the 404."""
        match path.removeprefix(JOB_ROOT).strip("/").split("/"):
            case [number]:
                return json_answer(_job(self._job(number, path), base))
            case [number, "task"]:
                return json_answer(_tasks(self._job(number, path), base))
            case [number, "task", which]:
                job = self._job(number, path)
                return json_answer(_task(job, _one(job, which, path), base))
            case [number, "task", which, "result"]:
                found = _one(self._job(number, path), which, path).answer
                if found is not None:
                    return found
        raise errors.unknown_record(path)

    def _job(self, number: str, path: str) -> Job:
        found = self._jobs.get(int(number)) if number.isdigit() else None
        if found is None:
            raise errors.unknown_record(path)
        return found


def _one(job: Job, number: str, path: str) -> Task:
    found = next((task for task in job.tasks if str(task.id) == number), None)
    if found is None:
        raise errors.unknown_record(path)
    return found


def _self_link(url: str) -> Body:
    return {"rel": "self", "href": url}


def _job(job: Job, base: str) -> Body:
    url = f"{base}{JOB_ROOT}/{job.id}"
    return {
        "links": [_self_link(url)],
        "completed": job.is_completed,
        "id": str(job.id),
        "progress": job.progress,
        "task": {"links": [_self_link(f"{url}/task")]},
    }


def _tasks(job: Job, base: str) -> Body:
    """As Oracle prints it: one item whose links lead to the tasks."""
    url = f"{base}{JOB_ROOT}/{job.id}/task"
    links = [_self_link(f"{url}/{task.id}") for task in job.tasks]
    return {"links": [_self_link(url)], "count": 1, "items": [{"links": links}]}


def _task(job: Job, task: Task, base: str) -> Body:
    url = f"{base}{JOB_ROOT}/{job.id}/task/{task.id}"
    links = [{"rel": rel, "href": f"{url}/result"} for rel in ("related", "result")]
    shown: Body = {
        "links": [*links, _self_link(url)],
        "completed": task.answer is not None,
        "id": str(task.id),
        "progress": task.progress,
    }
    for name, instant in (("startTime", task.started), ("endTime", task.ended)):
        if instant is not None:
            shown[name] = instant.strftime("%Y-%m-%dT%H:%M:%SZ")
    return shown
