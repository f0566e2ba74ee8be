/** A thread of a worker process that ends it once its parent is gone: an endless loop in Python would never notice. */
import { workerData } from 'node:worker_threads';

const parent: number = workerData;

setInterval(() => {
  try {
    process.kill(parent, 0);
    if (process.ppid === parent) return;
  } catch {
    // the parent is gone
  }
  process.kill(process.pid, 'SIGKILL');
}, 1000);
