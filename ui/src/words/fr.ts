/** Every text in French: one file for each area of the dashboard. */

import parts from "./fr/parts.json" with { type: "json" };
import compare from "./fr/compare.json" with { type: "json" };
import connect from "./fr/connect.json" with { type: "json" };
import explore from "./fr/explore.json" with { type: "json" };
import keys from "./fr/keys.json" with { type: "json" };
import models from "./fr/models.json" with { type: "json" };
import people from "./fr/people.json" with { type: "json" };
import overview from "./fr/overview.json" with { type: "json" };
import prices from "./fr/prices.json" with { type: "json" };
import prompts from "./fr/prompts.json" with { type: "json" };
import runs from "./fr/runs.json" with { type: "json" };
import shell from "./fr/shell.json" with { type: "json" };
import trace from "./fr/trace.json" with { type: "json" };

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
