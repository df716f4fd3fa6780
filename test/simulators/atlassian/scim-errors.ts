import { randomUUID } from 'node:crypto';
import type { Answer } from '../simulator-server.ts';

/** The keywords of RFC 7644 §3.12 that the vendor's document lists. */
type ScimType = 'invalidFilter' | 'uniqueness' | 'mutability' | 'invalidSyntax' | 'invalidPath' | 'noTarget' | 'invalidValue';

/** The vendor's ScimError. */
export function scimError(status: number, detail: string, scimType?: ScimType): Answer {
  return {
    status,
    body: {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
      status: String(status),
      ...(scimType !== undefined && { scimType }),
      detail,
    },
  };
}

/** The vendor's Failure: what stands before the SCIM service (401, 403) says no SCIM. */
export function failure(status: number, error: string): Answer {
  return { status, body: { error, traceId: randomUUID() } };
}

/** The vendor's BadRequestException: documented for one call only, PUT of a group that names users that there are not. */
export function badRequestException(message: string): Answer {
  return { status: 400, body: { responseStatus: 'BAD_REQUEST', scimErrorType: 'invalidValue', message, localizedMessage: message } };
}

/** Thrown where a request can't be carried out, caught where it is answered. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly answer: Answer;
  constructor(answer: Answer) {
    super(`refused with ${answer.status}`);
    this.answer = answer;
  }
}

/** The words that were seen in the wild: "Resource [USER]: with email[jane@example.com] already exists." */
export function existsAlready(resource: 'USER' | 'GROUP', attribute: string, value: string): Refused {
  return new Refused(scimError(409, `Resource [${resource}]: with ${attribute}[${value}] already exists.`, 'uniqueness'));
}
