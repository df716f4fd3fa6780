import * as z from 'zod';
import { UsageError } from '../command.ts';

const IsoDay = z.iso.date();
const IsoTime = z.iso.datetime({ offset: true });

/**
 * The moment from which a login no longer counts on working, ISO 8601, UTC. Of a day its first moment, in UTC.
 * @param text a day (2027-11-01) or a time with its zone (2027-11-01T09:00:00Z)
 * @param isAtlassian of an API key, which ends within a year
 * @throws UsageError for what is no date, has passed, or is later than it can be
 */
export function expiryDate(text: string, now: Date, isAtlassian: boolean): string {
  const given = text.trim();
  if (!IsoDay.safeParse(given).success && !IsoTime.safeParse(given).success)
    throw new UsageError(`${given} is no date: write it as 2027-11-01, or with its time and zone as 2027-11-01T09:00:00Z`);
  const expires = new Date(given);
  if (expires <= now) throw new UsageError(`${given} has passed: what has expired can't be used. Give the date of the new one`);
  const latest = new Date(now);
  latest.setUTCFullYear(latest.getUTCFullYear() + 1);
  latest.setUTCDate(latest.getUTCDate() + 1);
  if (isAtlassian && expires > latest)
    throw new UsageError(`${given} is more than a year ahead, and Atlassian's API keys end within a year: look at the date beside the key`);
  return expires.toISOString();
}
