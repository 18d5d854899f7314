import { expect } from 'chai';
import { assert, array, constantFrom, nat, property } from 'fast-check';
import { readStream } from '../../../client/core/fetch-stream.js';
import type { XHR } from '../../../client/core/transports/xhr.js';
import { install } from './fakes.js';

/** Reads a response that arrives in `chunks`, and records the calls of the transport. */
async function read(chunks: readonly string[], separator: string) {
  const calls = { payloads: [] as string[], progress: 0, ends: 0 };
  const rest = chunks.slice();
  install({
    AbortController,
    TextDecoder: class {
      decode(text: unknown): string {
        return text as string;
      }
    },
    fetch: () =>
      Promise.resolve({
        ok: true,
        body: {
          getReader: () => ({
            read: () => Promise.resolve({ done: rest.length === 0, value: rest.shift() }),
          }),
        },
      }),
  });
  await new Promise<void>((resolve) => {
    const transport = {
      _streamUrl: () => 'http://example.com/',
      _onLost: () => {
        calls.ends++;
        resolve();
      },
      setTimeout: () => calls.progress++,
      onData: (payload: string) => calls.payloads.push(payload),
    };
    readStream(transport as unknown as XHR, separator, (part) => part);
  });
  return calls;
}

/** Cuts `text` after each of `cuts`, taken modulo the rest. */
function cut(text: string, cuts: readonly number[]): string[] {
  const pieces: string[] = [];
  let rest = text;
  for (const at of cuts) {
    const size = at % (rest.length + 1);
    pieces.push(rest.slice(0, size));
    rest = rest.slice(size);
  }
  return [...pieces, rest];
}

describe('readStream()', () => {
  for (const separator of ['\n\n', '\n--socketio\n']) {
    it(`splits by ${JSON.stringify(separator)}, wherever the response is cut`, async () => {
      const units = constantFrom('a', '\n', '--socketio', '-', 'data: ', 'é'.repeat(20));
      const samples: [string[], number[]][] = [];
      assert(
        property(
          array(units, { maxLength: 30 }),
          array(nat(), { maxLength: 20 }),
          (parts, cuts) => {
            samples.push([parts, cuts]);
          },
        ),
      );
      for (const [parts, cuts] of samples) {
        const text = parts.join('') + separator;
        // oxlint-disable-next-line eslint/no-await-in-loop -- one platform at a time
        const { payloads, ends } = await read(cut(text, cuts), separator);
        expect(payloads).to.deep.equal(text.split(separator).slice(0, -1));
        expect(ends).to.equal(1);
      }
    });
  }

  it('reports each chunk as progress', async () => {
    expect((await read(['a', 'b', 'c\n\n'], '\n\n')).progress).to.equal(3);
  });

  it('examines each character a constant number of times, for chunks of any size', async () => {
    let work = 0;
    // counts the characters that are searched
    const separator = {
      [Symbol.split]: (text: string) => {
        work += text.length;
        return text.split('\n\n');
      },
    } as unknown as string;
    const workFor = async (length: number): Promise<number> => {
      work = 0;
      const chunks = Array.from({ length: length / 10 }, () => 'x'.repeat(10));
      const { payloads } = await read([...chunks, '\n\n'], separator);
      expect(payloads[0]).to.have.lengthOf(length);
      return work;
    };
    const once = await workFor(20_000);
    expect(await workFor(40_000)).to.be.at.most(2.1 * once);
  });
});
