import { commit, type Step } from './commit.ts';
import type { Connection } from './connection.ts';
import type { Condition, Update } from './dynamodb-expression.ts';
import type { DynamoDbTable } from './dynamodb-table.ts';
import { keys, listing } from './keys.ts';
import { MoveConflict, type Moves } from './moves.ts';

const NO_COPY = 'attribute_not_exists(#copyOf)';
/** By this one and since it began: in between requests may have been let in, of which its last copy knows nothing. */
const HELD = '#state = :moving AND #heldBy = :by';

/** Moves in the table: each step is one transaction, on conditions that keep two connections from serving one identity provider. */
export function dynamoDbMoves(table: DynamoDbTable): Moves {
  function change({ id }: Connection, update: Update, condition: Condition, conflict: string): Step {
    return { write: { update: keys.connection(id), change: update, condition }, otherwise: (o) => new MoveConflict(conflict, o) };
  }

  return {
    async beginCopy(from, to) {
      const condition = { expression: `attribute_exists(#pk) AND (${NO_COPY} OR #copyOf = :from)`, values: { ':from': from.id } };
      await commit(table, [
        change(to, { set: { state: 'disabled', copyOf: from.id } }, condition, `${to.name} is gone, or the copy of another connection`),
        // After a switch that has come in between, `to` serves: as a copy of its copy neither would.
        {
          write: { check: keys.connection(from.id), condition: { expression: `attribute_exists(#pk) AND ${NO_COPY}` } },
          otherwise: (options) => new MoveConflict(`${from.name} is gone, or itself the copy of another connection`, options),
        },
      ]);
    },

    async hold(connection, by) {
      const condition = { expression: `#state <> :disabled AND ${NO_COPY}`, values: { ':disabled': 'disabled' } };
      await commit(table, [change(connection, { set: { state: 'moving', heldBy: by } }, condition, `${connection.name} serves nobody`)]);
    },

    async release(connection, by) {
      const condition = { expression: HELD, values: { ':moving': 'moving', ':by': by } };
      try {
        await commit(table, [
          change(connection, { set: { state: 'active' }, remove: ['heldBy'] }, condition, `${connection.name} was not held`),
        ]);
        return true;
      } catch (error) {
        if (error instanceof MoveConflict) return false;
        throw error;
      }
    },

    async handOver(from, to, tokens, by) {
      const isHeld = { expression: `${HELD} AND ${NO_COPY}`, values: { ':moving': 'moving', ':by': by } };
      const isCopy = { expression: '#state = :disabled AND #copyOf = :from', values: { ':disabled': 'disabled', ':from': from.id } };
      const isOwn = { expression: '#connection = :from', values: { ':from': from.id } };
      await commit(table, [
        change(
          from,
          { set: { state: 'disabled', copyOf: to.id }, remove: ['heldBy'] },
          isHeld,
          `somebody has ended the move of ${from.name} meanwhile, or begun it anew`,
        ),
        change(to, { set: { state: 'active' }, remove: ['copyOf'] }, isCopy, `${to.name} is not the copy of ${from.name} any more`),
        ...tokens.map(({ digest, created, label }): Step => {
          const set = { connection: to.id, ...listing.tokens(to.id, created, digest) };
          return {
            write: { update: keys.token(digest), change: { set }, condition: isOwn },
            otherwise: (options) => new MoveConflict(`the token ${label} was revoked meanwhile`, options),
          };
        }),
      ]);
    },
  };
}
