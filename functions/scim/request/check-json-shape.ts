import { ScimError } from '../../../shared/scim/errors.ts';
import { excerpt } from '../../../shared/scim/filter/tokenize.ts';

/** SCIM needs five levels; what is nested deeper than this is no SCIM message. */
const MAX_DEPTH = 64;
/** No resource has a tenth of this many attributes. Each name is looked for in the tables, and large objects are slow ones. */
const MAX_NAMES = 1_000;
/** So few names are compared faster one by one than through a set. */
const FEW_NAMES = 8;

/** An object or array that is still open. There is one for each level, used again for every value on it. */
interface Open {
  isObject: boolean;
  /** The names of an object so far; for an array, how many commas it had, which is the index of the element that is next. */
  count: number;
  /** Where the last name stands in the text, its quotes included. */
  nameAt: number;
  nameEnd: number;
  /** What the names mean, once there are two of them; in a set, once there are more than few. */
  readonly few: string[];
  many: Set<string> | undefined;
}

/**
 * One pass over the text of a body before it is parsed, so that no parser and no later walk ever meets a deep document, an object of
 * very many names, or one that gives a name twice. RFC 8259 §4: "The names within an object SHOULD be unique", else the "behavior of
 * software that receives such an object is unpredictable": a proxy may have checked the value that is dropped here.
 * Says nothing of text that is no JSON: what looks like a name in it is refused, or the parser refuses all of it.
 * @throws ScimError invalidSyntax
 */
export function checkJsonShape(text: string): void {
  const levels: Open[] = [];
  let depth = 0;
  let open: Open | undefined;
  /** Where the last string stands: a name, if a colon comes next. */
  let stringAt = 0;
  let stringEnd = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        stringAt = at;
        stringEnd = endOfString(text, at);
        at = stringEnd - 1;
        break;
      case OPEN_OBJECT:
      case OPEN_ARRAY:
        if (depth === MAX_DEPTH) throw new ScimError('invalidSyntax', `The request body is nested deeper than ${MAX_DEPTH} levels.`);
        open = levels[depth] ??= { isObject: false, count: 0, nameAt: 0, nameEnd: 0, few: [], many: undefined };
        depth++;
        reset(open, text.charCodeAt(at) === OPEN_OBJECT);
        break;
      case CLOSE_OBJECT:
      case CLOSE_ARRAY:
        depth = Math.max(0, depth - 1);
        open = levels[depth - 1];
        break;
      case COMMA:
        if (open?.isObject === false) open.count++;
        break;
      case COLON:
        if (open?.isObject === true) takeName(text, open, stringAt, stringEnd, levels);
        break;
    }
  }
}

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = [0x7b, 0x7d, 0x5b, 0x5d];

/** The position after the closing quote, or after the text if there is none. */
function endOfString(text: string, from: number): number {
  for (let end = text.indexOf('"', from + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let escapes = 0;
    while (text.charCodeAt(end - 1 - escapes) === BACKSLASH) escapes++;
    if (escapes % 2 === 0) return end + 1;
  }
  return text.length;
}

function reset(open: Open, isObject: boolean): void {
  open.isObject = isObject;
  open.count = 0;
  open.few.length = 0;
  open.many = undefined;
}

function takeName(text: string, open: Open, from: number, to: number, levels: readonly Open[]): void {
  open.count++;
  if (open.count > MAX_NAMES) throw new ScimError('invalidSyntax', `An object in the request body has more than ${MAX_NAMES} attributes.`);
  // Most objects of a large body have one name, which can't be there twice: it is not read until there is another.
  if (open.count === 2) keepName(open, nameOf(text, open.nameAt, open.nameEnd));
  open.nameAt = from;
  open.nameEnd = to;
  if (open.count === 1) return;
  const name = nameOf(text, from, to);
  if (hasName(open, name)) throw givenTwice(text, levels.slice(0, levels.indexOf(open) + 1));
  keepName(open, name);
}

function keepName(open: Open, name: string): void {
  if (open.many !== undefined) open.many.add(name);
  else if (open.few.push(name) > FEW_NAMES) open.many = new Set(open.few);
}

function hasName({ few, many }: Open, name: string): boolean {
  return many === undefined ? few.includes(name) : many.has(name);
}

/** What a name means: "a" and "\u0061" are one. What is no JSON string is left for the parser to refuse. */
function nameOf(text: string, from: number, to: number): string {
  const name = text.slice(from + 1, to - 1);
  if (!name.includes('\\')) return name;
  try {
    return JSON.parse(`"${name}"`);
  } catch {
    return name;
  }
}

/** `Operations[1].value.active`: where a person finds the name. */
function givenTwice(text: string, levels: readonly Open[]): ScimError {
  const place = levels.map(({ isObject, count, nameAt, nameEnd }) => (isObject ? `.${nameOf(text, nameAt, nameEnd)}` : `[${count}]`));
  return new ScimError('invalidSyntax', `The request body gives ${excerpt(place.join('').replace(/^\./, ''))} more than once.`);
}
