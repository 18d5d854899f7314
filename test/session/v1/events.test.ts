import { expect } from 'chai';
import type { Client, EndpointOptions } from '../../../lib/index.js';
import { ManualClock } from '../../support/clock.js';
import { serve, type Served } from '../../support/server.js';
import { newSession, poll, V1Client } from '../../support/v1.js';
import { until } from '../../support/wait.js';

const never = (_answer: unknown): void => undefined;

async function join(served: Served): Promise<readonly [V1Client, Client]> {
  const driver = await V1Client.open(served.port);
  return [driver, await served.client(driver.sessionId)];
}

describe('client.events of 0.7 to 0.9', () => {
  it('pass arguments, and a function that answers once', async () => {
    const [driver, { events }] = await join(await serve());
    events.on('add', (a: number, b: number, answer: (...values: unknown[]) => void) => {
      answer(a + b, 'sum');
      answer('again');
    });
    driver.send('5:7+::{"name":"add","args":[1,2]}');
    expect(await driver.next()).to.equal('6:::7+[3,"sum"]');
    events.on('bare', (answer?: unknown) => events.emit('got', typeof answer));
    driver.send('5:::{"name":"bare"}');
    expect(await driver.next()).to.equal('5:::{"name":"got","args":["undefined"]}');
  });

  it('request a receipt or an answer, by the parameters of the callback', async () => {
    const [driver, { events }] = await join(await serve());
    const answers: unknown[] = [];
    events.emit('a', 1, (answer: unknown) => answers.push(answer));
    events.emit('b', () => answers.push('receipt'));
    events.send('text', () => answers.push('received'));
    events.send([1], (answer: unknown) => answers.push(answer));
    expect(await driver.next()).to.equal('5:1+::{"name":"a","args":[1]}');
    expect(await driver.next()).to.equal('5:2::{"name":"b"}');
    expect(await driver.next()).to.equal('3:3::text');
    expect(await driver.next()).to.equal('4:4+::[1]');
    for (const ack of ['6:::2', '6:::1+["x"]', '6:::1+["y"]', '6:::99', '6:::3', '6:::4+[{}]']) {
      driver.send(ack);
    }
    await until(() => answers.length === 4, 'the answers');
    expect(answers).to.deep.equal(['receipt', 'x', 'received', {}]);
  });

  it('wait no longer than a timeout, and ignore a late answer', async () => {
    const clock = new ManualClock();
    const [driver, client] = await join(await serve({ clock }));
    const answers: unknown[][] = [];
    const sender = client.events.timeout(1000);
    for (let i = 1; i <= 2; i++) sender.emit('ask', i, (...got: unknown[]) => answers.push(got));
    expect(await driver.next()).to.equal('5:1+::{"name":"ask","args":[1]}');
    expect(await driver.next()).to.equal('5:2+::{"name":"ask","args":[2]}');
    driver.send('6:::2+["yes"]');
    await until(() => answers.length === 1, 'the answer');
    clock.tick(1020);
    driver.send('6:::1+["late"]');
    driver.send('3:::end');
    await new Promise((resolve) => client.once('message', resolve));
    expect(answers[0]).to.deep.equal([null, 'yes']);
    expect(answers[1]?.[0]).to.have.property('code', 'ERR_SIO_NO_ANSWER');
    expect(answers.length).to.equal(2);
  });

  it('keep nothing of a value that has no JSON', async () => {
    const [driver, { events }] = await join(await serve());
    const circular: unknown[] = [];
    circular.push(circular);
    expect(() => events.emit('a', circular, never)).to.throw(TypeError);
    events.emit('b', never);
    expect(await driver.next()).to.equal('5:1+::{"name":"b"}');
  });

  it('accept any name', async () => {
    const [driver, { events }] = await join(await serve());
    const names: string[] = [];
    events.onAny((name) => names.push(name));
    const sent = ['__proto__', 'constructor', 'newListener', 'error', 'connection', ''];
    for (const name of sent) driver.send(`5:::${JSON.stringify({ name })}`);
    driver.send('5:::{"name":"disconnect"}');
    driver.send('5:::{"name":"last"}');
    await until(() => names.includes('last'), 'the events');
    expect(names).to.deep.equal([...sent, 'last']);
  });

  it('drop volatile sends that cannot be sent at once', async () => {
    const served = await serve();
    const [driver, client] = await join(served);
    client.events.volatile.emit('now');
    expect(await driver.next()).to.equal('5:::{"name":"now"}');
    const sessionId = await newSession(served.port);
    await poll(served.port, sessionId);
    const polling = await served.client(sessionId);
    polling.events.volatile.send('lost');
    polling.events.send('kept');
    expect((await poll(served.port, sessionId)).body).to.equal('3:::kept');
  });
});

/** A server with the endpoint `/chat`. */
async function chat(options: EndpointOptions = {}): Promise<Served> {
  const served = await serve();
  served.io.of('/chat', options);
  return served;
}

describe('endpoints', () => {
  it('are joined by name, and left by the client, the server or the end of the session', async () => {
    const served = await chat();
    const events: string[] = [];
    served.io.of('/chat').on('connection', (member) => {
      events.push('connection');
      member.on('message', (message) => events.push(`message ${String(message)}`));
      member.on('disconnect', (reason) => events.push(`disconnect ${reason}`));
    });
    const [driver, client] = await join(served);
    const enter = async (): Promise<void> => {
      driver.send('1::/chat?token=x');
      expect(await driver.next()).to.equal('1::/chat');
    };
    expect(client.of('/chat')).to.equal(undefined);
    await enter();
    await until(() => client.of('/chat') !== undefined, 'the client to join');
    expect([...served.io.of('/chat').clients.keys()]).to.deep.equal([client.sessionId]);
    driver.send('3::/chat:hello');
    driver.send('0::/chat');
    await enter();
    client.of('/chat')?.disconnect().disconnect().send('into the void');
    expect(await driver.next()).to.equal('0::/chat');
    await enter();
    client.disconnect();
    expect(await driver.next()).to.equal('0::');
    expect(events).to.deep.equal([
      'connection',
      'message hello',
      'disconnect client close',
      'connection',
      'disconnect server disconnect',
      'connection',
      'disconnect server disconnect',
    ]);
    expect(served.io.of('/chat').clients.size).to.equal(0);
    expect(client.of('/chat')).to.equal(undefined);
  });

  it('answer a client that joins again, and emit nothing', async () => {
    const served = await chat();
    let joins = 0;
    served.io.of('/chat').on('connection', () => joins++);
    const [driver] = await join(served);
    for (let i = 0; i < 100; i++) driver.send('1::/chat');
    for (let i = 0; i < 100; i++) expect(await driver.next()).to.equal('1::/chat');
    expect(joins).to.equal(1);
  });

  it('ignore names that were not declared, and packets before a join', async () => {
    const served = await chat();
    const [driver, client] = await join(served);
    for (const name of ['/other', 'toString', '__proto__', '/chat/']) driver.send(`1::${name}`);
    driver.send('3:1:/chat:x');
    driver.send('5::toString:{"name":"a"}');
    driver.send('0::/chat');
    client.send('next');
    expect(await driver.next()).to.equal('3:::next');
  });

  it('are guarded by authorize, which may be asynchronous or fail', async () => {
    const verdicts: ((verdict: boolean) => void)[] = [];
    const served = await chat({
      authorize: ({ handshake }: Client) => {
        if (handshake?.query['token'] === 'throw') throw new Error('no');
        return new Promise<boolean>((resolve) => verdicts.push(resolve));
      },
    });
    const [driver] = await join(served);
    driver.send('1::/chat');
    driver.send('1::/chat');
    await until(() => verdicts.length > 0, 'the question');
    served.io.broadcast('others do not wait');
    expect(await driver.next()).to.equal('3:::others do not wait');
    verdicts[0]?.(false);
    expect(await driver.next()).to.equal('7::/chat:2');
    driver.send('1::/chat');
    await until(() => verdicts.length > 1, 'the second question');
    verdicts[1]?.(true);
    expect(await driver.next()).to.equal('1::/chat');
    const warnings: string[] = [];
    const onWarning = ({ message }: Error): void => void warnings.push(message);
    process.on('warning', onWarning);
    const failing = await V1Client.open(served.port, 'token=throw');
    failing.send('1::/chat');
    expect(await failing.next()).to.equal('7::/chat:2');
    await until(() => warnings.length === 1, 'the warning');
    process.off('warning', onWarning);
    expect(warnings).to.deep.equal(['`authorize` of an endpoint failed: Error: no']);
  });

  it('admit no client that left while its authorization was pending', async () => {
    const verdicts: ((verdict: boolean) => void)[] = [];
    const served = await chat({
      authorize: () => new Promise<boolean>((resolve) => verdicts.push(resolve)),
    });
    let joins = 0;
    served.io.of('/chat').on('connection', () => joins++);
    const [driver, client] = await join(served);
    const echoed = async (): Promise<void> => {
      driver.send('3:9::x');
      expect(await driver.next()).to.equal('6:::9');
    };
    driver.send('1::/chat');
    driver.send('0::/chat');
    await echoed();
    verdicts[0]?.(true);
    await echoed();
    driver.send('1::/chat');
    await echoed();
    client.disconnect();
    verdicts[1]?.(true);
    expect(verdicts.length).to.equal(2);
    await new Promise((resolve) => setImmediate(resolve));
    expect(joins).to.equal(0);
  });

  it('send to all members but one', async () => {
    const served = await chat();
    const endpoint = served.io.of('/chat');
    const [one, first] = await join(served);
    const [two] = await join(served);
    for (const driver of [one, two]) {
      driver.send('1::/chat');
      expect(await driver.next()).to.equal('1::/chat');
    }
    endpoint.broadcast({ a: 1 }).broadcastEvent('x', [2], first.sessionId);
    first.of('/chat')?.broadcast('from one').send('to one').events.emit('e');
    expect(await one.next()).to.equal('4::/chat:{"a":1}');
    expect(await one.next()).to.equal('3::/chat:to one');
    expect(await one.next()).to.equal('5::/chat:{"name":"e"}');
    expect(await two.next()).to.equal('4::/chat:{"a":1}');
    expect(await two.next()).to.equal('5::/chat:{"name":"x","args":[2]}');
    expect(await two.next()).to.equal('3::/chat:from one');
  });

  it('have a name without colons and question marks', async () => {
    const { io } = await serve();
    for (const name of ['', 'a:b', '/a?b', 1, undefined]) {
      expect(() => io.of(name as string)).to.throw(
        TypeError,
        'Expected `name` to be text without `:` and `?`, and not empty, got ',
      );
    }
    expect(io.of('/x')).to.equal(io.of('/x', {}));
  });
});
