import type { Committed, Listing, Stored } from '../../../shared/directory/directory.ts';
import type { ResourceType } from '../../../shared/scim/attributes/attribute.ts';
import type { PatchOperation } from '../../../shared/scim/patch/operation.ts';
import type { Projection } from '../../../shared/scim/resources/project.ts';
import type { ScimObject } from '../../../shared/scim/resources/resource.ts';
import type { Exchange } from '../exchange.ts';
import type { ResourcePointer } from '../operations/send-change.ts';

/** The tables of the endpoint's resources: with the schema extension of the connection, where it has one. */
export function resourceTypeOf({ resourceTypes }: Exchange, { type }: { readonly type: ResourceType['name'] }): ResourceType {
  return resourceTypes[type];
}

export interface Rendered {
  /** The entity tag of what is shown, the relation too: of a newer revision than the one asked for when a relation was read with it. */
  readonly etag: string;
  readonly resource: ScimObject;
}

/** What differs between users and groups; the operations are the same for both. */
export interface Endpoint<R extends Stored<string>> {
  readonly type: ResourceType['name'];
  /** The name that is unique, and by which the log tells of a resource. */
  readonly nameAttribute: 'userName' | 'displayName';
  /** The attribute that costs reads of its own and is loaded only where somebody wants it. */
  readonly relation: 'groups' | 'members';
  /** False if no write of the resource sets the relation: a new one has none. */
  readonly isRelationWritten: boolean;
  /** RFC 7644 §3.5.2: a PATCH is answered by 200 with the resource or by 204; with `attributes` always by 200. */
  readonly patchReply: 200 | 204;

  listing(exchange: Exchange): Listing<R>;
  read(exchange: Exchange, id: string): Promise<R | undefined>;
  /** @throws ScimError, NameTaken, DirectoryBusy */
  create(exchange: Exchange, attributes: ScimObject): Promise<Committed<R>>;
  /** @throws ScimError, NameTaken, RevisionConflict, TooManyLayers, DirectoryBusy */
  replace(exchange: Exchange, read: R, attributes: ScimObject): Promise<Committed<R>>;
  /** @throws ScimError, NameTaken, RevisionConflict, TooManyLayers, DirectoryBusy */
  patch(exchange: Exchange, read: R, operations: readonly PatchOperation[]): Promise<Committed<R>>;
  /** @throws RevisionConflict, DirectoryBusy */
  delete(exchange: Exchange, read: R): Promise<Committed<R>>;

  /**
   * Whole resources in the shape of RFC 7643 §3, in the order given, their relations read together; undefined for one that was deleted
   * since it was read.
   * @param returned what the reply will have of it, where it is for a reply: a relation too long for that is not read to its end
   * @throws ScimError tooMany
   */
  render(
    exchange: Exchange,
    stored: readonly R[],
    withRelation: boolean,
    returned?: Projection,
  ): Promise<readonly (Rendered | undefined)[]>;
  pointer(stored: R): ResourcePointer;
}
