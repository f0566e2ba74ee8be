"""asyncio: tasks, queues, events, an asynchronous generator and a context manager; no clock and no network."""
import asyncio
import contextvars

request = contextvars.ContextVar('request', default=0)


class Gate:
    async def __aenter__(self):
        await asyncio.sleep(0)
        return self

    async def __aexit__(self, *details):
        await asyncio.sleep(0)


async def stream(n):
    for i in range(n):
        await asyncio.sleep(0)
        yield i * 500


async def worker(queue, results):
    while True:
        item = await queue.get()
        request.set(item)
        async with Gate():
            results.append(item * request.get())
        queue.task_done()


async def main():
    queue, results = asyncio.Queue(), []
    workers = [asyncio.ensure_future(worker(queue, results)) for _ in range(4)]
    async for item in stream(200):
        queue.put_nowait(item)
    await queue.join()
    for one in workers:
        one.cancel()
    await asyncio.gather(*workers, return_exceptions=True)
    return sum(results)


assert asyncio.run(main()) == sum((i * 500) ** 2 for i in range(200))
