/** What to paste into an app: reads the files of examples/connect, and puts this server's address in. */

import type { Language } from "./format.ts";

export interface Block {
  language: string;
  /** The name of a file; "server": where the server is; "run": in the shell, last; "": in the shell. */
  place: string;
  code: string;
}

export interface Snippet {
  name: string;
  title: string;
  language: string;
  /** What else it is looked for by. */
  words: string;
  notes: Record<Language, string>;
  blocks: Block[];
}

export interface Group {
  titles: Record<Language, string>;
  snippets: Snippet[];
}

/** Where the files say that a server stands, and what stands for its key there. */
const HOST = "127.0.0.1";
const ADDRESS = `http://${HOST}:3266`;
const KEY = "YOUR_KEY";

/** A file of examples/connect. */
export function read(name: string, text: string): Snippet {
  const [, front = "", body = ""] = /^---\n(.*?)^---\n(.*)$/ms.exec(text) ?? [];
  const said = new Map(
    front
      .trimEnd()
      .split("\n")
      .map((line) => [line.slice(0, line.indexOf(": ")), line.slice(line.indexOf(": ") + 2)]),
  );
  const of = (key: string) => said.get(key) ?? "";
  const blocks = [...body.matchAll(/^```(\w+) ?(\S*)\n(.*?)\n```$/gms)].map(
    ([, language = "", place = "", code = ""]) => ({ language, place, code }),
  );
  return {
    name,
    title: of("title"),
    language: of("language"),
    words: of("words"),
    notes: { en: of("en"), fr: of("fr") },
    blocks,
  };
}

/** The code with the address and the key of the server at `origin`. */
export function atHome(code: string, origin: string, key: string): string {
  return code.replaceAll(ADDRESS, origin).replaceAll(HOST, new URL(origin).hostname).replaceAll(KEY, key);
}

/** The groups with what somebody is looking for: each word begins one of a snippet's, or of its group's. */
export function found(groups: Group[], sought: string): Group[] {
  const wanted = plain(sought).split(" ").filter(Boolean);
  return groups
    .map((group) => {
      const titles = Object.values(group.titles).join(" ");
      const snippets = group.snippets.filter((snippet) => {
        const has = plain(`${snippet.title} ${snippet.language} ${snippet.words} ${titles}`).split(" ");
        return wanted.every((word) => has.some((one) => one.startsWith(word)));
      });
      return { ...group, snippets };
    })
    .filter((group) => group.snippets.length > 0);
}

function plain(text: string): string {
  return text
    .toLowerCase()
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}
