"""What happens when: wake, take what is due, push it, write what became of it. Until told to stop."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar
from uuid import UUID

import aiohttp
import psycopg
from django.conf import settings
from django.core.cache import cache
from django.db import Error, connection
from redis.exceptions import RedisError

from grants.actions.delivery import token
from grants.transmitter import BEAT, BEAT_SECONDS, ON_WAKE
from grants.transmitter.push import Answer, push, session
from grants.transmitter.work import Job, Letter, Outcome, settle, step
from portal.core import clock
from portal.core.waking import CHANNEL
from portal.keys.backends import KeysError
from portal.keys.jose import Signer

logger = logging.getLogger(__name__)
GRACE = 10.5
"""Seconds that pushes under way may take to end when the process is told to stop: longer than one push."""
MOST_TOKENS = 2000
T = TypeVar("T")


class Transmitter:
    """One process's work. `run` returns once `stop` was called and nothing is under way any more."""

    def __init__(self) -> None:
        self.stopping = False
        self._wake = asyncio.Event()
        self._hooks_due = asyncio.Event()
        self._finished: list[Outcome] = []
        self._busy: dict[UUID, asyncio.Task[None]] = {}
        self._tokens: dict[tuple[UUID, str], asyncio.Future[str]] = {}
        self._rows = ThreadPoolExecutor(1, thread_name_prefix="rows")
        """One thread, because one connection holds the locks of the streams at work."""
        self._signing = ThreadPoolExecutor(2, thread_name_prefix="signing")
        self._other = ThreadPoolExecutor(1, thread_name_prefix="other")

    def stop(self) -> None:
        """Take nothing more, end what is under way, and return."""
        self.stopping = True
        self._wake.set()
        self._hooks_due.set()

    async def run(self) -> None:
        """Work until told to stop."""
        helpers = [asyncio.create_task(self._listen()), asyncio.create_task(self._hooks())]
        async with session() as client:
            try:
                while not self.stopping:
                    self._wake.clear()
                    await self._round(client)
                    await self._rest()
            finally:
                await self._end(helpers)

    # --- rounds -----------------------------------------------------------------------------------
    async def _round(self, client: aiohttp.ClientSession) -> None:
        finished, self._finished = self._finished, []
        for outcome in finished:
            self._busy.pop(outcome.stream, None)
        busy = frozenset(self._busy)
        try:
            jobs = await self._in(self._rows, lambda: step(finished, busy))
        except (
            Exception
        ):  # the database is away, or a row is not as it should be: others must be delivered all the same
            logger.exception("Every stream is taken up anew")
            await self._start_anew()
            return
        for job in jobs:
            self._busy[job.stream] = asyncio.create_task(self._work(client, job))

    async def _rest(self) -> None:
        """Until something happens, or it is time to look anyway: a notification may have been lost."""
        try:
            await asyncio.wait_for(self._wake.wait(), settings.SIGNALS_LOOK_SECONDS)
        except TimeoutError:
            return

    async def _start_anew(self) -> None:
        """With the connection went its locks: nothing may go on under them. What was under way is sent again."""
        under_way = list(self._busy.values())
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        self._busy.clear()
        self._finished.clear()
        await self._in(self._rows, _close)
        await asyncio.sleep(min(1.0, settings.SIGNALS_LOOK_SECONDS))

    async def _in(self, threads: ThreadPoolExecutor, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(threads, work)

    # --- one stream -------------------------------------------------------------------------------
    async def _work(self, client: aiohttp.ClientSession, job: Job) -> None:
        """Push what the job holds, each signal about another subject, at once; whatever happens, the stream is free
        afterwards."""
        outcome = Outcome(job.stream, trouble=job.trouble)
        try:
            if job.signer is not None and not job.trouble:
                sends = (self._send(client, job, letter, job.signer) for letter in job.letters)
                for letter, answer in zip(job.letters, await asyncio.gather(*sends), strict=True):
                    _note(outcome, letter, answer)
        except Exception as error:  # one stream must not end the others' deliveries
            logger.exception("Stream %s", job.stream)
            outcome.trouble = f"{type(error).__name__}"
        self._finished.append(outcome)
        self._wake.set()

    async def _send(self, client: aiohttp.ClientSession, job: Job, letter: Letter, signs: Signer) -> Answer:
        try:
            signed = await self._token(letter, signs)
        except KeysError as error:
            return Answer(trouble=str(error))
        return await push(client, job.url, job.authorization, signed)

    async def _token(self, letter: Letter, signs: Signer) -> str:
        """The signed token: the same for every stream of its provider, so it is signed once."""
        name = (letter.signal.pk, signs.key.kid)
        if name not in self._tokens:
            if len(self._tokens) >= MOST_TOKENS:
                self._tokens.clear()
            self._tokens[name] = asyncio.ensure_future(self._in(self._signing, lambda: token(letter.signal, signs)))
        try:
            return await asyncio.shield(self._tokens[name])
        except KeysError:
            self._tokens.pop(name, None)
            raise

    # --- beside it --------------------------------------------------------------------------------
    async def _listen(self) -> None:
        """Wake on notifications. While there is no connection, looking at intervals is enough."""
        while not self.stopping:
            try:
                parameters = await self._in(self._other, _parameters)
                async with await psycopg.AsyncConnection.connect(**parameters, autocommit=True) as ears:
                    await ears.execute(f"LISTEN {CHANNEL}")
                    self._woken()
                    async for _notification in ears.notifies():
                        self._woken()
            except (psycopg.Error, OSError) as error:
                logger.warning("Not listening: %s", type(error).__name__)
                await asyncio.sleep(settings.SIGNALS_LOOK_SECONDS)

    def _woken(self) -> None:
        self._wake.set()
        self._hooks_due.set()

    async def _hooks(self) -> None:
        """What else is due on a wake, one call after the other and never in the way of a push; and the sign of life."""
        while not self.stopping:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._hooks_due.wait(), BEAT_SECONDS / 4)
            self._hooks_due.clear()
            await self._in(self._other, self._call_hooks)

    def _call_hooks(self) -> None:
        for hook in ON_WAKE:
            try:
                hook()
            except Exception:
                logger.exception("%s", getattr(hook, "__name__", hook))
                connection.close()
        with suppress(RedisError, OSError):  # nothing rests on it
            cache.set(BEAT, {"at": clock.now().isoformat(), "streams": len(self._busy)}, BEAT_SECONDS)

    async def _end(self, helpers: list[asyncio.Task[None]]) -> None:
        """What is under way may end; what has not by then is sent again by whoever comes next."""
        for helper in helpers:
            helper.cancel()
        under_way = list(self._busy.values())
        if under_way:
            _done, late = await asyncio.wait(under_way, timeout=GRACE)
            for task in late:
                task.cancel()
        await asyncio.gather(*helpers, *under_way, return_exceptions=True)
        finished, self._finished = self._finished, []
        try:
            await self._in(self._rows, lambda: settle(finished))
        except (Error, psycopg.Error):
            logger.exception("What was acknowledged last is not noted, and is sent again")
        await self._in(self._rows, _close)
        await self._in(self._other, _close)
        for threads in (self._rows, self._signing, self._other):
            threads.shutdown(wait=False, cancel_futures=True)


_DJANGOS_OWN = frozenset({"cursor_factory", "context", "prepare_threshold", "server_side_binding", "pool"})
"""Parameters by which Django's own connections differ, and a listening one need not."""


def _close() -> None:
    """Close the connection of the thread in which this is called."""
    connection.close()


def _parameters() -> dict[str, Any]:
    return {name: value for name, value in connection.get_connection_params().items() if name not in _DJANGOS_OWN}


def _note(outcome: Outcome, letter: Letter, answer: Answer) -> None:
    outcome.sent.append(letter.delivery)
    if answer.acknowledged:
        outcome.acknowledged.append(letter.delivery)
    elif answer.refused:
        outcome.refused.append((letter.delivery, letter.attempts, answer.refused))
    else:
        outcome.trouble, outcome.wait = answer.trouble, answer.wait
