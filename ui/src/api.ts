/** The only file that fetches. */

import type { Gets, MadeKey, NewKey, Repricing } from "./api.gen.ts";

const ROOT = "/econome/v1";

export type Query = Record<string, string | number | string[] | null | undefined>;

/** Why a question was not answered. `status` 0: the server could not be reached. */
export class Problem extends Error {
  readonly status: number;
  readonly title: string;

  constructor(status: number, title: string, detail: string) {
    super(detail || title);
    this.status = status;
    this.title = title;
  }
}

export function queryString(query: Query): string {
  const pairs = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === null || value === undefined || value === "") continue;
    for (const one of Array.isArray(value) ? value : [value]) pairs.append(name, String(one));
  }
  const text = pairs.toString();
  return text ? `?${text}` : "";
}

let waiting = 0;

/** How many questions are waiting for their answer. */
export const pending = () => waiting;

let lately = 0;

/** How long answers take of late, in milliseconds: the slowest, forgotten little by little. */
export const toil = () => lately;

async function send(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
  let answer: Response;
  const begun = performance.now();
  waiting += 1;
  try {
    answer = await fetch(ROOT + path, {
      method,
      signal: signal ?? null,
      credentials: "same-origin",
      headers: body === undefined ? {} : { "content-type": "application/json" },
      body: body === undefined ? null : JSON.stringify(body),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Problem(0, "offline", "");
  } finally {
    waiting -= 1;
    if (method === "GET") lately = Math.max(performance.now() - begun, lately * 0.8);
  }
  if (answer.ok) return answer;
  const problem = (await answer.json().catch(() => ({}))) as { title?: string; detail?: string };
  throw new Problem(answer.status, problem.title ?? answer.statusText, problem.detail ?? "");
}

async function get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
  return (await (await send("GET", path + queryString(query), undefined, signal)).json()) as T;
}

/** A GET, its answer typed by its path; what stands in braces in a path is taken from the query. */
export function ask<P extends keyof Gets>(
  path: P,
  query: Query = {},
  signal?: AbortSignal,
): Promise<Gets[P]> {
  const rest = { ...query };
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = String(rest[name]);
    delete rest[name];
    return encodeURIComponent(value);
  });
  return get<Gets[P]>(filled, rest, signal);
}

/** What changes something. */
export const api = {
  login: (token: string) => send("POST", "/login", { token }),
  logout: () => send("POST", "/logout", {}),
  makeKey: async (key: NewKey) => (await (await send("POST", "/keys", key)).json()) as MadeKey,
  dropKey: (id: string) => send("DELETE", `/keys/${encodeURIComponent(id)}`),
  setPrice: (price: object) => send("POST", "/prices", price),
  dropPrice: (id: string) => send("DELETE", `/prices/${encodeURIComponent(id)}`),
  propose: async (what: object) => (await (await send("POST", "/repricings", what)).json()) as Repricing,
  reprice: async (id: string) =>
    (await (await send("POST", `/repricings/${id}/apply`, {})).json()) as Repricing,
  saveView: (view: { page: string; name: string; query: string }) => send("POST", "/views", view),
  changeView: (id: string, what: { name?: string; query?: string }) => send("PUT", `/views/${id}`, what),
  dropView: (id: string) => send("DELETE", `/views/${id}`),
  loadSample: () => send("POST", "/sample", {}),
  removeSample: () => send("DELETE", "/sample"),
};

export const LIVE = `${ROOT}/live`;
