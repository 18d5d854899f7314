/** The policy check of a Flash player before a file may open a socket. */
import { connect } from 'node:net';

const POLICY_REQUEST = '<policy-file-request/>\0';
/** The time that Flash waits for the response of port 843. */
const TIMEOUT_MS = 3000;

/** The source of the permission; null if there was none. */
export type Grant = '843' | 'inline' | null;

/** Resolves with the policy file of `port`, or with an empty string if it has none. */
async function fetchPolicy(port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    let text = '';
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy());
    socket.on('data', (packet) => (text += packet.toString()));
    // After an error there is no policy file; 'close' follows.
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

/** True if the policy file `xml` allows a file from `domain` to connect to `port`. */
export function isAllowed(xml: string, domain: string, port: number): boolean {
  const rules = xml.matchAll(/<allow-access-from domain="([^"]*)" to-ports="([^"]*)"\s*\/>/g);
  return [...rules].some(
    ([, domains = '', ports = '']) => matchesDomain(domains, domain) && matchesPort(ports, port),
  );
}

/** Requests the policy file from port 843 (or its substitute), then from the port itself. */
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
