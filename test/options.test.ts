import { expect } from 'chai';
import { logNothing, logToStdout } from '../lib/util/log.js';
import { resolveOptions, type ListenerOptions } from '../lib/options.js';
import { sessionId } from '../lib/session/session-id.js';
import { POLLING_DEFAULTS, STREAMING_DEFAULTS } from '../lib/session/timings.js';
import { systemClock } from '../lib/util/timers.js';
import { flushEventLoop } from './support/wait.js';

/** The warnings of the process that options cause. */
async function warningsOf(given: object): Promise<string[]> {
  const warnings: string[] = [];
  const onWarning = ({ message }: Error): number => warnings.push(message);
  process.on('warning', onWarning);
  expect(resolveOptions(given as ListenerOptions)).to.include.keys(Object.keys(given));
  await flushEventLoop();
  process.off('warning', onWarning);
  return warnings;
}

describe('resolveOptions', () => {
  it('fills in the defaults', () => {
    expect(resolveOptions()).to.deep.equal({
      origins: '*:*',
      resource: 'socket.io',
      flashPolicyServer: true,
      transports: [
        'websocket',
        'flashsocket',
        'htmlfile',
        'xhr-multipart',
        'xhr-polling',
        'jsonp-polling',
      ],
      transportOptions: {},
      protocols: ['0.6', '0.9'],
      protocol1: {
        heartbeatInterval: 25_000,
        heartbeatTimeout: 60_000,
        closeTimeout: 60_000,
        pollingDuration: 20_000,
      },
      clientScript: null,
      delivery: false,
      log: logToStdout,
      maxPayload: 10_485_760,
      maxMessages: 10_000,
      maxBuffer: 16_777_216,
      maxQueue: 0,
      highWaterMark: 65_536,
      maxMessagesPerSecond: 0,
      maxBytesPerSecond: 0,
      maxSessions: 0,
      maxSessionsPerAddress: 0,
      trustProxy: 0,
      maxFragments: 16_384,
      maxHandshakes: 10_000,
      handshakeTimeout: 10_000,
      healthPath: null,
      generateId: sessionId,
      clock: systemClock,
    });
  });

  it('checks the options of 0.7 to 0.9', () => {
    const { protocol1 } = resolveOptions({ protocol1: { closeTimeout: 1, heartbeatTimeout: 0 } });
    expect(protocol1).to.deep.equal({
      heartbeatInterval: 25_000,
      heartbeatTimeout: 0,
      closeTimeout: 1,
      pollingDuration: 20_000,
    });
    const wrong: readonly (readonly [object, string])[] = [
      [{ protocols: '0.9' }, "Expected `protocols` to be an array of '0.6' and '0.9', got"],
      [{ protocols: [] }, "Expected `protocols` to be an array of '0.6' and '0.9', got"],
      [{ protocols: ['0.8'] }, "Expected `protocols` to be an array of '0.6' and '0.9', got"],
      [{ protocol1: 1 }, 'Expected `protocol1` to be an object, got'],
      [{ protocol1: { pollingDuration: 0 } }, '`protocol1.pollingDuration` to be from 1 to'],
      [{ protocol1: { closeTimeout: '1' } }, '`protocol1.closeTimeout` to be a number, got'],
      [{ clientScript: '/no/such.js' }, '`clientScript` to be the name of a file that exists, got'],
    ];
    for (const [options, message] of wrong) {
      expect(() => resolveOptions(options as ListenerOptions)).to.throw(message);
    }
  });

  it('treats undefined as not given', () => {
    const given = { resource: undefined, maxQueue: undefined } as unknown as ListenerOptions;
    expect(resolveOptions(given)).to.deep.equal(resolveOptions());
  });

  it('keeps unknown options, and does not change the object of the caller', () => {
    const given = Object.freeze({ mine: { x: 1 }, resource: '/a/', onConnection: logNothing });
    const options = resolveOptions(given);
    expect(options['mine']).to.equal(given.mine);
    expect(options['onConnection']).to.equal(logNothing);
    expect(given).to.deep.equal({ mine: { x: 1 }, resource: '/a/', onConnection: logNothing });
  });

  it('logs nothing when log is null or false', () => {
    expect(resolveOptions({ log: null }).log).to.equal(logNothing);
    expect(resolveOptions({ log: false }).log).to.equal(logNothing);
  });

  for (const [given, resource] of [
    ['/socket.io', 'socket.io'],
    ['socket.io/', 'socket.io'],
    ['//some/where//', 'some/where'],
    ['a/b/c', 'a/b/c'],
  ] as const) {
    it(`finds the resource ${resource} in ${given}`, () => {
      expect(resolveOptions({ resource: given }).resource).to.equal(resource);
    });
  }

  const Own = Object.assign(() => undefined, { transportName: 'own' });

  const right: readonly unknown[] = [
    { origins: 'a.com:*' },
    { origins: ['a.com:*', 'b.com:80'] },
    { origins: [] },
    { transports: [] },
    { transports: ['websocket', Own] },
    { transportOptions: { websocket: { timeout: null } } },
    { transportOptions: { websocket: { timeout: 0, closeTimeout: 0, other: 'kept' } } },
    { transportOptions: { websocket: undefined, own: null } },
    { transportOptions: { websocket: { timeout: false } } },
    { maxPayload: 0, maxMessages: Number.MAX_SAFE_INTEGER },
  ];
  for (const given of right) {
    it(`accepts ${JSON.stringify(given)}`, () => {
      const options = given as ListenerOptions;
      expect(resolveOptions(options)).to.include(options);
    });
  }

  for (const [given, path, meant] of [
    [{ origin: '*:*' }, 'origin', 'origins'],
    [{ Transports: [] }, 'Transports', 'transports'],
    [{ maxSession: 1 }, 'maxSession', 'maxSessions'],
    [
      { heartbeatInterval: 1000 },
      'heartbeatInterval',
      'transportOptions[TRANSPORT].heartbeatInterval',
    ],
    [{ pingTimeout: 1000 }, 'pingTimeout', 'transportOptions[TRANSPORT].timeout'],
    [{ path: '/x' }, 'path', 'resource'],
    [
      { heartbeatIntervall: 1000 },
      'heartbeatIntervall',
      'transportOptions[TRANSPORT].heartbeatInterval',
    ],
    [{ delivery: { windw: 1000 } }, "delivery['windw']", 'window'],
    [{ pingIntervall: 1000 }, 'pingIntervall', 'transportOptions[TRANSPORT].heartbeatInterval'],
    [{ onClientConect: () => undefined }, 'onClientConect', 'onClientConnect'],
    [{ transportOptions: { websockt: {} } }, "transportOptions['websockt']", 'websocket'],
    [
      { transportOptions: { htmlfile: { heartbeatIntervall: 1 } } },
      "transportOptions['htmlfile']['heartbeatIntervall']",
      'heartbeatInterval',
    ],
  ] as const) {
    it(`warns once about ${path}, and keeps it`, async () => {
      expect(await warningsOf(given)).to.deep.equal([
        `Unknown option \`${path}\`: did you mean \`${meant}\`?`,
      ]);
      expect(await warningsOf(given)).to.deep.equal([]);
    });
  }

  it('does not warn about known names, events, and names that resemble none', async () => {
    const own = { transportName: 'own', create: () => undefined };
    const given = {
      mine: 1,
      onConnection: () => undefined,
      onTick: () => undefined,
      toString: 1,
      paths: 1,
      trustProxy: 'loopback',
      transports: [own],
      transportOptions: { own: { timeout: 1 }, 'server-events': { closeTimeout: 1 } },
    };
    expect(await warningsOf(given)).to.deep.equal([]);
  });

  const wrong: readonly (readonly [unknown, typeof TypeError, string])[] = [
    [null, TypeError, 'Expected `options` to be an object, got null (object)'],
    ['socket.io', TypeError, "Expected `options` to be an object, got 'socket.io' (string)"],
    [[], TypeError, 'Expected `options` to be an object, got [] (object)'],
    [
      { origins: 1 },
      TypeError,
      "Expected `origins` to be a text like 'example.com:*', or an array of such, got 1 (number)",
    ],
    [
      { origins: ['a', null] },
      TypeError,
      "Expected `origins` to be a text like 'example.com:*', or an array of such, got [ 'a', null ] (object)",
    ],
    [{ resource: 1 }, TypeError, 'Expected `resource` to be a path, got 1 (number)'],
    [{ resource: '' }, TypeError, "Expected `resource` to be a path, got '' (string)"],
    [{ resource: '//' }, TypeError, "Expected `resource` to be a path, got '//' (string)"],
    [
      { flashPolicyServer: 'yes' },
      TypeError,
      "Expected `flashPolicyServer` to be a boolean, got 'yes' (string)",
    ],
    [
      { flashPolicyServer: 1 },
      TypeError,
      'Expected `flashPolicyServer` to be a boolean, got 1 (number)',
    ],
    [
      { log: true },
      TypeError,
      'Expected `log` to be a function, null or false, got true (boolean)',
    ],
    [{ generateId: 'x' }, TypeError, "Expected `generateId` to be a function, got 'x' (string)"],
    [{ maxPayload: '1' }, TypeError, "Expected `maxPayload` to be a number, got '1' (string)"],
    [
      { maxPayload: Number.NaN },
      TypeError,
      'Expected `maxPayload` to be a number, got NaN (number)',
    ],
    [
      { maxMessages: -1 },
      RangeError,
      'Expected `maxMessages` to be from 0 to 9007199254740991, got -1',
    ],
    [
      { maxQueue: Infinity },
      RangeError,
      'Expected `maxQueue` to be from 0 to 9007199254740991, got Infinity',
    ],
    [{ maxBuffer: null }, TypeError, 'Expected `maxBuffer` to be a number, got null (object)'],
    [{ maxSessions: {} }, TypeError, 'Expected `maxSessions` to be a number, got {} (object)'],
    [
      { transports: 'websocket' },
      TypeError,
      "Expected `transports` to be an array, got 'websocket' (string)",
    ],
    [
      { transports: ['websocket', {}] },
      TypeError,
      'Expected `transports[1]` to be a name or a TransportType, got {} (object)',
    ],
    [
      { transports: [Date] },
      TypeError,
      'Expected `transports[0]` to be a name or a TransportType, got [Function: Date] (function)',
    ],
    [
      { transportOptions: [] },
      TypeError,
      'Expected `transportOptions` to be an object, got [] (object)',
    ],
    [
      { transportOptions: { websocket: 7 } },
      TypeError,
      "Expected `transportOptions['websocket']` to be an object, got 7 (number)",
    ],
    [
      { transportOptions: { websocket: { closeTimeout: '8000' } } },
      TypeError,
      "Expected `transportOptions['websocket'].closeTimeout` to be a number, got '8000' (string)",
    ],
    [
      { transportOptions: { websocket: { timeout: true } } },
      TypeError,
      "Expected `transportOptions['websocket'].timeout` to be a number, got true (boolean)",
    ],
    [
      { transportOptions: { websocket: { duration: 2 ** 31 } } },
      RangeError,
      "Expected `transportOptions['websocket'].duration` to be from 1 to 2147483647, got 2147483648",
    ],
    [
      { transportOptions: { websocket: { heartbeatInterval: 0 } } },
      RangeError,
      "Expected `transportOptions['websocket'].heartbeatInterval` to be from 1 to 2147483647, got 0",
    ],
    [
      { handshakeTimeout: 2 ** 31 },
      RangeError,
      'Expected `handshakeTimeout` to be from 0 to 2147483647, got 2147483648',
    ],
    [
      { trustProxy: true },
      TypeError,
      'Expected `trustProxy` to be a number of proxies, or their addresses, got true (boolean)',
    ],
    [
      { trustProxy: -1 },
      TypeError,
      'Expected `trustProxy` to be a number of proxies, or their addresses, got -1 (number)',
    ],
  ];
  for (const [given, type, message] of wrong) {
    it(`reports: ${message}`, () => {
      expect(() => resolveOptions(given as ListenerOptions))
        .to.throw(type)
        .with.property('message', message);
    });
  }

  it('shortens the value in its message', () => {
    const given = { log: 'y'.repeat(1000) as unknown as null };
    expect(() => resolveOptions(given))
      .to.throw(TypeError)
      .with.property('message')
      .with.lengthOf.below(200);
  });
});

describe('default timings', () => {
  it('are those of 0.6.18', () => {
    expect(STREAMING_DEFAULTS).to.include({
      timeout: 8000,
      heartbeatInterval: 10_000,
      closeTimeout: 0,
    });
    expect(POLLING_DEFAULTS).to.include({ timeout: null, closeTimeout: 8000, duration: 20_000 });
  });
});
