import { expect } from 'chai';
import { parseRecording, RecordingError } from '../../../lib/cli/recording/recording.js';
import { readDoc } from '../../package/docs.js';

const HEAD = '{"format":"socket.io-node recording","version":1}\n';

function parse(text: string): ReturnType<typeof parseRecording> {
  return parseRecording(Buffer.from(text, 'latin1'), 'a.jsonl');
}

function messageOf(text: string): string {
  try {
    parse(text);
  } catch (error) {
    expect(error).to.be.instanceOf(RecordingError);
    return (error as Error).message;
  }
  throw new Error('Expected an error');
}

describe('parseRecording', () => {
  it('reads every type of entry', () => {
    const lines = [
      '{"at":0,"type":"connect","handshake":{"a":1},"more":1}',
      '{"at":0,"type":"connect"}',
      '{"at":1.5,"type":"message","from":"server","data":null}',
      '{"at":2,"type":"event","from":"client","name":"n","args":[1]}',
      '{"at":2,"type":"event","from":"client","name":"n"}',
      '{"at":2,"type":"disconnect","from":"server"}',
    ];
    expect(parse(HEAD + lines.join('\n'))).to.deep.equal([
      { at: 0, type: 'connect', handshake: { a: 1 } },
      { at: 0, type: 'connect' },
      { at: 1.5, type: 'message', from: 'server', data: null },
      { at: 2, type: 'event', from: 'client', name: 'n', args: [1] },
      { at: 2, type: 'event', from: 'client', name: 'n', args: [] },
      { at: 2, type: 'disconnect', from: 'server' },
    ]);
  });

  it('accepts empty lines, line ends of Windows, and a file without entries', () => {
    expect(parse(`${HEAD.trim()}\r\n\r\n{"at":0,"type":"connect"}\r\n \n`)).to.have.lengthOf(1);
    expect(parse(HEAD)).to.deep.equal([]);
  });

  it('reads the example in docs/recordings.md', () => {
    const [, example = ''] = /```json\n(.*?)```/s.exec(readDoc('docs/recordings.md')) ?? [];
    const entries = parseRecording(Buffer.from(example), 'example');
    expect(new Set(entries.map(({ type }) => type)).size).to.equal(4);
  });

  const at = '{"at":0,"type":"connect"}\n';
  const invalid: readonly (readonly [text: string, message: string | RegExp])[] = [
    ['', 'a.jsonl:1: Expected the head of a recording, the file is empty'],
    ['\n', /^a\.jsonl:1: Expected JSON: Unexpected end/],
    ['PK\x03\x04', /^a\.jsonl:1: Expected JSON: Unexpected token/],
    [
      '[]\n',
      'a.jsonl:1: Expected the head of a recording, {"format":"socket.io-node recording",…}, got []',
    ],
    [
      `{"log":"${'x'.repeat(100)}"}\n`,
      /^a\.jsonl:1: Expected the head of a recording, .*, got \{"log":"x+…$/,
    ],
    [
      HEAD.replace('1', '2'),
      'a.jsonl:1: Version 2 of the format is not supported; this program reads version 1',
    ],
    [HEAD.replace('1', '"1"'), 'a.jsonl:1: Expected `version` to be a number, got "1"'],
    [`${HEAD}${at}{"at":\n`, /^a\.jsonl:3: Expected JSON: Unexpected end of JSON input$/],
    [
      `${HEAD}${at}{"at":`,
      'a.jsonl:3: Expected JSON: Unexpected end of JSON input; the recording was cut off here, delete the line to use the rest',
    ],
    [`${HEAD}7\n`, 'a.jsonl:2: Expected an object, got 7'],
    [
      `${HEAD}{"type":"connect"}\n`,
      'a.jsonl:2: Expected `at` to be milliseconds, 0 or more, got nothing',
    ],
    [
      `${HEAD}{"at":-1,"type":"connect"}\n`,
      'a.jsonl:2: Expected `at` to be milliseconds, 0 or more, got -1',
    ],
    [
      `${HEAD}\n{"at":5,"type":"connect"}\n${at}`,
      'a.jsonl:4: Expected `at` not to be before the previous line (5), got 0',
    ],
    [
      `${HEAD}{"at":0,"type":"mesage"}\n`,
      'a.jsonl:2: Expected `type` to be one of connect, message, event, disconnect, got "mesage"; did you mean "message"?',
    ],
    [
      `${HEAD}{"at":0,"type":"connect","handshake":"id"}\n`,
      'a.jsonl:2: Expected `handshake` to be an object, got "id"',
    ],
    [
      `${HEAD}{"at":0,"type":"message","from":"us","data":1}\n`,
      'a.jsonl:2: Expected `from` to be one of server, client, got "us"',
    ],
    [
      `${HEAD}{"at":0,"type":"message","from":"server"}\n`,
      'a.jsonl:2: Expected `data` to be a text or a value, got nothing',
    ],
    [
      `${HEAD}{"at":0,"type":"event","from":"server","name":1}\n`,
      'a.jsonl:2: Expected `name` to be a text, got 1',
    ],
    [
      `${HEAD}{"at":0,"type":"event","from":"server","name":"n","args":{}}\n`,
      'a.jsonl:2: Expected `args` to be an array, got {}',
    ],
    [`${HEAD}${at}{"at":0,"type":"connect","x":"\xff"}\n`, 'a.jsonl:3: The line is not UTF-8'],
  ];
  for (const [text, message] of invalid) {
    it(`rejects ${JSON.stringify(text.replace(HEAD, '').slice(0, 60))}, with its line`, () => {
      if (typeof message === 'string') expect(messageOf(text)).to.equal(message);
      else expect(messageOf(text)).to.match(message);
    });
  }
});
