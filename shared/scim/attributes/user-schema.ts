import type { Schema } from './attribute.ts';
import { binary, boolean, complex, complexList, displayTypePrimary, primary, reference, string } from './define-attribute.ts';

/** RFC 7643 §4.1. Where the prose of §2 and §4 and the example of §8.7.1 differ, the prose holds. */
export const userSchema: Schema = {
  id: 'urn:ietf:params:scim:schemas:core:2.0:User',
  name: 'User',
  // §8.7.1 has it so, and Microsoft's reference collection looks for these words in /Schemas.
  description: 'User Account',
  attributes: [
    // §4.1.1: "This attribute is REQUIRED and is case insensitive", "MUST be unique across the service provider's entire set of Users".
    string('userName', 'The name by which the user signs in. Required, and unique among the users.', {
      required: true,
      uniqueness: 'server',
    }),
    complex('name', "The components of the user's name.", [
      string('formatted', 'The full name, formatted for display.'),
      string('familyName', 'The family name.'),
      string('givenName', 'The given name.'),
      string('middleName', 'The middle names.'),
      string('honorificPrefix', 'The title before the name.'),
      string('honorificSuffix', 'The suffix after the name.'),
    ]),
    string('displayName', 'The name of the user as shown to others.'),
    string('nickName', 'The casual way to address the user.'),
    reference('profileUrl', ['external'], "A page that shows the user's profile."),
    string('title', "The user's title, such as Vice President."),
    string('userType', 'The relationship between the organization and the user, such as Employee or Contractor.'),
    string('preferredLanguage', 'The preferred languages, as in the HTTP header Accept-Language.'),
    string('locale', 'The language tag by which dates, numbers and currency are shown.'),
    string('timezone', 'The time zone, in the IANA database format.'),
    boolean('active', 'Whether the user may sign in.'),
    // §4.1.1: "The mutability of the password attribute is "writeOnly"", "returned" is "never".
    string('password', 'Accepted and discarded: this service provider keeps no passwords.', {
      caseExact: true,
      mutability: 'writeOnly',
      returned: 'never',
    }),

    // §4.1.2
    complexList('emails', 'E-mail addresses.', [string('value', 'The e-mail address.'), ...displayTypePrimary(['work', 'home', 'other'])]),
    complexList('phoneNumbers', 'Phone numbers.', [
      string('value', 'The phone number.'),
      ...displayTypePrimary(['work', 'home', 'mobile', 'fax', 'pager', 'other']),
    ]),
    complexList('ims', 'Instant messaging addresses.', [
      string('value', 'The instant messaging address.'),
      ...displayTypePrimary(['aim', 'gtalk', 'icq', 'xmpp', 'msn', 'skype', 'qq', 'yahoo', 'other']),
    ]),
    complexList('photos', 'Photos of the user.', [
      reference('value', ['external'], 'Where the image is.'),
      ...displayTypePrimary(['photo', 'thumbnail']),
    ]),
    // §8.2 shows `primary` in an address; §8.7.1 leaves it out.
    complexList('addresses', 'Physical mailing addresses.', [
      string('formatted', 'The full address, formatted for display. May contain newlines.'),
      string('streetAddress', 'Street, house number, P.O. box. May contain newlines.'),
      string('locality', 'The city or locality.'),
      string('region', 'The state or region.'),
      string('postalCode', 'The postal code.'),
      string('country', 'The country.'),
      string('type', 'A label indicating the function of the value.', { canonicalValues: ['work', 'home', 'other'] }),
      primary(),
    ]),
    // §4.1.2: "group membership changes MUST be applied via the "Group" Resource".
    complexList(
      'groups',
      'The groups the user is a member of. Changed through the groups.',
      [
        string('value', "The group's id.", { caseExact: true, mutability: 'readOnly' }),
        reference('$ref', ['Group'], 'The URI of the group.', { mutability: 'readOnly' }),
        string('display', "The group's displayName.", { mutability: 'readOnly' }),
        string('type', 'Whether the membership is direct.', { canonicalValues: ['direct', 'indirect'], mutability: 'readOnly' }),
      ],
      { mutability: 'readOnly' },
    ),
    complexList('entitlements', 'What the user is entitled to.', [string('value', 'The entitlement.'), ...displayTypePrimary()]),
    complexList('roles', 'The roles of the user.', [string('value', 'The role.'), ...displayTypePrimary()]),
    complexList('x509Certificates', 'Certificates issued to the user.', [
      binary('value', 'One DER-encoded X.509 certificate.'),
      ...displayTypePrimary(),
    ]),
  ],
};
