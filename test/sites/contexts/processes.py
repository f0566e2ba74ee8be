import multiprocessing


class A: pass


class B: pass


def work(n):
    for _ in range(n):
        A()  #: A 12


if __name__ == "__main__":
    for method, n in ("fork", 4), ("spawn", 8):
        process = multiprocessing.get_context(method).Process(target=work, args=(n,))
        process.start()
        process.join()
    B()  #: B 1
