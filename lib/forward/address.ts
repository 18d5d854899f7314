import { isIPv6 } from 'node:net';

/** `HOST`, `HOST:PORT`, or the same with an IPv6 address in brackets. */
const ADDRESS = /^(?:\[([\da-f:.]+)\]|([\w.-]+))(?::(\d{1,5}))?$/i;
const LARGEST_PORT = 65_535;
const UNSPECIFIED: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

export interface HostAndPort {
  readonly host: string;
  readonly port: number;
}

/** The parts of an address; port 0 if it has none. Null if it is malformed. */
export function parseAddress(address: string): HostAndPort | null {
  const [, bracketed, name, port = '0'] = ADDRESS.exec(address) ?? [];
  const host = bracketed ?? name;
  if (host === undefined || Number(port) > LARGEST_PORT) return null;
  if (bracketed !== undefined && !isIPv6(bracketed)) return null;
  return { host, port: Number(port) };
}

/** True if other processes can connect to it: it is valid, and not a wildcard such as `0.0.0.0`. */
export function isReachable(address: string): boolean {
  const parsed = parseAddress(address);
  return parsed !== null && !UNSPECIFIED.has(parsed.host);
}

/** The parts of an address that was announced. */
export function splitAddress(address: string): HostAndPort {
  return parseAddress(address) ?? { host: '', port: 0 };
}

export function joinAddress({ host, port }: HostAndPort): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}
