import { expect } from 'chai';
import { Cookies } from '../../../client/node/cookies.js';

describe('Cookies', () => {
  it('sends none when there is none', () => {
    expect(new Cookies().header()).to.equal(undefined);
  });

  it('sends those it was given, and those the server has set since', () => {
    const cookies = new Cookies({ user: 'ann' });
    cookies.take(['node=a1; Path=/; HttpOnly', ' other = x=y ']);
    expect(cookies.header()).to.equal('user=ann; node=a1; other=x=y');
    cookies.take(['node=b2']);
    expect(cookies.header()).to.equal('user=ann; node=b2; other=x=y');
  });

  it('gives up those that the server takes back', () => {
    const cookies = new Cookies({ a: '1', b: '2', c: '3', d: '4' });
    cookies.take([
      'a=; Max-Age=0',
      'b=; max-age=-1',
      'c=x; Expires=Thu, 01 Jan 1970 00:00:00 GMT',
      'd=5; expires=nonsense',
    ]);
    expect(cookies.header()).to.equal('d=5');
  });

  it('takes nothing without a name, nothing endless, and not too many', () => {
    const cookies = new Cookies();
    cookies.take(['', '=x', 'nothing', ' =x', `long=${'x'.repeat(4096)}`]);
    expect(cookies.header()).to.equal(undefined);
    for (let i = 0; i < 100; i++) cookies.take([`n${i}=x`]);
    expect(cookies.header()?.split('; ').length).to.equal(50);
    cookies.take(['n0=new']);
    expect(cookies.header()).to.match(/^n0=new; /);
  });
});
