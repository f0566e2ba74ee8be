"""Clients and what answers them on one event loop: lines over pairs of sockets, and work through queues."""

import asyncio
import socket

CLIENTS = 4
LINES = 40


async def serve(reader, writer):
    while True:
        line = await reader.readline()
        if not line:
            break
        writer.write(line.upper())
        await writer.drain()
    writer.close()


async def ask(ours, number):
    reader, writer = await asyncio.open_connection(sock=ours)
    answers = []
    for i in range(LINES):
        writer.write(b"client %d line %d\n" % (number, i))
        answers.append(await reader.readline())
    writer.close()
    await writer.wait_closed()
    return answers


async def echo(number):
    ours, theirs = socket.socketpair()  # connected from the start: when a server would accept is up to the kernel
    serving = asyncio.ensure_future(serve(*await asyncio.open_connection(sock=theirs)))
    answers = await ask(ours, number)
    await serving
    return answers


async def produce(queue, count):
    for i in range(count):
        await queue.put(i)
    await queue.put(None)


async def consume(queue):
    total = 0
    while True:
        item = await queue.get()
        if item is None:
            return total
        total += item
        await asyncio.sleep(0)


async def main():
    for number in range(CLIENTS):
        answers = await echo(number)
        assert answers[-1] == b"CLIENT %d LINE %d\n" % (number, LINES - 1)
    queue = asyncio.Queue(8)
    _, total = await asyncio.gather(produce(queue, 3000), consume(queue))
    assert total == 3000 * 2999 // 2


asyncio.run(main())
