import { expect } from 'chai';
import { Cookies } from '../../../../client/node/http/cookies.js';

describe('Cookies', () => {
  it('has no header without cookies', () => {
    expect(new Cookies().header()).to.equal(undefined);
  });

  it('sends the initial cookies and those that the server has set', () => {
    const cookies = new Cookies({ user: 'ann' });
    cookies.store(['node=a1; Path=/; HttpOnly', ' other = x=y ']);
    expect(cookies.header()).to.equal('user=ann; node=a1; other=x=y');
    cookies.store(['node=b2']);
    expect(cookies.header()).to.equal('user=ann; node=b2; other=x=y');
  });

  it('deletes a cookie that the server expires', () => {
    const cookies = new Cookies({ a: '1', b: '2', c: '3', d: '4' });
    cookies.store([
      'a=; Max-Age=0',
      'b=; max-age=-1',
      'c=x; Expires=Thu, 01 Jan 1970 00:00:00 GMT',
      'd=5; expires=nonsense',
    ]);
    expect(cookies.header()).to.equal('d=5');
  });

  it('ignores cookies without a name, longer than 4096 characters, or beyond the 50th', () => {
    const cookies = new Cookies();
    cookies.store(['', '=x', 'nothing', ' =x', `long=${'x'.repeat(4096)}`]);
    expect(cookies.header()).to.equal(undefined);
    for (let i = 0; i < 100; i++) cookies.store([`n${i}=x`]);
    expect(cookies.header()?.split('; ').length).to.equal(50);
    cookies.store(['n0=new']);
    expect(cookies.header()).to.match(/^n0=new; /);
  });
});
