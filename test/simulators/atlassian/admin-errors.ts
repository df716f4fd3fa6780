import { randomUUID } from 'node:crypto';
import type { Answer } from '../simulator-server.ts';

/** The codes of the Organizations API, as its document lists them, with their titles. */
const TITLES = {
  '400-1': 'Bad Request',
  '400-2': 'Inactive user',
  '401-1': 'Unauthenticated',
  '402-1': 'Payment Required',
  '403-1': 'Forbidden',
  '404-1': 'Unknown Resource',
  '404-3': 'Group Not Found',
  '405-1': 'Method Not Supported',
  '409-2': 'Resource Conflicts',
  '409-3': 'Product License Limit Exceeded',
  '415-1': 'Unsupported Media Type',
  '500-1': 'Internal Error',
} as const;
type Code = keyof typeof TITLES;

/** `{ errors: [{ id, code: "ADMIN-UAM-404-3", status, title, detail }] }`; the first three digits are the status. */
export function adminError(code: Code, detail: string = TITLES[code]): Answer {
  const status = Number(code.slice(0, 3));
  return {
    status,
    body: { errors: [{ id: randomUUID(), code: `ADMIN-UAM-${code}`, status: String(status), title: TITLES[code], detail }] },
  };
}

/** An organisation that the key does not belong to: the routing in front of the API says so in words of its own (seen in the wild). */
export function unknownOrganization(path: string, now: Date): Answer {
  const body = {
    timestamp: now.toISOString(),
    path: `/api${path}`,
    status: 404,
    error: 'Not Found',
    requestId: randomUUID().slice(0, 8),
    message: 'TCS validation failed',
  };
  return { status: 404, body };
}

/** Thrown where a request can't be carried out, caught where it is answered. */
export class AdminRefusal extends Error {
  override readonly name = 'AdminRefusal';
  readonly answer: Answer;
  constructor(code: Code, detail?: string) {
    super(detail ?? TITLES[code]);
    this.answer = adminError(code, detail);
  }
}
