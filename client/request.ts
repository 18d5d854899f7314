/**
 * One HTTP request, by what the browser has: `XMLHttpRequest`, Internet Explorer 6's ActiveX, or
 * `XDomainRequest` for other origins in Internet Explorer 8 and 9.
 *
 * @module
 */
import { noop, root, type Xhr } from './platform.js';

/** A new request object, or null if this browser has none that reaches the server. */
export function request(isXDomain?: boolean): Xhr | null {
  const Request = root.XMLHttpRequest;
  try {
    if (!isXDomain)
      return Request ? new Request() : (new root.ActiveXObject!('Microsoft.XMLHTTP') as Xhr);
    const xhr = new Request!();
    return 'withCredentials' in xhr ? xhr : new root.XDomainRequest!();
  } catch {
    return null; // no such constructor, or ActiveX switched off
  }
}

/** Calls `done` once, with true if the answer was 200. */
export function whenDone(xhr: Xhr, done: (isOk: boolean) => void): void {
  if ('setRequestHeader' in xhr) {
    xhr.onreadystatechange = () => {
      if (xhr.readyState !== 4) return;
      let status;
      try {
        status = xhr.status;
      } catch {
        // Internet Explorer and Firefox 3 throw here when the connection was cut
      }
      forget(xhr);
      done(status === 200);
    };
  } else {
    // Internet Explorer 9 drops an XDomainRequest at random if a handler is missing
    xhr.onload = () => done(true);
    xhr.onerror = xhr.ontimeout = () => done(false);
    xhr.onprogress = noop;
  }
}

function forget(xhr: Xhr): void {
  if ('setRequestHeader' in xhr) xhr.onreadystatechange = noop;
  else xhr.onload = xhr.onerror = xhr.ontimeout = noop;
}

/** Aborts a request, of which nothing is heard any more. */
export function abort(xhr: Xhr | null | undefined): void {
  if (!xhr) return;
  forget(xhr);
  try {
    xhr.abort();
  } catch {
    // an XDomainRequest that is done throws
  }
}

/**
 * The last words of a session: a POST that outlives the page, by the means there are.
 *
 * @param isUnloading whether the page leaves in this turn, so that only a blocking request would
 *   still get out of an old browser.
 */
export function sayGoodbye(
  url: string,
  body: string,
  isXDomain: boolean,
  isUnloading: boolean,
): void {
  const navigator = root.navigator;
  try {
    if (navigator && navigator.sendBeacon && navigator.sendBeacon(url, body)) return;
    if (root.fetch) {
      root.fetch(url, { method: 'POST', mode: 'no-cors', keepalive: true, body }).then(noop, noop);
      return;
    }
    const xhr = request(isXDomain)!;
    xhr.open('POST', url, !isUnloading);
    xhr.send(body);
  } catch {
    // nothing gets out of here: the server will notice by itself
  }
}
