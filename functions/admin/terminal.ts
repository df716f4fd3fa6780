import { readFile, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import type { Readable } from 'node:stream';
import type { Terminal } from './administration.ts';
import { editDocument } from './settings/edit-document.ts';

/** A secret longer than this is no token and no password. */
const SECRET_BOUND = 64 * 1024;
const DOCUMENT_BOUND = 1024 * 1024;

/** The person at the keyboard, or the pipe. Questions go to standard error: standard output is for results. */
export function processTerminal(input: NodeJS.ReadStream, output: NodeJS.WriteStream): Terminal {
  return {
    interactive: input.isTTY === true,
    async ask(question) {
      const lines = createInterface({ input, output });
      try {
        return await lines.question(question);
      } finally {
        lines.close();
      }
    },
    readSecret: (prompt) =>
      input.isTTY ? readHidden(input, output, prompt) : readAll(input, SECRET_BOUND, 'a secret: pipe only the token or password'),
    writeDocument: (file, text) => writeFile(file, text),
    edit: (text) => editDocument(text, process.env['VISUAL'] ?? process.env['EDITOR'] ?? 'vi'),
    ...(output.isTTY && { showProgress: (line: string) => void output.write(`\r\u001b[2K${line}`) }),
    readDocument: (file) => (file === undefined ? readAll(input, DOCUMENT_BOUND, 'a document') : readFile(file, 'utf8')),
  };
}

async function readAll(input: Readable, bound: number, what: string): Promise<string> {
  let text = '';
  for await (const chunk of input) {
    text += String(chunk);
    if (text.length > bound) throw new Error(`standard input is too long for ${what}`);
  }
  return text;
}

/** One line typed without echo. */
function readHidden(input: NodeJS.ReadStream, output: NodeJS.WriteStream, prompt: string): Promise<string> {
  output.write(prompt);
  input.setRawMode(true);
  input.setEncoding('utf8');
  return new Promise((resolve, reject) => {
    let text = '';
    const end = (settle: () => void) => {
      input.setRawMode(false);
      input.off('data', onData);
      input.pause();
      output.write('\n');
      settle();
    };
    const onData = (data: string | Buffer) => {
      for (const key of String(data)) {
        if (key === '\r' || key === '\n' || key === '\u0004') return end(() => resolve(text));
        if (key === '\u0003') return end(() => reject(new Error('interrupted')));
        text = key === '\u007f' || key === '\b' ? text.slice(0, -1) : text + key;
      }
    };
    input.on('data', onData);
    input.resume();
  });
}
