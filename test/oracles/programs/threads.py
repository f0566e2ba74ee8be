"""Threads that allocate, one after the other: started by _thread, because threading.Thread.start() waits on a lock that
it makes only when the new thread is not quick enough."""
import _thread

done = []


def work(n, finished):
    rows = [{'i': i * 1000, 'text': str(i) * 3} for i in range(n)]
    done.append(sum(row['i'] for row in rows))
    finished.release()


for i in range(6):
    finished = _thread.allocate_lock()
    finished.acquire()
    _thread.start_new_thread(work, (200 + i, finished))
    finished.acquire()
assert len(done) == 6
