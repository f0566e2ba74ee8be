import sys
import threading


class A: pass


class B: pass


def work(n):
    for _ in range(n):
        A()  #: A 1200


def other():
    made = [B() for _ in range(70)]  #: B 70
    work(0)


sys.setswitchinterval(1e-6)
threads = [threading.Thread(target=work, args=(n,), name="worker-%d" % n) for n in (300, 400, 500)]
threads.append(threading.Thread(target=other, name="other"))
for thread in threads:
    thread.start()
B()  #: B 1
for thread in threads:
    thread.join()
