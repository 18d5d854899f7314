/**
 * The `trustProxy` option: which proxies are in front of the server, and the address and scheme of
 * the client in their headers.
 *
 * @see https://www.npmjs.com/package/proxy-addr, which has the same rules
 * @module
 */
import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { printable } from '../util/log.js';

/** The names of networks that Express has. */
const NAMED: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
};

/** The most proxies whose headers are read: a header with more addresses is not genuine. */
const MAX_HOPS = 32;

/** True if `address`, which is `hop` hops away from the server, is that of a trusted proxy. */
type IsTrusted = (address: string, hop: number) => boolean;

function invalid(entry: string): TypeError {
  return new TypeError(
    "Expected each entry of `trustProxy` to be like '10.0.0.1', '10.0.0.0/8' or 'loopback', " +
      `got '${printable(entry)}'`,
  );
}

function addNetwork(list: BlockList, entry: string): void {
  const [address = '', prefix, ...rest] = entry.split('/');
  const version = isIP(address);
  const bits = version === 4 ? 32 : 128;
  const isPrefix = prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits);
  if (version === 0 || !isPrefix || rest.length > 0) throw invalid(entry);
  const family = version === 4 ? 'ipv4' : 'ipv6';
  list.addSubnet(address, prefix === undefined ? bits : Number(prefix), family);
}

/** An address in its short form: without a zone and a port, and IPv4 without the prefix of IPv6. */
function normalized(text: string): string {
  const bare = /^\[([^\]]*)\](?::\d+)?$/.exec(text)?.[1] ?? text;
  const withoutPort = /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(bare)?.[1] ?? bare;
  const address = withoutPort.replace(/%.*$/, '');
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
}

function trustOf(option: number | string | readonly string[]): IsTrusted | null {
  if (typeof option === 'number') return option > 0 ? (_address, hop) => hop < option : null;
  const texts = typeof option === 'string' ? [option] : option;
  const entries = texts.flatMap((text) => text.split(/[\s,]+/)).filter((text) => text !== '');
  if (entries.length === 0) return null;
  const list = new BlockList();
  for (const entry of entries) {
    const networks = Object.hasOwn(NAMED, entry) ? NAMED[entry] : undefined;
    for (const network of networks ?? [entry]) addNetwork(list, network);
  }
  return (address) => {
    const version = isIP(address);
    return version !== 0 && list.check(address, version === 4 ? 'ipv4' : 'ipv6');
  };
}

/** Proxy headers often have one value only, and Node joins several by commas. */
function valuesOf(header: string | string[] | undefined): string[] {
  return String(header ?? '')
    .split(',')
    .map((text) => text.trim());
}

/** Where a request that another process has forwarded came from. */
export interface ForwardedOrigin {
  /** The address of the other end of its connection. */
  readonly address: string;
  /** True if that connection uses TLS. */
  readonly isSecure: boolean;
}

export class ProxyTrust {
  readonly #isTrusted: IsTrusted | null;
  /** Requests that another process of a cluster has forwarded. */
  readonly #forwarded = new WeakMap<IncomingMessage, ForwardedOrigin>();
  #hasForwarded = false;

  /** @throws {TypeError} If an entry is not an address, a network or a name of networks. */
  constructor(option: number | string | readonly string[] = 0) {
    this.#isTrusted = trustOf(option);
  }

  /**
   * The address of the client: the nearest one that is not of a trusted proxy. The search ends at a
   * value that is not an address.
   */
  addressOf(request: IncomingMessage): string | undefined {
    const { socket, headers } = request;
    const direct = this.#originOf(request)?.address ?? socket.remoteAddress;
    const isTrusted = this.#isTrusted;
    if (isTrusted === null || direct === undefined) return direct;
    const forwarded = valuesOf(headers['x-forwarded-for']).toReversed();
    let address = normalized(direct);
    for (let hop = 0; hop < MAX_HOPS && isTrusted(address, hop); hop++) {
      const next = normalized(forwarded[hop] ?? '');
      if (isIP(next) === 0) break;
      address = next;
    }
    return address === normalized(direct) ? direct : address;
  }

  /** Another process has received the request. */
  setForwarded(request: IncomingMessage, origin: ForwardedOrigin): void {
    this.#hasForwarded = true;
    this.#forwarded.set(request, origin);
  }

  /** True if the client uses TLS, to this server or to a trusted proxy. */
  isSecure(request: IncomingMessage): boolean {
    const { socket, headers } = request;
    const forwarded = this.#originOf(request);
    if (forwarded?.isSecure ?? ('encrypted' in socket && socket.encrypted === true)) return true;
    const address = normalized(forwarded?.address ?? socket.remoteAddress ?? '');
    if (this.#isTrusted?.(address, 0) !== true) return false;
    return /^(?:https|wss)$/i.test(valuesOf(headers['x-forwarded-proto'])[0] ?? '');
  }

  #originOf(request: IncomingMessage): ForwardedOrigin | undefined {
    return this.#hasForwarded ? this.#forwarded.get(request) : undefined;
  }
}
