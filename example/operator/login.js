/*
 * Access to the operator's page: a password, and a cookie after it was entered.
 */
const { createHash, randomBytes, timingSafeEqual } = require('crypto');

const LIFETIME_S = 12 * 60 * 60;
const MOST_LOGINS = 20;
const LONGEST_BODY = 1024;
/** The limit on attempts: this number at once, and one more after each interval. */
const MOST_ATTEMPTS = 5;
const ATTEMPT_MS = 5000;

const hash = (text) => createHash('sha256').update(text).digest();

/** Compares in constant time, so that the time does not reveal how much is correct. */
const isSame = (one, other) => timingSafeEqual(hash(one), hash(other));

function cookieOf(header) {
  return /(?:^|;\s*)operator=([\w-]{1,64})(?:;|$)/.exec(header ?? '')?.[1] ?? '';
}

function setCookie(req, value, seconds) {
  // Behind a proxy that ends TLS, the proxy must send the header `X-Forwarded-Proto`.
  const isSecure = req?.socket.encrypted || req?.headers['x-forwarded-proto'] === 'https';
  const secure = isSecure ? '; Secure' : '';
  return `operator=${value}; Path=/operator; HttpOnly; SameSite=Strict; Max-Age=${seconds}${secure}`;
}

exports.Login = class Login {
  constructor(password) {
    this.password = password;
    this.logins = []; // { token, until }
    this.attempts = MOST_ATTEMPTS;
    this.refilledAt = Date.now();
  }

  /** True if a cookie is one of ours. */
  has(header) {
    const token = cookieOf(header);
    const now = Date.now();
    this.logins = this.logins.filter(({ until }) => until > now);
    // All are compared, so that the time does not depend on the position.
    return this.logins.filter((login) => isSame(login.token, token)).length > 0;
  }

  /** Reads the form of a login. Calls `done` with a cookie; null if the password is wrong. */
  attempt(req, done) {
    let body = '';
    req.setEncoding('utf8');
    req.on('data', (chunk) => {
      body += chunk;
      if (body.length > LONGEST_BODY) req.destroy();
    });
    req.on('end', () => {
      const isRight = isSame(new URLSearchParams(body).get('password') ?? '', this.password);
      if (!this.mayTry() || !isRight) done(null);
      else done(this.remember(req));
    });
  }

  /** Uses one of the allowed attempts. With this limit, guessing takes years. */
  mayTry(now = Date.now()) {
    const refill = Math.floor((now - this.refilledAt) / ATTEMPT_MS);
    this.refilledAt += refill * ATTEMPT_MS;
    this.attempts = Math.min(MOST_ATTEMPTS, this.attempts + refill);
    if (this.attempts === 0) return false;
    this.attempts--;
    return true;
  }

  remember(req) {
    const token = randomBytes(24).toString('base64url');
    this.logins.push({ token, until: Date.now() + LIFETIME_S * 1000 });
    if (this.logins.length > MOST_LOGINS) this.logins.shift();
    return setCookie(req, token, LIFETIME_S);
  }

  /** Returns a cookie that removes the cookie. */
  forget(header) {
    const token = cookieOf(header);
    this.logins = this.logins.filter((login) => !isSame(login.token, token));
    return setCookie(null, '', 0);
  }
};
