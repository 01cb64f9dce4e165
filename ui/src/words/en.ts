/** Every text in English: one file for each area of the dashboard. */

import parts from "./en/parts.json" with { type: "json" };
import compare from "./en/compare.json" with { type: "json" };
import connect from "./en/connect.json" with { type: "json" };
import explore from "./en/explore.json" with { type: "json" };
import keys from "./en/keys.json" with { type: "json" };
import models from "./en/models.json" with { type: "json" };
import people from "./en/people.json" with { type: "json" };
import overview from "./en/overview.json" with { type: "json" };
import prices from "./en/prices.json" with { type: "json" };
import prompts from "./en/prompts.json" with { type: "json" };
import runs from "./en/runs.json" with { type: "json" };
import shell from "./en/shell.json" with { type: "json" };
import trace from "./en/trace.json" with { type: "json" };

export default {
  ...parts,
  ...compare,
  ...connect,
  ...explore,
  ...keys,
  ...models,
  ...people,
  ...overview,
  ...prices,
  ...prompts,
  ...runs,
  ...shell,
  ...trace,
};
