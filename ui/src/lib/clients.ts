/** All clients, in the groups in which they are shown. Their texts are a chunk of their own: import() this. */

import listed from "../../../examples/connect/clients.json";
import { type Group, read } from "./snippets.ts";

const files = import.meta.glob<string>(
  ["../../../examples/connect/*.md", "!../../../examples/connect/README.md"],
  { query: "?raw", import: "default", eager: true },
);

export const groups: Group[] = listed.groups.map(({ en, fr, clients }) => ({
  titles: { en, fr },
  snippets: clients.map((name) => read(name, files[`../../../examples/connect/${name}.md`] ?? "")),
}));
