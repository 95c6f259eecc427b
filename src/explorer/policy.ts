/**
 * The explorer's Content-Security-Policy: the page loads only its own files, compiles our WebAssembly, starts workers
 * from its own code, and shows pictures that it has drawn.
 */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self' blob:",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "connect-src 'self'",
].join('; ');
