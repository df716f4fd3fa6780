/**
 * Documents of older versions in the shape of the present one. What is not an object, or of no version known here, is given back as it is:
 * the schema says what is wrong with it.
 */
export function asCurrentVersion(document: unknown): unknown {
  if (typeof document !== 'object' || document === null || !('version' in document)) return document;
  return document.version === 1 ? fromVersion1(document as Version1) : document;
}

/** Before the policies: a flat document. */
interface Version1 {
  readonly linking?: unknown;
  readonly onUserDelete?: unknown;
  readonly protectedAccounts?: unknown;
  readonly protectedGroups?: unknown;
}

function fromVersion1({ linking, onUserDelete, protectedAccounts, protectedGroups, ...same }: Version1): object {
  return {
    ...same,
    version: 2,
    users: { linking, ...(onUserDelete !== undefined && { onDelete: onUserDelete }) },
    protected: {
      ...(protectedAccounts !== undefined && { accounts: withoutEmpty(protectedAccounts) }),
      ...(protectedGroups !== undefined && { groups: withoutEmpty(protectedGroups) }),
    },
  };
}

/** Version 1 took empty names, which protected nobody: a connection that was saved with one must stay readable. */
function withoutEmpty(names: unknown): unknown {
  return Array.isArray(names) ? names.filter((name: unknown) => typeof name !== 'string' || name.trim() !== '') : names;
}
