import { expect } from 'chai';
import { framed } from '../support/payload.js';
import { serve } from '../support/server.js';
import { VARIANTS } from '../support/drivers/index.js';

for (const { name, create } of VARIANTS) {
  it(`${name}: opens, echoes, is dropped, comes back, closes`, async () => {
    const { io, port, client } = await serve({
      transportOptions: { [create(0).transport]: { closeTimeout: 1000 } },
    });
    io.on('connection', (c) => c.on('message', (m) => c.send(m)));
    const driver = await create(port).open();
    await client(driver.sessionId);
    await driver.send(framed('grüße 😀'));
    expect(await driver.next()).to.equal('grüße 😀');
    driver.drop();
    await driver.resume();
    await driver.send(framed('again'));
    expect(await driver.next()).to.equal('again');
    expect((await driver.refusal('123')).status).to.equal(404);
    await driver.close();
  });
}
