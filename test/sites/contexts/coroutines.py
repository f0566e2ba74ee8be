class A: pass


class B: pass


class C: pass


class Wait:
    def __await__(self):
        C()  #: C 4
        yield


async def leaf():
    A()  #: A 3
    await Wait()
    B()  #: B 3


async def ticks():
    for _ in range(2):
        A()  #: A 2
        yield


async def main():
    for _ in range(3):
        await leaf()
    async for _ in ticks():
        B()  #: B 2
    await Wait()


def start(co):
    co.send(None)


def drive(co):
    try:
        while True:
            co.send(None)
    except StopIteration:
        A()  #: A 1


co = main()
start(co)
drive(co)
