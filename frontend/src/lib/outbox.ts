/**
 * Answers on their way to the server. Each waits in the browser's storage until the server has
 * confirmed it, and carries a key by which the server knows a second copy, so it counts once whatever
 * the connection does. The outbox knows nothing of screens, and of HTTP only what `Sent` says.
 */
import type { Receipt, Submission } from "@/api/types";

export interface Refusal {
  status: number;
  detail: string;
  fields: Record<string, string[]>;
  revision: number | null;
}

export interface Entry {
  slug: string;
  assignment: number;
  body: Submission;
  /** Key of the answer that this one corrects; its receipt gives the revision to build on. */
  follows: string | null;
  tries: number;
  notBefore: number;
  /** Set once the server has said no. The entry stays until the rater has dealt with it. */
  refusal: Refusal | null;
}

export type Sent =
  | { outcome: "stored"; receipt: Receipt }
  | { outcome: "refused"; refusal: Refusal }
  | { outcome: "later" }
  | { outcome: "signed out" };

export interface OutboxDoor {
  store: Storage;
  /** Where in the store this person's answers wait. */
  name: string;
  send: (entry: Entry) => Promise<Sent>;
  now: () => number;
}

export type OutboxEvent = { entry: Entry; sent: Sent };

/** 1 s, 2 s, 4 s … 30 s. */
export function backOff(tries: number): number {
  return Math.min(30_000, 1000 * 2 ** Math.max(0, tries - 1));
}

export class Outbox {
  private listeners = new Set<() => void>();
  private watchers = new Set<(event: OutboxEvent) => void>();
  private cached: { text: string | null; entries: Entry[] } = { text: null, entries: [] };
  private sending: Promise<void> | null = null;
  /** Used where the browser's storage is full or forbidden. */
  private memory: string | null = null;

  constructor(private readonly door: OutboxDoor) {}

  /** Entries in the order written. The same array until something changes. */
  entries = (): Entry[] => {
    const text = this.memory ?? this.door.store.getItem(this.door.name);
    if (text !== this.cached.text) this.cached = { text, entries: parse(text) };
    return this.cached.entries;
  };

  waiting = (): Entry[] => this.entries().filter((entry) => !entry.refusal);

  /** Keeps the answer, then starts sending. False where it could be kept in memory only. */
  add(entry: Pick<Entry, "slug" | "assignment" | "body" | "follows">): boolean {
    const kept = this.save([
      ...this.entries(),
      { ...entry, tries: 0, notBefore: 0, refusal: null },
    ]);
    void this.flush();
    return kept;
  }

  /** Forgets an answer: the server has it, or the rater took it back to correct it. */
  remove(key: string): void {
    this.save(this.entries().filter((entry) => entry.body.key !== key));
  }

  /** Tries everything at once, whatever its waiting time: the connection may be back. */
  retryNow(): void {
    this.save(this.entries().map((entry) => ({ ...entry, notBefore: 0 })));
    void this.flush();
  }

  /** Sends what is due, oldest first, one at a time. A call while one runs joins it. */
  flush(): Promise<void> {
    this.sending ??= this.sendDue().finally(() => {
      this.sending = null;
    });
    return this.sending;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  watch(watcher: (event: OutboxEvent) => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  private async sendDue(): Promise<void> {
    for (;;) {
      const entry = this.waiting()[0];
      if (!entry || entry.notBefore > this.door.now()) return;
      const sent = await this.door.send(entry);
      this.settle(entry, sent);
      this.watchers.forEach((watcher) => watcher({ entry, sent }));
      if (sent.outcome === "later" || sent.outcome === "signed out") return;
    }
  }

  private settle(entry: Entry, sent: Sent): void {
    const key = entry.body.key;
    if (sent.outcome === "stored") {
      this.save(followUp(this.entries(), key, sent.receipt.revision));
    } else if (sent.outcome === "refused") {
      this.update(key, { refusal: sent.refusal });
    } else {
      const tries = entry.tries + 1;
      this.update(key, { tries, notBefore: this.door.now() + backOff(tries) });
    }
  }

  private update(key: string, change: Partial<Entry>): void {
    this.save(
      this.entries().map((entry) => (entry.body.key === key ? { ...entry, ...change } : entry)),
    );
  }

  private save(entries: Entry[]): boolean {
    const text = JSON.stringify(entries);
    try {
      this.door.store.setItem(this.door.name, text);
      this.memory = null;
    } catch {
      this.memory = text;
    }
    this.listeners.forEach((listener) => listener());
    return this.memory === null;
  }
}

/** Takes the stored answer out and lets its corrections build on the revision that it became. */
function followUp(entries: Entry[], key: string, revision: number): Entry[] {
  return entries
    .filter((entry) => entry.body.key !== key)
    .map((entry) =>
      entry.follows === key
        ? { ...entry, body: { ...entry.body, revision }, follows: null }
        : entry,
    );
}

function parse(text: string | null): Entry[] {
  try {
    const entries: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(entries) ? (entries as Entry[]) : [];
  } catch {
    return [];
  }
}
