import { expect } from 'chai';
import { api, changes } from './snapshot.js';

describe('the public API', () => {
  it('contains the names, the types they lead to, and no internal members', () => {
    const now = api();
    expect(now).to.match(/^socket\.io-node\n(?:[^ ]+\n)+ {4}.*\blisten\b.*\bversion\n/);
    expect(now).to.include('readonly maxPayload?: number;');
    expect(now).to.include('socket.io-node/transports/xhr-polling.js');
    expect(now).to.include('declare class Socket');
    expect(now).not.to.include('_attach(');
    expect(now).not.to.include('/**');
  });

  it('is compared line by line', () => {
    const before = '// a.d.ts\ninterface A {\n  b: string;\n}\n\n// c.d.ts\ntype C = 1;';
    const after = before.replace('string', 'number');
    expect(changes(before, after)).to.deep.equal([
      '// a.d.ts',
      '-   b: string;',
      '// a.d.ts',
      '+   b: number;',
    ]);
  });
});
