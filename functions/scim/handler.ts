import { composeScim } from './compose.ts';
import { scimFunction } from './scim-function.ts';

/** The Lambda entry point: dependencies are built once, on cold start. */
export const handler = scimFunction(composeScim(process.env));
