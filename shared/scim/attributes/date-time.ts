/** A point in time: whole seconds since 1970 and the digits of the fraction, so that no precision is lost. */
export interface Instant {
  readonly second: number;
  readonly fraction: string;
}

const DATE_TIME = /^(-?[0-9]{4,6})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,30}))?(Z|[+-][0-9]{2}:[0-9]{2})?$/;

/**
 * Reads an xsd:dateTime (RFC 7643 §2.3.5: it "MUST include both a date and a time"), or undefined if it is none.
 * One without a zone is taken as UTC.
 */
export function parseDateTime(text: string): Instant | undefined {
  const match = text.length <= 80 ? DATE_TIME.exec(text) : null;
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  // XML Schema Part 2 §3.2.7: 24:00:00 is the first instant of the next day.
  const isEndOfDay = hour === 24 && minute === 0 && second === 0 && Number(match[7] ?? 0) === 0;
  if ((hour > 23 && !isEndOfDay) || minute > 59 || second > 59) return undefined;
  const offset = offsetMinutes(match[8] ?? 'Z');
  if (offset === undefined) return undefined;

  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  // A month or day that does not exist has moved on to another.
  if (month < 1 || month > 12 || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  return {
    second: date.getTime() / 1000 + hour * 3600 + (minute - offset) * 60 + second,
    fraction: withoutTrailingZeros(match[7] ?? ''),
  };
}

/** Negative if `a` is before `b`, positive if after, 0 if they are the same instant. */
export function compareInstants(a: Instant, b: Instant): number {
  if (a.second !== b.second) return a.second - b.second;
  if (a.fraction === b.fraction) return 0;
  return a.fraction < b.fraction ? -1 : 1;
}

/** Minutes east of UTC; XML Schema allows up to 14 hours. */
function offsetMinutes(zone: string): number | undefined {
  if (zone === 'Z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(4));
  if (minutes > 59 || hours * 60 + minutes > 14 * 60) return undefined;
  return (hours * 60 + minutes) * (zone.startsWith('-') ? -1 : 1);
}

function withoutTrailingZeros(digits: string): string {
  let end = digits.length;
  while (end > 0 && digits[end - 1] === '0') end--;
  return digits.slice(0, end);
}
