import type { Clock } from '../../lib/util/timers.js';

interface Task {
  readonly at: number;
  readonly order: number;
  run: (() => void) | null;
}

function isBefore(one: Task, other: Task): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}

/** Virtual time: tasks run in the order in which they are due, without waiting. */
export class Scheduler implements Clock {
  #now = 0;
  #made = 0;
  /** A binary heap. */
  readonly #tasks: Task[] = [];

  now(): number {
    return this.#now;
  }

  setTimeout(run: () => void, ms: number): Task {
    const task: Task = { at: this.#now + Math.max(0, ms), order: this.#made++, run };
    const tasks = this.#tasks;
    let i = tasks.push(task) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!isBefore(task, tasks[parent] as Task)) break;
      tasks[i] = tasks[parent] as Task;
      i = parent;
    }
    tasks[i] = task;
    return task;
  }

  clearTimeout(handle: unknown): void {
    if (handle) (handle as Task).run = null;
  }

  /** Runs the next task that is due until `end`. Returns false if there is none. */
  step(end: number): boolean {
    for (let task = this.#tasks[0]; task && task.at <= end; task = this.#tasks[0]) {
      this.#removeFirst();
      if (!task.run) continue;
      this.#now = task.at;
      const { run } = task;
      task.run = null;
      run();
      return true;
    }
    this.#now = Math.max(this.#now, end);
    return false;
  }

  #removeFirst(): void {
    const tasks = this.#tasks;
    const last = tasks.pop() as Task;
    if (tasks.length === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= tasks.length) break;
      if (child + 1 < tasks.length && isBefore(tasks[child + 1] as Task, tasks[child] as Task)) {
        child++;
      }
      if (!isBefore(tasks[child] as Task, last)) break;
      tasks[i] = tasks[child] as Task;
      i = child;
    }
    tasks[i] = last;
  }
}
