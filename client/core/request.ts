/**
 * One HTTP request, by `XMLHttpRequest` or by the ActiveX object of Internet Explorer 6.
 *
 * `XDomainRequest` of Internet Explorer 8 and 9 is not supported: jsonp-polling covers everything
 * that it could do for other origins.
 *
 * @module
 */
import { type Abortable, noop, platform, type Xhr } from './platform.js';

/** Creates a request object; returns null if the browser has none that can reach the server. */
export function request(isXDomain?: boolean): Xhr | null {
  try {
    const xhr = platform.XMLHttpRequest
      ? new platform.XMLHttpRequest()
      : (new platform.ActiveXObject!('Microsoft.XMLHTTP') as Xhr);
    return !isXDomain || 'withCredentials' in xhr ? xhr : null;
  } catch {
    return null; // ActiveX is disabled
  }
}

/**
 * Calls `done` once with the status of the response, or with 0 if there was no response.
 *
 * @param onProgress called each time when a part of the response has arrived.
 */
export function whenDone(xhr: Xhr, done: (status: number) => void, onProgress?: () => void): void {
  xhr.onreadystatechange = () => {
    if (onProgress) onProgress();
    if (xhr.readyState !== 4) return;
    let status = 0;
    try {
      status = xhr.status;
    } catch {
      // Internet Explorer and Firefox 3 throw here after a connection failure.
    }
    xhr.onreadystatechange = noop;
    done(status);
  };
}

/** Aborts a request, if there is one. Some browsers call its event handlers. */
export function abort(xhr: Abortable | undefined): void {
  if (xhr) xhr.abort();
}
