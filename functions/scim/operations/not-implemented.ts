import { ScimError } from '../../../shared/scim/errors.ts';
import type { Operation } from '../exchange.ts';

/** RFC 7644 §3.12: 501, "Service provider does not support the request operation". `instead` says what the client can do. */
export function notImplemented(what: string, instead: string): Operation {
  return () => {
    throw new ScimError(501, `${what} is not supported. ${instead}`);
  };
}
