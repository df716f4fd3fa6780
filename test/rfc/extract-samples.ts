import { readFileSync } from 'node:fs';

export interface Sample {
  /** `§3.5.2.1 (2)`: the section, and which of its samples. */
  readonly name: string;
  /** As it is printed, without page breaks. */
  readonly text: string;
}

/** The JSON samples of an RFC's plain text: from a line that opens an object or a list of objects to the one that closes it. */
export function extractSamples(file: string): Sample[] {
  const lines = withoutPageBreaks(readFileSync(file, 'utf8'));
  const samples: Sample[] = [];
  let section = '';
  let inSection = 0;
  for (let i = 0; i < lines.length; i++) {
    const heading = /^(\d+(?:\.\d+)*)\. {1,2}\S/.exec(lines[i] ?? '');
    if (heading) [section, inSection] = [heading[1] ?? '', 0];
    // A reference to another document, [RFC7643], opens no list; neither does a list of words.
    const indent = /^( *)(?:\{|\[ *(?:\{|$))/.exec(lines[i] ?? '')?.[1];
    if (indent === undefined) continue;
    const closing = new RegExp(`^${indent}[\\]}]`);
    const end = lines.findIndex((line, at) => at > i && closing.test(line));
    if (end < 0) throw new Error(`§${section}: what is opened by line ${i} is never closed`);
    samples.push({ name: `§${section} (${++inSection})`, text: lines.slice(i, end + 1).join('\n') });
    i = end;
  }
  return samples;
}

/** A page ends by a footer with its number, and the next begins by a line with the RFC's; blank lines stand around both. */
function withoutPageBreaks(text: string): string[] {
  return text
    .replaceAll('\r', '')
    .replaceAll(/\n*\n[^\n]*\[Page \d+\]\n\f?\n*RFC \d+ [^\n]*\n+/g, '\n')
    .split('\n');
}

/** A defect of a sample as it was printed, and what must have been meant. */
export type Repair = readonly [printed: string, meant: string];

/** The value of a sample. What the text leaves out (`...` on a line of its own) is left out. @throws SyntaxError */
export function parseSample({ text }: Sample, repairs: readonly Repair[] = []): unknown {
  // A text that is too long for a line goes on behind the indent of the next: prose after a space, base64 without.
  let json = text
    .replaceAll(/^ *\.\.\.(?: \+ .* \.\.\.)?$/gm, '')
    .replaceAll(/(?<=[A-Za-z0-9+/]{60})\n\s+(?=[A-Za-z0-9+/]{20})/g, '')
    .replaceAll(/\n\s*/g, ' ')
    .replaceAll(/,(?=\s*[\]}])/g, '');
  for (const [printed, meant] of repairs) {
    if (!json.includes(printed)) throw new Error(`the sample does not have what is repaired: ${printed}`);
    json = json.replaceAll(printed, meant);
  }
  return JSON.parse(json);
}
