import type { Schema } from './attribute.ts';
import { complex, reference, string } from './define-attribute.ts';

/** RFC 7643 §4.3. */
export const enterpriseUserSchema: Schema = {
  id: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
  name: 'EnterpriseUser',
  description: 'A user who belongs to an organization.',
  attributes: [
    string('employeeNumber', 'The identifier the organization gave the person.'),
    string('costCenter', 'The name of the cost center.'),
    string('organization', 'The name of the organization.'),
    string('division', 'The name of the division.'),
    string('department', 'The name of the department.'),
    complex('manager', "The user's manager.", [
      // The value is another resource's `id`, which is case exact: §3.1.
      string('value', "The id of the manager's User resource.", { caseExact: true }),
      reference('$ref', ['User'], "The URI of the manager's User resource."),
      string('displayName', "The manager's displayName.", { mutability: 'readOnly' }),
    ]),
  ],
};
