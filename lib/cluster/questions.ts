/**
 * Queries to the other processes: which processes have not answered yet, and the time limit.
 *
 * @module
 */
import type { Clock } from '../util/timers.js';
import { BusError } from './bus-error.js';

interface Question {
  /** The processes that have not answered yet. */
  readonly open: Set<string>;
  readonly answers: unknown[];
  readonly settle: (error: BusError | null) => void;
}

const LARGEST_ID = 2 ** 32 - 1;

export class Questions {
  readonly #clock: Clock;
  readonly #open = new Map<number, Question>();
  #lastId = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Sends a query to processes; resolves to the answers of those that have not left. */
  ask(
    nodes: readonly string[],
    timeoutMs: number,
    send: (id: number) => void,
  ): Promise<readonly unknown[]> {
    if (nodes.length === 0) return Promise.resolve([]);
    this.#lastId = (this.#lastId % LARGEST_ID) + 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      const timer = this.#clock.setTimeout(() => {
        question.settle(new BusError([...question.open], timeoutMs));
      }, timeoutMs);
      const question: Question = {
        open: new Set(nodes),
        answers: [],
        settle: (error) => {
          this.#open.delete(id);
          this.#clock.clearTimeout(timer);
          if (error) reject(error);
          else resolve(question.answers);
        },
      };
      this.#open.set(id, question);
      send(id);
    });
  }

  /** @param json the answer; null is used for malformed JSON */
  onAnswer(node: string, id: number, json: string): void {
    const question = this.#open.get(id);
    if (!question?.open.delete(node)) return;
    question.answers.push(parse(json));
    if (question.open.size === 0) question.settle(null);
  }

  onLeave(node: string): void {
    for (const question of this.#open.values()) {
      if (question.open.delete(node) && question.open.size === 0) question.settle(null);
    }
  }

  /** Resolves all open queries with the answers so far. */
  close(): void {
    for (const question of this.#open.values()) question.settle(null);
  }
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}
