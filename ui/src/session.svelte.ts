/** Who is looking, and whether the server wants to know. */

import { ask, Problem } from "./api.ts";
import type { Session } from "./types.ts";

class Sessions {
  now = $state.raw<Session | null>(null);
  problem = $state.raw<Problem | null>(null);

  get mustLogIn(): boolean {
    return this.now !== null && !this.now.authenticated && !this.now.open;
  }

  async refresh(): Promise<void> {
    try {
      this.now = await ask("/session");
      this.problem = null;
    } catch (error) {
      if (error instanceof Problem) this.problem = error;
    }
  }
}

export const session = new Sessions();
