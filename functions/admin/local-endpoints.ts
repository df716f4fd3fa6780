import * as z from 'zod';

/** Where the parts of a running local stack are: `npm start` writes it into its STATE_DIR, the administration reads it. */
export const LocalEndpoints = z.object({
  scim: z.string(),
  dynamoDb: z.string(),
  tableName: z.string(),
  sqs: z.string(),
  queueUrl: z.string(),
  requestLog: z.string(),
  secrets: z.string(),
});

export type LocalEndpoints = z.infer<typeof LocalEndpoints>;

export const LOCAL_ENDPOINTS_FILE = 'endpoints.json';
