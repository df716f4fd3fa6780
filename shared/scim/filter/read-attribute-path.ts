import type { AttributePath } from './filter.ts';

/**
 * RFC 7643 §2.1: "ATTRNAME = ALPHA *(nameChar)", where "$" is a nameChar; RFC 7644 §3.4.2.2 leaves that one out. `$ref` is an attribute
 * of RFC 7643 §2.4 all the same; a leading `_` is let through, to be an unknown attribute like any other.
 */
const NAME = /^[A-Za-z$_][A-Za-z0-9$_-]*$/;
const URI = /^[A-Za-z][A-Za-z0-9+.-]*:[^\s]+$/;

/** True if the text can be an attribute's name. */
export function isAttributeName(text: string): boolean {
  return NAME.test(text);
}

/**
 * Reads `[urn:]attribute[.subAttribute]`, or undefined if it is none. A URN holds colons and dots itself
 * (`urn:…:enterprise:2.0:User:manager.value`); names hold no colon, so the last colon ends the URN.
 */
export function readAttributePath(text: string): AttributePath | undefined {
  const colon = text.lastIndexOf(':');
  const names = text.slice(colon + 1).split('.', 3);
  const [attribute, subAttribute] = names;
  if (names.length > 2 || attribute === undefined || !isAttributeName(attribute)) return undefined;
  if (subAttribute !== undefined && !isAttributeName(subAttribute)) return undefined;
  const urn = text.slice(0, Math.max(colon, 0));
  if (colon >= 0 && !URI.test(urn)) return undefined;
  return { ...(colon >= 0 && { urn }), attribute, ...(subAttribute !== undefined && { subAttribute }) };
}
