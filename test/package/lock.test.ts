import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE } from './example.js';

interface Lock {
  readonly packages: Readonly<
    Record<string, { resolved?: string; optionalDependencies?: Record<string, string> }>
  >;
}

describe('package-lock.json', () => {
  const text = readFileSync(join(PACKAGE, 'package-lock.json'), 'utf8');
  const { packages } = JSON.parse(text) as Lock;

  it('has the optional packages of every platform (else: node .ci/complete-lock.js)', () => {
    const wanted = Object.values(packages).flatMap(({ optionalDependencies }) =>
      Object.keys(optionalDependencies ?? {}),
    );
    expect(wanted.filter((name) => !(`node_modules/${name}` in packages))).to.deep.equal([]);
  });

  it('names no registry', () => {
    const named = Object.values(packages).filter(({ resolved }) => resolved !== undefined);
    expect(named).to.deep.equal([]);
  });
});
