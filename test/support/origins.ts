/** The page that a restricted `origins` allows in tests. */
export const PAGE = 'http://example.com';

/** Origins that a rule for {@link PAGE} must not allow. */
export const FOREIGN_PAGES: readonly string[] = [
  'http://evil.com',
  'http://example.com.evil.com',
  'http://evil-example.com',
  'http://le.com',
  'http://sub.example.com',
  'http://example.com@evil.com',
  'http://evil.com@example.com',
  'http://example.com.',
  'http://evil.com, http://example.com',
  'http://evil.com#example.com',
  'null',
  'nonsense',
  'http://',
];
