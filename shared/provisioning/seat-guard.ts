/** Keeps the number of active accounts below the licence's limit, past which Confluence becomes read-only. */
export interface SeatGuard {
  /** Before an account becomes active. Harmless for one that has a seat. @throws ProvisioningError 'no-seat' */
  takeFor(account: string): Promise<void>;
  /** Before an account becomes a member of a group; only groups that grant a licence count. @throws ProvisioningError 'no-seat' */
  takeForMember(account: string, group: string): Promise<void>;
  /** The account is disabled or gone. */
  free(account: string): Promise<void>;
}

export const noSeatGuard: SeatGuard = {
  takeFor: () => Promise.resolve(),
  takeForMember: () => Promise.resolve(),
  free: () => Promise.resolve(),
};
