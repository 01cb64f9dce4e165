/** The address bar: which page, of what, and how it is looked at. A page is a file of pages/. */

const BASE = "/ui/";

export type Changes = Record<string, string | string[] | null>;

/** What follows the viewer from page to page. */
export const SCOPE = ["range", "since", "until", "project", "filter", "unit", "prices", "currency"];

class Address {
  page = $state("overview");
  /** What the page is about: the id of a trace. */
  of = $state("");
  parameters = $state.raw(new URLSearchParams());

  constructor() {
    this.read();
    addEventListener("popstate", () => this.read());
    addEventListener("click", (event) => this.follow(event));
  }

  go(href: string, replace = false): void {
    if (replace) history.replaceState(history.state, "", href);
    else history.pushState({ from: location.href }, "", href);
    this.read();
  }

  /** The address with some parameters changed; null takes one away. */
  href(changes: Changes, page = this.page, of = this.of): string {
    const next = new URLSearchParams();
    const stays = page === this.page;
    for (const [name, value] of this.parameters)
      if (!(name in changes) && (stays || SCOPE.includes(name))) next.append(name, value);
    for (const [name, value] of Object.entries(changes))
      for (const one of value === null ? [] : [value].flat()) next.append(name, one);
    const path = BASE + (page === "overview" ? "" : page) + (of ? `/${encodeURIComponent(of)}` : "");
    const query = next.toString();
    return path + (query ? `?${query}` : "");
  }

  change(changes: Changes, replace = false): void {
    const href = this.href(changes);
    if (href !== location.pathname + location.search) this.go(href, replace);
  }

  /** Another page, with the scope kept. */
  to(page: string, of = "", changes: Changes = {}): string {
    return this.href(changes, page, of);
  }

  private read(): void {
    const [page = "", of = ""] = location.pathname.replace(/^\/ui\/?/, "").split("/");
    const parameters = new URLSearchParams(location.search);
    this.page = page || "overview";
    this.of = decoded(of);
    if (parameters.toString() !== this.parameters.toString()) this.parameters = parameters;
  }

  private follow(event: MouseEvent): void {
    if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
    const anchor = (event.target as Element).closest?.("a");
    if (!anchor || anchor.target || anchor.origin !== location.origin) return;
    if (!anchor.pathname.startsWith(BASE) || anchor.hasAttribute("download")) return;
    event.preventDefault();
    this.go(anchor.href);
  }
}

/** An address may hold anything; a stray % is taken as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export const address = new Address();
