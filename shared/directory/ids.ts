/** Ids are branded where they are parsed, so that a user's id can't be passed for a group's. All but the target's are UUIDs. */
declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

export type ConnectionId = Branded<'ConnectionId'>;
export type UserId = Branded<'UserId'>;
export type GroupId = Branded<'GroupId'>;
/** Made from the target's normalised base URL: see targetIdOf in ../targets/target-address.ts. */
export type TargetId = Branded<'TargetId'>;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** True for the spelling this product gives its ids; anything else can't be one of them. */
export function isResourceId(text: string): boolean {
  return UUID.test(text);
}
