/** What a Flash player does before it lets a file open a socket. */
import { connect } from 'node:net';

const POLICY_REQUEST = '<policy-file-request/>\0';
/** As long as Flash waits for the answer of port 843. */
const TIMEOUT_MS = 3000;

/** Where the permission came from; null if there was none. */
export type Grant = '843' | 'inline' | null;

/** The policy file that `port` hands out; empty if it does not answer with one. */
async function fetchPolicy(port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    let text = '';
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy());
    socket.on('data', (packet) => (text += packet.toString()));
    // whatever went wrong, there is no policy file then
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text.includes('</cross-domain-policy>') ? text : ''));
    socket.write(POLICY_REQUEST);
  });
}

function matchesDomain(rule: string, domain: string): boolean {
  if (rule === '*' || rule === domain) return true;
  return rule.startsWith('*.') && (domain === rule.slice(2) || domain.endsWith(rule.slice(1)));
}

function matchesPort(rule: string, port: number): boolean {
  return rule.split(',').some((part) => {
    const [low = '', high = low] = part.split('-');
    return part === '*' || (Number(low) <= port && port <= Number(high));
  });
}

/** Whether the policy file `xml` lets a file from `domain` connect to `port`. */
export function isAllowed(xml: string, domain: string, port: number): boolean {
  const rules = xml.matchAll(/<allow-access-from domain="([^"]*)" to-ports="([^"]*)"\s*\/>/g);
  return [...rules].some(
    ([, domains = '', ports = '']) => matchesDomain(domains, domain) && matchesPort(ports, port),
  );
}

/** Asks port 843 (if anything stands for it), then the port itself. */
export async function checkPolicy(
  domain: string,
  port: number,
  policyPort: number | undefined,
): Promise<Grant> {
  if (policyPort !== undefined && isAllowed(await fetchPolicy(policyPort), domain, port))
    return '843';
  if (isAllowed(await fetchPolicy(port), domain, port)) return 'inline';
  return null;
}
