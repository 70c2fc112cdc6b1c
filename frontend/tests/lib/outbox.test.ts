import { beforeEach, describe, expect, test } from "vitest";

import { backOff, Outbox, type Entry, type Sent } from "@/lib/outbox";

const NAME = "outbox";
let clock = 0;
let sent: Entry[] = [];
let replies: Sent[] = [];

function stored(revision = 1): Sent {
  return { outcome: "stored", receipt: { assignment: 1, revision, late: false, feedback: null } };
}

function make(store: Storage = window.localStorage): Outbox {
  return new Outbox({
    store,
    name: NAME,
    now: () => clock,
    send: async (entry) => {
      sent.push(entry);
      return replies.shift() ?? stored();
    },
  });
}

function answer(key: string, assignment = 1, follows: string | null = null) {
  const body = {
    key,
    revision: 0,
    ranks: [],
    strength: null,
    unacceptable: [],
    tags: [],
    note: "",
    active_ms: 1,
    pasted: 0,
  };
  return { slug: "p", assignment, body, follows };
}

beforeEach(() => {
  window.localStorage.clear();
  clock = 0;
  sent = [];
  replies = [];
});

describe("the outbox", () => {
  test("sends an answer once and forgets it when it is stored", async () => {
    const outbox = make();
    outbox.add(answer("a"));
    await outbox.flush();
    await outbox.flush();
    expect(sent.map((entry) => entry.body.key)).toEqual(["a"]);
    expect(outbox.entries()).toEqual([]);
  });

  test("an answer survives a reload with its key, and is then sent under the same key", async () => {
    replies = [{ outcome: "later" }];
    const before = make();
    before.add(answer("a"));
    await before.flush();
    clock = 60_000;
    const after = make();
    await after.flush();
    expect(sent.map((entry) => entry.body.key)).toEqual(["a", "a"]);
    expect(after.entries()).toEqual([]);
  });

  test("waits longer after each failure, and not at all once the connection is back", async () => {
    replies = [{ outcome: "later" }, { outcome: "later" }];
    const outbox = make();
    outbox.add(answer("a"));
    await outbox.flush();
    await outbox.flush();
    expect(sent).toHaveLength(1);
    clock = 1_000;
    await outbox.flush();
    expect(sent).toHaveLength(2);
    expect(outbox.entries()[0]?.notBefore).toBe(1_000 + 2_000);
    outbox.retryNow();
    await outbox.flush();
    expect(outbox.entries()).toEqual([]);
  });

  test("back-off doubles up to half a minute", () => {
    expect([1, 2, 3, 10].map(backOff)).toEqual([1_000, 2_000, 4_000, 30_000]);
  });

  test("answers go in the order in which they were given", async () => {
    replies = [{ outcome: "later" }];
    const outbox = make();
    outbox.add(answer("a", 1));
    outbox.add(answer("b", 2));
    outbox.add(answer("c", 3));
    await outbox.flush();
    outbox.retryNow();
    await outbox.flush();
    expect(sent.map((entry) => entry.body.key)).toEqual(["a", "a", "b", "c"]);
  });

  test("a correction of an answer still on its way builds on the revision that one became", async () => {
    replies = [{ outcome: "later" }, stored(1), stored(2)];
    const outbox = make();
    outbox.add(answer("a"));
    outbox.add(answer("b", 1, "a"));
    await outbox.flush();
    outbox.retryNow();
    await outbox.flush();
    expect(sent.map((entry) => [entry.body.key, entry.body.revision])).toEqual([
      ["a", 0],
      ["a", 0],
      ["b", 1],
    ]);
  });

  test("a refused answer is kept with what was wrong, and doesn't hold up the others", async () => {
    const refusal = { status: 400, detail: "No.", fields: { note: ["Too long."] }, revision: null };
    replies = [{ outcome: "refused", refusal }];
    const outbox = make();
    outbox.add(answer("a", 1));
    outbox.add(answer("b", 2));
    await outbox.flush();
    await outbox.flush();
    expect(sent.map((entry) => entry.body.key)).toEqual(["a", "b"]);
    expect(outbox.entries().map((entry) => entry.refusal)).toEqual([refusal]);
    expect(outbox.waiting()).toEqual([]);
  });

  test("a full store keeps the answer in memory, says so, and still sends it", async () => {
    const full = {
      getItem: () => null,
      setItem: () => {
        throw new Error("full");
      },
    };
    replies = [{ outcome: "later" }];
    const outbox = make(full as unknown as Storage);
    expect(outbox.add(answer("a"))).toBe(false);
    await outbox.flush();
    expect(outbox.entries()).toHaveLength(1);
    outbox.retryNow();
    await outbox.flush();
    expect(sent).toHaveLength(2);
    expect(outbox.entries()).toEqual([]);
  });

  test("a store with rubbish in it is an empty outbox", () => {
    window.localStorage.setItem(NAME, "{not json");
    expect(make().entries()).toEqual([]);
  });

  test("tells its listeners of every change", async () => {
    let changes = 0;
    const outbox = make();
    outbox.subscribe(() => (changes += 1));
    outbox.add(answer("a"));
    await outbox.flush();
    expect(changes).toBe(2);
  });
});
