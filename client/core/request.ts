/**
 * One HTTP request, by `XMLHttpRequest` or Internet Explorer 6's ActiveX.
 *
 * `XDomainRequest` of Internet Explorer 8 and 9 is left out: it can do nothing for other origins
 * that jsonp-polling cannot.
 *
 * @module
 */
import { type Abortable, noop, root, type Xhr } from './platform.js';

/** A new request object, or null if this browser has none that reaches the server. */
export function request(isXDomain?: boolean): Xhr | null {
  try {
    const xhr = root.XMLHttpRequest
      ? new root.XMLHttpRequest()
      : (new root.ActiveXObject!('Microsoft.XMLHTTP') as Xhr);
    return !isXDomain || 'withCredentials' in xhr ? xhr : null;
  } catch {
    return null; // ActiveX switched off
  }
}

/** Calls `done` once, with the status; 0 if there was no answer. */
export function whenDone(xhr: Xhr, done: (status: number) => void): void {
  xhr.onreadystatechange = () => {
    if (xhr.readyState !== 4) return;
    let status = 0;
    try {
      status = xhr.status;
    } catch {
      // Internet Explorer and Firefox 3 throw here when the connection was cut
    }
    xhr.onreadystatechange = noop;
    done(status);
  };
}

/** Breaks a request off, if there is one; some browsers tell its listeners. */
export function abort(xhr: Abortable | undefined): void {
  if (xhr) xhr.abort();
}
