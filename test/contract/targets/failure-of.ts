import { ProvisioningError } from '../../../shared/targets/target.ts';

/** The ProvisioningError that the call ends in. @throws Error where it ends otherwise */
export async function failureOf(call: Promise<unknown>): Promise<ProvisioningError> {
  const error = await call.then(
    () => 'no error',
    (error: unknown) => error,
  );
  if (!(error instanceof ProvisioningError)) throw new Error(`expected a ProvisioningError, got ${String(error)}`);
  return error;
}
